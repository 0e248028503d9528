"""What editors and documentation show about the kinds, all of it read from `KINDS`."""

from __future__ import annotations

from coze_harness.expectations.function_reference import describe_exception, raised_at
from coze_harness.expectations.kind import ExpectationKind
from coze_harness.expectations.kind_discovery import load_all_kinds
from coze_harness.expectations.kind_like_text import kind_pattern
from coze_harness.expectations.kind_registry import KINDS
from coze_harness.expectations.parameter import TEXT_SCHEMA, Schema
from coze_harness.expectations.text_normalization import TEXT_OPTIONS
from coze_harness.messages import message
from coze_harness.model import JSON, Severity
from coze_harness.model.errors import ScenarioError
from coze_harness.model.project_code import NO_PROJECT, ProjectCode


def kind_schemas(code: ProjectCode = NO_PROJECT) -> dict[str, Schema]:
    """Return, for each kind, the JSON Schema (draft 2020-12) of the value of its key.

    Combinators refer to `#/$defs/expectation`: that is where a whole schema puts `item_schema()`.
    A kind that cannot be loaded has none.

    Args:
        code: that of a project whose kinds are in the schema, too.

    Raises:
        ScenarioError: a kind's own schema raises.
    """
    load_all_kinds(code)
    return {
        kind.kind: {"description": str(kind.summary), **_schema_of(kind)} for kind in KINDS.values()
    }


def _schema_of(kind: type[ExpectationKind]) -> Schema:
    try:
        return kind.schema()
    except Exception as error:
        raise ScenarioError(
            message("kind.schema_raised", kind=kind.kind, error=describe_exception(error)),
            detail=raised_at(error),
            next_step=message("kind.raised.next"),
        ) from error


def item_schema(code: ProjectCode = NO_PROJECT) -> Schema:
    """Return the JSON Schema (draft 2020-12) of one item of `expect:`.

    A whole schema puts it at `#/$defs/expectation`.

    Args:
        code: that of a project whose kinds are in the schema, too.

    Raises:
        ScenarioError: a kind's own schema raises.
    """
    schemas = kind_schemas(code)
    common: dict[str, JSON] = {
        "name": {**TEXT_SCHEMA, "description": "What reports call it."},
        "weight": {
            "type": "number",
            "exclusiveMinimum": 0,
            "default": 1,
            "description": "How much it counts in the score of a turn with min_score.",
        },
        "severity": {
            "enum": [str(one) for one in Severity],
            "default": str(Severity.ERROR),
            "description": "warning: a failure is reported, and fails nothing.",
        },
    }
    takers: list[JSON] = [{"required": [k.kind]} for k in KINDS.values() if k.takes_text_options]
    one_kind: list[JSON] = [{"required": [name]} for name in KINDS]
    # One flat object, and no alternative for each kind or for a text: editors complete and explain
    # it better, and validators name the key that is misspelt.
    return {
        "description": "One expectation on the reply: a text that it contains, or one kind.",
        "type": ["string", "object"],
        "minLength": 1,
        "properties": {
            **schemas,
            **common,
            **{option.key: option.schema for option in TEXT_OPTIONS},
        },
        "additionalProperties": False,
        "dependentSchemas": {option.key: {"anyOf": takers} for option in TEXT_OPTIONS},
        "allOf": [
            {"if": {"type": "object"}, "then": {"oneOf": one_kind}},
            # A text that looks like a kind: see `kind_like_text`.
            {
                "if": {"type": "string", "pattern": kind_pattern(KINDS)},
                "then": {"type": "object"},
            },
        ],
    }
