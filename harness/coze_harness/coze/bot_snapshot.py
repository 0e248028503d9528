"""A bot's version, model and prompt at the time of a recording."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from coze_harness.coze import api_calls
from coze_harness.coze.json_fields import fields_of
from coze_harness.coze.response_parsing import text
from coze_harness.coze.retry_policy import RetryPolicy, call_with_retry
from coze_harness.messages import message
from coze_harness.model import JSON, BotSnapshot, unknown_snapshot
from coze_harness.model.errors import CozeError
from coze_harness.model.protocols import CallFlow

_SETTINGS: Final = (
    "temperature", "top_p", "top_k", "max_tokens", "context_round", "response_format",
    "presence_penalty", "frequency_penalty",
)  # fmt: skip


_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])[A-Z]")


def fetch_bot_snapshot(
    bot_id: str, policy: RetryPolicy, *, published: bool
) -> CallFlow[BotSnapshot]:
    """Fetch a bot's information.

    Never fails: without the permission, the snapshot has a warning.
    """
    call = api_calls.retrieve_bot(bot_id, published=published)
    try:
        envelope, _response = yield from call_with_retry(call, policy, repeatable=True)
        envelope.raise_for_code(message("coze.call.bot"))
    except CozeError as error:
        return unknown_snapshot(message("coze.snapshot.unknown", reason=error.what))
    return parse_bot_snapshot(envelope.data)


def parse_bot_snapshot(data: JSON) -> BotSnapshot:
    """Parse a bot's information, whatever parts of it are there."""
    source = _mapping(data)
    model = _mapping(source.get("model_info"))
    prompt = _mapping(source.get("prompt_info"))
    details: dict[str, JSON] = {
        name: value
        for name, value in (
            ("name", text(source.get("name"))),
            ("settings", {k: model[k] for k in _SETTINGS if model.get(k) is not None}),
            ("plugins", _names(source.get("plugin_info_list"))),
            ("workflows", _names(source.get("workflow_info_list"))),
            ("knowledge", _names(_mapping(source.get("knowledge")).get("knowledge_infos"))),
        )
        if value
    }
    return BotSnapshot(
        version=text(source.get("version")),
        model=text(model.get("model_name")) or text(model.get("model_id")),
        prompt=text(prompt.get("prompt")),
        details=details,
    )


def _names(items: JSON) -> list[JSON]:
    names = (_mapping(item).get("name") for item in items) if isinstance(items, list) else ()
    return [name for name in names if isinstance(name, str)]


def _mapping(value: JSON) -> Mapping[str, JSON]:
    """Return a mapping with keys in snake_case: Coze has sent both snake_case and camelCase."""
    return {_CAPITAL.sub(r"_\g<0>", key).lower(): item for key, item in fields_of(value).items()}
