"""The keys of a scenario file, declared once: for the check, for the defaults and for editors.

Text is strict: a number or boolean is refused, not turned into text, because YAML has by then lost
what the author wrote (`no`, `12:30`, `007`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coze_harness.expectations import item_schema
from coze_harness.model import JSON
from coze_harness.model.location import SourcePositions
from coze_harness.model.project_code import NO_PROJECT, ProjectCode
from coze_harness.scenarios.simulation_spec import EXPECTATION, SIMULATION
from coze_harness.scenarios.turn_spec import TOOLS, TurnSpec
from coze_harness.yaml_source.max_increase import MAX_INCREASE
from coze_harness.yaml_source.record_schema import (
    ANY_TEXT,
    BOOLEAN,
    JUDGE,
    MAPPING,
    TEXT,
    Schema,
    closed_mapping,
    key,
    list_of,
    mapping_of,
    record_schema,
)

_CASES: Final[Schema] = {
    "anyOf": [
        {"type": "string", "pattern": r"\.(csv|jsonl|ya?ml)$"},
        {"type": "array", "items": {"type": "object"}, "minItems": 1},
    ]
}
_MESSAGE: Final = closed_mapping(
    {
        "role": {"enum": ["user", "assistant"], "description": "Who wrote it."},
        "content": {**TEXT, "description": "The text. Templates are filled."},
    },
    required=["role", "content"],
)
_TURN: Final = record_schema(TurnSpec)


@dataclass(slots=True, kw_only=True)
class ScenarioSpec:
    """A scenario as its file has it, checked; `keys` are those that are written.

    `turns` are the checked mappings from which `TurnSpec` is made.
    """

    keys: frozenset[str]
    positions: SourcePositions
    name: str = key("", TEXT, "Unique in the project. Default: the file's stem.")
    description: str = key("", ANY_TEXT, "What the scenario shows, for people.")
    tags: Sequence[str] = key((), list_of(TEXT), "Words to select by.")
    bot: str = key("", TEXT, "A bot's name in harness.yaml, or its id in quotes.")
    bots: Sequence[str] = key(
        (), list_of(TEXT, 1), "Several bots: the scenario runs on each of them."
    )
    user_id: str = key("", TEXT, "The user that Coze takes the prompts to come from.")
    stream: bool = key(False, BOOLEAN, "true: the reply comes over SSE.")
    known_failure: str = key("", ANY_TEXT, "Why it may fail without failing the run.")
    repeat: int = key(
        1, {"type": "integer", "minimum": 1, "maximum": 1000}, "Trials per bot and case."
    )
    min_pass_rate: float = key(
        1.0, {"type": "number", "minimum": 0, "maximum": 1}, "Share of trials that must pass."
    )
    max_increase: Mapping[str, JSON] = key(
        {}, MAX_INCREASE, "How much more the candidate's answers may cost, in compare."
    )
    stop_on_failure: bool = key(False, BOOLEAN, "A failed turn ends the conversation.")
    cases: JSON = key(
        None, _CASES, "Rows that fill the templates: a .csv, .jsonl or .yaml file, or a list."
    )
    custom_variables: Mapping[str, str] = key(
        {}, mapping_of(ANY_TEXT), "Fill the variables of the bot's own prompt."
    )
    meta_data: Mapping[str, str] = key(
        {}, mapping_of(ANY_TEXT), "Up to 16 pairs that Coze gives back with the chat."
    )
    parameters: Mapping[str, JSON] = key({}, MAPPING, "Inputs of a chatflow's start node.")
    extra_params: Mapping[str, str] = key(
        {}, mapping_of(ANY_TEXT), "latitude and longitude, as text."
    )
    shortcut_command: Mapping[str, JSON] = key(
        {}, MAPPING, "A shortcut of the bot: command_id and parameters."
    )
    enable_card: bool = key(False, BOOLEAN, "Question nodes answer with a card's JSON.")
    bot_version: str = key("", TEXT, "Use this version of the bot.")
    publish_status: str = key(
        "",
        {"enum": ["", "published_online", "unpublished_draft"]},
        "unpublished_draft: use the bot's draft.",
    )
    auto_save_history: bool = key(
        True, BOOLEAN, "Needed for polling: false works only with stream."
    )
    conversation_id: str = key("", TEXT, "Continue this conversation.")
    conversation: str = key(
        "", {"enum": ["", "create"]}, "create: create the conversation before the first prompt."
    )
    history: Sequence[Mapping[str, str]] = key(
        (), list_of(_MESSAGE), "Messages to send before the first prompt."
    )
    judge: Mapping[str, str] | None = key(
        None, JUDGE, "The bot that judges, in place of the one in harness.yaml."
    )
    workflow: str = key("", TEXT, "A workflow's id in quotes, in place of a bot.")
    is_async: bool = key(
        False, BOOLEAN, "A workflow runs in the background, and its result is polled (paid plans)."
    )
    tools: Mapping[str, JSON] | None = key(
        None, TOOLS, "Tool outputs for every turn; a turn's own `tools` are added to them."
    )
    expect: Sequence[JSON] = key(
        (), list_of(EXPECTATION), "What the conversation must satisfy, judged after its last reply."
    )
    every_turn: Sequence[JSON] = key(
        (), list_of(EXPECTATION), "What each reply must satisfy, besides its turn's own `expect`."
    )
    simulate: Mapping[str, Any] | None = key(
        None, SIMULATION, "Instead of turns: another bot plays the user."
    )
    turns: Sequence[Mapping[str, JSON]] = key((), list_of(_TURN, 1), "The conversation, in order.")


DEFAULTS: Final = record_schema(ScenarioSpec)
"""The keys of a scenario: all that `defaults` may have, and a scenario with `simulate`."""
SCENARIO: Final[Schema] = {**DEFAULTS, "required": ["turns"]}
"""Any other scenario."""
_WITH_TURNS: Final[Schema] = {
    "if": {"required": ["simulate"]},
    "then": {"not": {"required": ["turns"]}},
    "else": {"required": ["turns"]},
}
_EXCLUSIVE: Final[Schema] = {
    "dependentSchemas": {
        "bots": {"properties": {"bot": False}},
        "conversation_id": {"properties": {"conversation": False}},
        "workflow": {"properties": {"bot": False, "bots": False}},
        "bot_version": {"properties": {"publish_status": {"not": {"const": "unpublished_draft"}}}},
    }
}
"""Keys that do not go together; for editors, since the loader's own rules say more."""
_EXCLUSIVE_IN_TURN: Final[Schema] = {
    "dependentSchemas": {"input": {"properties": {"prompt": False}}},
    "dependentRequired": {"min_score": ["expect"]},
}
SUITE: Final = closed_mapping(
    {
        "defaults": {
            **DEFAULTS,
            "description": "Keys for every scenario below that does not have them itself.",
        },
        # Each of them is checked once the defaults are applied to it.
        "scenarios": list_of({}, 1),
    },
    required=["scenarios"],
)


