"""What the server refuses, with which code, and in which order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from coze_harness.server.server_process import RunningServer, serve
from server_caller import BOT, TOKEN, Caller, ManualClock, ids, script

SCRIPT = script(
    """
- prompt: 你是谁?
  answer: 我是测试机器人。
- prompt: tool
  requires_action:
    calls: [{name: f, id: call-1}]
    then: {answer: done}
- prompt: late
  delay: 1000
  answer: at last
- regex: ^any
  answer: ok
""",
    rest="""
- id: "2"
  name: hidden
  published: false
  answers: [{default: true, answer: draft}]
""",
)
QUESTION = {"role": "user", "content": "any", "content_type": "text"}
GOOD: dict[str, Any] = {"bot_id": BOT, "user_id": "u", "additional_messages": [QUESTION]}


@pytest.fixture(scope="module")
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="module")
def server(clock: ManualClock) -> Iterator[RunningServer]:
    with serve(SCRIPT, clock=clock) as running:
        yield running


@pytest.fixture(scope="module")
def caller(server: RunningServer) -> Iterator[Caller]:
    with Caller(server) as calling:
        yield calling


def post(caller: Caller, body: object, conversation: str = "") -> dict[str, Any]:
    query = {"conversation_id": conversation}
    return caller.call("POST", "/v3/chat", params=query, json=body)


def with_message(**fields: object) -> dict[str, Any]:
    return {**GOOD, "additional_messages": [{**QUESTION, **fields}]}


def objects(*items: dict[str, str]) -> dict[str, Any]:
    return {"role": "user", "content": json.dumps(items), "content_type": "object_string"}


PICTURE = {"type": "image", "file_url": "https://example.com/a.png"}
BAD_BODIES: list[tuple[int, object]] = [
    (4000, []),
    (4000, {**GOOD, "bot_id": ""}),
    (4000, {**GOOD, "bot_id": None}),
    (4000, {**GOOD, "bot_id": 7403315657221079041}),
    (4000, {**GOOD, "user_id": ""}),
    (4000, {"bot_id": BOT, "user_id": "u"}),
    (4000, {**GOOD, "additional_messages": []}),
    (4000, {**GOOD, "additional_messages": "any"}),
    (4000, {**GOOD, "additional_messages": ["any"]}),
    (4000, {**GOOD, "stream": "false"}),
    (4000, {**GOOD, "parameters": "{}"}),
    (4000, {**GOOD, "custom_variables": {"a": 1}}),
    (4000, {**GOOD, "publish_status": "published"}),
    (4000, {**GOOD, "publish_status": "unpublished_draft", "bot_version": "1"}),
    (4000, with_message(role="system")),
    (4000, with_message(role="")),
    (4000, with_message(content="")),
    (4000, with_message(content=None)),
    (4000, with_message(content_type="card")),
    (4000, with_message(type="verbose")),
    (4000, with_message(type="function_call", role="assistant")),
    (4000, with_message(type="question", role="assistant")),
    (4000, with_message(role="assistant")),
    (4000, with_message(content_type="object_string")),
    (4000, {**GOOD, "additional_messages": [objects(PICTURE)]}),
    (4000, {**GOOD, "additional_messages": [objects({"type": "text", "text": "any"})]}),
    (4000, {**GOOD, "additional_messages": [objects({"type": "image"}), QUESTION]}),
    (4000, {**GOOD, "additional_messages": [objects({"type": "film", "file_id": "1"}), QUESTION]}),
    (4000, {**GOOD, "additional_messages": [objects({"type": "file", "file_id": "1"}), QUESTION]}),
    (4000, with_message(content="no such prompt")),
    (4003, {**GOOD, "meta_data": {str(n): "v" for n in range(17)}}),
    (4003, {**GOOD, "meta_data": {"k" * 65: "v"}}),
    (4003, {**GOOD, "meta_data": {"": "v"}}),
    (4003, {**GOOD, "meta_data": {"k": ""}}),
    (4003, {**GOOD, "meta_data": {"k": "中" * 513}}),
    (4003, with_message(meta_data={"k": "v" * 513})),
    (4004, {**GOOD, "additional_messages": [QUESTION] * 101}),
    (4007, {**GOOD, "stream": False, "auto_save_history": False}),
    (4015, {**GOOD, "bot_id": "2"}),
    (4200, {**GOOD, "bot_id": "7550000000000000000"}),
    (4200, {**GOOD, "bot_version": "99"}),
]


@pytest.mark.parametrize(("code", "body"), BAD_BODIES)
def test_a_chat_that_is_refused(caller: Caller, code: int, body: object) -> None:
    response = caller.send("POST", "/v3/chat", json=body)
    envelope = response.json()
    assert response.status_code == 200
    assert envelope["code"] == code, envelope["msg"]
    assert envelope["msg"]
    assert "data" not in envelope
    assert len(envelope["detail"]["logid"]) == 34


@pytest.mark.parametrize("body", [b"{", b"\xff{}", b'"text"', b"[" * 5000, b"{}" * 2])
def test_a_body_that_is_not_json(caller: Caller, body: bytes) -> None:
    assert caller.call("POST", "/v3/chat", data=body)["code"] == 4000


GOOD_BODIES: list[object] = [
    GOOD,
    {**GOOD, "meta_data": {str(n): "v" * 512 for n in range(16)}},
    {**GOOD, "additional_messages": [QUESTION] * 100},
    {**GOOD, "additional_messages": [objects(PICTURE), QUESTION]},
    {**GOOD, "additional_messages": [objects({"type": "text", "text": "any"}, PICTURE)]},
    {**GOOD, "stream": None, "custom_variables": None, "shortcut_command": None},
    {**GOOD, "parameters": {"a": [1]}, "extra_params": {"latitude": "1"}, "enable_card": True},
    {**GOOD, "bot_id": "2", "publish_status": "unpublished_draft"},
    {**GOOD, "additional_messages": [], "shortcut_command": {"command_id": "any"}},
    {**GOOD, "tools": [], "connector_id": "999", "no_such_field": 1},
    with_message(type="", id=None, chat_id=None, section_id=None, meta_data=None, created_at=None),
    with_message(content_type=None),
]


@pytest.mark.parametrize("body", GOOD_BODIES)
def test_an_accepted_chat(caller: Caller, body: object) -> None:
    envelope = post(caller, body)
    assert envelope["code"] == 0, envelope["msg"]
    assert envelope["data"]["status"] == "in_progress"


def test_an_unknown_prompt_names_the_nearest(caller: Caller) -> None:
    assert caller.chat("你是谁呢?")["msg"].endswith("你是谁?")


def test_prompts_are_compared_by_width_but_not_by_composition(
    caller: Caller, clock: ManualClock
) -> None:
    assert caller.chat("你是谁？")["code"] == 4000
    assert caller.answer(clock, " 你是谁?\n") == "我是测试机器人。"


@pytest.mark.parametrize("token", ["pat_a", "sat_b", "czs_c", "czu_d", "cztei_e"])
def test_well_formed_tokens_are_accepted(server: RunningServer, token: str) -> None:
    with Caller(server, token) as caller:
        assert post(caller, GOOD)["code"] == 0


@pytest.mark.parametrize("token", ["", "pat_", "sk-1234", "pat_a b", "xpat_a"])
def test_a_bad_token_is_refused_by_chat_and_by_other_calls(
    server: RunningServer, token: str
) -> None:
    with Caller(server, token) as caller:
        chat = caller.send("POST", "/v3/chat", json=GOOD)
        assert (chat.status_code, chat.json()["code"]) == (200, 4101)
        response = caller.send("POST", "/v3/chat", json={**GOOD, "stream": True})
        assert response.headers["Content-Type"].startswith("application/json")
        assert response.json()["code"] == 4101
        for method, path in [
            ("GET", "/v3/chat/retrieve"),
            ("POST", "/v3/chat/message/list"),
            ("POST", "/v3/chat/cancel"),
            ("POST", "/v1/conversation/create"),
            ("GET", f"/v1/bots/{BOT}"),
            ("POST", "/v1/files/upload"),
            ("POST", "/v1/workflow/run"),
        ]:
            other = caller.send(method, path)
            assert (other.status_code, other.json()["code"]) == (401, 700012006)


def test_checks_come_in_the_order_body_bot_token(
    server: RunningServer,
) -> None:
    with Caller(server, "") as caller:
        assert post(caller, {**GOOD, "bot_id": "755", "user_id": ""})["code"] == 4000
        assert post(caller, {**GOOD, "bot_id": "755"})["code"] == 4200
        assert post(caller, GOOD, "12")["code"] == 4101


def test_unknown_conversations_and_chats(caller: Caller) -> None:
    chat = caller.chat("any")["data"]
    assert post(caller, GOOD, "12")["code"] == 4002
    for path in ("/v3/chat/retrieve", "/v3/chat/message/list"):
        for method in ("GET", "POST"):
            wrong = {"conversation_id": chat["conversation_id"], "chat_id": "12"}
            assert caller.call(method, path, params=wrong)["code"] == 4001
            wrong = {"conversation_id": "12", "chat_id": chat["id"]}
            assert caller.call(method, path, params=wrong)["code"] == 4002
            wrong = {"conversation_id": chat["conversation_id"], "chat_id": ""}
            assert caller.call(method, path, params=wrong)["code"] == 4000


def test_ids_are_read_from_query_and_body_with_get_and_post(caller: Caller) -> None:
    chat = caller.chat("late")["data"]
    for method in ("GET", "POST"):
        by_query = caller.call(method, "/v3/chat/retrieve", params=ids(chat))
        by_body = caller.call(method, "/v3/chat/retrieve", json=ids(chat))
        assert by_query["data"] == by_body["data"] == chat
    assert caller.call("POST", "/v3/chat/cancel", params=ids(chat))["code"] == 0


def test_a_conversation_id_in_the_body_of_a_chat_is_ignored(caller: Caller) -> None:
    chat = caller.chat("any")["data"]
    next_chat = post(caller, {**GOOD, "conversation_id": chat["conversation_id"]})["data"]
    assert next_chat["conversation_id"] != chat["conversation_id"]


def test_one_chat_at_a_time_in_a_conversation(caller: Caller, clock: ManualClock) -> None:
    chat = caller.chat("late")["data"]
    conversation = chat["conversation_id"]
    assert post(caller, GOOD, conversation)["code"] == 4016
    assert caller.call("POST", "/v3/chat/cancel", json=ids(chat))["code"] == 0
    following = post(caller, GOOD, conversation)["data"]
    clock.at += 1
    assert caller.call("POST", "/v3/chat/cancel", json=ids(following))["code"] == 4104
    assert post(caller, GOOD, conversation)["code"] == 0


def test_an_unsaved_chat_cannot_be_retrieved(caller: Caller) -> None:
    stream = caller.stream("any", auto_save_history=False)
    data = next(line[5:] for line in stream.splitlines() if line.startswith(b"data:"))
    chat = json.loads(data)
    assert caller.retrieve(chat)["code"] == 4001
    outputs = {"tool_outputs": [{"tool_call_id": "1", "output": ""}]}
    envelope = caller.call("POST", "/v3/chat/submit_tool_outputs", params=ids(chat), json=outputs)
    assert envelope["code"] == 5000


@pytest.mark.parametrize(
    "outputs",
    [None, [], ["x"], [{"tool_call_id": "other", "output": ""}], [{"output": "x"}]],
)
def test_tool_outputs_that_do_not_answer_the_calls(
    caller: Caller, clock: ManualClock, outputs: object
) -> None:
    chat = caller.chat("tool")["data"]
    path = "/v3/chat/submit_tool_outputs"
    good = {"tool_outputs": [{"tool_call_id": "call-1", "output": "x"}]}
    assert caller.call("POST", path, params=ids(chat), json=good)["code"] == 4000  # still running
    clock.at += 1
    assert caller.retrieve(chat)["data"]["status"] == "requires_action"
    assert caller.call("POST", "/v3/chat/cancel", json=ids(chat))["code"] == 4104
    bad = {"tool_outputs": outputs}
    assert caller.call("POST", path, params=ids(chat), json=bad)["code"] == 4000
    assert caller.call("POST", path, params=ids(chat), json=good)["code"] == 0
    assert caller.call("POST", path, params=ids(chat), json=good)["code"] == 4000  # once only


def test_unknown_paths_and_methods(caller: Caller) -> None:
    for method, path in [("GET", "/v3/nothing"), ("GET", "/v3/chat"), ("PUT", "/v3/chat/cancel")]:
        response = caller.send(method, path)
        assert (response.status_code, response.json()["code"]) == (404, 4000)


def test_conversation_create_checks_its_fields(caller: Caller) -> None:
    def create(**body: object) -> object:
        return caller.call("POST", "/v1/conversation/create", json=body)["code"]

    assert create() == 0
    assert create(bot_id="755") == 5000
    assert create(name="n" * 101) == 4000
    assert create(meta_data={"k": ""}) == 4003
    assert create(messages=[QUESTION] * 17) == 4004


def test_uploads_are_checked(caller: Caller) -> None:
    def upload(files: list[tuple[str, tuple[str, bytes]]]) -> object:
        return caller.call("POST", "/v1/files/upload", files=files)["code"]

    assert upload([("file", ("图.png", b"\r\n\x00"))]) == 0
    assert upload([("file", ("a", b"1")), ("file", ("b", b"2"))]) == 4301
    assert upload([("file", ("a", b""))]) == 4300
    assert caller.call("POST", "/v1/files/upload", data=b"raw")["code"] == 4300


def test_workflows_are_checked(caller: Caller) -> None:
    def run(**body: object) -> object:
        return caller.call("POST", "/v1/workflow/run", json=body)["code"]

    assert run() == 4000
    assert run(workflow_id="755") == 4200
    assert run(workflow_id="755", bot_id="1", app_id="2") == 4000


def test_the_token_is_not_stored_or_printed(
    server: RunningServer, capfd: pytest.CaptureFixture[str]
) -> None:
    with Caller(server) as caller:
        post(caller, GOOD)
        caller.send("GET", "/v3/nothing")
    assert capfd.readouterr() == ("", "")
    assert TOKEN not in repr(server.calls)
