"""Execute trials: replay or talk to Coze, collect the results, write the reports."""

from __future__ import annotations

import platform
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from coze_harness.cassettes import Redactor
from coze_harness.cassettes.cassette_files import check_cassettes_reachable
from coze_harness.commands.project import Project
from coze_harness.commands.uninterrupted import uninterrupted
from coze_harness.config.service_urls import check_base_url
from coze_harness.execution import BATCH_SIZE
from coze_harness.execution.judge_ratings import unchecked_judges
from coze_harness.execution.recording_facts import (
    estimate_requests,
    inspect_recordings,
    judge_state,
    recorded_at,
)
from coze_harness.execution.sharding import ShardNumber, resume_shard, select_shard
from coze_harness.messages import Catalogue, LocalizedText, literal, message
from coze_harness.model import (
    CassetteState,
    Mode,
    RequiredPassRate,
    Run,
    ShardInfo,
    Summary,
    TrialKey,
    TrialResult,
    replace,
)
from coze_harness.model.errors import (
    ResultsError,
    ScenarioErrors,
    UsageError,
    WorkerLostError,
)
from coze_harness.model.location import Location
from coze_harness.model.protocols import Clock
from coze_harness.model.trial import Trial
from coze_harness.model.version import VERSION
from coze_harness.reporting.encoded_result import EncodedResult, ResultEncoder
from coze_harness.reporting.run_writer import (
    RunListener,
    RunOutcome,
    RunWriter,
    SelectedTrial,
    Summarize,
    exit_code,
    notify,
)
from coze_harness.reporting.terminal_trials import verdict_line
from coze_harness.results import RunFolder, read_head, read_run, select_scenarios
from coze_harness.results.run_upload import RunUpload
from coze_harness.scenarios import generate_values
from coze_harness.scenarios.target_rules import unsendable_prompts
from coze_harness.storage.remote_folder import RemoteFolder

if TYPE_CHECKING:  # a replay needs no network, and importing requests takes 60 ms
    from coze_harness.execution.live_runner import LiveRunner
    from coze_harness.transport import ServiceTransports

_NONE: Final[Mapping[str, Trial]] = MappingProxyType({})
_SECONDS: Final = len("2026-11-26T10:28:47")

Item = TypeVar("Item", bound=SelectedTrial)

Execute: TypeAlias = Callable[
    [Sequence[Item], ResultEncoder], Generator[Sequence[EncodedResult], None, None]
]
"""Executes trials and yields them as they finish; closing it stops what has not begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How a run is executed.

    Args:
        stop_at_first: start no further trial once one failed or could not be judged.
        strict_known: whether a known failure that passes fails the run.
        strict: whether what is in doubt fails the run: a recording that was edited since it was
            recorded, or a scenario of a comparison that is undecided.
        workers: processes that replay, or calls at a time.
        cluster: the address of a Dask scheduler to replay on.
        resume: the interrupted run to resume: its id, folder, or `latest`.
        shard: I/N, or empty.
        public_address: what recordings have as the service's address; empty: the base URL.
    """

    stop_at_first: bool = False
    strict_known: bool = False
    strict: bool = False
    workers: int | None = None
    cluster: str | None = None
    resume: str | None = None
    shard: str = ""
    public_address: str = ""


def replay_trials(
    project: Project, trials: Sequence[Trial], options: RunOptions, listener: RunListener
) -> RunOutcome:
    """Replay trials from their cassettes, offline.

    Raises:
        CassetteError: the recordings are remote and cannot be reached.
        UsageError: nothing listens at the cluster's address.
    """
    trials, shard, resumed = select_part(project, trials, options, listener)
    settings, runner = project.settings, project.replayer
    check_cassettes_reachable(settings.cassettes)
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
    return run_trials(
        project,
        trials,
        execute,
        mode=Mode.REPLAY,
        options=replace(options, strict=options.strict or settings.strict),
        listener=listener,
        redactor=runner.redactor,
        resumed=resumed,
        shard=shard,
    )


class RecordScope(StrEnum):
    """Which of the selected trials `record` records: those whose recording is as named, or all.

    `STALE` includes `MISSING`, and recordings that cannot be read.
    """

    MISSING = "missing"
    STALE = "stale"
    ALL = "all"


