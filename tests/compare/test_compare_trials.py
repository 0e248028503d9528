"""One trial beside its baseline: what kind of change it is, and which verdicts flipped."""

from __future__ import annotations

import pytest
from builders import PLACE, error, failed_verdict, message, reply, trial, turn, verdict
from compare_answers import DIFFERENT, REWORDED
from coze_harness.compare import compare_trial
from coze_harness.model import (
    AnswerChange,
    ChangeKind,
    Severity,
    TrialChange,
    TrialResult,
    TrialStatus,
    TurnChange,
    VerdictStatus,
    replace,
)

P, F = VerdictStatus.PASSED, VerdictStatus.FAILED


def change(before: TrialResult | None, after: TrialResult | None) -> TrialChange:
    found = compare_trial(before, after).change
    assert found is not None
    return found


def only_turn(before: TrialResult, after: TrialResult) -> TurnChange:
    (found,) = change(before, after).turns
    return found


def said(answer: str) -> TrialResult:
    return trial(turns=[turn(replied=reply(answer))])


def flipped(before: TrialResult, after: TrialResult) -> list[tuple[str, str | None, str | None]]:
    return [(f.expected, f.before, f.after) for f in only_turn(before, after).verdict_changes]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("passed", "failed", "regressed"),
        ("fixed", "known_failure", "regressed"),
        ("passed", "known_failure", "regressed"),
        ("passed", "error", "broken"),
        ("failed", "error", "broken"),
        ("known_failure", "skipped", "broken"),
        ("failed", "passed", "improved"),
        ("known_failure", "fixed", "improved"),
        ("error", "passed", "improved"),
        ("passed", "passed", "same"),
        ("passed", "fixed", "same"),
        ("failed", "known_failure", "same"),
        ("error", "failed", "same"),
        ("error", "error", "same"),
    ],
)
def test_the_verdict_of_both_sides_decides_first(before: str, after: str, kind: str) -> None:
    sides = (trial(TrialStatus(before)), trial(TrialStatus(after)))
    assert change(*sides).kind == kind


def test_a_trial_with_one_side_is_new_or_missing() -> None:
    one = trial()
    assert change(None, one) == TrialChange(kind=ChangeKind.NEW, baseline=None)
    assert change(one, None) == TrialChange(kind=ChangeKind.MISSING, baseline=None)
    assert compare_trial(one, None).key is one.key
    with pytest.raises(ValueError, match="both sides are missing"):
        compare_trial(None, None)


def test_the_candidate_keeps_all_that_it_is_and_holds_its_baseline() -> None:
    before, after = said("九点开门。"), said("十点开门。")
    found = compare_trial(before, after)
    assert replace(found, change=None) == after
    assert found.change is not None
    assert found.change.baseline is before


def test_a_baseline_that_was_compared_itself_does_not_bring_its_own_baseline_along() -> None:
    oldest, older, now = said("一"), said("二"), said("三")
    found = change(compare_trial(oldest, older), now)
    assert found.baseline == older


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("我是助手。", "我是助手。"),
        ("café 👨‍👩‍👧", "cafe\u0301 👨‍👩‍👧"),
        ("", ""),
        ("一行\u2028二行", "一行\u2028二行"),
        ("half \ud83d", "half \ud83d"),
    ],
)
def test_answers_equal_after_nfc_are_the_same(before: str, after: str) -> None:
    found = only_turn(said(before), said(after))
    assert found == TurnChange(answer=AnswerChange.SAME, similarity=1.0)


@pytest.mark.parametrize(
    ("before", "after"), [("ＡＢＣ", "ABC"), ("7 天", "7\u00a0天"), ("每月99元", "每月199元")]
)
def test_what_a_reader_could_tell_apart_is_not_the_same(before: str, after: str) -> None:
    found = only_turn(said(before), said(after))
    assert found.answer is not AnswerChange.SAME
    assert found.similarity < 1


def test_the_bound_tells_retold_answers_from_different_ones_in_chinese_and_english() -> None:
    retold = [only_turn(said(a), said(b)).answer for a, b in REWORDED]
    different = [only_turn(said(a), said(b)).answer for a, b in DIFFERENT]
    assert retold.count(AnswerChange.TEXT_CHANGED) >= 14
    assert different.count(AnswerChange.DIFFERENT) >= 14
    assert len(retold) == len(different) == 15


def test_the_answers_decide_where_the_verdict_is_the_same() -> None:
    assert change(said(REWORDED[0][0]), said(REWORDED[0][1])).kind is ChangeKind.TEXT_CHANGED
    assert change(said("你好!"), said("No.")).kind is ChangeKind.DIFFERENT
    two = trial(turns=[turn(replied=reply(REWORDED[0][0])), turn(replied=reply("是。"))])
    new = trial(turns=[turn(replied=reply(REWORDED[0][1])), turn(replied=reply("No way"))])
    assert change(two, new).kind is ChangeKind.DIFFERENT


