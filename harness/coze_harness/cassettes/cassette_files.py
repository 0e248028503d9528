"""Reads and writes cassette files, on disk or by URL."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from coze_harness.cassettes.canonical_format import is_edited, read_canonical, write_canonical
from coze_harness.cassettes.recording import Recording, RecordingInfo
from coze_harness.cassettes.redaction import Redactor
from coze_harness.messages import LocalizedText, message
from coze_harness.messages.os_error_reason import is_disk_full
from coze_harness.model import replace
from coze_harness.model.errors import (
    CassetteMissingError,
    CassetteUnreadableError,
    CassetteWriteError,
    SecretLeakError,
)
from coze_harness.model.location import Location
from coze_harness.storage import remote_folder
from coze_harness.storage.atomic_write import write_atomically
from coze_harness.storage.remote_folder import RemoteFolder, is_url
from coze_harness.storage.storage_errors import RemoteError, failure_reason

# A named pipe must not make a run wait for a writer.
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
# Nearly every cassette fits into the first buffer; a larger one takes longer to allocate.
_FIRST_BUFFER = 1 << 15
_NEXT_BUFFER = 1 << 20
_KINDS_OF_FILES: Final[Sequence[tuple[Callable[[int], bool], LocalizedText]]] = (
    (stat.S_ISDIR, message("cassette.is_folder")),
    (stat.S_ISFIFO, message("cassette.is_pipe")),
    (stat.S_ISSOCK, message("cassette.is_socket")),
    (stat.S_ISCHR, message("cassette.is_device")),
    (stat.S_ISBLK, message("cassette.is_device")),
)

PrefetchedCassettes: TypeAlias = Mapping[str, bytes | OSError]
"""Cassettes fetched by URL: a file's content, or the error of reading it."""

NONE_PREFETCHED: Final[PrefetchedCassettes] = {}


def read_cassette(path: Path | str, prefetched: PrefetchedCassettes = NONE_PREFETCHED) -> Recording:
    """Return the recording in a file.

    Args:
        path: path or URL of the file.
        prefetched: files that were fetched before.

    Raises:
        CassetteMissingError: there is no such file.
        CassetteUnreadableError: the file cannot be read, or is not a complete cassette.
    """
    data = read_bytes(path, prefetched)
    recording = read_canonical(data)
    if recording is not None:
        return recording
    if not data.strip():
        raise CassetteUnreadableError(
            message("cassette.empty"),
            where=Location(str(path)),
            next_step=message("cassette.empty.next"),
        )
    # Imported late: vcrpy and libyaml take long to import, and most projects never need them.
    from coze_harness.cassettes.vcr_format import read_vcr_cassette

    recording = read_vcr_cassette(data, path)
    return replace(recording, edited=is_edited(data, has_info=recording.origin is not None))


def fetch_cassettes(urls: Sequence[str]) -> PrefetchedCassettes:
    """Fetch cassettes by URL, all at the same time, for `read_cassette`."""
    return remote_folder.read_files(urls)


def read_bytes(path: Path | str, prefetched: PrefetchedCassettes = NONE_PREFETCHED) -> bytes:
    """Return the content of a file, with few system calls: a run reads thousands of small files.

    Raises:
        CassetteMissingError: there is no such file.
        CassetteUnreadableError: it cannot be read.
    """
    try:
        if isinstance(path, str) and is_url(path):
            return _fetch(path, prefetched)
        descriptor = os.open(path, _FLAGS)
        try:
            if not stat.S_ISREG(mode := os.fstat(descriptor).st_mode):
                raise _not_a_file(path, mode)
            chunks: list[bytes] = []
            size = _FIRST_BUFFER
            while chunk := os.read(descriptor, size):
                chunks.append(chunk)
                if len(chunk) == size:
                    size = _NEXT_BUFFER
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)
        finally:
            os.close(descriptor)
    except FileNotFoundError as error:
        raise CassetteMissingError(
            message("cassette.missing"),
            where=Location(str(path)),
            next_step=message("cassette.missing.next"),
        ) from error
    except OSError as error:
        if error.errno == errno.ENXIO:  # what opening a socket is answered with
            raise _not_a_file(path, Path(path).stat().st_mode) from error
        raise read_error(path, error) from error


