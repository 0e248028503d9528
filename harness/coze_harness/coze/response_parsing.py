"""Parses Coze's JSON tolerantly: unknown values are kept, missing ones are empty, nothing crashes.

Plain functions instead of models: this runs for each interaction of every replayed trial.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from coze_harness.coze.error_codes import advice_for
from coze_harness.messages import LocalizedText, message
from coze_harness.model import JSON, HttpResponse, Message, ToolCall, Usage, replace
from coze_harness.model.errors import ApiError, PayloadError
from coze_harness.text import json_text as jsontext
from coze_harness.text import sse

_STUDIO_ERROR: Final = re.compile(r"code=(\d{6,9}) message=([^\n]*)")


class Envelope(Struct, frozen=True):
    """The fields around every payload.

    `log_id` identifies the request for Coze's support; `tries` is the number of calls it took.
    `has_code` is false if there was a `code` that is not an integer; it then counts as 0.
    """

    code: int
    message: str
    data: JSON
    log_id: str
    http_status: int
    tries: int = 1
    has_code: bool = True

    def raise_for_code(self, call: LocalizedText) -> None:
        """Check that Coze accepted the call.

        Args:
            call: names the call (`coze.call.…`).

        Raises:
            ApiError: `code` is not 0, or the HTTP status is an error.
        """
        if self.code == 0 and self.http_status < 400:
            return
        code, status, words = self.code, self.http_status, self.message
        raise ApiError(
            message("coze.rejected.text", call=call, code=code, status=status, text=words)
            if words
            else message("coze.rejected", call=call, code=code, status=status),
            code=self.code or self.http_status,
            http_status=self.http_status,
            detail=(message("coze.tried", n=self.tries),) if self.tries > 1 else (),
            next_step=advice_for(self.code, self.http_status),
            log_id=self.log_id,
        )


def is_stream(response: HttpResponse) -> bool:
    """Return whether a response has events, and not the JSON by which Coze rejects a stream."""
    return sse.MEDIA_TYPE in response.headers.get("content-type", "").lower()


def parse_envelope(response: HttpResponse) -> Envelope:
    """Return the envelope of a response; its JSON counts first, the HTTP status second.

    A stream has none: `chat_stream.py` parses its events.

    Raises:
        PayloadError: the body is not a JSON object.
    """
    log_id = response.log_id
    if is_stream(response):
        return Envelope(0, "", None, log_id, response.status)
    try:
        body = jsontext.parse_json(response.body)
    except ValueError:
        body = None
    if studio := _studio_error(response, body):
        return Envelope(*studio, None, log_id, response.status)
    if not isinstance(body, dict):
        raise PayloadError(
            message("coze.response.not_json", status=response.status),
            detail=(describe_body(response),),
            next_step=message("coze.response.not_json.next"),
            log_id=log_id,
        )
    detail = body.get("detail")
    detail_log_id = detail.get("logid") if isinstance(detail, dict) else None
    # coze-studio has the list of messages under `Messages`, the hosted service under `data`.
    data = body["data"] if "data" in body else body.get("Messages")
    return Envelope(
        number(body.get("code")),
        text(body.get("msg")),
        data,
        text(detail_log_id) or log_id,
        response.status,
        has_code=type(body.get("code", 0)) is int,
    )


def describe_body(response: HttpResponse) -> LocalizedText:
    """Return the beginning of a body, for an error's detail."""
    start = response.body[:200].decode("utf-8", "replace").strip()
    if not start:
        return message("coze.response.empty")
    return message("coze.response.begins", text=start)


def _studio_error(response: HttpResponse, body: JSON) -> tuple[int, str] | None:
    """Return code and text of an error of coze-studio, which has both in a text.

    The text is the whole body (HTTP 500) or the `msg` of a body without a code of its own (400).
    """
    if response.status < 400:
        return None
    source = response.body.decode("utf-8", "replace")
    if isinstance(body, dict):
        source = text(body.get("msg")) if body.get("code") == response.status else ""
    match = _STUDIO_ERROR.match(source)
    return (int(match[1]), match[2].strip()) if match else None


class ChatState(Struct, frozen=True):
    """The state of a chat. `status` is Coze's word in its main spelling."""

    id: str
    conversation_id: str
    status: str
    usage: Usage | None
    error_code: int
    error_message: str
    pending: tuple[tuple[str, str, str], ...]
    """Pending tool calls: (id, name, arguments as JSON text)."""
    awaits_reply: bool = False
    """Whether a question node waits for the user's reply (`reply_message`)."""

    @property
    def asks(self) -> bool:
        """Whether the chat ended with a question to the user, and with nothing else to do."""
        return self.awaits_reply and not self.pending

    def with_final_status(self) -> ChatState:
        """Return a chat whose stream is complete, as completed if it is still reported to run."""
        return self if self.status in FINAL else replace(self, status="completed")

    def update_to(self, new_state: ChatState) -> ChatState:
        """Return the current state of this chat; its ids stay the first ones."""
        if new_state.id == self.id and new_state.conversation_id == self.conversation_id:
            return new_state
        return replace(new_state, id=self.id, conversation_id=self.conversation_id)


_MAX_NUMBER = 2**63 - 1
_MAX_ID = 2**64 - 1
_SPELLINGS = {
    "required_action": "requires_action",
    "cancelled": "canceled",
    "compleated": "completed",  # so in samples of Coze's documentation
}
RUNNING = frozenset({"created", "in_progress"})
FAILED = frozenset({"failed", "canceled", "expired", "deleted"})
FINAL = FAILED | {"completed", "requires_action"}


