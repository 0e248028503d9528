"""Use cases of the pytest plugin: a project, its recordings, a report, a fixture's session."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coze_harness.cassettes.cassette_files import check_cassettes_reachable
from coze_harness.commands.project import Project
from coze_harness.commands.run_trials import (
    RunOptions,
    live_runner,
    open_live_transports,
    run_trials,
)
from coze_harness.config import load_settings
from coze_harness.execution.conversation_runner import error_record
from coze_harness.execution.conversation_session import (
    ConversationSession,
    RecordingSettings,
    RecordSession,
    ReplaySession,
)
from coze_harness.messages import UserText, message
from coze_harness.model import (
    ChatOptions,
    Mode,
    Reply,
    Target,
    TrialKey,
    TrialResult,
    TrialStatus,
    replace,
)
from coze_harness.model.errors import CassetteEditedError, UsageError
from coze_harness.model.location import Location
from coze_harness.model.process_context import ProcessContext
from coze_harness.model.trial import Trial
from coze_harness.reporting.encoded_result import EncodedResult, ResultEncoder, encode_redacted
from coze_harness.results import decode_trial
from coze_harness.scenarios.name_rules import file_name_part, file_stem
from coze_harness.scenarios.trial_expansion import find_bot
from coze_harness.storage.remote_folder import RemoteFolder

REPLAY_IN_CI: Final = message("project.ci.next_pytest")
"""The next step where pytest must not record."""
_ESCAPE: Final = re.compile(r"\\u([0-9a-f]{4})")


def open_nearest_project(folder: Path, process: ProcessContext) -> Project:
    """Open the project of the nearest harness.yaml, in a folder or above it.

    Without any, the working folder is the project.

    Raises:
        SettingsError: harness.yaml or the environment is invalid.
    """
    settings = load_settings(folder, process.environment)
    if settings.file is None:
        settings = load_settings(process.folder, process.environment)
    return Project(settings, process)


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
    project.refuse_recording_in_ci(force=False, next_step=REPLAY_IN_CI)
    check_cassettes_reachable(project.settings.cassettes)
    redactor, options = project.make_redactor(), RunOptions()
    transports = open_live_transports(project, redactor, options, trials)
    live = live_runner(
        project, transports, redactor, options, SilentListener(warn), saves_cassettes=True
    )

    def redacted(result: TrialResult, /, *, exit_code: int | None = None) -> TrialResult:
        return encode_redacted(result, redactor)[1]

    def results() -> Generator[TrialResult, None, None]:
        with transports, closing(live.results(trials, redacted)) as batches:
            for batch in batches:
                yield from batch

    return results()


def refuse_edited(result: TrialResult) -> TrialResult:
    """Return the result of a trial whose recording must not be edited: then it is an error."""
    if not result.edited or result.error is not None:
        return result
    error = CassetteEditedError(Location(result.key.cassette))
    return replace(result, status=TrialStatus.ERROR, error=error_record(error))


@dataclass(frozen=True, slots=True)
class SessionResult:
    """A trial that was run as a pytest item, in this process or in another."""

    result: TrialResult
    min_pass_rate: float

    @property
    def key(self) -> TrialKey:
        """The trial's key."""
        return self.result.key


@dataclass(frozen=True, slots=True)
class SilentListener:
    """Prints nothing but warnings: pytest has its own progress and summary."""

    warn: Callable[[UserText], None] | None = None

    def on_start(self, total: int, already: int) -> None:
        """Ignore the start."""

    def on_progress(self, count: int) -> None:
        """Ignore the progress."""

    def on_result(self, result: TrialResult) -> None:
        """Ignore a result: its item reports it."""

    def on_warning(self, text: UserText) -> None:
        """Pass on a warning."""
        if self.warn is not None:
            self.warn(text)

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

    outcome = run_trials(
        project,
        sorted(results, key=_order),
        execute,
        mode=mode,
        options=RunOptions(),
        listener=SilentListener(),
        redactor=project.replayer.redactor,
    )
    return str(project.folders.relative_path(outcome.location) / "index.html")