def record_trials(
    project: Project,
    trials: Sequence[Trial],
    options: RunOptions,
    listener: RunListener,
    scope: RecordScope,
    *,
    judge_only: bool = False,
) -> RunOutcome | None:
    """Run conversations with Coze and save them as cassettes; `None` if there is nothing to record.

    Args:
        project: the project.
        trials: the selected trials.
        options: how they are run.
        listener: receives the progress.
        scope: which of them are recorded.
        judge_only: whether only judges are asked, about the answers that are recorded.

    Raises:
        SettingsError: there are no credentials, or the public address is invalid.
        CassetteError: the recordings are remote and cannot be reached.
    """
    if options.public_address:
        check_base_url(options.public_address, Location("--public-address"))
    trials, shard, resumed = select_part(project, trials, options, listener)
    judged: Mapping[str, Trial] = {}
    if scope is not RecordScope.ALL or judge_only:
        before = read_run(resumed) if resumed else None
        trials, judged = _trials_in_scope(project, trials, scope, before, judge_only=judge_only)
    if not trials and resumed is None and shard is None:
        return None
    return _talk_to_coze(
        project,
        trials,
        options,
        listener,
        mode=Mode.RECORD,
        shard=shard,
        resumed=resumed,
        judge_only=judged,
        asks_judge_again=scope is RecordScope.ALL,
    )


def run_live(
    project: Project, trials: Sequence[Trial], options: RunOptions, listener: RunListener
) -> RunOutcome:
    """Run the conversations with Coze, and save no cassette.

    Raises:
        SettingsError: there are no credentials.
    """
    trials, shard, resumed = select_part(project, trials, options, listener)
    return _talk_to_coze(
        project, trials, options, listener, mode=Mode.LIVE, shard=shard, resumed=resumed
    )


def _talk_to_coze(
    project: Project,
    trials: Sequence[Trial],
    options: RunOptions,
    listener: RunListener,
    *,
    mode: Mode,
    shard: ShardInfo | None,
    resumed: Path | None,
    judge_only: Mapping[str, Trial] = _NONE,
    asks_judge_again: bool = False,
) -> RunOutcome:
    saves_cassettes = mode is Mode.RECORD
    for warning in project.settings.warnings:
        listener.on_warning(warning)
    from coze_harness.commands.collected_evidence import collect_for, save_evidence  # not in `run`

    redactor = project.make_redactor()
    evidence = collect_for(trials)
    with open_live_transports(project, redactor, options, trials, judge_only) as transports:
        announce_requests(project, trials, listener, judge_only)
        live = live_runner(
            project, transports, redactor, options, listener, saves_cassettes=saves_cassettes
        )
        live = replace(live, judge_only=judge_only, asks_judge_again=asks_judge_again)

        def execute(
            trials: Sequence[Trial], encode: ResultEncoder
        ) -> Generator[Sequence[EncodedResult], None, None]:
            def encode_counted(
                result: TrialResult, /, *, exit_code: int | None = None
            ) -> EncodedResult:
                # An answer counts once, however often it is judged.
                if result.key.id not in judge_only:
                    evidence.add(result)
                return encode(result, exit_code=exit_code)

            yield from live.results(trials, encode_counted)

        outcome = run_trials(
            project,
            trials,
            execute,
            mode=mode,
            options=options,
            listener=listener,
            redactor=redactor,
            resumed=resumed,
            shard=shard,
        )
    save_evidence(
        project, evidence, outcome.run.run_id, listener.on_warning, has_lock=saves_cassettes
    )
    return outcome


def _trials_in_scope(
    project: Project,
    trials: Sequence[Trial],
    scope: RecordScope,
    resumed: Run | None,
    *,
    judge_only: bool,
) -> tuple[Sequence[Trial], Mapping[str, Trial]]:
    """Return the trials to record, in their order, and by id those of which only the judge is.

    Those of the run that is resumed are among them. A run that was killed may have recorded a trial
    that it does not have.
    """
    check_cassettes_reachable(project.settings.cassettes)
    wanted = {CassetteState.MISSING}
    if scope is not RecordScope.MISSING:
        wanted |= {CassetteState.STALE, CassetteState.UNREADABLE}
    done = {row.key.id for row in resumed.rows} if resumed else set()
    begin = resumed.started_at if resumed else ""

    def is_of_run(trial: Trial) -> bool:
        if trial.key.id in done:
            return True
        return bool(begin) and recorded_at(trial, project.replayer) >= begin[:_SECONDS]

    chosen: list[Trial] = []
    judged: dict[str, Trial] = {}
    runner = project.replayer
    for trial, state, _error in inspect_recordings(trials, runner):
        if not judge_only and (state in wanted or is_of_run(trial)):
            chosen.append(trial)
        elif trial.judge is not None and state is CassetteState.RECORDED:
            is_all = judge_only and scope is RecordScope.ALL
            if is_all or trial.key.id in done or judge_state(trial, runner)[0] in wanted:
                chosen.append(trial)
                judged[trial.key.id] = trial
    return chosen, judged


