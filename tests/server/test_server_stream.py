"""Server-sent events, byte by byte."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from random import Random

import pytest
from coze_harness.server.coze_ids import CozeIds
from coze_harness.server.server_process import serve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from server_caller import Caller, ManualClock, events, script

NASTY = '行分隔\u2028段\u2029下一行\u0085 é e\u0301 👩‍👩‍👧 ＡＢ \\n "引号" & <b> \x7f\ufeff'


def escape(text: str) -> str:
    """Return text as a YAML scalar that no YAML reader can touch."""
    return '"' + "".join(f"\\U{ord(character):08x}" for character in text) + '"'


SCRIPT = script(
    f"""
- prompt: nasty
  delta: 2
  answer: {escape(NASTY)}
- prompt: long
  delta: 500
  answer: {escape(chr(0x1F600) * 4000)}
- prompt: full
  knowledge: [切片]
  tools: [{{name: f, arguments: {{a: 1}}, output: 好}}]
  reasoning: 想一想
  answer: [第一, 第二]
  follow_ups: [甲, 乙]
- prompt: tool
  requires_action:
    calls: [{{name: f, id: c1}}]
    then: {{answer: "得到{{{{ f }}}}"}}
- regex: "^echo (?P<text>(?s:.*))$"
  answer: "{{{{ text }}}}"
- prompt: card
  content_type: card
  answer: "{{}}"
- prompt: paced
  delay: 10
  answer: abcdefgh
""",
    rest="""
workflows:
- id: "9"
  answers: [{default: true, answer: 流}]
