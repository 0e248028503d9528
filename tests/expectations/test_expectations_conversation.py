"""`turns` and `conversation`: what is judged over all turns so far."""

from __future__ import annotations

import pytest
from builders import reply
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext
from declaring import declare, refusal

KEEPS = "conversation: {keeps: [numbers, dates, names]}"
NO_REPETITION = "conversation: {no_repetition: true}"


def judge_conversation(item: str, *texts: str) -> Verdict:
    """Judge the last reply of a conversation; `texts` are prompts and answers in turn."""
    prompts, answers = texts[::2], texts[1::2]
    return declare(item).judge(
        EvaluationContext(
            prompt=prompts[-1],
            reply=reply(answers[-1]),
            previous_replies=tuple(map(reply, answers[:-1])),
            previous_prompts=prompts[:-1],
        )
    )


@pytest.mark.parametrize(
    ("item", "count", "reason"),
    [
        ("turns: 2", 2, "kind.turns.within"),
        ("turns: 2", 3, "kind.turns.above"),
        ("turns: {max: 6}", 6, "kind.turns.within"),
        ("turns: {max: 6}", 7, "kind.turns.above"),
        ("turns: {min: 2}", 1, "kind.turns.below"),
        ("turns: {min: 2, max: 2}", 3, "kind.turns.exact"),
        ("turns: {min: 1, max: 3}", 2, "kind.turns.within"),
    ],
)
def test_turns_are_counted_up_to_the_judged_one(item: str, count: int, reason: str) -> None:
    verdict = judge_conversation(item, *["问", "答"] * count)
    assert verdict.reason.id == reason
    assert verdict.status.value == ("passed" if reason.endswith("within") else "failed")


@pytest.mark.parametrize(
    ("texts", "status"),
    [
        (("a", "您好，请问有什么可以帮您?", "b", "您好，请问有什么可以帮您？"), "failed"),
        (("a", "Could you tell me your order number?",
          "b", "Could you tell me your order number, please?"), "failed"),
        (("a", "请提供订单号，我来为您查询。", "b", "好的，已收到。",
          "c", "请提供订单号，我来为您查询。", "d", "工单已创建，稍后会有专人联系您。"), "failed"),
        (("a", "您好，请问有什么可以帮您?", "b", "请提供订单号，我来为您查询。"), "passed"),
        (("a", "不客气", "b", "不客气"), "passed"),  # too short to count
        (("a", "", "b", ""), "passed"),
        (("a", "我是学术助手，很高兴认识你。"), "passed"),
    ],
)  # fmt: skip
def test_an_answer_that_nearly_repeats_an_earlier_one_fails(
    texts: tuple[str, ...], status: str
) -> None:
    assert judge_conversation(NO_REPETITION, *texts).status.value == status


def test_a_repetition_names_both_turns_and_the_similarity() -> None:
    verdict = judge_conversation(NO_REPETITION, "a", "请提供订单号，我来为您查询。", "b", "好的。",
                     "c", "请提供订单号，我来为您查询。")  # fmt: skip
    assert verdict.reason.id == "kind.conversation.repeated"
    assert verdict.reason.params["turn"] == 3
    assert verdict.reason.params["earlier"] == 1
    assert verdict.reason.params["score"] == 1.0


def test_the_similarity_from_which_on_it_is_a_repetition_can_be_set() -> None:
    texts = ("a", "请提供您的订单号，谢谢。", "b", "请提供您的手机号，谢谢。")
    assert judge_conversation(
        "conversation: {no_repetition: true, similarity: 0.8}", *texts
    ).reason.id == ("kind.conversation.repeated")
    assert judge_conversation(
        "conversation: {no_repetition: true, similarity: 0.9}", *texts
    ).reason.id == ("kind.conversation.passed")


