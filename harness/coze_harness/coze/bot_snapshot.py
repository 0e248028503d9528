"""What a bot was when it was asked: version, model and prompt, for the day its answers change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from coze_harness.coze import api_calls as requests
from coze_harness.coze import response_parsing as payloads
from coze_harness.coze.retry_policy import RetryPolicy, call_with_retry
from coze_harness.model import JSON, BotSnapshot
from coze_harness.model.errors import CozeError
from coze_harness.model.trial import CallFlow

_SETTINGS: Final = (
    "temperature", "top_p", "top_k", "max_tokens", "context_round", "response_format",
    "presence_penalty", "frequency_penalty",
)  # fmt: skip


_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])[A-Z]")


def fetch_bot_snapshot(
    bot_id: str, patience: RetryPolicy, *, published: bool
) -> CallFlow[BotSnapshot]:
    """Ask what a bot is.

    Never fails: a token without the permission gets a snapshot that says so.
    """
    call = requests.retrieve_bot(bot_id, published=published)
    try:
        found, _answer = yield from call_with_retry(call, patience, repeatable=True)
        found.raise_for_code("the bot's description")
    except CozeError as fault:
        return BotSnapshot(warning=f"the bot's prompt and version are not known: {fault.what}")
    return parse_bot_snapshot(found.data)


def parse_bot_snapshot(data: JSON) -> BotSnapshot:
    """Return the snapshot in a bot's description, whatever parts of it are there."""
    source = _mapping(data)
    model = _mapping(source.get("model_info"))
    prompt = _mapping(source.get("prompt_info"))
    details: dict[str, JSON] = {
        name: value
        for name, value in (
            ("name", payloads.text(source.get("name"))),
            ("settings", {k: model[k] for k in _SETTINGS if model.get(k) is not None}),
            ("plugins", _names(source.get("plugin_info_list"))),
            ("workflows", _names(source.get("workflow_info_list"))),
            ("knowledge", _names(_mapping(source.get("knowledge")).get("knowledge_infos"))),
        )
        if value
    }
    return BotSnapshot(
        version=payloads.text(source.get("version")),
        model=payloads.text(model.get("model_name")) or payloads.text(model.get("model_id")),
        prompt=payloads.text(prompt.get("prompt")),
        details=details,
    )


def _names(items: JSON) -> list[JSON]:
    named = (_mapping(item).get("name") for item in items) if isinstance(items, list) else ()
    return [name for name in named if isinstance(name, str)]


def _mapping(value: JSON) -> Mapping[str, JSON]:
    """Return a mapping by its keys in snake_case, whose way is only one of those Coze has sent."""
    if not isinstance(value, dict):
        return {}
    return {_CAPITAL.sub(r"_\g<0>", key).lower(): item for key, item in value.items()}
