"""A comparison as lines of the terminal: what got worse first, then why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from msgspec import Struct

from coze_harness.messages import Catalogue, LocalizedText, message
from coze_harness.model import AnswerChange, ChangeKind, Comparison, Run, ScenarioState, TrialResult
from coze_harness.reporting.terminal.terminal_bots import bot_lines
from coze_harness.reporting.terminal.terminal_changes import change_lines
from coze_harness.reporting.terminal.terminal_summary import report_location
from coze_harness.reporting.terminal.terminal_writer import StyledText, TerminalWriter, TextStyle
from coze_harness.reporting.views.comparison_view import (
    ComparisonView,
    ScenarioView,
    comparison_view,
)
from coze_harness.reporting.views.line_wrapping import cell_width
from coze_harness.reporting.views.row_order import PASSING
from coze_harness.reporting.views.run_verdict import comparison_end
from coze_harness.reporting.views.safe_text import single_line

_MAX_SCENARIOS: Final = 10
_MAX_DIFFERENT: Final = 5
_LINE_LIMIT: Final = 600

_Head: TypeAlias = tuple[LocalizedText, TextStyle]

_HEADS: Final[Mapping[str, _Head]] = {
    ScenarioState.REGRESSED.value: (message("head.regressed"), TextStyle.BAD),
    ScenarioState.UNDECIDED.value: (message("head.undecided"), TextStyle.DOUBT),
    ScenarioState.FACTS_CHANGED.value: (message("head.facts_changed"), TextStyle.DOUBT),
    ScenarioState.FLAKY.value: (message("head.flaky"), TextStyle.DOUBT),
    ScenarioState.NOT_REGRESSED.value: (message("head.not_regressed"), TextStyle.GOOD),
    ScenarioState.IMPROVED.value: (message("head.improved"), TextStyle.GOOD),
    ScenarioState.COST_CHANGED.value: (message("head.cost_changed"), TextStyle.DOUBT),
}
_NOT_JUDGED: Final[_Head] = (message("head.not_judged"), TextStyle.BAD)
_REMARK: Final[_Head] = (message("head.remark"), TextStyle.DOUBT)
_TEXT_CHANGED: Final[_Head] = (message("head.text_changed"), TextStyle.DOUBT)
_COLUMN: Final = 12
"""Cells of a label."""


def comparison_lines(
    comparison: Comparison,
    examples: Mapping[ChangeKind, Sequence[TrialResult]],
    unusable: Sequence[TrialResult],
    writer: TerminalWriter,
    words: Catalogue,
    *,
    brief: bool = False,
) -> list[str]:
    """Return a comparison as lines, without the next steps.

    Args:
        comparison: the comparison.
        examples: by kind of change, the first trial of each scenario that changed so.
        unusable: trials that could not be judged or compared, or that have warnings.
        writer: formats the lines.
        words: the texts of the language.
        brief: print only a line for each scenario that fails the comparison and each trial that
            could not be judged.
    """
    return _ComparisonText(writer, words).lines(
        comparison_view(comparison), examples, unusable, brief=brief
    )


def closing_line(run: Run, folder: str, words: Catalogue) -> str:
    """Return the last line: the scenarios by state, the calls, where the report is."""
    result = comparison_end(run.comparison) if run.comparison else message("run.none")
    if run.interrupted:
        result = message("compare.interrupted", result=result)
    return f"{words.text(result)}  {report_location(folder, words)}"


class _ComparisonText(Struct, frozen=True):
    """Writes the parts of a comparison in one language."""

    writer: TerminalWriter
    words: Catalogue

    def lines(
        self,
        view: ComparisonView,
        examples: Mapping[ChangeKind, Sequence[TrialResult]],
        unusable: Sequence[TrialResult],
        *,
        brief: bool,
    ) -> list[str]:
        """Return all lines, or only those of what fails the comparison."""
        if brief:
            failing = [one for one in view.scenarios if one.tone == "failed"]
            broken = [(one.key.id, one.error.what) for one in unusable if one.error]
            return [
                *(self._heading_line(_head(one), self._assessment(one)) for one in failing),
                *(self._heading_line(_NOT_JUDGED, self._reason(i, what)) for i, what in broken),
            ]
        worse = examples.get(ChangeKind.REGRESSED, ())
        better = examples.get(ChangeKind.IMPROVED, ())
        facts = examples.get(ChangeKind.FACTS_CHANGED, ())
        return [
            self._labelled_line(message("comparison.baseline"), self.words.text(view.sides[0])),
            self._labelled_line(message("comparison.candidate"), self.words.text(view.sides[1])),
            *self._scenarios(view, ScenarioState.REGRESSED, worse),
            *self._unusable(unusable),
            *self._scenarios(view, ScenarioState.UNDECIDED, worse),
            *self._scenarios(view, ScenarioState.FACTS_CHANGED, facts),
            *self._scenarios(view, ScenarioState.FLAKY, worse),
            *self._scenarios(view, ScenarioState.NOT_REGRESSED, ()),
            *self._scenarios(view, ScenarioState.IMPROVED, better),
            *self._scenarios(view, ScenarioState.COST_CHANGED, ()),
            *self._changed_answers(examples.get(ChangeKind.DIFFERENT, ())),
            *self._changed_answers(examples.get(ChangeKind.TEXT_CHANGED, ())),
            "",
            *([self.words.text(view.suite)] if view.suite else []),
            *([self._cost(view.cost)] if view.cost else []),
            *(line for bot in view.bots for line in bot_lines(bot, self.writer, self.words)),
        ]

    def _heading_line(self, head: _Head, text: str) -> str:
        title, style = head
        return self.writer.line(StyledText(self.words.text(title), style), f"  {text}")

    def _labelled_line(self, label: LocalizedText, text: str) -> str:
        title = self.words.text(label)
        return self.writer.line(f"{title}{' ' * max(2, _COLUMN - cell_width(title))}", text)

    def _cost(self, cost: LocalizedText) -> str:
        return self._labelled_line(message("comparison.cost"), self.words.text(cost))

    def _assessment(self, scenario: ScenarioView) -> str:
        return self.words.sentences((scenario.assessment, *scenario.notes))

    def _reason(self, name: str, what: LocalizedText) -> str:
        text = message("report.verdict", name=single_line(name), reason=what)
        return single_line(self.words.text(text), _LINE_LIMIT)

    def _scenarios(
        self, view: ComparisonView, state: ScenarioState, results: Iterable[TrialResult]
    ) -> Iterator[str]:
        """Yield the scenarios in a state, each with the trial that shows its change."""
        names = {(single_line(one.key.scenario), single_line(one.key.bot)): one for one in results}
        scenarios = [one for one in view.scenarios if one.state == state]
        for scenario in scenarios[:_MAX_SCENARIOS]:
            yield ""
            yield self._heading_line(_HEADS[state], self._assessment(scenario))
            if result := names.get((scenario.scenario, scenario.bot)):
                name = single_line(result.key.id)
                if name != scenario.scenario:
                    yield self.writer.line(f"  {name}")
                yield from change_lines(result, self.writer, self.words)
        yield from self._more(len(scenarios))

    def _unusable(self, unusable: Sequence[TrialResult]) -> Iterator[str]:
        words = self.words
        for result in unusable[:_MAX_SCENARIOS]:
            yield ""
            error = result.error
            yield self._heading_line(_NOT_JUDGED if error else _REMARK, single_line(result.key.id))
            for warning in result.warnings:
                yield f"  {single_line(words.text(warning), _LINE_LIMIT)}"
            if error:
                where = f"{error.where}: " if error.where else ""
                yield f"  {single_line(where + words.text(error.what), _LINE_LIMIT)}"
                yield from (f"    {single_line(words.text(line))}" for line in error.detail)
                if error.next_step:
                    step = words.word("error.next", {"step": error.next_step})
                    yield f"    {single_line(step)}"
        yield from self._more(len(unusable))

    def _changed_answers(self, results: Sequence[TrialResult]) -> Iterator[str]:
        """Yield trials whose answer changed although the verdict is the same."""
        for result in results[:_MAX_DIFFERENT]:
            changes = result.change.turns if result.change else ()
            similarity = f"{min((turn.similarity for turn in changes), default=1.0):.2f}"
            name = single_line(result.key.id)
            passes = result.status in PASSING
            if any(turn.answer is AnswerChange.UNKNOWN for turn in changes):
                text = message("simulate.other_prompts", name=name)
                text = text if passes else message("simulate.other_prompts.fails", name=name)
            elif passes:
                text = message("compare.text_changed", name=name, similarity=similarity)
            else:
                text = message("compare.text_changed.fails", name=name, similarity=similarity)
            yield ""
            yield self._heading_line(_TEXT_CHANGED, self.words.text(text))
            yield from change_lines(result, self.writer, self.words)

    def _more(self, total: int) -> Iterator[str]:
        if total > _MAX_SCENARIOS:
            yield self.words.text(message("comparison.more_here", n=total - _MAX_SCENARIOS))


def _head(scenario: ScenarioView) -> _Head:
    return _HEADS.get(scenario.state, _HEADS[ScenarioState.COST_CHANGED])
