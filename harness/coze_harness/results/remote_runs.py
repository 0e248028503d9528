"""Runs that are elsewhere, by URL, brought into a temporary folder to be read there as ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from coze_harness.model.errors import ResultsError
from coze_harness.model.location import Location
from coze_harness.reporting.run_list_page import MOST as MOST_LISTED
from coze_harness.results import find_run
from coze_harness.results.document_reading import decode_run, read_head_of
from coze_harness.results.files import LATEST, checked_run_id
from coze_harness.results.run_codec import END
from coze_harness.results.run_folder import RUN, TRIALS, read_head
from coze_harness.results.run_history import MOST as MOST_BEFORE
from coze_harness.storage import remote_folder as remote
from coze_harness.storage.remote_folder import RemoteError, RemoteFolder

# What holds nearly every head; one that is longer is fetched with all the rest.
_BEGINNING: Final = 8_192
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class LocatedRun:
    """A run's folder on this machine, and where it was fetched from if it is a copy."""

    folder: Path
    origin: RemoteFolder | None = None


@contextmanager
def wrap_store_errors(doing: str, where: RemoteFolder) -> Iterator[None]:
    """Turn what a store refuses into words, with the place.

    Raises:
        ArchiveError: in place of any OSError.
    """
    try:
        yield
    except OSError as fault:
        step = fault.next_step if isinstance(fault, RemoteError) else "try again"
        raise ResultsError(
            f"{doing} did not work: {fault.strerror or type(fault).__name__}.",
            where=Location(str(where)),
            next_step=step,
        ) from fault


def locate_run(
    reports: Path | RemoteFolder, name: str, temporary: Callable[[], Path], *, rows_only: bool
) -> LocatedRun:
    """Return the folder of a run by its id, `latest`, its path or its URL.

    Args:
        reports: the folder of all runs.
        name: of the one.
        temporary: makes a folder for the copy of one that is elsewhere.
        rows_only: whether its run.json will do.

    Raises:
        ArchiveError: there is none, or it cannot be fetched.
    """
    if remote.is_url(name):
        return _fetched(_by_url(name), temporary(), rows_only=rows_only)
    if not isinstance(reports, RemoteFolder) or _is_path(name):
        return LocatedRun(find_run(reports if isinstance(reports, Path) else Path(), name))
    return _fetched(_by_name(reports, name), temporary(), rows_only=rows_only)


def fetch_heads(reports: RemoteFolder, into: Path, before: str = "") -> None:
    """Bring the run.json of the newest runs, each into a folder called like the run's.

    Args:
        reports: the folder of all runs.
        into: gets the folders, for the archive to list.
        before: the id of a run; those just before it come with their rows, others without.

    Raises:
        ArchiveError: the store refuses or cannot be asked.
    """
    with wrap_store_errors("Listing the runs", reports):
        names = [name for name in remote.list_folders(reports) if name != LATEST and name[0] != "."]
    whole = [name for name in names if name < before][-MOST_BEFORE:] if before else []
    heads = [name for name in names[-MOST_LISTED:] if name not in set(whole) and name != before]
    kept = dict(_read(reports, heads, _BEGINNING))
    cut = {name: _head(text) for name, text in kept.items()}
    whole += [name for name, head in cut.items() if not head]
    for name, head in (*cut.items(), *_read(reports, whole, None)):
        # A name that is none of a folder here is not a run's.
        if head and Path(name).name == name:
            (into / name).mkdir(exist_ok=True)
            (into / name / RUN).write_bytes(head)


def _read(
    reports: RemoteFolder, names: Sequence[str], most: int | None
) -> Iterator[tuple[str, bytes]]:
    """Yield what run.json of runs says; of folders that have none, nothing."""
    by_url = {str(reports / name / RUN): name for name in names}
    for url, text in remote.read_files(list(by_url), most).items():
        if isinstance(text, FileNotFoundError):
            continue
        if isinstance(text, OSError):
            with wrap_store_errors("Reading a run", reports / by_url[url]):
                raise text
        yield by_url[url], text


def _head(beginning: bytes) -> bytes:
    """Return a run.json without its rows from its beginning; nothing where that is too short."""
    if len(beginning) < _BEGINNING:
        return beginning
    closed = beginning + END
    head = read_head_of(BytesIO(closed))
    return b"" if head == closed else head


def _by_url(name: str) -> RemoteFolder:
    try:
        folder = remote.open_folder(name)
    except ValueError as fault:
        raise ResultsError(str(fault), next_step="name a run's folder") from fault
    folder = folder.parent if folder.name == RUN else folder
    return _by_name(folder.parent, LATEST) if folder.name == LATEST else folder


def _is_path(name: str) -> bool:
    return "/" in name or "\\" in name


def latest_name(reports: RemoteFolder) -> str:
    """Return the id of the newest run; `latest` is a copy, and its run.json says of which.

    Without any, the name is empty.

    Raises:
        ArchiveError: the store cannot be asked, or that run.json is unreadable.
    """
    url = str(reports / LATEST / RUN)
    with wrap_store_errors("Reading the latest run", reports):
        try:
            text = remote.read_file(url)
        except FileNotFoundError:
            return ""
    return checked_run_id(decode_run(text, Location(url)).run_id)


def _by_name(reports: RemoteFolder, name: str) -> RemoteFolder:
    if name != LATEST:
        return reports / checked_run_id(name)
    found = latest_name(reports)
    if not found:
        raise _none(reports, name)
    return reports / found


def _fetched(origin: RemoteFolder, into: Path, *, rows_only: bool) -> LocatedRun:
    folder = into / origin.name
    folder.mkdir()
    with wrap_store_errors("Reading a run", origin):
        try:
            remote.download_file(str(origin / RUN), folder / RUN)
        except FileNotFoundError:
            raise _none(origin.parent, origin.name) from None
        if not rows_only:
            with suppress(FileNotFoundError):
                remote.download_file(str(origin / TRIALS), folder / TRIALS)
    read_head(folder, rows=False)
    return LocatedRun(folder, origin)


def _none(reports: RemoteFolder, name: str) -> ResultsError:
    with wrap_store_errors("Listing the runs", reports):
        names = [one for one in remote.list_folders(reports) if one != LATEST]
    known = ", ".join(names[-_SHOWN:])
    return ResultsError(
        f"There is no run {name!a}.",
        where=Location(str(reports)),
        next_step=f"name one of these: {known}" if known else "run: coze-harness run",
    )
