"""The keys of a file, declared once: as dataclass fields that carry a JSON Schema.

The schema checks a document's data, explains each error with its place, and completes in editors.
Own code, because JSON Schema libraries stop at the schema: they know no places in a YAML text and
no spelling suggestions, and they take longer to import than a project takes to load.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, field, fields
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from coze_harness.messages import LocalizedText, UserText, as_message, message
from coze_harness.model import JSON
from coze_harness.model.location import Location, PathPart, SourcePositions, format_path
from coze_harness.text.spelling import (
    WIDE_BRACKETS,
    WIDE_SPACES,
    nearest_word,
    split_full_width_pair,
    suggest_number,
    suggest_share,
    with_suggestion,
    yaml_type_name,
)
from coze_harness.yaml_source.scalars import quoting_step

Schema: TypeAlias = Mapping[str, Any]
"""A JSON Schema. `anyOf` and `$ref` are for editors: whoever uses the value checks it.
A `pattern` must match the whole text; its error shows the first of `examples`.

Three words are not JSON Schema. Two are functions: `expand` turns a short form into the full one
before the check; `make` turns a value that fits into the program's own, or raises a `ValueError`
whose argument is the message.
`written` has the keywords of the schema for editors that differ where there is a short form.
"""

Default = TypeVar("Default")
Record = TypeVar("Record")

TEXT: Final[Schema] = {"type": "string", "minLength": 1}
ANY_TEXT: Final[Schema] = {"type": "string"}
BOOLEAN: Final[Schema] = {"type": "boolean"}
MAPPING: Final[Schema] = {"type": "object"}

# Exact types, since isinstance takes true for a number, and what messages call them.
_TYPES: Final[Mapping[str, tuple[tuple[type, ...], LocalizedText]]] = {
    "string": ((str,), message("type.text")),
    "boolean": ((bool,), message("type.boolean")),
    "integer": ((int,), message("type.integer")),
    "number": ((int, float), message("type.any_number")),
    "array": ((list,), message("type.list")),
    "object": ((dict,), message("type.mapping")),
}
_LIMITS: Final[Mapping[str, tuple[Callable[[Any, Any], bool], Callable[..., LocalizedText]]]] = {
    "minimum": (operator.ge, lambda **values: message("yaml.minimum", **values)),
    "exclusiveMinimum": (operator.gt, lambda **values: message("yaml.above", **values)),
    "maximum": (operator.le, lambda **values: message("yaml.maximum", **values)),
}
_BOOLEAN_WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("true", "yes", "y", "on", "是", "真", "开"), "true"),
    **dict.fromkeys(("false", "no", "n", "off", "否", "假", "关"), "false"),
}
_NO_SPACE: Final = r"([A-Za-z_]+):(\S.*)"


class ShapeMismatch(NamedTuple):
    """One value that does not fit its schema: the message, its place, and what to do."""

    what: LocalizedText
    where: Location
    next_step: LocalizedText


def key(default: Default, schema: Schema, description: str = "") -> Default:
    """Declare a dataclass field that is a key of a file; `default` is its value where it is absent.

    Give a mapping as a new dict: each object gets one of its own.
    """
    declared = _with_description(schema, description)
    if isinstance(default, dict):
        factory: Any = field(default_factory=default.copy, metadata={"schema": declared})
        return factory  # type: ignore[no-any-return]  # as dataclasses.field has it
    if default or default is False:
        declared = {**declared, "default": default}
    declaration: Any = field(default=default, metadata={"schema": declared})
    return declaration  # type: ignore[no-any-return]  # as above


def required_key(schema: Schema, description: str = "") -> Any:  # noqa: ANN401 (as dataclasses.field has it)
    """Declare a dataclass field that is a key of a file and must be there."""
    return field(metadata={"schema": _with_description(schema, description)})


def _with_description(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description} if description else schema


def list_of(items: Schema, least: int = 0) -> Schema:
    """Return the schema of a list with a minimum number of items."""
    return {"type": "array", "items": items, **({"minItems": least} if least else {})}


def mapping_of(values: Schema) -> Schema:
    """Return the schema of a mapping from any text."""
    return {"type": "object", "additionalProperties": values}


def closed_mapping(properties: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    """Return the schema of a mapping that has these keys and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def record_schema(record: type) -> Schema:
    """Return the schema of a mapping whose keys a dataclass declares."""
    declared = [one for one in fields(record) if "schema" in one.metadata]
    required = [
        one.name for one in declared if one.default is MISSING and one.default_factory is MISSING
    ]
    return closed_mapping({one.name: one.metadata["schema"] for one in declared}, required)


def record_of(record: type) -> Schema:
    """Return the schema of a mapping from which an object of a dataclass is made."""
    return {**record_schema(record), "make": lambda values: record(**values)}


def optional(schema: Schema) -> Schema:
    """Return a schema with one type that takes null, too."""
    return {**schema, "type": [schema["type"], "null"]}


