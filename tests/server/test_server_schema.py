"""The JSON Schema of server scripts: it takes what is read, and names the key that is misspelt."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.server.script_reader import parse_script
from coze_harness.server.script_schema import ScriptedAnswer, script_schema
from coze_harness.yaml_source import read_yaml
from coze_harness.yaml_source.record_schema import record_schema
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import best_match  # type: ignore[import-untyped]

VALIDATOR = Draft202012Validator(script_schema())
BOT = "bots:\n- id: '12'\n  name: a\n  answers:\n  - default: true\n    "
VALUES = [
    *("~", "''", "a", "['a', '']", "[1]", "1", "0", "-1", "1.5", "true", "[]", "{}", "'12'"),
    *("[{name: a}]", "[{nmae: a}]", "[{type: a}]", "[{msg_type: a}]", "[slow]", "[slwo]"),
    *("[{kind: slow}]", "[{kind: slow, tims: 1}]", "[{code: 5}]", "[{times: 1}]", "shuffled"),
    *("{input: 1}", "{input: -1}", "{calls: [{name: a}], then: {answer: x}}", "[a, b, c, d]"),
    *("{calls: [{name: a}], then: {answr: x}}", "{calls: [], then: {answer: x}}", "'[a'"),
    "{calls: [{}], then: {requires_action: {calls: [{}], then: {delta: 0}}}}",
]
REJECTED_LATER = {"regex": ["'[a'"], "earlier": ["'[a'"]}
"""What only the conversion refuses."""


def read(text: str) -> JSON:
    return read_yaml(text, "a.yaml", ScenarioError).data


@pytest.mark.parametrize("key", [*record_schema(ScriptedAnswer)["properties"], "odd"])
def test_the_schema_takes_what_is_read(key: str) -> None:
    for value in VALUES if key not in ("default", "prompt", "regex") else ():
        text = f"{BOT}{key}: {value}\n"
        try:
            parse_script(text, "a.yaml")
        except ScenarioError as error:
            # Keys that exclude each other are refused later.
            is_read = "Give only one" in str(error.what) or value in REJECTED_LATER.get(key, ())
        else:
            is_read = True
        assert VALIDATOR.is_valid(read(text)) == is_read, (key, value)


def scripts() -> list[str]:
    """Return every script that ships or is documented."""
    root = Path(__file__).parents[2]
    pages = [page.read_text("utf-8") for page in sorted((root / "docs").glob("*.md"))]
    blocks = [
        block for page in pages for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    ]
    own = files("coze_harness.server").joinpath("demo.yaml").read_text("utf-8")
    return [own, *(text for text in blocks if re.search(r"^bots:\n *- ", text, re.MULTILINE))]


def test_the_schema_takes_the_scripts_that_ship_and_are_documented() -> None:
    Draft202012Validator.check_schema(script_schema())
    assert len(scripts()) > 1
    for text in scripts():
        VALIDATOR.validate(read(text))


@pytest.mark.parametrize(
    ("bot", "place", "word"),
    [
        ({"anwsers": []}, "bots/0", "'anwsers'"),
        ({"answers": [{"default": True, "anwser": "x"}]}, "bots/0/answers/0", "'anwser'"),
        ({"answers": [{"prompt": 5}]}, "bots/0/answers/0/prompt", "5"),
        ({"model": {"nmae": "x", "name": "y"}}, "bots/0/model", "'nmae'"),
        ({"faults": ["slwo"]}, "bots/0/faults/0", "'slwo'"),
        ({"faults": [{"kind": "slow", "tims": 1}]}, "bots/0/faults/0", "'tims'"),
    ],
)
def test_a_validator_names_what_is_wrong(bot: dict[str, Any], place: str, word: str) -> None:
    error = best_match(VALIDATOR.iter_errors({"bots": [{"id": "1", "name": "a", **bot}]}))
    assert error is not None
    assert "/".join(map(str, error.absolute_path)) == place
    assert word in error.message
