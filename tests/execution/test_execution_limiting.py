"""A shared rate: reserved moments, in order, for any number of conversations."""

from __future__ import annotations

import time

import pytest
from coze_harness.execution.flow_driver import FlowTask, run_flow
from coze_harness.execution.live_scheduler import run_concurrently
from coze_harness.execution.rate_limit import RateLimit, limit_rate
from coze_harness.model import HttpCall, HttpResponse, Wait
from coze_harness.model.errors import TransportError
from coze_harness.model.protocols import CallFlow

CALL = HttpCall("GET", "/v3/chat/retrieve")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


class Answering:
    def __init__(self) -> None:
        self.moments: list[float] = []

    def send(self, call: HttpCall) -> HttpResponse:
        self.moments.append(time.monotonic())
        return HttpResponse(200, {}, b"{}")


def asking(times: int) -> CallFlow[int]:
    for _ in range(times):
        answer = yield CALL
        assert answer is not None
        assert answer.body == b"{}"
    return times


def test_moments_are_an_interval_apart_and_time_that_passed_is_not_saved_up() -> None:
    clock = Clock()
    limit = RateLimit(4, clock.monotonic)
    assert [limit.reserve() for _ in range(3)] == [0.0, 0.25, 0.5]
    clock.now += 10
    assert [limit.reserve() for _ in range(2)] == [0.0, 0.25]


def test_a_call_waits_for_its_moment_and_a_wait_is_left_as_it_is() -> None:
    clock = Clock()
    limit = RateLimit(2, clock.monotonic)

    def both() -> CallFlow[str]:
        yield CALL
        yield Wait(3)
        yield CALL
        return "done"

    conversation = limit_rate(both(), limit)
    assert next(conversation) == CALL
    assert conversation.send(HttpResponse(200, {}, b"")) == Wait(3)
    assert conversation.send(None) == Wait(0.5, is_queue=True)
    assert conversation.send(None) == CALL
    with pytest.raises(StopIteration) as end:
        conversation.send(HttpResponse(200, {}, b""))
    assert end.value.value == "done"


def test_an_error_thrown_in_reaches_the_conversation() -> None:
    def careful() -> CallFlow[str]:
        try:
            yield CALL
        except TransportError:
            return "caught"
        return "missed"

    class Broken:
        def send(self, call: HttpCall) -> HttpResponse:
            raise TransportError("no", may_have_arrived=False)

    assert run_flow(limit_rate(careful(), RateLimit(1000, time.monotonic)), Broken()) == "caught"


def test_closing_it_closes_the_conversation() -> None:
    closed: list[bool] = []

    def listening() -> CallFlow[None]:
        try:
            yield CALL
        finally:
            closed.append(True)

    conversation = limit_rate(listening(), RateLimit(1000, time.monotonic))
    next(conversation)
    conversation.close()
    assert closed == [True]


def test_many_conversations_together_keep_the_rate() -> None:
    limit = RateLimit(100, time.monotonic)
    answering = Answering()
    began = time.monotonic()
    openers = [
        lambda: FlowTask(limit_rate(asking(2), limit), answering, lambda value: value)
        for _ in range(20)
    ]
    assert list(run_concurrently(openers, workers=8, monotonic=time.monotonic)) == [2] * 20
    spent = max(answering.moments) - began
    assert len(answering.moments) == 40
    assert spent >= 0.38, "40 calls at 100 a second take 39 intervals"
