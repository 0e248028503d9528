"""The journal that makes `accept` replace all recordings or none, however it ends.

`cassettes/.accept-journal.json` has the old and the new content of every recording. It is written
whole before the first recording is replaced, and deleted after the last one: while it exists, the
baseline may be part old and part new. What is left of a killed `accept` is finished by the same
function that does the work in an `accept` that is not killed, and that function can itself be
killed and repeated.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from msgspec import Struct, to_builtins

from coze_harness.cassettes import ACCEPT_JOURNAL, CANDIDATE_FOLDER
from coze_harness.messages import LocalizedText, message
from coze_harness.messages.os_error_reason import is_disk_full
from coze_harness.model.errors import CassetteUnreadableError, CassetteWriteError
from coze_harness.model.location import Location
from coze_harness.model.struct_decoding import convert_to_struct
from coze_harness.storage.atomic_write import sync_folder, write_atomically
from coze_harness.storage.storage_errors import failure_reason
from coze_harness.text.json_text import dump_json, parse_json

_MAX_TIME: Final = 40
"""Characters of the start that are shown."""
_SUFFIXES: Final = (".yaml", ".yml")


class Replacement(Struct, frozen=True, kw_only=True):
    """A recording that is replaced; paths are relative to the folder of cassettes, with `/`.

    `old` is `None` if there is no recording yet. `candidates` are deleted at the end, unless their
    content is another one by then: the SHA-256 of each, by path.
    """

    target: str
    old: bytes | None
    new: bytes
    candidates: Mapping[str, str]


class AcceptJournal(Struct, frozen=True, kw_only=True):
    """An accept that has begun: its process, its start (ISO 8601 in UTC), what it replaces.

    `moved` are rejected candidates: where each is moved to, by path, both as in `Replacement`;
    journals of older versions move nothing.
    """

    format: Literal[1]
    pid: int
    started: str
    replacements: Sequence[Replacement]
    moved: Mapping[str, str] = {}

    def describe(self) -> LocalizedText:
        """Return how many recordings it replaces, its process and start."""
        since = self.started[:_MAX_TIME].partition("+")[0].replace("T", " ")
        return message("accept.journal", n=len(self.replacements), pid=self.pid, since=since)


class AcceptEnd(Struct, frozen=True, kw_only=True):
    """How an accept ended: with all new recordings, or, after `error`, with all old ones.

    `edited` are recordings that somebody changed after the accept began: these are kept, and their
    candidates too.
    """

    journal: AcceptJournal
    edited: Sequence[str] = ()
    error: CassetteWriteError | None = None


def begin_accept(
    cassettes: Path,
    contents: Iterable[tuple[Path, bytes, Sequence[Path]]],
    now: float,
    moved: Mapping[Path, Path],
) -> None:
    """Write the journal: from here on, the accept is finished even if this process is killed.

    Args:
        cassettes: the folder of cassettes.
        contents: path of each recording, its new content, and the candidates to delete.
        now: Unix time in seconds.
        moved: where each rejected candidate is moved to.

    Raises:
        CassetteWriteError: an old recording cannot be read, or the journal not be written; nothing
            has changed.
    """
    replacements: list[Replacement] = []
    for path, new, candidates in contents:
        _check_inside(path, cassettes)
        with _wrap_errors(path):
            replacements.append(
                Replacement(
                    target=_relative(path, cassettes),
                    old=_read(path),
                    new=new,
                    candidates={
                        _relative(one, cassettes): _digest(one.read_bytes()) for one in candidates
                    },
                )
            )
    journal = AcceptJournal(
        format=1,
        pid=os.getpid(),
        started=datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds"),
        replacements=replacements,
        moved={_relative(old, cassettes): _relative(new, cassettes) for old, new in moved.items()},
    )
    with _wrap_errors(cassettes / ACCEPT_JOURNAL):
        # Contents are in base64, since an old one may be any bytes.
        write_atomically(cassettes / ACCEPT_JOURNAL, [dump_json(to_builtins(journal))])
        sync_folder(cassettes)


def read_journal(cassettes: Path) -> AcceptJournal:
    """Return the journal of an accept that has begun.

    Raises:
        CassetteUnreadableError: it cannot be read, or is damaged.
    """
    path = cassettes / ACCEPT_JOURNAL
    try:
        journal = convert_to_struct(parse_json(path.read_bytes()), AcceptJournal)
        _check_paths(journal)
    except (OSError, ValueError) as error:
        raise CassetteUnreadableError(
            message("accept.journal_unreadable", reason=failure_reason(error))
            if isinstance(error, OSError)
            else message("accept.journal_damaged"),
            where=Location(str(path)),
            next_step=message("accept.journal.next"),
        ) from error
    return journal


def finish_accept(cassettes: Path) -> AcceptEnd:
    """Replace all recordings that the journal names, then move or delete candidates.

    If a recording cannot be written, the others get their old content back. The caller holds the
    locks of the folder.

    Raises:
        CassetteUnreadableError: the journal cannot be used; nothing has changed.
        CassetteWriteError: neither can be done; the journal remains.
    """
    journal = read_journal(cassettes)
    for one in journal.replacements:
        _check_inside(cassettes / one.target, cassettes)
    for name in (*journal.moved, *journal.moved.values()):
        _check_inside(cassettes / name, cassettes)
    error: CassetteWriteError | None = None
    try:
        edited = [one.target for one in journal.replacements if not _write_new(cassettes, one)]
        _move_candidates(cassettes, journal.moved)
        _remove_candidates(cassettes, journal, edited)
    except CassetteWriteError as failure:
        error = failure
        with suppress(CassetteWriteError):
            _move_candidates(cassettes, {new: old for old, new in journal.moved.items()})
        edited = [one.target for one in journal.replacements if not _write_old(cassettes, one)]
    for folder in sorted({(cassettes / one.target).parent for one in journal.replacements}):
        sync_folder(folder)
    path = cassettes / ACCEPT_JOURNAL
    with _wrap_errors(path):
        path.unlink()
    return AcceptEnd(journal=journal, edited=edited, error=error)


def remove_empty_folders(candidates: Path) -> None:
    """Delete the folders of candidates that have no candidate any more."""
    folders = [path for path in candidates.rglob("*") if path.is_dir()]
    for folder in (*sorted(folders, reverse=True), candidates):
        with suppress(OSError):
            folder.rmdir()


def _write_new(cassettes: Path, one: Replacement) -> bool:
    """Write the new content; return false for a file that was edited since, which is kept."""
    path = cassettes / one.target
    with _wrap_errors(path):
        content = _read(path)
        if content == one.old != one.new:
            write_atomically(path, [one.new])
        return content in (one.old, one.new)


def _write_old(cassettes: Path, one: Replacement) -> bool:
    """Write the old content again; return false for a file that was edited since."""
    path = cassettes / one.target
    with _wrap_errors(path):
        try:
            content = _read(path)
        except OSError:  # it could not be written either
            return True
        if content == one.new != one.old:
            if one.old is None:
                path.unlink()
            else:
                write_atomically(path, [one.old])
        return content in (one.old, one.new)


def _move_candidates(cassettes: Path, moved: Mapping[str, str]) -> None:
    for old, new in moved.items():
        target = cassettes / new
        # One that is gone was moved before this process was killed.
        with _wrap_errors(target), suppress(FileNotFoundError):
            if (cassettes / old).exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                (cassettes / old).replace(target)


def _remove_candidates(cassettes: Path, journal: AcceptJournal, edited: Sequence[str]) -> None:
    for one in journal.replacements:
        for name, digest in one.candidates.items() if one.target not in edited else ():
            path = cassettes / name
            # A candidate that stays for its folder's permissions can be accepted again.
            with suppress(OSError):
                if _digest(path.read_bytes()) == digest:
                    path.unlink()
    remove_empty_folders(cassettes / CANDIDATE_FOLDER)


@contextmanager
def _wrap_errors(path: Path) -> Iterator[None]:
    """Raise errors of the file system as CassetteWriteError, with the path of the file."""
    try:
        yield
    except OSError as error:
        raise CassetteWriteError(
            message("accept.not_written", reason=failure_reason(error)),
            where=Location(str(path)),
            next_step=message("accept.disk_full.next")
            if is_disk_full(error)
            else message("accept.permissions.next"),
        ) from error


def _check_inside(path: Path, cassettes: Path) -> None:
    """Check that no link leads out of the folder: a journal can come with a repository."""
    if not path.parent.resolve().is_relative_to(cassettes.resolve()):
        raise CassetteWriteError(
            message("accept.link"),
            where=Location(str(path)),
            next_step=message("accept.link.next"),
        )


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def _check_paths(journal: AcceptJournal) -> None:
    """Check a journal that was read: a file of a repository must not lead elsewhere.

    Raises:
        ValueError: a path leads out of the folder, or is not that of a recording or a candidate.
    """
    candidates = [*journal.moved, *journal.moved.values()]
    for one in journal.replacements:
        candidates += one.candidates
    for name in candidates:
        if PurePosixPath(name).parts[:1] != (CANDIDATE_FOLDER,):
            raise ValueError("not a candidate")
    for name in (*candidates, *(one.target for one in journal.replacements)):
        path = Path(name)
        if path.is_absolute() or path.drive or ".." in path.parts or path.suffix not in _SUFFIXES:
            raise ValueError("not a recording")
