"""`accept --interactive`: shows each scenario whose candidates wait, and reads a decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import click

from coze_harness.baseline.decisions import ReviewDecision
from coze_harness.baseline.promotion import find_failing
from coze_harness.baseline.scenario_review import ReviewItem
from coze_harness.messages import Catalogue, LocalizedText, message
from coze_harness.model import ChangeKind, ScenarioState, TrialResult
from coze_harness.reporting.terminal.terminal_bots import bot_lines
from coze_harness.reporting.terminal.terminal_changes import change_lines
from coze_harness.reporting.terminal.terminal_writer import StyledText, TerminalWriter, TextStyle
from coze_harness.reporting.views.comparison_view import ComparisonView
from coze_harness.reporting.views.safe_text import single_line

_MAX_TRIALS: Final = 5
_LINE_LIMIT: Final = 600

_HEADS: Final[Mapping[ScenarioState, tuple[LocalizedText, TextStyle]]] = {
    ScenarioState.REGRESSED: (message("review.regressed"), TextStyle.BAD),
    ScenarioState.UNDECIDED: (message("review.undecided"), TextStyle.DOUBT),
    ScenarioState.FLAKY: (message("review.flaky"), TextStyle.DOUBT),
    ScenarioState.NOT_REGRESSED: (message("review.not_regressed"), TextStyle.GOOD),
    ScenarioState.IMPROVED: (message("review.improved"), TextStyle.GOOD),
    ScenarioState.FACTS_CHANGED: (message("review.facts_changed"), TextStyle.DOUBT),
    ScenarioState.TEXT_CHANGED: (message("review.text_changed"), TextStyle.DOUBT),
    ScenarioState.COST_CHANGED: (message("review.cost_changed"), TextStyle.DOUBT),
    ScenarioState.UNCHANGED: (message("review.unchanged"), TextStyle.PLAIN),
    ScenarioState.NOT_JUDGED: (message("review.not_judged"), TextStyle.BAD),
    ScenarioState.NEW: (message("review.new"), TextStyle.DOUBT),
    ScenarioState.MISSING: (message("review.missing"), TextStyle.DOUBT),
}
_DECIDED: Final[Mapping[ReviewDecision | None, LocalizedText]] = {
    ReviewDecision.ACCEPT: message("review.accept"),
    ReviewDecision.REJECT: message("review.reject"),
    ReviewDecision.EDIT: message("review.edit"),
    None: message("review.skip"),
}
_DECISIONS: Final[Mapping[str, ReviewDecision | None]] = {
    "a": ReviewDecision.ACCEPT,
    "r": ReviewDecision.REJECT,
    "e": ReviewDecision.EDIT,
    "s": None,
}


@dataclass
class InteractiveReview:
    """A walk through the items; what is decided is in `decisions`, by the item's number.

    Args:
        items: scenarios with their candidates, worst first.
        view: the comparison of all of them.
        writer: formats the lines.
        words: the texts of the language.
        takes_failing: whether candidates that fail can be accepted.
    """

    items: Sequence[ReviewItem]
    view: ComparisonView
    writer: TerminalWriter
    words: Catalogue
    takes_failing: bool
    decisions: dict[int, ReviewDecision | None] = field(default_factory=dict)
    _shown_bots: set[str] = field(default_factory=set)

    def run(self, keys: Iterator[str]) -> bool:
        """Show the items and read keys; return false if these end before the review does."""
        number = 0
        while number < len(self.items):
            self._show(number)
            following = self._read(number, keys)
            if following is None:
                return False
            number = following
        return True

    # --- keys ------------------------------------------------------------------------------------

    def _read(self, number: int, keys: Iterator[str]) -> int | None:
        """Return the number of the next item to show; `None` at the end of the keys."""
        self._ask()
        for key in keys:
            click.echo(key if key.isprintable() else "")
            if key in _DECISIONS:
                if self._decide(number, _DECISIONS[key]):
                    return self._next_undecided(number + 1)
            elif key == "b":
                return max(number - 1, 0)
            elif key == "A":
                self._accept_passing()
                return self._next_undecided(0)
            elif key == "q":
                return len(self.items)
            else:
                self._echo(message("review.help"))
            self._ask()
        click.echo("")
        return None

    def _decide(self, number: int, decision: ReviewDecision | None) -> bool:
        item = self.items[number]
        if decision is ReviewDecision.ACCEPT and self._is_refused(item):
            self._echo(message("review.fails", name=single_line(item.scenario)))
            return False
        self.decisions[number] = decision
        return True

    def _next_undecided(self, first: int) -> int:
        count = len(self.items)
        return next((n for n in range(first, count) if n not in self.decisions), count)

    def _accept_passing(self) -> None:
        for number, item in enumerate(self.items):
            if number not in self.decisions and not find_failing(item.promotions):
                self.decisions[number] = ReviewDecision.ACCEPT

    def _is_refused(self, item: ReviewItem) -> bool:
        return not self.takes_failing and bool(find_failing(item.promotions))

    def _ask(self) -> None:
        click.echo(f"{self.words.text(message('review.question'))} > ", nl=False)

    def _echo(self, text: LocalizedText) -> None:
        for line in self.words.text(text).split("\n"):
            click.echo(line)

    # --- lines -----------------------------------------------------------------------------------

    def _show(self, number: int) -> None:
        item = self.items[number]
        head, style = _HEADS[item.state]
        parts: list[StyledText | str] = [
            f"{number + 1}/{len(self.items)}  ",
            StyledText(self.words.text(head).upper(), style),
            f"  {single_line(item.scenario)}",
        ]
        if sum(one.scenario == item.scenario for one in self.items) > 1:
            parts.append(f" ({single_line(item.bot)})")
        if number in self.decisions:
            parts.append(f"  → {self.words.text(_DECIDED[self.decisions[number]])}")
        click.echo("")
        click.echo(self.writer.line(*parts))
        for one in self.view.scenarios:
            if (one.scenario, one.bot) == (single_line(item.scenario), single_line(item.bot)):
                texts = map(self.words.text, (one.assessment, *one.notes))
                separator = "" if self.words.language == "zh" else " "
                click.echo(self.writer.line(f"  {separator.join(texts)}"))
        changed = [one for one in item.results if not _is_same(one)]
        for result in changed[:_MAX_TRIALS]:
            self._show_trial(result, with_name=len(item.results) > 1)
        if len(changed) > _MAX_TRIALS:
            more = message("review.more_trials", n=len(changed) - _MAX_TRIALS)
            click.echo(f"  {self.words.text(more)}")
        if changed:
            self._show_bot(item.bot)

    def _show_trial(self, result: TrialResult, *, with_name: bool) -> None:
        if with_name:
            baseline = result.change.baseline if result.change else None
            before = (
                self.words.word(f"status.{baseline.status.value}")
                if baseline
                else self.words.text(message("accept.no_baseline"))
            )
            after = self.words.word(f"status.{result.status.value}")
            click.echo(self.writer.line(f"  {single_line(result.key.id)}: {before} → {after}"))
        texts = [*result.warnings, *([result.error.what] if result.error else [])]
        for text in texts:
            click.echo(self.writer.line(f"  {single_line(self.words.text(text), _LINE_LIMIT)}"))
        for line in change_lines(result, self.writer, self.words):
            click.echo(line)

    def _show_bot(self, name: str) -> None:
        """Print what changed about a bot, once: the prompt of a bot may be long."""
        for bot in self.view.bots:
            if bot.name != single_line(name):
                continue
            lines = list(bot_lines(bot, self.writer, self.words))
            if name in self._shown_bots and len(lines) > 1:
                above = message("review.bot_above", line=lines[0])
                lines = [self.writer.line(self.words.text(above))]
            for line in lines:
                click.echo(line)
        self._shown_bots.add(name)


def _is_same(result: TrialResult) -> bool:
    return result.change is not None and result.change.kind is ChangeKind.SAME
