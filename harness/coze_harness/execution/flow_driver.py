"""Drives call flows with a transport, and wraps one flow in another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from msgspec import Struct

from coze_harness.model import HttpCall, HttpResponse, Wait
from coze_harness.model.errors import HarnessError
from coze_harness.model.protocols import CallFlow, Transport

Value = TypeVar("Value")
Result = TypeVar("Result")


class FlowTask(Struct, Generic[Value, Result], frozen=True):
    """A flow to drive; `on_result` makes the task's result of what it returns."""

    flow: CallFlow[Value]
    transport: Transport
    on_result: Callable[[Value], Result]


def advance_flow(
    flow: CallFlow[Value], transport: Transport, step: HttpCall | Wait
) -> HttpCall | Wait:
    """Answer one step of a flow and return its next step; the time of a `Wait` has passed.

    Raises:
        StopIteration: the flow has returned; `value` holds the result.
    """
    if isinstance(step, Wait):
        return flow.send(None)
    response: HttpResponse
    try:
        response = transport.send(step)
    except HarnessError as error:
        return flow.throw(error)
    return flow.send(response)


def run_flow(flow: CallFlow[Value], transport: Transport) -> Value:
    """Drive a flow to its end without ever waiting."""
    try:
        step = next(flow)
        while True:
            step = advance_flow(flow, transport, step)
    except StopIteration as end:
        value: Value = end.value
        return value


def relay_flow(
    flow: CallFlow[Value], answer: Callable[[HttpCall | Wait], CallFlow[HttpResponse | None]]
) -> CallFlow[Value]:
    """Return a flow that has every step of another one answered.

    Args:
        flow: the other flow; it is closed with the returned one.
        answer: takes a step on, in whatever calls and waits; what it returns is sent to the flow,
            and an error that it raises is thrown into it.
    """
    try:
        step = next(flow)
        while True:
            try:
                response = yield from answer(step)
            except HarnessError as error:
                step = flow.throw(error)
            else:
                step = flow.send(response)
    except StopIteration as end:
        value: Value = end.value
        return value
    finally:
        flow.close()


def with_calls(flow: CallFlow[Value], change: Callable[[HttpCall], HttpCall]) -> CallFlow[Value]:
    """Return a flow whose calls are changed before they are made."""

    def answer(step: HttpCall | Wait) -> CallFlow[HttpResponse | None]:
        return (yield change(step) if isinstance(step, HttpCall) else step)

    return relay_flow(flow, answer)
