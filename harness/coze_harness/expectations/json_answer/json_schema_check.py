"""`schema` of the kind `json`: a JSON Schema (draft 2020-12) that a value meets or does not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.json_answer.jmespath_query import Mismatch
from coze_harness.expectations.json_answer.json_values import UnfinishedQueryError, as_json
from coze_harness.expectations.optional_package import require_package
from coze_harness.messages import LocalizedText, as_message, literal, message
from coze_harness.model import JSON
from coze_harness.text.safe_regex import PatternError

if TYPE_CHECKING:
    from jsonschema import ValidationError  # type: ignore[import-untyped]  # has no types
    from referencing import Resource
    from referencing._core import Resolver

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_MAX_VALUES: Final = 50_000
"""Values of an answer's JSON that are validated."""
_MAX_ERRORS: Final = 50
"""Violations among which the one that is shown is chosen."""
_EXAMPLE: Final = message("expectation.write", code="schema: {type: object, required: [name]}")


class SchemaCheck(Struct, frozen=True):
    """A JSON Schema: its text, and the file that it is in, if it is in one."""

    text: str
    file: str = ""

    def mismatch(self, value: JSON) -> Mismatch | None:
        """Return why a value does not meet the schema; `None` if it does.

        Raises:
            UnfinishedQueryError: the value is too large, or a pattern takes too long.
        """
        from referencing.exceptions import Unresolvable

        if _count_values(value) > _MAX_VALUES:
            raise UnfinishedQueryError(message("kind.json.schema.size", n=_MAX_VALUES))
        try:
            errors = list(islice(_validator(self.text).iter_errors(value), _MAX_ERRORS))
        except RecursionError as error:
            raise UnfinishedQueryError(message("kind.json.schema.depth")) from error
        except Unresolvable as error:
            raise UnfinishedQueryError(
                message("kind.json.schema.reference", reference=error.ref)
            ) from error
        return _describe(min(errors, key=_rank)) if errors else None


def parse_schema(argument: ItemArgument, root: str) -> SchemaCheck:
    """Return a checked schema.

    Args:
        argument: the schema, or the path of its file.
        root: the project's folder, absolute.

    Raises:
        ScenarioError: it is not a schema, refers to something outside of it, or jsonschema is not
            installed.
    """
    schema, file = argument.value, ""
    if isinstance(schema, str):
        from coze_harness.expectations.json_answer.json_schema_file import read_schema_file

        schema, file = read_schema_file(argument, root)
    require_package("schema", "json: {schema: …}", argument.location)
    if not isinstance(schema, Mapping | bool):
        raise argument.type_error(message("expectation.type.mapping"), _EXAMPLE)
    if reason := _schema_fault(schema):
        what = message("expectation.schema.invalid", label=file or argument.label, error=reason)
        raise argument.error_at(what, message("expectation.schema.invalid.next"))
    return SchemaCheck(json.dumps(schema, ensure_ascii=False), file)


def _schema_fault(schema: JSON) -> LocalizedText | None:
    """Return what is wrong with a schema, as it follows a colon; `None` if nothing is."""
    from jsonschema import Draft202012Validator, FormatChecker, SchemaError

    draft = schema.get("$schema", _DRAFT) if isinstance(schema, Mapping) else _DRAFT
    if str(draft).rstrip("#") != _DRAFT:
        return message("expectation.schema.draft", draft=str(draft))
    try:
        # Patterns are checked below: those of ECMA-262 are not those of `re`.
        Draft202012Validator.check_schema(schema, format_checker=FormatChecker(()))
        return next(_faults_inside(schema), None)
    except SchemaError as error:
        text = error.message if error.json_path == "$" else f"{error.json_path}: {error.message}"
        return as_message(excerpt(text))
    except RecursionError:
        return message("kind.json.schema.depth")


def _faults_inside(schema: JSON) -> Iterator[LocalizedText]:
    """Yield references that lead out of a schema, and patterns that are none."""
    from referencing.jsonschema import DRAFT202012

    resource = DRAFT202012.create_resource(schema)
    resolver = _registry().resolver_with_root(resource)
    pending: list[tuple[Resource[Any], Resolver[Any]]] = [(resource, resolver)]
    while pending:
        one, resolver = pending.pop()
        yield from _faults_of(one.contents, resolver)
        pending += [(sub, resolver.in_subresource(sub)) for sub in one.subresources()]


def _faults_of(schema: JSON, resolver: Resolver[Any]) -> Iterator[LocalizedText]:
    from referencing.exceptions import Unresolvable

    from coze_harness.expectations.json_answer.json_schema_keywords import compile_ecma_pattern

    if not isinstance(schema, Mapping):
        return
    for keyword in ("$ref", "$dynamicRef"):
        if isinstance(reference := schema.get(keyword), str):
            try:
                resolver.lookup(reference)
            except Unresolvable:
                yield message("expectation.schema.reference", reference=reference)
    by_pattern = schema.get("patternProperties")
    patterns = list(by_pattern) if isinstance(by_pattern, Mapping) else []
    if isinstance(pattern := schema.get("pattern"), str):
        patterns.append(pattern)
    for pattern in patterns:
        try:
            compile_ecma_pattern(pattern)
        except PatternError as error:
            yield message("expectation.schema.pattern", pattern=pattern, error=error.reason)


def _registry() -> Any:  # noqa: ANN401 (its type is that of the package)
    """Return the schemas that may be referred to: those of JSON Schema itself, none by network."""
    from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]  # has no types

    return REGISTRY


@lru_cache(maxsize=64)
def _validator(text: str) -> Any:  # noqa: ANN401 (jsonschema makes its classes at run time)
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend  # type: ignore[import-untyped]  # has no types

    from coze_harness.expectations.json_answer.json_schema_keywords import KEYWORDS

    bounded = extend(Draft202012Validator, KEYWORDS)
    return bounded(json.loads(text), registry=_registry())


def _count_values(value: JSON) -> int:
    """Return the number of values in a value, not recursively: it may be nested deeply."""
    count = 0
    pending = [value]
    while pending and count <= _MAX_VALUES:
        one = pending.pop()
        count += 1
        if isinstance(one, Mapping):
            pending += one.values()
        elif isinstance(one, list):
            pending += one
    return count


def _rank(error: ValidationError) -> tuple[int, list[str], list[str]]:
    """Return what orders violations: the outermost first, then by their places."""
    path = [str(part) for part in error.absolute_path]
    return len(path), path, [str(part) for part in error.absolute_schema_path]


def _describe(error: ValidationError) -> Mismatch:
    keyword = str(error.validator)
    path = str(error.json_path).removeprefix("$.") or "$"
    actual = excerpt(as_json(error.instance))
    if keyword == "required" and isinstance(error.instance, Mapping):
        missing = [name for name in error.validator_value if name not in error.instance]
        reason = message("kind.json.schema.required", path=path, names=tuple(missing))
        return Mismatch(reason, literal(actual))
    if error.schema is False or error.validator_value is False:
        if keyword in ("additionalProperties", "unevaluatedProperties"):
            path = error.message if path == "$" else f"{path}.{error.message}"
            actual = excerpt(as_json(error.instance.get(error.message)))
        return Mismatch(message("kind.json.schema.unexpected", path=path), literal(actual))
    rule = excerpt(f"{keyword}: {as_json(error.validator_value)}")
    reason = message("kind.json.schema.violated", path=path, rule=rule, actual=actual)
    return Mismatch(reason, literal(actual))
