"""Every kind of fault, as a caller sees it."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from coze_harness.server.fault_injection import Fault, FaultKind
from coze_harness.server.server_process import RunningServer, serve
from server_caller import BOT, Caller, ManualClock, events, ids, script
from talking import scripted_fault

ANSWER = "我是小示,一个用于测试的虚构助手。"
SCRIPT = script(
    f"""
- default: true
  delay: 2
  answer: {ANSWER}
"""
)


@pytest.fixture(scope="module")
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="module")
def listening(clock: ManualClock) -> Iterator[RunningServer]:
    with serve(SCRIPT, clock=clock) as server:
        yield server


@pytest.fixture
def caller(listening: RunningServer) -> Iterator[Caller]:
    with Caller(listening) as calling:
        yield calling
    listening.clear_faults()


def fault(kind: str, **fields: object) -> Fault:
    return scripted_fault({"kind": kind, **fields})


def inject(caller: Caller, kind: str, **fields: object) -> None:
    caller.server.inject(fault(kind, **fields))


REFUSALS = [
    (4000, 200),
    (4008, 200),
    (4009, 200),
    (4011, 200),
    (4013, 200),
    (4015, 200),
    (4016, 200),
    (4020, 200),
    (4028, 200),
    (4100, 401),
    (4101, 200),
    (4200, 200),
    (5000, 200),
    (700012006, 401),
    (720702222, 200),
]


@pytest.mark.parametrize(("code", "http"), REFUSALS)
@pytest.mark.parametrize("stream", [False, True])
def test_a_refusal_has_its_code_a_text_and_a_log_id(
    caller: Caller, code: int, http: int, stream: bool
) -> None:
    inject(caller, "refuse", code=code, times=1)
    with caller.raw_chat("hi", stream=stream) as response:
        body = response.json()
    assert response.status_code == http
    assert response.headers["Content-Type"].startswith("application/json")
    assert body["code"] == code
    assert body["msg"]
    assert body["detail"]["logid"] == response.headers["X-Tt-Logid"]
    assert caller.chat("hi")["code"] == 0  # no fault any more


def test_too_many_requests_has_retry_after(caller: Caller) -> None:
    inject(caller, "too_many_requests", retry_after=2, times=2)
    for _ in range(2):
        response = caller.raw_chat("hi")
        assert (response.status_code, response.headers["Retry-After"]) == (429, "2")
        assert response.json()["code"] == 4013
    assert caller.chat("hi")["code"] == 0


def is_html(response: requests.Response) -> bool:
    return response.status_code == 502 and response.text.startswith("<html>")


def is_unavailable(response: requests.Response) -> bool:
    return response.status_code == 503 and response.content == b""


def is_half_json(response: requests.Response) -> bool:
    with pytest.raises(json.JSONDecodeError):
        json.loads(response.content)
    return response.status_code == 200 and response.content.startswith(b'{"data"')


def is_empty(response: requests.Response) -> bool:
    return response.status_code == 200 and response.content == b""


def is_plain_text(response: requests.Response) -> bool:
    return response.headers["Content-Type"].startswith("text/plain") and "data" in response.json()


def has_no_data(response: requests.Response) -> bool:
    return response.status_code == 200 and set(response.json()) == {"code", "msg", "detail"}


def has_empty_data(response: requests.Response) -> bool:
    return bool(response.json()["data"] == [])


@pytest.mark.parametrize("at", ["chat", "retrieve", "list", "cancel", "bot", "create"])
@pytest.mark.parametrize(
    ("kind", "is_damaged"),
    [
        ("html", is_html),
        ("unavailable", is_unavailable),
        ("half_json", is_half_json),
        ("empty_body", is_empty),
        ("wrong_content_type", is_plain_text),
        ("omit_data", has_no_data),
        ("empty_data", has_empty_data),
    ],
)
def test_a_damaged_answer_to_every_call(
    caller: Caller, at: str, kind: str, is_damaged: Callable[[requests.Response], bool]
) -> None:
    chat = caller.chat("hi")["data"]
    calls: dict[str, Callable[[], requests.Response]] = {
        "chat": lambda: caller.raw_chat("hi"),
        "retrieve": lambda: caller.send("GET", "/v3/chat/retrieve", params=ids(chat)),
        "list": lambda: caller.send("GET", "/v3/chat/message/list", params=ids(chat)),
        "cancel": lambda: caller.send("POST", "/v3/chat/cancel", json=ids(chat)),
        "bot": lambda: caller.send("GET", f"/v1/bots/{BOT}"),
        "create": lambda: caller.send("POST", "/v1/conversation/create"),
    }
    inject(caller, kind, at=at, times=1)
    assert is_damaged(calls[at]())
    response = calls[at]()
    assert response.status_code == 200
    assert response.json()["code"] in (0, 4104)  # no fault any more; a chat is cancelled once


@pytest.mark.parametrize(("kind", "chats"), [("reset_before", 0), ("reset_after", 1)])
def test_a_reset_connection(caller: Caller, kind: str, chats: int) -> None:
    conversation = caller.call("POST", "/v1/conversation/create")["data"]["id"]
    inject(caller, kind, times=1)
    with pytest.raises(requests.ConnectionError, match=r"reset|aborted"):
        caller.raw_chat("hi", conversation)
    # Whether the call had its effect shows in the conversation: a chat that runs occupies it.
    assert caller.chat("hi", conversation)["code"] == (4016 if chats else 0)


def test_a_body_cut_short(caller: Caller) -> None:
    inject(caller, "half_body", at="list", times=1)
    chat = caller.chat("hi")["data"]
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        caller.messages(chat)
    assert caller.messages(chat)["code"] == 0


def test_a_slow_answer_takes_its_seconds(caller: Caller, clock: ManualClock) -> None:
    inject(caller, "slow", seconds=7, times=1)
    before = clock.at
    caller.chat("hi")
    assert clock.at == before + 7


@pytest.mark.parametrize(
    ("fields", "code", "msg"),
    [
        ({}, 5000, "event interval error"),
        ({"code": 4028}, 4028, "Your free quota has been used up."),
        ({"code": 701231, "message": "模型错误"}, 701231, "模型错误"),
    ],
)
def test_a_failed_chat(
    caller: Caller, clock: ManualClock, fields: dict[str, object], code: int, msg: str
) -> None:
    inject(caller, "failed", **fields)
    chat = caller.chat("hi")["data"]
    assert chat["status"] == "in_progress"
    clock.at += 2
    envelope = caller.retrieve(chat)
    assert envelope["code"] == 0
    assert envelope["data"]["status"] == "failed"
    assert envelope["data"]["failed_at"] == chat["created_at"] + 2
    assert envelope["data"]["last_error"]["code"] == code
    assert envelope["data"]["last_error"]["msg"].startswith(msg)
    assert "data" not in caller.messages(chat)
    frames = events(caller.stream("hi"))
    assert [event for event, _ in frames[-2:]] == ["conversation.chat.failed", "done"]
    assert "conversation.message.completed" not in dict(frames)


@pytest.mark.parametrize("status", ["canceled", "expired", "cancelled", "deleted"])
def test_a_chat_that_ends_with_another_status(
    caller: Caller, clock: ManualClock, status: str
) -> None:
    inject(caller, "ends", status=status)
    chat = caller.chat("hi")["data"]
    clock.at += 2
    assert caller.retrieve(chat)["data"]["status"] == status
    assert "data" not in caller.messages(chat)


def test_a_slow_run(caller: Caller, clock: ManualClock) -> None:
    inject(caller, "slow_run", seconds=100)
    chat = caller.chat("hi")["data"]
    clock.at += 101
    assert caller.retrieve(chat)["data"]["status"] == "in_progress"
    clock.at += 1
    assert caller.retrieve(chat)["data"]["status"] == "completed"


def test_a_run_that_never_ends_can_be_cancelled(caller: Caller, clock: ManualClock) -> None:
    inject(caller, "never_ends")
    chat = caller.chat("hi")["data"]
    clock.at += 1e6
    assert caller.retrieve(chat)["data"]["status"] == "in_progress"
    cancelled = caller.call("POST", "/v3/chat/cancel", json=ids(chat))
    assert cancelled["data"]["status"] == "canceled"
    assert caller.retrieve(chat)["data"]["status"] == "canceled"


def test_created_first(caller: Caller, clock: ManualClock) -> None:
    inject(caller, "created_first", times=1)
    inject(caller, "created_first", at="retrieve", times=1)
    chat = caller.chat("hi")["data"]
    statuses = [chat["status"], *(caller.retrieve(chat)["data"]["status"] for _ in range(2))]
    clock.at += 2
    statuses.append(caller.retrieve(chat)["data"]["status"])
    assert statuses == ["created", "created", "in_progress", "completed"]


def test_an_unknown_status(caller: Caller, clock: ManualClock) -> None:
    inject(caller, "unknown_status", status="思考中", times=1)
    chat = caller.chat("hi")["data"]
    assert caller.retrieve(chat)["data"]["status"] == "思考中"
    clock.at += 2
    assert caller.retrieve(chat)["data"]["status"] == "completed"


def test_an_unknown_event(caller: Caller) -> None:
    inject(caller, "unknown_status", at="chat")
    assert "conversation.chat.pondering" in dict(events(caller.stream("hi")))


def test_an_unknown_message_type(caller: Caller, clock: ManualClock) -> None:
    inject(caller, "unknown_type")
    chat = caller.chat("hi")["data"]
    clock.at += 2
    types = [message["type"] for message in caller.messages(chat)["data"]]
    assert types == ["answer", "verbose", "hologram"]


def test_json_in_place_of_a_stream(caller: Caller) -> None:
    inject(caller, "json_for_sse", code=4013, times=1)
    assert caller.chat("hi")["code"] == 0  # not a stream: not affected, not counted
    with caller.raw_chat("hi", stream=True) as response:
        assert response.headers["Content-Type"].startswith("application/json")
        assert response.json()["code"] == 4013


def drain(response: requests.Response, into: bytearray) -> None:
    for piece in response.iter_content(1):
        into += piece


def cut_off(caller: Caller) -> bytes:
    """Read a stream that breaks, and return what came."""
    read = bytearray()
    raises_broken_body = pytest.raises(requests.exceptions.ChunkedEncodingError)
    with caller.raw_chat("hi", stream=True) as response, raises_broken_body:
        drain(response, read)
    return bytes(read)


def test_a_stream_cut_between_frames(caller: Caller) -> None:
    inject(caller, "cut_stream", times=1)
    read = cut_off(caller)
    assert read.endswith(b"\n\n")
    assert b"message.delta" in read
    assert b"done" not in read
    assert events(caller.stream("hi"))[-1] == ("done", '"[DONE]"')


def test_a_stream_cut_inside_a_character(caller: Caller) -> None:
    inject(caller, "cut_character", times=1)
    read = cut_off(caller)
    with pytest.raises(UnicodeDecodeError) as error:
        read.decode()
    assert error.value.end == len(read)


def test_an_error_event(caller: Caller) -> None:
    inject(caller, "error_event", code=5000, message="出错了")
    event, data = events(caller.stream("hi"))[-1]
    assert (event, json.loads(data)) == ("error", {"code": 5000, "msg": "出错了"})


def test_a_failure_event_without_a_chat(caller: Caller) -> None:
    inject(caller, "failed_event", code=720702204, message="会话名不存在")
    event, data = events(caller.stream("hi"))[-1]
    assert event == "conversation.chat.failed"
    assert json.loads(data) == {"code": "720702204", "msg": "会话名不存在"}


def test_a_stream_without_the_last_event_of_its_chat(caller: Caller) -> None:
    inject(caller, "omit_end")
    names = [event for event, _data in events(caller.stream("hi"))]
    assert names[-1] == "done"
    assert not {"conversation.chat.completed", "conversation.chat.failed"}.intersection(names)


def test_a_stream_that_never_ends_stops_with_its_reader() -> None:
    with serve(SCRIPT) as server, Caller(server) as caller:
        inject(caller, "never_ends", times=1)
        with caller.raw_chat("hi", stream=True) as response:
            first = next(response.iter_content(10))
        assert first == b"event:conv"
        assert caller.chat("hi")["code"] == 0


def test_a_fault_skips_after_and_stops_after_times(caller: Caller) -> None:
    inject(caller, "refuse", code=5000, at="retrieve", after=1, times=2)
    chat = caller.chat("hi")["data"]
    assert [caller.retrieve(chat)["code"] for _ in range(4)] == [0, 5000, 5000, 0]


def test_faults_follow_each_other(caller: Caller) -> None:
    inject(caller, "refuse", code=4009, times=1)
    inject(caller, "refuse", code=5000, times=1)
    assert [caller.chat("hi")["code"] for _ in range(3)] == [4009, 5000, 0]


def test_an_injected_fault_stays_until_it_is_cleared(caller: Caller) -> None:
    inject(caller, "refuse", code=4009)
    assert [caller.chat("hi")["code"] for _ in range(2)] == [4009, 4009]
    caller.server.clear_faults()
    assert caller.chat("hi")["code"] == 0


def test_faults_of_a_script_belong_to_answers_bots_or_all() -> None:
    server_script = script(
        """
- prompt: one
  answer: fine
  faults: [{code: 4013, times: 1}]
- default: true
  answer: fine
""",
        bot="faults: [{code: 4020, times: 1, after: 1}]",
        rest="faults: [{kind: html, at: create}]",
    )
    with serve(server_script) as server, Caller(server) as caller:
        assert [caller.chat("one")["code"] for _ in range(4)] == [4013, 0, 4020, 0]
        assert is_html(caller.send("POST", "/v1/conversation/create"))


def test_a_server_stops_at_once_during_a_request() -> None:
    with serve(SCRIPT) as server, socket.create_connection(("127.0.0.1", server.port)) as half:
        half.sendall(b"POST /v3/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
        half.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        server.stop()
        server.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=1)


def test_this_file_tests_every_kind() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert [kind for kind in FaultKind if f'"{kind}"' not in source] == []


def test_the_server_is_a_context_manager() -> None:
    with serve(SCRIPT) as server:
        assert isinstance(server, RunningServer)
        assert server.base_url == f"http://127.0.0.1:{server.port}"
