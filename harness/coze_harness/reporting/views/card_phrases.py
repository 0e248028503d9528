"""What a comparison says of all its scenarios and of one, in words and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from coze_harness.messages import LocalizedText, message
from coze_harness.model import (
    Comparison,
    CostChange,
    CostMeasure,
    FactDifference,
    ScenarioComparison,
    ScenarioState,
)
from coze_harness.reporting.views.safe_text import HIDDEN, format_duration, single_line

MAX_FACTS: Final = 4
_MEASURES: Final[Mapping[CostMeasure, str]] = {
    CostMeasure.TOKENS: "fact.tokens",
    CostMeasure.LATENCY: "fact.seconds",
    CostMeasure.FIRST_TOKEN: "fact.first_token",
}
_FACTS: Final = ("number", "unit", "date", "negation", "name")
_TESTS: Final = {
    "sequential probability ratio": "decide.test.sequential",
    "Fisher's exact": "decide.test.fisher",
}


class CostView(NamedTuple):
    """A cost of one trial on both sides; `percent` is empty where both are equal."""

    key: str
    before: str
    after: str
    percent: str
    tone: str


def overall_verdict(
    by_state: Mapping[ScenarioState, Sequence[object]], comparison: Comparison
) -> LocalizedText:
    """Return what a reader should do, and why, in one sentence."""
    numbers = {state: len(changes) for state, changes in by_state.items()}
    n = len(comparison.scenarios)
    costly = sum([one.exceeds_cost for one in comparison.scenarios])
    worse = _parts(
        numbers, (ScenarioState.REGRESSED, ScenarioState.UNDECIDED, ScenarioState.NOT_JUDGED)
    )
    if costly:
        worse = (*worse, message("decide.part.costly", n=costly))
    if numbers[ScenarioState.REGRESSED] or costly:
        return message("decide.verdict.bad", parts=worse)
    doubtful = (*worse, *_parts(numbers, (ScenarioState.FACTS_CHANGED, ScenarioState.FLAKY)))
    if doubtful:
        return message("decide.verdict.look", parts=doubtful)
    changed = n - numbers[ScenarioState.UNCHANGED]
    if not n:
        return message("run.none")
    return message("decide.verdict.good", n=n) if changed else message("decide.verdict.same", n=n)


def _parts(
    numbers: Mapping[ScenarioState, int], states: Iterable[ScenarioState]
) -> tuple[LocalizedText, ...]:
    return tuple(
        [
            message(f"decide.part.{state.value}", n=numbers[state])
            for state in states
            if numbers[state]
        ]
    )


def headline(change: ScenarioComparison, state: ScenarioState) -> LocalizedText:
    """Return the assessment in words, without statistics."""
    if state is ScenarioState.FACTS_CHANGED and len(change.facts) == 1:
        kind = change.facts[0].kind
        return message(f"decide.fact.{kind}" if kind in _FACTS else "decide.headline.facts_changed")
    if state is ScenarioState.UNDECIDED:
        return message(
            "decide.headline.undecided", passed=change.after.passed, of=change.after.trials
        )
    return message(f"decide.headline.{state.value}")


def statistics(change: ScenarioComparison, state: ScenarioState) -> Sequence[LocalizedText]:
    """Return what the assessment is based on; empty if nothing was tested."""
    counts = message(
        "decide.statistics",
        before=change.before.passed,
        of=change.before.trials,
        now=change.after.passed,
        of_now=change.after.trials,
        low=round(100 * change.before.low),
        high=round(100 * change.before.high),
        low_now=round(100 * change.after.low),
        high_now=round(100 * change.after.high),
    )
    phrases = [counts]
    if change.test:
        name = (
            message(_TESTS[change.test])
            if change.test in _TESTS
            else message("compare.side", what=single_line(change.test))
        )
        if change.p is None:
            phrases.append(message("decide.test", test=name))
        elif change.adjusted is None:
            phrases.append(message("decide.test.p", test=name, p=f"{change.p:.3g}"))
        else:
            phrases.append(
                message(
                    "decide.test.adjusted",
                    test=name,
                    p=f"{change.p:.3g}",
                    adjusted=f"{change.adjusted:.3g}",
                )
            )
    elif state in (
        ScenarioState.FACTS_CHANGED,
        ScenarioState.TEXT_CHANGED,
        ScenarioState.COST_CHANGED,
    ):
        phrases.append(message("decide.untested"))
    if change.assumed_rate is not None:
        phrases.append(message("compare.assumed", rate=round(100 * change.assumed_rate)))
    if change.flaky:
        phrases.append(message("decide.flaky"))
    return phrases


def cost_view(cost: CostChange) -> CostView:
    """Return a cost: before, after, and the share by which it changed."""
    share = round(100 * (cost.after / cost.before - 1)) if cost.before else 0
    percent = f"{share:+,}%".replace("-", "−") if share else ""
    if cost.measure is CostMeasure.TOKENS:
        before, after = f"{cost.before:,.0f}", f"{cost.after:,.0f}"
    else:
        before, after = format_duration(cost.before), format_duration(cost.after)
    tone = "exceeded" if cost.exceeded else "changed" if cost.changed else ""
    return CostView(_MEASURES[cost.measure], before, after, percent, tone)


def fact_texts(fact: FactDifference) -> tuple[str, str, str]:
    """Return a fact's word, as a message id, and how it was before and is now."""
    return (
        f"facts.{fact.kind}",
        single_line(fact.before or "", 60),
        single_line(fact.after or "", 60),
    )


def suggestion(change: ScenarioComparison) -> str:
    """Return expectations, as YAML, for facts of the baseline that the candidate lacks."""
    texts = [
        fact.before
        for fact in change.facts
        if fact.before
        and fact.kind in ("number", "date", "unit")
        and not HIDDEN.search(fact.before)
    ]
    lines = [f"- contains: {msgspec.json.encode(text).decode()}" for text in dict.fromkeys(texts)]
    return "\n".join(lines[:MAX_FACTS])
