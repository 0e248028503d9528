"""The kind of change of a trial, and its verdict changes."""

from __future__ import annotations

import pytest
from builders import LOCATION, error, failed_verdict, message, reply, trial, turn, verdict
from compare_answers import DIFFERENT, REWORDED
from coze_harness.compare.trial_comparison import compare_trial
from coze_harness.messages import message as localized
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
    compared = compare_trial(before, after).change
    assert compared is not None
    return compared


def only_turn(before: TrialResult, after: TrialResult) -> TurnChange:
    (compared,) = change(before, after).turns
    return compared


def conversation(answer: str) -> TrialResult:
    return trial(turns=[turn(turn_reply=reply(answer))])


def verdict_flips(
    before: TrialResult, after: TrialResult
) -> list[tuple[str, str | None, str | None]]:
    return [(str(f.expected), f.before, f.after) for f in only_turn(before, after).verdict_changes]


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
def test_the_verdicts_of_both_sides_decide_first(before: str, after: str, kind: str) -> None:
    sides = (trial(TrialStatus(before)), trial(TrialStatus(after)))
    assert change(*sides).kind == kind


def test_a_trial_with_one_side_is_new_or_missing() -> None:
    one = trial()
    assert change(None, one) == TrialChange(kind=ChangeKind.NEW, baseline=None)
    assert change(one, None) == TrialChange(kind=ChangeKind.MISSING, baseline=None)
    assert compare_trial(one, None).key is one.key
    with pytest.raises(ValueError, match="both sides are missing"):
        compare_trial(None, None)


def test_the_candidates_result_is_kept_and_contains_its_baseline() -> None:
    before, after = conversation("九点开门。"), conversation("十点开门。")
    compared = compare_trial(before, after)
    assert replace(compared, change=None) == after
    assert compared.change is not None
    assert compared.change.baseline is before


def test_the_baseline_of_a_baseline_is_removed() -> None:
    oldest, older, now = conversation("一"), conversation("二"), conversation("三")
    compared = change(compare_trial(oldest, older), now)
    assert compared.baseline == older


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
    compared = only_turn(conversation(before), conversation(after))
    assert compared == TurnChange(answer=AnswerChange.SAME, similarity=1.0)


@pytest.mark.parametrize(
    ("before", "after"), [("ＡＢＣ", "ABC"), ("7 天", "7\u00a0天"), ("每月99元", "每月199元")]
)
def test_visibly_different_answers_are_not_the_same(before: str, after: str) -> None:
    compared = only_turn(conversation(before), conversation(after))
    assert compared.answer is not AnswerChange.SAME
    assert compared.similarity < 1


def test_the_threshold_separates_paraphrases_from_different_answers() -> None:
    retold = [only_turn(conversation(a), conversation(b)).answer for a, b in REWORDED]
    different = [only_turn(conversation(a), conversation(b)).answer for a, b in DIFFERENT]
    assert retold.count(AnswerChange.TEXT_CHANGED) >= 14
    assert different.count(AnswerChange.DIFFERENT) >= 14
    assert len(retold) == len(different) == 15


def test_the_answers_decide_if_the_verdict_is_the_same() -> None:
    assert (
        change(conversation(REWORDED[0][0]), conversation(REWORDED[0][1])).kind
        is ChangeKind.TEXT_CHANGED
    )
    assert change(conversation("你好!"), conversation("再见。")).kind is ChangeKind.DIFFERENT
    two = trial(turns=[turn(turn_reply=reply(REWORDED[0][0])), turn(turn_reply=reply("是。"))])
    new = trial(turns=[turn(turn_reply=reply(REWORDED[0][1])), turn(turn_reply=reply("好呀"))])
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
    compared = change(trial(turns=[turn(turn_reply=before)]), trial(turns=[turn(turn_reply=after)]))
    assert compared.kind is ChangeKind.SAME


def test_turns_are_paired_by_number_and_one_sided_turns_are_a_difference() -> None:
    short, long = trial(turns=[turn()]), trial(turns=[turn(), turn("再说一次", reply("再说"))])
    for before, after in ((short, long), (long, short)):
        compared = change(before, after)
        assert [t.answer for t in compared.turns] == [AnswerChange.SAME, AnswerChange.UNKNOWN]
        assert compared.turns[1].verdict_changes == ()
        assert compared.kind is ChangeKind.DIFFERENT


