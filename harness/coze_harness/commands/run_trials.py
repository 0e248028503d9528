"""The one pipeline of all runs: trials in, a run's folder and an exit code out."""

from __future__ import annotations

import platform
import weakref
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from coze_harness.config import Settings
from coze_harness.model import (
    Mode,
    RequiredPassRate,
    Run,
    ShardInfo,
    Summary,
    TrialKey,
    TrialResult,
    TrialStatus,
)
from coze_harness.model.errors import WorkerLostError
from coze_harness.model.process_context import ProcessContext
from coze_harness.reporting.encoded_result import EncodedResult
from coze_harness.reporting.report_formats import ReportSet, TrialRenderer
from coze_harness.reporting.run_reports import page_options, update_run_list, write_reports
from coze_harness.results import (
    RunFolder,
    RunTotals,
    decode_trial,
    encode_trial,
    read_results,
    update_latest,
    with_history,
)
from coze_harness.storage.remote_folder import RemoteFolder

if TYPE_CHECKING:
    from coze_harness.results.run_upload import RunUpload

INTERRUPTED: Final = 130


class SelectedTrial(Protocol):
    """What the pipeline needs to know of a trial that is to be done."""

    @property
    def key(self) -> TrialKey:
        """What names it."""
        ...

    @property
    def min_pass_rate(self) -> float:
        """The share of its scenario's trials that must pass, 0..1."""
        ...


Item = TypeVar("Item", bound=SelectedTrial)


class RunListener(Protocol):
    """Hears how a run goes on; all of it in the thread that runs the pipeline."""

    def on_start(self, total: int, already: int) -> None:
        """A run of `total` trials begins, `already` of which a resumed run had done."""
        ...

    def on_progress(self, count: int) -> None:
        """So many more trials are done."""
        ...

    def on_result(self, result: TrialResult) -> None:
        """One of them did not simply pass."""
        ...

    def on_warning(self, words: str) -> None:
        """Something is worth a remark that is no error."""
        ...


@dataclass(frozen=True, slots=True, weakref_slot=True)
class RunOutcome:
    """The result of a run: the run, its folder and its exit code.

    `location` is where people find it: the same folder, or the store that its reports were uploaded
    to. In that case `folder` is a copy, removed with this outcome.
    """

    run: Run
    folder: Path
    exit_code: int
    location: Path | RemoteFolder


def run_trials(
    trials: Sequence[Item],
    source: Callable[
        [Sequence[Item], TrialRenderer], Generator[Sequence[EncodedResult], None, None]
    ],
    *,
    mode: Mode,
    settings: Settings,
    world: ProcessContext,
    listener: RunListener,
    stop_at_first: bool = False,
    resume: Path | None = None,
    strict_known: bool = False,
    complete: Callable[[Run, Path], Run] | None = None,
    shard: ShardInfo | None = None,
) -> RunOutcome:
    """Execute trials, keep every result as it comes, and write all reports.

    An interruption (Ctrl-C) keeps what is done: the folder can be reported and resumed.

    Args:
        trials: what is to be done.
        source: what does it.
        mode: how it does it, for the record.
        settings: the project's.
        world: time and processors.
        listener: hears how it goes on.
        stop_at_first: begin no further trial once one has failed or could not be judged.
        resume: the folder of an interrupted run to go on with; what it judged is not done again.
        strict_known: whether a known failure that passes fails the run.
        complete: adds what only the whole of a run can tell, from it and its folder (all lines are
            there), before it is written and reported.
        shard: which part of a whole the trials are.

    Raises:
        ArchiveError: the run's folder cannot be made or written.
        WorkerLostError: a process that shared the work died; what was done is kept and reported.
    """
    opening = replace(_opening(mode, settings, world, trials), shard=shard)
    codes: set[int] = set()
    interrupted = False
    lost: WorkerLostError | None = None
    staging, opened = _opened(settings, world, opening, resume)
    options = page_options(settings)
    with opened as folder, ReportSet(options=options) as reports:
        # At once, so that a run which is killed is the latest too, and can be gone on with.
        update_latest(folder.path)
        books = _RunWriter(folder, reports, RunTotals(_required(trials)))
        todo = books.remaining(trials)
        listener.on_start(len(trials), len(trials) - len(todo))
        keys = {trial.key.id: trial.key for trial in todo}
        try:
            with closing(source(todo, reports.renderer)) as batches:
                for batch in batches:
                    books.add(batch, keys)
                    codes.update(item.exit_code for item in batch)
                    _tell(batch, listener)
                    if stop_at_first and any(_is_bad(item) for item in batch):
                        break
        except KeyboardInterrupt:
            interrupted = True
        except WorkerLostError as fault:
            interrupted, lost = True, fault
        run = replace(
            opening,
            run_id=folder.path.name,
            finished_at=_iso(world.clock.now()),
            summary=books.tally.summary(),
            rows=books.tally.rows(trial.key.id for trial in trials),
            pass_rates=books.tally.pass_rates(),
            request_count=books.calls,
            interrupted=interrupted,
            cost=books.tally.cost(),
        )
        if complete is not None:
            run = complete(run, folder.path)
        if staging is not None:
            staging.fetch_history(folder.path)
        run = with_history(run, folder.path.parent)
        folder.finish(run)
        write_reports(reports, run, folder.path)
    update_run_list(folder.path, options)
    place = staging.publish(folder.path) if staging is not None else folder.path
    if lost:
        raise lost
    code = exit_code(run, codes, strict_known=strict_known)
    outcome = RunOutcome(run, folder.path, code, place)
    if staging is not None:
        weakref.finalize(outcome, staging.delete_copy, folder.path)
    return outcome


