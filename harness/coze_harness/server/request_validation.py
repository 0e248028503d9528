"""What a request must look like, in the order in which the hosted service checks it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias, TypeVar, cast

import orjson
from msgspec import Struct, field
from starlette.requests import ClientDisconnect, Request

from coze_harness.model import JSON
from coze_harness.server.connection_registry import ClientConnection
from coze_harness.server.fault_injection import (
    ANSWER_KINDS,
    Fault,
    FaultStage,
    FaultTriggered,
    Route,
)
from coze_harness.server.http_listener import read_body
from coze_harness.server.response_envelope import ApiRefusal
from coze_harness.server.server_state import ServerState
from coze_harness.server.stored_conversation import InputMessage, StoredChat

Body: TypeAlias = Mapping[str, JSON]
_Value = TypeVar("_Value")

_TOKEN = re.compile(r"Bearer\s+(pat|sat|czs|czu|cztei)_\S+", re.ASCII)
_MAX_BYTES = 15 * 1024 * 1024
_MAX_RECEIVED = 256 * 1024 * 1024
_MAX_MESSAGES, _MAX_WORKFLOW_MESSAGES = 100, 50
_MAX_PAIRS, _MAX_KEY, _MAX_VALUE = 16, 64, 512
_SAVED_TYPES = ("question", "answer")
_UNSAVED_TYPES = (*_SAVED_TYPES, "function_call", "tool_output", "tool_response")


class IncomingCall:
    """One request to a server, and the fault that affects its answer."""

    def __init__(self, state: ServerState, request: Request) -> None:
        self.state = state
        self.request = request
        self.query = request.query_params
        self.authorization = request.headers.get("authorization", "")
        self.connection: ClientConnection = request.scope["state"]["connection"]
        self.log_id = state.ids.log_id()
        self.path = str(request.scope["path"])
        self.is_studio = False
        self.fault: Fault | None = None
        self._raw: bytes | None = None

    @property
    def now(self) -> float:
        """The clock's time."""
        return self.state.clock.monotonic()

    def has_token(self) -> bool:
        """Return whether the token is well formed. Its value goes nowhere."""
        return bool(_TOKEN.fullmatch(self.authorization))

    def trigger_fault(
        self, route: Route, faults: Sequence[Fault] = (), *, stream: bool = False
    ) -> None:
        """Note the fault that damages the answer.

        Raises:
            FaultTriggered: the fault is the answer, and the call must have no effect.
        """
        self.fault = self.state.faults.find(ANSWER_KINDS[stream], route, faults)
        if self.fault and self.fault.kind.stage is FaultStage.REFUSAL:
            raise FaultTriggered(self.fault)

    async def raw_body(self, limit: int, too_large: ApiRefusal) -> bytes:
        """Return the bytes that the call carries; above the limit, raise a refusal."""
        if self._raw is None:
            raw, size = await read_body(self.request, limit, _MAX_RECEIVED)
            if size > _MAX_RECEIVED:
                await self.connection.reset()
                raise ClientDisconnect
            if size > limit:
                raise too_large
            self._raw = raw
        return self._raw

    async def body(self) -> Body:
        """Return the JSON object that the call carries; no body counts as an empty object."""
        too_large = ApiRefusal(4000, "The request body is larger than 15 MB.", http=413)
        raw = await self.raw_body(_MAX_BYTES, too_large)
        try:
            body = orjson.loads(raw or b"{}")
        except orjson.JSONDecodeError as error:
            raise ApiRefusal(4000, f"The request body is not JSON: {error}.") from error
        if not isinstance(body, dict):
            raise ApiRefusal(4000, "The request body must be a JSON object.")
        return cast("Body", body)

    async def chat(self, code_if_unsaved: int = 4001) -> StoredChat:
        """Return the saved chat that the query or the body names (4000, 4002, 4001)."""
        keys = ("conversation_id", "chat_id")
        body = {} if all(map(self.query.get, keys)) else await self.body()
        ids = {key: self.query.get(key) or required_text(body, key) for key in keys}
        chat = self.state.conversation(ids["conversation_id"]).chats.get(ids["chat_id"])
        if chat is None:
            raise ApiRefusal(4001)
        if not chat.saved:
            raise ApiRefusal(code_if_unsaved)
        return chat


