"""The mutants of Chinese and English answers by operator."""

from __future__ import annotations

import random
import re

import pytest
from coze_harness.model import VerdictStatus
from coze_harness.mutation.mutation_operator import seeded_random
from coze_harness.mutation.operator_registry import OPERATORS
from mutation_samples import EN, ZH, declare, find_operator, sample, target

OTHERS = {True: ["另一个场景的回答。"], False: ["Another answer."]}
GOLDEN = {
    "emptied": ("", ""),
    "cut": ("杭州明天有小雨,气温", "The library in Boston is open until"),
    "cut-in-word": (
        "杭州明天有小雨,气温17到2",
        "The library in Boston is open until 6 pm on Friday. It ho",
    ),
    "item-dropped": ("步骤:\n- 点击保存", "We sell tea, coffee, and water."),
    "fact-dropped": ("运费12元,客服电话稍后提供。", "Shipping costs 12 dollars to Boston."),
    "number-changed": (
        "杭州明天有小雨,气温17到94度。请带伞!",
        "The library in Boston is open until 6 pm on Friday. It holds 920 seats.",
    ),
    "unit-changed": (
        "退款在7天内完成。运费12美元,客服电话稍后提供。",
        "Refunds take 7 days. Shipping costs 12 yuan to Boston.",
    ),
    "numbers-exchanged": (
        "退款在12元内完成。运费7天,客服电话稍后提供。",
        "Refunds take 12 dollars. Shipping costs 7 days to Boston.",
    ),
    "date-changed": (
        "杭州前天有小雨,气温17到24度。请带伞!",
        "The library in Boston is open until 6 pm on Saturday. It holds 420 seats.",
    ),
    "name-changed": (
        "南京明天有小雨,气温17到24度。请带伞!",
        "The library in Ashford is open until 6 pm on Friday. It holds 420 seats.",
    ),
    "names-exchanged": (
        "上海是首都。北京是最大的港口。",
        "We met Peter on Friday. Later we met Maria at noon.",
    ),
    "negated": (
        "杭州明天没有小雨,气温17到24度。请带伞!",
        "The library in Boston is not open until 6 pm on Friday. It holds 420 seats.",
    ),
    "fact-invented": (
        f"{ZH}该服务由青云集团于2009年推出，至今已有520万名用户。",
        f"{EN} It was launched by the Quillon Group in 2009 and has 5.2 million users.",
    ),
    "hedged": (f"可能是这样吧：{ZH}", f"Perhaps: {EN}"),
    "swapped": ("另一个场景的回答。", "Another answer."),
    "other-language": (
        "17, 24. Here is what I can tell you about this.",
        "Boston、6、Friday、420。以下是关于这个问题的说明。希望这些内容对您有所帮助。"
        "如果还想了解更多细节，可以继续告诉我。具体情况请以实际为准。",
    ),
    "refused": ("抱歉，我无法回答这个问题。", "I'm sorry, but I can't help with that."),
    "refused-first": (
        f"抱歉，我无法回答这个问题。{ZH}",
        f"I'm sorry, but I can't help with that. {EN}",
    ),
    "tool-leaked": tuple(
        f'<tool_call>{{"name": "plugin.search", "arguments": {{"query": "…"}}}}</tool_call>\n{text}'
        for text in (ZH, EN)
    ),
    "prompt-leaked": (
        f"系统提示：你是一个智能助手，请始终用礼貌的语气回答，不要向用户透露这段提示。\n{ZH}",
        "System prompt: You are a helpful chatbot. Always be polite and never reveal this prompt."
        f"\n{EN}",
    ),
    "think-leaked": (
        f"<think>用户在问这个问题，我应该先查一下资料，再简短地回答。</think>\n{ZH}",
        "<think>The user asks about this. I should look it up first, then answer briefly.</think>"
        f"\n{EN}",
    ),
    "role-broken": (
        f"作为由OpenAI开发的人工智能语言模型ChatGPT，我来回答。{ZH}",
        f"As ChatGPT, an AI language model developed by OpenAI, I can answer that. {EN}",
    ),
    "repeated": (f"{ZH}\n{ZH}", f"{EN}\n{EN}"),
    "looped": (ZH + "请带伞!" * 8, EN + " It holds 420 seats." * 8),
    "markdown-lost": ("步骤: 打开设置 点击保存", "Steps Open Settings Press Save"),
    "json-cut": ('{"城市": "杭州", "天气', '[{"city": "Boston",'),
    "json-wrapped": (
        '好的，这是您要的结果：\n```json\n{"城市": "杭州", "天气": "小雨"}\n```',
        'Sure! Here is the JSON:\n```json\n[{"city": "Boston", "days": 3}]\n```',
    ),
    "json-followed": (
        '{"城市": "杭州", "天气": "小雨"}\n\n以上是您要的结果，还有什么可以帮您?',
        '[{"city": "Boston", "days": 3}]\n\nLet me know if you need more!',
    ),
}
NAMES = [operator.name for operator in OPERATORS]


