"""The walkthrough's script with only its base URL changed, and the same with curl."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from coze_harness.server.script_reader import demo_script
from coze_harness.server.server_process import RunningServer, serve
from server_caller import BOT, TOKEN

ANSWER = (
    "我是chatchat,一个虚拟的学术助手。我可以帮助你研究各种主题,并提供结构化的文章或论文。"
    "如果你有任何特定的研究需求或问题,请告诉我,我会尽力帮你解决。你今天想研究什么主题呢?"
)


@pytest.fixture
def server() -> Iterator[RunningServer]:
    with serve(demo_script()) as running:
        yield running


def test_the_walkthrough_runs_unchanged(server: RunningServer) -> None:
    base = server.base_url
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    data = {
        "bot_id": BOT,
        "user_id": "0",
        "stream": False,
        "auto_save_history": True,
        "additional_messages": [{"role": "user", "content": "你是谁?", "content_type": "text"}],
    }
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update(headers)
        response = session.post(f"{base}/v3/chat", data=json.dumps(data))
        assert response.status_code == 200
        envelope = response.json()
        detail = envelope.pop("detail")
        assert response.headers["X-Tt-Logid"] == detail["logid"]
        assert envelope["data"].pop("section_id") == "7403350281725165576"
        assert envelope == {
            "data": {
                "id": "7403350281725181960",
                "conversation_id": "7403350281725165576",
                "bot_id": "7403315657221079041",
                "created_at": 1723726839,
                "last_error": {"code": 0, "msg": ""},
                "status": "in_progress",
            },
            "code": 0,
            "msg": "",
        }
        where = f"chat_id={envelope['data']['id']}&conversation_id=7403350281725165576"
        polls = 0
        while True:
            polls += 1
            status = session.get(f"{base}/v3/chat/retrieve?{where}").json()["data"]["status"]
            if status == "completed":
                break
            time.sleep(0.05)
        message_list = session.post(f"{base}/v3/chat/message/list?{where}").json()
        assert message_list["data"][1]["content"] == ANSWER
    assert polls > 2
    assert server.calls == {
        "POST /v3/chat": 1,
        "GET /v3/chat/retrieve": polls,
        "POST /v3/chat/message/list": 1,
    }
    assert server.connections == 1


def test_message_ids_of_the_walkthrough_repeat() -> None:
    def message_ids() -> list[str]:
        with serve(demo_script()) as server, requests.Session() as session:
            session.trust_env = False
            session.headers["Authorization"] = f"Bearer {TOKEN}"
            body = {
                "bot_id": BOT,
                "user_id": "0",
                "stream": True,
                "additional_messages": [{"role": "user", "content": "你是谁?"}],
            }
            stream = session.post(f"{server.base_url}/v3/chat", json=body).content.decode()
        data = [json.loads(line[5:]) for line in stream.splitlines() if line.startswith("data:{")]
        return [item["id"] for item in data]

    assert message_ids() == message_ids()


def test_fixed_ids_are_used_for_the_first_chat_only(server: RunningServer) -> None:
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {TOKEN}"
        body = {
            "bot_id": BOT,
            "user_id": "0",
            "additional_messages": [{"role": "user", "content": "你是谁?"}],
        }
        first, second = (
            session.post(f"{server.base_url}/v3/chat", json=body).json()["data"] for _ in range(2)
        )
    assert first["id"] == "7403350281725181960"
    assert second["id"] != first["id"]
    assert second["conversation_id"] != first["conversation_id"]


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_curl_asks_and_continues_a_conversation(server: RunningServer) -> None:
    def curl(prompt: str, conversation: str) -> dict[str, Any]:
        message = {"role": "user", "content": prompt, "content_type": "text"}
        body = {
            "bot_id": BOT,
            "user_id": "0",
            "stream": False,
            "auto_save_history": True,
            "additional_messages": [message],
        }
        done = subprocess.run(
            [
                "curl",
                "--silent",
                "--noproxy",
                "*",
                "--location",
                "--request",
                "POST",
                f"{server.base_url}/v3/chat?conversation_id={conversation}",
                "--header",
                f"Authorization: Bearer {TOKEN}",
                "--header",
                "Content-Type: application/json",
                "--data-raw",
                json.dumps(body, ensure_ascii=False),
            ],
            capture_output=True,
            check=True,
            timeout=10,
        )
        envelope = json.loads(done.stdout)
        assert isinstance(envelope, dict)
        return envelope

    first = curl("Who are you?", "")
    conversation = first["data"]["conversation_id"]
    assert curl("Who are you?", conversation)["code"] == 4016
    assert curl("Who are you?", "12")["code"] == 4002
