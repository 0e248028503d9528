"""A comparison as lines of the terminal: what got worse first, then why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from coze_harness.messages import Catalogue, message
from coze_harness.model import ChangeKind, Comparison, Run, ScenarioState, TrialResult, TrialStatus
from coze_harness.reporting.comparison_view import (
    BotView,
    ComparisonView,
    ScenarioView,
    comparison_view,
)
from coze_harness.reporting.diff_view import read_tree
from coze_harness.reporting.run_verdict import comparison_end
from coze_harness.reporting.safe_text import single_line
from coze_harness.reporting.terminal_trials import change_lines, report_location
from coze_harness.reporting.terminal_writer import StyledText, TerminalWriter, TextStyle

_MAX_SCENARIOS: Final = 10
_MAX_DIFFERENT: Final = 5
_MAX_LINES: Final = 20
_LINE_LIMIT: Final = 600

_HEADS: Final[Mapping[str, StyledText]] = {
    ScenarioState.REGRESSED.value: StyledText("REGRESSED", TextStyle.BAD),
    ScenarioState.UNDECIDED.value: StyledText("UNDECIDED", TextStyle.DOUBT),
    ScenarioState.FACTS_CHANGED.value: StyledText("FACTS CHANGED", TextStyle.DOUBT),
    ScenarioState.FLAKY.value: StyledText("FLAKY", TextStyle.DOUBT),
    ScenarioState.NOT_REGRESSED.value: StyledText("NOT REGRESSED", TextStyle.GOOD),
    ScenarioState.IMPROVED.value: StyledText("IMPROVED", TextStyle.GOOD),
    ScenarioState.COST_CHANGED.value: StyledText("COST CHANGED", TextStyle.DOUBT),
}
_NOT_JUDGED: Final = StyledText("NOT JUDGED", TextStyle.BAD)
_PROMPT_SIGNS: Final = {
    "same": (" ", TextStyle.PLAIN),
    "del": ("-", TextStyle.BAD),
    "ins": ("+", TextStyle.GOOD),
}


def comparison_lines(
    comparison: Comparison,
    examples: Mapping[ChangeKind, Sequence[TrialResult]],
    unusable: Sequence[TrialResult],
    writer: TerminalWriter,
    *,
    brief: bool = False,
) -> list[str]:
    """Return a comparison as lines, without the next steps.

    Args:
        comparison: the comparison.
        examples: by kind of change, the first trial of each scenario that changed so.
        unusable: trials that could not be judged or compared, or that have warnings.
        writer: formats the lines.
        brief: print only a line for each scenario that fails the comparison and each trial that
            could not be judged.
    """
    view = comparison_view(comparison)
    if brief:
        failing = (one for one in view.scenarios if one.tone == "failed")
        broken = ((result.key.id, str(result.error.what)) for result in unusable if result.error)
        return [
            *(writer.line(_head(one), _assessment(one)) for one in failing),
            *(writer.line(_NOT_JUDGED, f"  {single_line(i)}: {single_line(e)}") for i, e in broken),
        ]
    facts = examples.get(ChangeKind.FACTS_CHANGED, ())
    worse, better = examples.get(ChangeKind.REGRESSED, ()), examples.get(ChangeKind.IMPROVED, ())
    return [
        writer.line(_label("baseline"), view.baseline),
        writer.line(_label("candidate"), view.candidate),
        *_scenario_lines(view, ScenarioState.REGRESSED, worse, writer),
        *_unusable_lines(unusable, writer),
        *_scenario_lines(view, ScenarioState.UNDECIDED, worse, writer),
        *_scenario_lines(view, ScenarioState.FACTS_CHANGED, facts, writer),
        *_scenario_lines(view, ScenarioState.FLAKY, worse, writer),
        *_scenario_lines(view, ScenarioState.NOT_REGRESSED, (), writer),
        *_scenario_lines(view, ScenarioState.IMPROVED, better, writer),
        *_scenario_lines(view, ScenarioState.COST_CHANGED, (), writer),
        *_changed_lines(examples.get(ChangeKind.DIFFERENT, ()), writer),
        *_changed_lines(examples.get(ChangeKind.TEXT_CHANGED, ()), writer),
        "",
        *([writer.line(_label("cost"), Catalogue().text(view.cost))] if view.cost else []),
        *(line for bot in view.bots for line in _bot_lines(bot, writer)),
    ]


def closing_line(run: Run, folder: str) -> str:
    """Return the last line: the scenarios by state, the calls, where the report is."""
    words = Catalogue()
    result = comparison_end(run.comparison) if run.comparison else message("run.none")
    if run.interrupted:
        result = message("compare.interrupted", result=result)
    return f"{words.text(result)}  {report_location(folder)}"


def _scenario_lines(
    view: ComparisonView,
    state: ScenarioState,
    results: Iterable[TrialResult],
    writer: TerminalWriter,
) -> Iterator[str]:
    """Yield the scenarios in a state, each with the trial that shows its change."""
    names = {(single_line(one.key.scenario), single_line(one.key.bot)): one for one in results}
    scenarios = [one for one in view.scenarios if one.state == state]
    for scenario in scenarios[:_MAX_SCENARIOS]:
        yield ""
        yield writer.line(_HEADS[state], _assessment(scenario))
        if result := names.get((scenario.scenario, scenario.bot)):
            name = single_line(result.key.id)
            if name != scenario.scenario:
                yield writer.line(f"  {name}")
            yield from change_lines(result, writer)
    yield from _more(len(scenarios))


def _head(scenario: ScenarioView) -> StyledText:
    return _HEADS.get(scenario.state, _HEADS[ScenarioState.COST_CHANGED])


def _assessment(scenario: ScenarioView) -> str:
    words = Catalogue()
    return f"  {' '.join(map(words.text, (scenario.assessment, *scenario.notes)))}"


def _unusable_lines(unusable: Sequence[TrialResult], writer: TerminalWriter) -> Iterator[str]:
    for result in unusable[:_MAX_SCENARIOS]:
        yield ""
        error = result.error
        head = _NOT_JUDGED if error else StyledText("REMARK", TextStyle.DOUBT)
        yield writer.line(head, f"  {single_line(result.key.id)}")
        for warning in result.warnings:
            yield f"  {single_line(str(warning), _LINE_LIMIT)}"
        if error:
            where = f"{error.where}: " if error.where else ""
            yield f"  {single_line(where + str(error.what), _LINE_LIMIT)}"
            yield from (f"    {single_line(str(line))}" for line in error.detail)
            if error.next_step:
                yield f"    next: {single_line(str(error.next_step))}"
    yield from _more(len(unusable))


def _changed_lines(results: Sequence[TrialResult], writer: TerminalWriter) -> Iterator[str]:
    """Yield trials whose answer changed although the verdict is the same."""
    for result in results[:_MAX_DIFFERENT]:
        changes = result.change.turns if result.change else ()
        similarity = min((turn.similarity for turn in changes), default=1.0)
        passes = result.status in (TrialStatus.PASSED, TrialStatus.FIXED)
        text = message(
            "compare.text_changed" if passes else "compare.text_changed.fails",
            name=single_line(result.key.id),
            similarity=f"{similarity:.2f}",
        )
        yield ""
        head = StyledText("TEXT CHANGED", TextStyle.DOUBT)
        yield writer.line(head, f"  {Catalogue().text(text)}")
        yield from change_lines(result, writer)


def _more(total: int) -> Iterator[str]:
    if total > _MAX_SCENARIOS:
        yield f"and {total - _MAX_SCENARIOS:,} more: see the report"


def _bot_lines(bot: BotView, writer: TerminalWriter) -> Iterator[str]:
    """Yield what changed about a bot: version, model, settings, the lines of its prompt."""
    words = Catalogue()
    if not bot.known:
        warning = f" {bot.warning}" if bot.warning else ""
        yield writer.line(
            _label("why"), f"{bot.name}: {words.word('compare.unknown_bot')}{warning}"
        )
        return
    facts = [(words.word(key), before, after) for key, before, after in bot.facts]
    changes = [*facts, *bot.differences]
    if not changes and not bot.prompt:
        yield writer.line(_label("why"), f"{bot.name}: {words.word('compare.same_bot')}")
        return
    yield writer.line(_label("why"), f"{bot.name} changed")
    for name, before, after in changes[:_MAX_LINES]:
        yield writer.line(f"  {name}: {_value(before)} → {_value(after)}")
    if bot.prompt:
        yield writer.line("  prompt:")
        lines = list(_prompt_lines(bot.prompt))
        yield from (writer.line(line) for line in lines[:_MAX_LINES])
        if len(lines) > _MAX_LINES:
            yield "    … (the report has it all)"


def _value(text: str) -> str:
    """Return a value of JSON for people: plain texts need no quotes."""
    plain = text[1:-1] if text.startswith('"') and "\\" not in text else text
    return single_line(plain) or "(none)"


def _prompt_lines(tree: str) -> Iterator[StyledText]:
    for op, text in read_tree(tree):
        sign, style = _PROMPT_SIGNS[op]
        lines = text.removesuffix("\n").split("\n")
        if op == "same" and len(lines) > 2:
            lines = [lines[0], "…", lines[-1]]
        for line in lines:
            yield StyledText(f"    {sign} {single_line(line, _LINE_LIMIT)}", style)


def _label(text: str) -> str:
    return f"{text:<12}"
