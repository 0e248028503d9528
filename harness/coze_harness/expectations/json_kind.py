"""The kind `json`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.jmespath_query import (
    WHERE_SCHEMA,
    JmesPathCheck,
    describe_checks,
    first_mismatch,
    parse_checks,
)
from coze_harness.expectations.kind import ExpectationKind, ItemContext, Schema
from coze_harness.model import JSON, Verdict
from coze_harness.model.trial import EvaluationContext

_TO_COME: Final = ("schema",)
_FENCED: Final = re.compile(r"```\w*\n(.*?)```", re.DOTALL)


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def json_error(text: str) -> str:
    """Return why a text is not JSON (RFC 8259), or empty text.

    Numbers stay text: Python refuses to read very long ones, JSON does not.
    """
    try:
        json.loads(text, parse_constant=_no_constant, parse_int=len, parse_float=len)
    except json.JSONDecodeError as error:
        return f"{error.msg} at line {error.lineno}, column {error.colno}"
    except RecursionError:
        return "it is nested too deeply to be read"
    except ValueError as error:
        return str(error)
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Json(ExpectationKind):
    """The answer is JSON."""

    kind: ClassVar[str] = "json"
    summary: ClassVar[str] = (
        "The whole answer is valid JSON; `where` finds values in it by JMESPath."
    )
    example: ClassVar[str] = 'json: {where: {"items[0].name": 北京}}'
    keys: ClassVar[tuple[str, ...]] = ("where",)
    verbs: ClassVar[tuple[str, str]] = ("parses as", "parse as")

    where: tuple[JmesPathCheck, ...] = ()

    @classmethod
    def parse(cls, given: ItemArgument, item: ItemContext) -> Self:
        """Build from `true`, nothing, or `{where: …}`."""
        where: tuple[JmesPathCheck, ...] = ()
        if isinstance(given.value, dict):
            for key in given.value:
                if key in _TO_COME:
                    raise given.key_refusal(
                        key, f'"json.{key}" is not available in this version.', "write json: true"
                    )
            fields = given.fields(cls.keys, "json: true")
            if "where" in fields:
                where = parse_checks(fields["where"])
        elif given.value is not None and not given.flag():
            raise given.error_at('"json" cannot be false.', "write not: {json: true}")
        wanted = f"JSON where {describe_checks(where)}" if where else "JSON"
        return cls(**item.common, description=wanted, where=where)

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of `true` or `{where: …}`."""
        mapping: Schema = {
            "type": "object",
            "properties": {"where": WHERE_SCHEMA},
            "additionalProperties": False,
        }
        return {"description": cls.summary, "anyOf": [{"const": True}, {"type": "null"}, mapping]}

    def evaluate(self, seen: EvaluationContext) -> Verdict:
        """Judge the whole answer."""
        answer = seen.reply.answer
        why = json_error(answer)
        if not why:
            missing = self._missing(answer)
            if missing:
                return self.failed(f"the answer is JSON, but {missing}", excerpt(answer))
            return self.passed("it is", excerpt(answer))
        if not answer.strip():
            why = "the answer is empty"
        elif any(not json_error(block) for block in _FENCED.findall(answer[:100_000])):
            why = "the JSON stands in a code block, with other text around it"
        return self.failed(f"the answer is not JSON: {why}", excerpt(answer))

    def _missing(self, answer: str) -> str:
        """Return what `where` does not find, in words, or empty text."""
        if not self.where:
            return ""
        try:
            value: JSON = json.loads(answer)
        except ValueError as cause:  # a number of more digits than Python reads
            return f"it cannot be looked into: {cause}"
        return first_mismatch(self.where, value)
