"""The keys of a file, declared once: as dataclass fields that carry a JSON Schema.

The schema checks a document's data, explains each error with its place, and completes in editors.
Own code, because JSON Schema libraries stop at the schema: they know no places in a YAML text and
no spelling suggestions, and they take longer to import than a project takes to load.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, field, fields
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from coze_harness.model import JSON
from coze_harness.model.location import Location, PathPart, SourcePositions, format_path
from coze_harness.text.spelling import (
    WIDE_BRACKETS,
    split_full_width_pair,
    suggest_number,
    suggest_word,
    yaml_type_name,
)

Schema: TypeAlias = Mapping[str, Any]
"""A JSON Schema. `anyOf` and `$ref` are for editors: whoever uses the value checks it.
A `pattern` must match the whole text.

Three words are not JSON Schema. Two are functions: `expand` turns a short form into the full one
before the check; `make` turns a value that fits into the program's own, or raises a `ValueError`.
`written` has the keywords of the schema for editors that differ where there is a short form.
"""

Default = TypeVar("Default")
Record = TypeVar("Record")

TEXT: Final[Schema] = {"type": "string", "minLength": 1}
ANY_TEXT: Final[Schema] = {"type": "string"}
BOOLEAN: Final[Schema] = {"type": "boolean"}
MAPPING: Final[Schema] = {"type": "object"}

# Exact types: isinstance takes true for a number.
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}
_TYPE_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "string": ("text", "Write one text."),
    "boolean": ("true or false", "Write true or false, without quotes."),
    "integer": ("a whole number", "Write a number, without quotes."),
    "number": ("a number", "Write a number, without quotes."),
    "array": ("a list", "Write `- ` before each entry, or brackets: [{}]."),
    "object": ("a mapping", "Write `key: value` pairs."),
}
_LIMITS: Final[Mapping[str, tuple[Callable[[Any, Any], bool], str]]] = {
    "minimum": (operator.ge, "at least"),
    "exclusiveMinimum": (operator.gt, "more than"),
    "maximum": (operator.le, "at most"),
}
_BOOLEAN_WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("true", "yes", "on", "是", "真", "开"), "true"),
    **dict.fromkeys(("false", "no", "off", "否", "假", "关"), "false"),
}
_NO_SPACE: Final = r"([A-Za-z_]+):(\S.*)"


class ShapeMismatch(NamedTuple):
    """One value that does not fit its schema: the message, its place, and what to do."""

    what: str
    where: Location
    next_step: str


def key(default: Default, schema: Schema, description: str = "") -> Default:
    """Declare a dataclass field that is a key of a file; `default` is its value where it is absent.

    Give a mapping as a new dict: each object gets one of its own.
    """
    declared = _described(schema, description)
    if isinstance(default, dict):
        factory: Any = field(default_factory=default.copy, metadata={"schema": declared})
        return factory  # type: ignore[no-any-return]  # as dataclasses.field has it
    if default or default is False:
        declared = {**declared, "default": default}
    made: Any = field(default=default, metadata={"schema": declared})
    return made  # type: ignore[no-any-return]  # as above


def required_key(schema: Schema, description: str = "") -> Any:  # noqa: ANN401 (as dataclasses.field has it)
    """Declare a dataclass field that is a key of a file and must be there."""
    return field(metadata={"schema": _described(schema, description)})


def _described(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description} if description else schema


def list_of(items: Schema, least: int = 0) -> Schema:
    """Return the schema of a list with a minimum number of items."""
    return {"type": "array", "items": items, **({"minItems": least} if least else {})}


def mapping_of(values: Schema) -> Schema:
    """Return the schema of a mapping from any text."""
    return {"type": "object", "additionalProperties": values}


def record_schema(record: type) -> Schema:
    """Return the schema of a mapping whose keys a dataclass declares."""
    declared = [one for one in fields(record) if "schema" in one.metadata]
    return {
        "type": "object",
        "properties": {one.name: one.metadata["schema"] for one in declared},
        "required": [
            one.name
            for one in declared
            if one.default is MISSING and one.default_factory is MISSING
        ],
        "additionalProperties": False,
    }


def record_of(record: type) -> Schema:
    """Return the schema of a mapping from which an object of a dataclass is made."""
    return {**record_schema(record), "make": lambda values: record(**values)}


def optional(schema: Schema) -> Schema:
    """Return a schema with one type that takes null, too."""
    return {**schema, "type": [schema["type"], "null"]}


def read_record(
    record: type[Record], data: JSON, positions: SourcePositions
) -> Record | Sequence[ShapeMismatch]:
    """Return the record that a document's data describes, or everything that does not fit."""
    checker = _ShapeChecker(positions)
    made = checker.check(data, record_of(record), (), None)
    return made if isinstance(made, record) else checker.mismatches


