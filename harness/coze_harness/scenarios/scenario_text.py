"""The text of a new scenario file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

_LINE_ENDS: Final = {ord(c): f"\\u{ord(c):04x}" for c in "\x7f\x85\u2028\u2029"}


def scenario_text(
    prompt: str,
    *,
    expectations: Sequence[str] = (),
    bot: str = "",
    tags: Sequence[str] = (),
    stream: bool = False,
    schema: str = "",
) -> str:
    """Return a scenario file with one turn.

    Args:
        prompt: the turn's prompt.
        expectations: the turn's expectations as YAML, each on one line; `quote` quotes their texts.
        bot: the name or id of a bot; empty: the default bot.
        tags: the scenario's tags.
        stream: whether the answer is streamed.
        schema: the path of the JSON Schema from the file's folder, for editors.
    """
    lines = [f"# yaml-language-server: $schema={schema}"] if schema else []
    if bot:
        lines.append(f"bot: {quote(bot)}")
    if tags:
        lines.append(f"tags: [{', '.join(map(quote, tags))}]")
    if stream:
        lines.append("stream: true")
    lines += ["turns:", f"  - prompt: {quote(prompt)}"]
    if expectations:
        lines += ["    expect:", *(f"      - {one}" for one in expectations)]
    return "\n".join(lines) + "\n"


def quote(text: str) -> str:
    """Return a text in double quotes, as JSON and YAML both read it."""
    return json.dumps(text, ensure_ascii=False).translate(_LINE_ENDS)
