"""Drives call flows with a transport."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from coze_harness.model import HttpCall, HttpResponse, Wait
from coze_harness.model.errors import HarnessError
from coze_harness.model.protocols import CallFlow, Transport

Value = TypeVar("Value")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class FlowTask(Generic[Value, Result]):
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
