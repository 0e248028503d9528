"""A cassette that is no file is rejected at once: reading it could wait or never end."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from coze_harness.cassettes.cassette_files import read_cassette, write_cassette_bytes
from coze_harness.model.errors import CassetteUnreadableError, CassetteWriteError


def _socket(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    try:  # the whole path may be too long for a socket's address
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(f"/proc/self/fd/{folder}/{path.name}")
    finally:
        os.close(folder)


MAKERS: dict[str, Callable[[Path], object]] = {
    "named pipe": os.mkfifo,
    "folder": Path.mkdir,
    "socket": _socket,
    "device": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_a_path_that_is_not_a_file_is_not_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.yaml"
    MAKERS[kind](path)
    with pytest.raises(CassetteUnreadableError, match=kind) as caught:
        read_cassette(path)
    assert str(caught.value.where) == str(path)


def test_a_pipe_with_a_writer_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    os.mkfifo(path)
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.write(descriptor, b"version: 1\n")
        with pytest.raises(CassetteUnreadableError, match="named pipe"):
            read_cassette(path)
        assert os.read(descriptor, 100) == b"version: 1\n"
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("kind", ["named pipe", "folder", "socket"])
def test_a_path_that_is_not_a_file_is_not_replaced(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.yaml"
    MAKERS[kind](path)
    mode = path.lstat().st_mode
    with pytest.raises(CassetteWriteError, match=kind):
        write_cassette_bytes(path, b"x")
    assert path.lstat().st_mode == mode
    assert list(tmp_path.iterdir()) == [path]
