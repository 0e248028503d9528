"""What a bot said, and what it was when it said it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from coze_harness.model.http_call import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a chat. Types that Coze may add are kept as they come."""

    id: str
    role: str
    type: str
    content: str
    content_type: str = "text"
    reasoning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as Coze counts them."""

    total: int
    input: int
    output: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A tool that the bot called: its name and the arguments as parsed JSON (text if not JSON)."""

    name: str
    arguments: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Everything that a finished chat returned.

    `seconds` is the time from sending the prompt to seeing the end, `first_token` to the first
    piece of the answer (streams only); `None` if not recorded. `poll_count` is the number of status
    requests. `error_code` and `error_message` are the chat's own `last_error`.
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
        """Return the text that a user would read: every `answer` message, in list order."""
        return "\n".join(m.content for m in self.messages if m.type == "answer")

    @property
    def follow_ups(self) -> tuple[str, ...]:
        """Return the suggested next questions."""
        return tuple(m.content for m in self.messages if m.type == "follow_up")


@dataclass(frozen=True, slots=True, kw_only=True)
class BotSnapshot:
    """What a bot was when it was recorded; `warning` says why this is not known."""

    version: str = ""
    model: str = ""
    prompt: str = ""
    details: Mapping[str, JSON] = field(default_factory=dict)
    warning: str = ""
