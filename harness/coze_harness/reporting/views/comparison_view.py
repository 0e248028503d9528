"""A comparison as every report shows it: which scenarios and bots changed, in which order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from coze_harness.messages import LocalizedText, message
from coze_harness.model import (
    Assessment,
    BotComparison,
    BotSnapshot,
    ChangeKind,
    Comparison,
    CostChange,
    CostMeasure,
    FactDifference,
    PassShare,
    ScenarioComparison,
    ScenarioState,
    SuiteChange,
)
from coze_harness.reporting.views.diff_view import diff_tree
from coze_harness.reporting.views.prompt_difference import PromptDifference, prompt_difference
from coze_harness.reporting.views.safe_text import ANSWER_LIMIT, single_line, truncate_text
from coze_harness.reporting.views.view_model import SideFact, filter_link
from coze_harness.text import diff_lines

# The messages that `compare` names its sides by; run.json has their texts in English.
_SIDES: Final = (
    *("compare.recordings", "compare.side.candidates", "compare.side.run", "compare.side.version"),
    *("compare.draft", "compare.side.candidate"),
)
_VALUE: Final = "\0"
_MAX_SCENARIOS: Final = 500
_MAX_FACTS: Final = 3
_FACT_LIMIT: Final = 60
_MIN_COST_SHARE: Final = 0.01
_UNLIKELY: Final = 0.01
"""The chance below which fewer passes of all scenarios are no coincidence."""
_SHOWN_DIFFERENCES: Final[Mapping[CostMeasure, float]] = {
    CostMeasure.TOKENS: 1,
    CostMeasure.LATENCY: 0.1,
    CostMeasure.FIRST_TOKEN: 0.1,
}
_TONES: Final[Mapping[ScenarioState, str]] = {
    ScenarioState.REGRESSED: "failed",
    ScenarioState.UNDECIDED: "warning",
    ScenarioState.FACTS_CHANGED: "warning",
    ScenarioState.FLAKY: "warning",
    ScenarioState.COST_CHANGED: "warning",
}
_TESTED: Final = frozenset(
    {ScenarioState.REGRESSED, ScenarioState.UNDECIDED, ScenarioState.NOT_REGRESSED}
)
_NOTABLE: Final = _TESTED | {
    ScenarioState.FACTS_CHANGED,
    ScenarioState.FLAKY,
    ScenarioState.IMPROVED,
    ScenarioState.COST_CHANGED,
}


class ChangeCount(NamedTuple):
    """How many trials have a kind of change; `link` filters them."""

    kind: str
    number: int
    link: str


class ShareView(NamedTuple):
    """Passed trials (``5/6``), their share and its confidence interval in per cent."""

    passed: str
    share: str
    low: str
    width: str


class ScenarioView(NamedTuple):
    """A scenario with a bot: how often it passed, and the assessment.

    `label` names the bot too, if the scenario was compared with several. `state` is a
    `ScenarioState`. `test` is the statistical test and its result; `link` filters the scenario's
    trials.
    """

    scenario: str
    link: str
    bot: str
    label: str
    state: str
    flaky: bool
    tone: str
    assessment: LocalizedText
    notes: Sequence[LocalizedText]
    before: ShareView
    after: ShareView
    test: str


class BotView(NamedTuple):
    """What changed about a bot; `prompt` is the difference of its prompts (see `diff_tree`).

    `difference` has the same with the words marked that changed in a line.

    `known` is whether both sides have a snapshot of it; else `warning` may say why not.
    """

    name: str
    known: bool
    warning: LocalizedText
    facts: Sequence[SideFact]
    differences: Sequence[SideFact]
    prompt: str
    difference: PromptDifference | None


class ComparisonView(NamedTuple):
    """The two sides, as names and as phrases, and their differences.

    `more` scenarios are not listed. `cost` is what all scenarios cost, if that differs; `suite`
    says that they pass less often together.
    """

    baseline: str
    candidate: str
    sides: Sequence[LocalizedText]
    counts: Sequence[ChangeCount]
    scenarios: Sequence[ScenarioView]
    more: int
    bots: Sequence[BotView]
    cost: LocalizedText | None
    suite: LocalizedText | None


def comparison_view(comparison: Comparison) -> ComparisonView:
    """Return a comparison as reports show it; scenarios keep their order: regressed first."""
    scenarios = [one for one in comparison.scenarios if _is_notable(one)]
    bots = Counter(one.scenario for one in comparison.scenarios)
    return ComparisonView(
        single_line(comparison.baseline),
        single_line(comparison.candidate),
        [_side(comparison.baseline), _side(comparison.candidate)],
        [
            ChangeCount(kind.value, comparison.counts[kind], f"#v=trials&st={kind.value}")
            for kind in ChangeKind
            if comparison.counts.get(kind)
        ],
        [_scenario(one, bots[one.scenario] > 1) for one in scenarios[:_MAX_SCENARIOS]],
        max(len(scenarios) - _MAX_SCENARIOS, 0),
        [_bot(bot) for bot in comparison.bots],
        total_cost(comparison.cost),
        suite_change(comparison.suite),
    )


def _side(name: str) -> LocalizedText:
    """Return the message whose text in English is a side's name; other names are what they are."""
    line = single_line(name)
    of_bots = str(message("compare.side.of_bots", side="", bots=""))
    side, has_bots, bots = line.partition(of_bots)
    if has_bots:
        return message("compare.side.of_bots", side=_side(side), bots=tuple(bots.split(", ")))
    for identifier in _SIDES:
        text = re.escape(str(message(identifier, what=_VALUE)))
        if match := re.fullmatch(text.replace(_VALUE, "(?P<what>.*)"), line):
            return message(identifier, **match.groupdict())
    return message("compare.side", what=line)


