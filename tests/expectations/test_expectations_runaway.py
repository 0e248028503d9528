"""Expressions and patterns that would take hours or all memory end soon, with their place."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from bounded_child import MAX_SECONDS, BoundedChild, bounded_child

_NESTED = json.dumps({"a": [{"b": n, "c": "x" * 20} for n in range(2_000)]})

# Refused when the file is read.
INVALID = {
    "brackets": "[" * 2_000,
    "parentheses": "(" * 2_000,
    "exclamation marks": "!" * 2_000 + "a",
    "braces": "{a:" * 2_000,
    "literal": "`" + "[" * 2_000 + "]" * 2_000 + "`",
    "pipes": "|".join(["[@,@]"] * 1_500),
    "ands": "&&".join(["a"] * 1_500),
    "length": "a" * 100_000,
}
# Stopped while it is evaluated.
ENDLESS = {
    "multi-select lists": "|".join(["[@,@]"] * 90),
    "multi-select mappings": "|".join(["{a:@,b:@}"] * 90),
    "flattened": "|".join(["[@,@][]"] * 45),
    "compared": "|".join(["[@,@]"] * 60) + " == " + "|".join(["[@,@]"] * 9),
    "texts": "|".join(["to_string([@,@])"] * 90),
    "joined": 'join(`"' + "x" * 9_000 + '"`, a[].c)',
    "projections": "a[]" + "|[[@, @], [@, @]][]" * 30,
    "maps": "|".join(["map(&[@,@], a || @)"] * 60),
}


@pytest.fixture(scope="module")
def child() -> Iterator[BoundedChild]:
    modules = ["bounded_jobs", "coze_harness.expectations.json_answer.bounded_query", "regex"]
    with bounded_child(modules) as started:
        yield started


@pytest.mark.parametrize("name", INVALID)
def test_an_endless_expression_is_a_fault(name: str, child: BoundedChild) -> None:
    expression = json.dumps(INVALID[name])
    text = f"turns:\n- prompt: a\n  expect:\n  - json: {{where: {{? {expression} : 1}}}}\n"
    result = child.run("bounded_jobs:load_scenario", text)
    assert result.seconds < MAX_SECONDS
    assert result.value, "it was killed, or there was no fault"
    assert result.value[0][0].startswith("scenarios/a.yaml:4:"), result.value
    assert "is not a JMESPath expression: " in result.value[0][1], result.value


@pytest.mark.parametrize("name", ENDLESS)
@pytest.mark.parametrize("negated", [False, True])
def test_an_endless_evaluation_is_a_failure(name: str, negated: bool, child: BoundedChild) -> None:
    item = f"json: {{where: {{? {json.dumps(ENDLESS[name])} : 1}}}}"
    text = f"\nnot: {{{item}}}\n" if negated else f"\n{item}\n"
    result = child.run("bounded_jobs:judge", text, _NESTED)
    assert result.seconds < MAX_SECONDS
    assert result.value, "it was killed"
    assert result.value["status"] == "failed", result.value
    assert " was stopped: it " in result.value["reason"], result.value
    assert result.value["place"].startswith("scenarios/a.yaml:2:"), result.value


PATTERNS = {
    "alternatives": "^(a|aa)+$",
    "repeats": "(a+)+$",
    "letters": "^(([a-z])+.)+[A-Z]([a-z])+$",
    "counted": "((a{1,100}){1,100}){1,100}$",
    "fuzzy": "(?:aaaa|aab){e<=3}$c",
    "backreference": r"^(a+)+\1b$",
}


@pytest.mark.parametrize(
    ("name", "length"), [*((name, 60) for name in PATTERNS), ("letters", 300_000)]
)
def test_an_endless_pattern_is_a_failure(name: str, length: int, child: BoundedChild) -> None:
    answer = "a" * length + "!"
    result = child.run("bounded_jobs:judge", f"\nregex: {json.dumps(PATTERNS[name])}\n", answer)
    assert result.seconds < MAX_SECONDS
    assert result.value, "it was killed"
    assert result.value["status"] == "failed", result.value
    assert result.value["place"] == "scenarios/a.yaml:2:1", result.value


@pytest.mark.parametrize(
    "pattern",
    ["(?R)?a", "(a|(?1)b)c", "(?P<x>a)(?P>x)+c", "(?P<x>a)(?&x)", "(" * 2_000, "a|" * 9_999],
)
def test_a_pattern_that_cannot_be_bounded_is_a_fault(pattern: str, child: BoundedChild) -> None:
    text = f"turns:\n- prompt: a\n  expect:\n  - regex: {json.dumps(pattern)}\n"
    result = child.run("bounded_jobs:load_scenario", text)
    assert result.seconds < MAX_SECONDS
    assert result.value[0][0] == "scenarios/a.yaml:4:12"
