"""`--coze-report`: a session's trials as a run's folder, written once by the main process."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import pytest

from coze_harness.commands.project import Project
from coze_harness.commands.run_trials import RunOutcome, run_trials
from coze_harness.model import Mode, TrialKey, TrialResult
from coze_harness.pytest_plugin.session_projects import projects
from coze_harness.reporting.encoded_result import EncodedResult, encode_result
from coze_harness.reporting.report_formats import TrialRenderer
from coze_harness.results import decode_trial


@dataclass(frozen=True, slots=True)
class _Gathered:
    """A trial that was executed in this process or another."""

    result: TrialResult
    min_pass_rate: float

    @property
    def key(self) -> TrialKey:
        return self.result.key


class _Silence:
    """pytest itself has told how it went."""

    def on_start(self, total: int, already: int) -> None: ...
    def on_progress(self, count: int) -> None: ...
    def on_result(self, result: TrialResult) -> None: ...
    def on_warning(self, words: str) -> None: ...


class RunReport:
    """Gathers the trials of a session, of all its processes, and writes their report.

    Args:
        config: the session's.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._trials: dict[str, _Gathered] = {}
        self._outcome: RunOutcome | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the trials that came with a report."""
        for line, required in getattr(report, "coze_trials", ()):
            result = decode_trial(line.encode())
            self._trials[result.key.id] = _Gathered(result, required)

    def pytest_sessionfinish(self) -> None:
        """Write the run's folder."""
        if not self._trials:
            return
        known = projects(self._config)
        project = known.of(known.world.folder)
        mode = Mode.RECORD if self._config.getoption("--coze-record") else Mode.REPLAY
        trials = sorted(self._trials.values(), key=lambda trial: _place(trial.key))
        self._outcome = run_trials(
            trials,
            _rendered(project),
            mode=mode,
            settings=project.settings,
            world=known.world,
            listener=_Silence(),
        )

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say where the report is."""
        if self._outcome is not None:
            project = projects(self._config).of(projects(self._config).world.folder)
            page = project.relative_path(self._outcome.location) / "index.html"
            terminalreporter.write_line(f"coze-harness report: {page}")


def _place(key: TrialKey) -> tuple[str, int, str, str, int]:
    """Return what sorts trials as pytest collects them, whichever process they ran in."""
    return key.file, key.line, key.bot, key.case, key.trial


def _rendered(
    project: Project,
) -> Callable[[Sequence[_Gathered], TrialRenderer], Generator[Sequence[EncodedResult], None, None]]:
    """Return what renders gathered trials."""

    def source(
        trials: Sequence[_Gathered], renderer: TrialRenderer
    ) -> Generator[Sequence[EncodedResult], None, None]:
        redactor = project.replayer.redactor
        for trial in trials:
            yield (encode_result(trial.result, renderer, redactor),)

    return source
