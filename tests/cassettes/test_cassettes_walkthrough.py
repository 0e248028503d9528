"""The walkthrough's scripts with their own address, under plain vcrpy, from a shipped cassette."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import pytest
import vcr
from cozepy import Coze, Message, TokenAuth

ROOT = Path(__file__).parent.parent.parent
CASSETTES = [
    ROOT / "cassettes" / "identity.yaml",
    ROOT / "harness" / "coze_harness" / "starter" / "cassettes" / "identity.yaml",
]
HEAD = """
import json, os, time
import requests

token = os.environ.get("COZE_APE_KEY", "pat_not_a_real_one")
headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
chat_id, conversation_id = "7403350281725181960", "7403350281725165576"
where = f"chat_id={chat_id}&conversation_id={conversation_id}"
"""
CHAT = """
data = {
    "bot_id": "7403315657221079041",
    "user_id": "0",
    "stream": False,
    "auto_save_history": True,
    "additional_messages": [{"role": "user", "content": "你是谁?", "content_type": "text"}],
}
response = requests.post(
    "https://api.coze.com/v3/chat", headers=headers, data=json.dumps(data)
)
print(response.status_code)
print(response.text)
"""
POLL = """
while True:
    response = requests.get(
        f"https://api.coze.com/v3/chat/retrieve?{where}", headers=headers
    )
    status = response.json()["data"]["status"]
    if status == "completed":
        break
    print(f"Task in progress... Status: {status}")
    time.sleep(0.5)
print(status)
"""
ANSWER = """
response = requests.post(
    f"https://api.coze.com/v3/chat/message/list?{where}", headers=headers
)
print(response.json()["data"][1]["content"])
"""


def run_script(script: str, cassette: Path) -> list[str]:
    output = io.StringIO()
    with vcr.use_cassette(str(cassette)), contextlib.redirect_stdout(output):
        exec(compile(HEAD + script, "walkthrough.py", "exec"), {})  # noqa: S102 (the script)
    return output.getvalue().splitlines()


@pytest.fixture(params=CASSETTES, ids=["project", "starter"])
def cassette(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    shipped: Path = request.param
    copy = tmp_path / "identity.yaml"
    copy.write_bytes(shipped.read_bytes())
    return copy


def test_the_script_that_sends_a_prompt_prints_the_chat(cassette: Path) -> None:
    status, *body = run_script(CHAT, cassette)
    chat = json.loads("".join(body))["data"]
    assert status == "200"
    assert (chat["id"], chat["conversation_id"]) == ("7403350281725181960", "7403350281725165576")
    assert (chat["status"], chat["created_at"]) == ("in_progress", 1723726839)


def test_the_script_that_polls_ends(cassette: Path) -> None:
    assert run_script(POLL, cassette)[-1] == "completed"


def test_the_script_that_reads_the_answer_prints_it(cassette: Path) -> None:
    (answer,) = run_script(ANSWER, cassette)
    assert answer.startswith("我是chatchat,一个虚拟的学术助手。")


def test_all_three_scripts_together_do_not_change_the_cassette(cassette: Path) -> None:
    before = cassette.read_bytes()
    lines = run_script(CHAT + POLL + ANSWER, cassette)
    assert lines[-1].startswith("我是chatchat")
    assert cassette.read_bytes() == before


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_cozepy_replays_it_once_methods_are_not_compared(cassette: Path) -> None:
    matchers = ["scheme", "host", "port", "path", "query"]
    with vcr.use_cassette(str(cassette), match_on=matchers, record_mode="none"):
        coze = Coze(auth=TokenAuth("pat_not_a_real_one"), base_url="https://api.coze.com")
        chat = coze.chat.create(
            bot_id="7403315657221079041",
            user_id="0",
            additional_messages=[Message.build_user_question_text("你是谁?")],
        )
        where = {"conversation_id": chat.conversation_id, "chat_id": chat.id}
        assert coze.chat.retrieve(**where).status == "completed"  # by POST; recorded as GET
        messages = coze.chat.messages.list(**where)  # by GET; recorded as POST
    assert any(message.content.startswith("我是chatchat") for message in messages)
