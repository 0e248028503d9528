"""What editors and documentation are told about the kinds, all of it read from `KINDS`."""

from __future__ import annotations

from typing import NamedTuple

from coze_harness.expectations.kind import Schema
from coze_harness.expectations.kind_registry import KINDS
from coze_harness.expectations.text_normalization import option_schemas
from coze_harness.model import JSON, Severity


class KindSummary(NamedTuple):
    """One row of the table of kinds."""

    kind: str
    summary: str
    example: str


def summarize_kinds() -> list[KindSummary]:
    """Return each kind with one line about it and one item as it is written in a scenario."""
    return [KindSummary(kind.kind, kind.summary, kind.example) for kind in KINDS]


def kind_schemas() -> dict[str, Schema]:
    """Return, for each kind, the JSON Schema (draft 2020-12) of what is written behind its name.

    Combinators refer to `#/$defs/expectation`: that is where a whole schema puts `item_schema()`.
    """
    return {kind.kind: kind.schema() for kind in KINDS}


def item_schema() -> Schema:
    """Return the JSON Schema (draft 2020-12) of one item of `expect:`.

    A whole schema puts it at `#/$defs/expectation`.
    """
    common: dict[str, JSON] = {
        "name": {"type": "string", "minLength": 1, "description": "What reports call it."},
        "weight": {
            "type": "number",
            "exclusiveMinimum": 0,
            "default": 1,
            "description": "How much it counts among a trial's expectations.",
        },
        "severity": {
            "enum": [str(one) for one in Severity],
            "default": str(Severity.ERROR),
            "description": "warning: it is told when it fails, and fails nothing.",
        },
    }
    options: dict[str, JSON] = {**option_schemas()}
    takers: dict[str, JSON] = {
        option: {"anyOf": [{"required": [k.kind]} for k in KINDS if option in k.options]}
        for option in options
    }
    # One flat mapping, and not one alternative a kind: editors complete and explain it better.
    mapping: JSON = {
        "type": "object",
        "properties": {**kind_schemas(), **common, **options},
        "additionalProperties": False,
        "oneOf": [{"required": [kind.kind]} for kind in KINDS],
        "dependentSchemas": takers,
    }
    text: JSON = {
        "type": "string",
        "minLength": 1,
        "description": "A text that the answer contains.",
    }
    return {
        "description": "One demand on the reply: a text that it contains, or one kind.",
        "anyOf": [text, mapping],
    }