@pytest.mark.parametrize(
    ("texts", "status"),
    [
        # the same words, another fact
        (("退货期限?", "退货期限为 7 天。", "再说一遍", "退货期限为 15 天。"), "failed"),
        (("我的订单号是 12345", "好的。", "查一下", "订单号为 54321，正在处理。"), "failed"),
        (("几点开会", "会议时间：5月1日。", "确认一下", "会议时间为5月3日。"), "failed"),
        (("hi", "Your order number is 12345.", "and now?", "The order number is 54321."), "failed"),
        (("who?", "Your agent is Alice.", "who?", "Your agent is Bob."), "failed"),
        # another notation, or a correction by the user
        (("退货期限?", "退货期限为 7 天。", "再说一遍", "退货期限为一周。"), "passed"),
        (("订单号是 12345", "好的。", "不对，订单号是 54321", "订单号 54321 已发货。"), "passed"),
        (("hi", "It costs 5 yuan.", "really?", "Yes, it costs ¥5."), "passed"),
        # other words, or a list
        (("价格", "第一件商品价格 10 元。", "另一件", "第二件商品价格 20 元。"), "passed"),
        (("有哪些", "套餐价格 10 元，套餐价格 20 元。", "还有吗", "套餐价格 30 元。"), "passed"),
        (("退货期限?", "退货期限为 7 天。", "改了吗", "退货期限为 15 天，以前是 7 天。"), "passed"),
        (("订单号是 12345", "订单号 12345 已记录。"), "passed"),
    ],
)  # fmt: skip
def test_a_fact_that_contradicts_an_earlier_one_fails(texts: tuple[str, ...], status: str) -> None:
    verdict = judge_conversation(KEEPS, *texts)
    assert verdict.status.value == status, str(verdict.reason)


def test_a_contradiction_names_both_turns_and_both_facts() -> None:
    verdict = judge_conversation(
        KEEPS, "hi", "请讲。", "退货?", "退货期限为 7 天。", "确定?", "退货期限为 15 天。"
    )
    assert verdict.reason.id == "kind.conversation.contradicted"
    assert verdict.reason.params == {
        "turn": 3,
        "earlier": 2,
        "before": "退货期限 7 天",
        "after": "退货期限 15 天",
    }


@pytest.mark.parametrize(
    ("kinds", "status"),
    [("numbers", "failed"), ("[numbers, names]", "failed"), ("dates", "passed")],
)
def test_only_the_named_kinds_of_facts_are_kept(kinds: str, status: str) -> None:
    item = f"conversation: {{keeps: {kinds}}}"
    texts = ("退货期限?", "退货期限为 7 天。", "再说一遍", "退货期限为 15 天。")
    assert judge_conversation(item, *texts).status.value == status


def test_an_earlier_contradiction_is_still_one_at_the_end() -> None:
    texts = ("a", "退货期限为 7 天。", "b", "退货期限为 15 天。", "c", "好的，再见。")
    assert judge_conversation(KEEPS, *texts).reason.params["turn"] == 2


def test_long_answers_are_bounded() -> None:
    long = "".join(f"第{n}号商品价格 {n} 元。" for n in range(50_000))
    item = f"{NO_REPETITION[:-1]}, keeps: [numbers]}}"
    verdict = judge_conversation(item, "a", long, "b", "好的，没有问题，再见。")
    assert verdict.reason.id == "kind.conversation.passed"


@pytest.mark.parametrize(
    ("item", "part"),
    [
        ("turns: {}", "no limit"),
        ("turns: {max: 1.5}", "whole number"),
        ("turns: {min: 3, max: 2}", "Swap"),
        ("conversation: {}", "no rule"),
        ("conversation: {similarity: 0.9, keeps: [dates]}", "no effect"),
        ("conversation: {no_repetition: false}", "only be true"),
        ("conversation: {no_repetition: true, similarity: 2}", "at most 1"),
        ("conversation: {keeps: [facts]}", "numbers, dates, names"),
        ("conversation: {keeps: []}", "empty"),
        ("conversation: {keep: [dates]}", "keeps"),
    ],
)
def test_what_cannot_be_built_is_rejected_with_words(item: str, part: str) -> None:
    assert part in refusal(item)
