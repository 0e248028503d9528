"""`where:` of the kinds on data: JMESPath expressions, each with the value that it must find."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import Schema
from coze_harness.expectations.text_normalization import nfc
from coze_harness.model import JSON

WHERE_SCHEMA: Final[Schema] = {
    "type": "object",
    "minProperties": 1,
    "description": "JMESPath expressions, each with the value that it must find.",
}


class CompiledQuery(Protocol):
    """A compiled JMESPath expression."""

    def search(self, value: JSON) -> JSON:
        """Return what it finds in a value; null where there is nothing."""
        ...


@dataclass(frozen=True, slots=True)
class JmesPathCheck:
    """One expression and what it must find; mappings that are found may hold more."""

    source: str
    description: JSON
    expression: CompiledQuery = field(compare=False)

    @property
    def words(self) -> str:
        """The demand in words."""
        return f"{self.source} is {as_json(self.description)}"

    def fault(self, value: JSON) -> str:
        """Return why the value does not meet it, in words, or empty text."""
        from jmespath.exceptions import JMESPathError  # only where it is used

        try:
            found = self.expression.search(value)
        except (JMESPathError, RecursionError) as cause:
            return f"{self.source} cannot be looked for: {cause}"
        return missing_from(self.description, found, self.source)


def parse_checks(given: ItemArgument) -> tuple[JmesPathCheck, ...]:
    """Return the expressions of a `where:`, compiled.

    Raises:
        ScenarioError: it is no mapping, or an expression cannot be read.
    """
    from jmespath import compile as compiled  # only where it is used
    from jmespath.exceptions import JMESPathError

    example = 'where: {"items[0].name": 北京}'
    if not isinstance(given.value, dict):
        raise given.type_error("a mapping", f"write {example}")
    if not given.value:
        raise given.error_at(f'"{given.label}" is empty.', f"write {example}")
    made = []
    for source, wanted in given.value.items():
        try:
            made.append(JmesPathCheck(source, wanted, compiled(source)))
        except JMESPathError as cause:
            why = str(cause).strip().partition("\n")[0].rstrip(":.")
            raise given.key_refusal(
                source,
                f'"{source}" is no JMESPath expression: {why}.',
                "correct it; a key with other signs than letters and digits stands in quotes: "
                """'"a-b".c': …""",
            ) from cause
    return tuple(made)


def first_mismatch(where: tuple[JmesPathCheck, ...], value: JSON) -> str:
    """Return the first reason why a value does not meet all, or empty text."""
    return next(filter(None, (path.fault(value) for path in where)), "")


def describe_checks(where: tuple[JmesPathCheck, ...]) -> str:
    """Return all in words."""
    return " and ".join(path.words for path in where)


def _same(wanted: JSON, got: JSON) -> bool:
    """Tell whether two JSON scalars are the same; true is not 1, but 1 is 1.0."""
    if isinstance(wanted, str) and isinstance(got, str):
        return nfc(wanted) == nfc(got)
    if isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    return wanted == got


def missing_from(wanted: JSON, got: JSON, place: str = "") -> str:
    """Return the first thing of `wanted` that `got` has not, in words, or empty text.

    Mappings may hold more than is wanted; lists must be equally long.
    """
    here = place or "the arguments"
    if isinstance(wanted, Mapping):
        if not isinstance(got, Mapping):
            return f"{here} should be a mapping and is {excerpt(as_json(got))}"
        for key, value in wanted.items():
            inside = f"{place}.{key}" if place else key
            if key not in got:
                return f"there is no {inside}"
            if fault := missing_from(value, got[key], inside):
                return fault
        return ""
    if isinstance(wanted, list | tuple):
        if not isinstance(got, list | tuple) or len(got) != len(wanted):
            return f"{here} is {excerpt(as_json(got))}, not {as_json(wanted)}"
        pairs = zip(wanted, got, strict=True)
        faults = (missing_from(a, b, f"{place}[{i}]") for i, (a, b) in enumerate(pairs))
        return next(filter(None, faults), "")
    return "" if _same(wanted, got) else f"{here} is {excerpt(as_json(got))}, not {as_json(wanted)}"


def as_json(value: JSON) -> str:
    """Return a value as JSON text for a message."""
    return json.dumps(value, ensure_ascii=False, default=dict)