def select_part(
    project: Project, trials: Sequence[Trial], options: RunOptions, listener: RunListener
) -> tuple[Sequence[Trial], ShardInfo | None, Path | None]:
    """Return the shard's trials, the shard, and the folder of the run to resume.

    Raises:
        UsageError: there is no such shard, or the run to resume is another one.
        ResultsError: the run to resume cannot be read.
    """
    number = ShardNumber.parse(options.shard) if options.shard else None
    resumed = run_to_resume(project, options)
    shard: ShardInfo | None = None
    if resumed:
        before = read_head(resumed, rows=True).shard
        trials, shard = resume_shard(trials, number, before, resumed.name)
    elif number:
        trials, shard = select_shard(trials, number, project.replayer)
    for judge, count in unchecked_judges(project.judge_ratings, trials).items():
        listener.on_warning(message("judge.unchecked", judge=judge.name, n=count))
    if shard:
        listener.on_note(_describe_shard(shard), essential=not shard.places)
    return trials, shard, resumed


def run_to_resume(project: Project, options: RunOptions) -> Path | None:
    """Return the folder of the run to resume: one that has not reached its store comes first.

    Raises:
        ResultsError: there is no such run.
        UsageError: the name is empty.
    """
    if options.resume is None:
        return None
    if not options.resume.strip():
        raise UsageError(
            message("run.resume_empty"),
            next_step=message("run.resume_empty.next"),
        )
    reports = project.settings.reports
    if isinstance(reports, RemoteFolder):
        return RunUpload(reports, project.process).folder_to_resume(options.resume)
    return project.locate_run(options.resume).folder


def replay_workers(project: Project, options: RunOptions) -> tuple[int, int]:
    """Return how many processes replay, and the size of their batches."""
    if options.stop_at_first:
        return 1, 1
    cassettes = project.settings.cassettes
    if isinstance(cassettes, RemoteFolder) and cassettes.is_private:
        return 1, BATCH_SIZE
    return options.workers or project.process.processors, BATCH_SIZE


def open_live_transports(
    project: Project,
    redactor: Redactor,
    options: RunOptions,
    trials: Sequence[Trial],
    judge_only: Collection[str] = (),
) -> ServiceTransports:
    """Open the network to the services that trials talk to.

    Args:
        project: the project.
        redactor: gets the tokens.
        options: how trials are run.
        trials: the trials.
        judge_only: ids of those of which only the judge is asked.

    Raises:
        SettingsError: there are no credentials.
        ScenarioErrors: Coze certainly refuses a trial's prompts.
    """
    from coze_harness.execution.live_runner import STREAM_WORKERS

    if errors := unsendable_prompts(trials):
        raise ScenarioErrors(errors)
    workers = options.workers or project.settings.workers or STREAM_WORKERS
    asked = [trial for trial in trials if trial.key.id not in judge_only]
    others = [trial.tester for trial in asked] + [trial.judge for trial in trials]
    targets = [*(trial.bot for trial in asked), *filter(None, others)]
    return project.open_transports(redactor, targets, workers=workers)


def live_runner(
    project: Project,
    transports: ServiceTransports,
    redactor: Redactor,
    options: RunOptions,
    listener: RunListener,
    *,
    saves_cassettes: bool,
) -> LiveRunner:
    """Return the runner of live conversations."""
    from coze_harness.execution.live_runner import LiveRunner

    settings, process = project.settings, project.process
    return LiveRunner(
        transports=transports,
        redactor=redactor,
        clock=process.clock,
        rng=process.rng,
        generate=generate_values,
        rate_limit=settings.rate_limit,
        poll_interval=settings.poll.interval,
        poll_timeout=settings.poll.timeout,
        trial_seconds=settings.limits.trial,
        workers=options.workers or settings.workers,
        saves_cassettes=saves_cassettes,
        recorded_address=options.public_address.rstrip("/"),
        folder=settings.root,
        replayer=project.replayer,
        warn=listener.on_warning,
    )


def announce_requests(
    project: Project,
    trials: Sequence[Trial],
    listener: RunListener,
    judge_only: Collection[str] = (),
) -> int:
    """Say how many requests to Coze the trials take, and return that number."""
    process = project.process
    now = datetime.fromtimestamp(process.clock.now(), UTC)
    count = estimate_requests(
        trials, project.replayer, generate_values, now, process.rng, judge_only
    )
    listener.on_estimate(count)
    return count