""",
)


@pytest.fixture(scope="module")
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="module")
def caller(clock: ManualClock) -> Iterator[Caller]:
    with serve(SCRIPT, clock=clock) as server, Caller(server) as calling:
        yield calling


def test_frames_are_written_as_coze_writes_them(caller: Caller) -> None:
    with caller.raw_chat("nasty", stream=True) as response:
        stream = response.content
        assert response.headers["Content-Type"] == "text/event-stream"
        assert re.fullmatch(r"\d{14}[0-9A-F]{20}", response.headers["X-Tt-Logid"])
    assert re.fullmatch(rb"(event:[a-z_.]+\ndata:[^\n]+\n\n)+", stream)
    assert stream.endswith(b'event:done\ndata:"[DONE]"\n\n')
    assert b"\\u4e" not in stream
    assert "行分隔\u2028段".encode() in stream


def test_deltas_join_to_the_answer(caller: Caller) -> None:
    frames = [(event, json.loads(data)) for event, data in events(caller.stream("nasty"))]
    deltas = [data for event, data in frames if event == "conversation.message.delta"]
    completed = [d for e, d in frames if e == "conversation.message.completed"]
    assert "".join(delta["content"] for delta in deltas) == NASTY
    assert completed[0]["content"] == NASTY
    assert {delta["id"] for delta in deltas} == {completed[0]["id"]}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(min_size=1, max_size=60))
def test_any_text_survives_the_stream(caller: Caller, text: str) -> None:
    frames = events(caller.stream(f"echo {text}|"))
    completed = [json.loads(d) for e, d in frames if e == "conversation.message.completed"]
    assert completed[0]["content"] == unicodedata.normalize("NFC", f"{text}|")


def test_no_line_of_a_delta_is_longer_than_4_kb(caller: Caller) -> None:
    frames = caller.stream("long").split(b"\n\n")
    deltas = [frame for frame in frames if frame.startswith(b"event:conversation.message.delta")]
    assert len(deltas) == 8
    assert max(len(line) for frame in deltas for line in frame.split(b"\n")) <= 4096


def test_events_come_in_the_documented_order(caller: Caller) -> None:
    frames = [(event, json.loads(data)) for event, data in events(caller.stream("full"))]
    short = [
        event.removeprefix("conversation.")
        + (f" {data['type']}" if isinstance(data, dict) and "type" in data else "")
        for event, data in frames
    ]
    assert short == [
        "chat.created",
        "chat.in_progress",
        "message.completed knowledge",
        "message.completed function_call",
        "message.completed tool_response",
        "message.delta answer",
        "message.delta answer",
        "message.completed answer",
        "message.delta answer",
        "message.completed answer",
        "message.completed verbose",
        "message.completed follow_up",
        "message.completed follow_up",
        "chat.completed",
        "done",
    ]
    assert frames[5][1]["content"] == ""
    assert frames[5][1]["reasoning_content"] == "想一想"
    last = frames[-2][1]
    assert last["status"] == "completed"
    assert last["usage"]["token_count"] > 0
    assert frames[0][1]["usage"] == {"token_count": 0, "output_count": 0, "input_count": 0}


def test_a_card_is_not_split_into_deltas(caller: Caller) -> None:
    frames = [event for event, _ in events(caller.stream("card"))]
    assert "conversation.message.delta" not in frames


def test_a_chat_with_tool_outputs_has_two_streams(caller: Caller) -> None:
    frames = events(caller.stream("tool"))
    assert [event for event, _ in frames[-2:]] == ["conversation.chat.requires_action", "done"]
    chat = json.loads(frames[-2][1])
    call = chat["required_action"]["submit_tool_outputs"]["tool_calls"][0]
    assert call == {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    response = caller.send(
        "POST",
        "/v3/chat/submit_tool_outputs",
        params={"conversation_id": chat["conversation_id"], "chat_id": chat["id"]},
        json={"tool_outputs": [{"tool_call_id": "c1", "output": "二十度"}], "stream": True},
    )
    rest = [(event, json.loads(data)) for event, data in events(response.content)]
    assert rest[0][0] == "conversation.chat.in_progress"
    assert {data["id"] for event, data in rest if event.startswith("conversation.chat")} == {
        chat["id"]
    }
    contents = [d["content"] for e, d in rest if e == "conversation.message.completed"]
    assert contents[:2] == ["二十度", "得到二十度"]


def test_a_workflow_s_stream_has_blanks_and_no_bot_id(caller: Caller) -> None:
    message = {"role": "user", "content": "喂", "content_type": "text"}
    body = {"workflow_id": "9", "additional_messages": [message], "parameters": {}}
    refused = caller.call("POST", "/v1/workflows/chat", json=body)
    assert (refused["code"], refused["msg"]) == (4000, "app_id or bot_id is required.")
    body["app_id"] = "7"
    stream = caller.send("POST", "/v1/workflows/chat", json=body).content
    assert re.fullmatch(rb"(event: [a-z_.]+\ndata: [^\n]+\n\n)+", stream)
    assert b"bot_id" not in stream
    assert b'event: done\ndata: {"debug_url":' in stream


def test_cancelling_does_not_stop_a_stream() -> None:
    with serve(SCRIPT) as server, Caller(server) as live:
        with live.raw_chat("full", stream=True) as response:
            lines = response.iter_lines()
            assert next(lines) == b"event:conversation.chat.created"
            chat = json.loads(next(lines).removeprefix(b"data:"))
            body = {"conversation_id": chat["conversation_id"], "chat_id": chat["id"]}
            assert live.call("POST", "/v3/chat/cancel", json=body)["code"] == 0
            assert b"event:conversation.chat.completed" in list(lines)
        envelope = live.call("GET", "/v3/chat/retrieve", params=body)
        assert envelope["data"]["status"] == "canceled"


def test_a_stream_takes_the_chat_s_duration(caller: Caller, clock: ManualClock) -> None:
    before = clock.at
    caller.stream("paced")
    assert clock.at == pytest.approx(before + 10)


def test_frames_are_flushed_one_by_one() -> None:
    slow = script("- {default: true, delay: 30, answer: abcdefgh}")
    with serve(slow) as server, Caller(server) as caller:
        with caller.raw_chat("x", stream=True) as response:
            first = next(response.iter_lines())
        assert first == b"event:conversation.chat.created"


def test_ids_carry_their_second_increase_and_repeat_with_a_seed() -> None:
    clock = ManualClock(1_723_726_839.5)
    ids, twin = (CozeIds(clock, Random(1)) for _ in range(2))
    new_ids = [ids.new() for _ in range(20_000)]
    assert new_ids == sorted(set(new_ids))
    assert {int(number) >> 32 for number in new_ids} == {1_723_726_839}
    assert {len(number) for number in new_ids} == {19}
    assert [twin.new() for _ in range(20_000)] == new_ids
    clock.at += 1
    assert int(ids.new()) >> 32 == 1_723_726_840
    assert re.fullmatch(r"20240815210040[0-9A-F]{20}", ids.log_id())
