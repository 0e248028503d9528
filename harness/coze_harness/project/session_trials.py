"""Trials of a pytest session: replay one, record all, report what the session ran."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

from coze_harness.execution.conversation_runner import error_record
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.messages import UserText
from coze_harness.model import Mode, TrialKey, TrialResult, TrialStatus, replace
from coze_harness.model.errors import CassetteEditedError
from coze_harness.model.location import Location
from coze_harness.model.trial import Trial
from coze_harness.project.opened_project import REPLAY_IN_CI, Project
from coze_harness.reporting.encoded_result import EncodedResult, ResultEncoder, encode_redacted
from coze_harness.reporting.run_collection import RunPlan, collect_run
from coze_harness.results import decode_trial


def replay_trial(replayer: ReplayRunner, trial: Trial, *, strict: bool) -> TrialResult:
    """Replay a trial; with `strict`, a recording that was edited is an error."""
    result = replayer.replay(trial)
    if not strict or not result.edited or result.error is not None:
        return result
    error = CassetteEditedError(Location(result.key.cassette))
    return replace(result, status=TrialStatus.ERROR, error=error_record(error))


def record_trials(
    project: Project, trials: Sequence[Trial], warn: Callable[[UserText], None]
) -> Generator[TrialResult, None, None]:
    """Record trials concurrently and yield their results, redacted, in the order they finish.

    Closing the generator stops what has not begun. Errors are raised by the call itself.

    Raises:
        UsageError: `CI` is set.
        SettingsError: there are no credentials.
        CassetteError: the cassettes are remote and cannot be reached.
    """
    from coze_harness.project.live_access import called_targets, open_live_runner  # few record

    project.refuse_recording_in_ci(force=False, next_step=REPLAY_IN_CI)
    project.check_cassettes_reachable()
    access = ExitStack()
    live = access.enter_context(open_live_runner(project, called_targets(trials), warn))

    def redact(result: TrialResult, /, *, exit_code: int | None = None) -> TrialResult:
        return encode_redacted(result, live.redactor)[1]

    def results() -> Generator[TrialResult, None, None]:
        with access, closing(live.results(trials, redact)) as batches:
            for batch in batches:
                yield from batch

    return results()


@dataclass(frozen=True, slots=True)
class SessionResult:
    """A trial that was run as a pytest item, in this process or in another."""

    result: TrialResult
    min_pass_rate: float

    @property
    def key(self) -> TrialKey:
        """The trial's key."""
        return self.result.key


class _SilentListener:
    """Prints nothing: pytest has its own progress and summary."""

    def on_start(self, total: int, already: int) -> None:
        """Ignore the start."""

    def on_progress(self, count: int) -> None:
        """Ignore the progress."""

    def on_result(self, result: TrialResult) -> None:
        """Ignore a result: its item reports it."""

    def on_warning(self, text: UserText) -> None:
        """Ignore a warning: nothing is called here."""

    def on_note(self, text: UserText, *, essential: bool = False) -> None:
        """Ignore a note."""

    def on_estimate(self, requests: int) -> None:
        """Ignore the number of requests."""


def report_session(
    project: Project,
    lines: Iterable[tuple[str, float]],
    mode: Mode,
) -> str:
    """Write the run folder of a pytest session and return the path of its page.

    Args:
        project: the project that the report belongs to.
        lines: each trial's line of trials.jsonl, and its required pass rate. Of a trial that was
            run again, the last one counts.
        mode: whether the trials were replayed or recorded.

    Raises:
        ResultsError: the run folder cannot be written.
    """
    decoded = [SessionResult(decode_trial(line.encode()), rate) for line, rate in lines]
    results = {item.key.id: item for item in decoded}.values()

    def execute(
        items: Sequence[SessionResult], encode: ResultEncoder
    ) -> Generator[Sequence[EncodedResult], None, None]:
        for item in items:
            yield (encode(item.result),)

    plan = RunPlan(mode=mode, redactor=project.replayer.redactor)
    outcome = collect_run(
        project.run_destination, plan, sorted(results, key=_order), execute, _SilentListener()
    )
    return str(project.folders.relative_path(outcome.location) / "index.html")


def _order(item: SessionResult) -> tuple[str, int, str, str, int]:
    """Sort trials by file and line, whichever process ran them."""
    key = item.key
    return key.file, key.line, key.bot, key.case, key.trial
