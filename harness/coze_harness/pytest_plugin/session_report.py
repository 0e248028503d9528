"""`--coze-report`: the main process writes the trials of a session as one run folder."""

from __future__ import annotations

import pytest

from coze_harness.messages import message
from coze_harness.model import Mode
from coze_harness.project.session_trials import report_session
from coze_harness.pytest_plugin.session_projects import session_projects


class SessionReport:
    """Collects the trials of a session from all its processes and writes their report.

    Args:
        config: the session's.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._lines: list[tuple[str, float]] = []
        self._note = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the trials of a report."""
        self._lines += getattr(report, "coze_trials", ())

    def pytest_sessionfinish(self) -> None:
        """Write the run folder."""
        if self._lines:
            project = session_projects(self._config).working_project
            mode = Mode.RECORD if self._config.getoption("--coze-record") else Mode.REPLAY
            page = report_session(project, self._lines, mode)
            self._note = project.words.text(message("pytest.report", page=page))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the path of the report."""
        if self._note:
            terminalreporter.write_line(self._note)
