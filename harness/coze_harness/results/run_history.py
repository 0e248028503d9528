"""The status of a run's trials in the comparable runs before it, and what was edited since."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Final

from coze_harness.model import (
    BotVersionChange,
    ChangedScenarios,
    Mode,
    PreviousRun,
    Run,
    RunChanges,
    RunSelection,
    TrialKey,
    TrialStatus,
    replace,
)
from coze_harness.model.errors import ResultsError
from coze_harness.results.run_codec import ROWS
from coze_harness.results.run_folder import LATEST, RUN, read_head, read_run
from coze_harness.results.trial_digests import RECORDING_SIZE
from coze_harness.results.trial_encoding import dump_json

MAX_PREVIOUS_RUNS: Final = 20
"""History goes back at most this number of runs."""
_MAX_FOLDERS: Final = 100
"""Folders in which comparable runs are looked for."""
_MAX_NAMES: Final = 3

_ABSENT: Final = "."
_LETTERS: Final = {status.value.encode(): ord(status.letter) for status in TrialStatus}

# In a row as `run_codec` writes it; one in ASCII begins with one more space. Inside of a text, a
# backslash precedes each quote, so that neither pattern matches there.
_ID: Final = re.compile(rb'\n {2,3}\{"id":"([^"\\]*+(?:\\.[^"\\]*+)*+)"')
_STATUS: Final = re.compile(rb',"status":"([a-z_]+)"')
_DIGESTS: Final = re.compile(rb',"digests":"([0-9a-f]+)"\}')


def select_scenarios(keys: Iterable[TrialKey]) -> RunSelection:
    """Return which scenarios, with which bots, the trials of a run are of."""
    names = sorted({f"{key.scenario}\0{key.bot}" for key in keys})
    text = "\n".join(names).encode(errors="surrogatepass")
    return RunSelection(scenarios=len(names), digest=blake2b(text, digest_size=8).hexdigest())


def with_history(run: Run, reports: Path) -> Run:
    """Return a run with the last comparable runs before it, and each trial's status in them.

    A comparable run is finished, of the same mode, and of the same scenarios and bots. Unreadable
    runs are left out, as are mutation runs, which say nothing about the bot. The ids of runs are in
    the order of time.
    """
    if run.mode is Mode.MUTATE or not run.rows:
        return run
    selection = _selection_of(run)
    positions = {json_text(row.key.id): number for number, row in enumerate(run.rows)}
    past: list[PreviousRun] = []
    columns: list[str] = []
    changes: RunChanges | None = None
    for folder in _folders_before(reports, run.run_id):
        try:
            before = read_head(folder, rows=False)
            if before.interrupted or not before.finished_at or before.mode is not run.mode:
                continue
            if before.selection is None:  # of an older version
                before = read_head(folder, rows=True)
            if _selection_of(before).digest != selection.digest:
                continue
            text = (folder / RUN).read_bytes()
            letters = _status_letters(text, positions)
        except (ResultsError, OSError, ValueError):
            continue
        if not past:
            changes = _changes(before, run, read_digests(text))
        past.insert(0, _previous_run(before, folder.name))
        columns.insert(0, letters)
        if len(past) == MAX_PREVIOUS_RUNS:
            break
    if not past:
        return run
    histories = map("".join, zip(*columns, strict=True))
    rows = [replace(row, history=history) for row, history in zip(run.rows, histories, strict=True)]
    return replace(run, past=tuple(past), rows=tuple(rows), changes=changes)


def _selection_of(run: Run) -> RunSelection:
    return run.selection or select_scenarios(row.key for row in run.rows)


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
            statuses_of_run = {row.key.id: row.status for row in run.rows if row.key.id in missing}
            statuses |= statuses_of_run
            missing -= statuses_of_run.keys()
    return statuses


def _folders_before(reports: Path, run_id: str) -> Iterator[Path]:
    """Yield the folders of the last runs before one, the newest first."""
    try:
        names = [path.name for path in reports.iterdir()]
    except OSError:
        return
    names = sorted(name for name in names if name < run_id and name != LATEST and name[0] != ".")
    yield from (reports / name for name in names[-_MAX_FOLDERS:][::-1])


def _previous_run(run: Run, name: str) -> PreviousRun:
    return PreviousRun(
        run_id=name,
        started_at=run.started_at,
        mode=run.mode,
        summary=run.summary,
        cost=run.cost,
        changes=run.changes,
    )


def _changes(before: Run, run: Run, digests: Mapping[bytes, str]) -> RunChanges:
    """Return what was recorded again or edited since a run.

    A live run records nothing. Another version of coze-harness may describe an expectation in
    another way.
    """
    recorded: dict[str, None] = {}
    edited: dict[str, None] = {}
    compares_recordings = run.mode is not Mode.LIVE
    compares_expectations = before.harness_version == run.harness_version
    for row in run.rows:
        old, new = digests.get(json_text(row.key.id), ""), row.digests
        if not old or not new or old == new:
            continue
        if compares_recordings and old[:RECORDING_SIZE] != new[:RECORDING_SIZE]:
            recorded[row.key.scenario] = None
        # A conversation may have stopped early on one side: only the turns of both count.
        size = min(len(old), len(new))
        if compares_expectations and old[RECORDING_SIZE:size] != new[RECORDING_SIZE:size]:
            edited[row.key.scenario] = None
    versions = [
        BotVersionChange(bot=bot, before=old_version, after=version)
        for bot, version in sorted(run.bot_versions.items())
        if (old_version := before.bot_versions.get(bot, version)) != version
    ]
    return RunChanges(
        recorded=_changed_scenarios(recorded),
        edited=_changed_scenarios(edited),
        versions=tuple(versions),
    )


def _changed_scenarios(names: Mapping[str, None]) -> ChangedScenarios:
    return ChangedScenarios(count=len(names), names=tuple(names)[:_MAX_NAMES])


def read_digests(text: bytes) -> dict[bytes, str]:
    """Return the digests of the trials of a run.json, by their ids as they stand in JSON."""
    digests_by_id: dict[bytes, str] = {}
    for line in text[text.index(ROWS) + len(ROWS) :].split(b"\n"):
        digests = _DIGESTS.search(line)
        name = _ID.match(b"\n" + line)
        if digests and name:
            digests_by_id[normalize_id(name.group(1))] = digests.group(1).decode()
    return digests_by_id


def normalize_id(name: bytes) -> bytes:
    """Return an id in JSON as `dump_json` writes it."""
    return name if b"\\" not in name else json_text(json.loads(b'"%b"' % name))


def _status_letters(text: bytes, positions: Mapping[bytes, int]) -> str:
    """Return a letter for each position from a run.json.

    Raises:
        ValueError: another program wrote its rows.
    """
    begin = text.index(ROWS) + len(ROWS)
    ids = _ID.findall(text, begin)
    statuses = _STATUS.findall(text, begin)
    if len(ids) != len(statuses):
        raise ValueError("the rows have another layout")
    letters = bytearray(_ABSENT.encode() * len(positions))
    for name, status in zip(ids, statuses, strict=True):
        position = positions.get(normalize_id(name))
        if position is not None:
            letters[position] = _LETTERS.get(status, ord(_ABSENT))
    return letters.decode()


def json_text(text: str) -> bytes:
    """Return a text as it stands in JSON, without the quotes."""
    return dump_json(text).lstrip()[1:-1]
