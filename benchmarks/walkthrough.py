"""The client of the walkthrough: `requests`, a loop that polls, a pause.

It imports nothing of this project: the peer that replays with vcrpy copies this file. Unlike the
walkthrough, it takes the answer by its type and not by an index.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from types import ModuleType
from typing import TypeAlias

import requests

POLL_SECONDS = 0.5


Http: TypeAlias = ModuleType | requests.Session
"""What sends requests: the module `requests`, or a session, which keeps connections."""


def chat_body(bot: str, prompt: str) -> dict[str, object]:
    """Return the body of the request that sends a prompt."""
    return {
        "bot_id": bot,
        "user_id": "0",
        "stream": False,
        "auto_save_history": True,
        "additional_messages": [{"role": "user", "content": prompt, "content_type": "text"}],
    }


def ask(
    http: Http,
    base_url: str,
    bot: str,
    prompt: str,
    *,
    pause: float = 0.0,
    headers: Mapping[str, str] | None = None,
) -> tuple[str, int]:
    """Run one chat and return its answer and its number of tokens.

    `pause` is the time between two polls, in seconds; 0 for a replay.
    """
    response = http.post(f"{base_url}/v3/chat", json=chat_body(bot, prompt), headers=headers)
    chat = response.json()["data"]
    ids = {"conversation_id": chat["conversation_id"], "chat_id": chat["id"]}
    while True:
        response = http.get(f"{base_url}/v3/chat/retrieve", params=ids, headers=headers)
        chat = response.json()["data"]
        if chat["status"] == "completed":
            break
        if pause:
            time.sleep(pause)  # noqa: TID251 (as the walkthrough does)
    response = http.post(f"{base_url}/v3/chat/message/list", params=ids, headers=headers)
    messages = response.json()["data"]
    answer = "".join(item["content"] for item in messages if item["type"] == "answer")
    return answer, chat["usage"]["token_count"]


if __name__ == "__main__":
    ask(
        requests,
        *sys.argv[1:4],
        pause=POLL_SECONDS,
        headers={"Authorization": "Bearer pat_any_token_will_do"},
    )