def _opened(
    settings: Settings, world: ProcessContext, opening: Run, resume: Path | None
) -> tuple[RunUpload | None, RunFolder]:
    """Return the folder of a run, and where it is made if its reports go elsewhere."""
    if isinstance(settings.reports, Path):
        made = RunFolder.resume(resume) if resume else RunFolder.create(settings.reports, opening)
        return None, made
    from coze_harness.results.run_upload import RunUpload

    staging = RunUpload(settings.reports, world)
    return staging, RunFolder.resume(resume) if resume else staging.begin(opening)


class _RunWriter:
    """Where a finished trial is entered: the run's folder, its reports, its counts."""

    def __init__(self, folder: RunFolder, reports: ReportSet, tally: RunTotals) -> None:
        self._folder = folder
        self._reports = reports
        self.tally = tally
        self.calls = 0

    def add(self, batch: Sequence[EncodedResult], keys: Mapping[str, TrialKey]) -> None:
        """Enter finished trials; on disk they are before anything else is told of them."""
        self._folder.append(*(item.line for item in batch))
        for item in batch:
            # By the trial's own id: the equal one that came with the item need not be kept.
            key = keys[item.id]
            self._reports.add_fragments(key.id, item.fragments)
            self.tally.add_row(item.row(key), item.warnings, item.spent)
            self.calls += item.calls

    def remaining(self, trials: Sequence[Item]) -> Sequence[Item]:
        """Return the trials still to be done, and enter those that a resumed run had judged."""
        judged = self._folder.done
        if not judged:
            return trials
        for result in read_results(self._folder.path):
            self.calls += result.request_count
            if result.status is not TrialStatus.ERROR:
                self.tally.add(result)
                self._reports.add(result, encode_trial(result))
        return [
            trial
            for trial in trials
            if judged.get(trial.key.id, TrialStatus.ERROR) is TrialStatus.ERROR
        ]


def exit_code(run: Run, errors: Iterable[int], *, strict_known: bool = False) -> int:
    """Return a run's exit code: interrupted, else the gravest error's, else 1 for a missed rate.

    A comparison goes by what regressed, whatever its trials came to by themselves. With
    `strict_known`, a known failure that passes is a fault, too: its mark tells an untruth.
    """
    if run.interrupted:
        return INTERRUPTED
    found = set(errors)
    for code in (4, 3, 2):
        if code in found:
            return code
    if strict_known and run.summary.fixed:
        return 1
    if run.comparison is not None:
        return int(any(scenario.regressed for scenario in run.comparison.scenarios))
    return 0 if all(rate.met for rate in run.pass_rates) else 1


def _opening(
    mode: Mode, settings: Settings, world: ProcessContext, trials: Sequence[SelectedTrial]
) -> Run:
    """Return the run as far as it is known; with the required shares, for one that is killed."""
    now = datetime.fromtimestamp(world.clock.now(), UTC)
    environment = {"python": platform.python_version(), "platform": platform.platform()}
    if mode not in (Mode.REPLAY, Mode.MUTATE):
        environment["base_url"] = settings.base_url
    return Run(
        run_id=f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03}Z-{world.rng.getrandbits(16):04x}",
        mode=mode,
        started_at=_iso(world.clock.now()),
        finished_at="",
        harness_version=version("coze-harness"),
        summary=Summary(),
        rows=(),
        pass_rates=tuple(
            RequiredPassRate(scenario=name, bot="", trials=0, passed=0, required=share, met=True)
            for name, share in _required(trials).items()
        ),
        environment=environment,
    )


def _required(trials: Sequence[SelectedTrial]) -> dict[str, float]:
    """Return, by scenario, the share that must pass, where that is not all of its trials."""
    return {trial.key.scenario: trial.min_pass_rate for trial in trials if trial.min_pass_rate < 1}


def _tell(batch: Sequence[EncodedResult], listener: RunListener) -> None:
    for item in batch:
        if item.is_notable:
            listener.on_result(decode_trial(item.line))
    listener.on_progress(len(batch))


def _is_bad(item: EncodedResult) -> bool:
    return item.status in (TrialStatus.FAILED, TrialStatus.ERROR)


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
