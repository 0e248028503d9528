"""A bot's reply, and the bot's configuration at that time."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from coze_harness.model.http_call import JSON


class Message(Struct, frozen=True, kw_only=True):
    """One message of a chat.

    `role` is ``user`` or ``assistant``; `type` is Coze's (``answer``, ``follow_up``, ``verbose``,
    ``function_call``, …), unknown ones included. `reasoning` is the model's reasoning text.
    """

    id: str
    role: str
    type: str
    content: str
    content_type: str = "text"
    reasoning: str = ""


class Usage(Struct, frozen=True, kw_only=True):
    """Numbers of tokens as Coze counts them."""

    total: int
    input: int
    output: int


class ToolCall(Struct, frozen=True, kw_only=True):
    """A tool that the bot called: its name and its arguments (JSON; text if not JSON)."""

    name: str
    arguments: JSON


class Reply(Struct, frozen=True, kw_only=True):
    """Everything that a finished chat returned.

    `seconds` is the time from sending the prompt to the end of the chat, `first_token` to the first
    piece of the answer (streams only), both in seconds; `None` if not recorded. `poll_count` is the
    number of status requests. `error_code` and `error_message` are the chat's `last_error`.
    """

    chat_id: str
    conversation_id: str
    log_id: str
    status: str
    messages: tuple[Message, ...]
    usage: Usage | None = None
    seconds: float | None = None
    first_token: float | None = None
    poll_count: int = 0
    tool_calls: tuple[ToolCall, ...] = ()
    error_code: int = 0
    error_message: str = ""

    @property
    def answer(self) -> str:
        """The text that a user reads: all `answer` messages, joined by line feeds."""
        return "\n".join(m.content for m in self.messages if m.type == "answer")

    @property
    def follow_ups(self) -> tuple[str, ...]:
        """The suggested next questions."""
        return tuple(m.content for m in self.messages if m.type == "follow_up")


class BotSnapshot(Struct, frozen=True, kw_only=True):
    """A bot's configuration when it was recorded.

    `version` is Coze's number of the published version, `details` everything besides model and
    prompt, as JSON. `warning` says why the configuration is unknown.
    """

    version: str = ""
    model: str = ""
    prompt: str = ""
    details: Mapping[str, JSON] = field(default_factory=dict)
    warning: str = ""