def scenario_state(change: ScenarioComparison) -> ScenarioState:
    """Return a scenario's state; runs of older versions do not have it."""
    if change.regressed:
        return ScenarioState.REGRESSED
    if change.assessment is Assessment.DOUBTFUL:
        return ScenarioState.UNDECIDED
    return change.state


def _is_notable(change: ScenarioComparison) -> bool:
    """Return whether a scenario is listed: most pass as often as before."""
    return change.flaky or change.exceeds_cost or scenario_state(change) in _NOTABLE


def _scenario(change: ScenarioComparison, has_several_bots: bool) -> ScenarioView:
    scenario, bot = single_line(change.scenario), single_line(change.bot)
    label = f"{scenario} ({bot})" if has_several_bots else scenario
    before, after, state = change.before, change.after, scenario_state(change)
    passed, trials = before.passed, before.trials
    if state is ScenarioState.FLAKY and passed == trials:
        # The bot is the same on both sides, and fails now.
        passed, trials = passed + after.passed, trials + after.trials
    if state is ScenarioState.FACTS_CHANGED:
        assessment = message("state.facts_changed", name=label, facts=fact_phrases(change.facts))
    elif state is ScenarioState.COST_CHANGED:
        assessment = message("state.cost_changed", name=label, changes=cost_phrases(change.cost))
    else:
        assessment = message(
            f"state.{state.value}",
            name=label,
            before=passed,
            of=trials,
            now=after.passed,
            of_now=after.trials,
        )
    notes = []
    if change.assumed_rate is not None and state in _TESTED:
        notes.append(message("compare.assumed", rate=round(100 * change.assumed_rate)))
    if change.more_calls:
        notes.append(message("compare.more_calls", n=change.more_calls))
    if state is not ScenarioState.COST_CHANGED and any(one.changed for one in change.cost):
        notes.append(message("cost.also", changes=cost_phrases(change.cost)))
    notes += [exceeded_phrase(one) for one in change.cost if one.exceeded]
    if change.flaky and state not in _NOTABLE:
        notes.append(message("compare.flaky"))
    return ScenarioView(
        scenario,
        filter_link(change.scenario),
        bot,
        label,
        state.value,
        change.flaky,
        "failed" if change.exceeds_cost else _TONES.get(state, "passed"),
        assessment,
        notes,
        _share(before),
        _share(after),
        _test(change),
    )


def fact_phrases(facts: Sequence[FactDifference]) -> tuple[LocalizedText, ...]:
    """Return the first differences of facts as phrases, and how many more there are."""
    phrases = [_fact_phrase(one) for one in facts[:_MAX_FACTS]]
    if len(facts) > _MAX_FACTS:
        phrases.append(message("facts.more", n=len(facts) - _MAX_FACTS))
    return tuple(phrases)


def _fact_phrase(fact: FactDifference) -> LocalizedText:
    before = single_line(fact.before or "", _FACT_LIMIT)
    after = single_line(fact.after or "", _FACT_LIMIT)
    if fact.before is None:
        return message("facts.added", text=after)
    if fact.after is None:
        return message("facts.removed", text=before)
    return message("facts.changed", before=before, after=after)


