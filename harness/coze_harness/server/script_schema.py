"""The script's shape: bots, what they answer to which prompt, and what shall go wrong.

These models are the edge (unknown keys are refused) and, being frozen, also what the room works
with. Reading a file into them, with places for faults, is `reading`'s business; docs/server.md
shows the format to its authors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from coze_harness.server.fault_schema import Fault

Order = Literal["chronological", "answer-first", "verbose-first", "tools-first", "shuffled"]

_DELAY = 0.2  # seconds: long enough to be polled once, short enough for a test


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _named(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Count = Annotated[int, Field(strict=True, ge=0)]
Seconds = Annotated[float, Field(strict=True, ge=0)]
Switch = Annotated[bool, Field(strict=True)]
Snowflake = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]


class Part(BaseModel):
    """Everything in a script: no unknown keys, no change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Usage(Part):
    """Tokens that a chat reports; what is not given is counted from the texts."""

    input: Count | None = None
    output: Count | None = None


class Tool(Part):
    """One use of a tool before the answer: a `function_call` and its `tool_response`.

    `arguments` and `output` may be text (sent as it is) or data (sent as JSON).
    """

    name: str
    arguments: object = Field(default_factory=dict)
    output: object = None
    plugin_id: Count = 0
    plugin_name: str = ""
    api_id: Count = 0
    api_name: str = ""


class Line(Part):
    """One message written out in full; `content` may be data, which is sent as JSON text."""

    type: str
    content: object = ""
    role: str = "assistant"
    content_type: str = "text"
    reasoning: str = ""


class Packet(Part):
    """A technical message of type `verbose`."""

    msg_type: str
    data: object = ""


class ActionCall(Part):
    """One thing that the bot asks the caller to do."""

    name: str = ""
    arguments: object = Field(default_factory=dict)
    id: str = ""
    type: Literal["function", "reply_message"] = "function"


class Content(Part):
    """What one chat gives, from the moment it runs to the moment it ends.

    `delay` is the seconds until it ends. `vary` holds answers of which the next one is given each
    time that this entry is asked, round and round. `messages` replaces answer, tools and knowledge
    by messages written out in the order in which they come about. `order` is the order in which
    the message list shows them; streams are always in order of time. `delta` is the number of
    characters in a piece of a stream.
    """

    delay: Seconds | None = None
    answer: Texts = ()
    vary: tuple[str, ...] = ()
    reasoning: str = ""
    content_type: str = "text"
    knowledge: Texts = ()
    tools: tuple[Tool, ...] = ()
    verbose: tuple[Packet, ...] = ()
    messages: tuple[Line, ...] = ()
    finish: Switch = True
    follow_ups: Annotated[Texts, Field(max_length=3)] = ()
    order: Order | None = None
    usage: Usage = Usage()
    delta: Annotated[int, Field(strict=True, ge=1, le=500)] | None = None
    requires_action: Action | None = None

    @model_validator(mode="after")
    def _one_source_of_text(self) -> Self:
        given = [key for key in ("answer", "vary", "messages") if getattr(self, key)]
        if len(given) > 1:
            msg = f"give only one of {' and '.join(given)}"
            raise ValueError(msg)
        return self


class Action(Part):
    """A halt until `submit_tool_outputs`, and what comes `then`.

    The outputs fill ``{{ <name of the call> }}`` in what comes then. `status` may be set to the
    misspelling that one page of Coze's documentation and its open-source server use.
    """

    calls: Annotated[tuple[ActionCall, ...], Field(min_length=1)]
    then: Content
    status: Literal["requires_action", "required_action"] = "requires_action"


class Answer(Content):
    """What a bot gives when a chat fits.

    A chat fits by `prompt` (the whole text, after Unicode NFC and without outer blanks), by `regex`
    (found anywhere in it), or always (`default`, tried last). `turn` asks for the nth prompt of the
    conversation, `earlier` for a pattern in what was said before, either side. Named groups of both
    patterns fill ``{{ name }}`` in the texts. Fixed ids are used for the first chat that fits.
    """

    prompt: Texts = ()
    regex: re.Pattern[str] | None = None
    default: Switch = False
    turn: Annotated[int, Field(strict=True, ge=1)] | None = None
    earlier: re.Pattern[str] | None = None
    chat_id: Snowflake = ""
    conversation_id: Snowflake = ""
    created_at: Count | None = None
    faults: tuple[Fault, ...] = ()

    @model_validator(mode="after")
    def _one_way_to_fit(self) -> Self:
        given = [key for key in ("prompt", "regex", "default") if getattr(self, key)]
        if len(given) != 1:
            msg = "give exactly one of prompt, regex and default"
            raise ValueError(msg)
        return self


class Model(Part):
    """The language model behind a bot, as the bot's information reports it."""

    name: str
    id: str = "0"
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: Count | None = None
    context_round: Count | None = None
    response_format: str | None = None


ModelOrName = Annotated[Model, BeforeValidator(_named)]


class PluginTool(Part):
    """A tool of a plugin, as the bot's information lists it."""

    id: str
    name: str
    description: str = ""


class Plugin(Part):
    """A plugin of a bot, as the bot's information lists it."""

    id: str
    name: str
    description: str = ""
    tools: tuple[PluginTool, ...] = ()


class Variant(Part):
    """What a draft or an older version of a bot has of its own; the rest is the bot's.

    Its answers are tried before the bot's.
    """

    version: str | None = None
    prompt: str | None = None
    model: ModelOrName | None = None
    answers: tuple[Answer, ...] = ()


class Bot(Part):
    """A bot: what its information says, and what it answers."""

    id: Snowflake
    name: str
    version: str = "1"
    model: ModelOrName = Model(name="scripted")
    prompt: str = ""
    description: str = ""
    icon_url: str = ""
    prologue: str = ""
    suggested_questions: Texts = ()
    plugins: tuple[Plugin, ...] = ()
    variables: Mapping[str, str] = Field(default_factory=dict)
    published: Switch = True
    answers: tuple[Answer, ...] = ()
    draft: Variant | None = None
    versions: Mapping[str, Variant] = Field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


class Workflow(Part):
    """A workflow: `output` answers `/v1/workflow/run`, `answers` serve `/v1/workflows/chat`."""

    id: Snowflake
    name: str = ""
    output: object = ""
    answers: tuple[Answer, ...] = ()
    faults: tuple[Fault, ...] = ()


class Defaults(Part):
    """What an answer has when it says nothing itself, and the longest life of OAuth tokens."""

    delay: Seconds = _DELAY
    order: Order = "chronological"
    delta: Annotated[int, Field(strict=True, ge=1, le=500)] = 4
    token_seconds: Annotated[int, Field(strict=True, ge=1)] = 86_399


class Script(Part):
    """A whole script. `seed` makes all ids repeatable; `faults` stand for every bot."""

    bots: Annotated[tuple[Bot, ...], Field(min_length=1)]
    workflows: tuple[Workflow, ...] = ()
    defaults: Defaults = Defaults()
    seed: Count | None = None
    faults: tuple[Fault, ...] = ()

    @model_validator(mode="after")
    def _ids_once(self) -> Self:
        for what, ids in (
            ("bot", [bot.id for bot in self.bots]),
            ("workflow", [workflow.id for workflow in self.workflows]),
        ):
            twice = next((one for one in ids if ids.count(one) > 1), None)
            if twice:
                msg = f"two entries have the {what} id {twice}"
                raise ValueError(msg)
        return self
