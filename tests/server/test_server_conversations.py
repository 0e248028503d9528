"""What conversations remember; drafts and versions of bots."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from coze_harness.server.server_process import serve
from server_caller import BOT, Caller, ManualClock, script

SCRIPT = script(
    """
- {regex: 我叫(?P<name>.+), answer: "你好,{{ name }}。"}
- {prompt: 我是谁?, earlier: 我叫(?P<name>.+), answer: "{{ name }}"}
- {prompt: 我是谁?, turn: 1, answer: 不知道}
- {prompt: 我是谁?, answer: 还是不知道}
- {default: true, answer: "第{{ turn }}句"}
""",
    bot="""
version: "3000"
prompt: 现在的
model: {id: "1", name: new, temperature: 0.5}
draft: {version: "4000", prompt: 草稿, answers: [{prompt: 版本?, answer: 草稿的回答}]}
versions:
  "1000": {prompt: 旧的, model: old, answers: [{prompt: 版本?, answer: 旧的回答}]}
""",
)


@pytest.fixture(scope="module")
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="module")
def caller(clock: ManualClock) -> Iterator[Caller]:
    with serve(SCRIPT, clock=clock) as server, Caller(server) as calling:
        yield calling


@pytest.fixture
def conversation(caller: Caller) -> str:
    body = {"bot_id": BOT, "name": "话题", "meta_data": {"k": "v"}}
    created = caller.call("POST", "/v1/conversation/create", json=body)["data"]
    return str(created["id"])


def test_a_conversation_remembers_and_another_does_not(
    caller: Caller, clock: ManualClock, conversation: str
) -> None:
    assert caller.answer(clock, "我是谁?") == "不知道"
    assert caller.answer(clock, "我叫小林", conversation) == "你好,小林。"
    assert caller.answer(clock, "天气", conversation) == "第2句"
    assert caller.answer(clock, "我是谁?", conversation) == "小林"
    caller.answer(clock, "我叫阿青", conversation)
    assert caller.answer(clock, "我是谁?", conversation) == "阿青"


def test_messages_of_the_caller_count_as_conversation(caller: Caller, clock: ManualClock) -> None:
    history = [
        {"role": "user", "content": "我叫小林", "content_type": "text"},
        {"role": "assistant", "type": "answer", "content": "好", "content_type": "text"},
        {"role": "user", "content": "我是谁?", "content_type": "text"},
    ]
    assert caller.answer(clock, "", additional_messages=history) == "小林"


def test_a_question_from_the_conversation_s_creation_is_answered(
    caller: Caller, clock: ManualClock
) -> None:
    question = {"role": "user", "content": "我叫小林", "content_type": "text"}
    created = caller.call("POST", "/v1/conversation/create", json={"messages": [question]})
    conversation = created["data"]["id"]
    assert caller.answer(clock, "", conversation, additional_messages=[]) == "你好,小林。"
    assert caller.chat("", conversation, additional_messages=[])["code"] == 4000


def test_a_cancelled_turn_is_not_remembered(
    caller: Caller, clock: ManualClock, conversation: str
) -> None:
    chat = caller.chat("我叫小林", conversation)["data"]
    where = {"conversation_id": conversation, "chat_id": chat["id"]}
    assert caller.call("POST", "/v3/chat/cancel", json=where)["code"] == 0
    assert caller.answer(clock, "我是谁?", conversation) == "不知道"


def test_conversations_are_retrieved_and_listed(caller: Caller, conversation: str) -> None:
    where = {"conversation_id": conversation}
    created = caller.call("GET", "/v1/conversation/retrieve", params=where)["data"]
    assert (created["name"], created["meta_data"], created["last_section_id"]) == (
        "话题",
        {"k": "v"},
        conversation,
    )
    page = caller.call("GET", "/v1/conversations", params={"bot_id": BOT, "page_size": "1"})["data"]
    assert [c["id"] for c in page["conversations"]] == [conversation]
    assert page["has_more"] is True
    where = {"conversation_id": "12"}
    assert caller.call("GET", "/v1/conversation/retrieve", params=where)["code"] == 4002


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({}, "第1句"),
        ({"publish_status": "published_online"}, "第1句"),
        ({"publish_status": "unpublished_draft"}, "草稿的回答"),
        ({"bot_version": "1000"}, "旧的回答"),
        ({"bot_version": "3000"}, "第1句"),
    ],
)
def test_drafts_and_versions_have_answers_of_their_own(
    caller: Caller, clock: ManualClock, fields: dict[str, str], answer: str
) -> None:
    assert caller.answer(clock, "版本?", **fields) == answer
    assert caller.answer(clock, "我叫小林", **fields) == "你好,小林。"


def test_bot_information_of_published_bot_and_draft(caller: Caller) -> None:
    now = caller.call("GET", f"/v1/bots/{BOT}")["data"]
    draft = caller.call("GET", f"/v1/bots/{BOT}", params={"is_published": "false"})["data"]
    old_way = caller.call("GET", "/v1/bot/get_online_info", params={"bot_id": BOT})["data"]
    assert now == old_way
    assert (now["version"], now["prompt_info"]) == ("3000", {"prompt": "现在的"})
    assert now["model_info"] == {"model_id": "1", "model_name": "new", "temperature": 0.5}
    assert (draft["version"], draft["prompt_info"]) == ("4000", {"prompt": "草稿"})
    assert caller.call("GET", "/v1/bots/755")["code"] == 4200
    assert caller.call("GET", "/v1/bot/get_online_info")["code"] == 4000


def test_a_chat_waiting_for_tools_does_not_occupy_its_conversation(clock: ManualClock) -> None:
    server_script = script(
        "- {prompt: f, requires_action: {calls: [{name: f, id: c}], then: {answer: x}}}\n"
        "- {default: true, answer: ok}"
    )
    with serve(server_script, clock=clock) as server, Caller(server) as caller:
        chat = caller.chat("f")["data"]
        clock.at += 1
        assert caller.answer(clock, "g", chat["conversation_id"]) == "ok"