JUDGE: Final = optional(closed_mapping({"bot": TEXT}, ["bot"]))


def read_record(
    record: type[Record], data: JSON, positions: SourcePositions
) -> Record | Sequence[ShapeMismatch]:
    """Return the record that a document's data describes, or everything that does not fit."""
    checker = _ShapeChecker(positions)
    value = checker.check(data, record_of(record), (), None)
    return value if isinstance(value, record) else checker.mismatches


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
        result = self._check_value(value, schema, path, outer)
        if len(self.mismatches) > count or not schema.keys() & {"make", "make_at"}:
            return result
        where = self._positions.at(*path)
        try:
            return schema["make"](result) if "make" in schema else schema["make_at"](result, where)
        except ValueError as error:
            what: UserText = error.args[0]
            self.mismatches.append(ShapeMismatch(as_message(what), where, message("yaml.correct")))
            return None

    def _check_value(
        self, value: JSON, schema: Schema, path: tuple[PathPart, ...], outer: Schema | None
    ) -> object:
        expected = schema.get("type")
        if isinstance(expected, list):
            expected = expected[0]
        if expected and type(value) not in _TYPES[expected][0]:
            self._add_type(value, schema, path)
        elif "enum" in schema and value not in schema["enum"]:
            self._add_word(value, schema["enum"], path)
        elif isinstance(value, dict):
            return self._check_mapping(value, schema, path, outer)
        elif isinstance(value, list) and "items" in schema:
            return self._check_list(value, schema, path, outer)
        elif isinstance(value, str):
            if not value and "minLength" in schema:
                self._add(
                    path, message("yaml.empty", key=format_path(path)), message("yaml.empty.next")
                )
            elif "pattern" in schema and not re.fullmatch(schema["pattern"], value):
                key, example = format_path(path), str(schema["examples"][0])
                what = message("yaml.form", key=key, value=value, example=example)
                self._add(path, what, _example_step(path, example))
        else:
            self._check_limits(value, schema, path)
        return value

    def _check_null(self, schema: Schema, path: tuple[PathPart, ...]) -> None:
        if "null" not in schema.get("type", ()) and ("type" in schema or "enum" in schema):
            what = message("yaml.empty", key=format_path(path))
            where = self._positions.key(*path)
            self.mismatches.append(ShapeMismatch(what, where, message("yaml.empty.next")))

    def _check_list(
        self, items: list[JSON], schema: Schema, path: tuple[PathPart, ...], outer: Schema | None
    ) -> Sequence[object]:
        count = len(items)
        if count < schema.get("minItems", 0):
            self._add(path, message("yaml.empty_list", key=format_path(path)))
        if count > (most := schema.get("maxItems", count)):
            key = format_path(path)
            self._add(path, message("yaml.too_many", key=key, n=count, limit=most))
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
        values = {}
        for name, value in data.items():
            if name in properties:
                values[name] = self.check(value, properties[name], (*path, name), schema)
            else:
                unknown.append(name)
                self._add_unknown_key(name, schema, path, outer)
        for name in schema["required"]:
            # A misspelt key is reported once, as misspelt.
            if name not in data and not any(nearest_word(word, (name,)) for word in unknown):
                inside = (*path, name)
                what = message("yaml.missing", key=format_path(inside))
                self._add(inside, what, message("yaml.missing.next", key=name))
        return values

    def _check_limits(self, value: JSON, schema: Schema, path: tuple[PathPart, ...]) -> None:
        for keyword, (fits, make_message) in _LIMITS.items():
            if keyword in schema and not fits(value, limit := schema[keyword]):
                key = format_path(path)
                what = make_message(key=key, value=str(value), limit=limit)
                step = None
                if keyword == "maximum" and limit == 1 and isinstance(value, int | float):
                    step = suggest_share(value)
                self._add(path, what, step)

    def _add(
        self,
        path: tuple[PathPart, ...],
        what: LocalizedText,
        next_step: LocalizedText | None = None,
    ) -> None:
        where = self._positions.at(*path)
        self.mismatches.append(ShapeMismatch(what, where, next_step or message("yaml.correct")))

    def _add_word(self, value: JSON, words: Sequence[str], path: tuple[PathPart, ...]) -> None:
        choices = tuple(str(word) for word in words if word)
        source = str(value) if isinstance(value, str) else self._positions.source(*path)
        what = message("yaml.choice", key=format_path(path), value=source or str(value))
        step = message("yaml.choice.next", words=choices)
        self._add(path, with_suggestion(what, str(value), choices), step)

    def _add_type(self, value: JSON, schema: Schema, path: tuple[PathPart, ...]) -> None:
        expected = schema["type"]
        kind = expected if isinstance(expected, str) else expected[0]
        if isinstance(value, int | float) and "string" in schema.get("written", {}).get("type", ()):
            kind = "string"  # the short form of a list of texts
        source = self._positions.source(*path)
        key, actual = format_path(path), yaml_type_name(value)
        if kind == "string" and source:
            what = message("yaml.type_of_text", key=key, source=source, actual=actual)
            step = quoting_step(source)
            if "pattern" in schema and not re.fullmatch(schema["pattern"], source):
                step = _example_step(path, str(schema["examples"][0]))
            self._add(path, what, step)
        else:
            what = message("yaml.type", key=key, expected=_TYPES[kind][1], actual=actual)
            step = _advise(kind, value, source)
            required = schema.get("required", ())
            if kind == "object" and isinstance(value, str) and len(required) == 1:
                pair = f"{path[-1]}: {{{required[0]}: {source}}}"
                step = message("yaml.write", text=pair)
            elif step.id == "yaml.write_pairs" and isinstance(value, str):
                first = next(iter(schema.get("properties", ())), "")
                step = message("yaml.write", text=f"{{{first}: {source}}}") if first else step
            self._add(path, what, step)

    def _add_unknown_key(
        self, name: str, schema: Schema, path: tuple[PathPart, ...], outer: Schema | None
    ) -> None:
        properties = schema["properties"]
        step = message("yaml.unknown_key.next", keys=tuple(properties))
        inside = next((k for k, inner in properties.items() if name in _inner_keys(inner)), "")
        longer = [one for one in properties if name in one.split("_")]
        wide_space = next((one for one in name if one in WIDE_SPACES), "")
        if wide_space:
            code = f"U+{ord(wide_space):04X}"
            what = message("yaml.wide_space_in_key", key=name, code=code)
            step = message("yaml.wide_space_in_key.next")
        elif pair := split_full_width_pair(name):
            what = message("yaml.wide_colon_in_key", key=name)
            step = pair_step(*pair)
        elif outer is not None and name in outer.get("properties", {}):
            above = next(part for part in reversed(path) if isinstance(part, str))
            what = message("yaml.key_belongs_outside", key=name, parent=above)
        elif len(longer) == 1 and not nearest_word(name, properties):
            what = message("yaml.unknown_key", key=name)
            what = message("spelling.suggestion", what=what, word=longer[0])
        elif inside:
            what = message("yaml.key_belongs_inside", key=name, parent=inside)
        else:
            what = with_suggestion(message("yaml.unknown_key", key=name), name, properties)
        self.mismatches.append(ShapeMismatch(what, self._positions.key(*path, name), step))


