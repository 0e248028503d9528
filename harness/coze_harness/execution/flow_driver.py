"""A conversation with the transport that serves it and what is done with its outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from coze_harness.model import HttpCall, HttpResponse, Wait
from coze_harness.model.errors import HarnessError
from coze_harness.model.trial import CallFlow, Transport

Value = TypeVar("Value")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class FlowTask(Generic[Value, Result]):
    """One conversation to drive; `on_result` makes the result of what it returns."""

    flow: CallFlow[Value]
    transport: Transport
    on_result: Callable[[Value], Result]


def advance_flow(
    conversation: CallFlow[Value], transport: Transport, wish: HttpCall | Wait
) -> HttpCall | Wait:
    """Answer one wish of a conversation and return its next one; a `Wait` is over by now.

    Raises:
        StopIteration: the conversation has returned; `value` holds what.
    """
    if isinstance(wish, Wait):
        return conversation.send(None)
    answer: HttpResponse
    try:
        answer = transport.send(wish)
    except HarnessError as fault:
        return conversation.throw(fault)
    return conversation.send(answer)


def run_flow(conversation: CallFlow[Value], transport: Transport) -> Value:
    """Drive one conversation from beginning to end here and now, without ever waiting."""
    try:
        wish = next(conversation)
        while True:
            wish = advance_flow(conversation, transport, wish)
    except StopIteration as end:
        value: Value = end.value
        return value