def run_trials(
    project: Project,
    trials: Sequence[Item],
    execute: Execute[Item],
    *,
    mode: Mode,
    options: RunOptions,
    listener: RunListener,
    redactor: Redactor,
    resumed: Path | None = None,
    shard: ShardInfo | None = None,
    summarize: Summarize | None = None,
) -> RunOutcome:
    """Execute trials, save every result as it comes, and write all reports.

    An interruption (Ctrl-C) keeps the finished trials, and all reports are written: the run can be
    resumed.

    Args:
        project: the project.
        trials: the trials, or pairs of trials to compare.
        execute: executes them; may add trials that it runs again to a list of trials.
        mode: how they are executed, for the record.
        options: how the run is executed.
        listener: receives the progress.
        redactor: removes secrets from the results.
        resumed: the folder of the run to resume; what it judged is not executed again.
        shard: the shard that the trials are.
        summarize: adds what only all results can tell.

    Raises:
        ResultsError: the run's folder cannot be created or written.
        WorkerLostError: a worker process died; finished trials were saved and reported.
    """
    settings, clock = project.settings, project.process.clock
    opening = replace(_opening(project, mode, trials), shard=shard)
    upload: RunUpload | None = None
    if isinstance(settings.reports, RemoteFolder):
        upload = project.resources.enter_context(RunUpload(settings.reports, project.process))
    folder = _run_folder(project, opening, resumed, upload)
    lost: WorkerLostError | None = None
    unsaved: ResultsError | None = None
    with RunWriter(folder, opening, project.page_options, redactor) as writer:
        remaining = writer.remaining(trials)
        listener.on_start(len(trials), len(trials) - len(remaining))
        keys = {trial.key.id: trial.key for trial in remaining}
        fetch = upload.fetch_history if upload else None
        finish = partial(_finish, writer, trials, clock, summarize, fetch, project.words)
        try:
            try:
                with closing(execute(remaining, writer.encode)) as batches:
                    for batch in batches:
                        with uninterrupted():
                            if any(item.id not in keys for item in batch):
                                keys = {trial.key.id: trial.key for trial in trials}
                            unsaved = _add(writer, batch, keys)
                        notify(batch, listener)
                        if unsaved or (
                            options.stop_at_first and any(item.is_bad for item in batch)
                        ):
                            break
            except WorkerLostError as error:
                lost = error
            run = finish(unsaved, interrupted=bool(lost or unsaved))
        except KeyboardInterrupt:
            # Also while the reports were written: then they are written again.
            run = finish(unsaved, interrupted=True)
    location: Path | RemoteFolder = folder.path
    if upload is not None:
        location = upload.publish(folder.path)
    if lost:
        raise lost
    code = exit_code(
        run, writer.exit_codes, strict_known=options.strict_known, strict=options.strict
    )
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


def _finish(
    writer: RunWriter,
    trials: Sequence[SelectedTrial],
    clock: Clock,
    summarize: Summarize | None,
    before_history: Callable[[Path], None] | None,
    words: Catalogue,
    unsaved: ResultsError | None,
    *,
    interrupted: bool,
) -> Run:
    """Write run.json and all reports, or raise `unsaved` with the verdict that exists."""
    run = writer.conclude(trials, _iso(clock.now()), interrupted=interrupted, summarize=summarize)
    with _verdict_in_errors(run, words):
        if unsaved:
            raise unsaved
        return writer.finish(run, before_history)


@contextmanager
def _verdict_in_errors(run: Run, words: Catalogue) -> Iterator[None]:
    """Print the verdict with the error by which a run has no report."""
    try:
        yield
    except ResultsError as error:
        error.detail = (*error.detail, literal(verdict_line(run, words=words)))
        raise


def _run_folder(
    project: Project, opening: Run, resumed: Path | None, upload: RunUpload | None
) -> RunFolder:
    if resumed:
        return RunFolder.resume(resumed)
    if upload:
        return upload.begin(opening)
    assert isinstance(project.settings.reports, Path)  # noqa: S101 (else there is an upload)
    return RunFolder.create(project.settings.reports, opening)


def _opening(project: Project, mode: Mode, trials: Sequence[SelectedTrial]) -> Run:
    """Return the run as it is known now; with the required rates, in case it is killed."""
    process = project.process
    now = datetime.fromtimestamp(process.clock.now(), UTC)
    environment = {"python": platform.python_version(), "platform": platform.platform()}
    if name := project.folders.root.name:
        environment["project"] = name
    if mode not in (Mode.REPLAY, Mode.MUTATE):
        environment["base_url"] = project.settings.base_url
    required = {t.key.scenario: t.min_pass_rate for t in trials if t.min_pass_rate < 1}
    suffix = process.rng.getrandbits(16)
    return Run(
        run_id=f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03}Z-{suffix:04x}",
        mode=mode,
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
        selection=select_scenarios(trial.key for trial in trials),
        planned_trials=len(trials),
    )


def _describe_shard(shard: ShardInfo) -> LocalizedText:
    name, total = str(shard), shard.trials
    if not shard.places:
        return message("shard.empty", shard=name, n=total)
    return message("shard.part", shard=name, part=len(shard.places), n=total)


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
