"""Delete old runs: by count, by age, never the newest one."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from coze_harness.messages import message
from coze_harness.messages.os_error_reason import os_error_reason
from coze_harness.model import Run
from coze_harness.model.errors import ResultsError
from coze_harness.model.location import Location
from coze_harness.results.run_folder import RUN, TRIALS
from coze_harness.storage import remote_folder as remote
from coze_harness.storage.remote_folder import RemoteFolder


def runs_to_prune(runs: Sequence[Run], *, keep: int | None, before: datetime | None) -> list[Run]:
    """Return the runs to delete, the newest first.

    Args:
        runs: all runs, the newest first.
        keep: how many of the newest remain; `None`: their number does not count.
        before: only runs that began before; `None`: their age does not count.
    """
    candidates = runs[max(1, keep or 0) :]
    return [run for run in candidates if before is None or _is_before(run, before)]


def delete_run(reports: Path | RemoteFolder, run_id: str) -> None:
    """Delete the folder of a run.

    Its run.json goes first: what is left of a deletion that was killed is no run any more.

    Raises:
        ResultsError: the folder cannot be deleted.
    """
    try:
        if isinstance(reports, RemoteFolder):
            folder = reports / run_id
            for name in sorted(remote.list_files(folder), key=lambda name: name != RUN):
                remote.remove_file(str(folder / name))
            return
        path = reports / run_id
        for name in (RUN, TRIALS):
            (path / name).unlink(missing_ok=True)
        shutil.rmtree(path)
    except OSError as error:
        raise ResultsError(
            message("prune.failed", reason=os_error_reason(error)),
            where=Location(str(reports / run_id)),
            next_step=message("prune.failed.next"),
        ) from error


def _is_before(run: Run, moment: datetime) -> bool:
    try:
        return datetime.fromisoformat(run.started_at) < moment
    except ValueError:
        return False
