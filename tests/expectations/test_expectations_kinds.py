"""One table for every kind: what is written, what is seen, what comes of it."""

from __future__ import annotations

import pickle
from typing import NamedTuple

import pytest
from builders import message, reply
from coze_harness.expectations import asks_for, summarize_kinds
from coze_harness.model import Reply, Severity, Usage, VerdictStatus
from coze_harness.model.location import Location
from declaring import FILE, bare, declare, judge, seen


class Row(NamedTuple):
    item: str
    seen: str | Reply
    status: str
    reason: str = ""
    baseline: str | None = None


ANSWER = "我是chatchat，一个虚拟的学术助手。Open at 10:00."
WEATHER = bare(calls=[("get_weather", {"city": "北京", "days": [1, 2], "units": {"t": "C"}})])
STREAMED = reply("好", first_token=0.8)
FAILED = reply("", status="failed", error_code=4028, error_message="quota")
MIXED = bare(types=["verbose", "answer", "answer", "follow_up"])

CITY = '{"items": [{"name": "北京", "n": 1}]}'
THOUGHT = reply("好", messages=[message("好", reasoning="先想想。"), message("。")])
SLOW = reply("", messages=[message("", reasoning="a" * 60 + "b")])
QUESTION = reply("你想看哪个城市?", status="asks")
PLUGIN = bare(calls=[("ts-weather_assistant-get_rain_probability", {"location": "河南"})])
SPOKEN = reply("", messages=[message("KgAx", content_type="audio"), message("好")])
CARDS = reply("", messages=[message("{}", content_type="card"), message("好")])

