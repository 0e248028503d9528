"""Runs whose reports folder is a URL: written to a folder on this machine, uploaded at their end.

A store cannot append to a file, so trials.jsonl cannot grow there. A killed run is found again by
its id, in the system's temporary folder:
``coze-harness-<user>/<digest of the URL>/<run id>/<run id>/``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from coze_harness.messages import message
from coze_harness.model import Run
from coze_harness.model.errors import ResultsError
from coze_harness.model.location import Location
from coze_harness.model.process_context import ProcessContext
from coze_harness.results.remote_runs import (
    fetch_heads,
    find_latest_name,
    locate_run,
)
from coze_harness.results.run_folder import (
    LATEST,
    RUN,
    TRIALS,
    RunFolder,
    check_run_id,
    wrap_os_errors,
)
from coze_harness.results.run_index import find_run
from coze_harness.storage import remote_folder as remote
from coze_harness.storage.remote_folder import RemoteFolder

_LIST: Final = "index.html"
_DIGEST_LENGTH: Final = 12
_OTHERS: Final = 0o077


class RunUpload:
    """A run that is written on this machine and uploaded when it ends; a context manager.

    On exit, the local copy of a published run is deleted. A run that was not published stays, for
    `folder_to_resume`.

    Args:
        reports: the folder of all runs in the store.
        context: the process; `temporary` is where the local folders are.
    """

    def __init__(self, reports: RemoteFolder, context: ProcessContext) -> None:
        self._reports = reports
        self._context = context
        self._published: Path | None = None

    def __enter__(self) -> RunUpload:
        return self

    def __exit__(self, *_: object) -> None:
        if self._published is not None:
            shutil.rmtree(self._published.parent, ignore_errors=True)

    def begin(self, opening: Run) -> RunFolder:
        """Make the local folder of a new run.

        Raises:
            ResultsError: the store cannot be reached, or the folder cannot be written.
        """
        with wrap_os_errors("results.failed.reach", self._reports):
            remote.check_reachable(self._reports)
        home = self._local_folder() / check_run_id(opening.run_id)
        with wrap_os_errors("results.failed.folder", home):
            home.mkdir(exist_ok=True)
        return RunFolder.create(home, opening)

    def folder_to_resume(self, name: str) -> Path:
        """Return the local folder of a run: one that was never uploaded, or a new copy.

        Args:
            name: the run's id, `latest`, or its path on this machine.

        Raises:
            ResultsError: there is no such run.
        """
        local = self._local_folder()
        waiting = [path.name for path in local.iterdir() if (path / path.name).is_dir()]
        if name == LATEST and waiting:
            # Ids are in the order of time.
            name = max(*waiting, find_latest_name(self._reports))
        if name in waiting:
            return find_run(local / name, name)
        if remote.is_url(name):
            raise ResultsError(
                message("results.resume_url"),
                where=Location(name),
                next_step=message("results.resume_url.next"),
            )
        copies: list[Path] = []

        def make_folder() -> Path:
            copies.append(Path(tempfile.mkdtemp(dir=local)))
            return copies[-1]

        folder = locate_run(self._reports, name, make_folder, rows_only=False).folder
        if not copies:
            return folder
        home = local / folder.name
        with wrap_os_errors("results.failed.folder", home):
            copies[0].rename(home)
        return home / folder.name

    def fetch_history(self, folder: Path) -> None:
        """Download the heads of earlier runs, next to a run's folder.

        Raises:
            ResultsError: the store rejects the request or cannot be reached; the run is kept.
        """
        with _keep_run(folder, self._reports):
            fetch_heads(self._reports, folder.parent, folder.name)

    def publish(self, folder: Path) -> RemoteFolder:
        """Upload a run that has ended, and make it the latest one.

        run.json is uploaded last, so that the store has a whole run or none. The same holds for
        `latest`, whose run.json says of which run it is a copy.

        Raises:
            ResultsError: the store rejects the request or cannot be reached; the run is kept.
        """
        run = self._reports / folder.name
        with _keep_run(folder, self._reports):
            upload_run(folder, run)
            with wrap_os_errors("results.failed.make_latest", self._reports / LATEST):
                _copy(run, self._reports / LATEST, _file_names(folder))
                remote.upload_file(folder.parent / _LIST, str(self._reports / _LIST))
        self._published = folder
        return run

    def _local_folder(self) -> Path:
        """Return the folder on this machine for all runs of this URL; no other user may read it.

        Raises:
            ResultsError: another user owns it, or may write to it.
        """
        user = str(os.getuid()) if hasattr(os, "getuid") else "user"
        parent = Path(self._context.temporary or tempfile.gettempdir()) / f"coze-harness-{user}"
        with wrap_os_errors("results.failed.spool", parent):
            parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            status = parent.lstat()
            is_shared = hasattr(os, "getuid") and (
                status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & _OTHERS
            )
            if is_shared or not stat.S_ISDIR(status.st_mode):
                raise ResultsError(
                    message("results.other_users"),
                    where=Location(str(parent)),
                    next_step=message("results.other_users.next"),
                )
            folder = (
                parent / hashlib.sha256(self._reports.url.encode()).hexdigest()[:_DIGEST_LENGTH]
            )
            folder.mkdir(exist_ok=True)
        return folder


@contextmanager
def _keep_run(folder: Path, reports: RemoteFolder) -> Iterator[None]:
    """Say in errors where a run is kept that was not uploaded."""
    note = message("results.kept", folder=str(folder))
    try:
        yield
    except ResultsError as error:
        error.detail = (*error.detail, note)
        error.next_step = message(
            "results.then_upload",
            step=error.next_step,
            options=f"--resume {folder.name} --reports {reports}",
        )
        raise
    except KeyboardInterrupt as interrupt:
        interrupt.add_note(str(note))
        raise


def upload_run(folder: Path, to: RemoteFolder) -> None:
    """Upload a run's folder; run.json goes last, and without it a folder is not a run.

    Raises:
        ResultsError: the store rejects the request or cannot be reached.
    """
    with wrap_os_errors("results.failed.upload", to):
        names = _file_names(folder)
        if RUN in names:
            remote.remove_file(str(to / RUN))
        for name in names:
            remote.upload_file(folder / name, str(to / name))


def upload_reports(folder: Path, to: RemoteFolder) -> None:
    """Upload reports that were rendered again, to their run, and to `latest` if it is that run.

    Raises:
        ResultsError: the store rejects the request or cannot be reached.
    """
    names = [name for name in _file_names(folder) if name not in (RUN, TRIALS)]
    latest = to.parent / LATEST
    with wrap_os_errors("results.failed.upload_reports", to):
        for name in names:
            remote.upload_file(folder / name, str(to / name))
        try:
            is_latest = remote.read_file(str(latest / RUN)) == (folder / RUN).read_bytes()
        except FileNotFoundError:
            return
        if is_latest:
            for name in names:
                remote.copy_file(str(to / name), str(latest / name))


def _file_names(folder: Path) -> list[str]:
    """Return the paths of a run's files inside its folder, run.json last."""
    names = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    ]
    return sorted(names, key=lambda name: (name == RUN, name))


def _copy(run: RemoteFolder, to: RemoteFolder, names: Sequence[str]) -> None:
    for name in names:
        remote.copy_file(str(run / name), str(to / name))
    for name in set(remote.list_files(to)) - set(names):
        remote.remove_file(str(to / name))
