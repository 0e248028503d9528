"""Several runs made one: shards of a whole, or parts that were run apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from coze_harness.model import Run, TrialRow
from coze_harness.model.errors import ResultsError
from coze_harness.model.location import Location
from coze_harness.results.files import checked_run_id, wrap_os_errors
from coze_harness.results.run_folder import TRIALS, read_run, scan, write_run
from coze_harness.results.run_totals import RunTotals, count_warnings, tokens_and_polls
from coze_harness.results.shards import ordered_shard_rows


class _Line(NamedTuple):
    """Where a trial's last line stands, and what is counted of it and is not in its row."""

    folder: int
    begin: int
    end: int
    warnings: int
    spent: tuple[int, int]


_NO_LINE: Final = _Line(0, 0, 0, 0, (0, 0))


def merge_runs(folders: Sequence[Path], into: Path, run_id: str) -> Run:
    """Make one run of several (shards of one, or parts run apart) and return it.

    Args:
        folders: the runs' folders. Shards are put in the order of their whole; the trials of other
            runs follow each other in this order.
        into: where run.json and trials.jsonl are written; made if need be.
        run_id: the id of the new run.

    Raises:
        ArchiveError: a trial stands in two of them, their modes differ, one is unreadable, or they
            are shards and not all of them, of one whole, each once.
    """
    checked_run_id(run_id)
    if any(folder.resolve() == into.resolve() for folder in folders):
        raise ResultsError(
            "A run cannot be merged into itself.",
            where=Location(str(into)),
            next_step="choose another folder with -o",
        )
    runs = [read_run(folder) for folder in folders]
    _refuse_mixed_modes(runs)
    rows = ordered_shard_rows(folders, runs)
    _refuse_a_trial_twice(folders, runs)
    lines = _lines(folders)
    with wrap_os_errors("Merging runs", into):
        into.mkdir(parents=True, exist_ok=True)
        _copy(folders, rows, lines, into / TRIALS)
    merged = _joined(run_id, runs, rows, lines)
    write_run(into, merged)
    return merged


def _refuse_mixed_modes(runs: Sequence[Run]) -> None:
    if not runs:
        raise ResultsError("There is no run to merge.", next_step="name at least one run's folder")
    modes = sorted({run.mode.value for run in runs})
    if len(modes) > 1:
        raise ResultsError(
            f"Runs of different modes cannot be one: {', '.join(modes)}.",
            next_step="merge runs of one mode; to see what changed use: coze-harness compare",
        )


def _refuse_a_trial_twice(folders: Sequence[Path], runs: Sequence[Run]) -> None:
    owner: dict[str, Path] = {}
    for folder, run in zip(folders, runs, strict=True):
        for row in run.rows:
            other = owner.setdefault(row.key.id, folder)
            if other is not folder:
                raise ResultsError(
                    f"The trial {row.key.id!a} stands in two runs: {other} and {folder}.",
                    where=Location(str(folder)),
                    next_step="merge shards of one run (--shard 1/N … N/N); to see what changed"
                    " between two runs use: coze-harness compare",
                )


def _lines(folders: Sequence[Path]) -> dict[str, _Line]:
    """Return where each trial's line is; one that was executed again counts as it was last."""
    found: dict[str, _Line] = {}
    for number, folder in enumerate(folders):
        begin = 0
        for result, end in scan(folder / TRIALS):
            counts = count_warnings(result), tokens_and_polls(result)
            found[result.key.id] = _Line(number, begin, end, *counts)
            begin = end
    return found


def _copy(
    folders: Sequence[Path], rows: Sequence[TrialRow], lines: Mapping[str, _Line], into: Path
) -> None:
    """Write the lines of all trials in the order of their rows, whole or not at all."""
    temporary = into.with_name(f".{into.name}.tmp")
    with ExitStack() as stack:
        out = stack.enter_context(temporary.open("wb"))
        files = {
            number: stack.enter_context((folders[number] / TRIALS).open("rb"))
            for number in {line.folder for line in lines.values()}
        }
        for row in rows:
            if line := lines.get(row.key.id):
                file = files[line.folder]
                file.seek(line.begin)
                out.write(file.read(line.end - line.begin))
    temporary.replace(into)


def _joined(
    run_id: str, runs: Sequence[Run], rows: Sequence[TrialRow], lines: Mapping[str, _Line]
) -> Run:
    tally = RunTotals({rate.scenario: rate.required for run in runs for rate in run.pass_rates})
    # A past is that of one folder of runs; shards come from several.
    rows = tuple([replace(row, history="") if row.history else row for row in rows])
    for row in rows:
        line = lines.get(row.key.id, _NO_LINE)
        tally.add_row(row, line.warnings, line.spent)
    environment: dict[str, str] = {}
    for run in runs:
        for name, value in run.environment.items():
            known = environment.setdefault(name, value)
            if value not in known.split(" | "):
                environment[name] = f"{known} | {value}"
    return Run(
        run_id=run_id,
        mode=runs[0].mode,
        started_at=min((run.started_at for run in runs if run.started_at), default=""),
        finished_at=max(run.finished_at or run.started_at for run in runs),
        harness_version=" | ".join(dict.fromkeys(run.harness_version for run in runs)),
        summary=tally.summary(),
        rows=rows,
        pass_rates=tally.pass_rates(),
        environment=environment,
        request_count=sum(run.request_count for run in runs),
        interrupted=any(run.interrupted for run in runs),
        cost=tally.cost(),
    )
