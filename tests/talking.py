"""Conversations held in tests: over real sockets with a server, or by hand with answers."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import orjson
from coze_harness.coze import ListMethod, PollSchedule, RetryPolicy, open_conversation
from coze_harness.execution.flow_driver import FlowTask
from coze_harness.execution.live_scheduler import run_concurrently
from coze_harness.model import JSON, ChatOptions, HttpCall, HttpResponse, Reply, Target, Wait
from coze_harness.model.errors import HarnessError
from coze_harness.model.location import Location
from coze_harness.model.protocols import CallFlow, Conversation
from coze_harness.model.trial import Turn
from coze_harness.server.fault_injection import Fault
from coze_harness.server.script_reader import parse_script
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer
from coze_harness.transport import HttpTransport, TimedTransport

BOT = "7403315657221079041"
TARGET = Target(name="tester", id=BOT)
TOKEN = "pat_" + "a1" * 32
LOCATION = Location("scenarios/identity.yaml", 9, 5)

QUICK_POLLING = PollSchedule(interval=0.02, timeout=5.0)
QUICK_RETRY = RetryPolicy(jitter=lambda: 0.5, base=0.01)


def script(answers: str, *, rest: str = "") -> ServerScript:
    """Return a script of one bot whose answers are the given YAML list."""
    lines = "".join(f"  {line}\n" for line in answers.strip().splitlines())
    return parse_script(
        f"bots:\n- id: '{BOT}'\n  name: tester\n  answers:\n{lines}{rest}\n", "script.yaml"
    )


def scripted_fault(value: object) -> Fault:
    """Return the fault that a script describes in this way."""
    bot = {"id": BOT, "name": "tester"}
    text = json.dumps({"bots": [bot], "faults": [value]})
    return parse_script(text, "script.yaml").faults[0]


def turn(prompt: str = "你是谁?", **fields: Any) -> Turn:
    return Turn(prompt=prompt, **{"expectations": (), "location": LOCATION, **fields})


def new_conversation(
    options: ChatOptions | None = None,
    schedule: PollSchedule = QUICK_POLLING,
    policy: RetryPolicy = QUICK_RETRY,
    target: Target = TARGET,
) -> Conversation:
    return open_conversation(
        target,
        options or ChatOptions(user_id="0"),
        schedule,
        policy,
        lambda: "session-1",
        ListMethod(),
    )


@dataclass
class SpyTool:
    """A tool that keeps what it was called with, and says it again."""

    name: str
    calls: list[tuple[str, JSON]] = field(default_factory=list)

    def call(self, call_id: str, arguments: JSON) -> str:
        self.calls.append((call_id, arguments))
        return f"{self.name}{arguments}"


class SpyTransport:
    """A transport that keeps every call and response that passes it."""

    def __init__(self, transport: TimedTransport) -> None:
        self._transport = transport
        self.calls: list[HttpCall] = []
        self.responses: list[HttpResponse] = []

    def send(self, call: HttpCall) -> HttpResponse:
        self.calls.append(call)
        response = self._transport.send(call)
        self.responses.append(response)
        return response


class Talk:
    """One conversation with a server, over a real wire and the live scheduler."""

    def __init__(
        self,
        server: RunningServer,
        *,
        options: ChatOptions | None = None,
        schedule: PollSchedule = QUICK_POLLING,
        policy: RetryPolicy = QUICK_RETRY,
        target: Target = TARGET,
        call_seconds: float = 10.0,
    ) -> None:
        self.transport = HttpTransport(
            target.base_url or server.base_url,
            TOKEN,
            workers=1,
            environment={},
            call_seconds=call_seconds,
        )
        self.spy = SpyTransport(TimedTransport(self.transport, time.monotonic))
        self._conversation = new_conversation(options, schedule, policy, target)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.transport.close()

    def ask(self, prompt: str = "你是谁?", **fields: Any) -> Reply:
        reply = self.drive(self._conversation.run_turn(turn(prompt, **fields)))
        assert isinstance(reply, Reply)
        return reply

    def drive(self, conversation: CallFlow[Any]) -> Any:
        task = FlowTask(conversation, self.spy, lambda value: value)
        with closing(
            run_concurrently([lambda: task], workers=1, monotonic=time.monotonic)
        ) as results:
            return next(results)

    def paths(self) -> list[str]:
        return [call.path.removeprefix("/v3/chat") or "prompt" for call in self.spy.calls]


def json_response(payload: object, status: int = 200, **headers: str) -> HttpResponse:
    """Return an answer whose body is JSON (or bytes as they are)."""
    body = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    return HttpResponse(
        status, {name.replace("_", "-"): value for name, value in headers.items()}, body
    )


def data_response(data: object) -> HttpResponse:
    return json_response({"code": 0, "msg": "", "data": data, "detail": {"logid": "LOG"}})


def chat_response(status: str = "in_progress", **fields: object) -> HttpResponse:
    return data_response({"id": "71", "conversation_id": "72", "status": status, **fields})


def error_response(code: int, http: int = 200, **headers: Any) -> HttpResponse:
    return json_response({"code": code, "msg": "no", "detail": {"logid": "LOG"}}, http, **headers)


def messages_response(*answers: str) -> HttpResponse:
    return data_response(
        [{"id": "1", "role": "assistant", "type": "answer", "content": a} for a in answers]
    )


class ScriptedDriver:
    """Drives a conversation with given answers, in a time that only waits and calls move.

    `answers` is a list of answers (or errors to throw), or a function of call and time.
    """

    def __init__(
        self,
        answers: Sequence[HttpResponse | HarnessError]
        | Callable[[HttpCall, float], HttpResponse | HarnessError],
        *,
        latency: float = 0.0,
    ) -> None:
        self._responses = None if callable(answers) else iter(answers)
        self._respond = answers if callable(answers) else None
        self._latency = latency
        self.now = 0.0
        self.calls: list[HttpCall] = []
        self.call_times: list[float] = []
        self.waits: list[float] = []

    def drive(self, conversation: CallFlow[Any]) -> Any:
        try:
            step = next(conversation)
            while True:
                step = self._serve(conversation, step)
        except StopIteration as end:
            return end.value

    def _serve(self, conversation: CallFlow[Any], step: HttpCall | Wait) -> HttpCall | Wait:
        if isinstance(step, Wait):
            self.waits.append(step.seconds)
            self.now += step.seconds
            return conversation.send(None)
        self.calls.append(step)
        self.call_times.append(self.now)
        response = (
            self._respond(step, self.now) if self._respond else next(self._responses or iter(()))
        )
        started = self.now
        self.now += self._latency
        if isinstance(response, HarnessError):
            return conversation.throw(response)
        answer = HttpResponse(
            response.status, response.headers, response.body, started, self._latency
        )
        return conversation.send(answer)

    def paths(self) -> list[str]:
        return [call.path.removeprefix("/v3/chat") or "prompt" for call in self.calls]

    def poll_times(self) -> list[float]:
        """Return when the chat was looked up."""
        timed_calls = zip(self.call_times, self.calls, strict=True)
        return [at for at, call in timed_calls if call.path.endswith("/retrieve")]


def body(call: HttpCall) -> Mapping[str, Any]:
    assert call.body is not None
    return call.body
