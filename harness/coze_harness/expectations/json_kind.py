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
    Mismatch,
    UnfinishedQueryError,
    describe_checks,
    first_mismatch,
)
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.parameter import TRUE_SCHEMA, Schema, alternatives
from coze_harness.expectations.subject import ANSWER
from coze_harness.messages import LocalizedText, message
from coze_harness.model import JSON, Verdict
from coze_harness.model.trial import EvaluationContext

_PLANNED: Final = "schema"
_FENCED: Final = re.compile(r"```\w*\n(.*?)```", re.DOTALL)


class _ConstantError(ValueError):
    """NaN or Infinity, which Python reads and JSON does not have."""


def _reject_constant(name: str) -> object:
    raise _ConstantError(name)


def json_error(text: str) -> LocalizedText:
    """Return why a text is not JSON (RFC 8259): one sentence, empty if it is.

    Numbers stay text: Python refuses to read very long ones, JSON does not.
    """
    try:
        json.loads(text, parse_constant=_reject_constant, parse_int=len, parse_float=len)
    except json.JSONDecodeError as error:
        return message(
            "kind.json.invalid",
            subject=ANSWER,
            line=error.lineno,
            column=error.colno,
            error=error.msg,
        )
    except RecursionError:
        return message("kind.json.depth", subject=ANSWER)
    except _ConstantError as error:
        return message("kind.json.constant", subject=ANSWER, name=str(error))
    return LocalizedText()


@dataclass(frozen=True, slots=True, kw_only=True)
class Json(ExpectationKind):
    """The answer is JSON."""

    kind = "json"
    summary = message("kind.json.summary")
    example = 'json: {where: {"items[0].name": 北京}}'
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
                    message("expectation.not_available", name=f"json.{_PLANNED}"),
                    message("expectation.write", code="json: true"),
                )
            where = WHERE.read(cls.read_arguments(argument))
        elif argument.value is not None and not argument.flag():
            raise argument.error_at(
                message("expectation.json.false"),
                message("expectation.write", code="not: {json: true}"),
            )
        return cls(**item.common, where=where)

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of `true` or `{where: …}`."""
        return alternatives(TRUE_SCHEMA, {"type": "null"}, cls.mapping_schema())

    @property
    def expected(self) -> LocalizedText:
        """JSON, and the values in it."""
        if not self.where:
            return message("kind.json.expected")
        return message("kind.json.expected.where", checks=describe_checks(self.where))

    @property
    def opposite(self) -> LocalizedText:
        """No JSON, or other values in it."""
        if not self.where:
            return message("kind.json.opposite")
        return message("kind.not.expected", expected=self.expected)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the whole answer."""
        answer = context.reply.answer
        reason = json_error(answer)
        if not reason:
            return self._evaluate_values(answer)
        if not answer.strip():
            reason = message("kind.json.empty", subject=ANSWER)
        elif any(not json_error(block) for block in _FENCED.findall(answer[:100_000])):
            reason = message("kind.json.fenced", subject=ANSWER)
        return self.failed(reason, excerpt(answer))

    def _evaluate_values(self, answer: str) -> Verdict:
        """Judge the values in an answer that is JSON."""
        mismatch: Mismatch | None = None
        if self.where:
            try:
                value: JSON = json.loads(answer)
            except ValueError:  # a number of more digits than Python reads
                reason = message("kind.json.digits", subject=ANSWER)
                return self.failed(reason, excerpt(answer))
            try:
                mismatch = first_mismatch(self.where, value)
            except UnfinishedQueryError as error:
                return self.inconclusive(error.reason, excerpt(answer))
        if mismatch:
            reason = message("kind.json.other", subject=ANSWER, mismatch=mismatch.reason)
            return self.failed(reason, mismatch.actual)
        return self.passed(message("kind.json.passed", subject=ANSWER), excerpt(answer))
