"""Chats over server-sent events: live, broken on the way, and replayed from their recording."""

from __future__ import annotations

import time
from collections.abc import Iterator

import orjson
import pytest
from coze_harness.cassettes import (
    Recording,
    RecordingInfo,
    RecordingTransport,
    Redactor,
    ReplayTransport,
)
from coze_harness.cassettes import (
    canonical_format as canonical,
)
from coze_harness.coze import PollSchedule
from coze_harness.execution.flow_driver import FlowTask, run_flow
from coze_harness.execution.live_scheduler import run_concurrently
from coze_harness.model import ChatOptions, HttpCall, HttpResponse, Reply
from coze_harness.model.errors import ApiError, ChatFailedError, ChatTimeoutError, PayloadError
from coze_harness.model.trial import Turn
from coze_harness.server.fault_injection import Fault, FaultKind, Route
from coze_harness.server.server_process import RunningServer, serve
from coze_harness.text.sse import frame_ends, frame_times, parse_events
from coze_harness.transport import HttpTransport, TimedTransport
from hypothesis import given
from hypothesis import strategies as st
from talking import TOKEN, ScriptedDriver, Talk, json_response, new_conversation, script, turn

STREAM = ChatOptions(user_id="0", stream=True)
ANSWERS = """
- prompt: 你是谁?
  answer: 我是小示,一个用于测试的虚构助手。😀
  follow_ups: [你能做什么?]
  delay: 0.3
  delta: 2
- prompt: 两次
  answer: [第一。, 第二。]
- prompt: 想一想
  answer: 想好了。
  reasoning: 用户要我想。
- prompt: 开灯
  requires_action:
    calls: [{name: home_switch, arguments: {room: kitchen}}]
    then: {answer: "灯:{{ home_switch }}"}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serve(script(ANSWERS)) as running:
        yield running


@pytest.fixture(autouse=True)
def _clear_faults(server: RunningServer) -> None:
    server.clear_faults()


def record_turn(server: RunningServer, one_turn: Turn) -> tuple[Reply, Recording]:
    """Hold one streamed turn through a recorder."""
    transport = HttpTransport(server.base_url, TOKEN, workers=1, environment={})
    recorder = RecordingTransport(
        TimedTransport(transport, time.monotonic), server.base_url, Redactor([TOKEN])
    )
    task = FlowTask(new_conversation(STREAM).run_turn(one_turn), recorder, lambda reply: reply)
    (reply,) = run_concurrently([lambda: task], workers=1, monotonic=time.monotonic)
    transport.close()
    return reply, recorder.recording


def replay_turn(recording: Recording, one_turn: Turn) -> Reply:
    """Play a recording that has been through its file."""
    origin = RecordingInfo(scenario="s", trial="s", fingerprint="", recorded_at="", harness="")
    again = canonical.read_canonical(canonical.write_canonical(recording, origin))
    assert again is not None
    replay_transport = ReplayTransport(again, "s.yaml", Redactor())
    conversation = new_conversation(STREAM)
    reply = run_flow(conversation.run_turn(one_turn), replay_transport)
    replay_transport.check_all_played()
    return reply


def test_the_answer_is_made_of_completed_messages_without_a_poll_or_a_list(
    server: RunningServer,
) -> None:
    with Talk(server, options=STREAM) as talk:
        reply = talk.ask()
        assert reply.answer == "我是小示,一个用于测试的虚构助手。😀"
        assert reply.follow_ups == ("你能做什么?",)
        assert reply.status == "completed"
        assert reply.usage is not None
        assert reply.poll_count == 0
        assert talk.paths() == ["prompt"]


def test_the_first_piece_comes_before_the_end_and_is_timed(server: RunningServer) -> None:
    with Talk(server, options=STREAM) as talk:
        reply = talk.ask()
    assert reply.first_token is not None
    assert reply.seconds is not None
    assert 0 <= reply.first_token < reply.seconds


@pytest.mark.parametrize("prompt", ["你是谁?", "两次", "想一想", "开灯"])
def test_a_recorded_stream_replays_to_an_equal_reply(server: RunningServer, prompt: str) -> None:
    one_turn = turn(prompt, tools={"home_switch": "ok"})
    reply, recording = record_turn(server, one_turn)
    assert replay_turn(recording, one_turn) == reply
    assert reply.first_token is not None


def test_the_stream_after_tool_outputs_continues_the_answer(server: RunningServer) -> None:
    with Talk(server, options=STREAM) as talk:
        assert talk.ask("开灯", tools={"home_switch": "已开"}).answer == "灯:已开"
        assert talk.paths() == ["prompt", "/submit_tool_outputs"]


@pytest.mark.parametrize("kind", [FaultKind.CUT_STREAM, FaultKind.CUT_CHARACTER])
def test_a_broken_stream_is_continued_by_polling(server: RunningServer, kind: FaultKind) -> None:
    server.inject(Fault(kind=kind, at=Route.CHAT, times=1))
    reply, recording = record_turn(server, turn())
    assert reply.answer == "我是小示,一个用于测试的虚构助手。😀"
    paths = [item.target.partition("?")[0] for item in recording.interactions]
    assert paths[0] == "/v3/chat"
    assert paths[-1] == "/v3/chat/message/list"
    assert reply.poll_count >= 1
    assert replay_turn(recording, turn()) == reply


def test_json_instead_of_a_stream_is_read_as_a_rejection(
    server: RunningServer,
) -> None:
    server.inject(Fault(kind=FaultKind.JSON_FOR_SSE, at=Route.CHAT, code=4015, times=1))
    with Talk(server, options=STREAM) as talk, pytest.raises(ApiError) as caught:
        talk.ask()
    assert caught.value.code == 4015


def test_an_error_event_is_an_error_with_its_code(server: RunningServer) -> None:
    server.inject(Fault(kind=FaultKind.ERROR_EVENT, at=Route.CHAT, code=4000, times=1))
    with Talk(server, options=STREAM) as talk, pytest.raises(ApiError) as caught:
        talk.ask()
    assert caught.value.code == 4000
    assert caught.value.log_id


def test_a_chat_that_fails_in_a_stream_is_a_failed_chat(server: RunningServer) -> None:
    server.inject(Fault(kind=FaultKind.FAILED, at=Route.CHAT, code=5000, times=1))
    with Talk(server, options=STREAM) as talk, pytest.raises(ChatFailedError, match="5000"):
        talk.ask()


def test_a_stream_past_the_deadline_ends_and_its_chat_is_cancelled(server: RunningServer) -> None:
    server.inject(Fault(kind=FaultKind.SLOW_RUN, at=Route.CHAT, seconds=1.5, times=1))
    pace = PollSchedule(interval=0.02, timeout=0.2)
    with Talk(server, options=STREAM, schedule=pace) as talk, pytest.raises(ChatTimeoutError):
        talk.ask()
    assert talk.paths()[-1] == "/cancel"


CHAT = {"id": "1", "conversation_id": "2", "status": "in_progress"}


def stream_response(*lines: str, end: str = "\n") -> HttpResponse:
    body = end.join(lines).encode()
    return json_response(body, content_type="text/event-stream")


def data(**fields: object) -> str:
    return "data:" + orjson.dumps(fields).decode()


def test_comments_spaces_crlf_ids_and_unknown_events_are_ignored() -> None:
    answer = stream_response(
        ": keep-alive", "", "id: 7", "event: conversation.chat.created", data(**CHAT), "",
        "event: conversation.new.thing", "data: {", "",
        "event:conversation.message.completed",
        data(id="3", role="assistant", type="answer", content="好\u2028了"), "",
        "event: conversation.chat.completed", data(**{**CHAT, "status": "completed"}), "",
        "event: done", 'data: "[DONE]"', "", "", end="\r\n",
    )  # fmt: skip
    reply = ScriptedDriver([answer]).drive(new_conversation(STREAM).run_turn(turn()))
    assert reply.answer == "好\u2028了"


def test_a_stream_without_any_event_is_a_reported_error() -> None:
    with pytest.raises(PayloadError, match="stream"):
        ScriptedDriver([stream_response(": nothing", "", "")]).drive(
            new_conversation(STREAM).run_turn(turn())
        )


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=6))
def test_any_bytes_cut_anywhere_are_frames_and_events(body: bytes, cuts: list[int]) -> None:
    ends = frame_ends(body)
    assert list(ends) == sorted(set(ends))
    assert (ends[-1] if ends else 0) == len(body)
    assert all(0 <= event.frame < len(ends) for event in parse_events(body))
    lengths = sorted({min(cut, len(body)) for cut in cuts} | {len(body)})
    moments = frame_times(body, [(float(at), length) for at, length in enumerate(lengths)])
    assert len(moments) == len(ends)
    assert list(moments) == sorted(moments)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_answer_comes_through_a_stream_unchanged(text: str) -> None:
    answer = stream_response(
        "event:conversation.chat.completed", data(**{**CHAT, "status": "completed"}), "",
        "event:conversation.message.completed", data(type="answer", content=text), "", "",
    )  # fmt: skip
    with_answer = new_conversation(STREAM).run_turn(turn())
    assert ScriptedDriver([answer]).drive(with_answer).answer == text


def test_the_call_says_that_it_streams_and_how_long_it_may_take() -> None:
    conversation = new_conversation(STREAM).run_turn(turn())
    call = next(conversation)
    assert isinstance(call, HttpCall)
    assert call.stream
    assert call.timeout == 5.0
    assert call.body is not None
    assert call.body["stream"] is True
