"""Conversations: what is remembered; bots by draft and version."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from asking import BOT, Caller, HandClock, script
from coze_harness.server.server_process import serve

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
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(scope="module")
def caller(clock: HandClock) -> Iterator[Caller]:
    with serve(SCRIPT, clock=clock) as server, Caller(server) as calling:
        yield calling


@pytest.fixture
def talk(caller: Caller) -> str:
    body = {"bot_id": BOT, "name": "话题", "meta_data": {"k": "v"}}
    made = caller.call("POST", "/v1/conversation/create", json=body)["data"]
    return str(made["id"])


def test_a_conversation_remembers_and_another_does_not(
    caller: Caller, clock: HandClock, talk: str
) -> None:
    assert caller.answer(clock, "我是谁?") == "不知道"
    assert caller.answer(clock, "我叫小林", talk) == "你好,小林。"
    assert caller.answer(clock, "天气", talk) == "第2句"
    assert caller.answer(clock, "我是谁?", talk) == "小林"
    caller.answer(clock, "我叫阿青", talk)
    assert caller.answer(clock, "我是谁?", talk) == "阿青"


def test_messages_of_the_caller_count_as_conversation(caller: Caller, clock: HandClock) -> None:
    history = [
        {"role": "user", "content": "我叫小林", "content_type": "text"},
        {"role": "assistant", "type": "answer", "content": "好", "content_type": "text"},
        {"role": "user", "content": "我是谁?", "content_type": "text"},
    ]
    assert caller.answer(clock, "", additional_messages=history) == "小林"


def test_a_question_put_in_beforehand_is_answered(caller: Caller, clock: HandClock) -> None:
    question = {"role": "user", "content": "我叫小林", "content_type": "text"}
    made = caller.call("POST", "/v1/conversation/create", json={"messages": [question]})
    talk = made["data"]["id"]
    assert caller.answer(clock, "", talk, additional_messages=[]) == "你好,小林。"
    assert caller.chat("", talk, additional_messages=[])["code"] == 4000


def test_a_cancelled_turn_is_no_context(caller: Caller, clock: HandClock, talk: str) -> None:
    chat = caller.chat("我叫小林", talk)["data"]
    where = {"conversation_id": talk, "chat_id": chat["id"]}
    assert caller.call("POST", "/v3/chat/cancel", json=where)["code"] == 0
    assert caller.answer(clock, "我是谁?", talk) == "不知道"


def test_conversations_are_retrieved_and_listed(caller: Caller, talk: str) -> None:
    where = {"conversation_id": talk}
    made = caller.call("GET", "/v1/conversation/retrieve", params=where)["data"]
    assert (made["name"], made["meta_data"], made["last_section_id"]) == ("话题", {"k": "v"}, talk)
    page = caller.call("GET", "/v1/conversations", params={"bot_id": BOT, "page_size": "1"})["data"]
    assert [c["id"] for c in page["conversations"]] == [talk]
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
def test_drafts_and_versions_answer_for_themselves(
    caller: Caller, clock: HandClock, fields: dict[str, str], answer: str
) -> None:
    assert caller.answer(clock, "版本?", **fields) == answer
    assert caller.answer(clock, "我叫小林", **fields) == "你好,小林。"


def test_what_a_bot_says_of_itself(caller: Caller) -> None:
    now = caller.call("GET", f"/v1/bots/{BOT}")["data"]
    draft = caller.call("GET", f"/v1/bots/{BOT}", params={"is_published": "false"})["data"]
    old_way = caller.call("GET", "/v1/bot/get_online_info", params={"bot_id": BOT})["data"]
    assert now == old_way
    assert (now["version"], now["prompt_info"]) == ("3000", {"prompt": "现在的"})
    assert now["model_info"] == {"model_id": "1", "model_name": "new", "temperature": 0.5}
    assert (draft["version"], draft["prompt_info"]) == ("4000", {"prompt": "草稿"})
    assert caller.call("GET", "/v1/bots/755")["code"] == 4200
    assert caller.call("GET", "/v1/bot/get_online_info")["code"] == 4000


def test_a_halted_chat_does_not_occupy_its_conversation(clock: HandClock) -> None:
    scripted = script(
        "- {prompt: f, requires_action: {calls: [{name: f, id: c}], then: {answer: x}}}\n"
        "- {default: true, answer: ok}"
    )
    with serve(scripted, clock=clock) as server, Caller(server) as caller:
        halted = caller.chat("f")["data"]
        clock.at += 1
        assert caller.answer(clock, "g", halted["conversation_id"]) == "ok"