TABLE: dict[str, list[Row]] = {
    "contains": [
        Row("学术助手", ANSWER, "passed", "found at character 17"),
        Row("contains: 学术助手", ANSWER, "passed"),
        Row("contains: {text: 学术助手}", ANSWER, "passed"),
        Row(
            "contains: 九点",
            "我们每天 10:00 开门。",
            "failed",
            'the answer does not contain "九点"',
        ),
        Row("contains: {any: [九点, Open]}", ANSWER, "passed", "found at character 22"),
        Row("contains: {any: [九点, 十点]}", ANSWER, "failed"),
        Row("contains: {all: [学术, Open]}", ANSWER, "passed"),
        Row(
            "contains: {all: [学术, 九点, 十点]}",
            ANSWER,
            "failed",
            'the answer does not contain "九点", "十点" (2 of 3)',
        ),
        Row("contains: {none: [九点, 十点]}", ANSWER, "passed", "none of them was found"),
        Row(
            "contains: {none: [九点, Open]}",
            ANSWER,
            "failed",
            'the answer contains "Open", the first at character 22',
        ),
        Row("contains: {text: OPEN, ignore_case: true}", ANSWER, "passed"),
        Row("contains: OPEN\nignore_case: true", ANSWER, "passed"),
        Row("contains: OPEN", ANSWER, "failed"),
        Row("contains: x", "", "failed", 'the answer does not contain "x"; the answer is empty'),
    ],
    "equals": [
        Row("equals: 好的。", "好的。", "passed"),
        Row('equals: ""', "", "passed"),
        Row("equals: 好的。", "好的。\n", "failed"),
        Row("equals: {text: OK, ignore_case: true}", "ok", "passed"),
        Row(
            "equals: 每天九点开门",
            "每天十点开门",
            "failed",
            'the answer is not "每天九点开门"; they differ from character 3 on: '
            '"九点开门" expected, "十点开门" found',
        ),
    ],
    "regex": [
        Row(r"regex: '\d{2}:\d{2}'", ANSWER, "passed", "found at character 30"),
        Row(r"regex: '^\d'", ANSWER, "failed", "nothing in the answer matches"),
        Row(r"regex: {pattern: 'OPEN', ignore_case: true}", ANSWER, "passed"),
        Row(r"regex: '\p{Han}{4}'", ANSWER, "passed"),
        Row("regex: 'x'", "", "failed", "the answer is empty"),
    ],
    "starts_with": [
        Row("starts_with: 我是", ANSWER, "passed"),
        Row(
            "starts_with: 学术",
            ANSWER,
            "failed",
            'the answer starts with "我是chatchat，一"; "学术" comes at character 17',
        ),
    ],
    "ends_with": [
        Row("ends_with: '10:00.'", ANSWER, "passed"),
        Row(
            "ends_with: 。",
            "好的。\n",
            "failed",
            'the answer ends with "好的。\\n"; only white space comes after it',
        ),
    ],
    "length": [
        Row("length: {max: 5}", "一二三四五", "passed", "length is 5 characters"),
        Row(
            "length: {max: 4}",
            "一二三四五",
            "failed",
            "length is 5 characters, at most 4 allowed",
        ),
        Row("length: {min: 1}", "", "failed", "length is 0 characters, at least 1 wanted"),
        Row(
            "length: {min: 2, max: 4, unit: words}", "我爱Python3。", "passed", "length is 3 words"
        ),
        Row("length: {max: 2, unit: lines}", "a\n\nb\n", "passed", "length is 2 lines"),
    ],
    "not": [
        Row("not: {contains: ChatGPT}", ANSWER, "passed"),
        Row(
            "not: 学术助手",
            ANSWER,
            "failed",
            'the answer must not contain "学术助手", but it does: found at character 17',
        ),
        Row("not: {not: 学术助手}", ANSWER, "passed"),
        Row("not: {latency: 3}", bare(), "skipped"),
    ],
    "any_of": [
        Row(
            "any_of: [九点, {regex: '10:00'}]",
            ANSWER,
            "passed",
            "matches /10:00/: found at character 30",
        ),
        Row(
            "any_of: [equals: 'a', ends_with: 'b']",
            "c",
            "failed",
            'none of the 2 holds: equals "a": the answer is not "a"; they differ from character 1 '
            'on: "a" expected, "c" found; ends with "b": the answer ends with "c"',
        ),
        Row("any_of: [{latency: 3}, 学术]", bare(), "skipped"),
        Row("any_of: [{latency: 3}, 学术]", reply(ANSWER, seconds=None), "passed"),
    ],
    "all_of": [
        Row("all_of: [学术, {regex: '10:00'}]", ANSWER, "passed"),
        Row("all_of: [学术, {length: {max: 3}}]", ANSWER, "failed"),
        Row("all_of: [学术, {latency: 3}]", reply(ANSWER, seconds=None), "skipped"),
        Row("all_of: [九点, {latency: 3}]", reply(ANSWER, seconds=None), "failed"),
    ],
    "json": [
        Row("json: true", '{"a": [1, 2.5, null, "好"]}', "passed"),
        Row("json: {}", " [] \n", "passed"),
        Row("json:", "1" * 5000, "passed"),
        Row("json: true", "", "failed", "the answer is not JSON: the answer is empty"),
        Row("json: true", "NaN", "failed", "the answer is not JSON: NaN is not JSON"),
        Row(
            "json: true",
            "[1,",
            "failed",
            "the answer is not JSON: Expecting value at line 1, column 4",
        ),
        Row(
            "json: true",
            '好的：\n```json\n{"a": 1}\n```',
            "failed",
            "the answer is not JSON: the JSON stands in a code block, with other text around it",
        ),
        Row('json: {where: {"items[0].name": 北京, "length(items) > `1`": false}}', CITY, "passed"),
        Row("json: {where: {no.such.key: null}}", CITY, "passed"),
        Row('json: {where: {"items[0]": {n: 1.0}}}', CITY, "passed"),
        Row(
            'json: {where: {"items[0].n": 1, "items[].name": [上海]}}',
            CITY,
            "failed",
            'the answer is JSON, but items[].name[0] is "北京", not "上海"',
        ),
        Row(
            'json: {where: {"items[0].n": true}}',
            CITY,
            "failed",
            "the answer is JSON, but items[0].n is 1, not true",
        ),
        Row(
            'json: {where: {"abs(items)": 1}}',
            CITY,
            "failed",
            "the answer is JSON, but abs(items) cannot be looked for: ",
        ),
        Row("json: {where: {a: 1}}", "1" * 5000, "failed", "the answer is JSON, but it cannot be"),
        Row("json: {where: {a: 1}}", "no", "failed", "the answer is not JSON: "),
    ],
    "messages": [
        Row("messages: {audio: 1, answer: 1}", SPOKEN, "passed"),
        Row("messages: {answer: 2}", MIXED, "passed"),
        Row("messages: {answer: {min: 1}, verbose: 1}", MIXED, "passed"),
        Row("messages: {card_from_the_future: 0}", MIXED, "passed"),
        Row("messages: {card: 1, answer: 2, knowledge: 0}", CARDS, "passed"),
        Row("messages: {card: 0}", CARDS, "failed", "messages of type card: 1, exactly 0 wanted"),
        Row(
            "messages: {answer: 1, function_call: {min: 1}}",
            MIXED,
            "failed",
            "messages of type answer: 2, exactly 1 wanted; "
            "messages of type function_call: 0, at least 1 wanted",
        ),
    ],
    "tool_call": [
        Row("tool_call: get_rain_probability", PLUGIN, "passed"),
        Row("tool_call: ts-weather_assistant-get_rain_probability", PLUGIN, "passed"),
        Row("tool_call: probability", PLUGIN, "failed", "the bot did not call probability"),
        Row("tool_call: get_weather", WEATHER, "passed"),
        Row("tool_call: {name: get_weather, arguments: {city: 北京}}", WEATHER, "passed"),
        Row("tool_call: {name: get_weather, arguments: {days: [1, 2.0]}}", WEATHER, "passed"),
        Row("tool_call: {name: get_weather, arguments: {units: {t: C}}}", WEATHER, "passed"),
        Row(
            "tool_call: {name: get_weather, arguments: {city: 上海}}",
            WEATHER,
            "failed",
            'get_weather was called, but city is "北京", not "上海"',
        ),
        Row(
            "tool_call: {name: get_weather, arguments: {days: [true, 2]}}",
            WEATHER,
            "failed",
            "get_weather was called, but days[0] is 1, not true",
        ),
        Row(
            "tool_call: {name: get_weather, arguments: {units: {p: hPa}}}",
            WEATHER,
            "failed",
            "get_weather was called, but there is no units.p",
        ),
        Row(
            "tool_call: {name: get_weather, arguments: {city: 北京}}",
            bare(calls=[("get_weather", "{broken")]),
            "failed",
            'get_weather was called, but the arguments should be a mapping and is "{broken"',
        ),
        Row(
            "tool_call: search",
            WEATHER,
            "failed",
            "the bot did not call search; it called get_weather",
        ),
        Row("tool_call: search", bare(), "failed", "the bot called no tool"),
        Row(
            'tool_call: {name: get_weather, where: {city: 北京, "days[-1] > `1`": true}}',
            WEATHER,
            "passed",
        ),
        Row(
            "tool_call: {name: get_weather, arguments: {city: 北京}, where: {units.t: F}}",
            WEATHER,
            "failed",
            'get_weather was called, but units.t is "C", not "F"',
        ),
    ],
    "reasoning": [
        Row("reasoning: 先想想", THOUGHT, "passed", "found at character 1"),
        Row("reasoning: {length: {max: 9, unit: lines}}", THOUGHT, "passed"),
        Row("reasoning: {all_of: [想, {not: {contains: 好}}]}", THOUGHT, "passed"),
        Row("reasoning: {contains: 好}", THOUGHT, "failed", 'the reasoning does not contain "好"'),
        Row("reasoning: {regex: '^(a|aa)+$'}", SLOW, "failed", "the pattern was stopped"),
        Row("reasoning: {contains: 好}", "好", "skipped", "the reply has no reasoning"),
    ],
    "asks": [
        Row("asks: 哪个城市", QUESTION, "passed", "found at character 4"),
        Row("asks: {regex: '城市.$'}", QUESTION, "passed"),
        Row("asks: 哪天", QUESTION, "failed", 'the question does not contain "哪天"'),
        Row("asks: 好", "好", "failed", "the bot asked no question: the chat ended as completed"),
    ],
    "follow_ups": [
        Row("follow_ups: 1", MIXED, "passed"),
        Row("follow_ups: 3", MIXED, "failed", "it was 1 next question, exactly 3 wanted"),
        Row("follow_ups: {min: 1}", MIXED, "passed"),
    ],
    "similar": [
        Row("similar: {to: 我是学术助手。, at_least: 0.9}", "我是学术助手！", "failed"),
        Row("similar: {to: 我是学术助手。, at_least: 0.8}", "我是学术助手！", "passed"),
        Row("similar: 我是学术助手。", "我是学术助手！", "passed"),
        Row("similar: {to: 学术助手, metric: token_set, at_least: 1}", "助手学术", "passed"),
        Row("similar: {to: 学术助手, at_least: 0.9}", "助手学术", "failed"),
        Row("similar: {to: 天气, metric: token_set, at_least: 0.5}", "学术助手", "failed"),
    ],
    "same_as_baseline": [
        Row("same_as_baseline: true", ANSWER, "passed", "it is the baseline's answer", ANSWER),
        Row("same_as_baseline: true", ANSWER, "skipped", "there is no committed recording"),
        Row(
            "same_as_baseline: true",
            "对不起,我不知道。",
            "failed",
            "likeness to the baseline's answer is 0",
            ANSWER,
        ),
    ],
    "latency": [
        Row("latency: 4", reply(seconds=3.25), "passed", "it was 3.25 s"),
        Row("latency: {max: 3}", reply(seconds=3.25), "failed", "it was 3.25 s, at most 3 allowed"),
        Row("latency: {max: 3}", reply(seconds=3.0000001), "failed"),
        Row("latency: {min: 5}", reply(seconds=3.25), "failed"),
        Row("latency: 3", bare(), "skipped", "the recording does not say how long the reply took"),
    ],
    "first_token": [
        Row("first_token: 1", STREAMED, "passed"),
        Row("first_token: {max: 0.5}", STREAMED, "failed"),
        Row("first_token: 1", reply("好"), "skipped"),
    ],
    "tokens": [
        Row("tokens: 800", bare(usage=Usage(total=633, input=500, output=133)), "passed"),
        Row(
            "tokens: {max: 600}",
            bare(usage=Usage(total=1234567, input=1234560, output=7)),
            "failed",
            "it was 1234567 tokens, at most 600 allowed",
        ),
        Row("tokens: 800", bare(), "skipped", "Coze reported no token usage for this reply"),
    ],
    "polls": [
        Row("polls: 6", reply(polls=6), "passed"),
        Row("polls: {max: 6}", reply(polls=7), "failed", "it was 7 polls, at most 6 allowed"),
    ],
    "status": [
        Row("status: completed", ANSWER, "passed"),
        Row("status: [failed, canceled]", FAILED, "passed"),
        Row(
            "status: completed",
            FAILED,
            "failed",
            "the chat ended as failed (code 4028: quota)",
        ),
        Row("status: asks", QUESTION, "passed"),
        Row("status: requires_action", QUESTION, "passed"),
        Row("status: completed", QUESTION, "failed", "the chat ended as asks"),
        Row("status: asks", ANSWER, "failed"),
    ],
}


