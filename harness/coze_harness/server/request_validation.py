"""What a call must look like, in the order in which the hosted service complains."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

import orjson
from starlette.requests import Request

from coze_harness.model import JSON
from coze_harness.server.response_envelope import Refused

Body: TypeAlias = Mapping[str, JSON]

_TOKEN = re.compile(r"Bearer\s+(pat|sat|czs|czu|cztei)_\S+", re.ASCII)
_MOST_BYTES = 15 * 1024 * 1024
_MOST_MESSAGES = 100
_MOST_PAIRS, _LONGEST_KEY, _LONGEST_VALUE = 16, 64, 512
_SAVED_TYPES = ("question", "answer")
_UNSAVED_TYPES = (*_SAVED_TYPES, "function_call", "tool_output", "tool_response")


def authorized(request: Request) -> bool:
    """Return whether the token is well formed. Its value goes nowhere."""
    return bool(_TOKEN.fullmatch(request.headers.get("authorization", "")))


def authorize(request: Request) -> None:
    """Refuse a call without a well-formed token, as all calls but `/v3/chat` do."""
    if not authorized(request):
        raise Refused(700012006)


async def body_of(request: Request) -> Body:
    """Return the JSON object that a call carries; no body at all counts as an empty object."""
    raw = await request.body()
    if not raw:
        return {}
    if len(raw) > _MOST_BYTES:
        raise Refused(4000, "The request body is larger than 15 MB.")
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Refused(4000, f"The request body is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise Refused(4000, "The request body must be a JSON object.")
    return cast("Body", body)


def word(body: Body, key: str) -> str:
    """Return a text of the body; null, absent and empty are all empty text."""
    value = body.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refused(4000, f"{key} must be a string.")
    return value


def needed(body: Body, key: str) -> str:
    """Return a text of the body that must be there."""
    value = word(body, key)
    if not value:
        raise Refused(4000, f"{key} is required.")
    return value


def switch(body: Body, key: str, *, default: bool) -> bool:
    """Return a boolean of the body."""
    value = body.get(key)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise Refused(4000, f"{key} must be a boolean.")
    return value


def table(body: Body, key: str) -> Body:
    """Return an object of the body; absent is empty."""
    value = body.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refused(4000, f"{key} must be an object.")
    return value


def text_table(body: Body, key: str) -> Mapping[str, str]:
    """Return an object of the body whose values are all text."""
    found = table(body, key)
    if any(not isinstance(value, str) for value in found.values()):
        raise Refused(4000, f"the values of {key} must be strings.")
    return cast("Mapping[str, str]", found)


def meta_data(body: Body) -> Mapping[str, str]:
    """Return `meta_data` within its limits (4003)."""
    pairs = text_table(body, "meta_data")
    for key, value in pairs.items():
        if not 1 <= len(key) <= _LONGEST_KEY or not 1 <= len(value) <= _LONGEST_VALUE:
            raise Refused(4003)
    if len(pairs) > _MOST_PAIRS:
        raise Refused(4003)
    return pairs


def ids(request: Request, body: Body) -> tuple[str, str]:
    """Return conversation and chat id, from the query or the body, whichever holds them."""
    query = request.query_params
    conversation = query.get("conversation_id") or word(body, "conversation_id")
    chat = query.get("chat_id") or word(body, "chat_id")
    for name, value in (("conversation_id", conversation), ("chat_id", chat)):
        if not value:
            raise Refused(4000, f"{name} is required.")
    return conversation, chat


@dataclass(frozen=True, slots=True)
class Input:
    """One message that the caller puts in; `files` are ids that must have been uploaded here."""

    role: str
    type: str
    content: str
    content_type: str
    text: str
    files: tuple[str, ...]
    meta_data: Mapping[str, str]


def inputs(body: Body, key: str, *, saved: bool, most: int = _MOST_MESSAGES) -> list[Input]:
    """Return the messages of a body (4000, 4003, and 4004 for too many)."""
    found = body.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise Refused(4000, f"{key} must be an array.")
    if len(found) > most:
        raise Refused(4004, f"{key} is over its limit of {most} messages.")
    read = [one_input(item, f"{key}[{at}]", saved=saved) for at, item in enumerate(found)]
    for at, message in enumerate(read):
        beside = (*read[max(0, at - 1) : at], *read[at + 1 : at + 2])
        lone = message.content_type == "object_string" and not message.text
        if lone and not any(near.content_type == "text" for near in beside):
            raise Refused(4000, f"{key}[{at}] holds files only: a text must stand beside it.")
    return read


def one_input(item: JSON, where: str, *, saved: bool) -> Input:
    """Return one message that the caller puts in."""
    if not isinstance(item, dict):
        raise Refused(4000, f"{where} must be an object.")
    role = needed(item, "role")
    if role not in ("user", "assistant"):
        raise Refused(4000, f"{where}.role must be user or assistant.")
    kind = word(item, "type") or ("question" if role == "user" else "answer")
    if kind not in (_SAVED_TYPES if saved else _UNSAVED_TYPES):
        raise Refused(4000, f"{where}.type {kind} is not taken.")
    if kind == "question" and role != "user":
        raise Refused(4000, f"{where}: only the user asks questions.")
    content_type = word(item, "content_type") or "text"
    if content_type not in ("text", "object_string"):
        raise Refused(4000, f"{where}.content_type must be text or object_string.")
    content = needed(item, "content")
    text, files = content, tuple[str, ...]()
    if content_type == "object_string":
        text, files = _objects(content, where)
    return Input(role, kind, content, content_type, text, files, meta_data(item))


def _objects(content: str, where: str) -> tuple[str, tuple[str, ...]]:
    try:
        items = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Refused(4000, f"{where}.content is not the JSON of an object_string.") from error
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Refused(4000, f"{where}.content must be a JSON array of objects.")
    texts = [word(item, "text") for item in items if item.get("type") == "text"]
    others = [item for item in items if item.get("type") != "text"]
    if any(item.get("type") not in ("image", "file", "audio") for item in others):
        raise Refused(4000, f"{where}.content has an item of unknown type.")
    if any(not word(item, "file_id") and not word(item, "file_url") for item in others):
        raise Refused(4000, f"{where}.content has a file without file_id and file_url.")
    if len(texts) > 1 or not others:
        raise Refused(4000, f"{where}.content needs files, and one text at most.")
    return "".join(texts), tuple(found for item in others if (found := word(item, "file_id")))


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A `POST /v3/chat` whose body is in order."""

    bot_id: str
    user_id: str
    messages: Sequence[Input]
    shortcut: str
    stream: bool
    saved: bool
    variables: Mapping[str, str]
    meta_data: Mapping[str, str]
    which: str

    @property
    def prompt(self) -> str:
        """The last thing that the user says."""
        said = [message.text for message in self.messages if message.role == "user"]
        return said[-1] if said else self.shortcut


