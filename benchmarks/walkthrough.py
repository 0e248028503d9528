"""The walkthrough's client, as its reader would keep it: `requests`, a loop, a pause.

It knows nothing of this project: a peer that replays under vcrpy copies this very file. Its one
departure is that the answer is picked by type and not by an index, which is an accident.
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
"""What sends: the module `requests`, or a session of it, which keeps settings and connections."""


def chat_body(bot: str, prompt: str) -> dict[str, object]:
    """Return the body that a prompt is sent with."""
    return {
        "bot_id": bot,
        "user_id": "0",
        "stream": False,
        "auto_save_history": True,
        "additional_messages": [{"role": "user", "content": prompt, "content_type": "text"}],
    }


def ask(
    http: Http,
    base: str,
    bot: str,
    prompt: str,
    *,
    pause: float = 0.0,
    headers: Mapping[str, str] | None = None,
) -> tuple[str, int]:
    """Hold one chat and return its answer and the tokens that it took.

    `pause` is how long to wait between two polls, in seconds; from a recording nobody waits.
    """
    started = http.post(f"{base}/v3/chat", json=chat_body(bot, prompt), headers=headers)
    chat = started.json()["data"]
    ids = {"conversation_id": chat["conversation_id"], "chat_id": chat["id"]}
    while True:
        found = http.get(f"{base}/v3/chat/retrieve", params=ids, headers=headers)
        chat = found.json()["data"]
        if chat["status"] == "completed":
            break
        if pause:
            time.sleep(pause)  # noqa: TID251 (this is what the walkthrough does)
    listed = http.post(f"{base}/v3/chat/message/list", params=ids, headers=headers)
    messages = listed.json()["data"]
    answer = "".join(item["content"] for item in messages if item["type"] == "answer")
    return answer, chat["usage"]["token_count"]


if __name__ == "__main__":
    ask(
        requests,
        *sys.argv[1:4],
        pause=POLL_SECONDS,
        headers={"Authorization": "Bearer pat_any_token_will_do"},
    )
