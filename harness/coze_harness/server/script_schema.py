"""The keys of a script: bots, their answers, and faults. docs/server.md explains them to authors.

The server works with these records directly. Unknown keys are errors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from coze_harness.messages import message
from coze_harness.model import JSON
from coze_harness.model.location import Location
from coze_harness.server.fault_injection import COUNT, FAULTS, POSITIVE, SECONDS, Fault
from coze_harness.text.safe_regex import PatternError, UserPattern, compile_pattern
from coze_harness.yaml_source.record_schema import (
    ANY_TEXT,
    BOOLEAN,
    Schema,
    key,
    list_of,
    mapping_of,
    optional,
    record_of,
    record_schema,
    required_key,
)

ListOrder = Literal["chronological", "answer-first", "verbose-first", "tools-first", "shuffled"]


def _compile(pattern: str, where: Location) -> UserPattern:
    try:
        compile_pattern(pattern)
    except PatternError as error:
        raise ValueError(message("pattern.invalid", reason=error.reason)) from error
    return UserPattern(pattern, where)


def _expand_texts(value: JSON) -> JSON:
    return [value] if isinstance(value, str) else value


def _expand_model(value: JSON) -> JSON:
    return {"name": value} if isinstance(value, str) else value


def _expand_number(value: JSON) -> JSON:
    try:
        return float(value) if isinstance(value, str | bool) else value
    except ValueError:
        return value


_TEXTS: Final[Schema] = {
    **list_of(ANY_TEXT),
    "expand": _expand_texts,
    "written": {"type": ["string", "array"]},
}
_PATTERN: Final[Schema] = {"type": ["string", "null"], "make_at": _compile}
_NUMBER: Final[Schema] = {
    "type": ["number", "null"],
    "expand": _expand_number,
    "make": float,
    "written": {"type": ["number", "string", "boolean"]},
}
_DELTA: Final[Schema] = {**POSITIVE, "maximum": 500}
_ORDER: Final[Schema] = {"type": "string", "enum": get_args(ListOrder)}
_ID: Final[Schema] = {
    "type": "string",
    "pattern": "^[0-9]{1,20}$",
    "examples": ["7403315657221079041"],
}
_CONTENT: Final[dict[str, object]] = {}  # filled below: what follows a required action contains it


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedUsage:
    """Tokens that a chat reports; missing numbers are counted from the texts."""

    input: int | None = key(None, optional(COUNT))
    output: int | None = key(None, optional(COUNT))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedTool:
    """A tool call before the answer. Text is sent as it is, other values as JSON."""

    name: str = required_key(ANY_TEXT)
    arguments: object = key({}, {})
    output: object = key(None, {})
    plugin_id: int = key(0, COUNT)
    plugin_name: str = key("", ANY_TEXT)
    api_id: int = key(0, COUNT)
    api_name: str = key("", ANY_TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedMessage:
    """A message written out in full. Text is sent as it is, other values as JSON."""

    type: str = required_key(ANY_TEXT)
    content: object = key("", {})
    role: str = key("assistant", ANY_TEXT)
    content_type: str = key("text", ANY_TEXT)
    reasoning: str = key("", ANY_TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerbosePacket:
    """A message of type `verbose`."""

    msg_type: str = required_key(ANY_TEXT)
    data: object = key("", {})


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredCall:
    """A tool that the caller must run.

    With `plugin_name`, messages have the tool's full name (`ts-<plugin>-<name>`), as at Coze.
    """

    name: str = key("", ANY_TEXT)
    arguments: object = key({}, {})
    id: str = key("", ANY_TEXT)
    plugin_name: str = key("", ANY_TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredAction:
    """A stop until the tool outputs are submitted, and what comes `then`.

    `required_action` is how one page of Coze's documentation and its open-source server spell the
    status.
    """

    calls: tuple[RequiredCall, ...] = required_key(list_of(record_of(RequiredCall), 1))
    then: ScriptedContent = required_key(_CONTENT)
    status: Literal["requires_action", "required_action"] = key(
        "requires_action", {"enum": ("requires_action", "required_action")}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedContent:
    """What a chat says, and how long it takes.

    Raises:
        ValueError: there is more than one of answer, vary, messages and asks.
    """

    delay: float | None = key(None, optional(SECONDS))
    answer: tuple[str, ...] = key((), _TEXTS)
    vary: tuple[str, ...] = key((), list_of(ANY_TEXT))
    reasoning: str = key("", ANY_TEXT)
    content_type: str = key("text", ANY_TEXT)
    knowledge: tuple[str, ...] = key((), _TEXTS)
    tools: tuple[ScriptedTool, ...] = key((), list_of(record_of(ScriptedTool)))
    verbose: tuple[VerbosePacket, ...] = key((), list_of(record_of(VerbosePacket)))
    messages: tuple[ScriptedMessage, ...] = key((), list_of(record_of(ScriptedMessage)))
    finish: bool = key(True, BOOLEAN)
    follow_ups: tuple[str, ...] = key((), {**_TEXTS, "maxItems": 3})
    order: ListOrder | None = key(None, optional(_ORDER))
    usage: ScriptedUsage = key(ScriptedUsage(), record_of(ScriptedUsage))
    delta: int | None = key(None, optional(_DELTA))
    requires_action: RequiredAction | None = key(None, optional(record_of(RequiredAction)))
    asks: str = key("", ANY_TEXT)
    audio: int = key(0, COUNT)

    def __post_init__(self) -> None:
        keys = [name for name in ("answer", "vary", "messages", "asks") if getattr(self, name)]
        if len(keys) > 1:
            raise ValueError(message("script.several_contents", keys=tuple(keys)))


_CONTENT.update(record_of(ScriptedContent))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedAnswer(ScriptedContent):
    """An answer and the prompts that get it.

    Raises:
        ValueError: there is not exactly one of prompt, regex and default, or the content is wrong.
    """

    prompt: tuple[str, ...] = key((), _TEXTS)
    regex: UserPattern | None = key(None, _PATTERN)
    default: bool = key(False, BOOLEAN)
    turn: int | None = key(None, optional(POSITIVE))
    earlier: UserPattern | None = key(None, _PATTERN)
    chat_id: str = key("", _ID)
    conversation_id: str = key("", _ID)
    created_at: int | None = key(None, optional(COUNT))
    faults: tuple[Fault, ...] = key((), FAULTS)

    def __post_init__(self) -> None:
        ScriptedContent.__post_init__(self)
        if sum(map(bool, (self.prompt, self.regex, self.default))) != 1:
            raise ValueError(message("script.prompts"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedModel:
    """The language model that a bot's information reports."""

    name: str = required_key(ANY_TEXT)
    id: str = key("0", ANY_TEXT)
    temperature: float | None = key(None, _NUMBER)
    top_p: float | None = key(None, _NUMBER)
    max_tokens: int | None = key(None, optional(COUNT))
    context_round: int | None = key(None, optional(COUNT))
    response_format: str | None = key(None, optional(ANY_TEXT))


