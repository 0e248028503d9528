"""Many calls at once, over real sockets, in real time, and in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from coze_harness.model.errors import UsageError
from coze_harness.server.server_process import RunningServer, serve
from server_caller import Caller, script

AT_ONCE = 100
SCRIPT = script('- {regex: "^n(?P<n>[0-9]+)$", delay: 1, answer: "回答{{ n }}"}')


def run_chat(server: RunningServer, number: int) -> tuple[str, str]:
    with Caller(server) as caller:
        chat = caller.chat(f"n{number}")["data"]
        while caller.retrieve(chat)["data"]["status"] == "in_progress":
            time.sleep(0.1)
        messages = caller.messages(chat)["data"]
        return chat["id"], next(m["content"] for m in messages if m["type"] == "answer")


def test_a_hundred_concurrent_conversations_are_separate() -> None:
    with serve(SCRIPT) as server, ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda number: run_chat(server, number), range(AT_ONCE)))
        assert [answer for _, answer in answers] == [f"回答{number}" for number in range(AT_ONCE)]
        assert len({chat_id for chat_id, _ in answers}) == AT_ONCE
        assert server.calls["POST /v3/chat"] == AT_ONCE
        assert server.connections == AT_ONCE
        assert AT_ONCE // 2 < server.peak_chats <= AT_ONCE


def test_a_hundred_concurrent_streams_are_separate() -> None:
    def has_own_answer(number: int) -> bool:
        with Caller(server) as caller:
            return f'"content":"回答{number}"'.encode() in caller.stream(f"n{number}")

    with serve(SCRIPT) as server, ThreadPoolExecutor(AT_ONCE) as pool:
        assert all(pool.map(has_own_answer, range(AT_ONCE)))


PROGRAM = """
import sys
from coze_harness.server.script_reader import demo_script
from coze_harness.server.server_process import serve_forever
for line in serve_forever(demo_script(), "127.0.0.1", 0, lambda url: print(url, flush=True)):
    print(line)
"""


def test_serve_forever_prints_its_address_and_ends_on_interrupt() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout
    base_url = process.stdout.readline().strip()
    with requests.Session() as session:
        session.trust_env = False
        assert session.get(f"{base_url}/nothing", timeout=10).status_code == 404
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert err == ""
    assert out.splitlines()[0] == "requests: 1, connections: 1, most chats at once: 0"
    assert process.returncode == 0


def test_an_address_in_use_is_an_error() -> None:
    with serve(SCRIPT) as server, pytest.raises(UsageError, match="Cannot listen on") as caught:
        serve(SCRIPT, port=server.port)
    assert "--port" in str(caught.value)


def test_a_port_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(UsageError, match="65535"):
        serve(SCRIPT, port=70_000)
