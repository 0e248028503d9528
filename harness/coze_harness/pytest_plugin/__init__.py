"""Scenarios as pytest items, and conversations inside tests written in Python.

pytest loads this module in every session, also where there is no scenario: it imports next to
nothing until a scenario file, the `coze` fixture or a `--coze-…` option asks for it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from coze_harness.pytest_plugin.scenario_detection import Nearby

if TYPE_CHECKING:
    from coze_harness.pytest_plugin.coze_fixture import Coze

_NEARBY = pytest.StashKey[Nearby]()
_SUFFIXES = (".yaml", ".yml")
_MARKER = (
    "coze(bot='', cassette='', stream=False): whom the `coze` fixture asks, and where its recording"
    " is (from the cassettes folder)."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options for recording, reporting and known failures."""
    group = parser.getgroup("coze-harness", "conversations with Coze bots")
    group.addoption(
        "--coze-record",
        action="store_true",
        help="Talk to Coze (COZE_API_TOKEN) and write cassettes instead of replaying them.",
    )
    group.addoption(
        "--coze-report",
        action="store_true",
        help="Write a run's folder (index.html, run.json, …) as coze-harness run does.",
    )
    group.addoption(
        "--coze-strict-known",
        action="store_true",
        help="Let a known failure that passes fail the session.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and what gathers the results where a report is wanted."""
    config.addinivalue_line("markers", _MARKER)
    if config.getoption("--coze-record") and config.getoption("numprocesses", None):
        raise pytest.UsageError(
            "--coze-record holds all conversations at once in one process, and its calls share one"
            " rate: leave -n out."
        )
    if config.getoption("--coze-report") and not hasattr(config, "workerinput"):
        from coze_harness.pytest_plugin.session_report import RunReport

        config.pluginmanager.register(RunReport(config), "coze-harness-report")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the scenario files of a project; any other YAML file is left alone."""
    if file_path.suffix not in _SUFFIXES:
        return None
    nearby = parent.config.stash.setdefault(_NEARBY, Nearby())
    if not nearby.may_be_scenario(file_path):
        return None
    from coze_harness.pytest_plugin.scenario_items import scenario_file

    return scenario_file(file_path, parent)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Hand a trial's results on with its report, which xdist carries to the main process."""
    report = yield
    if call.excinfo is not None and "coze" in getattr(item, "fixturenames", ()):
        from coze_harness.pytest_plugin.coze_fixture import BROKEN_OFF

        item.stash[BROKEN_OFF] = True
    if item.config.getoption("--coze-report") and (report.when == "call" or report.failed):
        from coze_harness.pytest_plugin.scenario_items import TrialItem

        if isinstance(item, TrialItem) and report.when != "teardown":
            vars(report)["coze_trials"] = item.kept()
    return report


@pytest.fixture
def coze(request: pytest.FixtureRequest) -> Iterator[Coze]:
    """Conversations with a bot, replayed from this test's own cassette.

    `coze.ask("…")` asks in a new conversation and returns the reply; `coze.conversation()` opens
    one for several turns. With `--coze-record` they are held with Coze, and recorded.
    """
    from coze_harness.pytest_plugin.coze_fixture import opened

    yield from opened(request)