def chat_request(body: Body, *, goes_on: bool) -> ChatRequest:
    """Return a chat's body, checked; everything but bot, token and conversation.

    A conversation that `goes_on` may hold the user's message already.
    """
    bot_id, user_id = needed(body, "bot_id"), needed(body, "user_id")
    stream = switch(body, "stream", default=False)
    saved = switch(body, "auto_save_history", default=True)
    messages = inputs(body, "additional_messages", saved=saved)
    shortcut = word(table(body, "shortcut_command"), "command_id")
    if not (shortcut or goes_on or any(message.role == "user" for message in messages)):
        raise Refused(4000, "additional_messages must hold a message of the user.")
    table(body, "parameters")
    text_table(body, "extra_params")
    switch(body, "enable_card", default=False)
    pairs = meta_data(body)
    if not stream and not saved:
        raise Refused(4007)
    return ChatRequest(
        bot_id=bot_id,
        user_id=user_id,
        messages=messages,
        shortcut=shortcut,
        stream=stream,
        saved=saved,
        variables=text_table(body, "custom_variables"),
        meta_data=pairs,
        which=_which(word(body, "publish_status"), word(body, "bot_version")),
    )


def _which(publish_status: str, bot_version: str) -> str:
    if publish_status not in ("", "published_online", "unpublished_draft"):
        raise Refused(4000, "publish_status must be published_online or unpublished_draft.")
    if publish_status == "unpublished_draft":
        if bot_version:
            raise Refused(4000, "bot_version does not go with unpublished_draft.")
        return "draft"
    return f"={bot_version}" if bot_version else ""
