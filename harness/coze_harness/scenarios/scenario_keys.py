"""The scenario file's shape, as pydantic reads it and as editors complete it.

Text is strict: a number or boolean where text is meant is refused, not turned into text, because
YAML has by then lost what the author wrote (`no`, `12:30`, `007`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

_Text = Annotated[str, Field(min_length=1)]
_Rows = Annotated[
    object,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"\.(csv|jsonl|ya?ml)$"},
                {"type": "array", "items": {"type": "object"}, "minItems": 1},
            ]
        }
    ),
]
_Free = Annotated[object, WithJsonSchema({})]
_Item = Annotated[object, WithJsonSchema({"$ref": "#/$defs/expectation"})]
_Tool = Annotated[
    object,
    WithJsonSchema(
        {
            "description": "Text, data to send as JSON text, or {python: package.module:function}.",
            "type": ["string", "object", "array"],
        }
    ),
]


class TurnShape(BaseModel):
    """One prompt and what is expected of the reply."""

    model_config = ConfigDict(extra="forbid", strict=True)

    prompt: str = Field("", description="What is said to the bot. Templates are filled.")
    expect: list[_Item] = Field(
        default_factory=list, description="What the reply must satisfy. Plain text means contains."
    )
    attach: list[_Text] = Field(
        default_factory=list,
        description="Files, images and audio to send along: paths from this file's folder or the "
        "project's, or URLs.",
    )
    tools: dict[str, _Tool] | None = Field(
        None,
        description="Outputs, by the tool's name, to submit when the bot asks for them; {}: none.",
    )
    input: dict[str, _Free] | None = Field(
        None, description="In place of a prompt: run the workflow with these inputs."
    )


class SaidShape(BaseModel):
    """One message of the history that goes before the first prompt."""

    model_config = ConfigDict(extra="forbid", strict=True)

    role: Literal["user", "assistant"] = Field(description="Who said it.")
    content: _Text = Field(description="What was said. Templates are filled.")


class ScenarioShape(BaseModel):
    """A named conversation to hold with a bot."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: _Text = Field("", description="Unique in the project. Default: the file's stem.")
    description: str = Field("", description="What the scenario shows, for people.")
    tags: list[_Text] = Field(default_factory=list, description="Words to select by.")
    bot: _Text = Field("", description="A bot's name in harness.yaml, or its id in quotes.")
    bots: list[_Text] = Field(
        default_factory=list, min_length=1, description="Several bots: the scenario runs on each."
    )
    user_id: _Text = Field("", description="Whom Coze takes the prompts to come from.")
    stream: bool = Field(False, description="true: the reply comes over SSE.")
    known_failure: str = Field("", description="Why it may fail without failing the run.")
    repeat: int = Field(1, ge=1, le=1000, description="Trials per bot and case.")
    min_pass_rate: float = Field(1.0, ge=0, le=1, description="Share of trials that must pass.")
    stop_on_failure: bool = Field(False, description="A failed turn ends the conversation.")
    cases: _Rows = Field(
        None, description="Rows that fill the templates: a .csv, .jsonl or .yaml file, or a list."
    )
    custom_variables: dict[str, str] = Field(
        default_factory=dict, description="Fill the variables of the bot's own prompt."
    )
    meta_data: dict[str, str] = Field(
        default_factory=dict, description="Up to 16 pairs that Coze gives back with the chat."
    )
    parameters: dict[str, _Free] = Field(
        default_factory=dict, description="Inputs of a chatflow's start node."
    )
    extra_params: dict[str, str] = Field(
        default_factory=dict, description="latitude and longitude, as text."
    )
    shortcut_command: dict[str, _Free] = Field(
        default_factory=dict, description="A shortcut of the bot: command_id and parameters."
    )
    enable_card: bool = Field(False, description="Question nodes answer with a card's JSON.")
    bot_version: _Text = Field("", description="Ask this version of the bot.")
    publish_status: Literal["", "published_online", "unpublished_draft"] = Field(
        "", description="unpublished_draft: ask the bot's draft."
    )
    auto_save_history: bool = Field(True, description="Needed for polling: false wants stream.")
    conversation_id: _Text = Field("", description="Continue this conversation.")
    conversation: Literal["", "create"] = Field(
        "", description="create: make the conversation before the first prompt."
    )
    history: list[SaidShape] = Field(
        default_factory=list, description="Messages to send before the first prompt."
    )
    workflow: _Text = Field("", description="A workflow's id in quotes, in place of a bot.")
    tools: dict[str, _Tool] | None = Field(None, description="What every turn's tools begin with.")
    turns: list[TurnShape] = Field(min_length=1, description="The conversation, in order.")


class DefaultsShape(ScenarioShape):
    """What the scenarios of a file share: any of their keys but the name; turns are optional."""

    # Building a shape takes 10 ms, and most projects have no such file.
    model_config = ConfigDict(defer_build=True)

    turns: list[TurnShape] = Field(default_factory=list, min_length=1)


class SuiteShape(BaseModel):
    """Several scenarios in one file."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    defaults: DefaultsShape | None = Field(
        None, description="Keys for every scenario below that does not have them itself."
    )
    scenarios: list[ScenarioShape] = Field(min_length=1)
