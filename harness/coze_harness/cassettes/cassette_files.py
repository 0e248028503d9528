"""Cassettes, on disk or by URL: refused with a reason, or read; written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from coze_harness.cassettes import canonical_format as canonical
from coze_harness.cassettes.recording import Recording, RecordingInfo
from coze_harness.cassettes.redaction import Redactor
from coze_harness.model import replace
from coze_harness.model.errors import (
    CassetteMissingError,
    CassetteUnreadableError,
    CassetteWriteError,
    SecretLeakError,
)
from coze_harness.model.location import Location
from coze_harness.storage import atomic_write as wholefile
from coze_harness.storage import remote_folder as remote
from coze_harness.storage.remote_folder import RemoteFolder

# A named pipe must not keep a run waiting for a writer.
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
# Nearly every cassette fits; a larger buffer costs more than the file (the allocator maps it anew).
_SMALL = 1 << 15
_LARGE = 1 << 20


PrefetchedCassettes: TypeAlias = Mapping[str, bytes | OSError]
"""What has been fetched by URL: the bytes of a file, or why there are none."""

NONE_PREFETCHED: Final[PrefetchedCassettes] = {}


def read_cassette(path: Path | str, at_hand: PrefetchedCassettes = NONE_PREFETCHED) -> Recording:
    """Return the recording in a file.

    Args:
        path: where it is; a URL is text.
        at_hand: what need not be fetched any more.

    Raises:
        CassetteMissingError: there is no such file.
        CassetteUnreadableError: the file cannot be read, or is no whole cassette.
    """
    data = read_bytes(path, at_hand)
    recording = canonical.read_canonical(data)
    if recording is not None:
        return recording
    if not data.strip():
        what = "The file is empty: a recording was cut short, or the file was never filled."
        raise CassetteUnreadableError(
            what, where=Location(str(path)), next_step="record it again (or delete the file)."
        )
    from coze_harness.cassettes import vcr_format as foreign

    return foreign.read_vcr_cassette(data, path)


def fetch_cassettes(urls: Sequence[str]) -> PrefetchedCassettes:
    """Fetch remote recordings, all at once, for `read_cassette`."""
    return remote.read_files(urls)


def read_bytes(path: Path | str, at_hand: PrefetchedCassettes = NONE_PREFETCHED) -> bytes:
    """Return a file's bytes, in the fewest system calls: a run reads thousands of small files.

    Raises:
        CassetteMissingError: there is no such file.
        CassetteUnreadableError: it cannot be read.
    """
    if isinstance(path, str) and "://" in path:
        return _fetched(path, at_hand)
    try:
        descriptor = os.open(path, _FLAGS)
        try:
            chunks: list[bytes] = []
            size = _SMALL
            while chunk := os.read(descriptor, size):
                chunks.append(chunk)
                if len(chunk) == size:
                    size = _LARGE
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)
        finally:
            os.close(descriptor)
    except FileNotFoundError as fault:
        raise _missing(path) from fault
    except OSError as fault:
        raise CassetteUnreadableError(
            f"The file cannot be read: {fault.strerror}.",
            where=Location(str(path)),
            next_step="mend its permissions, or take the file from version control.",
        ) from fault


def _fetched(url: str, at_hand: PrefetchedCassettes) -> bytes:
    try:
        found = at_hand.get(url)
        if isinstance(found, OSError):
            raise found
        return remote.read_file(url) if found is None else found
    except FileNotFoundError as fault:
        raise _missing(url) from fault
    except OSError as fault:
        raise fetch_error(url, fault) from fault


def _missing(path: Path | str) -> CassetteMissingError:
    return CassetteMissingError(
        "There is no recording.", where=Location(str(path)), next_step="record it."
    )


def fetch_error(url: str, fault: OSError) -> CassetteUnreadableError:
    """Return what a store's refusal means for who wants to read."""
    return CassetteUnreadableError(
        f"It cannot be read: {fault.strerror}.",
        where=Location(url),
        next_step=fault.next_step if isinstance(fault, remote.RemoteError) else "try again.",
    )


def check_cassettes_reachable(cassettes: Path | RemoteFolder) -> None:
    """Check that a folder of cassettes at a URL can be read.

    Raises:
        CassetteUnreadableError: the store cannot be reached, or denies access.
    """
    if isinstance(cassettes, RemoteFolder):
        try:
            remote.check_reachable(cassettes)
        except OSError as error:
            raise fetch_error(str(cassettes), error) from error


def write_cassette(
    path: Path | str, recording: Recording, origin: RecordingInfo, redactor: Redactor
) -> None:
    """Write a recording; whatever happens, the file is the old one or the new one, whole.

    Raises:
        SecretLeakError: the text still holds a secret; nothing was written.
        CassetteWriteError: the disk or its permissions; the old file is untouched.
    """
    if origin.bot is not None:
        origin = replace(origin, bot=redactor.redact_snapshot(origin.bot))
    text = canonical.write_canonical(recording, origin)
    if found := redactor.find_secret(text.decode()):
        raise SecretLeakError(
            f"The recording was not written: it still holds {found}.",
            where=Location(str(path)),
            next_step="add a pattern for it under `redact:` in harness.yaml, then record again.",
        )
    write_cassette_bytes(path, text)


def write_cassette_bytes(path: Path | str, data: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        CassetteWriteError: the disk or its permissions; the old file is untouched.
    """
    try:
        if isinstance(path, str) and remote.is_url(path):
            remote.write_file(path, data)
        else:
            wholefile.write_atomically(Path(path), [data])
    except remote.RemoteError as fault:
        raise CassetteWriteError(
            f"The recording could not be written: {fault.strerror}. The old one is whole.",
            where=Location(str(path)),
            next_step=f"{fault.next_step}; record again",
        ) from fault
    except OSError as fault:
        raise CassetteWriteError(
            f"The recording could not be written: {fault.strerror}. The old file is whole.",
            where=Location(str(path)),
            next_step="free some space or mend the folder's permissions, then record again.",
        ) from fault
