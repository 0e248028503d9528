"""The keys of a script: bots, their answers, and faults. docs/server.md explains them to authors.

The models reject unknown keys and are frozen; the server works with them directly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from coze_harness.server.fault_injection import Fault

ListOrder = Literal["chronological", "answer-first", "verbose-first", "tools-first", "shuffled"]


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _as_model(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


_Texts = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
_Count = Annotated[int, Field(strict=True, ge=0)]
_Positive = Annotated[int, Field(strict=True, ge=1)]
_DeltaSize = Annotated[int, Field(strict=True, ge=1, le=500)]
_Seconds = Annotated[float, Field(strict=True, ge=0)]
_Flag = Annotated[bool, Field(strict=True)]
_Id = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]


class ScriptNode(BaseModel):
    """A mapping in a script."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ScriptedUsage(ScriptNode):
    """Tokens that a chat reports; missing numbers are counted from the texts."""

    input: _Count | None = None
    output: _Count | None = None


class ScriptedTool(ScriptNode):
    """A tool call before the answer. Text is sent as it is, other values as JSON."""

    name: str
    arguments: object = Field(default_factory=dict)
    output: object = None
    plugin_id: _Count = 0
    plugin_name: str = ""
    api_id: _Count = 0
    api_name: str = ""


class ScriptedMessage(ScriptNode):
    """A message written out in full. Text is sent as it is, other values as JSON."""

    type: str
    content: object = ""
    role: str = "assistant"
    content_type: str = "text"
    reasoning: str = ""


class VerbosePacket(ScriptNode):
    """A message of type `verbose`."""

    msg_type: str
    data: object = ""


class RequiredCall(ScriptNode):
    """A tool that the caller must run."""

    name: str = ""
    arguments: object = Field(default_factory=dict)
    id: str = ""
    type: Literal["function", "reply_message"] = "function"


class ScriptedContent(ScriptNode):
    """What a chat says, and how long it takes."""

    delay: _Seconds | None = None
    answer: _Texts = ()
    vary: tuple[str, ...] = ()
    reasoning: str = ""
    content_type: str = "text"
    knowledge: _Texts = ()
    tools: tuple[ScriptedTool, ...] = ()
    verbose: tuple[VerbosePacket, ...] = ()
    messages: tuple[ScriptedMessage, ...] = ()
    finish: _Flag = True
    follow_ups: Annotated[_Texts, Field(max_length=3)] = ()
    order: ListOrder | None = None
    usage: ScriptedUsage = ScriptedUsage()
    delta: _DeltaSize | None = None
    requires_action: RequiredAction | None = None

    @model_validator(mode="after")
    def _check_one_source(self) -> Self:
        keys = [key for key in ("answer", "vary", "messages") if getattr(self, key)]
        if len(keys) > 1:
            msg = f"give only one of {' and '.join(keys)}"
            raise ValueError(msg)
        return self


class RequiredAction(ScriptNode):
    """A stop until the tool outputs are submitted, and what comes `then`.

    `required_action` is how one page of Coze's documentation and its open-source server spell the
    status.
    """

    calls: Annotated[tuple[RequiredCall, ...], Field(min_length=1)]
    then: ScriptedContent
    status: Literal["requires_action", "required_action"] = "requires_action"


class ScriptedAnswer(ScriptedContent):
    """An answer and the prompts that get it."""

    prompt: _Texts = ()
    regex: re.Pattern[str] | None = None
    default: _Flag = False
    turn: _Positive | None = None
    earlier: re.Pattern[str] | None = None
    chat_id: _Id = ""
    conversation_id: _Id = ""
    created_at: _Count | None = None
    faults: tuple[Fault, ...] = ()

    @model_validator(mode="after")
    def _check_one_matcher(self) -> Self:
        if sum(map(bool, (self.prompt, self.regex, self.default))) != 1:
            msg = "give exactly one of prompt, regex and default"
            raise ValueError(msg)
        return self


class ScriptedModel(ScriptNode):
    """The language model that a bot's information reports."""

    name: str
    id: str = "0"
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: _Count | None = None
    context_round: _Count | None = None
    response_format: str | None = None


_Model = Annotated[ScriptedModel, BeforeValidator(_as_model)]


class PluginTool(ScriptNode):
    """A tool of a plugin that a bot's information reports."""

    id: str
    name: str
    description: str = ""


class ScriptedPlugin(PluginTool):
    """A plugin that a bot's information reports."""

    tools: tuple[PluginTool, ...] = ()


class BotVariant(ScriptNode):
    """What differs in a bot's draft or in one of its versions."""

    version: str | None = None
    prompt: str | None = None
    model: _Model | None = None
    answers: tuple[ScriptedAnswer, ...] = ()


class ScriptedBot(ScriptNode):
    """A bot: its information and its answers."""

    id: _Id
    name: str
    version: str = "1"
    model: _Model = ScriptedModel(name="scripted")
    prompt: str = ""
    description: str = ""
    icon_url: str = ""
    prologue: str = ""
    suggested_questions: _Texts = ()
    plugins: tuple[ScriptedPlugin, ...] = ()
    variables: Mapping[str, str] = Field(default_factory=dict)
    published: _Flag = True
    answers: tuple[ScriptedAnswer, ...] = ()
    draft: BotVariant | None = None
    versions: Mapping[str, BotVariant] = Field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


class ScriptedWorkflow(ScriptNode):
    """A workflow: `output` answers a run, `answers` a chat."""

    id: _Id
    name: str = ""
    output: object = ""
    answers: tuple[ScriptedAnswer, ...] = ()
    faults: tuple[Fault, ...] = ()


class ScriptDefaults(ScriptNode):
    """Values for answers that do not set them, and the longest life of OAuth tokens."""

    delay: _Seconds = 0.2
    order: ListOrder = "chronological"
    delta: _DeltaSize = 4
    token_seconds: _Positive = 86_399


class ServerScript(ScriptNode):
    """A whole script. With `seed`, ids repeat; `faults` affect every bot."""

    bots: Annotated[tuple[ScriptedBot, ...], Field(min_length=1)]
    workflows: tuple[ScriptedWorkflow, ...] = ()
    defaults: ScriptDefaults = ScriptDefaults()
    seed: _Count | None = None
    faults: tuple[Fault, ...] = ()

    @model_validator(mode="after")
    def _check_unique_ids(self) -> Self:
        for noun, nodes in (("bot", self.bots), ("workflow", self.workflows)):
            ids = [node.id for node in nodes]
            if twice := next((one for one in ids if ids.count(one) > 1), None):
                msg = f"two entries have the {noun} id {twice}"
                raise ValueError(msg)
        return self
