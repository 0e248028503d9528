"""An HTTP caller for the server's tests, and a clock that tests set."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import requests
from coze_harness.server.script_reader import parse_script
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer
from coze_harness.server.server_state import ServerClock

BOT = "7403315657221079041"
TOKEN = "pat_" + "a1" * 32


class ManualClock(ServerClock):
    """Stands still until moved; a wait moves it, so that streams take no time."""

    def __init__(self, start: float = 1_760_000_000.0) -> None:
        self.at = start

    def monotonic(self) -> float:
        return self.at

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += max(0.0, seconds)
        await asyncio.sleep(0)


def script(answers: str, *, bot: str = "", rest: str = "") -> ServerScript:
    """Return a script of one bot; `answers`, `bot` and `rest` are YAML."""
    text = f"bots:\n- id: '{BOT}'\n  name: tester\n{_indent(bot, 2)}  answers:\n"
    return parse_script(f"{text}{_indent(answers, 2)}{rest}\n", "script.yaml")


def _indent(text: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in text.strip().splitlines())


class Caller:
    """Calls a server and returns whole envelopes."""

    def __init__(self, server: RunningServer, token: str = TOKEN) -> None:
        self.server = server
        self.session = requests.Session()
        self.session.trust_env = False
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        options.setdefault("timeout", 10)
        return self.session.request(method, self.server.base_url + path, **options)

    def call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        envelope = self.send(method, path, **options).json()
        assert isinstance(envelope, dict)
        return envelope

    def raw_chat(
        self, prompt: str, conversation: str = "", *, stream: bool = False, **fields: Any
    ) -> requests.Response:
        message = {"role": "user", "content": prompt, "content_type": "text"}
        body = {
            "bot_id": BOT,
            "user_id": "u",
            "stream": stream,
            "additional_messages": [message],
            **fields,
        }
        return self.send(
            "POST", "/v3/chat", params={"conversation_id": conversation}, json=body, stream=stream
        )

    def chat(self, prompt: str, conversation: str = "", **fields: Any) -> dict[str, Any]:
        envelope = self.raw_chat(prompt, conversation, **fields).json()
        assert isinstance(envelope, dict)
        return envelope

    def retrieve(self, chat: Mapping[str, Any]) -> dict[str, Any]:
        return self.call("GET", "/v3/chat/retrieve", params=ids(chat))

    def messages(self, chat: Mapping[str, Any]) -> dict[str, Any]:
        return self.call("GET", "/v3/chat/message/list", params=ids(chat))

    def stream(self, prompt: str, conversation: str = "", **fields: Any) -> bytes:
        with self.raw_chat(prompt, conversation, stream=True, **fields) as response:
            return response.content

    def answer(self, clock: ManualClock, prompt: str, conversation: str = "", **fields: Any) -> str:
        """Ask, move the clock past the end, and return the answer's text."""
        chat = self.chat(prompt, conversation, **fields)["data"]
        clock.at += 60
        messages = self.messages(chat)["data"]
        return "\n".join(m["content"] for m in messages if m["type"] == "answer")


def ids(chat: Mapping[str, Any]) -> dict[str, str]:
    return {"conversation_id": chat["conversation_id"], "chat_id": chat["id"]}


def events(stream: bytes) -> list[tuple[str, str]]:
    """Return (event, data) of a whole stream."""
    pairs = []
    for frame in stream.decode().split("\n\n"):
        if frame:
            event, data = frame.split("\n")
            pairs.append((event.removeprefix("event:"), data.removeprefix("data:")))
    return pairs
