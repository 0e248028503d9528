"""Whatever comes, reading it gives a value or an error of ours: never a crash."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from coze_harness.coze import PollSchedule, RetryPolicy, fetch_bot_snapshot
from coze_harness.coze.response_parsing import (
    FINAL,
    number,
    parse_envelope,
    parse_messages,
    parse_tool_calls,
    text,
)
from coze_harness.model import BotSnapshot, HttpResponse, Reply
from coze_harness.model.errors import HarnessError, PayloadError
from hypothesis import given, settings
from hypothesis import strategies as st
from scale import scale_down
from talking import (
    BOT,
    ScriptedDriver,
    chat_response,
    data_response,
    json_response,
    messages_response,
    new_conversation,
    turn,
)

NUMBERS = st.integers() | st.floats() | st.sampled_from([10**400, -(10**4299), float("inf")])
WORDS = st.text(max_size=8) | st.sampled_from(
    [
        "completed",
        "in_progress",
        "failed",
        "requires_action",
        "--5",
        "-",
        "١٢",
        "9" * 5000,
        "\ud800",
    ]
)
SCALARS = st.none() | st.booleans() | NUMBERS | WORDS
KEYS = st.sampled_from(
    ["id", "conversation_id", "status", "last_error", "code", "msg", "usage", "token_count",
     "required_action", "submit_tool_outputs", "tool_calls", "function", "name", "arguments",
     "type", "role", "content", "content_type", "data", "detail", "logid", "model_info"]
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def encode(value: object) -> bytes:
    """Return JSON as Python writes it: NaN, huge numbers and lone surrogates included."""
    return json.dumps(value).encode()


def run_conversation(answers: list[HttpResponse]) -> object:
    """Hold a conversation with these answers, the last one again and again, to its end."""
    driver = ScriptedDriver(lambda _call, _now: answers.pop(0) if len(answers) > 1 else answers[0])
    patience = RetryPolicy(jitter=lambda: 0.0, tries=2)
    pace = PollSchedule(interval=1.0, timeout=10.0)
    try:
        return driver.drive(
            new_conversation(schedule=pace, policy=patience).run_turn(turn(tools={"f": "1"}))
        )
    except HarnessError as error:
        return error


@given(st.lists(VALUES, min_size=1, max_size=4))
@settings(max_examples=scale_down(150))
def test_any_json_in_place_of_any_answer(values: list[Any]) -> None:
    outcome = run_conversation([json_response(encode(value)) for value in values])
    assert isinstance(outcome, Reply | HarnessError)


@given(st.lists(VALUES, min_size=1, max_size=4))
@settings(max_examples=scale_down(150))
def test_any_data_in_any_answer(values: list[Any]) -> None:
    outcome = run_conversation(
        [json_response(encode({"code": 0, "data": value})) for value in values]
    )
    assert isinstance(outcome, Reply | HarnessError)


@given(VALUES, VALUES, VALUES)
@settings(max_examples=scale_down(150))
def test_any_end_of_a_chat(error: Any, usage: Any, action: Any) -> None:
    for status in sorted(FINAL):
        ended_chat = {
            "id": "1",
            "conversation_id": "2",
            "status": status,
            "last_error": error,
            "usage": usage,
            "required_action": action,
        }
        ending = json_response(encode({"code": 0, "data": ended_chat}))
        assert isinstance(
            run_conversation([chat_response(), ending, messages_response("好")]),
            Reply | HarnessError,
        )


@given(VALUES)
@settings(max_examples=scale_down(150))
def test_any_list_of_messages(value: Any) -> None:
    outcome = run_conversation(
        [chat_response("completed"), json_response(encode({"code": 0, "data": value}))]
    )
    assert isinstance(outcome, Reply)
    assert isinstance(outcome.answer, str)


@given(VALUES)
@settings(max_examples=scale_down(150))
def test_any_description_of_a_bot(value: Any) -> None:
    answer = json_response(encode({"code": 0, "data": value}))
    patience = RetryPolicy(jitter=lambda: 0.0, tries=1)
    assert isinstance(
        ScriptedDriver([answer]).drive(fetch_bot_snapshot(BOT, patience, published=True)),
        BotSnapshot,
    )


@given(st.binary(max_size=60))
def test_any_bytes(data: bytes) -> None:
    try:
        parse_envelope(json_response(data))
    except PayloadError as error:
        assert error.next_step  # noqa: PT017 - both ways are right


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b'"text"',
        b'{"code": 0, "data": {"id": "1"',
        b"<html></html>",
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_what_is_no_object_is_an_error_that_shows_how_it_begins(data: bytes) -> None:
    with pytest.raises(PayloadError) as caught:
        parse_envelope(json_response(data, 502, x_tt_logid="LOG"))
    assert caught.value.log_id == "LOG"
    assert "HTTP 502" in str(caught.value.what)
    assert caught.value.detail


@pytest.mark.parametrize("depth", [200, 600, 1000])
def test_content_nested_deeply_is_kept_or_left_empty(depth: int) -> None:
    nested = b'{"code":0,"data":[{"type":"answer","content":' + b"[" * depth + b"]" * depth + b"}]}"
    try:
        (message,) = parse_messages(parse_envelope(json_response(nested)).data)
    except PayloadError:
        return
    assert message.content in ("[" * depth + "]" * depth, "")


@pytest.mark.parametrize(
    ("value", "parsed"),
    [
        (5, 5), ("5", 5), ("-5", -5), (5.9, 5), (True, 0), (None, 0), ("", 0), ("--5", 0), ([], 0),
        (float("nan"), 0), (float("inf"), 0), ("9" * 5000, 0), (10**30, 0),
    ],
)  # fmt: skip
def test_numbers_come_in_several_shapes(value: Any, parsed: int) -> None:
    assert number(value) == parsed


@pytest.mark.parametrize(
    ("value", "parsed"),
    [("7" * 19, "7" * 19), (74, "74"), (True, ""), (None, ""), (1.5, ""), ({}, "")],
)
def test_ids_come_as_text_or_number(value: Any, parsed: str) -> None:
    assert text(value) == parsed


def test_a_number_beyond_all_ids_is_none() -> None:
    assert text(10**5000) == ""


def test_the_log_id_is_the_body_s_or_the_header_s() -> None:
    assert parse_envelope(json_response({"detail": {"logid": "B"}}, x_tt_logid="H")).log_id == "B"
    assert parse_envelope(json_response({"detail": None}, x_tt_logid="H")).log_id == "H"
    assert parse_envelope(json_response({})).log_id == ""


def test_messages_of_the_open_source_server_are_found_under_their_own_name() -> None:
    assert parse_envelope(json_response({"code": 0, "Messages": [{"type": "answer"}]})).data


def test_zero_usage_is_no_usage_and_a_missing_total_is_the_sum() -> None:
    def usage_of(**counts: int) -> Any:
        ended_chat = data_response(
            {"id": "1", "conversation_id": "2", "status": "completed", "usage": counts}
        )
        outcome = run_conversation([ended_chat, messages_response("好")])
        assert isinstance(outcome, Reply)
        return outcome.usage

    assert usage_of(token_count=0, input_count=0, output_count=0) is None
    assert usage_of(input_count=3, output_count=4).total == 7


def test_a_tool_call_s_arguments_may_be_data_text_or_broken() -> None:
    def call(content: str) -> Any:
        listing = [{"type": "function_call", "content": content}]
        (call,) = parse_tool_calls(parse_messages(listing))
        return call.name, call.arguments

    assert call('{"name":"f","arguments":{"a":1}}') == ("f", {"a": 1})
    assert call('{"name":"f","arguments":"{\\"a\\":1}"}') == ("f", {"a": 1})
    assert call('{"name":"f","arguments":"{oops"}') == ("f", "{oops")
    assert call("{oops") == ("", "{oops")
    assert call('{"name":7}') == ("7", None)


def test_an_answer_may_be_data_and_is_then_kept_as_json() -> None:
    (parsed_message,) = parse_messages([{"type": "answer", "content": {"标题": [1]}}, "no message"])
    assert parsed_message.content == '{"标题":[1]}'
    assert orjson.loads(parsed_message.content) == {"标题": [1]}


@pytest.mark.parametrize("code", ["null", "NaN", '"0"', "0.0", "true", "[]"])
@pytest.mark.parametrize("data", ["[]", "null", "{}", '[{"type":"verbose","content":"{}"}]'])
def test_a_list_without_an_answer_and_without_a_right_code_is_an_error(
    code: str, data: str
) -> None:
    body = f'{{"code":{code},"data":{data},"detail":{{"logid":"LOG"}}}}'
    outcome = run_conversation([chat_response("completed"), json_response(body.encode())])
    assert isinstance(outcome, PayloadError)
    assert body in str(outcome.detail[0])
    assert (outcome.log_id, outcome.exit_code) == ("LOG", 4)


@pytest.mark.parametrize("code", ["null", "NaN", '"0"'])
def test_an_answer_counts_whatever_its_code(code: str) -> None:
    body = f'{{"code":{code},"data":[{{"type":"answer","content":"好"}}]}}'
    outcome = run_conversation([chat_response("completed"), json_response(body.encode())])
    assert isinstance(outcome, Reply)
    assert outcome.answer == "好"


@pytest.mark.parametrize("body", ['{"code":0,"data":[]}', '{"Messages":[]}', '{"data":[]}'])
def test_a_list_without_an_answer_and_with_a_right_code_is_an_empty_answer(body: str) -> None:
    outcome = run_conversation([chat_response("completed"), json_response(body.encode())])
    assert isinstance(outcome, Reply)
    assert outcome.answer == ""
