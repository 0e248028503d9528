"""Scenarios as pytest items, and the `coze` fixture for tests in Python.

pytest imports this module in every session, also in projects without scenarios. So it imports the
other rooms only for a scenario file, the `coze` fixture or a `--coze-…` option.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from coze_harness.pytest_plugin.scenario_detection import ScenarioDetector

if TYPE_CHECKING:
    from coze_harness.pytest_plugin.coze_fixture import CozeFixture

_DETECTOR = pytest.StashKey[ScenarioDetector]()
_MARKER = (
    "coze(bot='', cassette='', stream=False): the bot that the `coze` fixture talks to, and the"
    " path of its cassette in the cassettes folder."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that record, report, and make known failures strict."""
    group = parser.getgroup("coze-harness", "conversations with Coze bots")
    group.addoption(
        "--coze-record",
        action="store_true",
        help="Talk to Coze (COZE_API_TOKEN) and write cassettes instead of replaying them.",
    )
    group.addoption(
        "--coze-report",
        action="store_true",
        help="Write a run folder (index.html, run.json, …) as coze-harness run does.",
    )
    group.addoption(
        "--coze-strict-known",
        action="store_true",
        help="Fail a known failure that passes.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and the report in the main process."""
    config.addinivalue_line("markers", _MARKER)
    if config.getoption("--coze-record") and config.getoption("numprocesses", None):
        from coze_harness.messages import message
        from coze_harness.pytest_plugin.session_projects import session_projects

        words = session_projects(config).words
        raise pytest.UsageError(words.text(message("pytest.record_in_processes")))
    if config.getoption("--coze-report") and not hasattr(config, "workerinput"):
        from coze_harness.pytest_plugin.session_report import SessionReport

        config.pluginmanager.register(SessionReport(config), "coze-harness-report")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the scenario files of a project, and no other YAML file."""
    detector = parent.config.stash.setdefault(_DETECTOR, ScenarioDetector())
    if not detector.is_candidate(file_path):
        return None
    from coze_harness.pytest_plugin.scenario_items import ScenarioFile
    from coze_harness.pytest_plugin.session_projects import session_projects

    if not session_projects(parent.config).is_scenario(file_path):
        return None
    return ScenarioFile.from_parent(parent, path=file_path)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add a trial's results to its report, which pytest-xdist sends to the main process."""
    report = yield
    if call.excinfo is not None and "coze" in getattr(item, "fixturenames", ()):
        from coze_harness.pytest_plugin.coze_fixture import CONVERSATION_ABORTED

        item.stash[CONVERSATION_ABORTED] = True
    if item.config.getoption("--coze-report") and (report.when == "call" or report.failed):
        from coze_harness.pytest_plugin.scenario_items import TrialItem

        if isinstance(item, TrialItem) and report.when != "teardown":
            vars(report)["coze_trials"] = item.result_lines()
    return report


@pytest.fixture
def coze(request: pytest.FixtureRequest) -> Iterator[CozeFixture]:
    """Conversations with a bot, replayed from this test's own cassette.

    `coze.ask("…")` sends a prompt in a new conversation and returns the reply;
    `coze.conversation()` starts one for several turns. `--coze-record` talks to Coze and writes
    the cassette.
    """
    from coze_harness.pytest_plugin.coze_fixture import coze_session

    yield from coze_session(request)
