"""What people read about a verdict, in both languages: what is expected, what is there, and why."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
from builders import message, reply
from coze_harness.expectations import KINDS
from coze_harness.messages import Catalogue, LocalizedText, change_texts
from coze_harness.model import JSON, Reply, Usage, Verdict
from coze_harness.model.errors import ScenarioError
from declaring import answer_context, bare, declare, judge
from hypothesis import given, settings
from scale import scale_down
from test_expectations_faults import FAULTS
from test_expectations_kinds import TABLE
from test_expectations_properties import ITEMS, build_item, replies

EN, ZH = Catalogue("en"), Catalogue("zh")
# Names and words of files that a Chinese text keeps, besides kinds and their keys.
NAMES = frozenset({
    *("Token", "JSON", "Coze", "JMESPath", "YAML", "Markdown"),
    *("all", "any", "arguments", "dash", "false", "ignore_case", "kind", "max", "min", "none"),
    *("normalize", "stream", "text", "token_set", "true", "type", "value", "where", "width"),
    *("at_least", "metric", "rouge_l", "chrf", "bleu"),
    *("after", "before", "equals", "tolerance", "unit"),
    *("zh", "ISO", "Schema", "schema", "draft", "fenced", "items", "required", "array"),
    *("a", "e"),  # in the pattern (a+)+, and in 1e-9
})  # fmt: skip


class VerdictTexts(NamedTuple):
    """One row of the table: an item, a reply, and what is shown in both languages."""

    item: str
    reply: str | Reply
    expected: tuple[str, str]
    actual: tuple[str, str]
    reason: tuple[str, str]


def both(text: LocalizedText) -> tuple[str, str]:
    return EN.text(text), ZH.text(text)


def same(text: str) -> tuple[str, str]:
    return text, text


WEATHER = bare(calls=[("get_time", {}), ("get_weather", {"city": "北京"})])
THOUGHT = reply("好", messages=[message("好", reasoning="先想想。")])
BOT = "我是 ChatGPT，由 OpenAI 训练。"
CITY = '{"items": [{"name": "上海"}]}'

# The model messages of docs/terms-zh.md, and one row for what they do not cover.
VERDICT_TEXTS = [
    VerdictTexts(
        "学术助手",
        "我是一个虚拟的可靠的学术帮手。",
        ('contains "学术助手"', "包含“学术助手”"),
        same("学术帮手"),
        (
            'The answer does not contain "学术助手". Closest text: "学术帮手", at character 11.',
            "回答不包含“学术助手”。最接近的文字是“学术帮手”，位于第 11 个字符。",
        ),
    ),
    VerdictTexts(
        "equals: 早上好，你好。",
        "早上好，您好。",
        ('equals "早上好，你好。"', "等于“早上好，你好。”"),
        same("早上好，您好。"),
        (
            'The answer differs at character 5: expected "你好。", actual "您好。".',
            "回答从第 5 个字符起不同：期望“你好。”，实际“您好。”。",
        ),
    ),
    VerdictTexts(
        "starts_with: 我是",
        "您好，我是小助手，很高兴认识您。",
        ('starts with "我是"', "以“我是”开头"),
        same("您好，我是小助手，很高兴…"),
        (
            'The answer starts with "您好，我是小助手，很高兴…"; expected "我是". '
            '"我是" is at character 4.',
            "回答以“您好，我是小助手，很高兴…”开头，期望以“我是”开头。“我是”位于第 4 个字符。",
        ),
    ),
    VerdictTexts(
        "ends_with: 。",
        "还有问题吗？",
        ('ends with "。"', "以“。”结尾"),
        same("还有问题吗？"),
        (
            'The answer ends with "还有问题吗？"; expected "。".',
            "回答以“还有问题吗？”结尾，期望以“。”结尾。",
        ),
    ),
    VerdictTexts(
        r"regex: '\d{1,2}:\d{2}'",
        "九点",
        (r"matches /\d{1,2}:\d{2}/", r"匹配 /\d{1,2}:\d{2}/"),
        same("九点"),
        (
            r"Nothing in the answer matches /\d{1,2}:\d{2}/.",
            r"回答中没有匹配 /\d{1,2}:\d{2}/ 的内容。",
        ),
    ),
    VerdictTexts(
        "length: {max: 120}",
        "字" * 168,
        ("at most 120 characters", "不超过 120 个字符"),
        ("168 characters", "168 个字符"),
        (
            "The answer has 168 characters; at most 120 are allowed.",
            "回答有 168 个字符，上限为 120 个。",
        ),
    ),
    VerdictTexts(
        'json: {where: {"items[0].name": 北京}}',
        CITY,
        ('JSON where items[0].name is "北京"', '为 JSON，其中 items[0].name 为 "北京"'),
        same('"上海"'),
        (
            'The answer is JSON, but items[0].name is "上海"; expected "北京".',
            '回答是 JSON，但 items[0].name 为 "上海"，期望 "北京"。',
        ),
    ),
    VerdictTexts(
        "similar: {to: 学术助手, at_least: 0.6}",
        "助手学术",
        ('similarity to "学术助手" of at least 0.6', "与“学术助手”的相似度至少 0.6"),
        same("助手学术"),
        (
            "The similarity is 0.5; at least 0.6 is required.",
            "相似度为 0.5，要求至少 0.6。",
        ),
    ),
    VerdictTexts(
        "status: completed",
        reply("", status="failed", error_code=5000),
        ("status completed", "状态为 completed"),
        same("failed"),
        (
            "The chat ended with status failed (code 5000); expected completed.",
            "对话以 failed 状态结束（错误码 5000），期望 completed。",
        ),
    ),
    VerdictTexts(
        "messages: {function_call: {min: 1}}",
        bare(types=["answer"]),
        ("at least 1 function_call message", "至少 1 条 function_call 消息"),
        ("1 answer message", "1 条 answer 消息"),
        (
            "The reply has no function_call message; at least 1 is required.",
            "回复中没有 function_call 消息，要求至少 1 条。",
        ),
    ),
    VerdictTexts(
        "tool_call: get_rain",
        bare(calls=[("get_time", {})]),
        ("calls get_rain", "调用工具 get_rain"),
        same("get_time({})"),
        (
            "The bot did not call get_rain. It called get_time.",
            "智能体没有调用 get_rain，调用的是 get_time。",
        ),
    ),
    VerdictTexts(
        "reasoning: {contains: 天气}",
        THOUGHT,
        ('reasoning: contains "天气"', "思维链：包含“天气”"),
        same("先想想。"),
        ('The reasoning does not contain "天气".', "思维链不包含“天气”。"),
    ),
    VerdictTexts(
        "asks: 哪天",
        reply("你想看哪个城市？", status="asks"),
        ('a question to the user: contains "哪天"', "等待用户回答的问题：包含“哪天”"),
        same("你想看哪个城市？"),
        ('The question does not contain "哪天".', "问题不包含“哪天”。"),
    ),
    VerdictTexts(
        "follow_ups: 3",
        bare(types=["follow_up", "follow_up"]),
        ("exactly 3 suggested questions", "恰好 3 个推荐问题"),
        ("2 suggested questions", "2 个推荐问题"),
        (
            "The reply has 2 suggested questions; exactly 3 are required.",
            "回复中有 2 个推荐问题，要求恰好 3 个。",
        ),
    ),
    VerdictTexts(
        "polls: 6",
        reply("", polls=9),
        ("at most 6 polls", "不超过 6 次"),
        ("9 polls", "9 次"),
        ("The chat took 9 polls; at most 6 are allowed.", "对话轮询了 9 次，上限为 6 次。"),
    ),
    VerdictTexts(
        "tokens: 800",
        bare(usage=Usage(total=1204, input=1000, output=204)),
        ("at most 800 tokens", "不超过 800 Token"),
        ("1,204 tokens", "1,204 Token"),
        (
            "The reply used 1,204 tokens; at most 800 are allowed.",
            "回复消耗了 1,204 Token，上限为 800。",
        ),
    ),
    VerdictTexts(
        "latency: 10",
        reply("", seconds=12.4),
        ("at most 10 s", "不超过 10 秒"),
        ("12.4 s", "12.4 秒"),
        ("The reply took 12.4 s; at most 10 s are allowed.", "回复耗时 12.4 秒，上限为 10 秒。"),
    ),
    VerdictTexts(
        "first_token: 2",
        reply("", first_token=3.1),
        ("at most 2 s", "不超过 2 秒"),
        ("3.1 s", "3.1 秒"),
        (
            "The answer began after 3.1 s; at most 2 s are allowed.",
            "首字符耗时 3.1 秒，上限为 2 秒。",
        ),
    ),
    VerdictTexts(
        "not: {contains: ChatGPT}",
        BOT,
        ('does not contain "ChatGPT"', "不应包含“ChatGPT”"),
        same(BOT),
        (
            'The answer must not contain "ChatGPT"; it does, at character 4.',
            "回答不应包含“ChatGPT”，但第 4 个字符处出现了。",
        ),
    ),
    VerdictTexts(
        "any_of: [北京, {regex: '(?i)beijing'}]",
        "上海",
        (
            'any of: contains "北京"; matches /(?i)beijing/',
            "任一通过：包含“北京”；匹配 /(?i)beijing/",
        ),
        same("上海"),
        (
            'None of 2 expectations passed: the answer does not contain "北京"; '
            "nothing in the answer matches /(?i)beijing/.",
            "2 条期望均未通过：回答不包含“北京”；回答中没有匹配 /(?i)beijing/ 的内容。",
        ),
    ),
    VerdictTexts(
        "all_of: [字, {length: {max: 120}}]",
        "字" * 168,
        (
            'all of: contains "字"; at most 120 characters',
            "全部通过：包含“字”；不超过 120 个字符",
        ),
        ("168 characters", "168 个字符"),
        (
            "1 of 2 expectations failed: the answer has 168 characters; at most 120 are allowed.",
            "2 条期望中 1 条未通过：回答有 168 个字符，上限为 120 个。",
        ),
    ),
    VerdictTexts(
        "not: {similar: {to: 学术助手, metric: token_set, at_least: 0.5}}",
        "助手学术",
        (
            'not: similarity to "学术助手" of at least 0.5 (token_set)',
            "不应：与“学术助手”的相似度至少 0.5（token_set）",
        ),
        same("助手学术"),
        (
            "The expectation inside `not` passed, but must fail: the similarity is 1.",
            "`not` 内的期望不应通过，却通过了：相似度为 1。",
        ),
    ),
    VerdictTexts(
        "tool_call: {name: get_weather, arguments: {city: 上海, days: [1]}}",
        WEATHER,
        (
            'calls get_weather with {"city": "上海", "days": [1]}',
            '调用工具 get_weather，参数为 {"city": "上海", "days": [1]}',
        ),
        same('get_time({}); get_weather({"city": "北京"})'),
        (
            'The bot called get_weather, but city is "北京"; expected "上海".',
            '智能体调用了 get_weather，但 city 为 "北京"，期望 "上海"。',
        ),
    ),
]


@pytest.mark.parametrize("row", VERDICT_TEXTS, ids=lambda row: row.item)
def test_a_failure_is_shown_in_both_languages(row: VerdictTexts) -> None:
    verdict = judge(row.item, row.reply)
    assert verdict.status.value == "failed"
    assert both(verdict.expected) == row.expected
    assert both(verdict.actual) == row.actual
    assert both(verdict.reason) == row.reason


def test_a_failure_against_the_baseline_is_shown_in_both_languages() -> None:
    verdict = declare("same_as_baseline: {at_least: 0.8}").judge(
        answer_context("对不起。", "你好。")
    )
    assert both(verdict.expected) == (
        "similarity to the baseline's answer of at least 0.8",
        "与基线回答的相似度至少 0.8",
    )
    assert both(verdict.reason) == (
        "The similarity to the baseline's answer is 0.285; at least 0.8 is required. "
        'The baseline\'s answer is "你好。".',
        "与基线回答的相似度为 0.285，要求至少 0.8。基线回答是“你好。”。",
    )


EXPECTED = {
    "contains: {any: [a, b], ignore_case: true}": (
        'contains any of "a", "b" (ignoring case)',
        "包含“a”、“b”中的任意一个（忽略大小写）",
    ),
    "contains: {none: [a]}\nnormalize: width": (
        'contains none of "a" (ignoring width)',
        "不应包含“a”中的任何一个（忽略全角半角）",
    ),
    "not: {contains: {any: [a, b]}}": (
        'contains none of "a", "b"',
        "不应包含“a”、“b”中的任何一个",
    ),
    "not: {not: a}": ('contains "a"', "包含“a”"),
    "not: {length: {max: 1}}": ("not: at most 1 character", "不应：不超过 1 个字符"),
    "not: {json: true}": ("no JSON", "不应为 JSON"),
    "length: {min: 3, max: 9, unit: words}": ("3 to 9 words", "3 到 9 个词"),
    "latency: {min: 1, max: 2.5}": ("1 to 2.5 s", "1 到 2.5 秒"),
    "follow_ups: 1": ("exactly 1 suggested question", "恰好 1 个推荐问题"),
    "status: [failed, canceled]": (
        "one of the statuses failed, canceled",
        "状态为 failed、canceled 之一",
    ),
    "messages: {answer: 1, verbose: {max: 2}}": (
        "exactly 1 answer message, at most 2 verbose messages",
        "恰好 1 条 answer 消息、不超过 2 条 verbose 消息",
    ),
    "tool_call: {name: f, arguments: {c: 1}, where: {d: 北京}}": (
        'calls f with {"c": 1} where d is "北京"',
        '调用工具 f，参数为 {"c": 1}，其中 d 为 "北京"',
    ),
    "not: {tool_call: f}": ("does not call f", "不应调用工具 f"),
    "not: {asks: 天气}": (
        'not: a question to the user: contains "天气"',
        "不应：等待用户回答的问题：包含“天气”",
    ),
    "same_as_baseline: {metric: equals}": ("equals the baseline's answer", "与基线回答相同"),
}


@pytest.mark.parametrize("item", EXPECTED)
def test_what_is_expected_is_a_short_phrase_in_both_languages(item: str) -> None:
    expected = declare(item).expected
    assert isinstance(expected, LocalizedText)
    assert both(expected) == EXPECTED[item]


def data_as(text: LocalizedText, word: str) -> LocalizedText:
    return change_texts(text, lambda _: word)


def assert_is_written(verdict: Verdict) -> None:
    """All messages have a text in both languages, whole sentences where they are the reason."""
    for text in (verdict.expected, verdict.actual, verdict.reason):
        for words in (EN, ZH):
            assert "{" not in words.text(data_as(text, "数")), text
    latin = set(re.findall(r"[A-Za-z_]+", ZH.text(data_as(verdict.reason, "数"))))
    latin |= set(re.findall(r"[A-Za-z_]+", ZH.text(data_as(verdict.expected, "数"))))
    assert latin <= NAMES | set(KINDS), latin
    assert re.search(r"[.?]$", EN.text(verdict.reason)), verdict.reason
    assert re.search(r"^[^a-z]", EN.text(data_as(verdict.reason, "数"))), verdict.reason
    assert ZH.text(verdict.reason)[-1] in "。？", verdict.reason


@pytest.mark.parametrize(
    ("item", "answer", "baseline"),
    [(row.item, row.answer, row.baseline) for rows in TABLE.values() for row in rows],
)
def test_every_verdict_is_written_in_both_languages(
    item: str, answer: str | Reply, baseline: str | None
) -> None:
    assert_is_written(declare(item).judge(answer_context(answer, baseline)))


@given(ITEMS, replies())
@settings(max_examples=scale_down(150), deadline=None)
def test_any_verdict_is_written_in_both_languages(item: JSON, answer: Reply) -> None:
    assert_is_written(build_item(item).judge(answer_context(answer)))


@pytest.mark.parametrize("item", FAULTS)
def test_every_mistake_is_explained_in_both_languages(item: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        declare(item)
    for text in (caught.value.what, caught.value.next_step):
        assert re.search(r"[.?]$", EN.text(text))
        if text.id == "literal":
            continue  # of another room
        plain = re.sub(r"`[^`]*`", "", ZH.text(data_as(text, "数")))
        assert not re.search(r"\{\w+\}", plain), text
        latin = set(re.findall(r"[A-Za-z_]+", plain))
        assert latin <= NAMES | set(KINDS), latin
        assert re.search(r"[\u4e00-\u9fff]", plain)


def test_a_text_of_another_language_is_kept_in_a_clause() -> None:
    """A name at the beginning of a sentence keeps its capital, other sentences lose theirs."""
    verdict = judge("any_of: [{tokens: 5}, {all_of: [{tokens: 5}, {latency: 1}]}]", bare())
    assert str(verdict.reason) == (
        "Not judged: Coze reported no token usage for this reply; not judged: "
        "Coze reported no token usage for this reply; "
        "the recording does not say how long the reply took."
    )
