"""A file is written whole or not at all, whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from cassette_samples import ORIGIN, ask, json_response, messages_body, record_call
from coze_harness.cassettes import (
    Recording,
    Redactor,
)
from coze_harness.cassettes.canonical_format import read_canonical
from coze_harness.cassettes.cassette_files import (
    read_bytes,
    read_cassette,
    write_cassette,
    write_cassette_bytes,
)
from coze_harness.model import replace
from coze_harness.model.errors import CassetteWriteError
from coze_harness.storage.atomic_write import TEMPORARY_SUFFIX
from scale import scale_down

WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from cassette_samples import ORIGIN, json_response, ask, record_call, messages_body
from coze_harness.cassettes import Recording, Redactor
from coze_harness.cassettes.cassette_files import write_cassette
from coze_harness.model import replace
path = Path(sys.argv[1])
number = 0
while True:
    number += 1
    answer = json_response(messages_body(f"{number} " + "长" * 60_000))
    recording = Recording(interactions=(record_call(ask(), answer),))
    write_cassette(path, recording, replace(ORIGIN, calls=number), Redactor())
    if number == 1:
        print("ready", flush=True)
"""
LIMITED = """
import resource, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from cassette_samples import ORIGIN, json_response, ask, record_call, messages_body
from coze_harness.cassettes import Recording, Redactor
from coze_harness.cassettes.cassette_files import write_cassette
from coze_harness.model.errors import CassetteWriteError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
item = record_call(ask(), json_response(messages_body("长" * 60_000)))
recording = Recording(interactions=(item,))
try:
    write_cassette(Path(sys.argv[1]), recording, ORIGIN, Redactor())
except CassetteWriteError as error:
    print(error)
"""


def recording(answer: str = "甲") -> Recording:
    return Recording(interactions=(record_call(ask(), json_response(messages_body(answer))),))


def write(path: Path, answer: str = "甲") -> None:
    write_cassette(path, recording(answer), ORIGIN, Redactor())


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.mark.parametrize("share", range(4))
def test_a_writer_killed_at_any_moment_leaves_a_complete_file(share: int, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    for attempt in range(scale_down(10, at_least=4)):
        command = [sys.executable, "-c", WRITER, str(path), str(Path(__file__).parent)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
            # Somewhere within a write after the first: some bytes of it may be on the disk.
            while (origin := read_cassette(path).origin) is None or origin.calls <= share:
                pass
            for _ in range(attempt * 7):
                read_cassette(path)
            writer.send_signal(signal.SIGKILL)
        read = read_cassette(path)
        assert read.canonical
        assert read.origin is not None
        assert read.origin.calls > share
        body = read.interactions[0].response_body.decode()
        assert f"{read.origin.calls} 长长" in body
    left = [name for name in names(tmp_path) if name != "a.yaml"]
    assert all(name.endswith(TEMPORARY_SUFFIX) for name in left)


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    write(path, "旧的")
    old = path.read_bytes()
    command = [sys.executable, "-c", LIMITED, str(path), str(Path(__file__).parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert f"{path}: The recording could not be written: File too large." in done.stdout
    assert "next: " in done.stdout
    assert path.read_bytes() == old
    assert names(tmp_path) == ["a.yaml"]


@pytest.mark.parametrize("kind", ["the file is a folder", "the folder is a file", "no such device"])
def test_a_path_that_cannot_be_written_is_an_error(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    if kind == "the file is a folder":
        (path / "inside").mkdir(parents=True)
    elif kind == "the folder is a file":
        path.write_bytes(b"x")
        path /= "b.yaml"
    else:
        path = Path("/proc/cassettes/a.yaml")
    before = names(tmp_path)
    with pytest.raises(CassetteWriteError) as raised:
        write(path)
    assert str(raised.value.where) == str(path)
    assert names(tmp_path) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    write(path, "旧的")
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(CassetteWriteError, match="Permission denied"):
            write(path, "新的")
        assert "旧的" in path.read_text("utf-8")
    finally:
        tmp_path.chmod(0o700)


def test_folders_are_created_and_no_temporary_file_is_left(tmp_path: Path) -> None:
    path = tmp_path / "甲" / "乙" / "a.yaml"
    write(path)
    write(path, "乙")
    assert names(path.parent) == ["a.yaml"]
    assert "乙" in read_cassette(path).interactions[0].response_body.decode()


@pytest.mark.parametrize("name", ["😀" * 60 + ".yaml", "字" * 80 + ".yaml", "a" * 250 + ".yaml"])
def test_the_longest_possible_name_can_be_written(name: str, tmp_path: Path) -> None:
    write(tmp_path / name)
    assert names(tmp_path) == [name]


def test_many_writers_of_one_file_leave_the_complete_file_of_one(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    stop = threading.Event()
    errors: list[Exception] = []

    def write_again(number: int) -> None:
        origin = replace(ORIGIN, calls=number)
        while not stop.is_set():
            try:
                write_cassette(path, recording(f"{number}号" * 3000), origin, Redactor())
            except Exception as error:  # noqa: BLE001 (checked below)
                errors.append(error)

    write(path)
    writers = [threading.Thread(target=write_again, args=(number,)) for number in range(2, 10)]
    for writer in writers:
        writer.start()
    try:
        for _ in range(600):
            read = read_cassette(path)
            assert read.canonical
            assert read.origin is not None
            if read.origin.calls != ORIGIN.calls or len(read.interactions[0].response_body) > 5000:
                assert f"{read.origin.calls}号" in read.interactions[0].response_body.decode()
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert errors == []
    assert names(tmp_path) == ["a.yaml"]


def test_an_interrupted_write_leaves_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    write(path, "旧的")
    with pytest.raises(TypeError):
        write_cassette_bytes(path, "text, not bytes")  # type: ignore[arg-type] # what is tried
    assert names(tmp_path) == ["a.yaml"]
    assert "旧的" in path.read_text("utf-8")


def test_a_large_file_is_read_completely(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    for size in (1 << 15, (1 << 15) - 1, (1 << 15) + 1, 3_000_000):
        data = os.urandom(size)
        path.write_bytes(data)
        assert read_bytes(path) == data
    write(path, "长" * 1_000_000)
    assert read_cassette(path).canonical
    assert read_canonical(path.read_bytes()) == read_cassette(path)
