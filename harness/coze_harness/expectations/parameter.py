"""The keys of a kind's mapping, each declared once: how it is read, its schema, its default."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Generic, TypeAlias, TypeVar, cast

from msgspec import Struct

from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.model import JSON

Schema: TypeAlias = Mapping[str, JSON]
Value = TypeVar("Value", covariant=True)
Word = TypeVar("Word", bound=str)

TEXT_SCHEMA: Final[Schema] = {"type": "string", "minLength": 1}
NUMBER_SCHEMA: Final[Schema] = {"type": "number", "minimum": 0}
COUNT_SCHEMA: Final[Schema] = {"type": "integer", "minimum": 0}
TEXTS_SCHEMA: Final[Schema] = {"type": "array", "items": TEXT_SCHEMA, "minItems": 1}
TRUE_SCHEMA: Final[Schema] = {"type": "boolean", "const": True}
# Keywords that concern a value of any type.
_UNTYPED: Final = ("allOf", "anyOf", "const", "enum", "if", "then", "else", "not", "oneOf")


class Parameter(Struct, Generic[Value], frozen=True):
    """One key of a kind's mapping.

    Attributes:
        key: as authors write it.
        parse: reads the value, or raises a `ScenarioError` at its position.
        schema: the JSON Schema of the value.
        default: the value where the key is absent.
        is_required: the mapping must have the key.
    """

    key: str
    parse: Callable[[ItemArgument], Value]
    schema: Schema
    default: Value
    is_required: bool = False

    def read(self, arguments: Mapping[str, ItemArgument]) -> Value:
        """Return the value among a mapping's arguments, or the default."""
        argument = arguments.get(self.key)
        return self.default if argument is None else self.parse(argument)


def optional_text(key: str) -> Parameter[str]:
    """Return a parameter that is a text; the default is empty."""
    return Parameter(key, ItemArgument.text, TEXT_SCHEMA, "")


def required_text(key: str) -> Parameter[str]:
    """Return a parameter that is a text and must be there."""
    return Parameter(key, ItemArgument.text, TEXT_SCHEMA, "", is_required=True)


def text_list(key: str, *, is_required: bool = False) -> Parameter[tuple[str, ...]]:
    """Return a parameter that is a list of at least one text; the default is none."""
    return Parameter(key, ItemArgument.texts, TEXTS_SCHEMA, (), is_required)


def share(key: str, default: float) -> Parameter[float]:
    """Return a parameter that is a number above 0 and up to 1."""
    schema: Schema = {"type": "number", "exclusiveMinimum": 0, "maximum": 1, "default": default}
    return Parameter(key, lambda one: one.number(above=0, up_to=1), schema, default)


def choice(key: str, words: Sequence[Word], reserved: Sequence[str] = ()) -> Parameter[Word]:
    """Return a parameter that is one of several words; the first is the default.

    Args:
        key: as authors write it.
        words: to choose from.
        reserved: words that a later version will have.
    """
    schema: Schema = {"enum": list(words), "default": words[0]}
    return Parameter(key, lambda one: cast("Word", one.choice(words, reserved)), schema, words[0])


def mapping_schema(parameters: Sequence[Parameter[object]]) -> Schema:
    """Return the JSON Schema of a mapping with these parameters."""
    required: list[JSON] = [one.key for one in parameters if one.is_required]
    return {
        "type": "object",
        "properties": {one.key: one.schema for one in parameters},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def alternatives(*schemas: Schema) -> dict[str, JSON]:
    """Return one schema for values of several types, each with a schema of its own.

    Of an `anyOf`, validators and editors report the branch that they take for the nearest one:
    "Expected string" for a misspelt key. Keywords of one flat schema concern values of their type
    only, so the key is named.

    Args:
        schemas: of different types; each names its `type`.
    """
    types: list[JSON] = []
    conditions: list[JSON] = []
    merged: dict[str, JSON] = {"type": types}
    for schema in schemas:
        own = schema["type"]
        types += own if isinstance(own, list) else [own]
        untyped = {word: schema[word] for word in _UNTYPED if word in schema}
        if untyped:
            conditions.append({"if": {"type": own}, "then": untyped})
        for word, value in schema.items():
            if word != "type" and word not in untyped:
                merged.setdefault(word, value)
    if conditions:
        merged["allOf"] = conditions
    return merged