def _order(item: SessionResult) -> tuple[str, int, str, str, int]:
    """Sort trials by file and line, whichever process ran them."""
    key = item.key
    return key.file, key.line, key.bot, key.case, key.trial


class FixtureSession:
    """The conversations of one test, replayed from its cassette or recorded in it.

    Args:
        project: the test's project.
        test: the test's id in pytest, which names its cassette.
        record: whether to talk to Coze and write the cassette.
        bot: a name from harness.yaml or an id, for conversations that name none.
        cassette: the cassette's path in the cassettes folder, instead of the one of `test`.
        stream: whether replies are streamed.

    Raises:
        UsageError: `CI` is set, and the test is to be recorded.
        SettingsError: there are no credentials to record with.
        CassetteError: the cassette is missing or unreadable, or edited although `strict` is set.
    """

    def __init__(
        self,
        project: Project,
        test: str,
        *,
        record: bool,
        bot: str = "",
        cassette: str = "",
        stream: bool = False,
    ) -> None:
        path = project.settings.cassettes / (cassette or _cassette_of(test))
        self._settings = project.settings
        self._bot = bot
        default = self._find(bot) if bot or project.settings.default_bot else Target(name="", id="")
        self._service = default.base_url
        self._session = (
            _record(project, path, test, default) if record else _replay(project, path, test)
        )
        self._options = ChatOptions(user_id=project.settings.user_id, stream=stream)

    def start_conversation(self, bot: str = "") -> Callable[[str], Reply]:
        """Start a conversation and return the function that sends its next prompt.

        That function raises CozeError or CassetteError.

        Raises:
            UsageError: there is no such bot.
        """
        target = self._find(bot or self._bot)
        if target.base_url != self._service:
            raise UsageError(
                message("session.service", target=target.name),
                next_step=message("session.service.next"),
            )
        return self._session.start(target, self._options)

    def _find(self, bot: str) -> Target:
        return find_bot(bot, self._settings.bots, self._settings.default_bot)

    def finish(self, *, is_complete: bool) -> None:
        """Check that the whole cassette was replayed, or write it.

        Args:
            is_complete: False after an error in the test; then nothing is checked or written.

        Raises:
            CassetteError: interactions were not replayed, or the cassette cannot be written.
        """
        self._session.finish(is_complete=is_complete)


def _replay(project: Project, path: Path | RemoteFolder, test: str) -> ConversationSession:
    return ReplaySession(
        _stored(path),
        project.folders.display_path(path),
        project.replayer.redactor,
        f'pytest --coze-record "{test}"',
        strict=project.settings.strict,
    )


def _record(
    project: Project, path: Path | RemoteFolder, test: str, target: Target
) -> ConversationSession:
    project.refuse_recording_in_ci(force=False, next_step=REPLAY_IN_CI)
    settings, process = project.settings, project.process
    redactor = project.make_redactor()
    return RecordSession(
        _stored(path),
        test,
        RecordingSettings(
            transport=project.open_transports(redactor, [target], workers=1).of(target),
            redactor=redactor,
            clock=process.clock,
            rng=process.rng,
            poll_interval=settings.poll.interval,
            poll_timeout=settings.poll.timeout,
            trial_seconds=settings.limits.trial,
            folder=settings.root,
        ),
    )


def _stored(path: Path | RemoteFolder) -> Path | str:
    return str(path) if isinstance(path, RemoteFolder) else path


def _cassette_of(test: str) -> Path:
    """Derive the path of a test's cassette from the file and name in its id."""
    file, _, name = test.partition("::")
    # pytest escapes the parameters' characters that are not ASCII.
    readable = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), name).replace("::", ".")
    folders = [part for part in Path(file).with_suffix("").parts if part != ".."]
    return Path(*folders, f"{file_stem([file_name_part(readable)], (name,))}.yaml")
