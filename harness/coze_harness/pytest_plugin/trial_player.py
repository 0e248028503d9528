"""Runs the trials of items: from cassettes, or with Coze under `--coze-record`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Sequence

import pytest

from coze_harness.messages import UserText, as_message
from coze_harness.model import TrialResult
from coze_harness.model.trial import Trial
from coze_harness.project.opened_project import REPLAY_IN_CI, Project
from coze_harness.project.session_trials import record_trials, replay_trial
from coze_harness.reporting.encoded_result import encode_redacted


class TrialPlayer:
    """Runs the trials of one project, each when its item asks for it.

    To record, it starts all trials of the session with the first one: conversations mostly wait,
    and one after another they would take as long as all of them together.

    Args:
        project: whose cassettes and settings are used.
        config: the session's.
    """

    def __init__(self, project: Project, config: pytest.Config) -> None:
        self.project = project
        self._config = config
        self._replayer = project.replayer
        self._redactor = self._replayer.redactor
        self._recording: Generator[TrialResult, None, None] | None = None
        self._recorded: dict[str, TrialResult] = {}
        self._is_locked = False

    def lock_recordings(self) -> None:
        """Take the lock that replaying or recording needs, until the session ends.

        Raises:
            UsageError: another process writes recordings, or `CI` is set.
            CassetteError: an accept was killed and cannot be finished.
        """
        if self._is_locked:
            return
        access = self.project.cassette_access
        if self._config.getoption("--coze-record"):
            self.project.refuse_recording_in_ci(force=False, next_step=REPLAY_IN_CI)
            lock = access.lock_for_writing("pytest --coze-record", note=self._note)
            self.project.resources.enter_context(lock)
        else:
            self.project.resources.enter_context(access.lock_for_reading(self._note))
        self._is_locked = True

    def _note(self, text: UserText) -> None:
        line = self._text(text)
        plugins = self._config.pluginmanager
        terminal, capture = (
            plugins.get_plugin(name) for name in ("terminalreporter", "capturemanager")
        )
        if terminal is None or capture is None:  # in a worker of pytest-xdist
            _warn(line)
            return
        with capture.global_and_fixture_disabled():
            terminal.ensure_newline()
            terminal.write_line(f"coze-harness: {line}")

    def run_trial(self, trial: Trial, session_trials: Callable[[], Sequence[Trial]]) -> TrialResult:
        """Run a trial. What is wrong with it alone is the result's error.

        Args:
            trial: one of the project's.
            session_trials: lists all trials of the project that the session runs.

        Raises:
            HarnessError: no trial can be run.
        """
        self.lock_recordings()
        if not self._config.getoption("--coze-record"):
            return replay_trial(self._replayer, trial, strict=self.project.settings.strict)
        if self._recording is None:
            self._recording = record_trials(
                self.project, session_trials(), lambda text: _warn(self._text(text))
            )
            # With -x the session ends early, and what has not begun must not begin.
            self._config.add_cleanup(self._recording.close)
        while trial.key.id not in self._recorded:
            result = next(self._recording)
            self._recorded[result.key.id] = result
        return self._recorded[trial.key.id]

    def result_line(self, result: TrialResult) -> str:
        """Encode a result as a line of trials.jsonl, without secrets."""
        return encode_redacted(result, self._redactor, self.project.words)[0].decode()

    def _text(self, text: UserText) -> str:
        return self.project.words.text(as_message(text))


def _warn(line: str) -> None:
    sys.stderr.write(f"{line}\n")
