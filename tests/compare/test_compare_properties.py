"""Properties of comparisons of any two sides."""

from __future__ import annotations

import random
from collections import Counter
from itertools import zip_longest

from builders import key, reply, trial, turn, verdict
from coze_harness.compare.comparison_summary import ComparisonBuilder
from coze_harness.compare.exact_tests import PythonTests
from coze_harness.compare.trial_comparison import compare_trial
from coze_harness.model import (
    Assessment,
    BotSnapshot,
    ChangeKind,
    Comparison,
    ScenarioState,
    Severity,
    TrialResult,
    TrialStatus,
    TurnResult,
    VerdictStatus,
)
from hypothesis import given
from hypothesis import strategies as st

texts = st.sampled_from(
    ["", "是", "是。", "I am", "cafe\u0301", "café", "👨‍👩‍👧", "\u2028", "\ud83d"]
)
verdicts = st.builds(
    verdict,
    st.sampled_from(VerdictStatus),
    kind=st.sampled_from(["contains", "length"]),
    name=st.sampled_from(["", "n"]),
    expected=st.sampled_from(["甲", "乙", "丙"]),
    severity=st.sampled_from(Severity),
)


@st.composite
def turns(draw: st.DrawFn) -> TurnResult:
    verdict_list = draw(st.lists(verdicts, max_size=4))
    if draw(st.booleans()):
        return turn(no_reply=True, verdicts=verdict_list)
    return turn(turn_reply=reply(draw(texts)), verdicts=verdict_list)


snapshots = st.none() | st.builds(
    BotSnapshot,
    version=st.sampled_from(["", "1", "2"]),
    prompt=st.sampled_from(["", "你是助手。"]),
    warning=st.sampled_from(["", "no permission"]),
)


@st.composite
def sides(draw: st.DrawFn) -> list[tuple[TrialResult | None, TrialResult | None]]:
    keys = st.tuples(st.sampled_from("st"), st.sampled_from(["", "c1", "c2"]), st.integers(1, 3))
    pairs = []
    for scenario, case, number in sorted(draw(st.sets(keys, max_size=12))):
        trial_key = key(f"{scenario}[{case}]#{number}", scenario=scenario, case=case, trial=number)
        one, other = (
            trial(
                draw(st.sampled_from(TrialStatus)),
                trial_key=trial_key,
                turns=draw(st.lists(turns(), max_size=2)),
                bot_snapshot=draw(snapshots),
            )
            for _ in "12"
        )
        missing = draw(st.sampled_from(["", "", "", "one", "other"]))
        pairs.append((None if missing == "one" else one, None if missing == "other" else other))
    return pairs


def compare_all(results: list[TrialResult]) -> Comparison:
    comparing = ComparisonBuilder("a", "b", exact=PythonTests())
    for result in results:
        comparing.add(result)
    return comparing.finish()


@given(sides(), st.randoms(use_true_random=False))
def test_any_two_sides_can_be_compared_in_any_order(
    pairs: list[tuple[TrialResult | None, TrialResult | None]], shuffler: random.Random
) -> None:
    results = [compare_trial(*pair) for pair in pairs]
    comparison = compare_all(results)
    shuffler.shuffle(results)
    assert compare_all(results) == comparison

    kinds = Counter(result.change.kind for result in results if result.change)
    assert sum(kinds.values()) == len(results)
    assert dict(kinds) == comparison.counts
    for one in comparison.scenarios:
        for share in (one.before, one.after):
            assert 0 <= share.passed <= share.trials
            assert 0 <= share.low <= share.high <= 1
        if one.p is not None:
            assert one.adjusted is not None
            assert 0 < one.p <= one.adjusted * (1 + 1e-9) <= 1 + 1e-9
            assert one.test
        assert one.repeats == 0  # nobody can be asked again
        assert (one.state is ScenarioState.UNDECIDED) == (one.assessment is Assessment.DOUBTFUL)
        assert one.regressed == (one.state is ScenarioState.REGRESSED)


@given(sides())
def test_swapped_sides_have_the_opposite_changes(
    pairs: list[tuple[TrialResult | None, TrialResult | None]],
) -> None:
    forward = compare_all([compare_trial(one, other) for one, other in pairs])
    back = compare_all([compare_trial(other, one) for one, other in pairs])
    mirror = {(s.scenario, s.bot): s for s in back.scenarios}
    for one in forward.scenarios:
        other = mirror[one.scenario, one.bot]
        assert (one.before, one.after) == (other.after, other.before)
        assert (one.p, one.adjusted, one.test) == (other.p, other.adjusted, other.test)
        assert one.flaky == other.flaky
        assert not (one.regressed and other.regressed)
    both_judged = ChangeKind.REGRESSED
    fell = [p for p in pairs if p[0] and p[1] and compare_trial(*p).change.kind is both_judged]  # type: ignore[union-attr]  # compared fills it
    assert all(compare_trial(b, a).change.kind is ChangeKind.IMPROVED for a, b in fell)  # type: ignore[union-attr]  # compared fills it


@given(sides())
def test_a_change_has_the_turns_of_the_longer_side(
    pairs: list[tuple[TrialResult | None, TrialResult | None]],
) -> None:
    for before, after in pairs:
        change = compare_trial(before, after).change
        assert change is not None
        if before is None or after is None:
            assert change.turns == ()
            continue
        aligned = list(zip_longest(before.turns, after.turns))
        assert len(change.turns) == len(aligned)
        for (was, now), turn_change in zip(aligned, change.turns, strict=True):
            assert 0 <= turn_change.similarity <= 1
            for flip in turn_change.verdict_changes:
                assert flip.before is not flip.after
            if was and now and was.reply and now.reply:
                removed = sum(f.after is None for f in turn_change.verdict_changes)
                come = sum(f.before is None for f in turn_change.verdict_changes)
                assert len(was.verdicts) - removed == len(now.verdicts) - come


@given(sides())
def test_a_side_compared_with_itself_has_not_changed(
    pairs: list[tuple[TrialResult | None, TrialResult | None]],
) -> None:
    comparison = compare_all([compare_trial(one, one) for pair in pairs for one in pair if one])
    assert set(comparison.counts) <= {ChangeKind.SAME}
    assert {one.assessment for one in comparison.scenarios} <= {Assessment.NONE}
    assert not any(one.regressed for one in comparison.scenarios)
    assert all(not bot.differences and not bot.prompt_changed for bot in comparison.bots)
