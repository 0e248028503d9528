"""Kinds on what a reply is made of: its messages and its tool calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Self

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.json_answer.jmespath_query import (
    WHERE,
    JmesPathCheck,
    describe_checks,
    find_mismatch,
    first_mismatch,
)
from coze_harness.expectations.json_answer.json_values import UnfinishedQueryError, as_json
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.number_range import (
    COUNTS,
    NumberRange,
    Violation,
    range_schema,
)
from coze_harness.expectations.parameter import Parameter, Schema, required_text
from coze_harness.messages import LocalizedText, message
from coze_harness.model import JSON, ToolCall, Verdict
from coze_harness.model.trial import EvaluationContext
from coze_harness.text.spelling import nearest_word

MESSAGE_TYPES: Final = (
    "question",
    "answer",
    "function_call",
    "tool_output",
    "tool_response",
    "follow_up",
    "verbose",
    "knowledge",
)
"""What Coze documents; another type, which Coze may add, is valid, and a misspelled one is not."""

CONTENT_TYPES: Final = ("card", "audio", "object_string")
"""What a message's content may be besides text. No type has such a name, so they are counted
in addition to the types: a card comes as an `answer`. Audio is counted as audio only: a spoken
answer comes in many pieces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages(ExpectationKind):
    """How many messages of each type a reply has."""

    kind = "messages"
    summary = message("kind.messages.summary")
    example = "messages: {answer: 1, function_call: {min: 1}}"
    scope = "reply"

    counts: tuple[tuple[str, NumberRange], ...]

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        """Return the types that are known."""
        return (*MESSAGE_TYPES, *CONTENT_TYPES)

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a mapping of message types to counts."""
        example = "messages: {answer: 1}"
        mapping = argument.mapping(example)
        if not mapping:
            raise argument.error_at(
                message("expectation.messages.empty"), message("expectation.write", code=example)
            )
        known = cls.known_keys()
        counts = []
        for name, value in mapping.items():
            unknown = name not in known
            if unknown and (nearest := nearest_word(name, known, min_similarity=0.8)):
                raise argument.key_error(
                    name,
                    message("expectation.messages.unknown", word=name, nearest=nearest),
                    message("expectation.messages.unknown.next", names=known),
                )
            counts.append((name, NumberRange.parse(argument.child(name, value), COUNTS, "exact")))
        return cls(**item.common, counts=tuple(counts))

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of counts by message type."""
        count = {"description": "Exactly this number, or {min, max}.", **range_schema(COUNTS)}
        return {
            "type": "object",
            "properties": dict.fromkeys(cls.known_keys(), count),
            "additionalProperties": count,
            "minProperties": 1,
        }

    @property
    def expected(self) -> LocalizedText:
        """The number of messages of each type."""
        counts = [bounds.describe(partial(_amount, name)) for name, bounds in self.counts]
        return counts[0] if len(counts) == 1 else message("kind.all", parts=tuple(counts))

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the counts."""
        messages = context.reply.messages
        counts = Counter(one.type for one in messages if not one.is_audio)
        counts.update(one.content_type for one in messages if one.content_type in CONTENT_TYPES)
        actual = message("kind.messages.none")
        if counts:
            amounts = tuple([_amount(name, count) for name, count in counts.items()])
            actual = message("kind.all", parts=amounts)
        reasons = [
            _explain(name, counts[name], violation)
            for name, bounds in self.counts
            if (violation := bounds.violation(counts[name]))
        ]
        if not reasons:
            return self.passed(message("kind.messages.passed"), actual)
        if len(reasons) == 1:
            return self.failed(reasons[0], actual)
        return self.failed(message("kind.messages.several", reasons=tuple(reasons)), actual)


def _amount(name: str, n: float | str) -> LocalizedText:
    return message("kind.amount.messages", type=name, n=n)


def _explain(name: str, count: int, violation: Violation) -> LocalizedText:
    side, n = violation
    if not count:
        if side == "below":
            return message("kind.messages.absent.below", type=name, n=n)
        return message("kind.messages.absent.exact", type=name, n=n)
    amount = _amount(name, count)
    if side == "above":
        return message("kind.messages.above", amount=amount, n=n)
    if side == "below":
        return message("kind.messages.below", amount=amount, n=n)
    return message("kind.messages.exact", amount=amount, n=n)


def _parse_arguments(argument: ItemArgument) -> Mapping[str, JSON]:
    mapping = argument.mapping("arguments: {city: 北京}")
    if not mapping:
        raise argument.error_at(
            message("expectation.arguments_empty", label=argument.label),
            message("expectation.arguments_empty.next"),
        )
    return mapping


_NAME: Final = required_text("name")
_ARGUMENTS: Final[Parameter[Mapping[str, JSON]]] = Parameter(
    "arguments", _parse_arguments, {"type": "object", "minProperties": 1}, {}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCalled(ExpectationKind):
    """A tool was called, with certain arguments."""

    kind = "tool_call"
    summary = message("kind.tool_call.summary")
    example = "tool_call: {name: get_weather, arguments: {city: 北京}}"
    scope = "reply"
    parameters = (_NAME, _ARGUMENTS, WHERE)
    short_form = "name"

    tool: str
    arguments: Mapping[str, JSON]
    where: tuple[JmesPathCheck, ...] = ()

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a tool's name or `{name, arguments, where}`."""
        values = cls.read_arguments(argument)
        tool, arguments, where = _NAME.read(values), _ARGUMENTS.read(values), WHERE.read(values)
        return cls(**item.common, tool=tool, arguments=arguments, where=where)

    @property
    def expected(self) -> LocalizedText:
        """The tool, and what it is called with."""
        tool, checks = self.tool, describe_checks(self.where)
        if not self.arguments:
            if not checks:
                return message("kind.tool_call.expected", tool=tool)
            return message("kind.tool_call.expected.where", tool=tool, checks=checks)
        args = as_json(self.arguments)
        if not checks:
            return message("kind.tool_call.expected.arguments", tool=tool, arguments=args)
        return message("kind.tool_call.expected.both", tool=tool, arguments=args, checks=checks)

    @property
    def opposite(self) -> LocalizedText:
        """No call of the tool, or none with these arguments."""
        if self.arguments or self.where:
            return message("kind.not.expected", expected=self.expected)
        return message("kind.tool_call.opposite", tool=self.tool)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the calls: one call of the tool must match everything that is named."""
        calls = context.reply.tool_calls
        if not calls:
            reason = message("kind.tool_call.none", tool=self.tool)
            return self.failed(reason, message("kind.tool_call.no_call"))
        actual = excerpt("; ".join(map(_format_call, calls)))
        calls_of_tool = [call for call in calls if call.has_name(self.tool)]
        if not calls_of_tool:
            tools = tuple(dict.fromkeys(call.name for call in calls))
            reason = message("kind.tool_call.other", tool=self.tool, tools=tools)
            return self.failed(reason, actual)
        mismatches = []
        for call in calls_of_tool:
            mismatch = find_mismatch(self.arguments, call.arguments)
            try:
                mismatch = mismatch or first_mismatch(self.where, call.arguments)
            except UnfinishedQueryError as error:
                return self.inconclusive(error.reason, actual)
            if not mismatch:
                reason = message("kind.tool_call.passed", tool=self.tool)
                return self.passed(reason, _format_call(call))
            mismatches.append(mismatch.reason)
        reason = message("kind.tool_call.failed", tool=self.tool, mismatches=tuple(mismatches))
        return self.failed(reason, actual)


def _format_call(call: ToolCall) -> str:
    return excerpt(f"{call.name}({as_json(call.arguments)})")