def _not_a_file(path: Path | str, mode: int) -> CassetteUnreadableError:
    kinds = (what for is_kind, what in _KINDS_OF_FILES if is_kind(mode))
    return CassetteUnreadableError(
        next(kinds, message("cassette.is_special")),
        where=Location(str(path)),
        next_step=message("cassette.is_folder.next"),
    )


def _fetch(url: str, prefetched: PrefetchedCassettes) -> bytes:
    content = prefetched.get(url)
    if isinstance(content, OSError):
        raise content
    return remote_folder.read_file(url) if content is None else content


def read_error(path: Path | str, error: OSError) -> CassetteUnreadableError:
    """Return the error to raise if a file or a folder cannot be read."""
    return CassetteUnreadableError(
        message("cassette.unreadable", reason=failure_reason(error)),
        where=Location(str(path)),
        next_step=error.next_step
        if isinstance(error, RemoteError)
        else message("cassette.unreadable.next"),
    )


def check_cassettes_reachable(cassettes: Path | RemoteFolder) -> None:
    """Check that a folder of cassettes at a URL can be read; a folder on disk is not checked.

    Raises:
        CassetteUnreadableError: the store cannot be reached, or denies access.
    """
    if isinstance(cassettes, RemoteFolder):
        try:
            remote_folder.check_reachable(cassettes)
        except OSError as error:
            raise read_error(str(cassettes), error) from error


def write_cassette(
    path: Path | str, recording: Recording, origin: RecordingInfo, redactor: Redactor
) -> None:
    """Write a recording, whole or not at all.

    Raises:
        SecretLeakError: the content contains a secret; nothing was written.
        CassetteWriteError: the file cannot be written; the old file is unchanged.
    """
    write_cassette_bytes(path, encode_cassette(path, recording, origin, redactor))


def encode_cassette(
    path: Path | str, recording: Recording, origin: RecordingInfo, redactor: Redactor
) -> bytes:
    """Return the content of a recording's file.

    Raises:
        SecretLeakError: it contains a secret; `path` is named.
    """
    if origin.bot is not None:
        origin = replace(origin, bot=redactor.redact_snapshot(origin.bot))
    content = write_canonical(recording, origin)
    if secret := find_secret(content, recording, redactor):
        raise SecretLeakError(
            message("cassette.secret", secret=secret),
            where=Location(str(path)),
            next_step=message("cassette.secret.next"),
        )
    return content


def find_secret(content: bytes, recording: Recording | None, redactor: Redactor) -> LocalizedText:
    """Return a description of a secret in a cassette, also one that a stream has in pieces.

    Args:
        content: the file.
        recording: what it contains; `None` if that cannot be read.
        redactor: knows the secrets.
    """
    if secret := redactor.find_secret(content.decode("utf-8", "replace")):
        return secret
    for item in recording.interactions if recording else ():
        for body in (item.request_body, item.response_body):
            if secret := redactor.find_secret_in_body(body):
                return secret
    return LocalizedText()


def write_cassette_bytes(path: Path | str, data: bytes) -> None:
    """Write a file, whole or not at all.

    Raises:
        CassetteWriteError: the file cannot be written; the old file is unchanged.
    """
    try:
        if isinstance(path, str) and is_url(path):
            remote_folder.write_file(path, data)
        else:
            _check_replaceable(path)
            write_atomically(Path(path), [data])
    except OSError as error:
        raise CassetteWriteError(
            message("cassette.not_written", reason=failure_reason(error)),
            where=Location(str(path)),
            next_step=error.next_step
            if isinstance(error, RemoteError)
            else message("cassette.not_written.disk_full")
            if is_disk_full(error)
            else message("cassette.not_written.next"),
        ) from error


def _check_replaceable(path: Path | str) -> None:
    """Check that there is a file, a link or nothing; a pipe or a device is somebody's."""
    try:
        mode = os.lstat(path).st_mode
    except OSError:  # writing says why
        return
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        error = _not_a_file(path, mode)
        raise CassetteWriteError(error.what, where=error.where, next_step=error.next_step)