def test_every_kind_in_the_table_has_rows_that_pass_and_rows_that_fail() -> None:
    for kind, rows in TABLE.items():
        assert {row.status for row in rows} >= {"passed", "failed"}, kind


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        pytest.param(kind, row, id=f"{kind}-{number}-{row.status}")
        for kind, rows in TABLE.items()
        for number, row in enumerate(rows)
    ],
)
def test_a_kind_judges_as_the_table_says(kind: str, row: Row) -> None:
    expectation = declare(row.item)
    verdict = expectation.judge(seen(row.seen, row.baseline))

    assert (verdict.kind, verdict.status.value) == (kind, row.status), verdict.reason
    assert str(verdict.expected) == str(expectation.expected)
    assert verdict.location == Location(FILE, 1, 3)
    assert verdict.reason
    if row.reason:
        assert str(verdict.reason).startswith(row.reason)
    copy = pickle.loads(pickle.dumps(expectation))  # noqa: S301
    assert copy.judge(seen(row.seen, row.baseline)) == verdict


@pytest.mark.parametrize("row", summarize_kinds(), ids=lambda row: row.kind)
def test_the_example_that_documentation_shows_is_of_its_kind(row: tuple[str, str, str]) -> None:
    kind, summary, example = row
    assert declare(example).kind == kind
    assert summary.endswith(".")


