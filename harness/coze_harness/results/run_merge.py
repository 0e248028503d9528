"""Several runs merged into one: the shards of a run, or parts that were run separately."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from coze_harness.messages import LocalizedText, message
from coze_harness.model import Mode, Run, ShardInfo, TrialRow, replace
from coze_harness.model.errors import ResultsError
from coze_harness.model.location import Location
from coze_harness.results.run_folder import (
    TRIALS,
    check_run_id,
    read_run,
    scan_trials,
    wrap_os_errors,
    write_run,
)
from coze_harness.results.run_history import select_scenarios
from coze_harness.results.run_totals import RunTotals, count_warnings, tokens_and_polls
from coze_harness.storage.atomic_write import write_atomically

_COMMANDS: Final = MappingProxyType({Mode.REPLAY: "run", Mode.RECORD: "record", Mode.LIVE: "live"})


class _Line(NamedTuple):
    """The last line of a trial: folder number, offsets in bytes, and counts its row lacks."""

    folder: int
    begin: int
    end: int
    warnings: int
    tokens_and_polls: tuple[int, int]


def merge_runs(folders: Sequence[Path], into: Path, run_id: str) -> Run:
    """Merge several runs into one and return it.

    Args:
        folders: the runs' folders. Trials of shards get the order of the whole run; those of other
            runs follow each other in the order of `folders`.
        into: the folder for run.json and trials.jsonl; made if it is missing.
        run_id: the id of the new run.

    Raises:
        ResultsError: two runs have the same trial, their modes differ, one is unreadable, or they
            are shards, but not all shards of one run.
    """
    check_run_id(run_id)
    if any(folder.resolve() == into.resolve() for folder in folders):
        raise ResultsError(
            message("results.merge.itself"),
            where=Location(str(into)),
            next_step=message("results.merge.itself.next"),
        )
    runs = [read_run(folder) for folder in folders]
    _check_same_mode(runs)
    rows = _order_rows(folders, runs)
    _check_distinct_trials(folders, runs)
    lines = _last_lines(folders)
    with wrap_os_errors("results.failed.merge", into):
        write_atomically(into / TRIALS, _copy_lines(folders, rows, lines))
    merged_run = _merge_heads(run_id, runs, rows, lines)
    write_run(into, merged_run)
    return merged_run


def _check_same_mode(runs: Sequence[Run]) -> None:
    if not runs:
        raise ResultsError(
            message("results.merge.none"), next_step=message("results.merge.none.next")
        )
    modes = sorted({run.mode.value for run in runs})
    if len(modes) > 1:
        raise ResultsError(
            message("results.merge.modes", modes=tuple(modes)),
            next_step=message("results.merge.modes.next"),
        )


def _check_distinct_trials(folders: Sequence[Path], runs: Sequence[Run]) -> None:
    owners: dict[str, Path] = {}
    for folder, run in zip(folders, runs, strict=True):
        for row in run.rows:
            owner = owners.setdefault(row.key.id, folder)
            if owner is not folder:
                raise ResultsError(
                    message(
                        "results.merge.same_trial",
                        trial=row.key.id,
                        one=str(owner),
                        other=str(folder),
                    ),
                    where=Location(str(folder)),
                    next_step=message("results.merge.same_trial.next"),
                )


def _order_rows(folders: Sequence[Path], runs: Sequence[Run]) -> tuple[TrialRow, ...]:
    """Return the rows of several runs: of shards in the order of the whole run, else run by run.

    Raises:
        ResultsError: only some runs are shards, or a shard is missing, incomplete, given twice, or
            of another run.
    """
    shards = [run.shard for run in runs if run.shard is not None]
    if not shards:
        return tuple(chain.from_iterable(run.rows for run in runs))
    _check_all_are_shards(folders, runs)
    _check_same_run(folders, shards)
    _check_each_once(folders, shards)
    _check_complete(folders, runs)
    rows: list[TrialRow | None] = [None] * shards[0].trials
    for shard, run in zip(shards, runs, strict=True):
        for place, row in zip(shard.places, run.rows, strict=True):
            if rows[place] is not None:
                raise _split_differently(message("results.merge.split_twice", trial=row.key.id))
            rows[place] = row
    ordered_rows = tuple([row for row in rows if row is not None])
    if len(ordered_rows) < len(rows):
        raise _split_differently(message("results.merge.split"))
    return ordered_rows


def _check_all_are_shards(folders: Sequence[Path], runs: Sequence[Run]) -> None:
    for folder, run in zip(folders, runs, strict=True):
        if run.shard is None:
            shard = next(run.shard for run in runs if run.shard is not None)
            raise ResultsError(
                message("results.merge.not_shard", shard=str(shard)),
                where=Location(str(folder)),
                next_step=message("results.merge.not_shard.next"),
            )


def _check_same_run(folders: Sequence[Path], shards: Sequence[ShardInfo]) -> None:
    first = shards[0]
    for folder, shard in zip(folders, shards, strict=True):
        names = {"shard": str(shard), "first": str(first), "folder": str(folders[0])}
        if shard.total != first.total:
            what = message(
                "results.merge.different_total", there=first.total, here=shard.total, **names
            )
        elif shard.trials != first.trials:
            what = message(
                "results.merge.different_trials", there=first.trials, here=shard.trials, **names
            )
        elif shard.trial_set_digest != first.trial_set_digest:
            what = message("results.merge.different_digest", n=shard.trials, **names)
        else:
            continue
        raise ResultsError(
            what,
            where=Location(str(folder)),
            next_step=message("results.merge.different.next"),
        )


def _check_each_once(folders: Sequence[Path], shards: Sequence[ShardInfo]) -> None:
    by_number: dict[int, Path] = {}
    for folder, shard in zip(folders, shards, strict=True):
        if shard.number in by_number:
            raise ResultsError(
                message(
                    "results.merge.twice",
                    shard=str(shard),
                    one=str(by_number[shard.number]),
                    other=str(folder),
                ),
                where=Location(str(folder)),
                next_step=message("results.merge.twice.next"),
            )
        by_number[shard.number] = folder
    total = shards[0].total
    missing = [f"{number}/{total}" for number in range(1, total + 1) if number not in by_number]
    if missing:
        shard_names = (*missing[:5], "…") if len(missing) > 5 else tuple(missing)
        raise ResultsError(
            message("results.merge.missing", n=len(missing), shards=shard_names, total=total),
            where=Location(str(folders[0])),
            next_step=message("results.merge.folders", n=total),
        )


def _check_complete(folders: Sequence[Path], runs: Sequence[Run]) -> None:
    for folder, run in zip(folders, runs, strict=True):
        if run.shard and (run.interrupted or len(run.rows) != len(run.shard.places)):
            command = _COMMANDS.get(run.mode, "run")
            raise ResultsError(
                message(
                    "results.merge.incomplete",
                    shard=str(run.shard),
                    done=len(run.rows),
                    n=len(run.shard.places),
                ),
                where=Location(str(folder)),
                next_step=message(
                    "results.merge.incomplete.next",
                    command=f"coze-harness {command} --shard {run.shard} --resume {run.run_id}",
                ),
            )


def _split_differently(what: LocalizedText) -> ResultsError:
    return ResultsError(what, next_step=message("results.merge.different_files"))


def _last_lines(folders: Sequence[Path]) -> dict[str, _Line]:
    """Return the last line of each trial, by its id; a trial may have been run again."""
    lines: dict[str, _Line] = {}
    for number, folder in enumerate(folders):
        begin = 0
        for result, end in scan_trials(folder / TRIALS):
            counts = count_warnings(result), tokens_and_polls(result)
            lines[result.key.id] = _Line(number, begin, end, *counts)
            begin = end
    return lines


def _copy_lines(
    folders: Sequence[Path], rows: Sequence[TrialRow], lines: Mapping[str, _Line]
) -> Iterator[bytes]:
    """Yield the lines of all trials in the order of their rows."""
    with ExitStack() as stack:
        files = {
            number: stack.enter_context((folders[number] / TRIALS).open("rb"))
            for number in {line.folder for line in lines.values()}
        }
        for row in rows:
            if line := lines.get(row.key.id):
                file = files[line.folder]
                file.seek(line.begin)
                yield file.read(line.end - line.begin)


def _merge_heads(
    run_id: str, runs: Sequence[Run], rows: Sequence[TrialRow], lines: Mapping[str, _Line]
) -> Run:
    totals = RunTotals({rate.scenario: rate.required for run in runs for rate in run.pass_rates})
    # History belongs to one folder of runs; shards come from several.
    rows = tuple([replace(row, history="") if row.history else row for row in rows])
    for row in rows:
        if line := lines.get(row.key.id):
            totals.add_row(row, line.warnings, line.tokens_and_polls)
        else:
            totals.add_row(row)
    environment: dict[str, str] = {}
    bot_versions: dict[str, str] = {}
    for run in runs:
        bot_versions.update(run.bot_versions)
        for name, value in run.environment.items():
            known_value = environment.setdefault(name, value)
            if value not in known_value.split(" | "):
                environment[name] = f"{known_value} | {value}"
    return Run(
        run_id=run_id,
        mode=runs[0].mode,
        started_at=min((run.started_at for run in runs if run.started_at), default=""),
        finished_at=max(run.finished_at or run.started_at for run in runs),
        harness_version=" | ".join(dict.fromkeys(run.harness_version for run in runs)),
        summary=totals.summary(),
        rows=rows,
        selection=select_scenarios(row.key for row in rows),
        bot_versions=bot_versions,
        pass_rates=totals.pass_rates(),
        environment=environment,
        request_count=sum(run.request_count for run in runs),
        interrupted=any(run.interrupted for run in runs),
        cost=totals.cost(),
        edited_recordings=tuple(sorted({path for run in runs for path in run.edited_recordings})),
    )
