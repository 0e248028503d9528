"""Scenario files as collectors, trials as items: pytest's own options do the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final, TypeAlias

import pytest

from coze_harness.commands.current_process import redact_for_display
from coze_harness.commands.project import TrialSelection
from coze_harness.model import TrialResult, TrialStatus
from coze_harness.model.errors import HarnessError, NothingSelectedError
from coze_harness.model.trial import Trial
from coze_harness.pytest_plugin.session_projects import projects
from coze_harness.pytest_plugin.trial_player import Player
from coze_harness.reporting.terminal_trials import failure_block
from coze_harness.reporting.transcript import transcript
from coze_harness.reporting.trial_view import trial_view

# These would skip or change an item where they are only meant as a tag.
_PYTESTS_OWN: Final = frozenset(
    (
        *("skip", "skipif", "xfail", "parametrize", "usefixtures", "filterwarnings"),
        *("tryfirst", "trylast", "coze"),
    )
)

Where: TypeAlias = tuple[Path, int | None, str]


class TrialFailedError(Exception):
    """An expectation failed: pytest shows the conversation, and no traceback."""


def scenario_file(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Return the collector of a scenario file; None for any other YAML file."""
    if not projects(parent.config).holds_scenario(path):
        return None
    return ScenarioFile.from_parent(parent, path=path)


class ScenarioFile(pytest.File):
    """One scenario file, which has an item for each trial."""

    def collect(self) -> Iterator[TrialItem]:
        """Yield the trials.

        Those of a scenario that asks for a pass rate are one item for each bot: only together they
        pass or fail.
        """
        try:
            project = projects(self.config).of(self.path.parent)
            trials = project.select_trials(TrialSelection(paths=(str(self.path),)))
        except NothingSelectedError:
            return
        except HarnessError as fault:
            words = "\n".join(fault.lines())
            raise self.CollectError(
                redact_for_display(words, projects(self.config).world)
            ) from None
        plays = projects(self.config).player(self.session, project)
        for (name, rate), group in groupby(trials, key=_grouped):
            together = list(group)
            if rate < 1:
                yield TrialItem.from_parent(self, name=name, trials=together, player=plays)
            else:
                for trial in together:
                    item = TrialItem.from_parent(
                        self, name=trial.key.id, trials=[trial], player=plays
                    )
                    yield item


def _grouped(trial: Trial) -> tuple[str, float]:
    """Return what the trials of one item have in common: its name, and the rate asked for."""
    key = trial.key
    bot = f"@{key.bot}" if f"@{key.bot}" in key.id else ""
    return f"{key.scenario}{bot}", trial.min_pass_rate


class TrialItem(pytest.Item):
    """One trial, or all trials of a scenario with a bot that share a pass rate."""

    def __init__(
        self, name: str, parent: pytest.Collector, *, trials: Sequence[Trial], player: Player
    ) -> None:
        super().__init__(name, parent)
        self.trials = trials
        self.player = player
        self._results: list[TrialResult] = []
        self._mark()

    def _mark(self) -> None:
        first = self.trials[0]
        for tag in first.key.tags:
            if tag.isidentifier() and not tag.startswith("_") and tag not in _PYTESTS_OWN:
                self.config.addinivalue_line("markers", f"{tag}: scenarios with this tag.")
                self.add_marker(tag)
            self.extra_keyword_matches.add(tag)
        if first.known_failure:
            strict = bool(self.config.getoption("--coze-strict-known")) or None
            self.add_marker(
                pytest.mark.xfail(
                    reason=first.known_failure,
                    raises=TrialFailedError,
                    **({"strict": True} if strict else {}),
                )
            )

    def setup(self) -> None:
        """Hold the conversations. One that cannot be judged is pytest's error, and no failure."""
        words = ""
        try:
            self._results = [self.player.play(trial) for trial in self.trials]
        except HarnessError as fault:
            words = self._scrubbed("\n".join(fault.lines()))
        if words:
            pytest.fail(words, pytrace=False)
        for name, value in self._properties():
            self.user_properties.append((name, value))
        bad = [result for result in self._results if result.status is TrialStatus.ERROR]
        if bad:
            pytest.fail(self._told(bad), pytrace=False)

    def runtest(self) -> None:
        """Judge.

        Raises:
            TrialFailedError: an expectation failed, or the pass rate is missed.
        """
        bad = [r for r in self._results if r.status in (TrialStatus.FAILED, _KNOWN)]
        passed = len(self._results) - len(bad)
        required = self.trials[0].min_pass_rate
        if bad and passed / len(self._results) < required:
            told = self._told(bad)
            if len(self._results) > 1:
                rate = f"{passed} of {len(self._results)} passed, {required:.0%} are asked for"
                told = f"{rate}: {told}"
            raise TrialFailedError(told)
        # As what the test printed, which is all that pytest puts into junit.xml.
        for result in self._results if self._is_read else ():
            lines = transcript(trial_view(result))
            self.add_report_section("call", "stdout", self._scrubbed("\n".join(lines)))

    @property
    def _is_read(self) -> bool:
        """Whether anybody will see what trials that passed have said."""
        shown = self.config.getoption("reportchars", "")
        return bool(self.config.getoption("xmlpath", None)) or not {"P", "A"}.isdisjoint(shown)

    def repr_failure(  # type: ignore[override]  # the signature that pytest documents
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> str:
        """Return prompt, answer and verdicts of what failed."""
        if isinstance(excinfo.value, TrialFailedError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> Where:
        """Return where the scenario is written."""
        return self.path, max(self.trials[0].key.line - 1, 0), self.name

    def kept(self) -> list[tuple[str, float]]:
        """Return the trials' lines of trials.jsonl, each with the pass rate asked for."""
        required = self.trials[0].min_pass_rate
        return [(self.player.line(result), required) for result in self._results]

    def _told(self, results: Sequence[TrialResult]) -> str:
        """Return the reason, which pytest's summary shows, and the conversations below it."""
        blocks = ["\n".join(failure_block(result)) for result in results]
        return self._scrubbed("\n\n".join([trial_view(results[0]).reason, *blocks]))

    def _scrubbed(self, text: str) -> str:
        return redact_for_display(text, projects(self.config).world)

    def _properties(self) -> Iterator[tuple[str, str]]:
        for result in self._results:
            yield "bot", result.key.bot
            for turn in result.turns:
                if turn.reply and turn.reply.usage:
                    yield "tokens", str(turn.reply.usage.total)
                if turn.reply and turn.reply.log_id:
                    yield "log_id", turn.reply.log_id


_KNOWN = TrialStatus.KNOWN_FAILURE
