"""Kinds on what a reply is made of: its messages, its tool calls, its JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import ItemArgument, listed, nearest
from coze_harness.expectations.jmespath_query import (
    WHERE_SCHEMA,
    JmesPathCheck,
    as_json,
    describe_checks,
    first_mismatch,
    missing_from,
    parse_checks,
)
from coze_harness.expectations.kind import ExpectationKind, ItemContext, Schema
from coze_harness.expectations.number_range import NumberRange, range_schema
from coze_harness.model import JSON, ToolCall, Verdict
from coze_harness.model.trial import EvaluationContext

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
"""What Coze documents; a type that it may add is taken, a misspelt one is not."""

CONTENT_TYPES: Final = ("card", "audio", "object_string")
"""What a message's content may be besides text. No type has such a name, so that they are counted
beside the types: a card comes as an `answer`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages(ExpectationKind):
    """How many messages of each type a reply has."""

    kind: ClassVar[str] = "messages"
    summary: ClassVar[str] = (
        "How many messages of each type the reply has: a number or {min, max}. `card`, `audio` and "
        "`object_string` count what their content is."
    )
    example: ClassVar[str] = "messages: {answer: 1, function_call: {min: 1}}"
    keys: ClassVar[tuple[str, ...]] = (*MESSAGE_TYPES, *CONTENT_TYPES)
    subject = "reply"
    verbs: ClassVar[tuple[str, str]] = ("has", "have")

    counts: tuple[tuple[str, NumberRange], ...]

    @classmethod
    def parse(cls, given: ItemArgument, item: ItemContext) -> Self:
        """Build from a mapping of message types to counts."""
        if not isinstance(given.value, dict):
            raise given.type_error("a mapping", "write messages: {answer: 1}")
        if not given.value:
            raise given.error_at('"messages" names no type.', "write messages: {answer: 1}")
        counts = []
        for name, value in given.value.items():
            if name not in cls.keys and (near := nearest(name, cls.keys, alike=0.8)):
                raise given.key_refusal(
                    name,
                    f'Coze has no message type "{name}"; did you mean "{near}"?',
                    f"the types are: {listed(cls.keys)}",
                )
            counts.append((name, NumberRange.parse(given.child(name, value), "exact", counts=True)))
        wanted = ", ".join(f"{name}: {bounds.describe}" for name, bounds in counts)
        return cls(**item.common, description=f"messages of type {wanted}", counts=tuple(counts))

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of counts by message type."""
        count = range_schema("Exactly so many, or {min, max}.", counts=True)
        return {
            "description": cls.summary,
            "type": "object",
            "properties": dict.fromkeys(cls.keys, count),
            "additionalProperties": count,
            "minProperties": 1,
        }

    def evaluate(self, seen: EvaluationContext) -> Verdict:
        """Judge the counts."""
        messages = seen.reply.messages
        have = Counter(message.type for message in messages)
        have.update(one.content_type for one in messages if one.content_type in CONTENT_TYPES)
        actual = ", ".join(f"{count} {name}" for name, count in have.items()) or "no messages"
        faults = [
            f"messages of type {name}: {have[name]}, {breach}"
            for name, bounds in self.counts
            if (breach := bounds.violated_limit(have[name]))
        ]
        if faults:
            return self.failed("; ".join(faults), actual)
        return self.passed("the counts are right", actual)


def _call_words(call: ToolCall) -> str:
    return excerpt(f"{call.name}({as_json(call.arguments)})")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCalled(ExpectationKind):
    """A tool was called, with certain arguments."""

    kind: ClassVar[str] = "tool_call"
    summary: ClassVar[str] = (
        "The bot called this tool; `arguments` may name a part of them, `where` finds values in "
        "them by JMESPath."
    )
    example: ClassVar[str] = "tool_call: {name: get_weather, arguments: {city: 北京}}"
    keys: ClassVar[tuple[str, ...]] = ("name", "arguments", "where")
    subject = "reply"
    verbs: ClassVar[tuple[str, str]] = ("calls", "call")

    tool: str
    arguments: Mapping[str, JSON]
    where: tuple[JmesPathCheck, ...] = ()

    @classmethod
    def parse(cls, given: ItemArgument, item: ItemContext) -> Self:
        """Build from a tool's name or `{name, arguments, where}`."""
        if not isinstance(given.value, dict):
            tool = given.text()
            return cls(**item.common, description=f"the tool {tool}", tool=tool, arguments={})
        fields = given.fields(cls.keys, "tool_call: {name: …, arguments: {…}}")
        if "name" not in fields:
            raise given.error_at(
                '"tool_call" does not name the tool.', "write tool_call: {name: …}"
            )
        tool, arguments = fields["name"].text(), dict[str, JSON]()
        wanted = f"the tool {tool}"
        if "arguments" in fields:
            asked = fields["arguments"].value
            if not isinstance(asked, dict):
                raise fields["arguments"].type_error("a mapping", "write arguments: {city: 北京}")
            arguments = dict(asked)
            wanted += f" with {as_json(arguments)}"
        where: tuple[JmesPathCheck, ...] = ()
        if "where" in fields:
            where = parse_checks(fields["where"])
            wanted += f" where {describe_checks(where)}"
        return cls(**item.common, description=wanted, tool=tool, arguments=arguments, where=where)

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of a tool's name or `{name, arguments, where}`."""
        name: Schema = {"type": "string", "minLength": 1}
        return {
            "description": cls.summary,
            "anyOf": [
                name,
                {
                    "type": "object",
                    "properties": {
                        "name": name,
                        "arguments": {"type": "object"},
                        "where": WHERE_SCHEMA,
                    },
                    "required": ["name"],
                    "additionalProperties": False,
                },
            ],
        }

    def evaluate(self, seen: EvaluationContext) -> Verdict:
        """Judge the calls: one of the tool's calls must meet everything that is named."""
        calls = seen.reply.tool_calls
        actual = excerpt("; ".join(map(_call_words, calls)))
        if not calls:
            return self.failed("the bot called no tool", "no tool call")
        named = [call for call in calls if call.name == self.tool]
        if not named:
            tools = ", ".join(dict.fromkeys(call.name for call in calls))
            return self.failed(f"the bot did not call {self.tool}; it called {tools}", actual)
        faults = []
        for call in named:
            fault = missing_from(self.arguments, call.arguments)
            fault = fault or first_mismatch(self.where, call.arguments)
            if not fault:
                return self.passed("it does", _call_words(call))
            faults.append(fault)
        return self.failed(f"{self.tool} was called, but {'; '.join(faults)}", actual)