_MODEL: Final[Schema] = {
    **record_of(ScriptedModel),
    "expand": _expand_model,
    "written": {"type": ["string", "object"]},
}
_ANSWERS: Final = list_of(record_of(ScriptedAnswer))


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginTool:
    """A tool of a plugin that a bot's information reports."""

    id: str = required_key(ANY_TEXT)
    name: str = required_key(ANY_TEXT)
    description: str = key("", ANY_TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedPlugin(PluginTool):
    """A plugin that a bot's information reports."""

    tools: tuple[PluginTool, ...] = key((), list_of(record_of(PluginTool)))


@dataclass(frozen=True, slots=True, kw_only=True)
class BotVariant:
    """What differs in a bot's draft or in one of its versions."""

    version: str | None = key(None, optional(ANY_TEXT))
    prompt: str | None = key(None, optional(ANY_TEXT))
    model: ScriptedModel | None = key(None, optional(_MODEL))
    answers: tuple[ScriptedAnswer, ...] = key((), _ANSWERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedBot:
    """A bot: its information and its answers."""

    id: str = required_key(_ID)
    name: str = required_key(ANY_TEXT)
    version: str = key("1", ANY_TEXT)
    model: ScriptedModel = key(ScriptedModel(name="scripted"), _MODEL)
    prompt: str = key("", ANY_TEXT)
    description: str = key("", ANY_TEXT)
    icon_url: str = key("", ANY_TEXT)
    prologue: str = key("", ANY_TEXT)
    suggested_questions: tuple[str, ...] = key((), _TEXTS)
    plugins: tuple[ScriptedPlugin, ...] = key((), list_of(record_of(ScriptedPlugin)))
    variables: Mapping[str, str] = key({}, mapping_of(ANY_TEXT))
    published: bool = key(True, BOOLEAN)
    answers: tuple[ScriptedAnswer, ...] = key((), _ANSWERS)
    draft: BotVariant | None = key(None, optional(record_of(BotVariant)))
    versions: Mapping[str, BotVariant] = key({}, mapping_of(record_of(BotVariant)))
    faults: tuple[Fault, ...] = key((), FAULTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedWorkflow:
    """A workflow: `output` answers a run, `answers` a chat.

    With a `question`, a run stops to ask it first; ``{{ answer }}`` is what the caller replied.
    """

    id: str = required_key(_ID)
    name: str = key("", ANY_TEXT)
    output: object = key("", {})
    question: str | None = key(None, optional(ANY_TEXT))
    answers: tuple[ScriptedAnswer, ...] = key((), _ANSWERS)
    faults: tuple[Fault, ...] = key((), FAULTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedProject:
    """A project on coze.site: an agent with `answers`, or a workflow with an `output`.

    Its routes are at `path`. With `done`, its streams end with ``[DONE]``, as those of some
    services do.

    Raises:
        ValueError: it has both, or neither.
    """

    path: str = key("", {"type": "string", "pattern": r"(/[\w.-]+)*", "examples": ["/orders"]})
    id: str = key("", _ID)
    name: str = key("", ANY_TEXT)
    output: object = key(None, {})
    answers: tuple[ScriptedAnswer, ...] = key((), _ANSWERS)
    done: bool = key(False, BOOLEAN)
    faults: tuple[Fault, ...] = key((), FAULTS)

    def __post_init__(self) -> None:
        if bool(self.answers) == (self.output is not None):
            raise ValueError(message("script.project"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptDefaults:
    """Values for answers that do not set them, and the longest life of OAuth tokens, in seconds."""

    delay: float = key(0.2, SECONDS)
    order: ListOrder = key("chronological", _ORDER)
    delta: int = key(4, _DELTA)
    token_seconds: int = key(86_399, POSITIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerScript:
    """A whole script. With `seed`, ids repeat; `faults` affect every bot.

    Raises:
        ValueError: two bots or two workflows have the same id, or two projects the same path.
    """

    bots: tuple[ScriptedBot, ...] = required_key(list_of(record_of(ScriptedBot), 1))
    workflows: tuple[ScriptedWorkflow, ...] = key((), list_of(record_of(ScriptedWorkflow)))
    projects: tuple[ScriptedProject, ...] = key((), list_of(record_of(ScriptedProject)))
    defaults: ScriptDefaults = key(ScriptDefaults(), record_of(ScriptDefaults))
    seed: int | None = key(None, optional(COUNT))
    faults: tuple[Fault, ...] = key((), FAULTS)

    def __post_init__(self) -> None:
        if (bot_id := _duplicate(bot.id for bot in self.bots)) is not None:
            raise ValueError(message("script.duplicate_bot", id=bot_id))
        if (workflow_id := _duplicate(workflow.id for workflow in self.workflows)) is not None:
            raise ValueError(message("script.duplicate_workflow", id=workflow_id))
        if (path := _duplicate(project.path for project in self.projects)) is not None:
            raise ValueError(message("script.duplicate_path", path=path))


def _duplicate(values: Iterable[str]) -> str | None:
    return next((value for value, count in Counter(values).items() if count > 1), None)


def script_schema() -> dict[str, JSON]:
    """Return the JSON Schema (draft 2020-12) of a script."""
    from coze_harness.yaml_source.json_schema import document_schema  # only editors need it

    return document_schema(record_schema(ServerScript), "A server script of coze-harness")
