"""A scenario as its file declares it, checked against its shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from coze_harness.model import JSON
from coze_harness.model.location import SourcePositions
from coze_harness.scenarios.error_collector import check_scenario_shape
from coze_harness.yaml_source.fitting import (
    Check,
    any_text,
    anything,
    fits,
    flag,
    keyed,
    listed,
    number,
    text,
    whole,
)

_TURN_KEYS: Final[Mapping[str, Check]] = {
    "prompt": any_text,
    "expect": listed(anything),
    "attach": listed(text),
    "tools": keyed(anything),
    "input": keyed(anything),
}
_SAID_KEYS: Final[Mapping[str, Check]] = {
    "role": ("user", "assistant").__contains__,
    "content": text,
}
_KEYS: Final[Mapping[str, Check]] = {
    "name": text,
    "description": any_text,
    "tags": listed(text),
    "bot": text,
    "bots": listed(text, 1),
    "user_id": text,
    "stream": flag,
    "known_failure": any_text,
    "repeat": whole(1, 1000),
    "min_pass_rate": number(0, 1),
    "stop_on_failure": flag,
    "cases": anything,
    "custom_variables": keyed(any_text),
    "meta_data": keyed(any_text),
    "parameters": keyed(anything),
    "extra_params": keyed(any_text),
    "shortcut_command": keyed(anything),
    "enable_card": flag,
    "bot_version": text,
    "publish_status": ("", "published_online", "unpublished_draft").__contains__,
    "auto_save_history": flag,
    "conversation_id": text,
    "conversation": ("", "create").__contains__,
    "history": listed(lambda said: fits(said, _SAID_KEYS, "role", "content")),
    "workflow": text,
    "tools": keyed(anything),
    "turns": listed(lambda turn: fits(turn, _TURN_KEYS), 1),
}
"""What `scenario_keys.py` says to pydantic and to editors, said for a quick look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnSpec:
    """One prompt and what is expected of the reply, as they are written."""

    prompt: str = ""
    expect: Sequence[JSON] = ()
    attach: Sequence[str] = ()
    tools: Mapping[str, JSON] | None = None
    input: Mapping[str, JSON] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioSpec:
    """A scenario as it is written; `there` are the keys that are. The keys: see `ScenarioShape`."""

    there: frozenset[str]
    turns: Sequence[TurnSpec]
    name: str = ""
    description: str = ""
    tags: Sequence[str] = ()
    bot: str = ""
    bots: Sequence[str] = ()
    user_id: str = ""
    stream: bool = False
    known_failure: str = ""
    repeat: int = 1
    min_pass_rate: float = 1.0
    stop_on_failure: bool = False
    cases: JSON = None
    custom_variables: Mapping[str, str] = field(default_factory=dict)
    meta_data: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, JSON] = field(default_factory=dict)
    extra_params: Mapping[str, str] = field(default_factory=dict)
    shortcut_command: Mapping[str, JSON] = field(default_factory=dict)
    enable_card: bool = False
    bot_version: str = ""
    publish_status: str = ""
    auto_save_history: bool = True
    conversation_id: str = ""
    conversation: str = ""
    history: Sequence[Mapping[str, str]] = ()
    workflow: str = ""
    tools: Mapping[str, JSON] | None = None


def parse_scenario(data: Mapping[str, JSON], places: SourcePositions) -> ScenarioSpec:
    """Return what a mapping declares.

    Raises:
        ScenarioFaults: it has another shape; every misfit is told.
    """
    given: Mapping[str, Any] = data
    if not fits(given, _KEYS, "turns"):
        # pydantic, which a good file does not need
        from coze_harness.scenarios.scenario_keys import ScenarioShape

        given = check_scenario_shape(ScenarioShape, data, places).model_dump(exclude_unset=True)
    turns = tuple(TurnSpec(**turn) for turn in given["turns"])
    return ScenarioSpec(**{**given, "turns": turns, "there": frozenset(given)})


def check_defaults(data: Mapping[str, JSON], places: SourcePositions) -> None:
    """Refuse what scenarios cannot share.

    Raises:
        ScenarioFaults: a key is misspelt or has the wrong value.
    """
    if not fits(data, _KEYS):
        from coze_harness.scenarios.scenario_keys import DefaultsShape  # as above

        check_scenario_shape(DefaultsShape, data, places)
