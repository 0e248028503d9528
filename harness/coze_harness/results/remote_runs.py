"""Runs at a URL: copied to a temporary folder, and read there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from coze_harness.messages import message
from coze_harness.model.errors import ResultsError
from coze_harness.model.location import Location
from coze_harness.results.run_codec import HEAD_SIZE, cut_head, decode_run
from coze_harness.results.run_folder import (
    LATEST,
    RUN,
    TRIALS,
    check_run_id,
    read_head,
    wrap_os_errors,
)
from coze_harness.results.run_history import MAX_PREVIOUS_RUNS
from coze_harness.results.run_index import MAX_LISTED_RUNS, find_run, list_folders, no_such_run
from coze_harness.storage import remote_folder as remote
from coze_harness.storage.remote_folder import RemoteFolder
from coze_harness.storage.storage_errors import FolderUrlError


class LocatedRun(Struct, frozen=True):
    """A run's folder on this machine; `origin` is its URL if the folder is a copy."""

    folder: Path
    origin: RemoteFolder | None = None


def locate_run(
    reports: Path | RemoteFolder, name: str, temporary: Callable[[], Path], *, rows_only: bool
) -> LocatedRun:
    """Return the folder of a run, downloaded if it is at a URL.

    `name` is the run's id, `latest`, its path or its URL. `temporary` makes an empty folder for a
    copy, which has no trials.jsonl if `rows_only`.

    Raises:
        ResultsError: there is no such run, or it cannot be downloaded.
    """
    if remote.is_url(name):
        return _download(_open_url(name), temporary(), rows_only=rows_only)
    is_path = "/" in name or "\\" in name
    if not isinstance(reports, RemoteFolder) or is_path:
        return LocatedRun(find_run(reports if isinstance(reports, Path) else Path(), name))
    return _download(_open_name(reports, name), temporary(), rows_only=rows_only)


def newest_runs(reports: Path | RemoteFolder, temporary: Callable[[], Path]) -> Iterator[Path]:
    """Yield the folders of the newest runs, the newest first; remote ones without trials.jsonl.

    `temporary` makes an empty folder for copies.

    Raises:
        ResultsError: the store rejects the request or cannot be reached.
    """
    if not isinstance(reports, RemoteFolder):
        folders = sorted(list_folders(reports), key=lambda path: path.name, reverse=True)
        yield from folders[:MAX_LISTED_RUNS]
        return
    names = _run_names(reports)
    into = temporary()
    for name in names[::-1][:MAX_LISTED_RUNS]:
        with suppress(ResultsError):
            yield _download(reports / check_run_id(name), into, rows_only=True).folder


def fetch_heads(reports: RemoteFolder, into: Path, before: str = "") -> None:
    """Download the run.json of the newest runs, each into a folder with the run's name.

    The run.json of those just before the run `before` come with their rows.

    Raises:
        ResultsError: the store rejects the request or cannot be reached.
    """
    names = _run_names(reports)
    whole_names = [name for name in names if name < before][-MAX_PREVIOUS_RUNS:] if before else []
    skipped_names = {before, *whole_names}
    recent = [name for name in names[-MAX_LISTED_RUNS:] if name not in skipped_names]
    heads = {name: _head(text) for name, text in _read(reports, recent, HEAD_SIZE)}
    whole_names += [name for name, head in heads.items() if not head]
    for name, text in (*heads.items(), *_read(reports, whole_names, None)):
        # A name that is not a folder name here is not a run's.
        if text and Path(name).name == name:
            (into / name).mkdir(exist_ok=True)
            (into / name / RUN).write_bytes(text)


def _read(
    reports: RemoteFolder, names: Sequence[str], limit: int | None
) -> Iterator[tuple[str, bytes]]:
    """Yield name and run.json (its first `limit` bytes) of each run; none for other folders."""
    by_url = {str(reports / name / RUN): name for name in names}
    for url, text in remote.read_files(list(by_url), limit).items():
        if isinstance(text, FileNotFoundError):
            continue
        if isinstance(text, OSError):
            with wrap_os_errors("results.failed.download", reports / by_url[url]):
                raise text
        yield by_url[url], text


def _head(beginning: bytes) -> bytes:
    """Return a run.json without its rows; empty if more of the file is needed."""
    return beginning if len(beginning) < HEAD_SIZE else cut_head(beginning)


def find_latest_name(reports: RemoteFolder) -> str:
    """Return the id of the newest run, which the run.json of `latest` has; empty without runs.

    Raises:
        ResultsError: the store cannot be reached, or that run.json is unreadable.
    """
    url = str(reports / LATEST / RUN)
    with wrap_os_errors("results.failed.read_latest", reports):
        try:
            text = remote.read_file(url)
        except FileNotFoundError:
            return ""
    return check_run_id(decode_run(text, Location(url)).run_id)


def _open_url(name: str) -> RemoteFolder:
    try:
        folder = remote.open_folder(name)
    except FolderUrlError as error:
        raise ResultsError(error.what, next_step=message("results.url.next")) from error
    folder = folder.parent if folder.name == RUN else folder
    return _open_name(folder.parent, LATEST) if folder.name == LATEST else folder


def _open_name(reports: RemoteFolder, name: str) -> RemoteFolder:
    if name != LATEST:
        return reports / check_run_id(name)
    if latest := find_latest_name(reports):
        return reports / latest
    raise _no_such_run(reports, name)


def _download(origin: RemoteFolder, into: Path, *, rows_only: bool) -> LocatedRun:
    folder = into / origin.name
    folder.mkdir()
    with wrap_os_errors("results.failed.download", origin):
        try:
            remote.download_file(str(origin / RUN), folder / RUN)
        except FileNotFoundError:
            raise _no_such_run(origin.parent, origin.name) from None
        if not rows_only:
            with suppress(FileNotFoundError):
                remote.download_file(str(origin / TRIALS), folder / TRIALS)
    read_head(folder, rows=False)
    return LocatedRun(folder, origin)


def _no_such_run(reports: RemoteFolder, name: str) -> ResultsError:
    return no_such_run(str(reports), name, _run_names(reports))


def _run_names(reports: RemoteFolder) -> list[str]:
    with wrap_os_errors("results.failed.list", reports):
        return [name for name in remote.list_folders(reports) if name != LATEST and name[0] != "."]