def test_no_answer_on_both_sides_is_no_change() -> None:
    broken = trial(TrialStatus.ERROR, turns=[turn(no_reply=True, verdicts=[])], note=error())
    compared = change(broken, broken)
    assert compared.kind is ChangeKind.SAME
    assert [t.answer for t in compared.turns] == [AnswerChange.UNKNOWN]


def test_trials_without_turns_are_the_same() -> None:
    assert change(trial(turns=[]), trial(turns=[])).kind is ChangeKind.SAME


def test_a_verdict_change_has_the_expectation_and_both_verdicts() -> None:
    before = trial(turns=[turn(verdicts=[verdict(), verdict(P, expected="九点", name="时间")])])
    after = trial(
        TrialStatus.FAILED,
        turns=[turn(verdicts=[verdict(), failed_verdict(name="时间")])],
    )
    compared = change(before, after)
    assert compared.kind is ChangeKind.REGRESSED
    (flip,) = compared.turns[0].verdict_changes
    assert (flip.kind, flip.name, str(flip.expected)) == ("contains", "时间", "九点")
    assert (flip.before, flip.after, flip.location) == (P, F, LOCATION)
    assert compared.turns[0].answer is AnswerChange.SAME


def test_moved_expectations_are_paired_among_added_and_removed_ones() -> None:
    a, b, c = (verdict(P, expected=text) for text in ("甲", "乙", "丙"))
    before = trial(turns=[turn(verdicts=[a, b, c])])
    after = trial(turns=[turn(verdicts=[verdict(F, expected="丙"), a, verdict(P, kind="length")])])
    assert verdict_flips(before, after) == [("丙", P, F), ("学术助手", None, P), ("乙", P, None)]


def test_an_expectation_of_an_older_run_is_paired_by_its_words() -> None:
    """Runs of older versions have words in place of messages."""
    texts = ("甲", "乙", "丙")
    old = [verdict(P, expected=f'contains "{text}"') for text in texts]
    new = [
        replace(verdict(F), expected=localized("kind.contains.expected", text=text))
        for text in ("丙", "甲")
    ]
    before, after = trial(turns=[turn(verdicts=old)]), trial(turns=[turn(verdicts=new)])
    assert verdict_flips(before, after) == [
        ('contains "丙"', P, F),
        ('contains "甲"', P, F),
        ('contains "乙"', P, None),
    ]


def test_an_edited_expectation_is_paired_by_its_kind() -> None:
    before = trial(turns=[turn(verdicts=[verdict(P, expected="甲"), verdict(P, expected="乙")])])
    after = trial(turns=[turn(verdicts=[verdict(F, expected="甲!"), verdict(P, expected="乙")])])
    assert verdict_flips(before, after) == [("甲!", P, F)]


def test_ambiguous_edited_expectations_are_not_paired() -> None:
    before = trial(turns=[turn(verdicts=[verdict(P, expected="甲")])])
    after = trial(turns=[turn(verdicts=[verdict(F, expected="乙"), verdict(P, expected="丙")])])
    assert verdict_flips(before, after) == [("乙", None, F), ("丙", None, P), ("甲", P, None)]


def test_equal_expectations_are_paired_in_order() -> None:
    once, twice = verdict(P), [verdict(P), verdict(F)]
    before = trial(turns=[turn(verdicts=[once, once, verdict(kind="json")])])
    after = trial(turns=[turn(verdicts=twice)])
    assert verdict_flips(before, after) == [("学术助手", P, F), ("学术助手", P, None)]


def test_a_changed_verdict_in_a_failing_trial_makes_it_different() -> None:
    stays = failed_verdict()
    before = trial(TrialStatus.FAILED, turns=[turn(verdicts=[stays, verdict(P)])])
    after = trial(TrialStatus.FAILED, turns=[turn(verdicts=[stays, verdict(F)])])
    assert change(before, after).kind is ChangeKind.DIFFERENT


def test_a_changed_verdict_of_a_warning_is_listed_without_a_change_of_kind() -> None:
    before = trial(turns=[turn(verdicts=[verdict(P, severity=Severity.WARNING)])])
    after = trial(turns=[turn(verdicts=[verdict(F, severity=Severity.WARNING)])])
    compared = change(before, after)
    assert compared.kind is ChangeKind.SAME
    assert [flip.severity for flip in compared.turns[0].verdict_changes] == [Severity.WARNING]


