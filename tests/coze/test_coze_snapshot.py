"""What a bot was when it was asked."""

from __future__ import annotations

from typing import Any

import pytest
from coze_harness.coze import RetryPolicy, fetch_bot_snapshot
from coze_harness.messages import Catalogue
from coze_harness.model import BotSnapshot, unknown_snapshot
from coze_harness.server.script_reader import parse_script
from coze_harness.server.server_process import serve
from talking import (
    BOT,
    QUICK_RETRY,
    ScriptedDriver,
    Talk,
    data_response,
    error_response,
    json_response,
    scripted_fault,
)

SCRIPT = f"""
bots:
- id: '{BOT}'
  name: 学者
  version: '1718867040'
  model: {{name: doubao-pro-32k, temperature: 0.5, max_tokens: 1024}}
  prompt: 你是一个学术助手。
  plugins: [{{id: '1', name: 天气}}]
  answers: [{{default: true, answer: 好}}]
  draft: {{prompt: 你是草稿。}}
"""


def parse_snapshot(data: object) -> Any:
    return ScriptedDriver([data_response(data)]).drive(
        fetch_bot_snapshot(BOT, QUICK_RETRY, published=True)
    )


def test_a_bot_s_version_model_prompt_and_settings_are_kept() -> None:
    with serve(parse_script(SCRIPT, "s.yaml")) as server, Talk(server) as talk:
        snapshot = talk.drive(fetch_bot_snapshot(BOT, QUICK_RETRY, published=True))
        draft = talk.drive(fetch_bot_snapshot(BOT, QUICK_RETRY, published=False))
    assert snapshot == BotSnapshot(
        version="1718867040",
        model="doubao-pro-32k",
        prompt="你是一个学术助手。",
        details={
            "name": "学者",
            "settings": {"temperature": 0.5, "max_tokens": 1024},
            "plugins": ["天气"],
        },
    )
    assert draft.prompt == "你是草稿。"


def test_capitalised_keys_are_read_too() -> None:
    snapshot = parse_snapshot(
        {
            "Version": "3",
            "Name": "b",
            "PromptInfo": {"Prompt": "p"},
            "ModelInfo": {"ModelName": "m", "Temperature": 0.1, "MaxTokens": 5},
            "PluginInfoList": [{"Name": "x"}],
            "Knowledge": {"KnowledgeInfos": [{"Id": "1", "Name": "k"}]},
        }
    )
    assert (snapshot.version, snapshot.model, snapshot.prompt) == ("3", "m", "p")
    assert snapshot.details == {
        "name": "b",
        "settings": {"temperature": 0.1, "max_tokens": 5},
        "plugins": ["x"],
        "knowledge": ["k"],
    }


@pytest.mark.parametrize("data", [None, {}, [], "text", 7, {"model_info": 3, "prompt_info": []}])
def test_missing_parts_are_empty(data: object) -> None:
    assert parse_snapshot(data) == BotSnapshot()


def test_a_model_without_a_name_is_described_by_its_id() -> None:
    assert parse_snapshot({"model_info": {"model_id": 1706077826}}).model == "1706077826"


@pytest.mark.parametrize(
    "answer",
    [
        error_response(4101),
        error_response(700012006, 401),
        error_response(4200),
        json_response(b"<html>"),
        json_response({"code": 5000}, 500),
    ],
)
def test_a_token_without_the_permission_gets_a_warning_and_no_failure(answer: Any) -> None:
    patience = RetryPolicy(jitter=lambda: 0.0, tries=2)
    snapshot = ScriptedDriver([answer, answer]).drive(
        fetch_bot_snapshot(BOT, patience, published=True)
    )
    assert snapshot.warning.startswith("the bot's prompt and version are not known: ")
    assert snapshot == unknown_snapshot(snapshot.why_unknown)
    assert "提示词" in Catalogue("zh").text(snapshot.why_unknown)


def test_a_gateways_response_is_a_warning_too() -> None:
    with serve(parse_script(SCRIPT, "s.yaml")) as server, Talk(server) as talk:
        server.inject(scripted_fault({"kind": "reset_before", "at": "bot"}))
        snapshot = talk.drive(fetch_bot_snapshot(BOT, QUICK_RETRY, published=True))
    assert "The connection broke" in snapshot.warning
