"""The kind `json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final, Self

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.json_answer.jmespath_query import (
    WHERE,
    JmesPathCheck,
    Mismatch,
    describe_checks,
    first_mismatch,
)
from coze_harness.expectations.json_answer.json_extraction import (
    find_fenced_json,
    find_json,
    json_error,
)
from coze_harness.expectations.json_answer.json_schema_check import SchemaCheck, parse_schema
from coze_harness.expectations.json_answer.json_values import UnfinishedQueryError
from coze_harness.expectations.kind import ExpectationKind, ItemContext, Spans
from coze_harness.expectations.parameter import TRUE_SCHEMA, Parameter
from coze_harness.expectations.subject import ANSWER
from coze_harness.messages import LocalizedText, message
from coze_harness.model import JSON, Verdict, replace
from coze_harness.model.trial import EvaluationContext

_SCHEMA: Final[Parameter[ItemArgument | None]] = Parameter(
    "schema",
    lambda one: one,
    {
        "type": ["object", "boolean", "string"],
        "description": "A JSON Schema (draft 2020-12), or the path of a file that has one.",
    },
    None,
)
_FENCED: Final[Parameter[bool]] = Parameter(
    "fenced",
    ItemArgument.flag,
    {
        "type": "boolean",
        "description": "true: JSON in a code block, or with other text around it, counts too.",
    },
    default=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Json(ExpectationKind):
    """The answer is JSON."""

    kind = "json"
    summary = message("kind.json.summary")
    example = 'json: {where: {"items[0].name": 北京}}'
    parameters = (WHERE, _SCHEMA, _FENCED)
    short_schemas = (TRUE_SCHEMA, {"type": "null"})

    where: tuple[JmesPathCheck, ...] = ()
    schema_check: SchemaCheck | None = None
    is_fenced: bool = False

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse `true`, nothing, or `{where, schema, fenced}`."""
        if isinstance(argument.value, dict):
            arguments = cls.read_arguments(argument)
            where, is_fenced = WHERE.read(arguments), _FENCED.read(arguments)
            check: SchemaCheck | None = None
            if schema := _SCHEMA.read(arguments):
                check = parse_schema(schema, item.code.root)
            return cls(**item.common, where=where, schema_check=check, is_fenced=is_fenced)
        if argument.value is not None and not argument.flag():
            raise argument.error_at(
                message("expectation.json.false"),
                message("expectation.write", code="not: {json: true}"),
            )
        return cls(**item.common)

    @property
    def expected(self) -> LocalizedText:
        """JSON, and the values in it."""
        expected = message("kind.json.expected")
        if self.is_fenced:
            expected = message("kind.json.expected.fenced")
        if self.schema_check and self.schema_check.file:
            name = self.schema_check.file
            expected = message("kind.json.expected.schema_file", json=expected, file=name)
        elif self.schema_check:
            expected = message("kind.json.expected.schema", json=expected)
        if not self.where:
            return expected
        checks = describe_checks(self.where)
        return message("kind.json.expected.where", json=expected, checks=checks)

    @property
    def opposite(self) -> LocalizedText:
        """No JSON, or other values in it."""
        if not self.where and not self.schema_check and not self.is_fenced:
            return message("kind.json.opposite")
        return message("kind.not.expected", expected=self.expected)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the whole answer or, with `fenced`, the JSON in it, which evidence marks."""
        answer = context.reply.answer
        reason = json_error(answer)
        if not reason:
            return self._evaluate_values(answer, answer, ())
        if self.is_fenced and (part := find_json(answer)):
            return self._evaluate_values(answer, answer[part[0] : part[1]], (part,))
        if not answer.strip():
            reason = message("kind.json.empty", subject=ANSWER)
        elif self.is_fenced:
            reason = message("kind.json.none", subject=ANSWER)
        return self.failed(reason, excerpt(answer))

    def explain_failure(self, context: EvaluationContext, failed: Verdict) -> Verdict:
        """Say that `fenced` accepts the answer, if it has JSON with other text."""
        answer = context.reply.answer
        if self.is_fenced or not json_error(answer):
            return failed
        if find_fenced_json(answer):
            reason = message("kind.json.fenced", subject=ANSWER)
        elif answer.lstrip()[:1] not in ("{", "[") and find_json(answer):
            reason = failed.reason
        else:
            return failed
        hint = message("kind.json.fenced.next")
        return replace(failed, reason=message("kind.hint", reason=reason, hint=hint))

    def _evaluate_values(self, answer: str, text: str, evidence: Spans) -> Verdict:
        mismatch: Mismatch | None = None
        if self.where or self.schema_check:
            try:
                value: JSON = json.loads(text)
            except ValueError:  # a number of more digits than Python reads
                reason = message("kind.json.digits", subject=ANSWER)
                return self.failed(reason, excerpt(answer))
            try:
                mismatch = self.schema_check.mismatch(value) if self.schema_check else None
                mismatch = mismatch or first_mismatch(self.where, value)
            except UnfinishedQueryError as error:
                return self.inconclusive(error.reason, excerpt(answer))
        if mismatch:
            reason = message("kind.json.other", subject=ANSWER, mismatch=mismatch.reason)
            return self.failed(reason, mismatch.actual, evidence)
        reason = message("kind.json.passed", subject=ANSWER)
        if evidence:
            reason = message("kind.json.passed.part", subject=ANSWER, at=evidence[0][0] + 1)
        return self.passed(reason, excerpt(text), evidence)
