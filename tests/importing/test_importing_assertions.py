"""promptfoo's assertions and conditions as items of `expect:`."""

from __future__ import annotations

import pytest
from coze_harness.importing.imported_scenario import NotImportableError
from coze_harness.importing.promptfoo_assertions import (
    ForeignAssertion,
    assertion_from_text,
    convert_assertion,
)
from coze_harness.importing.simple_conditions import javascript_condition, python_condition
from coze_harness.model import JSON


def convert(type: str, value: JSON = None, **keys: object) -> JSON:  # noqa: A002 (promptfoo's)
    return convert_assertion(ForeignAssertion(type, value, **keys)).item  # type: ignore[arg-type]


def test_weight_and_metric_go_with_the_item() -> None:
    assert convert("contains", "a", metric="m", weight=2) == {
        "contains": "a", "name": "m", "weight": 2,
    }  # fmt: skip
    assert convert("contains", "a", weight=0) == {"contains": "a", "severity": "warning"}
    assert convert("contains", "a", weight=1) == {"contains": "a"}


def test_numbers_and_booleans_are_texts_where_a_text_is_needed() -> None:
    assert convert("contains-any", [-3.5, "b", True]) == {
        "contains": {"any": ["-3.5", "b", "true"]}
    }


def test_a_set_needs_all_or_some_of_its_assertions() -> None:
    children = (ForeignAssertion("contains", "a", metric="m"), ForeignAssertion("equals", "b"))
    items = [{"contains": "a", "name": "m"}, {"equals": "b"}]
    assert convert("assert-set", children=children) == {"all_of": items}
    assert convert("assert-set", children=children, threshold=0.5) == {
        "some_of": {"at_least": 1, "of": items}
    }
    assert convert("not-assert-set", children=children) == {"not": {"all_of": items}}


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (ForeignAssertion("cost", threshold=0.1), "import.reason.not_recorded"),
        (ForeignAssertion("moderation"), "import.reason.service"),
        (ForeignAssertion("select-best", "a"), "import.reason.several_answers"),
        (ForeignAssertion("is-sql"), "import.reason.unlike"),
        (ForeignAssertion("context-recall", "a"), "import.reason.retrieval"),
        (ForeignAssertion("promptfoo:redteam:pii"), "import.reason.redteam"),
        (ForeignAssertion("of-tomorrow", "a"), "import.reason.unknown"),
        (ForeignAssertion("contains"), "import.reason.value"),
        (ForeignAssertion("latency"), "import.reason.threshold"),
        (ForeignAssertion("contains", "a", transform="output.x"), "import.reason.transform"),
        (ForeignAssertion("assert-set"), "import.reason.value"),
        (ForeignAssertion("javascript", "Math.random()"), "import.reason.code"),
    ],
)
def test_what_has_no_counterpart_says_why(one: ForeignAssertion, reason: str) -> None:
    with pytest.raises(NotImportableError) as caught:
        convert_assertion(one)
    assert caught.value.what.id == reason


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("电子发票", ForeignAssertion("equals", "电子发票")),
        ("note: a b", ForeignAssertion("equals", "note: a b")),
        ("contains:a: b", ForeignAssertion("contains", "a: b")),
        ("similar(0.8):a b", ForeignAssertion("similar", "a b", 0.8)),
        ("not-equals: a", ForeignAssertion("not-equals", "a")),
        ("fn:output.length > 1", ForeignAssertion("javascript", "output.length > 1")),
        ("grade: is polite", ForeignAssertion("llm-rubric", "is polite")),
        ("is-json", ForeignAssertion("is-json")),
    ],
)
def test_a_cell_is_an_assertion_or_a_text(cell: str, expected: ForeignAssertion) -> None:
    assert assertion_from_text(cell) == expected


@pytest.mark.parametrize(
    ("code", "item"),
    [
        ("output === 'a'", {"equals": "a"}),
        ('output.trim().toLowerCase() !== "a"',
         {"not": {"equals": {"text": "a", "ignore_case": True}}}),
        ("/a b/i.test(output)", {"regex": "(?i)a b"}),
        ("return !(output.startsWith('a') || output.includes(`b`));",
         {"not": {"any_of": [{"starts_with": "a"}, {"contains": "b"}]}}),
        ("output.split(' ').length >= 3", {"length": {"min": 3, "unit": "words"}}),
        ("output.includes(context.vars.city)", {"contains": "{{ city }}"}),
        ("JSON.parse(output).a.b == 2", {"json": {"where": {"a.b": 2}}}),
        ("output.tags.includes('it\\'s')", {"json": {"where": {"contains(tags, 'it\\'s')": True}}}),
    ],
)  # fmt: skip
def test_a_simple_condition_of_javascript_is_an_expectation(code: str, item: JSON) -> None:
    assert javascript_condition(code) == item


@pytest.mark.parametrize(
    ("code", "item"),
    [
        ("len(output) <= 9 and 'a' not in output",
         {"all_of": [{"length": {"max": 9}}, {"not": {"contains": "a"}}]}),
        ("not output.startswith('a')", {"not": {"starts_with": "a"}}),
        ("len(output.split()) == 2", {"length": {"min": 2, "max": 2, "unit": "words"}}),
        ("context['vars']['city'] in output", {"contains": "{{ city }}"}),
        ("output == 'a'", {"equals": "a"}),
    ],
)  # fmt: skip
def test_a_simple_condition_of_python_is_an_expectation(code: str, item: JSON) -> None:
    assert python_condition(code) == item


@pytest.mark.parametrize(
    "code",
    [
        "", "output", "output.length", "output.length < -1", "output.includes('a'", "a === 'b'",
        "output.toLowerCase().includes('A')", "output.length < 9 ? 1 : 0", "process.exit(1)",
        "(" * 400, "!" * 400, "output.includes('a') output", "output.includes('\\q')", "x" * 10_000,
    ],
)  # fmt: skip
def test_anything_else_is_code(code: str) -> None:
    for read in (javascript_condition, python_condition):
        with pytest.raises(NotImportableError):
            read(code)
