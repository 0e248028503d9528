"""Many runs: which there are, which one is meant, and several made one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from harness.archive.files import LATEST, checked_run_id, told
from harness.archive.folder import RUN, TRIALS, read_head, read_results, read_run, write_run
from harness.archive.line import encode
from harness.archive.tally import Tally, spent_in, warnings_in
from harness.errors import ArchiveError
from harness.location import Location
from harness.model import Run


def find_run(reports: Path, name: str) -> Path:
    """Return the folder of a run by its id, `latest`, or the path of its folder or run.json.

    Raises:
        ArchiveError: there is none.
    """
    given = Path(name)
    if given.name == RUN:
        given = given.parent
    for folder in (given if given.is_absolute() or len(given.parts) > 1 else None, reports / name):
        if folder is not None and _is_run(folder):
            # A run that goes on must not be written through the link that it moves itself.
            return folder.resolve() if folder.is_symlink() else folder
    if "/" not in name and "\\" not in name and name != LATEST:
        checked_run_id(name)
    known = ", ".join(sorted(path.name for path in _folders(reports))[-3:])
    raise ArchiveError(
        f"There is no run {name!a}.",
        where=Location(str(reports)),
        next_step=f"name one of these: {known}" if known else "run: coze-harness run",
    )


def list_runs(reports: Path, remark: Callable[[str], None] = lambda _: None) -> list[Run]:
    """Return all runs, newest first, without their rows and with one pass rate at most.

    That rate is a missed one if there is any: it tells whether the run failed. So does the one
    scenario of a comparison, and scores of spoiling are added up to one.

    Args:
        reports: the folder of all runs.
        remark: is told of each folder that looks like a run's and cannot be read.
    """
    runs: list[Run] = []
    for folder in _folders(reports):
        try:
            run = read_head(folder, rows=False)
            if not run.finished_at:
                run = replace(read_run(folder), rows=())
        except ArchiveError as fault:
            remark(f"{folder.name} is left out: {fault.what}")
            continue
        # The folder's name is what links lead to, whatever was copied or renamed.
        runs.append(run if run.run_id == folder.name else replace(run, run_id=folder.name))
    return sorted(runs, key=lambda run: (run.started_at, run.run_id), reverse=True)


def merge(folders: Sequence[Path], into: Path, run_id: str) -> Run:
    """Make one run of several (shards of one, or parts run apart) and return it.

    Args:
        folders: the runs' folders; their trials follow each other in this order.
        into: where run.json and trials.jsonl are written; made if need be.
        run_id: the id of the new run.

    Raises:
        ArchiveError: a trial stands in two of them, their modes differ, or one is unreadable.
    """
    checked_run_id(run_id)
    if any(folder.resolve() == into.resolve() for folder in folders):
        raise ArchiveError(
            "A run cannot be merged into itself.",
            where=Location(str(into)),
            next_step="choose another folder with -o",
        )
    runs = [read_run(folder) for folder in folders]
    _refuse_mixture(folders, runs)
    counts: dict[str, tuple[int, tuple[int, int]]] = {}
    with told("Merging runs", into):
        into.mkdir(parents=True, exist_ok=True)
        temporary = into / f".{TRIALS}.tmp"
        with temporary.open("wb") as file:
            for result in chain.from_iterable(read_results(folder) for folder in folders):
                counts[result.key.id] = (warnings_in(result), spent_in(result))
                file.write(encode(result))
        temporary.replace(into / TRIALS)
    merged = _joined(run_id, runs, counts)
    write_run(into, merged)
    return merged


def _refuse_mixture(folders: Sequence[Path], runs: Sequence[Run]) -> None:
    if not runs:
        raise ArchiveError("There is no run to merge.", next_step="name at least one run's folder")
    modes = sorted({run.mode.value for run in runs})
    if len(modes) > 1:
        raise ArchiveError(
            f"Runs of different modes cannot be one: {', '.join(modes)}.",
            next_step="merge runs of one mode; to see what changed use: coze-harness compare",
        )
    owner: dict[str, Path] = {}
    for folder, run in zip(folders, runs, strict=True):
        for row in run.rows:
            other = owner.setdefault(row.key.id, folder)
            if other is not folder:
                raise ArchiveError(
                    f"The trial {row.key.id!a} stands in two runs: {other} and {folder}.",
                    where=Location(str(folder)),
                    next_step="merge shards of one run (--shard 1/N … N/N); to see what changed"
                    " between two runs use: coze-harness compare",
                )


def _joined(
    run_id: str, runs: Sequence[Run], counts: Mapping[str, tuple[int, tuple[int, int]]]
) -> Run:
    tally = Tally({rate.scenario: rate.required for run in runs for rate in run.pass_rates})
    # A past is that of one folder of runs; shards come from several.
    rows = tuple(replace(row, past="") if row.past else row for run in runs for row in run.rows)
    for row in rows:
        tally.add_row(row, *counts.get(row.key.id, ()))
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
        calls=sum(run.calls for run in runs),
        interrupted=any(run.interrupted for run in runs),
        cost=tally.cost(),
    )


def _folders(reports: Path) -> list[Path]:
    with told("Listing the runs", reports):
        if not reports.is_dir():
            return []
        return [
            path
            for path in reports.iterdir()
            if path.name != LATEST and not path.name.startswith(".") and _is_run(path)
        ]


def _is_run(folder: Path) -> bool:
    return (folder / RUN).is_file() or (folder / TRIALS).is_file()