def check_shape(data: JSON, schema: Schema, positions: SourcePositions) -> Sequence[ShapeMismatch]:
    """Return everything in a document's data that does not fit a schema, in the data's order."""
    checker = _ShapeChecker(positions)
    checker.check(data, schema, (), None)
    return checker.mismatches


class _ShapeChecker:
    """Collects what does not fit; `path` leads to a value, `outer` is the record around it."""

    def __init__(self, positions: SourcePositions) -> None:
        self._positions = positions
        self.mismatches: list[ShapeMismatch] = []

    def check(
        self, value: JSON, schema: Schema, path: tuple[PathPart, ...], outer: Schema | None
    ) -> object:
        """Return what is made of a value; it counts only if nothing in the value is wrong."""
        if "expand" in schema:
            value = schema["expand"](value)
        if value is None:
            self._check_null(schema, path)
            return None
        count = len(self.mismatches)
        made = self._check_value(value, schema, path, outer)
        if len(self.mismatches) > count or not schema.keys() & {"make", "make_at"}:
            return made
        where = self._positions.at(*path)
        try:
            return schema["make"](made) if "make" in schema else schema["make_at"](made, where)
        except ValueError as error:
            self.mismatches.append(ShapeMismatch(str(error), where, "Correct the value."))
            return None

    def _check_value(
        self, value: JSON, schema: Schema, path: tuple[PathPart, ...], outer: Schema | None
    ) -> object:
        wanted = schema.get("type")
        if wanted and type(value) not in _TYPES[wanted if isinstance(wanted, str) else wanted[0]]:
            self._add_type(value, wanted, path)
        elif "enum" in schema and value not in schema["enum"]:
            self._add_word(value, schema["enum"], path)
        elif isinstance(value, dict):
            return self._check_mapping(value, schema, path, outer)
        elif isinstance(value, list) and "items" in schema:
            return self._check_list(value, schema, path, outer)
        elif isinstance(value, str):
            if not value and "minLength" in schema:
                self._add(path, "is empty.")
            elif "pattern" in schema and not re.fullmatch(schema["pattern"], value):
                self._add(path, f'is "{value}"; it must match {schema["pattern"]}.')
        else:
            self._check_limits(value, schema, path)
        return value

    def _check_null(self, schema: Schema, path: tuple[PathPart, ...]) -> None:
        if "null" not in schema.get("type", ()) and ("type" in schema or "enum" in schema):
            what = f'"{format_path(path)}" is empty.'
            where = self._positions.key(*path)
            self.mismatches.append(ShapeMismatch(what, where, "Write a value, or remove the key."))

    def _check_list(
        self, items: list[JSON], schema: Schema, path: tuple[PathPart, ...], outer: Schema | None
    ) -> Sequence[object]:
        if len(items) < schema.get("minItems", 0):
            self._add(path, "is an empty list.")
        if len(items) > schema.get("maxItems", len(items)):
            self._add(path, f"has {len(items)} entries; it must have at most {schema['maxItems']}.")
        inner = schema["items"]
        return tuple([self.check(one, inner, (*path, n), outer) for n, one in enumerate(items)])

    def _check_mapping(
        self,
        data: Mapping[str, JSON],
        schema: Schema,
        path: tuple[PathPart, ...],
        outer: Schema | None,
    ) -> Mapping[str, object]:
        properties = schema.get("properties")
        if properties is None:
            values = schema.get("additionalProperties")
            if values is None:
                return data
            return {n: self.check(one, values, (*path, n), schema) for n, one in data.items()}
        unknown = []
        made = {}
        for name, value in data.items():
            if name in properties:
                made[name] = self.check(value, properties[name], (*path, name), schema)
            else:
                unknown.append(name)
                self._add_unknown_key(name, schema, path, outer)
        for name in schema["required"]:
            # A misspelt key is reported once, as misspelt.
            if name not in data and not any(suggest_word(word, (name,)) for word in unknown):
                self._add((*path, name), "is missing.", f"Add `{name}:` here.")
        return made

    def _check_limits(self, value: JSON, schema: Schema, path: tuple[PathPart, ...]) -> None:
        for limit, (fits, words) in _LIMITS.items():
            if limit in schema and not fits(value, schema[limit]):
                self._add(path, f"is {value}; it must be {words} {schema[limit]}.")

    def _add(
        self, path: tuple[PathPart, ...], what: str, next_step: str = "Correct the value."
    ) -> None:
        where = self._positions.at(*path)
        self.mismatches.append(ShapeMismatch(f'"{format_path(path)}" {what}', where, next_step))

    def _add_word(self, value: JSON, words: Sequence[str], path: tuple[PathPart, ...]) -> None:
        shown = [word for word in words if word]
        what = f'cannot be "{value}".{suggest_word(str(value), shown)}'
        self._add(path, what, f"Write one of: {', '.join(shown)}.")

    def _add_type(
        self, value: JSON, wanted: str | Sequence[str], path: tuple[PathPart, ...]
    ) -> None:
        kind = wanted if isinstance(wanted, str) else wanted[0]
        name, advice = _TYPE_NAMES[kind]
        source = self._positions.source(*path)
        seen = yaml_type_name(value)
        if name == "text" and source:
            what = f"must be text, but YAML read `{source}` as {seen}."
            self._add(path, what, f'Put quotes around it: "{source}".')
        else:
            what = f"must be {name}, not {seen}."
            step = _advise(kind, value, source) or advice.format(source or "…")
            self._add(path, what, step)

    def _add_unknown_key(
        self, name: str, schema: Schema, path: tuple[PathPart, ...], outer: Schema | None
    ) -> None:
        properties = schema["properties"]
        if pair := split_full_width_pair(name):
            self.mismatches.append(
                ShapeMismatch(
                    f'The colon in "{name}" is full-width, so this is no key and value.',
                    self._positions.key(*path, name),
                    f"Write `{pair[0]}: {pair[1]}`, with an ASCII colon and a space.",
                )
            )
            return
        inside = next((k for k, inner in properties.items() if name in _inner_keys(inner)), "")
        if outer is not None and name in outer.get("properties", {}):
            above = next(part for part in reversed(path) if isinstance(part, str))
            hint = f' It belongs next to "{above}", not inside.'
        elif inside:
            hint = f' It belongs inside "{inside}".'
        else:
            hint = suggest_word(name, properties)
        self.mismatches.append(
            ShapeMismatch(
                f'There is no key "{name}" here.{hint}',
                self._positions.key(*path, name),
                f"The keys are: {', '.join(properties)}.",
            )
        )


