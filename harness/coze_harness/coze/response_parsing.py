"""Coze's JSON, read tolerantly: what is unknown is kept, what is missing is empty, nothing crashes.

Plain functions and not models: this runs once per interaction of every replayed trial.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from coze_harness.coze import error_codes as refusals
from coze_harness.model import JSON, HttpResponse, Message, ToolCall, Usage
from coze_harness.model.errors import ApiError, PayloadError
from coze_harness.text import json_text as jsontext
from coze_harness.text import sse as eventstream


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands around every payload.

    `log_id` names the request to Coze's support; `tries` counts the calls that it took.
    """

    code: int
    message: str
    data: JSON
    log_id: str
    http_status: int
    tries: int = 1

    def raise_for_code(self, what: str) -> None:
        """Make sure that Coze did what it was asked.

        Args:
            what: the words for the call, as in "Coze refused <what>".

        Raises:
            ApiError: `code` is not 0, or the HTTP status is an error's.
        """
        if self.code == 0 and self.http_status < 400:
            return
        said = f': "{self.message}"' if self.message else ""
        raise ApiError(
            f"Coze refused {what}: code {self.code}, HTTP {self.http_status}{said}.",
            code=self.code or self.http_status,
            http_status=self.http_status,
            detail=(f"tried {self.tries} times",) if self.tries > 1 else (),
            next_step=refusals.advice_for(self.code, self.http_status),
            log_id=self.log_id,
        )


def is_stream(answer: HttpResponse) -> bool:
    """Tell whether events came, and not the JSON that Coze refuses a stream with."""
    return eventstream.MEDIA_TYPE in answer.headers.get("content-type", "").lower()


