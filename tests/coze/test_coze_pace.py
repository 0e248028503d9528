"""How a chat is waited for, in simulated time."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from coze_harness.coze import PollSchedule
from coze_harness.model import HttpCall, HttpResponse, Reply
from coze_harness.model.errors import ChatTimeoutError
from hypothesis import given
from hypothesis import strategies as st
from talking import (
    ScriptedDriver,
    chat_response,
    data_response,
    messages_response,
    new_conversation,
    turn,
)


def service(*durations: float) -> Callable[[HttpCall, float], HttpResponse]:
    """Return a service whose chats end so many seconds after they were asked for."""
    left = iter(durations)
    ends = 0.0

    def answer(call: HttpCall, now: float) -> HttpResponse:
        nonlocal ends
        if call.path == "/v3/chat":
            ends = now + next(left)
            return chat_response()
        if call.path.endswith("/list"):
            return messages_response("好")
        if call.path.endswith("/cancel"):
            return chat_response("canceled")
        return chat_response("completed" if now >= ends else "in_progress")

    return answer


def run_turns(
    pace: PollSchedule, *durations: float, latency: float = 0.0
) -> tuple[ScriptedDriver, list[Reply]]:
    driver = ScriptedDriver(service(*durations), latency=latency)
    talk = new_conversation(schedule=pace)
    return driver, [driver.drive(talk.run_turn(turn())) for _ in durations]


@pytest.mark.parametrize("latency", [0.0, 0.05, 0.3])
def test_a_chat_of_six_seconds_takes_six_calls_in_all(latency: float) -> None:
    driver, (reply,) = run_turns(PollSchedule(timeout=60), 6.0, latency=latency)
    assert reply.poll_count <= 4
    assert len(driver.calls) <= 6
    assert driver.now <= 8 + 6 * latency


@pytest.mark.parametrize("expected", [5.0, 6.0, 6.5, 7.4])
def test_a_chat_whose_duration_is_known_takes_fewer_polls(expected: float) -> None:
    driver, (reply,) = run_turns(PollSchedule(timeout=60, expected=(expected,)), 6.0)
    assert driver.poll_times()[0] == pytest.approx(expected * 0.8)
    assert reply.poll_count <= 3
    assert 6.0 <= driver.poll_times()[-1] < 7.0


def test_each_turn_is_timed_by_its_own_duration() -> None:
    driver, _replies = run_turns(PollSchedule(timeout=60, expected=(10.0, 20.0)), 9.0, 18.0)
    first, *_, last = driver.poll_times()
    assert first == pytest.approx(8.0)
    second_start = driver.call_times[
        [i for i, call in enumerate(driver.calls) if call.path == "/v3/chat"][1]
    ]
    assert last >= second_start + 16.0
    assert min(at for at in driver.poll_times() if at > second_start) == pytest.approx(
        second_start + 16.0
    )


@given(
    durations=st.lists(st.floats(0, 40), min_size=1, max_size=3),
    expected=st.lists(st.floats(0, 60), max_size=3),
    latency=st.floats(0, 2),
)
def test_never_more_than_one_poll_a_second(
    durations: list[float], expected: list[float], latency: float
) -> None:
    driver, replies = run_turns(
        PollSchedule(timeout=100, expected=expected), *durations, latency=latency
    )
    assert all(wait >= 1.0 for wait in driver.waits)
    polls = driver.poll_times()
    assert all(after - before > 1.0 - 1e-9 for before, after in itertools.pairwise(polls))
    assert [reply.answer for reply in replies] == ["好"] * len(durations)


@given(
    timeout=st.floats(1, 30),
    interval=st.floats(0.1, 3),
    expected=st.lists(st.floats(0, 100), max_size=1),
    latency=st.floats(0, 0.5),
)
def test_a_chat_that_never_ends_is_polled_until_its_deadline(
    timeout: float, interval: float, expected: list[float], latency: float
) -> None:
    driver = ScriptedDriver(service(float("inf")), latency=latency)
    pace = PollSchedule(interval=interval, timeout=timeout, expected=expected)
    with pytest.raises(ChatTimeoutError):
        driver.drive(new_conversation(schedule=pace).run_turn(turn()))
    assert driver.paths()[-1] == "/cancel"
    assert driver.poll_times()
    assert timeout <= driver.call_times[-1] + 1e-6
    assert driver.call_times[-1] <= timeout + interval + 2 * latency + 1e-6


def test_a_chat_is_polled_once_if_its_deadline_is_before_the_expected_end() -> None:
    driver, (reply,) = run_turns(PollSchedule(timeout=5, expected=(30.0,)), 4.0)
    assert driver.poll_times() == [5.0]
    assert reply.status == "completed"


def test_each_round_of_tool_outputs_has_its_own_timing() -> None:
    action = {
        "type": "submit_tool_outputs",
        "submit_tool_outputs": {"tool_calls": [{"id": "c", "function": {"name": "f"}}]},
    }
    driver = ScriptedDriver(
        [
            chat_response(),
            chat_response("requires_action", required_action=action),
            chat_response(),
            chat_response("completed"),
            messages_response("好"),
            chat_response(),
            chat_response("completed"),
            messages_response("好"),
        ]
    )
    talk = new_conversation(schedule=PollSchedule(timeout=60, expected=(10.0, 20.0, 30.0)))
    driver.drive(talk.run_turn(turn(tools={"f": "1"})))
    driver.drive(talk.run_turn(turn()))
    assert driver.waits == pytest.approx([8.0, 16.0, 24.0])


def test_without_a_deadline_nothing_is_cancelled() -> None:
    driver, (reply,) = run_turns(PollSchedule(), 5000.0)
    assert reply.status == "completed"
    assert "/cancel" not in driver.paths()


def test_seconds_run_from_sending_the_prompt_to_noticing_the_end() -> None:
    driver, (reply,) = run_turns(PollSchedule(timeout=60), 2.0, latency=0.25)
    assert reply.seconds == pytest.approx(driver.poll_times()[-1] + 0.25)


def test_a_recorded_response_that_represents_several_polls_counts_all() -> None:
    merged = chat_response()
    merged = type(merged)(200, {}, merged.body, 1.0, 4.0, repeat_count=4)
    talk = new_conversation(schedule=PollSchedule()).run_turn(turn())
    next(talk)
    talk.send(chat_response())
    talk.send(None)
    talk.send(merged)
    talk.send(None)
    talk.send(chat_response("completed"))
    with pytest.raises(StopIteration) as end:
        talk.send(messages_response("好"))
    assert end.value.value.poll_count == 5


def test_a_chat_keeps_its_first_ids_whatever_a_poll_returns() -> None:
    swapped = data_response({"id": "72", "conversation_id": "71", "status": "in_progress"})
    bare = data_response({"status": "completed"})
    driver = ScriptedDriver([chat_response(), swapped, bare, messages_response("好")])
    reply = driver.drive(new_conversation().run_turn(turn()))
    assert (reply.chat_id, reply.conversation_id) == ("71", "72")
    queries = {call.query for call in driver.calls[1:]}
    assert queries == {(("conversation_id", "72"), ("chat_id", "71"))}
