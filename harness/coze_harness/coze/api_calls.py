"""The calls of Coze's API, as data: one function each.

`GET` for retrieve and `POST` for the message list is what the first walkthrough of this API does
and the hosted service takes; cassettes so recorded answer that script as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from coze_harness.model import JSON, ChatOptions, HttpCall

CHAT_PATH: Final = "/v3/chat"
UPLOAD_PATH: Final = "/v1/files/upload"


def start_chat(
    bot_id: str, options: ChatOptions, messages: Sequence[JSON], conversation_id: str
) -> HttpCall:
    """Return the call that sends a prompt; the conversation's id goes in the query."""
    query = (("conversation_id", conversation_id),) if conversation_id else ()
    body = chat_body(bot_id, options, messages)
    return HttpCall("POST", CHAT_PATH, query, body, stream=options.stream)


def chat_body(bot_id: str, options: ChatOptions, messages: Sequence[JSON]) -> dict[str, JSON]:
    """Return the body of a prompt; optional fields only if the scenario sets them."""
    body: dict[str, JSON] = {
        "bot_id": bot_id,
        "user_id": options.user_id,
        "stream": options.stream,
        "auto_save_history": options.auto_save_history,
        "additional_messages": messages,
    }
    optional: dict[str, JSON] = {
        "custom_variables": dict(options.custom_variables),
        "meta_data": dict(options.meta_data),
        "parameters": dict(options.parameters),
        "extra_params": dict(options.extra_params),
        "shortcut_command": dict(options.shortcut_command),
        "enable_card": options.enable_card,
        "bot_version": options.bot_version,
        "publish_status": options.publish_status,
    }
    body.update((name, value) for name, value in optional.items() if value)
    return body


def retrieve_chat(conversation_id: str, chat_id: str, timeout: float | None) -> HttpCall:
    """Return the call that retrieves a chat's state (a poll)."""
    query = _ids(conversation_id, chat_id)
    return HttpCall("GET", "/v3/chat/retrieve", query, timeout=timeout)


def list_messages(conversation_id: str, chat_id: str, timeout: float | None) -> HttpCall:
    """Return the call that lists a chat's messages."""
    query = _ids(conversation_id, chat_id)
    return HttpCall("POST", "/v3/chat/message/list", query, timeout=timeout)


def cancel_chat(conversation_id: str, chat_id: str, timeout: float | None) -> HttpCall:
    """Return the call that cancels a chat; its ids go in the body."""
    body: dict[str, JSON] = {"chat_id": chat_id, "conversation_id": conversation_id}
    return HttpCall("POST", "/v3/chat/cancel", (), body, timeout=timeout)


def submit_tool_outputs(
    conversation_id: str,
    chat_id: str,
    outputs: Sequence[tuple[str, str]],
    timeout: float | None,
    *,
    stream: bool,
) -> HttpCall:
    """Return the call that submits the outputs of all pending tool calls: (call id, output)."""
    body: dict[str, JSON] = {
        "stream": stream,
        "tool_outputs": [
            {"tool_call_id": call_id, "output": output} for call_id, output in outputs
        ],
    }
    query, path = _ids(conversation_id, chat_id), "/v3/chat/submit_tool_outputs"
    return HttpCall("POST", path, query, body, stream=stream, timeout=timeout)


def create_conversation(bot_id: str) -> HttpCall:
    """Return the call that creates a conversation, for a bot if `bot_id` is not empty."""
    body: dict[str, JSON] = {"bot_id": bot_id} if bot_id else {}
    return HttpCall("POST", "/v1/conversation/create", (), body)


def upload_file(path: str, description: Mapping[str, JSON]) -> HttpCall:
    """Return the call that uploads a file of the project."""
    return HttpCall("POST", UPLOAD_PATH, (), description, upload=path)


def retrieve_bot(bot_id: str, *, published: bool) -> HttpCall:
    """Return the call that retrieves a bot's information."""
    query = () if published else (("is_published", "false"),)
    return HttpCall("GET", f"/v1/bots/{bot_id}", query)


def _ids(conversation_id: str, chat_id: str) -> tuple[tuple[str, str], ...]:
    return (("conversation_id", conversation_id), ("chat_id", chat_id))
