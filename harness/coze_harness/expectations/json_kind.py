"""The kind `json`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final, Self

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.jmespath_query import (
    WHERE,
    JmesPathCheck,
    UnfinishedQueryError,
    describe_checks,
    first_mismatch,
)
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.parameter import TRUE_SCHEMA, Schema, alternatives
from coze_harness.model import JSON, Verdict
from coze_harness.model.trial import EvaluationContext

_PLANNED: Final = "schema"
_FENCED: Final = re.compile(r"```\w*\n(.*?)```", re.DOTALL)


def _reject_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def json_error(text: str) -> str:
    """Return why a text is not JSON (RFC 8259), or empty text.

    Numbers stay text: Python refuses to read very long ones, JSON does not.
    """
    try:
        json.loads(text, parse_constant=_reject_constant, parse_int=len, parse_float=len)
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

    kind = "json"
    summary = "The whole answer is valid JSON; `where` finds values in it by JMESPath."
    example = 'json: {where: {"items[0].name": 北京}}'
    verb_forms = ("parses as", "parse as")
    parameters = (WHERE,)

    where: tuple[JmesPathCheck, ...] = ()

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse `true`, nothing, or `{where: …}`."""
        where: tuple[JmesPathCheck, ...] = ()
        if isinstance(argument.value, dict):
            if _PLANNED in argument.value:
                raise argument.key_error(
                    _PLANNED,
                    f'"json.{_PLANNED}" is not available in this version.',
                    "Write `json: true`.",
                )
            where = WHERE.read(cls.read_arguments(argument))
        elif argument.value is not None and not argument.flag():
            raise argument.error_at('"json" must not be false.', "Write `not: {json: true}`.")
        description = f"JSON where {describe_checks(where)}" if where else "JSON"
        return cls(**item.common, description=description, where=where)

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of `true` or `{where: …}`."""
        return alternatives(TRUE_SCHEMA, {"type": "null"}, cls.mapping_schema())

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the whole answer."""
        answer = context.reply.answer
        reason = json_error(answer)
        if not reason:
            try:
                mismatch = self._first_mismatch(answer)
            except UnfinishedQueryError as error:
                return self.inconclusive(str(error), excerpt(answer))
            if mismatch:
                return self.failed(f"the answer is JSON, but {mismatch}", excerpt(answer))
            return self.passed("it is", excerpt(answer))
        if not answer.strip():
            reason = "the answer is empty"
        elif any(not json_error(block) for block in _FENCED.findall(answer[:100_000])):
            reason = "the JSON stands in a code block, with other text around it"
        return self.failed(f"the answer is not JSON: {reason}", excerpt(answer))

    def _first_mismatch(self, answer: str) -> str:
        """Return what `where` does not find, in words, or empty text."""
        if not self.where:
            return ""
        try:
            value: JSON = json.loads(answer)
        except ValueError as error:  # a number of more digits than Python reads
            return f"it cannot be looked into: {error}"
        return first_mismatch(self.where, value)
