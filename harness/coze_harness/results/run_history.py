"""The status of a run's trials in the runs before it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from coze_harness.model import Mode, PreviousRun, Run, TrialStatus, replace
from coze_harness.model.errors import ResultsError
from coze_harness.results.run_codec import ROWS
from coze_harness.results.run_folder import LATEST, RUN, read_head, read_run
from coze_harness.results.trial_encoding import dump_json

MAX_PREVIOUS_RUNS: Final = 20
"""History goes back at most this number of runs."""

_ABSENT: Final = "."
_LETTERS: Final = {status.value.encode(): ord(status.letter) for status in TrialStatus}

# In a row as `run_codec` writes it; one in ASCII begins with one more space. Inside of a text, a
# backslash precedes each quote, so that neither pattern matches there.
_ID: Final = re.compile(rb'\n {2,3}\{"id":"([^"\\]*+(?:\\.[^"\\]*+)*+)"')
_STATUS: Final = re.compile(rb',"status":"([a-z_]+)"')


def with_history(run: Run, reports: Path) -> Run:
    """Return a run with the last runs before it, and for each trial its status in them.

    Interrupted and unreadable runs are left out, mutation runs, and runs without any trial of this
    one. The ids of runs are in the order of time.

    Args:
        run: a run that has just ended.
        reports: the folder of all runs.
    """
    if run.mode is Mode.MUTATE:
        return run
    positions = {_json_text(row.key.id): number for number, row in enumerate(run.rows)}
    past: list[PreviousRun] = []
    columns: list[str] = []
    for folder in _folders_before(reports, run.run_id):
        try:
            before = read_head(folder, rows=False)
            if before.interrupted or not before.finished_at or before.mode is Mode.MUTATE:
                continue
            letters = _status_letters((folder / RUN).read_bytes(), positions)
        except (ResultsError, OSError, ValueError):
            continue
        if letters:
            past.insert(0, _previous_run(before, folder.name))
            columns.insert(0, letters)
    if not past:
        return run
    histories = map("".join, zip(*columns, strict=True))
    rows = [replace(row, history=history) for row, history in zip(run.rows, histories, strict=True)]
    return replace(run, past=tuple(past), rows=tuple(rows))


def last_statuses(folders: Iterable[Path], trials: Collection[str]) -> dict[str, TrialStatus]:
    """Return the status of trials in the latest run that has each; of others nothing.

    Runs of mutants do not count, and unreadable ones are left out.

    Args:
        folders: those of the runs, the newest first; as many are read as are needed.
        trials: the ids of the trials.
    """
    statuses: dict[str, TrialStatus] = {}
    missing = set(trials)
    for folder in folders:
        if not missing:
            break
        try:
            run = read_run(folder)
        except ResultsError:
            continue
        if run.mode is not Mode.MUTATE:
            found = {row.key.id: row.status for row in run.rows if row.key.id in missing}
            statuses |= found
            missing -= found.keys()
    return statuses


def _folders_before(reports: Path, run_id: str) -> Iterator[Path]:
    """Yield the folders of the last runs before one, the newest first."""
    try:
        names = [path.name for path in reports.iterdir()]
    except OSError:
        return
    names = sorted(name for name in names if name < run_id and name != LATEST and name[0] != ".")
    yield from (reports / name for name in names[-MAX_PREVIOUS_RUNS:][::-1])


def _previous_run(run: Run, name: str) -> PreviousRun:
    return PreviousRun(
        run_id=name,
        started_at=run.started_at,
        mode=run.mode,
        summary=run.summary,
        cost=run.cost,
    )


def _status_letters(text: bytes, positions: Mapping[bytes, int]) -> str:
    """Return a letter for each position from a run.json; empty if it has none of the trials.

    Raises:
        ValueError: another program wrote its rows.
    """
    begin = text.index(ROWS) + len(ROWS)
    ids = _ID.findall(text, begin)
    statuses = _STATUS.findall(text, begin)
    if len(ids) != len(statuses):
        raise ValueError("the rows have another layout")
    letters = bytearray(_ABSENT.encode() * len(positions))
    has_any = False
    for name, status in zip(ids, statuses, strict=True):
        key = name if b"\\" not in name else _json_text(json.loads(b'"%b"' % name))
        position = positions.get(key)
        if position is not None:
            letters[position] = _LETTERS.get(status, ord(_ABSENT))
            has_any = True
    return letters.decode() if has_any else ""


def _json_text(text: str) -> bytes:
    """Return a text as it stands in JSON, without the quotes."""
    return dump_json(text).lstrip()[1:-1]