EXPECTED = {
    "学术助手": 'contains "学术助手"',
    "contains: {any: [a, b], ignore_case: true}": 'contains any of "a", "b" (ignoring case)',
    "contains: {none: [a]}\nnormalize: width": 'contains none of "a" (ignoring width)',
    "not: {contains: ChatGPT}": 'does not contain "ChatGPT"',
    "not: {not: a}": 'does not fail to contain "a"',
    "not: {length: {max: 1}}": "does not have at most 1 character",
    "regex: '\\d+'": r"matches /\d+/",
    "length: {min: 3, max: 9, unit: words}": "has 3 to 9 words",
    "any_of: [a, {tokens: 5}]": 'meets any of: contains "a", uses at most 5 tokens',
    "not: {all_of: [a, b]}": 'does not meet all of: contains "a", contains "b"',
    "latency: 2.5": "takes at most 2.5 s",
    "follow_ups: 1": "suggests exactly 1 next question",
    "status: [failed, canceled]": "ends as failed or canceled",
    "similar: {to: 好, at_least: 0.6}": 'resembles "好" by at least 0.6 (ratio)',
    "tool_call: {name: f, arguments: {c: 北京}}": 'calls the tool f with {"c": "北京"}',
    "messages: {answer: 1, verbose: {max: 2}}": (
        "has messages of type answer: exactly 1, verbose: at most 2"
    ),
    "json: true": "parses as JSON",
    'json: {where: {"a[0]": 北京, b: 1}}': 'parses as JSON where a[0] is "北京" and b is 1',
    "not: {tool_call: {name: f, where: {c: 北京}}}": ('does not call the tool f where c is "北京"'),
    "reasoning: {contains: 天气}": 'has reasoning that contains "天气"',
    "asks: 哪个城市": 'asks a question that contains "哪个城市"',
    "not: {asks: 天气}": 'does not ask a question that contains "天气"',
    "not: {reasoning: 天气}": 'does not have reasoning that contains "天气"',
}