def _advise(expected: str, value: JSON, source: str) -> LocalizedText:
    """Return what to write in place of a value of another type."""
    if expected == "array":
        return _advise_list(value, source)
    if expected == "object" and isinstance(value, list):
        return message("yaml.remove_dashes" if source == "" else "yaml.write_pairs")
    if expected == "object":
        pair = split_full_width_pair(source)
        if pair is None and (ascii_pair := re.fullmatch(_NO_SPACE, source)):
            pair = (ascii_pair.group(1), ascii_pair.group(2))
        return pair_step(*pair) if pair else message("yaml.write_pairs")
    if expected == "boolean":
        word = _BOOLEAN_WORDS.get(value.strip().lower()) if isinstance(value, str) else None
        if word is None:
            return message("yaml.write_boolean")
        if source[:1] in ('"', "'"):
            return message("spelling.write_unquoted", text=word)
        return message("spelling.write", text=word)
    if expected == "string":
        return message("yaml.write_text")
    is_whole = isinstance(value, float) and value.is_integer()  # 5.0 in place of 5
    return suggest_number(source if isinstance(value, str) or is_whole else "")


def _advise_list(value: JSON, source: str) -> LocalizedText:
    first = next(iter(value), "") if isinstance(value, dict) else ""
    if first:
        name = first.lstrip("-－—")
        if name != first:
            return message("yaml.write_entry", entry=f"- {name}: …")
        return message("yaml.write_dash", entry=f"{name}: …", list=f"[{{{name}: …}}]")
    if source[:1] in WIDE_BRACKETS:
        return message("yaml.wide_bracket.next", list=f"[{source[1:-1]}]")
    if isinstance(value, str) and (entry := source.lstrip("-－—–•·")) != source:
        return message("yaml.write_entry", entry=f"- {entry.strip()}")
    return message("yaml.write_list", list=f"[{source or '…'}]")


def _example_step(path: tuple[PathPart, ...], example: str) -> LocalizedText:
    quoted = f'"{example}"' if example.isdecimal() else example
    return message("yaml.form.next", pair=f"{path[-1]}: {quoted}")


def pair_step(key: str, value: str) -> LocalizedText:
    """Return the advice to write a key and its value as such."""
    return message("yaml.write_pair", pair=f"{key}: {value}")


def _inner_keys(schema: Schema) -> Mapping[str, Schema]:
    """Return the keys of the record that a value is, or that the items of a list are."""
    keys: Mapping[str, Schema] = schema.get("items", schema).get("properties", {})
    return keys
