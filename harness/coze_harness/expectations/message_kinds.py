"""Kinds on what a reply is made of: its messages and its tool calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import ItemArgument, listed
from coze_harness.expectations.jmespath_query import (
    WHERE,
    JmesPathCheck,
    as_json,
    describe_checks,
    first_mismatch,
    mismatch,
)
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.number_range import COUNTS, NumberRange, range_schema
from coze_harness.expectations.parameter import Parameter, Schema, required_text
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
    summary = (
        "How many messages of each type the reply has: a number or {min, max}. `card`, `audio` and "
        "`object_string` count what their content is."
    )
    example = "messages: {answer: 1, function_call: {min: 1}}"
    scope = "reply"
    verb_forms = ("has", "have")

    counts: tuple[tuple[str, NumberRange], ...]

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        """Return the types that are known."""
        return (*MESSAGE_TYPES, *CONTENT_TYPES)

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a mapping of message types to counts."""
        example = "Write `messages: {answer: 1}`."
        if not isinstance(argument.value, dict):
            raise argument.type_error("a mapping", example)
        if not argument.value:
            raise argument.error_at('"messages" names no type.', example)
        known = cls.known_keys()
        counts = []
        for name, value in argument.value.items():
            unknown = name not in known
            if unknown and (nearest := nearest_word(name, known, min_similarity=0.8)):
                raise argument.key_error(
                    name,
                    f'Coze has no message type "{name}". Did you mean "{nearest}"?',
                    f"The types are: {listed(known)}.",
                )
            counts.append((name, NumberRange.parse(argument.child(name, value), COUNTS, "exact")))
        words = ", ".join(f"{name}: {bounds.describe()}" for name, bounds in counts)
        return cls(**item.common, description=f"messages of type {words}", counts=tuple(counts))

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

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the counts."""
        messages = context.reply.messages
        have = Counter(message.type for message in messages if message.content_type != "audio")
        have.update(one.content_type for one in messages if one.content_type in CONTENT_TYPES)
        actual = ", ".join(f"{count} {name}" for name, count in have.items()) or "no messages"
        violations = [
            f"messages of type {name}: {have[name]}, {violation}"
            for name, bounds in self.counts
            if (violation := bounds.violated_limit(have[name]))
        ]
        if violations:
            return self.failed("; ".join(violations), actual)
        return self.passed("the counts are right", actual)


def _parse_arguments(argument: ItemArgument) -> Mapping[str, JSON]:
    if not isinstance(argument.value, dict):
        raise argument.type_error("a mapping", "Write `arguments: {city: 北京}`.")
    return dict(argument.value)


_NAME: Final = required_text("name")
_NO_ARGUMENTS: Final[Mapping[str, JSON]] = {}
_ARGUMENTS: Final = Parameter("arguments", _parse_arguments, {"type": "object"}, _NO_ARGUMENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCalled(ExpectationKind):
    """A tool was called, with certain arguments."""

    kind = "tool_call"
    summary = (
        "The bot called this tool, by its full name or its name without the plugin's; `arguments` "
        "may name a part of them, `where` finds values in them by JMESPath."
    )
    example = "tool_call: {name: get_weather, arguments: {city: 北京}}"
    scope = "reply"
    verb_forms = ("calls", "call")
    parameters = (_NAME, _ARGUMENTS, WHERE)
    short_form = "name"

    tool: str
    arguments: Mapping[str, JSON]
    where: tuple[JmesPathCheck, ...] = ()

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a tool's name or `{name, arguments, where}`."""
        written = cls.read_arguments(argument)
        tool, arguments, where = _NAME.read(written), _ARGUMENTS.read(written), WHERE.read(written)
        description = f"the tool {tool}"
        if _ARGUMENTS.key in written:
            description += f" with {as_json(arguments)}"
        if where:
            description += f" where {describe_checks(where)}"
        return cls(
            **item.common, description=description, tool=tool, arguments=arguments, where=where
        )

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the calls: one call of the tool must match everything that is named."""
        calls = context.reply.tool_calls
        actual = excerpt("; ".join(map(_format_call, calls)))
        if not calls:
            return self.failed("the bot called no tool", "no tool call")
        named = [call for call in calls if call.has_name(self.tool)]
        if not named:
            tools = ", ".join(dict.fromkeys(call.name for call in calls))
            return self.failed(f"the bot did not call {self.tool}; it called {tools}", actual)
        mismatches = []
        for call in named:
            reason = mismatch(self.arguments, call.arguments)
            reason = reason or first_mismatch(self.where, call.arguments)
            if not reason:
                return self.passed("it does", _format_call(call))
            mismatches.append(reason)
        return self.failed(f"{self.tool} was called, but {'; '.join(mismatches)}", actual)


def _format_call(call: ToolCall) -> str:
    return excerpt(f"{call.name}({as_json(call.arguments)})")
