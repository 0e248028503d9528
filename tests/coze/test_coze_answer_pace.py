"""The pace of a streamed answer: when how many of its characters had arrived."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import pytest
from builders import message, reply
from coze_harness.cassettes import (
    Recording,
    RecordingInfo,
    RecordingTransport,
    Redactor,
    ReplayTransport,
    canonical_format,
)
from coze_harness.coze.answer_pace import MAX_STEPS, SHORTEST_STEP, with_pace
from coze_harness.execution.flow_driver import FlowTask, run_flow
from coze_harness.execution.live_scheduler import run_concurrently
from coze_harness.model import ChatOptions, HttpCall, HttpResponse, Reply, Target, TargetKind
from coze_harness.server.server_process import serve
from coze_harness.transport import HttpTransport, TimedTransport
from hypothesis import given
from hypothesis import strategies as st
from talking import (
    TOKEN,
    ScriptedDriver,
    Talk,
    chat_response,
    messages_response,
    new_conversation,
    script,
    turn,
)

STREAM = ChatOptions(user_id="0", stream=True)
CHAT = {"id": "71", "conversation_id": "72"}
EMOJI = "好😀𠮷👨‍👩‍👧。"
FLOW = Target(name="flow", id="73", kind=TargetKind.WORKFLOW)
AGENT = Target(
    name="agent", id="7", project_id="7", kind=TargetKind.PROJECT, url="https://a.coze.site/run"
)

Event = tuple[float, str, dict[str, object]]


def message_event(
    content: str, at: float, *, name: str = "m1", whole: bool = False, **more: str
) -> Event:
    event = "completed" if whole else "delta"
    fields: dict[str, object] = {"id": name, "role": "assistant", "type": "answer"}
    return at, f"conversation.message.{event}", {**fields, "content": content, **more}


def end_events(at: float, status: str = "completed", **more: object) -> list[Event]:
    event = f"conversation.chat.{status}"
    return [(at, event, {**CHAT, "status": status, **more}), (at, "done", {})]


def stream(events: Sequence[Event], *, started: float = 10.0, timed: bool = True) -> HttpResponse:
    frames = [f"event: {name}\ndata: {json.dumps(data)}\n\n" for _, name, data in events]
    return HttpResponse(
        200,
        {"content-type": "text/event-stream"},
        "".join(frames).encode(),
        started=started,
        elapsed=events[-1][0],
        frame_times=tuple([started + at for at, _, _ in events]) if timed else (),
    )


def ask(*responses: HttpResponse, target: Target | None = None, **fields: Any) -> Reply:
    left = iter(responses)

    class Responses:
        def send(self, call: HttpCall) -> HttpResponse:
            return next(left)

    conversation = new_conversation(STREAM, target=target) if target else new_conversation(STREAM)
    answer = run_flow(conversation.run_turn(turn(**fields)), Responses())
    assert isinstance(answer, Reply)
    return answer


def growth_of(answer: Reply) -> list[tuple[int, int]]:
    """Return when, since the prompt, how many characters had arrived."""
    return list(accumulate(answer.pace, lambda a, b: (a[0] + b[0], a[1] + b[1])))


def test_a_chat_has_the_pace_of_its_pieces_in_milliseconds_since_the_prompt() -> None:
    answer = ask(
        stream(
            [
                message_event("你", 0.5),
                message_event("好,😀", 0.8),
                message_event("你好,😀", 1.0, whole=True),
                *end_events(1.2),
            ]
        )
    )
    assert answer.answer == "你好,😀"
    assert answer.pace == ((500, 1), (300, 3))
    assert growth_of(answer) == [(500, 1), (800, 4)]
    assert answer.first_token == 0.5


def test_characters_are_code_points_wherever_an_emoji_is_cut() -> None:
    pieces = [message_event(one, 0.1 * at) for at, one in enumerate(EMOJI, 1)]
    answer = ask(stream([*pieces, message_event(EMOJI, 1.5, whole=True), *end_events(1.6)]))
    assert answer.pace == ((100, 1),) * len(answer.answer)


def test_messages_count_with_the_line_feeds_that_join_them() -> None:
    answer = ask(
        stream(
            [
                message_event("一", 0.1),
                message_event("一", 0.2, whole=True),
                message_event("二二", 0.3, name="m2", whole=True),
                message_event("旁白", 0.35, name="m3", whole=True, type="verbose"),
                message_event("三", 0.4, name="m4"),
                message_event("三", 0.5, name="m4", whole=True),
                *end_events(0.6),
            ]
        )
    )
    assert answer.answer == "一\n二二\n三"
    assert growth_of(answer) == [(100, 1), (300, 4), (400, 6)]


def test_reasoning_and_audio_are_no_part_of_the_pace() -> None:
    answer = ask(
        stream(
            [
                message_event("", 0.1, reasoning_content="想"),
                message_event("UklGRg==", 0.2, content_type="audio"),
                message_event("好", 0.4),
                message_event("好", 0.5, whole=True),
                (0.6, "conversation.audio.delta", {"id": "m2", "content": "UklGRg=="}),
                *end_events(0.7),
            ]
        )
    )
    assert answer.pace == ((400, 1),)


def test_the_answer_continues_to_grow_in_the_stream_after_the_tools() -> None:
    calls = [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": calls}}
    first = [
        message_event("等等", 0.2),
        message_event("等等", 0.3, whole=True),
        *end_events(0.4, "requires_action", required_action=action),
    ]
    second = [
        message_event("好", 0.5, name="m2"),
        message_event("好了", 0.9, name="m2", whole=True),
        *end_events(1.0),
    ]
    answer = ask(stream(first), stream(second, started=11.0), tools={"f": "1"})
    assert answer.answer == "等等\n好了"
    assert growth_of(answer) == [(200, 2), (1500, 4), (1900, 5)]


def test_polled_and_untimed_replies_have_no_pace() -> None:
    untimed = [message_event("好", 0.1, whole=True), *end_events(0.2)]
    assert ask(stream(untimed, timed=False)).pace == ()
    broken = stream([message_event("好", 0.1), (0.2, "conversation.chat.in_progress", {**CHAT})])
    answer = ask(broken, chat_response("completed"), messages_response("好的"))
    assert (answer.answer, answer.pace) == ("好的", ())
    driver = ScriptedDriver([chat_response("completed"), messages_response("好的")])
    assert driver.drive(new_conversation().run_turn(turn())).pace == ()


def test_a_streamed_run_of_a_workflow_has_a_pace() -> None:
    parts = [("你", False), ("好", True), ("", True), ("再见", True)]
    events: list[Event] = [
        (0.1 * at, "Message", {"content": text, "node_is_finish": ends})
        for at, (text, ends) in enumerate(parts, 1)
    ]
    answer = ask(stream([*events, (0.5, "Done", {})]), target=FLOW, workflow_input={})
    assert answer.answer == "你好\n再见"
    assert growth_of(answer) == [(100, 1), (200, 2), (400, 5)]


def test_an_agent_of_a_project_has_a_pace() -> None:
    contents: list[dict[str, object]] = [
        {"type": "thinking", "msg_id": "1", "content": {"thinking": "想"}},
        {"type": "answer", "msg_id": "2", "content": {"answer": "𠮷"}},
        {"type": "answer", "msg_id": "2", "content": {"answer": "日"}},
        {"type": "answer", "msg_id": "3", "content": {"answer": "!"}},
        {"type": "message_end", "msg_id": "4", "content": {"message_end": {"code": "0"}}},
    ]
    answer = ask(
        stream([(0.2 * at, "message", one) for at, one in enumerate(contents, 1)]), target=AGENT
    )
    assert answer.answer == "𠮷日\n!"
    assert growth_of(answer) == [(400, 1), (600, 2), (800, 4)]


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 5)), max_size=600),
    st.integers(0, 2_000),
)
def test_a_pace_is_bounded_increases_and_stays_within_the_answer(
    changes: list[tuple[int, int]], length: int
) -> None:
    now = count = 0
    growth = []
    for wait, characters in changes:
        now, count = now + wait, count + characters
        growth.append((now / 1000, count))
    answer = with_pace(reply(messages=[message("x" * length)]), growth, 0.0)
    pace = growth_of(answer)
    assert len(pace) <= MAX_STEPS
    assert all(b[0] - a[0] >= SHORTEST_STEP and b[1] > a[1] for a, b in pairwise(pace))
    last = min(count, length)
    assert (pace[-1][1] if pace else 0) == last
    first = next((time for time, arrived in growth if arrived), None)
    if last and first is not None:
        assert pace[0][0] == round(first * 1000)


def record_answer(prompt: str, answers: str, secrets: list[str]) -> tuple[Reply, Recording]:
    with serve(script(answers)) as server:
        transport = HttpTransport(server.base_url, TOKEN, workers=1, environment={})
        recorder = RecordingTransport(
            TimedTransport(transport, time.monotonic), server.base_url, Redactor(secrets)
        )
        task = FlowTask(new_conversation(STREAM).run_turn(turn(prompt)), recorder, lambda one: one)
        (answer,) = run_concurrently([lambda: task], workers=1, monotonic=time.monotonic)
        transport.close()
    return answer, recorder.recording


@pytest.mark.parametrize("secrets", [[], ["secret-9f8e7d6c5b4a"]])
def test_a_replayed_recording_has_the_pace_that_was_recorded(secrets: list[str]) -> None:
    answers = "- {prompt: 问, answer: 前 secret-9f8e7d6c5b4a 后, delay: 0.3, delta: 3}"
    answer, recording = record_answer("问", answers, secrets)
    origin = RecordingInfo(scenario="s", trial="s", fingerprint="", recorded_at="", harness="")
    again = canonical_format.read_canonical(canonical_format.write_canonical(recording, origin))
    assert again is not None
    replayed = run_flow(
        new_conversation(STREAM).run_turn(turn("问")), ReplayTransport(again, "s.yaml", Redactor())
    )
    assert replayed.pace == answer.pace
    assert len(answer.pace) > 1
    assert growth_of(answer)[-1][1] == len(answer.answer)
    assert ("secret-" in answer.answer) is not bool(secrets)


def test_a_live_stream_has_a_pace_within_its_seconds() -> None:
    answers = "- {prompt: 问, answer: 一二三四五六七八九十, delay: 0.3, delta: 2}"
    with serve(script(answers)) as server, Talk(server, options=STREAM) as talk:
        answer = talk.ask("问")
    assert answer.seconds is not None
    assert answer.first_token is not None
    assert answer.pace[0][0] == round(answer.first_token * 1000)
    assert growth_of(answer)[-1][0] <= answer.seconds * 1000
