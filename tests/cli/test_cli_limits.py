"""A slow, silent or endless Coze: an error of the trial concerned, and the others go on."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from project import TOKEN, ProjectFolder

SETTINGS = """
bots: {tester: "7403315657221079041"}
default_bot: tester
poll: {interval: 0.05, timeout: 1.5}
limits: {call: 1, trial: 4, response: 500KB}
"""
PAUSE = 0.05
SECONDS = 8
ANSWER = [{"role": "assistant", "type": "answer", "content": "好"}]


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of a client that has hung up."""


class Coze(BaseHTTPRequestHandler):
    """Answers by the word in the conversation's prompt, which is also its chat's id."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        if "/retrieve" not in self.path:
            self._send({"code": 4101, "msg": "no"})
            return
        if "poll-drips" in self.path:
            self._drip(b"{" + b" " * 10_000)
            return
        self._send({"code": 0, "data": self._chat(self.path.rpartition("=")[2], "in_progress")})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        if "/message/list" in self.path:
            bomb = [{**ANSWER[0], "content": "x" * 3_000_000}] if "bomb" in self.path else ANSWER
            self._send({"code": 0, "data": bomb}, packed="bomb" in self.path)
        elif self.path.startswith("/v3/chat?") or self.path == "/v3/chat":
            self._begin(body)
        else:
            self._send({"code": 0})

    def _begin(self, body: dict[str, Any]) -> None:
        word = body["additional_messages"][-1]["content"]
        if word == "silent":
            threading.Event().wait(3)
            self.close_connection = True
        elif word == "drips":
            self._drip(b"{" + b" " * 10_000)
        elif word == "stream-drips":
            created = json.dumps(self._chat(word, "in_progress"))
            event = f"event: conversation.chat.created\ndata: {created}\n\n"
            self._drip(event.encode(), b":" * 10_000, kind="text/event-stream")
        elif word == "busy":
            self._send({"code": 4013, "msg": "busy"}, more={"Retry-After": "50"})
        else:
            is_running = word in ("poll-drips", "runs")
            chat = self._chat(word, "in_progress" if is_running else "completed")
            self._send({"code": 0, "data": chat})

    def _chat(self, word: str, status: str) -> dict[str, str]:
        return {"id": word, "conversation_id": word, "status": status}

    def _send(
        self, value: object, *, packed: bool = False, more: Mapping[str, str] | None = None
    ) -> None:
        body = json.dumps(value, ensure_ascii=False).encode()
        headers = dict(more or {})
        if packed:
            body, headers = gzip.compress(body, 1), {"Content-Encoding": "gzip"}
        self._head(len(body), more=headers)
        with suppress(OSError):
            self.wfile.write(body)

    def _head(
        self, length: int, kind: str = "application/json", more: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(200)
        fixed = {"Content-Length": str(length), "Content-Type": kind, "X-Tt-Logid": "LOG7"}
        for name, value in {**fixed, **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()

    def _drip(self, *parts: bytes, kind: str = "application/json") -> None:
        self._head(sum(map(len, parts)), kind)
        with suppress(OSError):
            self.wfile.write(b"".join(parts[:-1]))
            for byte in parts[-1]:
                self.wfile.write(bytes([byte]))
                threading.Event().wait(PAUSE)
        self.close_connection = True


@pytest.fixture
def coze(empty: ProjectFolder) -> Iterator[ProjectFolder]:
    """A project whose Coze is the server above."""
    with Server(("127.0.0.1", 0), Coze) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        empty.write("harness.yaml", SETTINGS)
        base = f"http://127.0.0.1:{server.server_address[1]}"
        empty.env |= {"COZE_API_BASE": base, "COZE_API_TOKEN": TOKEN}
        yield empty
        server.shutdown()


def _write(project: ProjectFolder, name: str, *, stream: bool = False) -> None:
    text = f"turns: [{{prompt: {name}, expect: [好]}}]\n"
    project.write(f"scenarios/{name}.yaml", f"stream: {str(stream).lower()}\n{text}")


def test_a_limit_is_an_error_of_its_trial_only(coze: ProjectFolder) -> None:
    for name in ("good", "silent", "drips", "poll-drips", "bomb", "busy", "runs"):
        _write(coze, name)
    _write(coze, "stream-drips", stream=True)
    began = time.monotonic()
    result = coze.run("record")
    elapsed = time.monotonic() - began
    assert result.code == 4, result
    assert elapsed < SECONDS
    assert "Traceback" not in result.err
    assert coze.statuses() == {
        name: "passed" if name == "good" else "error"
        for name in (
            "bomb", "busy", "drips", "good", "poll-drips", "runs", "silent", "stream-drips",
        )
    }  # fmt: skip
    assert [path.name for path in coze.path("cassettes").glob("*.yaml")] == ["good.yaml"]
    errors = {name: line["error"] for name, line in coze.lines().items() if line.get("error")}
    kinds = {name: error["kind"] for name, error in errors.items()}
    assert kinds == {**dict.fromkeys(errors, "timeout"), "bomb": "size"}
    settings = {
        "silent": "limits: {call", "drips": "limits: {call", "bomb": "limits: {response",
        "busy": "limits: {trial", "poll-drips": "poll: {timeout", "runs": "poll: {timeout",
        "stream-drips": "poll: {timeout",
    }  # fmt: skip
    for name, setting in settings.items():
        assert setting in errors[name]["next_step"], (name, errors[name])
        assert errors[name].get("log_id", "") == ("" if name == "silent" else "LOG7"), name


def test_ask_ends_at_its_limit(coze: ProjectFolder) -> None:
    began = time.monotonic()
    result = coze.run("ask", "drips")
    assert time.monotonic() - began < SECONDS
    assert result.code == 4
    assert "LOG7" in result.err