def parse_envelope(answer: HttpResponse) -> Envelope:
    """Return the envelope of an answer; the JSON is looked at first, the HTTP status second.

    A stream has none: its events are looked at by `streaming`.

    Raises:
        PayloadError: the body is no JSON object.
    """
    log_id = answer.headers.get("x-tt-logid", "")
    if is_stream(answer):
        return Envelope(0, "", None, log_id, answer.status)
    try:
        body = jsontext.parse_json(answer.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        start = answer.body[:200].decode("utf-8", "replace").strip()
        raise PayloadError(
            f"The answer (HTTP {answer.status}) is not the JSON that Coze sends.",
            detail=(f"it begins: {start}" if start else "it is empty",),
            next_step="check the base URL, and any proxy or gateway on the way; then record again.",
            log_id=log_id,
        )
    detail = body.get("detail")
    logged = detail.get("logid") if isinstance(detail, dict) else None
    # coze-studio names the list of messages after itself; the hosted service says `data`.
    data = body["data"] if "data" in body else body.get("Messages")
    return Envelope(
        number(body.get("code")), text(body.get("msg")), data, text(logged) or log_id, answer.status
    )


@dataclass(frozen=True, slots=True)
class ChatState:
    """One chat's state. `status` is Coze's word in its main spelling."""

    id: str
    conversation_id: str
    status: str
    usage: Usage | None
    error_code: int
    error_message: str
    pending: tuple[tuple[str, str, str], ...]
    """Tool calls that wait for an output: (id, name, arguments as JSON text)."""

    def now(self, seen: ChatState) -> ChatState:
        """Return what a later look at this chat shows; its ids stay those that it began with."""
        if seen.id == self.id and seen.conversation_id == self.conversation_id:
            return seen
        return replace(seen, id=self.id, conversation_id=self.conversation_id)


_LARGEST = 2**63 - 1
_LARGEST_ID = 2**64 - 1
_SPELLINGS = {"required_action": "requires_action", "cancelled": "canceled"}
RUNNING = frozenset({"created", "in_progress"})
FINAL = frozenset({"completed", "failed", "canceled", "requires_action", "expired", "deleted"})


def parse_chat(data: JSON) -> ChatState:
    """Return a chat object; ids stay text, and `completed_at` is no sign of an end."""
    source: Mapping[str, JSON] = data if isinstance(data, dict) else {}
    status = text(source.get("status"))
    status = _SPELLINGS.get(status, status)
    error = source.get("last_error")
    failed = error if isinstance(error, dict) else {}
    return ChatState(
        text(source.get("id")),
        text(source.get("conversation_id")),
        status,
        parse_usage(source.get("usage")),
        number(failed.get("code")),
        text(failed.get("msg")),
        _pending(source.get("required_action")) if status == "requires_action" else (),
    )


def _pending(action: JSON) -> tuple[tuple[str, str, str], ...]:
    outputs = action.get("submit_tool_outputs") if isinstance(action, dict) else None
    calls = outputs.get("tool_calls") if isinstance(outputs, dict) else None
    found: list[tuple[str, str, str]] = []
    for call in calls if isinstance(calls, list) else ():
        if isinstance(call, dict):
            function = call.get("function")
            named = function if isinstance(function, dict) else {}
            found.append(
                (text(call.get("id")), text(named.get("name")), text(named.get("arguments")))
            )
    return tuple(found)


def parse_usage(data: JSON) -> Usage | None:
    """Return token counts; `None` where Coze gave none (zeros are what it gives while running)."""
    if not isinstance(data, dict):
        return None
    total = number(data.get("token_count"))
    sent = number(data.get("input_count"))
    received = number(data.get("output_count"))
    if not (total or sent or received):
        return None
    return Usage(total=total or sent + received, input=sent, output=received)


def parse_messages(data: JSON) -> tuple[Message, ...]:
    """Return a chat's messages in the order of the list; a missing list is an empty one."""
    if not isinstance(data, list):
        return ()
    return tuple(parse_message(item) for item in data if isinstance(item, dict))


def parse_message(item: Mapping[str, JSON]) -> Message:
    """Return one message; content that is not text is kept as its JSON."""
    content = item.get("content")
    if not isinstance(content, str):
        content = "" if content is None else _as_json(content)
    return Message(
        id=text(item.get("id")),
        role=text(item.get("role")),
        type=text(item.get("type")),
        content=content,
        content_type=text(item.get("content_type")) or "text",
        reasoning=text(item.get("reasoning_content")),
    )


def _as_json(value: JSON) -> str:
    try:
        return jsontext.dump_json(value).decode()
    except RecursionError:
        return ""


def parse_tool_calls(found: tuple[Message, ...]) -> tuple[ToolCall, ...]:
    """Return the tools that the bot called, from its `function_call` messages."""
    calls: list[ToolCall] = []
    for item in found:
        if item.type == "function_call":
            body = _json_or_text(item.content)
            if isinstance(body, dict):
                arguments = body.get("arguments")
                if isinstance(arguments, str):
                    arguments = _json_or_text(arguments)
                calls.append(ToolCall(name=text(body.get("name")), arguments=arguments))
            else:
                calls.append(ToolCall(name="", arguments=body))
    return tuple(calls)


def pending_tool_calls(found: ChatState) -> tuple[ToolCall, ...]:
    """Return the tools that a chat waits for."""
    return tuple(
        ToolCall(name=name, arguments=_json_or_text(arguments))
        for _id, name, arguments in found.pending
    )


def parse_arguments(source: str) -> JSON:
    """Return the arguments of a tool that a chat waits for; a tool without any may send nothing."""
    return _json_or_text(source) if source.strip() else {}


def _json_or_text(source: str) -> JSON:
    try:
        return jsontext.parse_json(source.encode("utf-8", "surrogatepass"))
    except ValueError:
        return source


def text(value: JSON) -> str:
    """Return text as it is, a number as its digits (ids may come as either), the rest as empty."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _LARGEST_ID:
        return ""
    return str(value)


def number(value: JSON) -> int:
    """Return an integer, also one sent as text; 0 for what is none, or beyond 64 bits."""
    if type(value) is int:
        return value if abs(value) <= _LARGEST else 0
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return 0
    try:
        found = int(value)
    except (ValueError, OverflowError):
        return 0
    return found if abs(found) <= _LARGEST else 0
