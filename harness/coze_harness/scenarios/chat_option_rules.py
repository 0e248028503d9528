"""What a scenario sends besides its prompts, within Coze's limits (developer guide, chat v3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from coze_harness.model import JSON, ChatOptions
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import SourcePositions
from coze_harness.scenarios.declared import ScenarioSpec, TurnSpec
from coze_harness.scenarios.error_collector import ErrorCollector
from coze_harness.scenarios.template_renderer import TemplateRenderer

FILLED = (
    "custom_variables", "meta_data", "parameters", "extra_params", "shortcut_command", "history",
)  # fmt: skip
"""The keys whose texts are templates."""

_OPTIONS = frozenset(ChatOptions.__dataclass_fields__) | {"conversation"}
_NOT_FOR_WORKFLOWS = (
    "custom_variables", "meta_data", "shortcut_command", "enable_card", "bot_version",
    "publish_status", "auto_save_history", "tools",
)  # fmt: skip

_MESSAGES = 100
_WORKFLOW_MESSAGES = 50
_PAIRS = 16
_KEY = 64
_VALUE = 512


def check_chat_options(given: ScenarioSpec, places: SourcePositions) -> None:
    """Refuse what Coze would refuse, before any call.

    Raises:
        ScenarioFaults: combinations that Coze answers with 4000 or 4007, or an unnamed shortcut.
    """
    faults = ErrorCollector()
    if given.bot_version and given.publish_status == "unpublished_draft":
        faults.add(
            ScenarioError(
                '"bot_version" cannot go with "publish_status: unpublished_draft" (Coze: 4000).',
                where=places.key("bot_version"),
                next_step="Keep one of them.",
            )
        )
    if not given.auto_save_history and not given.stream:
        faults.add(
            ScenarioError(
                '"auto_save_history: false" needs "stream: true" (Coze: 4007).',
                where=places.key("auto_save_history"),
                next_step="Add `stream: true`, or take `auto_save_history` out.",
            )
        )
    command = given.shortcut_command
    if command and not isinstance(command.get("command_id"), str):
        faults.add(
            ScenarioError(
                '"shortcut_command" needs a "command_id" that is text.',
                where=places.at("shortcut_command"),
                next_step='Write shortcut_command: {command_id: "…", parameters: {…}}.',
            )
        )
    _check_conversation(given, places, faults)
    if given.workflow:
        _check_workflow(given, places, faults)
    faults.raise_all()


def _check_conversation(
    given: ScenarioSpec, places: SourcePositions, faults: ErrorCollector
) -> None:
    if given.conversation and given.conversation_id:
        faults.add(
            ScenarioError(
                'Both "conversation" and "conversation_id" are there.',
                where=places.key("conversation"),
                detail=[f'"conversation_id" is written at {places.key("conversation_id")}'],
                next_step="Keep one of them.",
            )
        )
    most = (_WORKFLOW_MESSAGES if given.workflow else _MESSAGES) - 1  # the prompt comes with them
    if len(given.history) > most:
        faults.add(
            ScenarioError(
                f'"history" has {len(given.history)} messages; with the prompt, Coze takes {most}'
                " (4004).",
                where=places.at("history"),
                next_step="Shorten it.",
            )
        )


def _check_workflow(given: ScenarioSpec, places: SourcePositions, faults: ErrorCollector) -> None:
    for key in _NOT_FOR_WORKFLOWS:
        if key in given.there:
            faults.add(
                ScenarioError(
                    f'"{key}" is for bots: it cannot be sent to a workflow.',
                    where=places.key(key),
                    next_step="Take it out; `parameters` and `input` are what a workflow takes.",
                )
            )


def check_turn(
    turn: TurnSpec, places: SourcePositions, given: ScenarioSpec, *, first: bool
) -> None:
    """Refuse a turn whose keys cannot go together, or not with what is addressed.

    Raises:
        ScenarioFaults: all that is wrong with it in this way.
    """
    faults = ErrorCollector()

    def refuse(key: str, what: str, next_step: str) -> None:
        faults.add(ScenarioError(what, where=places.key(key), next_step=next_step))

    if turn.input is not None:
        if not given.workflow:
            refuse("input", '"input" is for a workflow.', "Address one: `workflow: ID`.")
        for key in ("prompt", "attach", "tools"):
            if getattr(turn, key):
                refuse(key, f'"{key}" cannot go with "input".', "Keep one of them.")
        if first and given.history:
            refuse(
                "input",
                'The "history" has no prompt to go before.',
                "Write a `prompt:`, or take `history:` out.",
            )
    elif given.workflow and turn.tools:
        refuse("tools", "A workflow asks for no tools in a chat.", "Take `tools:` out.")
    faults.raise_all()


def build_chat_options(
    given: ScenarioSpec,
    places: SourcePositions,
    values: Mapping[str, JSON],
    filler: TemplateRenderer,
    usual: ChatOptions,
) -> ChatOptions:
    """Return the options for one case; `usual` are those of a scenario that sets none.

    Raises:
        ScenarioError: a template cannot be filled.
        ScenarioFaults: what comes out is beyond Coze's limits.
    """
    if given.there.isdisjoint(_OPTIONS):
        return usual

    def filled(key: str, value: Mapping[str, JSON]) -> Mapping[str, JSON]:
        made = filler.value(value, values, lambda path: places.at(key, *path)) if value else value
        return cast("Mapping[str, JSON]", made)

    def texts(key: str, value: Mapping[str, str]) -> Mapping[str, str]:
        return cast("Mapping[str, str]", filled(key, value))

    history = filler.value(given.history, values, lambda path: places.at("history", *path))
    said = cast("Sequence[Mapping[str, str]]", history)
    meta_data = texts("meta_data", given.meta_data)
    if meta_data:
        _check_meta_data(meta_data, places)
    return ChatOptions(
        user_id=given.user_id or usual.user_id,
        stream=given.stream,
        custom_variables=texts("custom_variables", given.custom_variables),
        meta_data=meta_data,
        parameters=filled("parameters", given.parameters),
        extra_params=texts("extra_params", given.extra_params),
        shortcut_command=filled("shortcut_command", given.shortcut_command),
        enable_card=given.enable_card,
        bot_version=given.bot_version,
        publish_status=given.publish_status,
        auto_save_history=given.auto_save_history,
        conversation_id=given.conversation_id,
        create_conversation=given.conversation == "create",
        history=tuple((message["role"], message["content"]) for message in said),
        workflow=given.workflow,
    )


def _check_meta_data(meta_data: Mapping[str, str], places: SourcePositions) -> None:
    faults = ErrorCollector()
    if len(meta_data) > _PAIRS:
        faults.add(
            ScenarioError(
                f'"meta_data" has {len(meta_data)} pairs; Coze takes {_PAIRS} (4003).',
                where=places.at("meta_data"),
                next_step="Take some out.",
            )
        )
    for key, value in meta_data.items():
        for size, most, what in ((len(key), _KEY, "key"), (len(value), _VALUE, "value")):
            if not 1 <= size <= most:
                faults.add(
                    ScenarioError(
                        f'The {what} of "meta_data.{key[:80]}" has {size} characters;'
                        f" Coze takes 1 to {most} (4003).",
                        where=places.at("meta_data", key),
                        next_step="Shorten or fill it.",
                    )
                )
    faults.raise_all()
