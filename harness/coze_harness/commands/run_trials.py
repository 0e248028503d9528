"""Replay trials: select the part of them that this job has, replay, collect, report."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from coze_harness.commands.run_options import RunOptions
from coze_harness.execution.process_pool import BATCH_SIZE
from coze_harness.execution.sharding import (
    ShardNumber,
    describe_shard,
    resume_shard,
    select_shard,
)
from coze_harness.execution.unchecked_judges import unchecked_judges
from coze_harness.messages import message
from coze_harness.model import Mode, ShardInfo, replace
from coze_harness.model.trial import Trial
from coze_harness.project.opened_project import Project
from coze_harness.reporting.run_collection import Execute, collect_run
from coze_harness.reporting.run_writer import RunListener, RunOutcome
from coze_harness.results import read_head
from coze_harness.storage.remote_folder import RemoteFolder


class SelectedPart(NamedTuple):
    """The trials of this job: those of a shard, and the folder of the run to resume."""

    trials: Sequence[Trial]
    shard: ShardInfo | None
    resumed: Path | None


def replay_trials(
    project: Project, trials: Sequence[Trial], options: RunOptions, listener: RunListener
) -> RunOutcome:
    """Replay trials from their cassettes, offline.

    Raises:
        CassetteError: the recordings are remote and cannot be reached.
        UsageError: nothing listens at the cluster's address.
        ResultsError: the run's folder cannot be created or written.
        WorkerLostError: a worker process died; finished trials were saved and reported.
    """
    part = select_part(project, trials, options, listener)
    settings, runner = project.settings, project.replayer
    project.check_cassettes_reachable()
    execute: Execute[Trial]
    if options.cluster:
        from coze_harness.execution.dask_cluster import check_scheduler

        check_scheduler(options.cluster)
        execute = partial(
            runner.results_on_cluster, address=options.cluster, root=str(settings.root)
        )
    else:
        workers, size = replay_workers(project, options)
        execute = partial(runner.results, workers=workers, size=size)
    options = replace(options, strict=options.strict or settings.strict)
    plan = options.plan(Mode.REPLAY, runner.redactor, resumed=part.resumed, shard=part.shard)
    return collect_run(project.run_destination, plan, part.trials, execute, listener)


def select_part(
    project: Project, trials: Sequence[Trial], options: RunOptions, listener: RunListener
) -> SelectedPart:
    """Return the trials of the shard, or of the run to resume.

    Raises:
        UsageError: there is no such shard, or the run to resume is another one.
        ResultsError: the run to resume cannot be read.
    """
    number = ShardNumber.parse(options.shard) if options.shard else None
    resumed = project.run_to_resume(options.resume)
    shard: ShardInfo | None = None
    if resumed:
        before = read_head(resumed, rows=True).shard
        trials, shard = resume_shard(trials, number, before, resumed.name)
    elif number:
        trials, shard = select_shard(trials, number, project.replayer)
    for judge, count in unchecked_judges(project.judge_ratings, trials).items():
        listener.on_warning(message("judge.unchecked", judge=judge.name, n=count))
    if shard:
        listener.on_note(describe_shard(shard), essential=not shard.places)
    return SelectedPart(trials, shard, resumed)


def replay_workers(project: Project, options: RunOptions) -> tuple[int, int]:
    """Return how many processes replay, and the size of their batches."""
    if options.stop_at_first:
        return 1, 1
    cassettes = project.settings.cassettes
    if isinstance(cassettes, RemoteFolder) and cassettes.is_private:
        return 1, BATCH_SIZE
    return options.workers or project.process.processors, BATCH_SIZE
