"""Scenario files as collectors and trials as items, so that pytest's own options apply to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from coze_harness.messages import message
from coze_harness.model import TrialResult, TrialStatus
from coze_harness.model.errors import HarnessError, NothingSelectedError
from coze_harness.model.trial import Trial
from coze_harness.project.opened_project import Project
from coze_harness.project.selected_trials import select_trials
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.pytest_plugin.session_projects import session_projects
from coze_harness.pytest_plugin.trial_player import TrialPlayer
from coze_harness.reporting.terminal.terminal_failures import FailureBlocks
from coze_harness.reporting.views.transcript import transcript
from coze_harness.reporting.views.trial_view import trial_view
from coze_harness.reporting.views.view_model import TrialView
from coze_harness.reporting.views.wording import Wording

if TYPE_CHECKING:
    from _pytest._code.code import TerminalRepr

# As markers these would skip or change an item.
_RESERVED_TAGS: Final = frozenset(
    (
        *("skip", "skipif", "xfail", "parametrize", "usefixtures", "filterwarnings"),
        *("tryfirst", "trylast", "coze"),
    )
)
_FAILED: Final = (TrialStatus.FAILED, TrialStatus.KNOWN_FAILURE)
# From 9.2 on pytest compares ids by their parts. An id that is given as text has the parts that
# pytest reads from its cache and from other processes; one made from a name with brackets does not.
_PARSES_IDS: Final = pytest.version_tuple >= (9, 2)


class TrialFailedError(Exception):
    """An expectation failed: pytest shows the conversation and no traceback."""


class ScenarioFile(pytest.File):
    """One scenario file."""

    def collect(self) -> Iterator[TrialItem]:
        """Yield an item for each trial.

        Trials that share a pass rate below 1 are one item for each bot: they pass or fail only
        together.
        """
        projects = session_projects(self.config)
        project: Project | None = None
        try:
            player = projects.player_of(self.path.parent)
            project = player.project
            trials = select_trials(player.project, TrialSelection(paths=(str(self.path),)))
        except NothingSelectedError:
            return
        except HarnessError as error:
            raise self.CollectError(projects.message(error, project)) from None
        for name, group in groupby(trials, key=_item_name):
            yield TrialItem.from_parent(self, name=name, trials=list(group), player=player)


def _item_name(trial: Trial) -> str:
    """Return scenario, `@bot`, `#repeat` and `[case]`, the last two only with a pass rate of 1.

    pytest splits ids at `::` and at the first bracket, and expects nothing after the last one. So a
    repeat is before its case, unlike in the trial's id, and these characters of a scenario's name
    are replaced.
    """
    key = trial.key
    with_bot = f"{key.scenario}@{key.bot}"
    name = with_bot if key.id.startswith(with_bot) else key.scenario
    name = re.sub("::+", ":", name).replace("[", "(").replace("]", ")")
    if trial.min_pass_rate < 1:
        return name
    repeat = f"#{key.trial}" if key.trial > 1 else ""
    case = f"[{key.case}]" if key.case else ""
    return f"{name}{repeat}{case}"


class TrialItem(pytest.Item):
    """One trial, or the trials of a scenario and a bot that share a pass rate."""

    def __init__(
        self, name: str, parent: pytest.Collector, *, trials: Sequence[Trial], player: TrialPlayer
    ) -> None:
        super().__init__(name, parent, nodeid=f"{parent.nodeid}::{name}" if _PARSES_IDS else None)
        self.trials = trials
        self.player = player
        self._projects = session_projects(self.config)
        self._words = player.project.words
        self._results: list[TrialResult] = []
        self._add_markers()

    def _add_markers(self) -> None:
        first = self.trials[0]
        for tag in first.key.tags:
            if tag.isidentifier() and not tag.startswith("_") and tag not in _RESERVED_TAGS:
                marker = message("pytest.tag", tag=tag)
                self.config.addinivalue_line("markers", self._words.text(marker))
                self.add_marker(tag)
            self.extra_keyword_matches.add(tag)
        if first.known_failure:
            strict = {"strict": True} if self.config.getoption("--coze-strict-known") else {}
            self.add_marker(
                pytest.mark.xfail(reason=first.known_failure, raises=TrialFailedError, **strict)
            )

    def setup(self) -> None:
        """Run the conversations. One that cannot be judged is an error, not a failure."""
        try:
            self._results = [
                self.player.run_trial(trial, self._session_trials) for trial in self.trials
            ]
        except HarnessError as error:
            raise self._projects.failure(error, self.player.project) from None
        self.user_properties.extend(_properties(self._results))
        errors = [result for result in self._results if result.status is TrialStatus.ERROR]
        if errors:
            pytest.fail(self._description(errors), pytrace=False)

    def _session_trials(self) -> list[Trial]:
        """List the trials of this item's project that the session runs."""
        items = (item for item in self.session.items if isinstance(item, TrialItem))
        return [trial for item in items if item.player is self.player for trial in item.trials]

    def runtest(self) -> None:
        """Judge.

        Raises:
            TrialFailedError: an expectation failed, or the required pass rate is missed.
        """
        count = len(self._results)
        failed = [result for result in self._results if result.status in _FAILED]
        passed = count - len(failed)
        required = self.trials[0].min_pass_rate
        if passed / count < required:
            description = self._description(failed)
            if count > 1:
                below = message(
                    "pytest.below_rate",
                    passed=passed,
                    n=count,
                    required=f"{required:.0%}",
                    text=description,
                )
                description = self._words.text(below)
            raise TrialFailedError(description)
        if self._has_reader:
            # As captured output, the only text of a passed test that pytest writes to junit.xml.
            for result in self._results:
                text = "\n".join(transcript(self._view(result), self._words))
                self.add_report_section("call", "stdout", self._projects.redact(text))

    @property
    def _has_reader(self) -> bool:
        """Whether the output of passed tests is shown or written anywhere."""
        categories = self.config.getoption("reportchars", "")
        return bool(self.config.getoption("xmlpath", None)) or not {"P", "A"}.isdisjoint(categories)

    def repr_failure(  # type: ignore[override]  # the signature that pytest documents
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> str | TerminalRepr:
        """Return prompt, answer and verdicts of what failed."""
        if not isinstance(excinfo.value, TrialFailedError):
            return super().repr_failure(excinfo)
        representation = excinfo.getrepr(style="value")
        if crash := representation.reprcrash:
            # What pytest's summary and --tb=line show.
            crash.path = str(self.path)
            crash.lineno = self._line
            crash.message = str(excinfo.value)
        return representation

    @property
    def _line(self) -> int:
        return max(self.trials[0].key.line, 1)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return the scenario's file, its line (from 0) and a headline.

        The headline is not the name alone: in verbose output pytest would replace the name's dots.
        """
        headline = self._words.text(message("pytest.trial", name=self.name))
        return self.path, self._line - 1, headline

    def result_lines(self) -> list[tuple[str, float]]:
        """Return each trial's line of trials.jsonl with the required pass rate."""
        required = self.trials[0].min_pass_rate
        return [(self.player.result_line(result), required) for result in self._results]

    def _description(self, results: Sequence[TrialResult]) -> str:
        """Describe failed trials: the reason, for pytest's summary, then the conversations."""
        failures = FailureBlocks()
        blocks = ["\n".join(failures.lines(result, words=self._words)) for result in results]
        return self._projects.redact("\n\n".join([self._view(results[0]).reason, *blocks]))

    def _view(self, result: TrialResult) -> TrialView:
        return trial_view(result, Wording(self._words.language))


def _properties(results: Sequence[TrialResult]) -> Iterator[tuple[str, str]]:
    """Yield the bot, tokens and log ids of trials, for junit.xml."""
    for result in results:
        yield "bot", result.key.bot
        for turn in result.turns:
            if turn.reply and turn.reply.usage:
                yield "tokens", str(turn.reply.usage.total)
            if turn.reply and turn.reply.log_id:
                yield "log_id", turn.reply.log_id
