"""One table for every kind: item, answer, verdict."""

from __future__ import annotations

import pickle
from typing import NamedTuple

import pytest
from answer_kind_rows import ROWS
from builders import message, reply
from coze_harness.expectations import KINDS, ExpectationKind, asks_for
from coze_harness.model import Reply, Severity, Usage, VerdictStatus
from coze_harness.model.location import Location
from declaring import FILE, answer_context, bare, declare, ids, judge


class Row(NamedTuple):
    item: str
    answer: str | Reply
    status: str
    reason: str
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
AUDIO_REPLY = reply("", messages=[message("KgAx", content_type="audio"), message("好")])
CARDS = reply("", messages=[message("{}", content_type="card"), message("好")])

TABLE: dict[str, list[Row]] = {
    "contains": [
        Row("学术助手", ANSWER, "passed", "kind.contains.found"),
        Row("contains: 学术助手", ANSWER, "passed", "kind.contains.found"),
        Row("contains: {text: 学术助手}", ANSWER, "passed", "kind.contains.found"),
        Row("contains: 九点", "我们每天 10:00 开门。", "failed", "kind.contains.missing"),
        Row("contains: {any: [九点, Open]}", ANSWER, "passed", "kind.contains.found"),
        Row("contains: {any: [九点, 十点]}", ANSWER, "failed", "kind.contains.missing.any"),
        Row("contains: {all: [学术, Open]}", ANSWER, "passed", "kind.contains.all_found"),
        Row("contains: {all: [学术, 九点, 十点]}", ANSWER, "failed", "kind.contains.missing.all"),
        Row("contains: {none: [九点, 十点]}", ANSWER, "passed", "kind.contains.none"),
        Row("contains: {none: [九点, Open]}", ANSWER, "failed", "kind.contains.unwanted"),
        Row("contains: {text: OPEN, ignore_case: true}", ANSWER, "passed", "kind.contains.found"),
        Row("contains: OPEN\nignore_case: true", ANSWER, "passed", "kind.contains.found"),
        Row("contains: OPEN", ANSWER, "failed", "kind.contains.missing kind.near.case"),
        Row("contains: x", "", "failed", "kind.contains.missing kind.text.empty"),
    ],
    "equals": [
        Row("equals: 好的。", "好的。", "passed", "kind.equals.same"),
        Row('equals: ""', "", "passed", "kind.equals.same"),
        Row("equals: 好的。", "好的。\n", "failed", "kind.equals.white_space"),
        Row("equals: {text: OK, ignore_case: true}", "ok", "passed", "kind.equals.same"),
        Row("equals: 每天九点开门", "每天十点开门", "failed", "kind.equals.different"),
    ],
    "regex": [
        Row(r"regex: '\d{2}:\d{2}'", ANSWER, "passed", "kind.regex.found"),
        Row(r"regex: '^\d'", ANSWER, "failed", "kind.regex.missing"),
        Row(r"regex: {pattern: 'OPEN', ignore_case: true}", ANSWER, "passed", "kind.regex.found"),
        Row(r"regex: '\p{Han}{4}'", ANSWER, "passed", "kind.regex.found"),
        Row("regex: 'x'", "", "failed", "kind.regex.empty"),
    ],
    "starts_with": [
        Row("starts_with: 我是", ANSWER, "passed", "kind.starts_with.passed"),
        Row("starts_with: 学术", ANSWER, "failed", "kind.starts_with.failed kind.near.later"),
    ],
    "ends_with": [
        Row("ends_with: '10:00.'", ANSWER, "passed", "kind.ends_with.passed"),
        Row(
            "ends_with: 。",
            "好的。\n",
            "failed",
            "kind.ends_with.failed kind.near.white_space_after",
        ),
    ],
    "length": [
        Row("length: {max: 5}", "一二三四五", "passed", "kind.length.within"),
        Row("length: {max: 4}", "一二三四五", "failed", "kind.length.above"),
        Row("length: {min: 1}", "", "failed", "kind.length.below"),
        Row(
            "length: {min: 2, max: 4, unit: words}", "我爱Python3。", "passed", "kind.length.within"
        ),
        Row("length: {max: 2, unit: lines}", "a\n\nb\n", "passed", "kind.length.within"),
    ],
    "not": [
        Row("not: {contains: ChatGPT}", ANSWER, "passed", "kind.not.passed"),
        Row("not: 学术助手", ANSWER, "failed", "kind.contains.contradicted"),
        Row("not: {not: 学术助手}", ANSWER, "passed", "kind.not.passed"),
        Row("not: {latency: 3}", bare(), "skipped", "kind.latency.absent"),
    ],
    "any_of": [
        Row("any_of: [九点, {regex: '10:00'}]", ANSWER, "passed", "kind.regex.found"),
        Row("any_of: [equals: 'a', ends_with: 'b']", "c", "failed", "kind.any_of.failed"),
        Row("any_of: [{latency: 3}, 学术]", bare(), "skipped", "kind.latency.absent"),
        Row(
            "any_of: [{latency: 3}, 学术]",
            reply(ANSWER, seconds=None),
            "passed",
            "kind.contains.found",
        ),
    ],
    "all_of": [
        Row("all_of: [学术, {regex: '10:00'}]", ANSWER, "passed", "kind.all_of.passed"),
        Row("all_of: [学术, {length: {max: 3}}]", ANSWER, "failed", "kind.all_of.failed"),
        Row(
            "all_of: [学术, {latency: 3}]",
            reply(ANSWER, seconds=None),
            "skipped",
            "kind.latency.absent",
        ),
        Row(
            "all_of: [九点, {latency: 3}]",
            reply(ANSWER, seconds=None),
            "failed",
            "kind.all_of.failed",
        ),
    ],
    "json": [
        Row("json: true", '{"a": [1, 2.5, null, "好"]}', "passed", "kind.json.passed"),
        Row("json: {}", " [] \n", "passed", "kind.json.passed"),
        Row("json:", "1" * 5000, "passed", "kind.json.passed"),
        Row("json: true", "", "failed", "kind.json.empty"),
        Row("json: true", "NaN", "failed", "kind.json.constant"),
        Row("json: true", "[1,", "failed", "kind.json.invalid"),
        Row(
            "json: true",
            '好的：\n```json\n{"a": 1}\n```',
            "failed",
            "kind.json.fenced kind.json.fenced.next",
        ),
        Row("json: {fenced: true}", '好的：{"a": 1}', "passed", "kind.json.passed.part"),
        Row("json: {fenced: true}", "好的。", "failed", "kind.json.none"),
        Row("json: {schema: {type: array}}", "[]", "passed", "kind.json.passed"),
        Row("json: {schema: {type: array}}", "{}", "failed", "kind.json.other"),
        Row("json: {schema: {required: [a]}}", "{}", "failed", "kind.json.other"),
        Row("json: {schema: {items: false}}", "[1]", "failed", "kind.json.other"),
        Row("json: {where: {a: {gt: 1, in: [2]}}}", '{"a": 3}', "failed", "kind.json.other"),
        Row(
            'json: {where: {"items[0].name": 北京, "length(items) > `1`": false}}',
            CITY,
            "passed",
            "kind.json.passed",
        ),
        Row("json: {where: {no.such.key: null}}", CITY, "passed", "kind.json.passed"),
        Row('json: {where: {"items[0]": {n: 1.0}}}', CITY, "passed", "kind.json.passed"),
        Row(
            'json: {where: {"items[0].n": 1, "items[].name": [上海]}}',
            CITY,
            "failed",
            "kind.json.other",
        ),
        Row('json: {where: {"items[0].n": true}}', CITY, "failed", "kind.json.other"),
        Row('json: {where: {"abs(items)": 1}}', CITY, "failed", "kind.json.other"),
        Row("json: {where: {a: 1}}", "1" * 5000, "failed", "kind.json.digits"),
        Row("json: {where: {a: 1}}", "no", "failed", "kind.json.invalid"),
    ],
    "messages": [
        Row("messages: {audio: 1, answer: 1}", AUDIO_REPLY, "passed", "kind.messages.passed"),
        Row("messages: {answer: 2}", MIXED, "passed", "kind.messages.passed"),
        Row("messages: {answer: {min: 1}, verbose: 1}", MIXED, "passed", "kind.messages.passed"),
        Row("messages: {card_from_the_future: 0}", MIXED, "passed", "kind.messages.passed"),
        Row(
            "messages: {card: 1, answer: 2, knowledge: 0}", CARDS, "passed", "kind.messages.passed"
        ),
        Row("messages: {card: 0}", CARDS, "failed", "kind.messages.exact"),
        Row(
            "messages: {answer: 1, function_call: {min: 1}}",
            MIXED,
            "failed",
            "kind.messages.several",
        ),
    ],
    "tool_call": [
        Row("tool_call: get_rain_probability", PLUGIN, "passed", "kind.tool_call.passed"),
        Row(
            "tool_call: ts-weather_assistant-get_rain_probability",
            PLUGIN,
            "passed",
            "kind.tool_call.passed",
        ),
        Row("tool_call: probability", PLUGIN, "failed", "kind.tool_call.other"),
        Row("tool_call: get_weather", WEATHER, "passed", "kind.tool_call.passed"),
        Row(
            "tool_call: {name: get_weather, arguments: {city: 北京}}",
            WEATHER,
            "passed",
            "kind.tool_call.passed",
        ),
        Row(
            "tool_call: {name: get_weather, arguments: {days: [1, 2.0]}}",
            WEATHER,
            "passed",
            "kind.tool_call.passed",
        ),
        Row(
            "tool_call: {name: get_weather, arguments: {units: {t: C}}}",
            WEATHER,
            "passed",
            "kind.tool_call.passed",
        ),
        Row(
            "tool_call: {name: get_weather, arguments: {city: 上海}}",
            WEATHER,
            "failed",
            "kind.tool_call.failed",
        ),
        Row(
            "tool_call: {name: get_weather, arguments: {days: [true, 2]}}",
            WEATHER,
            "failed",
            "kind.tool_call.failed",
        ),
        Row(
            "tool_call: {name: get_weather, arguments: {units: {p: hPa}}}",
            WEATHER,
            "failed",
            "kind.tool_call.failed",
        ),
        Row(
            "tool_call: {name: get_weather, arguments: {city: 北京}}",
            bare(calls=[("get_weather", "{broken")]),
            "failed",
            "kind.tool_call.failed",
        ),
        Row("tool_call: search", WEATHER, "failed", "kind.tool_call.other"),
        Row("tool_call: search", bare(), "failed", "kind.tool_call.none"),
        Row(
            'tool_call: {name: get_weather, where: {city: 北京, "days[-1] > `1`": true}}',
            WEATHER,
            "passed",
            "kind.tool_call.passed",
        ),
        Row(
            "tool_call: {name: get_weather, arguments: {city: 北京}, where: {units.t: F}}",
            WEATHER,
            "failed",
            "kind.tool_call.failed",
        ),
    ],
    "reasoning": [
        Row("reasoning: 先想想", THOUGHT, "passed", "kind.contains.found"),
        Row("reasoning: {length: {max: 9, unit: lines}}", THOUGHT, "passed", "kind.length.within"),
        Row(
            "reasoning: {all_of: [想, {not: {contains: 好}}]}",
            THOUGHT,
            "passed",
            "kind.all_of.passed",
        ),
        Row("reasoning: {contains: 好}", THOUGHT, "failed", "kind.contains.missing"),
        Row("reasoning: {regex: '^(a|aa)+$'}", SLOW, "failed", "kind.regex.stopped"),
        Row("reasoning: {contains: 好}", "好", "skipped", "kind.reasoning.none"),
    ],
    "asks": [
        Row("asks: 哪个城市", QUESTION, "passed", "kind.contains.found"),
        Row("asks: {regex: '城市.$'}", QUESTION, "passed", "kind.regex.found"),
        Row("asks: 哪天", QUESTION, "failed", "kind.contains.missing"),
        Row("asks: 好", "好", "failed", "kind.asks.other_status"),
    ],
    "follow_ups": [
        Row("follow_ups: 1", MIXED, "passed", "kind.follow_ups.within"),
        Row("follow_ups: 3", MIXED, "failed", "kind.follow_ups.exact"),
        Row("follow_ups: {min: 1}", MIXED, "passed", "kind.follow_ups.within"),
    ],
    "similar": [
        Row(
            "similar: {to: 我是学术助手。, at_least: 0.9}",
            "我是学术助手！",
            "failed",
            "kind.similar.failed",
        ),
        Row(
            "similar: {to: 我是学术助手。, at_least: 0.8}",
            "我是学术助手！",
            "passed",
            "kind.similar.passed",
        ),
        Row("similar: 我是学术助手。", "我是学术助手！", "passed", "kind.similar.passed"),
        Row(
            "similar: {to: 学术助手, metric: token_set, at_least: 1}",
            "助手学术",
            "passed",
            "kind.similar.passed",
        ),
        Row("similar: {to: 学术助手, at_least: 0.9}", "助手学术", "failed", "kind.similar.failed"),
        Row(
            "similar: {to: 天气, metric: token_set, at_least: 0.5}",
            "学术助手",
            "failed",
            "kind.similar.failed",
        ),
    ],
    "same_as_baseline": [
        Row("same_as_baseline: true", ANSWER, "passed", "kind.same_as_baseline.same", ANSWER),
        Row("same_as_baseline: true", ANSWER, "skipped", "kind.same_as_baseline.absent"),
        Row(
            "same_as_baseline: true",
            "对不起,我不知道。",
            "failed",
            "kind.same_as_baseline.failed kind.same_as_baseline.baseline",
            ANSWER,
        ),
    ],
    "latency": [
        Row("latency: 4", reply(seconds=3.25), "passed", "kind.latency.within"),
        Row("latency: {max: 3}", reply(seconds=3.25), "failed", "kind.latency.above"),
        Row("latency: {max: 3}", reply(seconds=3.0000001), "failed", "kind.latency.above"),
        Row("latency: {min: 5}", reply(seconds=3.25), "failed", "kind.latency.below"),
        Row("latency: 3", bare(), "skipped", "kind.latency.absent"),
    ],
    "first_token": [
        Row("first_token: 1", STREAMED, "passed", "kind.first_token.within"),
        Row("first_token: {max: 0.5}", STREAMED, "failed", "kind.first_token.above"),
        Row("first_token: 1", reply("好"), "skipped", "kind.first_token.absent"),
    ],
    "tokens": [
        Row(
            "tokens: 800",
            bare(usage=Usage(total=633, input=500, output=133)),
            "passed",
            "kind.tokens.within",
        ),
        Row(
            "tokens: {max: 600}",
            bare(usage=Usage(total=1234567, input=1234560, output=7)),
            "failed",
            "kind.tokens.above",
        ),
        Row("tokens: 800", bare(), "skipped", "kind.tokens.absent"),
    ],
    "polls": [
        Row("polls: 6", reply(polls=6), "passed", "kind.polls.within"),
        Row("polls: {max: 6}", reply(polls=7), "failed", "kind.polls.above"),
    ],
    "status": [
        Row("status: completed", ANSWER, "passed", "kind.status.passed"),
        Row(
            "status: [failed, canceled]",
            FAILED,
            "passed",
            "kind.status.passed.code kind.status.error",
        ),
        Row("status: completed", FAILED, "failed", "kind.status.failed.code kind.status.error"),
        Row("status: asks", QUESTION, "passed", "kind.status.passed"),
        Row("status: requires_action", QUESTION, "passed", "kind.status.passed"),
        Row("status: completed", QUESTION, "failed", "kind.status.failed"),
        Row("status: asks", ANSWER, "failed", "kind.status.failed"),
    ],
    **{kind: [Row(*row) for row in rows] for kind, rows in ROWS.items()},
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
    verdict = expectation.judge(answer_context(row.answer, row.baseline))

    assert (verdict.kind, verdict.status.value) == (kind, row.status), str(verdict.reason)
    assert ids(verdict.reason) == row.reason, str(verdict.reason)
    assert verdict.expected == expectation.expected
    assert verdict.location == Location(FILE, 1, 3)
    copy = pickle.loads(pickle.dumps(expectation))  # noqa: S301
    assert copy.judge(answer_context(row.answer, row.baseline)) == verdict


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_example_that_documentation_shows_is_of_its_kind(kind: type[ExpectationKind]) -> None:
    assert type(declare(kind.example)) is kind
    assert str(kind.summary).endswith(".")


def test_name_weight_and_severity_travel_into_the_verdict() -> None:
    item = "contains: 九点\nname: opening hours\nweight: 2.5\nseverity: warning"
    verdict = judge(item, "十点")
    assert (verdict.name, verdict.weight, verdict.severity) == (
        "opening hours",
        2.5,
        Severity.WARNING,
    )


def test_an_inner_expectation_is_reported_by_its_name_if_it_has_one() -> None:
    verdict = judge("any_of: [{contains: 九点, name: opens early}, 八点]", "十点")
    reasons = verdict.reason.params["reasons"]
    assert isinstance(reasons, tuple)
    assert [str(one) for one in reasons] == [
        'opens early: The answer does not contain "九点". Closest text: "十点", at character 1.',
        'The answer does not contain "八点". Closest text: "十点", at character 1.',
    ]


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