def _advise(wanted: str, value: JSON, source: str) -> str:
    """Return what to write in place of a value of another type, if its author's mistake is seen."""
    if isinstance(value, dict):
        first = next(iter(value), "")
        if wanted == "array" and first:
            name = first.lstrip("-－—")
            if name != first:
                return f"Write `- {name}: …`, with an ASCII dash and a space."
            return f"Write `- ` before `{name}: …`, or brackets: [{{{name}: …}}]."
    if not isinstance(value, str):
        return ""
    if wanted in ("number", "integer"):
        return suggest_number(source)
    if wanted == "boolean":
        word = _BOOLEAN_WORDS.get(value.strip().lower(), "true or false")
        return f"Write {word}, without quotes." if source[:1] in "\"'" else f"Write {word}."
    if wanted == "object":
        return _advise_pair(source)
    if wanted == "array" and source[:1] in WIDE_BRACKETS:
        return f"Write ASCII brackets: [{source[1:-1]}]."
    if wanted == "array" and (item := source.lstrip("-－—–•·")) != source:
        return f"Write `- {item.strip()}`, with an ASCII dash and a space."
    return ""


def _advise_pair(source: str) -> str:
    pair = split_full_width_pair(source)
    if pair is None and (ascii_pair := re.fullmatch(_NO_SPACE, source)):
        pair = (ascii_pair.group(1), ascii_pair.group(2))
    return f"Write `{pair[0]}: {pair[1]}`, with an ASCII colon and a space." if pair else ""


def _inner_keys(schema: Schema) -> Mapping[str, Schema]:
    """Return the keys of the record that a value is, or that the items of a list are."""
    keys: Mapping[str, Schema] = schema.get("items", schema).get("properties", {})
    return keys