def parse_chat(data: JSON, event_status: str = "") -> ChatState:
    """Parse a chat object; ids stay text, and `completed_at` does not mean that it has ended.

    A failure in a stream may have no chat object, but `code` and `msg` at the top.

    Args:
        data: the chat object.
        event_status: the status in the name of its event, for an object that has none.
    """
    source: Mapping[str, JSON] = data if isinstance(data, dict) else {}
    status = text(source.get("status")) or event_status
    status = _SPELLINGS.get(status, status)
    error = source.get("last_error")
    last_error = error if isinstance(error, dict) else {}
    pending, awaits_reply = (
        _required_action(source.get("required_action"))
        if status == "requires_action"
        else ((), False)
    )
    return ChatState(
        text(source.get("id")),
        text(source.get("conversation_id")),
        status,
        parse_usage(source.get("usage")),
        number(last_error.get("code")) or number(source.get("code")),
        text(last_error.get("msg")) or text(source.get("msg")),
        pending,
        awaits_reply,
    )


def _required_action(action: JSON) -> tuple[tuple[tuple[str, str, str], ...], bool]:
    """Return the pending tool calls, and whether the user's reply is awaited."""
    outputs = action.get("submit_tool_outputs") if isinstance(action, dict) else None
    calls = outputs.get("tool_calls") if isinstance(outputs, dict) else None
    pending: list[tuple[str, str, str]] = []
    awaits_reply = False
    for call in calls if isinstance(calls, list) else ():
        if not isinstance(call, dict):
            continue
        if call.get("type") == "reply_message":
            awaits_reply = True
            continue
        function = call.get("function")
        fields = function if isinstance(function, dict) else {}
        pending.append(
            (text(call.get("id")), text(fields.get("name")), text(fields.get("arguments")))
        )
    return tuple(pending), awaits_reply


def parse_usage(data: JSON) -> Usage | None:
    """Parse token counts; `None` if there are none (Coze sends zeros while a chat runs)."""
    if not isinstance(data, dict):
        return None
    total = number(data.get("token_count"))
    # The second names are those of a sample in Coze's documentation.
    input_tokens = number(data.get("input_count")) or number(data.get("input_tokens"))
    output_tokens = number(data.get("output_count")) or number(data.get("output_tokens"))
    if not (total or input_tokens or output_tokens):
        return None
    return Usage(
        total=total or input_tokens + output_tokens, input=input_tokens, output=output_tokens
    )


def parse_messages(data: JSON) -> tuple[Message, ...]:
    """Parse a chat's messages in the order of the list; a missing list is an empty one."""
    if not isinstance(data, list):
        return ()
    return tuple(parse_message(item) for item in data if isinstance(item, dict))


def parse_message(item: Mapping[str, JSON]) -> Message:
    """Parse a message; content that is not text is kept as JSON."""
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


def parse_tool_calls(
    messages: Sequence[Message], submitted: Sequence[ToolCall] = ()
) -> tuple[ToolCall, ...]:
    """Return the bot's tool calls.

    Args:
        messages: the reply's; each `function_call` is a call.
        submitted: the calls that the caller was asked to run; those that no message reports are
            added.
    """
    calls = _reported_calls(messages)
    reported = list(calls)
    for call in submitted:
        same = [one for one in reported if one.has_name(call.name) and _same_arguments(one, call)]
        if same:
            reported.remove(same[0])
        else:
            calls.append(call)
    return tuple(calls)


def _same_arguments(one: ToolCall, other: ToolCall) -> bool:
    return one.arguments == other.arguments or not (one.arguments and other.arguments)


def _reported_calls(messages: Sequence[Message]) -> list[ToolCall]:
    calls: list[ToolCall] = []
    for item in messages:
        if item.type == "function_call":
            body = _json_or_text(item.content)
            if isinstance(body, dict):
                arguments = body.get("arguments")
                if isinstance(arguments, str):
                    arguments = _json_or_text(arguments)
                api_name = text(body.get("api_name"))
                calls.append(
                    ToolCall(name=text(body.get("name")), arguments=arguments, api_name=api_name)
                )
            else:
                calls.append(ToolCall(name="", arguments=body))
    return calls


def pending_tool_calls(chat: ChatState) -> tuple[ToolCall, ...]:
    """Return the tool calls whose output a chat waits for."""
    return tuple(
        ToolCall(name=name, arguments=parse_arguments(arguments))
        for _id, name, arguments in chat.pending
    )


def parse_arguments(source: str) -> JSON:
    """Parse the arguments of a pending tool call; they may be empty."""
    return _json_or_text(source) if source.strip() else {}


def _json_or_text(source: str) -> JSON:
    try:
        return jsontext.parse_json(source.encode("utf-8", "surrogatepass"))
    except ValueError:
        return source


def text(value: JSON) -> str:
    """Return text as it is, an integer as its digits (ids come as either), else an empty text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _MAX_ID:
        return ""
    return str(value)


def number(value: JSON) -> int:
    """Return an integer, also one sent as text; 0 for other values, or beyond 64 bits."""
    if type(value) is int:
        return value if abs(value) <= _MAX_NUMBER else 0
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return 0
    try:
        parsed = int(value)
    except (ValueError, OverflowError):
        return 0
    return parsed if abs(parsed) <= _MAX_NUMBER else 0
