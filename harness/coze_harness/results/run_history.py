"""What became of a run's trials in the runs before it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import orjson

from coze_harness.model import Mode, PreviousRun, Run, TrialRow, TrialStatus
from coze_harness.model.errors import ResultsError
from coze_harness.results.files import LATEST
from coze_harness.results.run_codec import ROWS
from coze_harness.results.run_folder import RUN, read_head

MOST: Final = 20
"""So many runs are looked at."""

_ABSENT: Final = "."
_LETTERS: Final = {status.value.encode(): ord(status.letter) for status in TrialStatus}

# In a row as `document.py` writes it (slowly written ones begin with one more space). Within a text
# every quote has a backslash before it, so that these cannot stand in one.
_ID: Final = re.compile(rb'\n {2,3}\{"id":"([^"\\]*+(?:\\.[^"\\]*+)*+)"')
_STATUS: Final = re.compile(rb',"status":"([a-z_]+)"')


def with_history(run: Run, reports: Path) -> Run:
    """Return a run with the last ones before it, and of each of its trials what it came to in them.

    Interrupted and unreadable runs are left out, those that spoilt answers, and those that have no
    trial in common with this one. Runs' ids are in the order of time.

    Args:
        run: one that has just ended.
        reports: the folder of all runs.
    """
    if run.mode is Mode.MUTATE:
        return run
    places = {_in_json(row.key.id): number for number, row in enumerate(run.rows)}
    found: list[tuple[PreviousRun, str]] = []
    for folder in _before(reports, run.run_id):
        try:
            before = read_head(folder, rows=False)
            if before.interrupted or not before.finished_at or before.mode is Mode.MUTATE:
                continue
            letters = _letters((folder / RUN).read_bytes(), places)
        except (ResultsError, OSError, ValueError):
            continue
        if letters:
            found.append((_past(before, folder.name), letters))
    found.reverse()
    if not found:
        return run
    columns = zip(*[letters for _, letters in found], strict=True)
    return replace(
        run,
        past=tuple([past for past, _ in found]),
        rows=_rows(run.rows, ["".join(column) for column in columns]),
    )


def _rows(rows: Sequence[TrialRow], pasts: Sequence[str]) -> tuple[TrialRow, ...]:
    return tuple(
        [
            TrialRow(key=row.key, status=row.status, seconds=row.seconds, history=past)
            for row, past in zip(rows, pasts, strict=True)
        ]
    )


def _before(reports: Path, run_id: str) -> Iterator[Path]:
    """Yield the folders of the last runs before one, the newest first."""
    try:
        names = [path.name for path in reports.iterdir()]
    except OSError:
        return
    names = sorted(name for name in names if name < run_id and name != LATEST and name[0] != ".")
    yield from (reports / name for name in names[-MOST:][::-1])


def _past(run: Run, name: str) -> PreviousRun:
    return PreviousRun(
        run_id=name,
        started_at=run.started_at,
        mode=run.mode,
        summary=run.summary,
        cost=run.cost,
    )


def _letters(text: bytes, places: dict[bytes, int]) -> str:
    """Return a letter for each place from a run.json; nothing where it has none of the trials.

    Raises:
        ValueError: its rows are not as we write them.
    """
    begin = text.index(ROWS) + len(ROWS)
    ids = _ID.findall(text, begin)
    statuses = _STATUS.findall(text, begin)
    if len(ids) != len(statuses):
        raise ValueError("rows of another hand")
    letters = bytearray(_ABSENT.encode() * len(places))
    known = False
    for name, status in zip(ids, statuses, strict=True):
        place = places.get(name if b"\\" not in name else _in_json(json.loads(b'"%b"' % name)))
        if place is not None:
            letters[place] = _LETTERS.get(status, ord(_ABSENT))
            known = True
    return letters.decode() if known else ""


def _in_json(text: str) -> bytes:
    """Return text as it stands in JSON, without the quotes."""
    try:
        return orjson.dumps(text)[1:-1]
    except TypeError:
        return json.dumps(text)[1:-1].encode()