def test_other_tools_follow_ups_messages_and_tokens_do_not_make_a_change() -> None:
    before = reply(tool_calls={"get_weather": {"city": "北京"}}, seconds=1.0)
    after = reply(
        messages=[
            message(),
            message("还有呢?", type="follow_up"),
            message("{}", type="function_call"),
        ],
        usage=None,
        seconds=9.0,
    )
    found = change(trial(turns=[turn(replied=before)]), trial(turns=[turn(replied=after)]))
    assert found.kind is ChangeKind.SAME


def test_turns_align_by_number_and_one_sided_turns_are_unknown_and_a_difference() -> None:
    short, long = trial(turns=[turn()]), trial(turns=[turn(), turn("再说一次", reply("再说"))])
    for before, after in ((short, long), (long, short)):
        found = change(before, after)
        assert [t.answer for t in found.turns] == [AnswerChange.SAME, AnswerChange.UNKNOWN]
        assert found.turns[1].verdict_changes == ()
        assert found.kind is ChangeKind.DIFFERENT


def test_no_answer_then_and_none_now_is_no_change() -> None:
    broken = trial(TrialStatus.ERROR, turns=[turn(no_reply=True, verdicts=[])], note=error())
    found = change(broken, broken)
    assert found.kind is ChangeKind.SAME
    assert [t.answer for t in found.turns] == [AnswerChange.UNKNOWN]


def test_trials_without_turns_are_the_same() -> None:
    assert change(trial(turns=[]), trial(turns=[])).kind is ChangeKind.SAME


def test_a_flip_names_the_expectation_and_both_verdicts() -> None:
    before = trial(turns=[turn(verdicts=[verdict(), verdict(P, expected="九点", name="时间")])])
    after = trial(
        TrialStatus.FAILED,
        turns=[turn(verdicts=[verdict(), failed_verdict(name="时间")])],
    )
    found = change(before, after)
    assert found.kind is ChangeKind.REGRESSED
    (flip,) = found.turns[0].verdict_changes
    assert (flip.kind, flip.name, flip.expected) == ("contains", "时间", "九点")
    assert (flip.before, flip.after, flip.location) == (P, F, PLACE)
    assert found.turns[0].answer is AnswerChange.SAME


def test_expectations_pair_by_what_they_say_when_lines_were_moved_added_and_taken_away() -> None:
    a, b, c = (verdict(P, expected=text) for text in ("甲", "乙", "丙"))
    before = trial(turns=[turn(verdicts=[a, b, c])])
    after = trial(turns=[turn(verdicts=[verdict(F, expected="丙"), a, verdict(P, kind="length")])])
    assert flipped(before, after) == [("丙", P, F), ("学术助手", None, P), ("乙", P, None)]


def test_an_expectation_edited_in_place_is_still_the_same_one() -> None:
    before = trial(turns=[turn(verdicts=[verdict(P, expected="甲"), verdict(P, expected="乙")])])
    after = trial(turns=[turn(verdicts=[verdict(F, expected="甲!"), verdict(P, expected="乙")])])
    assert flipped(before, after) == [("甲!", P, F)]


def test_edited_expectations_that_cannot_be_told_apart_stand_alone() -> None:
    before = trial(turns=[turn(verdicts=[verdict(P, expected="甲")])])
    after = trial(turns=[turn(verdicts=[verdict(F, expected="乙"), verdict(P, expected="丙")])])
    assert flipped(before, after) == [("乙", None, F), ("丙", None, P), ("甲", P, None)]


def test_the_same_expectation_written_twice_pairs_in_order() -> None:
    once, twice = verdict(P), [verdict(P), verdict(F)]
    before = trial(turns=[turn(verdicts=[once, once, verdict(kind="json")])])
    after = trial(turns=[turn(verdicts=twice)])
    assert flipped(before, after) == [("学术助手", P, F), ("学术助手", P, None)]


def test_a_flip_that_does_not_turn_a_failing_trial_makes_it_different() -> None:
    stays = failed_verdict()
    before = trial(TrialStatus.FAILED, turns=[turn(verdicts=[stays, verdict(P)])])
    after = trial(TrialStatus.FAILED, turns=[turn(verdicts=[stays, verdict(F)])])
    assert change(before, after).kind is ChangeKind.DIFFERENT


def test_a_warning_that_flips_is_told_and_changes_nothing() -> None:
    before = trial(turns=[turn(verdicts=[verdict(P, severity=Severity.WARNING)])])
    after = trial(turns=[turn(verdicts=[verdict(F, severity=Severity.WARNING)])])
    found = change(before, after)
    assert found.kind is ChangeKind.SAME
    assert [flip.severity for flip in found.turns[0].verdict_changes] == [Severity.WARNING]


def test_an_added_expectation_is_told_and_changes_nothing() -> None:
    found = change(trial(turns=[turn(verdicts=[])]), trial())
    assert found.kind is ChangeKind.SAME
    assert [flip.before for flip in found.turns[0].verdict_changes] == [None]
