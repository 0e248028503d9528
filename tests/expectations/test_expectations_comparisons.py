"""Comparisons in `where` of `json` and `tool_call`."""

from __future__ import annotations

import json

import pytest
from coze_harness.expectations.json_answer.comparison_operators import OPERATORS
from coze_harness.model import JSON
from declaring import bare, declare, ids, judge, refusal

VALUE = {
    "temp": 3,
    "half": 2.5,
    "city": "北京",
    "flag": True,
    "list": [1, "a", {"b": 1}],
    "item": {"type": "book", "gt": 3},
    "none": None,
    "big": 1e300,
}
PASSES = [
    "temp: {gt: 2.9}",
    "temp: {gte: 3, lte: 3}",
    "temp: {lt: 4}",
    "temp: {ne: 4}",
    "temp: {ne: '3'}",
    "temp: {in: [1, 2, 3.0]}",
    "temp: {type: integer}",
    "half: {type: number}",
    "big: {type: integer}",
    "flag: {type: boolean}",
    "flag: {ne: 1}",
    "city: {in: [上海, 北京]}",
    "city: {contains: 京}",
    "city: {matches: '^北.$'}",
    "city: {type: string, matches: 京}",
    "list: {contains: a}",
    "list: {contains: {b: 1.0}}",
    "list: {type: array}",
    '"length(list)": {gte: 3}',
    '"list[2]": {type: object}',
    "item: {contains: type}",
    "item: {exists: true}",
    "none: {exists: false}",
    "none: {type: 'null'}",
    "no.such: {exists: false}",
]
FAILS = [
    "temp: {gt: 3}",
    "temp: {gte: 3, lte: 2}",
    "temp: {ne: 3}",
    "temp: {in: ['3', true]}",
    "temp: {contains: 3}",
    "temp: {matches: '3'}",
    "half: {type: integer}",
    "flag: {gt: 0}",
    "flag: {type: number}",
    "city: {gt: 3}",
    "city: {contains: 1}",
    "city: {type: array}",
    "list: {contains: b}",
    "item: {exists: false}",
    "none: {exists: true}",
    "no.such: {gt: 3}",
    "big: {lt: 1000}",
]
# As before there were operators.
LITERAL_PASSES = ["item: {type: book}", "item: {gt: 3}", "item: {type: book, gt: 3}"]
LITERAL_FAILS = ["item: {type: film}", "item: {gt: 4}", "temp: {type: book}", "city: {in: 北京}"]


@pytest.mark.parametrize("check", [*PASSES, *LITERAL_PASSES])
def test_a_comparison_passes(check: str) -> None:
    verdict = judge(f"json: {{where: {{{check}}}}}", json.dumps(VALUE))
    assert verdict.status.value == "passed", str(verdict.reason)


@pytest.mark.parametrize("check", [*FAILS, *LITERAL_FAILS])
def test_a_comparison_fails_and_shows_both_sides(check: str) -> None:
    verdict = judge(f"json: {{where: {{{check}}}}}", json.dumps(VALUE))
    assert (verdict.status.value, ids(verdict.reason)) == ("failed", "kind.json.other")
    assert str(verdict.actual)


def test_every_operator_is_tested() -> None:
    items = " ".join([*PASSES, *FAILS])
    assert [one for one in OPERATORS if f"{one}:" not in items] == []


def test_a_tool_call_is_compared_in_the_same_way() -> None:
    arguments: JSON = {"days": 3}
    reply = bare(calls=[("get_weather", arguments)])
    item = "tool_call: {name: get_weather, where: {days: {gt: %s}}}"
    assert judge(item % 2, reply).status.value == "passed"
    assert judge(item % 3, reply).status.value == "failed"


def test_a_pattern_that_takes_too_long_fails_also_inside_not() -> None:
    answer = json.dumps({"a": "a" * 60 + "b"})
    item = "json: {where: {a: {matches: '^(a|aa)+$'}}}"
    for one in (item, f"not: {{{item}}}"):
        verdict = judge(one, answer)
        assert (verdict.status.value, verdict.reason.id) == ("failed", "kind.regex.stopped")


@pytest.mark.parametrize(
    ("check", "place", "what", "step"),
    [
        ("{gt: '3'}", "1:29", "must be a number", "gt: 3"),
        ("{gt: true}", "1:29", "must be a number", "gt: 3"),
        ("{matches: '('}", "1:34", "not a regular expression", "contains:"),
        ("{exists: 1}", "1:33", "true or false", "exists: true"),
    ],
)
def test_a_wrong_operand_is_rejected(check: str, place: str, what: str, step: str) -> None:
    error = refusal(f"json: {{where: {{temp: {check}}}}}")
    assert error.startswith(f"scenarios/greet.yaml:{place}: ")
    assert what in error
    assert step in error


def test_what_is_expected_names_the_comparison() -> None:
    expected = declare("json: {where: {a: {gt: 3, lte: 9}, b: {type: string}, c: 1}}").expected
    assert str(expected) == "JSON where a > 3, ≤ 9, b of type string, c is 1"