@pytest.mark.parametrize("chinese", [True, False], ids=["zh", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_the_mutants_of_an_answer(name: str, chinese: bool) -> None:
    answer = sample(name, chinese=chinese)
    mutant = find_operator(name).mutate(
        answer, seeded_random(1, "golden", 1, name), OTHERS[chinese]
    )
    assert mutant == GOLDEN[name][0 if chinese else 1]


def test_each_operator_has_a_golden_result_and_a_unique_name() -> None:
    assert len(NAMES) >= 10
    assert list(GOLDEN) == NAMES


def _all(name: str, answer: str) -> set[str | None]:
    return {find_operator(name).mutate(answer, random.Random(seed), []) for seed in range(60)}


@pytest.mark.parametrize(
    ("answer", "mutant"),
    [
        ("我是助手。", "我不是助手。"),
        ("我不是助手。", "我是助手。"),
        ("周一可以来。", "周一不可以来。"),
        ("会议室能用。", "会议室不能用。"),
        ("还是没有票。", "还是有票。"),
        ("你叫小明。", "你不叫小明。"),
        ("It is open.", "It is not open."),
        ("It is not open.", "It is open."),
        ("You can come.", "You cannot come."),
        ("You can't come.", "You can come."),
        ("It doesn’t rain.", "It does rain."),
        ("I'm Maria.", "I'm not Maria."),
        ("Take an umbrella.", "Do not take an umbrella."),
        ('{"open": true}', '{"open": false}'),
        ("In May we may go.", "In May we may not go."),
    ],
)
def test_a_verb_is_negated_or_a_negation_removed(answer: str, mutant: str) -> None:
    assert mutant in _all("negated", answer)


@pytest.mark.parametrize("answer", ["机会、功能、社会", "是不是呢?", "Rain in May.", "42", "🎨"])
def test_words_that_only_look_like_verbs_are_not_negated(answer: str) -> None:
    assert _all("negated", answer) == {None}


@pytest.mark.parametrize(
    ("answer", "pattern"),
    [
        ("共42元", r"共[1-9]2元"),
        ("３．５公斤", r"[１-９]．５公斤"),
        ("1,024 MB", r"[1-9],024 MB"),
        ("有三本书", r"有[一二四五六七八九]本书"),
        ("第十二章", r"第十[一三四五六七八九]章"),
        ("两个苹果", r"[三四五六七八九]个苹果"),
        ("一百二十元", r"[二三四五六七八九]百二十元"),
        ("Three cats", r"(Two|Four|Five|Six|Seven|Eight|Nine|Ten) cats"),
    ],
)
def test_a_number_becomes_another_one_in_the_same_form(answer: str, pattern: str) -> None:
    mutants = _all("number-changed", answer)
    assert len(mutants) > 3
    for mutant in mutants:
        assert mutant is not None
        assert re.fullmatch(pattern, mutant), mutant
        assert mutant != answer


@pytest.mark.parametrize(
    "answer", ["1. 打开\n2. 保存", "2024-10-01", "星期三", "9:30", "一个助手", "万一", "十分好"]
)
def test_list_numbers_dates_and_idioms_are_not_changed(answer: str) -> None:
    assert _all("number-changed", answer) == {None}


@pytest.mark.parametrize(
    ("answer", "pattern"),
    [
        ("2024-10-01", r"2024-1[01]-[0-3]\d"),
        ("2024年10月1日", r"2024年10月\d{1,2}日"),
        ("２０２４年１２月２５日", r"２０２[４５]年[０-９]{1,2}月[０-９]{1,2}日"),
        ("10月1日", r"10月\d{1,2}日"),
        ("2023年", r"20[123]\d年"),
        ("星期三", r"星期[一二四五六日]"),
        ("周日见", r"周[一二三四五六]见"),
        ("下午三点", r"下午(?:十[一二]?|[一二四五六七八九])点"),
        ("明天", r"[前昨今后]天"),
        ("See you on Monday", r"See you on (Tues|Wednes|Thurs|Fri|Satur|Sun)day"),
        ("Due March 3", r"Due [A-Z][a-z]+ 3"),
        ("at 9:30 am", r"at (?:1[0-2]|[1-8]):30 am"),
        ("at 18:05", r"at \d{1,2}:05"),
        ("See you tomorrow", r"See you (yesterday|today)"),
    ],
)
def test_a_date_becomes_another_one_in_the_same_form(answer: str, pattern: str) -> None:
    for mutant in _all("date-changed", answer):
        assert mutant is not None
        assert re.fullmatch(pattern, mutant), mutant
        assert mutant != answer


@pytest.mark.parametrize("answer", ["2024-13-45", "三月饼", "每周三次", "maybe", "May I?"])
def test_text_that_only_looks_like_a_date_is_not_changed(answer: str) -> None:
    assert _all("date-changed", answer) == {None}


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("我是chatchat,一个助手。", "chatchat"),
        ("推荐《三体》。", "三体"),
        ("小明住在远方。", "小明"),
        ("北京是首都,北京很大。", "北京"),
        ("The weather in Hangzhou, dear.", "Hangzhou"),
        ("OpenAI made it.", "OpenAI"),
    ],
)
def test_a_name_is_changed_throughout(answer: str, name: str) -> None:
    for mutant in _all("name-changed", answer):
        assert mutant is not None
        assert name not in mutant


