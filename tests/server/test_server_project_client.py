"""A client of Coze projects that others wrote, cozepy-ai-client, calls the scripted server."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from coze_harness.server.script_reader import demo_script
from coze_harness.server.server_process import RunningServer, serve

sdk: Any = pytest.importorskip("cozepy_ai_client")
errors: Any = importlib.import_module("cozepy_ai_client.exceptions")

PROJECT = "7627835614766841865"
TOKEN = "a.demo.token"


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serve(demo_script()) as running:
        yield running


def events(
    server: RunningServer,
    prompt: str,
    *,
    token: str = TOKEN,
    project: str = PROJECT,
    session: str = "",
) -> list[Any]:
    client = sdk.ChatClient(
        api_key=token,
        api_url=f"{server.base_url}/stream_run",
        project_id=project,
        max_retries=0,
    )
    with client as chat:
        return list(chat.stream_message(prompt, session_id=session))


def text(events: list[Any]) -> str:
    return "".join(event.answer_text for event in events)


def test_an_answer_begins_ends_and_comes_in_pieces(server: RunningServer) -> None:
    answer_events = events(server, "你是谁?")
    assert text(answer_events) == "我是小码,一个用扣子编程做的智能体。"
    assert answer_events[0].is_message_start
    assert answer_events[-1].is_message_end
    assert answer_events[-1].content.message_end.code == "0"
    assert [event.sequence_id for event in answer_events] == [*range(1, len(answer_events) + 1)]
    assert len({event.reply_id for event in answer_events}) == 1


def test_a_session_remembers_and_another_does_not(server: RunningServer) -> None:
    assert text(events(server, "我叫小明", session="one")) == "你好,小明!"
    assert text(events(server, "我叫什么?", session="one")) == "你叫小明。"
    assert "小明" not in text(events(server, "我叫什么?", session="two"))


def test_tools_are_requested_and_answered(server: RunningServer) -> None:
    answer_events = events(server, "杭州明天天气怎么样?")
    (request,) = (
        event.content.tool_request for event in answer_events if event.type == "tool_request"
    )
    (response,) = (
        event.content.tool_response for event in answer_events if event.type == "tool_response"
    )
    assert request.parameters == {"get_weather": {"city": "杭州"}}
    assert response.tool_call_id == request.tool_call_id
    assert (response.code, response.result) == ("0", '{"high":24,"sky":"小雨"}')


def test_refusals_are_the_clients_own_errors(server: RunningServer) -> None:
    with pytest.raises(errors.AuthenticationError):
        events(server, "你是谁?", token="pat_no_jwt")
    with pytest.raises(errors.ValidationError):
        events(server, "你是谁?", project="1")


def test_thoughts_as_text_are_more_than_this_client_takes(server: RunningServer) -> None:
    # The service's own classes declare a text, and this client (0.1.0) an object.
    with pytest.raises(errors.StreamError):
        events(server, "9.11和9.8哪个大?")