def _typed_field(body: Body, key: str, kind: type[_Value], noun: str) -> _Value | None:
    value = body.get(key)
    if value is not None and not isinstance(value, kind):
        raise ApiRefusal(4000, f"{key} must be {noun}.")
    return value


def text_field(body: Body, key: str) -> str:
    """Return a text of the body; null, absent and empty are all empty text."""
    return _typed_field(body, key, str, "a string") or ""


def required_text(body: Body, key: str) -> str:
    """Return a text of the body that must not be empty."""
    value = text_field(body, key)
    if not value:
        raise ApiRefusal(4000, f"{key} is required.")
    return value


def flag_field(body: Body, key: str, *, default: bool = False) -> bool:
    """Return a boolean of the body."""
    value = _typed_field(body, key, bool, "a boolean")
    return default if value is None else value


def mapping_field(body: Body, key: str) -> Body:
    """Return an object of the body; absent is empty."""
    return _typed_field(body, key, dict, "an object") or {}


def text_mapping(body: Body, key: str) -> Mapping[str, str]:
    """Return an object of the body whose values are all text."""
    values = mapping_field(body, key)
    if any(not isinstance(value, str) for value in values.values()):
        raise ApiRefusal(4000, f"the values of {key} must be strings.")
    return cast("Mapping[str, str]", values)


def meta_data(body: Body) -> Mapping[str, str]:
    """Return `meta_data` within its limits (4003)."""
    pairs = text_mapping(body, "meta_data")
    for key, value in pairs.items():
        if not 1 <= len(key) <= _MAX_KEY or not 1 <= len(value) <= _MAX_VALUE:
            raise ApiRefusal(4003)
    if len(pairs) > _MAX_PAIRS:
        raise ApiRefusal(4003)
    return pairs


def input_messages(
    body: Body, key: str, *, saved: bool = True, limit: int = _MAX_MESSAGES
) -> list[InputMessage]:
    """Return the messages of a body (4000, 4003, and 4004 for too many)."""
    items = body.get(key)
    if items is None:
        return []
    if not isinstance(items, list):
        raise ApiRefusal(4000, f"{key} must be an array.")
    if len(items) > limit:
        raise ApiRefusal(4004, f"{key} is over its limit of {limit} messages.")
    messages = [_input_message(item, f"{key}[{at}]", saved) for at, item in enumerate(items)]
    for at, message in enumerate(messages):
        neighbours = (*messages[max(0, at - 1) : at], *messages[at + 1 : at + 2])
        if not message.text and all(neighbour.content_type != "text" for neighbour in neighbours):
            raise ApiRefusal(4000, f"{key}[{at}] has files only: add a message that has text.")
    return messages


def _input_message(item: JSON, where: str, saved: bool) -> InputMessage:
    if not isinstance(item, dict):
        raise ApiRefusal(4000, f"{where} must be an object.")
    role = required_text(item, "role")
    if role not in ("user", "assistant"):
        raise ApiRefusal(4000, f"{where}.role must be user or assistant.")
    kind = text_field(item, "type") or ("question" if role == "user" else "answer")
    if kind not in (_SAVED_TYPES if saved else _UNSAVED_TYPES):
        raise ApiRefusal(4000, f"{where}.type {kind} is not supported.")
    if kind == "question" and role != "user":
        raise ApiRefusal(4000, f"{where}: only the user asks questions.")
    content_type = text_field(item, "content_type") or "text"
    if content_type not in ("text", "object_string"):
        raise ApiRefusal(4000, f"{where}.content_type must be text or object_string.")
    content = required_text(item, "content")
    words, file_ids = content, tuple[str, ...]()
    if content_type == "object_string":
        words, file_ids = _text_and_files(content, where)
    meta_data(item)
    return InputMessage(role, content, words, content_type, file_ids)