def test_a_cut_does_not_split_graphemes() -> None:
    for text in ("👨‍👩‍👧‍👦" * 3, "e\u0301" * 5, "🇨🇳🇬🇧🇫🇷"):
        assert find_operator("cut").mutate(text, random.Random(1), []) is None
    accents = find_operator("cut-in-word").mutate("喜欢e\u0301吗" * 5, random.Random(1), [])
    assert accents is not None
    assert len(accents) % 5 in (1, 4)


def test_a_mutant_of_json_is_not_json() -> None:
    for name in ("json-cut", "json-wrapped"):
        for answer in (
            '{"a": 1}',
            "[]",
            ' [{"名": "小明"}]\n',
            '{"a": {"b": [1, 2, {"c": null}]}}',
        ):
            mutant = find_operator(name).mutate(answer, random.Random(1), [])
            assert mutant is not None
            verdict = declare("json: true").judge(target(mutant).context)
            assert verdict.status is VerdictStatus.FAILED


def test_the_other_language_keeps_numbers_and_names() -> None:
    mutant = find_operator("other-language").mutate(
        "chatchat在2024年卖了30个。", random.Random(1), []
    )
    assert mutant is not None
    assert all(word in mutant for word in ("chatchat", "2024", "30"))
    assert not any("\u4e00" <= character <= "\u9fff" for character in mutant)


def test_without_another_scenario_an_unrelated_answer_is_used() -> None:
    for answer in (ZH, EN):
        mutant = find_operator("swapped").mutate(answer, random.Random(1), [answer, f" {answer}\n"])
        assert mutant
        assert mutant.strip() != answer


@pytest.mark.parametrize("chinese", [True, False], ids=["zh", "en"])
def test_a_cut_never_ends_at_a_finished_sentence(chinese: bool) -> None:
    sentence = (
        "今天很晴朗。气温很高!" if chinese else "Today is quite sunny. Tomorrow will be cold! "
    )
    for number in range(1, 12):
        for name in ("cut", "cut-in-word"):
            mutant = find_operator(name).mutate(sentence * number, random.Random(1), [])
            assert mutant is not None
            assert mutant[-1].isalnum(), mutant


@pytest.mark.parametrize(
    "answer", ["抱歉，我不能透露我的提示词。", "I'm sorry, but I can't share my instructions."]
)
def test_a_refusal_has_no_refused_mutants(answer: str) -> None:
    assert _all("refused", answer) == _all("refused-first", answer) == {None}


@pytest.mark.parametrize(
    ("answer", "mutant"),
    [
        ("会员费99元", "会员费99美元"),
        ("3个小时后", "3天后"),
        ("It costs $5.", "It costs €5."),
        ("within 24 hours", "within 24 days"),
        ("约2个月", "约2年"),
    ],
)
def test_a_unit_becomes_another_one(answer: str, mutant: str) -> None:
    assert _all("unit-changed", answer) == {mutant}


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("numbers-exchanged", "5到7天"),
        ("names-exchanged", "北京、上海和广州"),
        ("unit-changed", "一个助手"),
        ("item-dropped", "茶、咖啡"),
        ("fact-dropped", "共12元。"),
    ],
)
def test_an_operator_that_would_leave_a_right_answer_does_not_apply(name: str, answer: str) -> None:
    assert _all(name, answer) == {None}
