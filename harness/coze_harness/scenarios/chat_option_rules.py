"""What a scenario sends besides its prompts, within Coze's limits (developer guide, chat v3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from coze_harness.messages import message
from coze_harness.model import JSON, ChatOptions
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import SourcePositions
from coze_harness.scenarios.error_collector import ErrorCollector
from coze_harness.scenarios.scenario_keys import ScenarioSpec
from coze_harness.scenarios.template_renderer import TemplateRenderer

TEMPLATE_KEYS = (
    "custom_variables", "meta_data", "parameters", "extra_params", "shortcut_command", "history",
)  # fmt: skip
"""The keys whose texts are templates."""

_PLAIN_KEYS = frozenset(ChatOptions.__struct_fields__).difference(
    TEMPLATE_KEYS, ("user_id", "create_conversation")
)
_OPTION_KEYS = _PLAIN_KEYS.union(TEMPLATE_KEYS, ("user_id", "conversation"))

_MAX_MESSAGES = 100
_MAX_WORKFLOW_MESSAGES = 50
_MAX_PAIRS = 16
_MAX_KEY_LENGTH = 64
_MAX_VALUE_LENGTH = 512


def check_chat_options(spec: ScenarioSpec) -> Iterator[ScenarioError]:
    """Yield an error for everything that Coze would answer with an error."""
    positions = spec.positions
    if spec.bot_version and spec.publish_status == "unpublished_draft":
        yield ScenarioError(
            message("options.version_of_draft"),
            where=positions.key("bot_version"),
            next_step=message("yaml.keep_one"),
        )
    if not spec.auto_save_history and not spec.stream:
        yield ScenarioError(
            message("options.history_without_stream"),
            where=positions.key("auto_save_history"),
            next_step=message("options.history_without_stream.next"),
        )
    if spec.shortcut_command and not isinstance(spec.shortcut_command.get("command_id"), str):
        yield ScenarioError(
            message("options.shortcut"),
            where=positions.at("shortcut_command"),
            next_step=message("options.shortcut.next"),
        )
    if spec.conversation and spec.conversation_id:
        yield exclusive_keys_error("conversation", "conversation_id", positions)
    # The prompt counts as a message, too.
    limit = (_MAX_WORKFLOW_MESSAGES if spec.workflow else _MAX_MESSAGES) - 1
    if len(spec.history) > limit:
        yield ScenarioError(
            message("options.history", n=len(spec.history), limit=limit),
            where=positions.at("history"),
            next_step=message("options.history.next"),
        )
    if spec.is_async and spec.stream:
        yield exclusive_keys_error("is_async", "stream", positions)


def exclusive_keys_error(key: str, other: str, positions: SourcePositions) -> ScenarioError:
    """Return the error for two keys of which a scenario takes one."""
    return ScenarioError(
        message("options.exclusive", other=other, key=key),
        where=positions.key(key),
        detail=[message("scenario.other_at", name=other, place=str(positions.key(other)))],
        next_step=message("yaml.keep_one"),
    )


def check_turn(
    turn: Mapping[str, Any], positions: SourcePositions, spec: ScenarioSpec, *, is_first: bool
) -> Iterator[ScenarioError]:
    """Yield an error for each key of a turn that another key or the target excludes."""
    if turn.get("input") is None:
        return
    for key in ("prompt", "attach", "tools"):
        if turn.get(key):
            yield exclusive_keys_error(key, "input", positions)
    if is_first and spec.history and not spec.workflow:
        yield ScenarioError(
            message("options.history_of_input"),
            where=positions.key("input"),
            next_step=message("options.history_of_input.next"),
        )


def build_chat_options(
    spec: ScenarioSpec,
    values: Mapping[str, JSON],
    renderer: TemplateRenderer,
    defaults: ChatOptions,
) -> ChatOptions:
    """Return the options for one case; `defaults` are those of a scenario that sets none.

    Raises:
        ScenarioError: a template cannot be filled.
        ScenarioErrors: filled values exceed Coze's limits.
    """
    if spec.keys.isdisjoint(_OPTION_KEYS):
        return defaults

    def fill(key: str) -> Any:  # noqa: ANN401 (of the value's own type)
        value = getattr(spec, key)
        if not value:
            return value
        return renderer.value(value, values, lambda path: spec.positions.at(key, *path))

    options = {key: fill(key) for key in TEMPLATE_KEYS}
    history = cast("Sequence[Mapping[str, str]]", options.pop("history"))
    errors = ErrorCollector()
    errors.extend(_check_meta_data(options["meta_data"], spec.positions))
    errors.raise_all()
    return ChatOptions(
        user_id=spec.user_id or defaults.user_id,
        create_conversation=spec.conversation == "create",
        history=tuple((one["role"], one["content"]) for one in history),
        **options,
        **{key: getattr(spec, key) for key in _PLAIN_KEYS},
    )


def _check_meta_data(
    meta_data: Mapping[str, str], positions: SourcePositions
) -> Iterator[ScenarioError]:
    if len(meta_data) > _MAX_PAIRS:
        yield ScenarioError(
            message("options.meta_data", n=len(meta_data), limit=_MAX_PAIRS),
            where=positions.at("meta_data"),
            next_step=message("options.meta_data.next"),
        )
    for key, value in meta_data.items():
        short_key, limit = key[:80], _MAX_VALUE_LENGTH
        what = message("options.meta_data_value", key=short_key, n=len(value), limit=limit)
        if not 1 <= len(key) <= _MAX_KEY_LENGTH:
            what = message(
                "options.meta_data_key", key=short_key, n=len(key), limit=_MAX_KEY_LENGTH
            )
        elif 1 <= len(value) <= limit:
            continue
        yield ScenarioError(
            what,
            where=positions.at("meta_data", key),
            next_step=message("options.meta_data_length.next"),
        )
