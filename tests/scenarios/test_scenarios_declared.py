"""The quick look and pydantic's shape say the same about a scenario."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from coze_harness.model.errors import ScenarioError, ScenarioErrors
from coze_harness.scenarios.declared import (
    _KEYS,
    _TURN_KEYS,
    ScenarioSpec,
    TurnSpec,
    parse_scenario,
)
from coze_harness.scenarios.scenario_keys import ScenarioShape, TurnShape
from coze_harness.yaml_source import read_yaml
from pydantic import ValidationError

PLACES = read_yaml("{}", "x.yaml", ScenarioError).positions

SCALARS: list[Any] = [
    None, True, False, -1, 0, 1, 2, 1000, 1001, 10**400, -0.5, 0.0, 0.5, 1.0, 1.5, "", "a", "你好",
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
]


def plainly(value: Any) -> Any:
    """Return a value without the difference between a tuple and a list."""
    return list(value) if isinstance(value, tuple) else value


def compare(data: dict[str, Any]) -> None:
    """Make sure that a scenario is declared exactly where pydantic takes it, and as the same."""
    try:
        shape = ScenarioShape.model_validate(data)
    except ValidationError:
        with pytest.raises(ScenarioErrors):
            parse_scenario(data, PLACES)
        return
    found = parse_scenario(data, PLACES)
    assert found.there == shape.model_fields_set
    for name in ScenarioShape.model_fields.keys() - {"turns"}:
        assert plainly(getattr(found, name)) == getattr(shape, name)
    for mine, theirs in zip(found.turns, shape.turns, strict=True):
        for name in TurnShape.model_fields:
            assert plainly(getattr(mine, name)) == getattr(theirs, name)


@pytest.mark.parametrize("key", [*_KEYS, "odd"])
def test_every_key_takes_what_pydantic_takes(key: str) -> None:
    for value in VALUES:
        compare({"turns": [{"prompt": "hi"}], key: value})


@pytest.mark.parametrize("key", [*_TURN_KEYS, "odd"])
def test_every_key_of_a_turn_takes_what_pydantic_takes(key: str) -> None:
    for value in VALUES:
        compare({"turns": [{"prompt": "hi"}, {key: value}]})


def test_turns_are_needed() -> None:
    compare({})


def test_both_shapes_have_the_same_keys() -> None:
    pairs = ((ScenarioSpec, ScenarioShape, _KEYS), (TurnSpec, TurnShape, _TURN_KEYS))
    for plain_shape, shape, checks in pairs:
        names = {one.name for one in dataclasses.fields(plain_shape)} - {"there"}
        assert names == set(shape.model_fields) == set(checks)
