"""What is repeated and what never is: every fault of the server, with the calls it took."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from coze_harness.coze import RetryPolicy
from coze_harness.model import Reply, Wait
from coze_harness.model.errors import ApiError, HarnessError, PayloadError, TransportError
from coze_harness.server.server_process import RunningServer, serve
from coze_harness.transport import HttpTransport, TimedTransport
from hypothesis import given
from hypothesis import strategies as st
from talking import (
    BOT,
    TOKEN,
    ScriptedDriver,
    Talk,
    chat_response,
    error_response,
    json_response,
    messages_response,
    new_conversation,
    script,
    scripted_fault,
    turn,
)

PROMPT, POLL, LIST = "POST /v3/chat", "GET /v3/chat/retrieve", "/v3/chat/message/list"
TRIES = 5


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serve(script("- {default: true, answer: 好的, delay: 0.01}")) as running:
        yield running


@dataclass(frozen=True)
class Attempt:
    """What came of a conversation, and how often the server was asked what."""

    outcome: Reply | HarnessError
    prompts: int
    polls: int
    lists: int


def run_with_fault(
    server: RunningServer, fault: dict[str, object], *, call_seconds: float = 10
) -> Attempt:
    server.clear_faults()
    server.inject(scripted_fault(fault))
    before = server.calls
    outcome: Reply | HarnessError
    with Talk(server, call_seconds=call_seconds) as talk:
        try:
            outcome = talk.ask("hello")
        except HarnessError as error:
            outcome = error
    server.clear_faults()
    counts = [
        sum(count for name, count in server.calls.items() if name.endswith(what))
        - sum(count for name, count in before.items() if name.endswith(what))
        for what in (PROMPT, POLL, LIST)
    ]
    return Attempt(outcome, *counts)


@pytest.mark.parametrize("code", [4009, 4013, 4016, 4020])
def test_a_prompt_that_a_busy_service_rejected_is_sent_again(
    server: RunningServer, code: int
) -> None:
    attempt = run_with_fault(server, {"code": code, "times": 2})
    assert isinstance(attempt.outcome, Reply)
    assert attempt.outcome.answer == "好的"
    assert attempt.prompts == 3


@pytest.mark.parametrize("code", [4009, 4013, 4016, 4020])
def test_a_service_that_stays_busy_is_an_error_with_its_code(
    server: RunningServer, code: int
) -> None:
    attempt = run_with_fault(server, {"code": code, "message": "忙"})
    assert isinstance(attempt.outcome, ApiError)
    assert attempt.outcome.code == code
    assert "忙" in str(attempt.outcome.what)
    assert [*map(str, attempt.outcome.detail)] == ["tried 5 times"]
    assert len(attempt.outcome.log_id) == 34
    assert attempt.outcome.next_step
    assert attempt.prompts == TRIES


FOR_GOOD = (
    4000, 4001, 4002, 4003, 4004, 4005, 4006, 4007, 4008, 4010, 4011, 4012, 4014, 4015, 4019, 4021,
    4022, 4027, 4028, 4100, 4101, 4102, 4200, 5000, 720702222, 700012006, 702232007, 999,
)  # fmt: skip


@pytest.mark.parametrize("code", FOR_GOOD)
def test_a_prompt_rejected_for_good_is_sent_once(server: RunningServer, code: int) -> None:
    attempt = run_with_fault(server, {"code": code, "message": "不行"})
    assert isinstance(attempt.outcome, ApiError)
    assert attempt.outcome.code == code
    assert "不行" in str(attempt.outcome.what)
    assert len(attempt.outcome.log_id) == 34
    assert attempt.outcome.next_step
    assert not attempt.outcome.detail
    assert (attempt.prompts, attempt.polls) == (1, 0)


def test_a_token_rejected_with_http_401_is_sent_once(server: RunningServer) -> None:
    attempt = run_with_fault(server, {"code": 700012006, "http": 401})
    assert isinstance(attempt.outcome, ApiError)
    assert (attempt.outcome.code, attempt.outcome.http_status) == (700012006, 401)
    assert "COZE_API_TOKEN" in str(attempt.outcome.next_step)
    assert attempt.prompts == 1


def test_a_prompt_is_sent_again_after_http_429(server: RunningServer) -> None:
    attempt = run_with_fault(server, {"kind": "too_many_requests", "times": 1, "retry_after": 0})
    assert isinstance(attempt.outcome, Reply)
    assert attempt.prompts == 2


def test_http_429_that_stays_is_an_error(server: RunningServer) -> None:
    attempt = run_with_fault(server, {"kind": "too_many_requests", "retry_after": 0})
    assert isinstance(attempt.outcome, ApiError | PayloadError)
    assert attempt.prompts == TRIES


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("html", PayloadError),
        ("unavailable", PayloadError),
        ("half_json", PayloadError),
        ("empty_body", PayloadError),
        ("omit_data", PayloadError),
        ("empty_data", PayloadError),
        ("half_body", TransportError),
        ("reset_before", TransportError),
        ("reset_after", TransportError),
    ],
)
def test_a_prompt_that_may_have_arrived_is_never_sent_twice(
    server: RunningServer, kind: str, error: type[HarnessError]
) -> None:
    attempt = run_with_fault(server, {"kind": kind, "at": "chat", "times": 1})
    assert isinstance(attempt.outcome, error)
    assert attempt.prompts == 1
    assert (attempt.polls, attempt.lists) == (0, 0)
    if isinstance(attempt.outcome, TransportError):
        assert attempt.outcome.may_have_arrived


def test_a_prompt_is_not_sent_twice_after_a_read_time_out(server: RunningServer) -> None:
    fault: dict[str, object] = {"kind": "slow", "at": "chat", "seconds": 0.6, "times": 1}
    attempt = run_with_fault(server, fault, call_seconds=0.2)
    assert isinstance(attempt.outcome, TransportError)
    assert attempt.outcome.may_have_arrived
    assert "within 0.2 s" in str(attempt.outcome.what)
    assert attempt.prompts == 1


def test_an_html_response_to_a_prompt_is_reported_with_its_first_words(
    server: RunningServer,
) -> None:
    attempt = run_with_fault(server, {"kind": "html", "at": "chat"})
    assert isinstance(attempt.outcome, PayloadError)
    assert "HTTP 502" in str(attempt.outcome.what)
    assert "Bad Gateway" in str(attempt.outcome.detail[0])


READS = ["html", "unavailable", "half_json", "empty_body", "half_body", "reset_before"]


@pytest.mark.parametrize("route", ["retrieve", "list"])
@pytest.mark.parametrize("kind", [*READS, "reset_after"])
def test_reads_are_repeated(server: RunningServer, kind: str, route: str) -> None:
    attempt = run_with_fault(server, {"kind": kind, "at": route, "times": 2})
    assert isinstance(attempt.outcome, Reply)
    assert attempt.outcome.answer == "好的"
    assert attempt.prompts == 1
    assert (attempt.polls if route == "retrieve" else attempt.lists) >= 3


@pytest.mark.parametrize("route", ["retrieve", "list"])
@pytest.mark.parametrize("code", [4009, 4013, 4016, 4020, 5000, 720702222])
def test_reads_are_repeated_after_a_transient_rejection(
    server: RunningServer, code: int, route: str
) -> None:
    attempt = run_with_fault(server, {"code": code, "at": route, "times": 4})
    assert isinstance(attempt.outcome, Reply)
    assert (attempt.polls if route == "retrieve" else attempt.lists) == 5


def test_reads_that_always_fail_end_in_an_error(server: RunningServer) -> None:
    attempt = run_with_fault(server, {"kind": "html", "at": "list"})
    assert isinstance(attempt.outcome, PayloadError)
    assert (attempt.prompts, attempt.lists) == (1, 1 + TRIES)  # once by POST, then by GET


def test_reads_rejected_for_good_are_not_repeated(server: RunningServer) -> None:
    attempt = run_with_fault(server, {"code": 4101, "at": "retrieve"})
    assert isinstance(attempt.outcome, ApiError)
    assert (attempt.prompts, attempt.polls) == (1, 1)


def test_a_poll_without_data_names_what_is_missing(server: RunningServer) -> None:
    attempt = run_with_fault(server, {"kind": "omit_data", "at": "retrieve"})
    assert isinstance(attempt.outcome, PayloadError)
    assert "without a status" in str(attempt.outcome.what)
    assert len(attempt.outcome.log_id) == 34


def test_a_body_with_another_content_type_is_still_read(server: RunningServer) -> None:
    assert isinstance(run_with_fault(server, {"kind": "wrong_content_type"}).outcome, Reply)


def test_a_refused_connection_is_retried_even_for_a_prompt() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    transport = HttpTransport(f"http://127.0.0.1:{port}", TOKEN, workers=1, environment={})
    timed_transport = TimedTransport(transport, time.monotonic)
    conversation = new_conversation().run_turn(turn())
    call = next(conversation)
    for attempt in range(TRIES):
        with pytest.raises(TransportError) as caught:
            timed_transport.send(call)  # type: ignore[arg-type]  # a Call, as the next line shows
        assert not caught.value.may_have_arrived
        if attempt < TRIES - 1:
            assert isinstance(conversation.throw(caught.value), Wait)
            call = conversation.send(None)
        else:
            with pytest.raises(TransportError, match="No connection to"):
                conversation.throw(caught.value)
    transport.close()


# --- by hand, in simulated time -----------------------------------------------------------------


def waits(answers: list[object], *, jitter: float = 0.0, base: float = 1.0) -> list[float]:
    driver = ScriptedDriver([*answers, chat_response("completed"), messages_response("好")])  # type: ignore[list-item]
    driver.drive(
        new_conversation(policy=RetryPolicy(jitter=lambda: jitter, base=base)).run_turn(turn())
    )
    return driver.waits


def test_retry_after_in_seconds_is_honoured() -> None:
    assert waits([error_response(4009, 429, retry_after="7")]) == [7.0]
    assert waits([error_response(4009, retry_after="2.5")]) == [2.5]


def test_retry_after_as_a_date_is_counted_from_the_answer_s_own_date() -> None:
    later = error_response(
        0,
        429,
        retry_after="Sun, 22 Nov 2026 17:00:09 GMT",
        date="Sun, 22 Nov 2026 17:00:00 GMT",
    )
    assert waits([later]) == [9.0]


@pytest.mark.parametrize(
    "headers",
    [
        {"retry_after": "soon"},
        {"retry_after": "Sun, 22 Nov 2026 17:00:09 GMT"},
        {
            "retry_after": "Sun, 22 Nov 2026 17:00:09 -0000",
            "date": "Sun, 22 Nov 2026 17:00:00 GMT",
        },
        {"retry_after": "Sun, 22 Nov 99999 17:00:09 GMT", "date": "x"},
    ],
)
def test_an_invalid_retry_after_is_ignored(headers: dict[str, Any]) -> None:
    assert waits([error_response(4009, **headers)]) == [0.5]


@pytest.mark.parametrize("value", ["0", "-5", "nan", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_retry_after_in_the_past_is_no_wait(value: str) -> None:
    answer = error_response(4009, retry_after=value, date="Sun, 22 Nov 2026 17:00:00 GMT")
    assert waits([answer]) == [0.0]


@pytest.mark.parametrize("value", ["86400", "inf", "Mon, 23 Nov 2026 17:00:00 GMT"])
def test_a_retry_after_of_a_day_is_limited(value: str) -> None:
    answer = error_response(4009, retry_after=value, date="Sun, 22 Nov 2026 17:00:00 GMT")
    assert waits([answer]) == [60.0]


@given(value=st.text(max_size=40), date=st.text(max_size=40))
def test_no_header_breaks_the_wait(value: str, date: str) -> None:
    answer = json_response({"code": 4009}, 200)
    answer = type(answer)(200, {"retry-after": value, "date": date}, answer.body)
    pause = RetryPolicy(jitter=lambda: 1.0).retry_delay(1, answer)
    assert 0.0 <= pause <= 60.1


def test_waits_double_between_tries() -> None:
    assert waits([error_response(4009)] * 4) == [0.5, 1.0, 2.0, 4.0]
    assert waits([error_response(4009)] * 4, jitter=1.0) == [1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize(
    "answer", [error_response(4013), error_response(4020), error_response(0, 429)]
)
def test_retries_after_a_limit_per_minute_last_beyond_the_minute(answer: object) -> None:
    assert waits([answer] * 4, jitter=1.0) == [1.0, 4.0, 16.0, 60.0]


@given(
    jitter=st.floats(0, 1),
    tried=st.integers(1, 50),
    base=st.floats(0.001, 10),
    by_the_minute=st.booleans(),
)
def test_jitter_stays_between_half_the_wait_and_the_whole(
    jitter: float, tried: int, base: float, *, by_the_minute: bool
) -> None:
    pause = RetryPolicy(jitter=lambda: jitter, base=base).retry_delay(
        tried, None, is_minute_limit=by_the_minute
    )
    whole = min(60.0, base * (4.0 if by_the_minute else 2.0) ** (tried - 1))
    assert whole / 2 <= pause <= whole


def test_only_a_rejected_response_is_replaced_by_the_next() -> None:
    broken = TransportError("broken", may_have_arrived=True)
    driver = ScriptedDriver(
        [
            chat_response(),
            chat_response(),
            broken,
            error_response(5000),
            broken,
            chat_response("completed"),
            broken,
            messages_response("好"),
        ]
    )
    reply = driver.drive(new_conversation(policy=RetryPolicy(jitter=lambda: 0.0)).run_turn(turn()))
    assert reply.answer == "好"
    polls = [call.attempt for call in driver.calls if call.path.endswith("retrieve")]
    assert polls == [1, 1, 1, 2, 2]
    assert [call.attempt for call in driver.calls if call.path.endswith("list")] == [1, 1]


def test_one_try_is_one_call() -> None:
    driver = ScriptedDriver([error_response(4009)])
    patience = RetryPolicy(jitter=lambda: 0.0, tries=1)
    with pytest.raises(ApiError):
        driver.drive(new_conversation(policy=patience).run_turn(turn()))
    assert (len(driver.calls), driver.waits) == (1, [])


def test_tool_outputs_that_may_have_arrived_are_not_sent_twice() -> None:
    action = {
        "type": "submit_tool_outputs",
        "submit_tool_outputs": {"tool_calls": [{"id": "c1", "function": {"name": "f"}}]},
    }
    broken = TransportError("broken", may_have_arrived=True)
    driver = ScriptedDriver([chat_response("requires_action", required_action=action), broken])
    with pytest.raises(TransportError):
        driver.drive(new_conversation().run_turn(turn(tools={"f": "1"})))
    assert driver.paths() == ["prompt", "/submit_tool_outputs"]
    assert driver.calls[1].body == {
        "stream": False,
        "tool_outputs": [{"tool_call_id": "c1", "output": "1"}],
    }


def test_an_api_error_has_the_bots_own_message() -> None:
    driver = ScriptedDriver(
        [json_response({"code": 4015, "msg": f"The bot_id {BOT} is not published"})]
    )
    with pytest.raises(ApiError) as caught:
        driver.drive(new_conversation().run_turn(turn()))
    assert f"The bot_id {BOT} is not published" in str(caught.value.what)
    assert "publish the bot" in str(caught.value.next_step)
