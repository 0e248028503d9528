"""Runs whose reports go elsewhere: made in a folder of this machine, and sent when they end.

A store has no appending, so that trials.jsonl cannot grow there. What a killed run had done is
found again by its id, in the system's temporary folder:
``coze-harness-<user>/<folder's digest>/<run id>/<run id>/``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coze_harness.model import Run
from coze_harness.model.errors import ResultsError
from coze_harness.model.location import Location
from coze_harness.model.process_context import ProcessContext
from coze_harness.results import RunFolder, find_run
from coze_harness.results.files import LATEST, checked_run_id, wrap_os_errors
from coze_harness.results.remote_runs import fetch_heads, latest_name, locate_run, wrap_store_errors
from coze_harness.results.run_folder import RUN, TRIALS
from coze_harness.storage import remote_folder as remote
from coze_harness.storage.remote_folder import RemoteFolder

_LIST: Final = "index.html"
_DIGEST: Final = 12
_MINE_ALONE: Final = 0o077


@dataclass(frozen=True, slots=True)
class RunUpload:
    """Where runs are made whose reports go elsewhere."""

    reports: RemoteFolder
    world: ProcessContext

    @property
    def _root(self) -> Path:
        """The folder on this machine of all runs whose reports go there; nobody else may look.

        Raises:
            ArchiveError: somebody else has it, or may write there.
        """
        user = str(os.getuid()) if hasattr(os, "getuid") else "user"
        parent = Path(self.world.temporary or tempfile.gettempdir()) / f"coze-harness-{user}"
        with wrap_os_errors("Making a folder for the run", parent):
            parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = parent.lstat()
            strange = hasattr(os, "getuid") and (
                found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & _MINE_ALONE
            )
            if strange or not stat.S_ISDIR(found.st_mode):
                raise ResultsError(
                    "The folder for runs on their way is not this user's alone.",
                    where=Location(str(parent)),
                    next_step="take it away, or set TMPDIR to a folder of your own",
                )
            root = parent / hashlib.sha256(self.reports.url.encode()).hexdigest()[:_DIGEST]
            root.mkdir(exist_ok=True)
        return root

    def begin(self, opening: Run) -> RunFolder:
        """Make the folder of a run that begins.

        Raises:
            ArchiveError: nobody answers there, or nothing can be written here.
        """
        with wrap_store_errors("Looking for the folder of runs", self.reports):
            remote.check_reachable(self.reports)
        home = self._root / checked_run_id(opening.run_id)
        with wrap_os_errors("Making the run's folder", home):
            home.mkdir(exist_ok=True)
        return RunFolder.create(home, opening)

    def folder_to_resume(self, name: str) -> Path:
        """Return the folder of a run to go on with: one that never arrived, or a copy.

        Raises:
            ArchiveError: there is none.
        """
        waiting = [path.name for path in self._root.iterdir() if (path / path.name).is_dir()]
        if name == LATEST and waiting:
            # Ids are in the order of time.
            name = max(*waiting, latest_name(self.reports))
        if name in waiting:
            return find_run(self._root / name, name)
        if remote.is_url(name):
            raise ResultsError(
                "A run is gone on with by its id, in the folder of reports.",
                where=Location(name),
                next_step="give the folder with --reports, and the id with --resume",
            )
        homes: list[Path] = []

        def home() -> Path:
            homes.append(Path(tempfile.mkdtemp(dir=self._root)))
            return homes[-1]

        folder = locate_run(self.reports, name, home, rows_only=False).folder
        if not homes:
            return folder
        mine = self._root / folder.name
        with wrap_os_errors("Making the run's folder", mine):
            homes[0].rename(mine)
        return mine / folder.name

    def fetch_history(self, folder: Path) -> None:
        """Bring the heads of the runs that are there, beside a run's folder.

        Raises:
            ArchiveError: the store refuses or cannot be asked; the run is kept here.
        """
        with _kept(folder, self.reports):
            fetch_heads(self.reports, folder.parent, folder.name)

    def publish(self, folder: Path) -> RemoteFolder:
        """Send a run that has ended, and make it the one that `latest` shows.

        Whatever happens, what is there is a whole run, or none: run.json goes last. So does that of
        `latest`, which says whose copy it is.

        Raises:
            ArchiveError: the store refuses or cannot be asked; the run is kept here.
        """
        run = self.reports / folder.name
        with _kept(folder, self.reports):
            upload(folder, run)
            with wrap_store_errors("Making it the latest run", self.reports / LATEST):
                _copy(run, self.reports / LATEST, _names(folder))
                remote.upload_file(folder.parent / _LIST, str(self.reports / _LIST))
        return run

    def delete_copy(self, folder: Path) -> None:
        """Take away a run's folder here, after it has arrived."""
        shutil.rmtree(folder.parent, ignore_errors=True)


class _kept:  # noqa: N801 (a context, read as one)
    """Says where a run is kept that did not arrive."""

    def __init__(self, folder: Path, reports: RemoteFolder) -> None:
        self._folder = folder
        self._reports = reports

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, fault: BaseException | None, trace: object) -> None:
        if isinstance(fault, ResultsError):
            again = f"--resume {self._folder.name} --reports {self._reports}"
            fault.detail = (*fault.detail, f"the run is kept in {self._folder}")
            fault.next_step = f"{fault.next_step}; then send it: the same command with {again}"
        elif isinstance(fault, KeyboardInterrupt):
            fault.add_note(f"the run is kept in {self._folder}")


def upload(folder: Path, to: RemoteFolder) -> None:
    """Copy a run's folder to a store; without run.json, which goes last, it is none.

    Raises:
        ArchiveError: the store refuses or cannot be asked.
    """
    with wrap_store_errors("Sending the run", to):
        names = _names(folder)
        if RUN in names:
            remote.remove_file(str(to / RUN))
        for name in names:
            remote.upload_file(folder / name, str(to / name))


def send_pages(folder: Path, to: RemoteFolder) -> None:
    """Copy what was rendered again to the run that it is of, and to `latest` if that is it.

    Raises:
        ArchiveError: the store refuses or cannot be asked.
    """
    pages = [name for name in _names(folder) if name not in (RUN, TRIALS)]
    with wrap_store_errors("Sending the reports", to):
        for name in pages:
            remote.upload_file(folder / name, str(to / name))
        try:
            is_latest = (
                remote.read_file(str(to.parent / LATEST / RUN)) == (folder / RUN).read_bytes()
            )
        except FileNotFoundError:
            return
        if is_latest:
            for name in pages:
                remote.copy_file(str(to / name), str(to.parent / LATEST / name))


def _names(folder: Path) -> list[str]:
    """Return a run's files, run.json last."""
    found = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    ]
    return sorted(found, key=lambda name: (name == RUN, name))


def _copy(run: RemoteFolder, to: RemoteFolder, names: Sequence[str]) -> None:
    for name in names:
        remote.copy_file(str(run / name), str(to / name))
    for name in set(remote.list_files(to)) - set(names):
        remote.remove_file(str(to / name))