@pytest.mark.parametrize(("item", "words"), EXPECTED.items())
def test_what_was_expected_is_said_in_words(item: str, words: str) -> None:
    assert declare(item).expected == words


def test_name_weight_and_severity_travel_into_the_verdict() -> None:
    item = "contains: 九点\nname: opening hours\nweight: 2.5\nseverity: warning"
    verdict = judge(item, "十点")
    assert (verdict.name, verdict.weight, verdict.severity) == (
        "opening hours",
        2.5,
        Severity.WARNING,
    )


def test_an_inner_expectation_is_told_by_its_name_where_it_has_one() -> None:
    verdict = judge("any_of: [{contains: 九点, name: opens early}, 八点]", "十点")
    assert "opens early: the answer does not contain" in str(verdict.reason)


def test_a_kind_is_found_inside_combinators() -> None:
    expectation = declare("any_of: [a, {not: {all_of: [b, {status: failed}]}}]")
    assert asks_for(expectation, "status")
    assert asks_for(expectation, "any_of")
    assert asks_for(expectation, "contains")
    assert not asks_for(expectation, "regex")


def test_what_could_not_be_judged_is_neither_passed_nor_failed_by_not() -> None:
    assert judge("not: {not: {tokens: 3}}", bare()).status is VerdictStatus.SKIPPED


def test_the_messages_of_all_answers_are_judged_as_one_text() -> None:
    two = reply(messages=[message("你好"), message("x", type="verbose"), message("再见")])
    assert judge('equals: "你好\\n再见"', two).status is VerdictStatus.PASSED
    assert judge("contains: x", two).status is VerdictStatus.FAILED
