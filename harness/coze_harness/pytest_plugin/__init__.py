"""Scenarios as pytest items, and the `coze` fixture for tests in Python.

pytest imports this module in every session, also in projects without scenarios. So it imports the
other rooms only for a scenario file, the `coze` fixture or a `--coze-…` option.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from coze_harness.pytest_plugin.scenario_detection import ScenarioDetector

if TYPE_CHECKING:
    from coze_harness.pytest_plugin.coze_fixture import CozeFixture

_DETECTOR = pytest.StashKey[ScenarioDetector]()
_TEXTS = Path(__file__).parents[1] / "messages" / "pytest_options.json"
_LANGUAGE_VARIABLES = ("COZE_HARNESS_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


def _texts(environment: Mapping[str, str]) -> Mapping[str, str]:
    """Return the help of options and markers, by id.

    The settings are not read for it: their language needs an opened project. Nor is the catalogue
    imported, unless it may be Chinese.
    """
    language = "en"
    if any(environment.get(one, "").lower().startswith("zh") for one in _LANGUAGE_VARIABLES):
        from coze_harness.messages.catalogue import choose_language

        language = choose_language("", environment)
    entries = json.loads(_TEXTS.read_bytes())
    return {key: entry[language] for key, entry in entries.items()}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that record, report, and make known failures strict."""
    texts = _texts(os.environ)  # noqa: TID251 (ProcessContext would import the catalogue)
    group = parser.getgroup("coze-harness", texts["pytest.option.group"])
    group.addoption(
        "--coze-record",
        action="store_true",
        help=texts["pytest.option.record"],
    )
    group.addoption(
        "--coze-report",
        action="store_true",
        help=texts["pytest.option.report"],
    )
    group.addoption(
        "--coze-strict-known",
        action="store_true",
        help=texts["pytest.option.strict_known"],
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and the report in the main process."""
    texts = _texts(os.environ)  # noqa: TID251 (see above)
    marker = texts["pytest.option.marker"]
    config.addinivalue_line("markers", f"coze(bot='', cassette='', stream=False): {marker}")
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