def suite_change(suite: SuiteChange | None) -> LocalizedText | None:
    """Return that all scenarios together pass less often; `None` if that may be chance."""
    if suite is None or suite.p >= _UNLIKELY:
        return None
    return message(
        "compare.suite",
        passed=suite.passed,
        n=suite.trials,
        expected=f"{suite.expected:.1f}",
        p=f"{100 * suite.p:.2g}",
    )


def total_cost(costs: Sequence[CostChange]) -> LocalizedText | None:
    """Return what all scenarios cost; `None` if both sides cost the same or it is not known."""
    changes = cost_phrases(costs)
    if not changes:
        return None
    pairs = max(one.pairs for one in costs)
    if any(one.changed for one in costs):
        return message("cost.all.changed", n=pairs, changes=changes)
    return message("cost.all", n=pairs, changes=changes)


def cost_phrases(costs: Sequence[CostChange]) -> tuple[LocalizedText, ...]:
    """Return the costs that differ, each with its share."""
    return tuple(
        _cost_phrase(one) for one in costs if one.changed or one.exceeded or _is_visible(one)
    )


def _is_visible(cost: CostChange) -> bool:
    """Return whether a cost differs in the digits that are shown."""
    difference = abs(cost.after - cost.before)
    return difference >= max(_MIN_COST_SHARE * cost.before, _SHOWN_DIFFERENCES[cost.measure])


def _cost_phrase(cost: CostChange) -> LocalizedText:
    share = round(100 * (cost.after / cost.before - 1))
    percent = f"+{share:,}%" if share >= 0 else f"{share}%"
    if cost.measure is CostMeasure.TOKENS:
        before, after = round(cost.before), round(cost.after)
        return message("cost.tokens", before=before, after=after, percent=percent)
    seconds = {"before": _seconds(cost.before), "after": _seconds(cost.after)}
    if cost.measure is CostMeasure.LATENCY:
        return message("cost.latency", **seconds, percent=percent)
    return message("cost.first_token", **seconds, percent=percent)


def exceeded_phrase(cost: CostChange) -> LocalizedText:
    """Return by how much a cost increased, and what is allowed."""
    share, allowed = 100 * (cost.after / cost.before - 1), 100 * (cost.limit or 0)
    # 20.4 % must not be called 20 %, where that is allowed.
    increase = f"{share:,.0f}" if round(share) > allowed else f"{share:,.2f}"
    limit = f"{allowed:g}"
    if cost.measure is CostMeasure.TOKENS:
        return message("cost.exceeded.tokens", increase=increase, limit=limit)
    if cost.measure is CostMeasure.LATENCY:
        return message("cost.exceeded.latency", increase=increase, limit=limit)
    return message("cost.exceeded.first_token", increase=increase, limit=limit)


def _seconds(value: float) -> str:
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def _share(share: PassShare) -> ShareView:
    return ShareView(
        f"{share.passed}/{share.trials}",
        f"{100 * share.passed / max(share.trials, 1):.1f}",
        f"{100 * share.low:.1f}",
        f"{100 * (share.high - share.low):.1f}",
    )


def _test(change: ScenarioComparison) -> str:
    if change.p is None:
        return single_line(change.test)
    adjusted = "" if change.adjusted is None else f", Holm {change.adjusted:.3g}"
    return single_line(f"{change.test} p = {change.p:.3g}{adjusted}")


def _bot(change: BotComparison) -> BotView:
    before, after = change.before or BotSnapshot(), change.after or BotSnapshot()
    facts = [
        SideFact("fact.bot_version", single_line(before.version), single_line(after.version)),
        SideFact("fact.bot_model", single_line(before.model), single_line(after.model)),
    ]
    prompt, difference = "", None
    if change.prompt_changed:
        # A line feed at the end of one of them only is not a changed line.
        old, new = (
            truncate_text(side.prompt, ANSWER_LIMIT).rstrip("\n") for side in (before, after)
        )
        changed = prompt_difference(old, new)
        if changed.changes:
            prompt, difference = diff_tree(diff_lines(f"{old}\n", f"{new}\n")), changed
    return BotView(
        single_line(change.bot),
        change.known,
        after.why_unknown or before.why_unknown,
        [fact for fact in facts if fact.before != fact.after],
        [
            SideFact(single_line(one.name), truncate_text(one.before), truncate_text(one.after))
            for one in change.differences
            if one.name not in ("version", "model")
        ],
        prompt,
        difference,
    )
