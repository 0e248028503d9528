"""Collect and report: a run from its first trial to its reports, however it ends.

Every result is on disk before anything else happens with it. An interruption (Ctrl-C) or a lost
worker keeps the finished trials, and all reports are written: the run can be resumed.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias, TypeVar

from msgspec import Struct

from coze_harness.messages import Catalogue, literal
from coze_harness.model import Mode, RequiredPassRate, Run, ShardInfo, Summary, TrialKey
from coze_harness.model.errors import ResultsError, WorkerLostError
from coze_harness.model.process_context import ProcessContext
from coze_harness.model.protocols import Clock, TextRedactor
from coze_harness.model.version import VERSION
from coze_harness.reporting.encoded_result import EncodedResult, ResultEncoder
from coze_harness.reporting.page_options import PageOptions
from coze_harness.reporting.run_writer import (
    RunListener,
    RunOutcome,
    RunWriter,
    SelectedTrial,
    Summarize,
    exit_code,
    notify,
)
from coze_harness.reporting.terminal.terminal_summary import verdict_line
from coze_harness.reporting.uninterrupted_step import delay_signals
from coze_harness.results import RunFolder, select_scenarios
from coze_harness.results.run_upload import RunUpload
from coze_harness.storage.remote_folder import RemoteFolder

Item = TypeVar("Item", bound=SelectedTrial)

Execute: TypeAlias = Callable[
    [Sequence[Item], ResultEncoder], Generator[Sequence[EncodedResult], None, None]
]
"""Executes trials and yields them as they finish; closing it stops what has not begun."""


class RunDestination(Struct, frozen=True, kw_only=True):
    """Where the runs of a project are written, and how.

    Args:
        reports: the folder of all runs.
        project: the project's name for the record; may be empty.
        base_url: the address that live runs call, for the record.
        page_options: the options of the reports; their language is that of errors too.
        process: the clock, the random source of run ids, and the folder of temporary files.
        resources: closes what the outcome of a run needs: the local copy of an uploaded one.
    """

    reports: Path | RemoteFolder
    project: str
    base_url: str
    page_options: PageOptions
    process: ProcessContext
    resources: ExitStack


class RunPlan(Struct, frozen=True, kw_only=True):
    """What a run is.

    Args:
        mode: how trials are executed, for the record.
        redactor: removes secrets from the results.
        stop_at_first: start no further trial once one failed or could not be judged.
        strict_known: whether a known failure that passes fails the run.
        strict: whether what is in doubt fails the run.
        resumed: the folder of the run to resume; what it judged is not executed again.
        shard: the shard that the trials are.
        summarize: adds what only all results can tell.
    """

    mode: Mode
    redactor: TextRedactor
    stop_at_first: bool = False
    strict_known: bool = False
    strict: bool = False
    resumed: Path | None = None
    shard: ShardInfo | None = None
    summarize: Summarize | None = None


def collect_run(
    destination: RunDestination,
    plan: RunPlan,
    trials: Sequence[Item],
    execute: Execute[Item],
    listener: RunListener,
) -> RunOutcome:
    """Execute trials, save every result as it comes, and write all reports.

    Args:
        destination: where the run is written.
        plan: what the run is.
        trials: the trials, or pairs of trials to compare.
        execute: executes them; may add trials that it runs again to a list of trials.
        listener: receives the progress.

    Raises:
        ResultsError: the run's folder cannot be created or written.
        WorkerLostError: a worker process died; finished trials were saved and reported.
    """
    reports, process = destination.reports, destination.process
    opening = _opening(destination, plan, trials)
    upload: RunUpload | None = None
    if isinstance(reports, RemoteFolder):
        upload = destination.resources.enter_context(RunUpload(reports, process))
        folder = RunFolder.resume(plan.resumed) if plan.resumed else upload.begin(opening)
    elif plan.resumed:
        folder = RunFolder.resume(plan.resumed)
    else:
        folder = RunFolder.create(reports, opening)
    lost: WorkerLostError | None = None
    unsaved: ResultsError | None = None
    with RunWriter(folder, opening, destination.page_options, plan.redactor) as writer:
        remaining = writer.remaining(trials)
        listener.on_start(len(trials), len(trials) - len(remaining))
        keys = {trial.key.id: trial.key for trial in remaining}
        ending = _Ending(
            writer,
            trials,
            process.clock,
            plan.summarize,
            upload.fetch_history if upload else None,
            Catalogue(destination.page_options.language),
        )
        try:
            try:
                with closing(execute(remaining, writer.encode)) as batches:
                    for batch in batches:
                        with delay_signals():
                            if any(item.id not in keys for item in batch):
                                keys = {trial.key.id: trial.key for trial in trials}
                            unsaved = _add(writer, batch, keys)
                        notify(batch, listener)
                        if unsaved or (plan.stop_at_first and any(item.is_bad for item in batch)):
                            break
            except WorkerLostError as error:
                lost = error
            run = ending.write(unsaved, interrupted=bool(lost or unsaved))
        except KeyboardInterrupt:
            # Also while the reports were written: then they are written again.
            run = ending.write(unsaved, interrupted=True)
    location: Path | RemoteFolder = folder.path
    if upload is not None:
        location = upload.publish(folder.path)
    if lost:
        raise lost
    code = exit_code(run, writer.exit_codes, strict_known=plan.strict_known, strict=plan.strict)
    return RunOutcome(run, folder.path, code, location)


def _add(
    writer: RunWriter, batch: Sequence[EncodedResult], keys: Mapping[str, TrialKey]
) -> ResultsError | None:
    """Add finished trials to the run, or return why that is impossible: the disk is full."""
    try:
        writer.add(batch, keys)
    except ResultsError as error:
        return error
    return None


class _Ending(Struct, frozen=True):
    """Ends a run; `before_history` is called with its folder before earlier runs are read."""

    writer: RunWriter
    trials: Sequence[SelectedTrial]
    clock: Clock
    summarize: Summarize | None
    before_history: Callable[[Path], None] | None
    words: Catalogue

    def write(self, unsaved: ResultsError | None, *, interrupted: bool) -> Run:
        """Write run.json and all reports, or raise `unsaved` with the verdict that exists."""
        run = self.writer.conclude(
            self.trials,
            _iso(self.clock.now()),
            interrupted=interrupted,
            summarize=self.summarize,
        )
        try:
            if unsaved:
                raise unsaved
            return self.writer.finish(run, self.before_history)
        except ResultsError as error:  # by which the run has no report
            error.detail = (*error.detail, literal(verdict_line(run, words=self.words)))
            raise


def _opening(destination: RunDestination, plan: RunPlan, trials: Sequence[SelectedTrial]) -> Run:
    """Return the run as it is known now; with the required rates, in case it is killed."""
    process = destination.process
    now = datetime.fromtimestamp(process.clock.now(), UTC)
    machine = platform.uname()  # platform.platform() starts a process to find the processor's name
    system = f"{machine.system}-{machine.release}-{machine.machine}"
    environment = {"python": platform.python_version(), "platform": system}
    if destination.project:
        environment["project"] = destination.project
    if plan.mode not in (Mode.REPLAY, Mode.MUTATE):
        environment["base_url"] = destination.base_url
    required = {t.key.scenario: t.min_pass_rate for t in trials if t.min_pass_rate < 1}
    suffix = process.rng.getrandbits(16)
    return Run(
        run_id=f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03}Z-{suffix:04x}",
        mode=plan.mode,
        started_at=_iso(process.clock.now()),
        finished_at="",
        harness_version=VERSION,
        summary=Summary(),
        rows=(),
        pass_rates=tuple(
            RequiredPassRate(scenario=name, bot="", trials=0, passed=0, required=rate, met=True)
            for name, rate in required.items()
        ),
        environment=environment,
        shard=plan.shard,
        selection=select_scenarios(trial.key for trial in trials),
        planned_trials=len(trials),
    )


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