def test_an_added_expectation_is_listed_without_a_change_of_kind() -> None:
    compared = change(trial(turns=[turn(verdicts=[])]), trial())
    assert compared.kind is ChangeKind.SAME
    assert [flip.before for flip in compared.turns[0].verdict_changes] == [None]


# --- simulated users ----------------------------------------------------------------------------


def simulated_trial(
    *turns: tuple[str, str], end: VerdictStatus = P, every: str = ""
) -> TrialResult:
    """Return a conversation of prompts and answers; `every` has the verdicts on each turn."""
    turn_results = [
        turn(
            prompt=prompt,
            turn_reply=reply(answer),
            verdicts=[verdict(P if letter == "p" else F, kind="not", expected="x")],
        )
        for (prompt, answer), letter in zip(turns, every or "p" * len(turns), strict=True)
    ]
    ending = [verdict(end, kind="until", expected="end"), verdict(end, expected="done")]
    turn_results[-1] = replace(turn_results[-1], verdicts=(*turn_results[-1].verdicts, *ending))
    status = TrialStatus.PASSED if end is P and "f" not in every else TrialStatus.FAILED
    return trial(status, turns=turn_results)


def test_answers_to_the_same_prompts_of_a_simulated_user_are_compared() -> None:
    before = simulated_trial(("喂", "退货期限为 7 天。"), ("好", "工单已创建。"))
    after = simulated_trial(("喂", "退货期限为 15 天。"), ("好的", "工单已创建。"))
    comparison = change(before, after)
    assert comparison.kind is ChangeKind.FACTS_CHANGED
    assert [one.answer.value for one in comparison.turns] == ["reworded", "unknown"]
    assert [(one.before, one.after) for one in comparison.turns[0].facts] == [("7 天", "15 天")]
    assert comparison.turns[1].facts == ()


def test_answers_to_other_prompts_are_no_facts_that_changed() -> None:
    before = simulated_trial(("喂", "您好。"), ("订单 12", "订单 12 已找到。"))
    after = simulated_trial(("喂", "您好。"), ("订单 34", "订单 34 已找到。"))
    comparison = change(before, after)
    assert comparison.kind is ChangeKind.DIFFERENT
    assert [one.answer.value for one in comparison.turns] == ["same", "unknown"]


@pytest.mark.parametrize("length", [1, 2, 4])
def test_the_ends_of_conversations_of_different_length_are_compared(length: int) -> None:
    before = simulated_trial(("喂", "您好。"), ("好", "工单已创建。"))
    turns = [("喂", "您好。"), *[(f"嗯 {n}", "请讲。") for n in range(length - 1)]]
    comparison = change(before, simulated_trial(*turns, end=F))
    assert comparison.kind is ChangeKind.REGRESSED
    flips = [
        (number, str(one.expected), one.before, one.after)
        for number, one_turn in enumerate(comparison.turns, 1)
        for one in one_turn.verdict_changes
    ]
    assert flips == [(length, "end", P, F), (length, "done", P, F)]


def test_conversations_of_different_length_that_end_alike_have_no_changed_verdict() -> None:
    before = simulated_trial(("喂", "您好。"), ("好", "工单已创建。"))
    comparison = change(before, simulated_trial(("喂", "工单已创建。")))
    assert comparison.kind is ChangeKind.DIFFERENT
    assert [one.verdict_changes for one in comparison.turns] == [(), ()]


def test_what_each_turn_must_satisfy_is_compared_turn_by_turn() -> None:
    before = simulated_trial(("喂", "您好。"), ("好", "工单已创建。"))
    after = simulated_trial(("喂", "您好。"), ("行", "工单已创建。"), every="pf")
    flips = [
        [str(one.expected) for one in each.verdict_changes] for each in change(before, after).turns
    ]
    assert flips == [[], ["x"]]


def test_a_simulated_conversation_without_an_end_is_compared_too() -> None:
    before = simulated_trial(("喂", "您好。"), ("好", "工单已创建。"))
    broken = trial(TrialStatus.ERROR, turns=[], note=error())
    assert change(before, broken).kind is ChangeKind.BROKEN
    assert change(broken, before).kind is ChangeKind.IMPROVED
