"""Keywords of JSON Schema whose time is bounded, for jsonschema. Imported only where it is used.

jsonschema searches patterns with `re`, which cannot be stopped, and compares the members of a list
with each other. These do the same with patterns that stop, and in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from jsonschema import ValidationError  # type: ignore[import-untyped]  # has no types

from coze_harness.expectations.json_answer.json_values import UnfinishedQueryError
from coze_harness.messages import message
from coze_harness.model import JSON
from coze_harness.text.safe_regex import SafePattern, compile_pattern, time_limit

_Errors: TypeAlias = Iterator[ValidationError]
_Validator: TypeAlias = Any  # jsonschema makes its classes at run time

# ECMA-262's \d, \w and $, as the standard asks for: Python's are those of Unicode, and $ also
# matches before a last line break.
_ECMA: Final = re.compile(r"\\[dDwW]|\\.|\[|\]|\$", re.DOTALL)
_ECMA_CLASSES: Final = {r"\d": "0-9", r"\w": "A-Za-z0-9_"}


def compile_ecma_pattern(pattern: str) -> SafePattern:
    """Return a compiled pattern of ECMA-262.

    Raises:
        PatternError: it is not a pattern.
    """
    depth = 0

    def translate(match: re.Match[str]) -> str:
        nonlocal depth
        part = match.group()
        if part in ("[", "]"):
            is_inner = part == "[" and depth
            depth = 1 if part == "[" else 0
            return r"\[" if is_inner else part
        if part == "$":
            return part if depth else r"\Z"
        inner = _ECMA_CLASSES.get(part.lower())
        if inner is None or (depth and part.isupper()):
            return part
        if part.islower():
            return inner if depth else f"[{inner}]"
        return f"[^{inner}]"

    return compile_pattern(_ECMA.sub(translate, pattern))


def _is_found(pattern: str, text: str) -> bool:
    try:
        return compile_ecma_pattern(pattern).search(text, timeout=time_limit(text)) is not None
    except TimeoutError as error:
        reason = message("kind.json.schema.pattern", pattern=pattern, n=len(text))
        raise UnfinishedQueryError(reason) from error


def _pattern(validator: _Validator, value: str, instance: JSON, _schema: JSON) -> _Errors:
    if isinstance(instance, str) and not _is_found(value, instance):
        yield ValidationError(f"{instance!r} does not match {value!r}")


def _pattern_properties(
    validator: _Validator, value: Mapping[str, JSON], instance: JSON, _schema: JSON
) -> _Errors:
    if isinstance(instance, Mapping):
        for pattern, subschema in value.items():
            for name, member in instance.items():
                if _is_found(pattern, name):
                    yield from validator.descend(member, subschema, path=name, schema_path=pattern)


def _additional_properties(
    validator: _Validator, value: JSON, instance: JSON, schema: Mapping[str, Any]
) -> _Errors:
    if not isinstance(instance, Mapping):
        return
    known = schema.get("properties", {})
    patterns = schema.get("patternProperties", {})
    for name, member in instance.items():
        if name not in known and not any(_is_found(one, name) for one in patterns):
            for error in validator.descend(member, value, path=name):
                yield ValidationError(name) if value is False else error


def _unevaluated_properties(
    validator: _Validator, value: JSON, instance: JSON, schema: Mapping[str, Any]
) -> _Errors:
    if not isinstance(instance, Mapping):
        return
    evaluated = _evaluated_names(validator, instance, schema)
    for name, member in instance.items():
        if name not in evaluated:
            for error in validator.descend(member, value, path=name, schema_path=name):
                yield ValidationError(name) if value is False else error


def _evaluated_names(
    validator: _Validator,
    instance: Mapping[str, JSON],
    schema: Any,  # noqa: ANN401 (any JSON)
) -> set[str]:
    """Return the properties that a schema looks at, its subschemas included."""
    if not isinstance(schema, Mapping):
        return set()
    names: set[str] = set()
    for keyword in ("$ref", "$dynamicRef"):
        if keyword in schema:
            target = validator._resolver.lookup(schema[keyword])
            inner = validator.evolve(schema=target.contents, _resolver=target.resolver)
            names |= _evaluated_names(inner, instance, target.contents)
    names |= schema.get("properties", {}).keys() & instance.keys()
    for keyword in ("additionalProperties", "unevaluatedProperties"):
        if keyword in schema:
            names |= {
                name
                for name, member in instance.items()
                if _accepts(validator, member, schema[keyword])
            }
    for pattern in schema.get("patternProperties", {}):
        names |= {name for name in instance if _is_found(pattern, name)}
    for subschema in _applied_schemas(validator, instance, schema):
        names |= _evaluated_names(validator, instance, subschema)
    return names


def _applied_schemas(
    validator: _Validator, instance: Mapping[str, JSON], schema: Mapping[str, Any]
) -> Iterator[Any]:
    """Yield the subschemas that concern the same value and accept it."""
    for name, subschema in schema.get("dependentSchemas", {}).items():
        if name in instance:
            yield subschema
    for keyword in ("allOf", "oneOf", "anyOf"):
        for subschema in schema.get(keyword, ()):
            if _accepts(validator, instance, subschema):
                yield subschema
    if "if" in schema:
        if _accepts(validator, instance, schema["if"]):
            yield schema["if"]
            yield schema.get("then")
        else:
            yield schema.get("else")


def _accepts(validator: _Validator, instance: JSON, schema: JSON) -> bool:
    return next(iter(validator.descend(instance, schema)), None) is None


def _unique_items(_validator: _Validator, value: bool, instance: JSON, _schema: JSON) -> _Errors:
    if value and isinstance(instance, list):
        members = [_hashable(member) for member in instance]
        if len(set(members)) < len(members):
            yield ValidationError("has equal members")


def _hashable(value: JSON) -> Hashable:
    """Return something that is equal for equal values of JSON: 1 and 1.0, but not 1 and true."""
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, Mapping):
        return "object", frozenset((name, _hashable(member)) for name, member in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "array", tuple(_hashable(member) for member in value)
    return value


KEYWORDS: Final = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "unevaluatedProperties": _unevaluated_properties,
    "uniqueItems": _unique_items,
}
