"""The schema of all kinds for editors, and what importing the room costs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping

import pytest
from coze_harness.expectations import (
    KINDS,
    ExpectationKind,
    item_schema,
    kind_schemas,
)
from coze_harness.model import JSON


def mappings(value: JSON) -> Iterator[Mapping[str, JSON]]:
    """Every mapping inside a schema."""
    if isinstance(value, Mapping):
        yield value
        for inner in value.values():
            yield from mappings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from mappings(inner)


def test_every_kind_is_listed_once_and_in_one_order() -> None:
    names = list(KINDS)
    assert len(set(names)) == len(names)
    assert [kind.kind for kind in KINDS.values()] == names
    assert list(kind_schemas()) == names


def test_the_schema_is_json_and_refers_only_to_the_item_itself() -> None:
    schema = json.loads(json.dumps(item_schema()))
    references = {one["$ref"] for one in mappings(schema) if "$ref" in one}
    assert references == {"#/$defs/expectation"}


def test_an_item_is_a_text_or_exactly_one_kind() -> None:
    schema = json.loads(json.dumps(item_schema()))
    assert schema["type"] == ["string", "object"]
    assert schema["additionalProperties"] is False
    assert {"oneOf": [{"required": [name]} for name in KINDS]} in mappings(schema)
    assert set(schema["properties"]) == {
        *KINDS,
        *("name", "weight", "severity", "ignore_case", "normalize"),
    }
    takers = schema["dependentSchemas"]["normalize"]["anyOf"]
    assert {"required": ["contains"]} in takers
    assert {"required": ["latency"]} not in takers


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kinds_schema_knows_the_keys_that_the_kind_takes(kind: type[ExpectationKind]) -> None:
    schema = kind_schemas()[kind.kind]
    assert schema["description"]
    known = {
        key
        for one in mappings(schema)
        if isinstance(properties := one.get("properties"), Mapping)
        for key in properties
    }
    assert known >= set(kind.known_keys())


def test_importing_the_room_loads_no_third_party_package() -> None:
    probe = (
        "import sys; import coze_harness.model.trial; before = set(sys.modules);"
        "import coze_harness.expectations;"
        "print(sorted({name.partition('.')[0] for name in set(sys.modules) - before}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = {name.strip(" '") for name in done.stdout.strip(" []\n").split(",")}
    assert loaded - set(sys.stdlib_module_names) == {"coze_harness"}
    assert "difflib" not in loaded