def _text_and_files(content: str, where: str) -> tuple[str, tuple[str, ...]]:
    try:
        items = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ApiRefusal(4000, f"{where}.content is not the JSON of an object_string.") from error
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ApiRefusal(4000, f"{where}.content must be a JSON array of objects.")
    texts = [text_field(item, "text") for item in items if item.get("type") == "text"]
    files = [item for item in items if item.get("type") != "text"]
    if any(item.get("type") not in ("image", "file", "audio") for item in files):
        raise ApiRefusal(4000, f"{where}.content has an item of unknown type.")
    if any(not text_field(item, "file_id") and not text_field(item, "file_url") for item in files):
        raise ApiRefusal(4000, f"{where}.content has a file without file_id and file_url.")
    if len(texts) > 1 or not files:
        raise ApiRefusal(4000, f"{where}.content needs files and at most one text.")
    return "".join(texts), tuple(filter(None, (text_field(item, "file_id") for item in files)))


class ChatRequest(Struct, frozen=True, kw_only=True):
    """A checked request to start a chat; `bot_version` is empty, `draft`, or `=` and a version."""

    conversation_id: str
    messages: Sequence[InputMessage]
    prompt: str
    bot_id: str = ""
    bot_version: str = ""
    stream: bool = True
    saved: bool = True
    variables: Mapping[str, str] = field(default_factory=dict)
    meta_data: Mapping[str, str] = field(default_factory=dict)


async def chat_request(call: IncomingCall) -> ChatRequest:
    """Return the request of `POST /v3/chat`, checked but for bot, token and conversation."""
    # From the query only: the hosted service ignores a conversation_id in the body.
    conversation_id = call.query.get("conversation_id", "")
    body = await call.body()
    bot_id = required_text(body, "bot_id")
    required_text(body, "user_id")
    stream = flag_field(body, "stream")
    saved = flag_field(body, "auto_save_history", default=True)
    messages = input_messages(body, "additional_messages", saved=saved)
    prompt = _last_question(messages)
    shortcut = text_field(mapping_field(body, "shortcut_command"), "command_id")
    if prompt is None and not shortcut and not conversation_id:
        raise ApiRefusal(4000, "additional_messages must hold a message of the user.")
    mapping_field(body, "parameters")
    text_mapping(body, "extra_params")
    flag_field(body, "enable_card")
    pairs = meta_data(body)
    if not stream and not saved:
        raise ApiRefusal(4007)
    return ChatRequest(
        conversation_id=conversation_id,
        messages=messages,
        prompt=shortcut if prompt is None else prompt,
        bot_id=bot_id,
        stream=stream,
        saved=saved,
        variables=text_mapping(body, "custom_variables"),
        meta_data=pairs,
        # coze-studio does not know these keys, and answers as published.
        bot_version="" if call.is_studio else _requested_version(body),
    )


def workflow_chat_request(body: Body) -> ChatRequest:
    """Return the request in the body of `POST /v1/workflows/chat`, checked but for the workflow."""
    for key in ("parameters", "additional_messages"):
        if body.get(key) is None:
            raise ApiRefusal(4000, f"{key} is required.")
    messages = input_messages(body, "additional_messages", limit=_MAX_WORKFLOW_MESSAGES)
    mapping_field(body, "parameters")
    conversation_id, prompt = text_field(body, "conversation_id"), _last_question(messages) or ""
    return ChatRequest(conversation_id=conversation_id, messages=messages, prompt=prompt)


def _last_question(messages: Sequence[InputMessage]) -> str | None:
    return next((message.text for message in reversed(messages) if message.role == "user"), None)


def _requested_version(body: Body) -> str:
    status, version = text_field(body, "publish_status"), text_field(body, "bot_version")
    if status not in ("", "published_online", "unpublished_draft"):
        raise ApiRefusal(4000, "publish_status must be published_online or unpublished_draft.")
    if status == "unpublished_draft":
        if version:
            raise ApiRefusal(4000, "bot_version is not supported with unpublished_draft.")
        return "draft"
    return f"={version}" if version else ""
