"""A bot's reply, and the bot's configuration at that time."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import UNSET, Struct, UnsetType, field

from coze_harness.messages import LocalizedText, literal
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

    @property
    def is_audio(self) -> bool:
        """Whether it is sound and not text."""
        return self.content_type == "audio"

    @property
    def is_answer_text(self) -> bool:
        """Whether it is a part of the answer that a user reads."""
        return self.type == "answer" and not self.is_audio


class Usage(Struct, frozen=True, kw_only=True):
    """Numbers of tokens as Coze counts them."""

    total: int
    input: int
    output: int


class ToolCall(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A tool that the bot called: its name and its arguments (JSON; text if not JSON).

    `name` is Coze's full one (`ts-weather_assistant-get_rain_probability`) where Coze reports it,
    `api_name` the tool's own, where that is known too.
    """

    name: str
    arguments: JSON
    api_name: str = ""

    def has_name(self, name: str) -> bool:
        """Return whether a name is the call's: the full one, or the part after the plugin's."""
        return name in (self.name, self.api_name) or is_tool_of_plugin(self.name, name)


def is_tool_of_plugin(full_name: str, name: str) -> bool:
    """Return whether a full name is that of a plugin's tool: plugin, hyphen, the tool's name."""
    return bool(name) and full_name.endswith(f"-{name}")


class Reply(Struct, frozen=True, kw_only=True):
    """Everything that a finished chat returned.

    `seconds` is the time from sending the prompt to the end of the chat, `first_token` to the first
    piece of the answer (streams only), both in seconds; `None` if not recorded. `poll_count` is the
    number of status requests. `error_code` and `error_message` are the chat's `last_error`.
    `status` is Coze's, or `asks` if the bot stopped with a question: the answer is the question,
    and the next prompt answers it. `tool_calls` are those of all rounds, also of tools that the
    caller ran. `pace` is how a streamed answer grew: for each step the milliseconds since the one
    before (since the prompt was sent), and how many characters (code points) of the answer arrived.
    It is empty if that was not recorded.
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
    pace: tuple[tuple[int, int], ...] = ()

    @property
    def answer_messages(self) -> tuple[Message, ...]:
        """The messages that a user reads: all `answer` messages but audio."""
        return tuple([message for message in self.messages if message.is_answer_text])

    @property
    def answer(self) -> str:
        """The text that a user reads: that of `answer_messages`, joined by line feeds."""
        return "\n".join([message.content for message in self.answer_messages])

    @property
    def follow_ups(self) -> tuple[str, ...]:
        """The suggested next questions."""
        return tuple(message.content for message in self.messages if message.type == "follow_up")


class BotSnapshot(Struct, frozen=True, kw_only=True):
    """A bot's configuration when it was recorded.

    `version` is Coze's number of the published version, `details` everything besides model and
    prompt, as JSON. `warning` says why the configuration is unknown; `warning_message` has it as
    data, which older recordings lack.
    """

    version: str = ""
    model: str = ""
    prompt: str = ""
    details: Mapping[str, JSON] = field(default_factory=dict)
    warning: str = ""
    warning_message: LocalizedText | UnsetType = UNSET

    @property
    def why_unknown(self) -> LocalizedText:
        """Why the configuration is unknown; empty if it is known."""
        if self.warning_message is UNSET:
            return literal(self.warning)
        return self.warning_message


def unknown_snapshot(reason: LocalizedText, version: str = "") -> BotSnapshot:
    """Return the snapshot of a bot whose configuration is unknown.

    Args:
        reason: why; recordings have it in English, too.
        version: the number of the version, if that is known.
    """
    return BotSnapshot(version=version, warning=str(reason), warning_message=reason)