def scenario_schema(code: ProjectCode = NO_PROJECT) -> dict[str, JSON]:
    """Return the JSON Schema (draft 2020-12) of a scenario file, single or with `scenarios:`.

    Args:
        code: that of a project whose kinds of expectations are in the schema, too.

    Raises:
        ScenarioError: a kind's own schema raises.
    """
    from coze_harness.yaml_source.json_schema import DIALECT, key_schema  # only editors need it

    properties = {
        **SCENARIO["properties"],
        "max_increase": key_schema(SCENARIO["properties"]["max_increase"]),
        "bots": {**SCENARIO["properties"]["bots"], "uniqueItems": True},
        "name": {**SCENARIO["properties"]["name"], "pattern": r"\S"},
    }
    turns = {**properties["turns"], "items": {"$ref": "#/$defs/turn"}}
    scenario = {**DEFAULTS, **_EXCLUSIVE, "properties": {**properties, "turns": turns}}
    suite_keys = SUITE["properties"]
    scenarios = {**suite_keys["scenarios"], "items": {"$ref": "#/$defs/scenario"}}
    defaults = {**suite_keys["defaults"], "properties": scenario["properties"]}
    suite = {
        **SUITE,
        "properties": {"defaults": defaults, "scenarios": scenarios},
        "if": {"required": ["defaults"], "properties": {"defaults": _WITH_TURNS}},
        "else": {"properties": {"scenarios": {"items": _WITH_TURNS}}},
    }
    return {
        "$schema": DIALECT,
        "title": "A scenario file of coze-harness",
        "type": "object",
        # Of two alternatives, a validator would explain the one that it takes for the nearest.
        "if": {"anyOf": [{"required": [key]} for key in suite_keys]},
        "then": {"$ref": "#/$defs/suite"},
        "else": {"$ref": "#/$defs/scenario", **_WITH_TURNS},
        "$defs": {
            "scenario": scenario,
            "suite": suite,
            "turn": {**_TURN, **_EXCLUSIVE_IN_TURN},
            "expectation": item_schema(code),
        },
    }
