"""The keys of a scenario: what is taken is what their JSON Schema says, with the defaults."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

import pytest
from coze_harness.model.errors import ScenarioError
from coze_harness.scenarios import scenario_schema
from coze_harness.scenarios.scenario_keys import DEFAULTS, SCENARIO, ScenarioSpec
from coze_harness.scenarios.turn_spec import TurnSpec
from coze_harness.yaml_source import read_yaml
from coze_harness.yaml_source.record_schema import check_shape, record_schema
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import best_match  # type: ignore[import-untyped]

POSITIONS = read_yaml("{}", "x.yaml", ScenarioError).positions
TURN = record_schema(TurnSpec)

SCALARS: list[Any] = [
    None, True, False, -1, 0, 1, 2, 1000, 1001, 10**400, -0.5, 0.0, 0.5, 1.5, "", "a", "你好",
    "published_online", "1",
]  # fmt: skip
VALUES: list[Any] = [
    *SCALARS,
    [],
    {},
    *([one] for one in SCALARS),
    ["a", 1],
    *({"a": one} for one in SCALARS),
    {"": "a"},
    [[]],
    [{}],
    {"a": []},
    {"a": {"b": 1}},
    [{"role": "user", "content": "x"}],
    [{"role": "user", "content": ""}],
    [{"role": "user", "content": "x", "odd": 1}],
]
SIMULATE = {"bot": "tester", "goal": "a refund", "until": ["done"]}
NOT_AN_INTEGER = {"repeat": [0.0]}
"""JSON Schema takes a float without a fraction for an integer."""


def compare(data: dict[str, Any], schema: dict[str, Any]) -> None:
    """Make sure that data is taken exactly where its schema takes it."""
    complete = {**schema, "$defs": {"expectation": {}}}
    valid = Draft202012Validator(complete).is_valid(data)
    assert (not check_shape(data, schema, POSITIONS)) == valid, data


@pytest.mark.parametrize("key", [*SCENARIO["properties"], "odd"])
def test_every_key_takes_what_its_schema_takes(key: str) -> None:
    for value in VALUES:
        # Paths, rows and outputs are checked by the rooms that read them.
        if key not in ("cases", "tools") and value not in NOT_AN_INTEGER.get(key, ()):
            compare({"turns": [{"prompt": "hi"}], key: value}, dict(SCENARIO))
            compare({key: value}, dict(DEFAULTS))


@pytest.mark.parametrize("key", [*TURN["properties"], "odd"])
def test_every_key_of_a_turn_takes_what_its_schema_takes(key: str) -> None:
    for value in VALUES if key != "tools" else ():
        compare({"turns": [{"prompt": "hi"}, {key: value}]}, dict(SCENARIO))


def test_turns_are_required() -> None:
    compare({}, dict(SCENARIO))
    assert check_shape({}, SCENARIO, POSITIONS)


def test_every_key_is_a_field_with_a_description() -> None:
    for record, schema in ((ScenarioSpec, SCENARIO), (TurnSpec, TURN)):
        names = {one.name for one in fields(record)} - {
            "keys",
            "positions",
            "context",
            "simulation",
            "own_expectations",
        }
        assert names == set(schema["properties"])
        assert all(one["description"] for one in schema["properties"].values())


def test_the_schema_is_valid_and_refers_to_what_it_contains() -> None:
    schema = scenario_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)
    for reference in set(re.findall(r"#/\$defs/(\w+)", repr(schema))):
        assert reference in definitions
    scenario = definitions["scenario"]
    assert isinstance(scenario, dict)
    assert {"turns", "cases", "meta_data", "min_pass_rate"} <= scenario["properties"].keys()
    assert scenario["additionalProperties"] is False
    single = schema["else"]
    assert isinstance(single, dict)
    assert single["$ref"] == "#/$defs/scenario"
    assert single["else"] == {"required": ["turns"]}
    assert "contains" in repr(definitions["expectation"])


@pytest.mark.parametrize(
    ("data", "valid"),
    [
        ({"turns": [{"prompt": "a", "expect": ["b", {"contains": "c"}]}]}, True),
        ({"turns": [{"prompt": "a", "expect": [{"contians": "c"}]}]}, False),
        ({"turns": [{"promt": "a"}]}, False),
        ({"turns": [{"prompt": "a"}], "cases": "c.csv"}, True),
        ({"turns": [{"prompt": "a"}], "cases": "c.txt"}, False),
        ({"defaults": {"repeat": 2}, "scenarios": [{"turns": [{"prompt": "a"}]}]}, True),
        ({"defaults": {"repeat": 0}, "scenarios": [{"turns": [{"prompt": "a"}]}]}, False),
        ({"scenarios": [{"turns": []}]}, False),
        ({"name": "a"}, False),
        ({"scenarios": [{"name": "a"}]}, False),
        ({"defaults": {"repeat": 2}, "scenarios": [{"name": "a"}]}, False),
        ({"defaults": {"turns": [{"prompt": "a"}]}, "scenarios": [{"name": "a"}]}, True),
        ({"scenarios": []}, False),
        ({"simulate": SIMULATE}, True),
        ({"simulate": SIMULATE, "expect": ["a"], "every_turn": [{"turns": 3}]}, True),
        ({"simulate": SIMULATE, "turns": [{"prompt": "a"}]}, False),
        ({"simulate": {**SIMULATE, "until": []}}, False),
        ({"simulate": {**SIMULATE, "max_turns": 51}}, False),
        ({"simulate": {"bot": "b", "goal": "g"}}, False),
        ({"defaults": {"simulate": SIMULATE}, "scenarios": [{"name": "a"}]}, True),
        ({"defaults": {"repeat": 2}, "scenarios": [{"simulate": SIMULATE}]}, True),
    ],
)
def test_editors_see_what_is_wrong(data: dict[str, Any], valid: bool) -> None:
    assert Draft202012Validator(scenario_schema()).is_valid(data) == valid


def best_error(data: dict[str, Any]) -> tuple[str, str]:
    """Return where the error is that a validator shows first, and its message."""
    error = best_match(Draft202012Validator(scenario_schema()).iter_errors(data))
    assert error is not None
    return "/".join(map(str, error.absolute_path)), error.message


def expecting(*items: Any) -> dict[str, Any]:
    return {"turns": [{"prompt": "a", "expect": list(items)}]}


@pytest.mark.parametrize(
    ("data", "place", "word"),
    [
        (expecting({"contians": "c"}), "turns/0/expect/0", "'contians'"),
        (expecting("ok", {"contains": "c", "wieght": 2}), "turns/0/expect/1", "'wieght'"),
        (
            expecting({"similar": {"to": "a", "atleast": 1}}),
            "turns/0/expect/0/similar",
            "'atleast'",
        ),
        (expecting({"contains": {"txt": "a"}}), "turns/0/expect/0/contains", "'txt'"),
        (expecting({"latency": {"most": 3}}), "turns/0/expect/0/latency", "'most'"),
        (expecting({"json": {"wher": {"a": 1}}}), "turns/0/expect/0/json", "'wher'"),
        (expecting({"not": {"contians": "c"}}), "turns/0/expect/0/not", "'contians'"),
        (expecting({"any_of": ["a", {"regx": "c"}]}), "turns/0/expect/0/any_of/1", "'regx'"),
        (expecting({"contains": 5}), "turns/0/expect/0/contains", "5 is not of type"),
        (expecting(5), "turns/0/expect/0", "5 is not of type"),
        (expecting("contains：c"), "turns/0/expect/0", "is not of type 'object'"),
        (expecting({"not": "contains：c"}), "turns/0/expect/0/not", "is not of type 'object'"),
        (expecting("is-json"), "turns/0/expect/0", "is not of type 'object'"),
        ({"turns": [{"promt": "a"}]}, "turns/0", "'promt'"),
        ({"turns": [{"prompt": "a"}], "tag": []}, "", "'tag'"),
        ({"scenarios": [{"name": "a", "turn": []}], "default": {}}, "", "'default'"),
        ({"scenarios": [{"turns": [{"promt": "a"}]}]}, "scenarios/0/turns/0", "'promt'"),
        ({"defaults": {"tag": []}, "scenarios": [{"turns": [{}]}]}, "defaults", "'tag'"),
    ],
)
def test_a_validator_names_the_key_that_is_misspelt(
    data: dict[str, Any], place: str, word: str
) -> None:
    where, message = best_error(data)
    assert (where, word in message) == (place, True), message
