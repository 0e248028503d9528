"""What comes before a prompt: a conversation, files, and the messages of its history."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from coze_harness.coze import fingerprint
from coze_harness.execution.flow_driver import FlowTask
from coze_harness.execution.live_scheduler import run_concurrently
from coze_harness.model import JSON, Attachment, ChatOptions, HttpCall, HttpResponse, replace
from coze_harness.model.errors import (
    ApiError,
    HarnessError,
    PayloadError,
    ScenarioError,
    TransportError,
)
from coze_harness.server.server_process import serve
from coze_harness.transport import HttpTransport, TimedTransport
from talking import (
    BOT,
    QUICK_RETRY,
    TARGET,
    TOKEN,
    ScriptedDriver,
    body,
    chat_response,
    data_response,
    error_response,
    messages_response,
    new_conversation,
    script,
    turn,
)

BARE = ChatOptions(user_id="0")
MAP = Attachment("images/地图.PNG", 3, "a" * 64)
SONG = Attachment("https://example.com/歌.m4a?x=.png")
CREATE = "/v1/conversation/create"
UPLOAD = "/v1/files/upload"


def run_turn(
    answers: Sequence[HttpResponse | HarnessError], options: ChatOptions = BARE, **fields: Any
) -> ScriptedDriver:
    driver = ScriptedDriver(answers)
    driver.drive(new_conversation(options).run_turn(turn(**fields)))
    return driver


def sent_messages(call: HttpCall) -> Any:
    return body(call)["additional_messages"]


def test_a_conversation_is_created_for_the_bot_and_its_id_is_in_the_query() -> None:
    options = replace(BARE, create_conversation=True)
    driver = run_turn(
        [data_response({"id": "72"}), chat_response("completed"), messages_response("好")], options
    )
    assert driver.paths() == [CREATE, "prompt", "/message/list"]
    assert body(driver.calls[0]) == {"bot_id": BOT}
    assert driver.calls[1].query == (("conversation_id", "72"),)


def test_a_conversation_that_cannot_be_created_ends_the_turn() -> None:
    options = replace(BARE, create_conversation=True)
    with pytest.raises(ApiError, match="conversation"):
        run_turn([error_response(4101)], options)
    with pytest.raises(PayloadError, match="no id"):
        run_turn([data_response({})], options)


def test_history_is_sent_in_order_before_the_first_prompt_only() -> None:
    options = replace(BARE, history=(("user", "我叫小明。"), ("assistant", "你好,小明。")))
    driver = ScriptedDriver(
        [
            chat_response("completed"),
            messages_response("好"),
            chat_response("completed"),
            messages_response("好"),
        ]
    )
    talk = new_conversation(options)
    driver.drive(talk.run_turn(turn("我叫什么?")))
    driver.drive(talk.run_turn(turn("再说一次。")))
    assert [(m["role"], m["content"]) for m in sent_messages(driver.calls[0])] == [
        ("user", "我叫小明。"),
        ("assistant", "你好,小明。"),
        ("user", "我叫什么?"),
    ]
    assert [m.get("type") for m in sent_messages(driver.calls[0])] == ["question", "answer", None]
    assert len(sent_messages(driver.calls[2])) == 1


def test_the_type_of_a_message_leaves_fingerprints_of_earlier_versions_valid() -> None:
    options = replace(BARE, history=(("user", "我叫小林。"), ("assistant", "好。")))
    assert fingerprint(TARGET, options, [turn("我叫什么?")]) == (
        "sha256:6c5640563dd975f2aa6e295bcc97e60476d83a49746f7d7db36db1cc25002da4"
    )


def test_a_file_is_uploaded_and_sent_by_its_id_and_a_url_unchanged() -> None:
    driver = run_turn(
        [data_response({"id": "91"}), chat_response("completed"), messages_response("好")],
        prompt="看",
        attachments=(MAP, SONG),
    )
    assert driver.paths() == [UPLOAD, "prompt", "/message/list"]
    assert driver.calls[0].upload == MAP.name
    assert body(driver.calls[0]) == {"file": "地图.PNG", "bytes": 3, "sha256": "a" * 64}
    (message,) = sent_messages(driver.calls[1])
    assert message["content_type"] == "object_string"
    assert json.loads(message["content"]) == [
        {"type": "text", "text": "看"},
        {"type": "image", "file_id": "91"},
        {"type": "audio", "file_url": SONG.name},
    ]
    assert "看" in message["content"]


def test_an_upload_is_retried_after_a_transient_rejection_only() -> None:
    busy: list[HttpResponse | HarnessError] = [
        error_response(4009),
        TransportError("Reset.", may_have_arrived=True, next_step="x"),
    ]
    driver = run_turn(
        [*busy, data_response({"id": "91"}), chat_response("completed"), messages_response("好")],
        attachments=(MAP,),
    )
    assert driver.paths()[:4] == [UPLOAD, UPLOAD, UPLOAD, "prompt"]
    with pytest.raises(ApiError, match=r"地图\.PNG"):
        run_turn([error_response(4302)], attachments=(MAP,))


def test_files_without_a_prompt_are_sent_without_a_text() -> None:
    driver = run_turn(
        [data_response({"id": "91"}), chat_response("completed"), messages_response("好")],
        prompt="",
        attachments=(MAP,),
    )
    assert json.loads(sent_messages(driver.calls[1])[0]["content"]) == [
        {"type": "image", "file_id": "91"}
    ]


def test_a_fingerprint_depends_on_history_files_and_conversation() -> None:
    plain = fingerprint(TARGET, BARE, [turn("a")])
    fingerprints = [
        plain,
        fingerprint(TARGET, replace(BARE, create_conversation=True), [turn("a")]),
        fingerprint(TARGET, replace(BARE, history=(("user", "x"),)), [turn("a")]),
        fingerprint(TARGET, replace(BARE, history=(("assistant", "x"),)), [turn("a")]),
        fingerprint(TARGET, BARE, [turn("a", attachments=(MAP,))]),
        fingerprint(TARGET, BARE, [turn("a", attachments=(replace(MAP, sha256="b" * 64),))]),
        fingerprint(TARGET, BARE, [turn("a", attachments=(replace(MAP, name="b.png"),))]),
        fingerprint(TARGET, BARE, [turn("a", attachments=(SONG,))]),
    ]
    assert len(set(fingerprints)) == len(fingerprints)


@pytest.mark.parametrize("name", ["a.txt", "地图 1.png", 'odd"quote.bin', "é🙂.wav"])
def test_an_upload_arrives_whole_under_its_own_name(tmp_path: Path, name: str) -> None:
    content = b"--\r\n\r\n" + os.urandom(200_000) + b"\r\n--"
    (tmp_path / name).write_bytes(content)
    with serve(script("- {default: true, answer: x}")) as server:
        transport = HttpTransport(server.base_url, TOKEN, workers=1, environment={})
        timed_transport = TimedTransport(transport, time.monotonic, root=tmp_path)
        described: dict[str, JSON] = {"file": name, "bytes": len(content), "sha256": ""}
        answer = timed_transport.send(HttpCall("POST", UPLOAD, (), described, upload=name))
        transport.close()
    data = json.loads(answer.body)["data"]
    assert data["bytes"] == len(content)
    assert data["file_name"].replace("%22", '"') == name


def test_a_missing_or_changed_file_is_reported_before_anything_is_sent(tmp_path: Path) -> None:
    with serve(script("- {default: true, answer: x}")) as server:
        transport = HttpTransport(server.base_url, TOKEN, workers=1, environment={})
        timed_transport = TimedTransport(transport, time.monotonic, root=tmp_path)
        file = Attachment("a.txt", 3, "a" * 64)
        task = FlowTask(
            new_conversation(policy=QUICK_RETRY).run_turn(turn(attachments=(file,))),
            timed_transport,
            lambda reply: reply,
        )
        with pytest.raises(ScenarioError, match="cannot be read"):
            list(run_concurrently([lambda: task], workers=1, monotonic=time.monotonic))
        (tmp_path / "a.txt").write_bytes(b"four")
        with pytest.raises(ScenarioError, match="changed"):
            timed_transport.send(HttpCall("POST", UPLOAD, (), {"bytes": 3}, upload="a.txt"))
        transport.close()
        assert not server.calls
