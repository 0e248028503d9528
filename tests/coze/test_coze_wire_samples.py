"""Exchanges in the shape of outside sources, on real bytes: from a socket, then replayed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from coze_harness.cassettes import (
    RecordingInfo,
    RecordingTransport,
    Redactor,
    ReplayTransport,
    canonical_format,
)
from coze_harness.coze import ListMethod, PollSchedule, RetryPolicy, open_conversation
from coze_harness.execution.flow_driver import FlowTask, run_flow
from coze_harness.execution.live_scheduler import run_concurrently
from coze_harness.expectations import build_expectation
from coze_harness.model import Attachment, ChatOptions, Reply, Target, TargetKind
from coze_harness.model.errors import ApiError, HarnessError
from coze_harness.model.protocols import Conversation, Transport
from coze_harness.model.trial import EvaluationContext, Turn
from coze_harness.transport import HttpTransport, TimedTransport
from coze_harness.yaml_source import read_yaml
from talking import BOT, LOCATION, TARGET, TOKEN

SAMPLES = sorted((Path(__file__).parent.parent / "wire_samples").glob("*.yaml"))
QUICK = PollSchedule(interval=0.001, timeout=5.0)
HASTY = RetryPolicy(jitter=lambda: 0.0, base=0.001)
STRICT = RetryPolicy(jitter=lambda: 0.0, tries=1)
EMPTY: Mapping[str, Any] = {
    "answer": "",
    "status": "completed",
    "usage": None,
    "tool_calls": [],
    "follow_ups": [],
    "reasoning": "",
    "error_code": 0,
    "error_message": "",
    "audio": 0,
}


@dataclass
class Script:
    """The exchanges of one sample: the calls that must come, and their responses."""

    exchanges: Sequence[Mapping[str, Any]]
    unexpected: list[str]
    next: int = 0


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    script = Script((), [])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
        """Write nothing."""

    def _answer(self) -> None:
        script = self.server.script
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        exchange = script.exchanges[script.next] if script.next < len(script.exchanges) else {}
        script.next += 1
        method, _, target = str(exchange.get("call", "nothing /")).partition(" ")
        path, _, query = target.partition("?")
        sent_path, _, sent_query = self.path.partition("?")
        if (self.command, sent_path) != (method, path) or query not in sent_query:
            script.unexpected.append(f"{self.command} {self.path} in place of {method} {target}")
        if expected := exchange.get("sends"):
            sent = json.loads(body)
            sent_fields = {key: sent.get(key) for key in expected}
            if sent_fields != expected:
                script.unexpected.append(f"{sent_fields} in place of {expected}")
        content, content_type = response_of(exchange)
        self.send_response(int(exchange.get("status", 200)))
        self.send_header("Content-Type", str(exchange.get("content_type", content_type)))
        self.send_header("X-Tt-Logid", "20261126100000000000000000000000AB")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def response_of(exchange: Mapping[str, Any]) -> tuple[bytes, str]:
    if "stream" in exchange:
        text = str(exchange["stream"])
        if exchange.get("crlf"):
            text = text.replace("\n", "\r\n")
        return text.encode(), "text/event-stream"
    if "json" in exchange:
        content = json.dumps(exchange["json"], ensure_ascii=False)
        return content.encode(), "application/json; charset=utf-8"
    return str(exchange.get("body", "")).encode(), "text/plain"


@pytest.fixture(scope="module")
def server() -> Iterator[_Server]:
    with _Server(("127.0.0.1", 0), _Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def turns_of(sample: Mapping[str, Any]) -> list[Turn]:
    return [
        Turn(
            prompt=turn_fields.get("prompt", ""),
            expectations=(),
            location=LOCATION,
            tools=turn_fields.get("tools"),
            attachments=tuple(map(Attachment, turn_fields.get("attach", ()))),
            checks_status=turn_fields.get("checks_status", False),
            workflow_input=turn_fields.get("input"),
        )
        for turn_fields in sample["turns"]
    ]


def options_of(sample: Mapping[str, Any]) -> ChatOptions:
    options = dict(sample.get("options", {}))
    options.pop("workflow", None)
    history = tuple((role, content) for role, content in options.pop("history", ()))
    return ChatOptions(user_id="0", history=history, **options)


def target_of(sample: Mapping[str, Any]) -> Target:
    workflow = sample.get("options", {}).get("workflow")
    if not workflow:
        return TARGET
    return Target(name="flow", id=workflow, kind=TargetKind.CHATFLOW, bot_id=BOT)


def live(
    conversation: Conversation, turns: Sequence[Turn], transport: Transport
) -> list[Reply | HarnessError]:
    outcomes: list[Reply | HarnessError] = []
    for turn in turns:
        try:
            outcomes.append(run_live(conversation, turn, transport))
        except HarnessError as error:
            outcomes.append(error)
    return outcomes


def run_live(conversation: Conversation, turn: Turn, transport: Transport) -> Reply:
    task = FlowTask(conversation.run_turn(turn), transport, lambda reply: reply)
    (reply,) = run_concurrently([lambda: task], workers=1, monotonic=time.monotonic)
    return reply


def comparable_fields(reply: Reply) -> dict[str, Any]:
    usage = reply.usage
    return {
        "answer": reply.answer,
        "status": reply.status,
        "usage": [usage.total, usage.input, usage.output] if usage else None,
        "tool_calls": [
            {"name": call.name, "arguments": call.arguments, "api_name": call.api_name}
            for call in reply.tool_calls
        ],
        "follow_ups": list(reply.follow_ups),
        "reasoning": "".join(message.reasoning for message in reply.messages),
        "error_code": reply.error_code,
        "error_message": reply.error_message,
        "audio": sum(message.content_type == "audio" for message in reply.messages),
    }


def check(expected: Mapping[str, Any], outcome: Reply | HarnessError) -> None:
    if "error" in expected:
        assert isinstance(outcome, HarnessError), outcome
        error = expected["error"]
        assert type(outcome).__name__ == error["type"], outcome
        for words in error["says"]:
            assert words in str(outcome.what)
        if "code" in error:
            assert isinstance(outcome, ApiError)
            assert outcome.code == error["code"]
        return
    assert isinstance(outcome, Reply), outcome
    calls = [
        {"name": call["name"], "arguments": call["arguments"], "api_name": call.get("api_name", "")}
        for call in expected.get("tool_calls", ())
    ]
    assert comparable_fields(outcome) == {**EMPTY, **expected, "tool_calls": calls}
    for call in expected.get("tool_calls", ()):
        for name in filter(None, (call["name"], call.get("called"))):
            assert passes({"tool_call": name}, outcome), name
    if outcome.status == "asks":
        assert passes({"status": "asks"}, outcome)
        assert passes({"asks": outcome.answer[:2]}, outcome)
    if expected.get("audio"):
        assert passes({"messages": {"audio": expected["audio"], "answer": 1}}, outcome)


def passes(item: Mapping[str, Any], reply: Reply) -> bool:
    document = read_yaml(json.dumps(item, ensure_ascii=False), "expect.yaml", HarnessError)
    verdict = build_expectation(document.data, document.positions).judge(
        EvaluationContext("", reply)
    )
    return verdict.status == "passed"


def test_there_are_enough_samples_polled_and_streamed() -> None:
    sources = [yaml.safe_load(path.read_text("utf-8"))["source"] for path in SAMPLES]
    assert len(sources) == len(set(sources)) >= 40
    streamed = [path for path in SAMPLES if "stream: |" in path.read_text("utf-8")]
    assert 15 <= len(streamed) <= len(SAMPLES) - 15


@pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_a_sample_is_read_as_it_says(path: Path, server: _Server) -> None:
    sample = yaml.safe_load(path.read_text("utf-8"))
    exchanges = [one for one in sample["exchanges"] for _ in range(one.get("times", 1))]
    server.script = Script(exchanges, [])
    target, options, turns = target_of(sample), options_of(sample), turns_of(sample)
    base_url = f"http://127.0.0.1:{server.server_port}"
    transport = HttpTransport(base_url, TOKEN, workers=1, environment={})
    recorder = RecordingTransport(
        TimedTransport(transport, time.monotonic), base_url, Redactor([TOKEN])
    )
    with closing(transport):
        conversation = open_conversation(target, options, QUICK, HASTY, str, ListMethod())
        outcomes = live(conversation, turns, recorder)
    assert not server.script.unexpected
    assert server.script.next == len(exchanges)
    for expected, outcome in zip(sample["expect"], outcomes, strict=True):
        check(expected, outcome)

    if any(isinstance(outcome, HarnessError) for outcome in outcomes):
        return  # a conversation that failed is not stored
    info = RecordingInfo(scenario="s", trial="s", fingerprint="", recorded_at="", harness="")
    stored = canonical_format.write_canonical(recorder.recording, info)
    recording = canonical_format.read_canonical(stored)
    assert recording is not None
    replay_transport = ReplayTransport(recording, path.name, Redactor())
    replayed = open_conversation(target, options, PollSchedule(), STRICT, str)
    assert [run_flow(replayed.run_turn(turn), replay_transport) for turn in turns] == outcomes
    replay_transport.check_all_played()
