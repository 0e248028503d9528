"""Shards of one run, put together again: all of them, each once, of the same whole."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Final

from coze_harness.model import Mode, Run, ShardInfo, TrialRow
from coze_harness.model.errors import ResultsError
from coze_harness.model.location import Location

_COMMANDS: Final = MappingProxyType({Mode.REPLAY: "run", Mode.RECORD: "record", Mode.LIVE: "live"})
_SAME: Final = "run all shards from the same commit, with the same paths and options"


def ordered_shard_rows(folders: Sequence[Path], runs: Sequence[Run]) -> tuple[TrialRow, ...]:
    """Return the rows of several runs: of shards as they stand in the whole, else one by one.

    Raises:
        ArchiveError: some are shards and others not, one is missing, incomplete or there twice, or
            they are not of one whole.
    """
    shards = [run.shard for run in runs if run.shard is not None]
    if not shards:
        return tuple(chain.from_iterable(run.rows for run in runs))
    _refuse_whole_runs(folders, runs)
    _refuse_other_wholes(folders, shards)
    _refuse_twice_or_missing(folders, shards)
    _refuse_incomplete(folders, runs)
    rows: list[TrialRow | None] = [None] * shards[0].trials
    for shard, run in zip(shards, runs, strict=True):
        for place, row in zip(shard.places, run.rows, strict=True):
            if rows[place] is not None:
                raise _dealt_otherwise(row)
            rows[place] = row
    whole = tuple([row for row in rows if row is not None])
    if len(whole) < len(rows):
        raise _dealt_otherwise(None)
    return whole


def _refuse_whole_runs(folders: Sequence[Path], runs: Sequence[Run]) -> None:
    for folder, run in zip(folders, runs, strict=True):
        if run.shard is None:
            other = next(one.shard for one in runs if one.shard is not None)
            raise ResultsError(
                f"This run is a whole one, and another is shard {other} of a run.",
                where=Location(str(folder)),
                next_step="merge the shards without it",
            )


def _refuse_other_wholes(folders: Sequence[Path], shards: Sequence[ShardInfo]) -> None:
    first = shards[0]
    for folder, shard in zip(folders, shards, strict=True):
        if shard.total != first.total:
            differs = f"that one is of {first.total} shards, this one of {shard.total}"
        elif shard.trials != first.trials:
            differs = f"that one's has {first.trials:,} trials, this one's {shard.trials:,}"
        elif shard.trial_set_digest != first.trial_set_digest:
            differs = f"both have {shard.trials:,} trials, but not the same ones"
        else:
            continue
        raise ResultsError(
            f"Shard {shard} is not of the same run as shard {first} in {folders[0]}: {differs}.",
            where=Location(str(folder)),
            next_step=_SAME,
        )


def _refuse_twice_or_missing(folders: Sequence[Path], shards: Sequence[ShardInfo]) -> None:
    there: dict[int, Path] = {}
    for folder, shard in zip(folders, shards, strict=True):
        if shard.number in there:
            raise ResultsError(
                f"Shard {shard} is there twice: {there[shard.number]} and {folder}.",
                where=Location(str(folder)),
                next_step="name one of them only",
            )
        there[shard.number] = folder
    of = shards[0].total
    missing = [f"{number}/{of}" for number in range(1, of + 1) if number not in there]
    if missing:
        named = f"{', '.join(missing[:5])}{' …' if len(missing) > 5 else ''}"
        raise ResultsError(
            f"Shard {named} is missing: a run of {of} shards is whole with all of them."
            if len(missing) == 1
            else f"Shards {named} are missing: a run of {of} shards is whole with all of them.",
            where=Location(str(folders[0])),
            next_step=f"name all {of} folders; to render a shard by itself, leave -o out",
        )


def _refuse_incomplete(folders: Sequence[Path], runs: Sequence[Run]) -> None:
    for folder, run in zip(folders, runs, strict=True):
        if run.shard and (run.interrupted or len(run.rows) != len(run.shard.places)):
            command = _COMMANDS.get(run.mode, "run")
            raise ResultsError(
                f"Shard {run.shard} is not complete: {len(run.rows):,} of its"
                f" {len(run.shard.places):,} trials are done.",
                where=Location(str(folder)),
                next_step=f"go on with it, with the same paths: coze-harness {command}"
                f" --shard {run.shard} --resume {run.run_id}",
            )


def _dealt_otherwise(row: TrialRow | None) -> ResultsError:
    what = f"the trial {row.key.id!a} is in two of them" if row else "some trials are in none"
    return ResultsError(
        f"These shards were not dealt alike: {what}.",
        next_step="run all shards from the same files; the recorded durations decide which trial"
        " comes to which shard",
    )
