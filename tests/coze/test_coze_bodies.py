"""What is sent: the body of a prompt, the ids, and the fingerprint of everything asked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from coze_harness.coze import fingerprint
from coze_harness.model import ChatOptions, replace
from coze_harness.text import json_text as jsontext
from hypothesis import given
from hypothesis import strategies as st
from talking import (
    BOT,
    TARGET,
    ScriptedDriver,
    SpyTool,
    body,
    chat_response,
    data_response,
    messages_response,
    new_conversation,
    turn,
)

BARE = ChatOptions(user_id="0")
ALWAYS = {"bot_id", "user_id", "stream", "auto_save_history", "additional_messages"}
OPTIONAL: dict[str, Any] = {
    "custom_variables": {"tone": "正式"},
    "meta_data": {"k": "v"},
    "parameters": {"n": 1, "deep": [{"x": None}]},
    "extra_params": {"latitude": "30.2"},
    "shortcut_command": {"command_id": "1", "parameters": {"a": "b"}},
    "enable_card": True,
    "bot_version": "17",
    "publish_status": "unpublished_draft",
}


def sent(options: ChatOptions, prompt: str = "你是谁?") -> Any:
    driver = ScriptedDriver([chat_response("completed"), messages_response("好")])
    driver.drive(new_conversation(options).run_turn(turn(prompt)))
    return body(driver.calls[0])


def test_a_bare_prompt_sends_what_the_walkthrough_sends() -> None:
    assert sent(BARE) == {
        "bot_id": BOT,
        "user_id": "0",
        "stream": False,
        "auto_save_history": True,
        "additional_messages": [{"role": "user", "content": "你是谁?", "content_type": "text"}],
    }


@pytest.mark.parametrize("name", OPTIONAL)
def test_an_optional_field_is_sent_when_it_is_set_and_only_then(name: str) -> None:
    assert set(sent(BARE)) == ALWAYS
    fields = sent(replace(BARE, **{name: OPTIONAL[name]}))
    assert fields[name] == OPTIONAL[name]
    assert set(fields) == ALWAYS | {name}


def test_all_optional_fields_go_together() -> None:
    fields = sent(replace(BARE, **OPTIONAL))
    assert {name: fields[name] for name in OPTIONAL} == OPTIONAL


def test_auto_save_history_is_sent_when_it_is_off() -> None:
    assert sent(replace(BARE, auto_save_history=False))["auto_save_history"] is False


def test_a_shortcut_without_a_prompt_sends_no_message_of_its_own() -> None:
    command = {"command_id": "1"}
    assert sent(replace(BARE, shortcut_command=command), "")["additional_messages"] == []
    assert len(sent(replace(BARE, shortcut_command=command), "hi")["additional_messages"]) == 1


@given(st.text())
def test_a_prompt_stands_unescaped_in_utf8_and_comes_back_the_same(prompt: str) -> None:
    data = jsontext.dump_json(sent(BARE, prompt))
    assert json.loads(data)["additional_messages"][0]["content"] == prompt


def test_chinese_and_separators_are_not_escaped() -> None:
    prompt = "你是谁?\u2028ＡＢ é🙂"
    assert prompt.encode() in jsontext.dump_json(sent(BARE, prompt))


def test_ids_stay_text_of_any_length() -> None:
    long = "7" * 19
    driver = ScriptedDriver(
        [
            data_response({"id": long, "conversation_id": f"0{long}", "status": "completed"}),
            messages_response("好"),
        ]
    )
    reply = driver.drive(new_conversation().run_turn(turn()))
    assert (reply.chat_id, reply.conversation_id) == (long, f"0{long}")
    assert dict(driver.calls[1].query) == {"chat_id": long, "conversation_id": f"0{long}"}


def test_ids_that_come_as_numbers_lose_no_digit() -> None:
    driver = ScriptedDriver(
        [
            data_response(
                {"id": 7403315657221079041, "conversation_id": 2**64 - 1, "status": "completed"}
            ),
            messages_response("好"),
        ]
    )
    reply = driver.drive(new_conversation().run_turn(turn()))
    assert (reply.chat_id, reply.conversation_id) == ("7403315657221079041", str(2**64 - 1))


def test_a_fingerprint_depends_only_on_what_is_sent() -> None:
    expected = fingerprint(TARGET, BARE, [turn("a"), turn("b")])
    assert expected == fingerprint(TARGET, BARE, [turn("a", checks_status=True), turn("b")])
    others = {
        fingerprint(TARGET, BARE, [turn("b"), turn("a")]),
        fingerprint(TARGET, BARE, [turn("a")]),
        fingerprint(TARGET, BARE, [turn("ab")]),
        fingerprint(replace(TARGET, id="1"), BARE, [turn("a"), turn("b")]),
        fingerprint(TARGET, replace(BARE, conversation_id="1"), [turn("a"), turn("b")]),
        fingerprint(TARGET, BARE, [turn("a", tools={"f": "1"}), turn("b")]),
        fingerprint(TARGET, BARE, [turn("a", tools={"f": SpyTool("1")}), turn("b")]),
        fingerprint(TARGET, BARE, [turn("a", tools={"f": SpyTool("2")}), turn("b")]),
        *(
            fingerprint(TARGET, replace(BARE, **{name: value}), [turn("a"), turn("b")])
            for name, value in OPTIONAL.items()
        ),
    }
    assert expected not in others
    assert len(others) == 8 + len(OPTIONAL)
