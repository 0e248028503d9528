"""A reply's messages as they are shown: answers as bubbles, all else folded away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import orjson

from coze_harness.model import Message, Reply, Verdict
from coze_harness.reporting.answer_markdown import markdown_tree
from coze_harness.reporting.evidence_marks import MarkedText, marked
from coze_harness.reporting.view_model import ChipView, MessageView
from coze_harness.reporting.visible import (
    ANSWER_LIMIT,
    language,
    show_control_characters,
    single_line,
    truncate_text,
)

# The types of messages and of the items of an object string that words.json has a word for.
_TYPES: Final = {
    name: f"message.{name}"
    for name in (
        "function_call", "tool_output", "tool_response", "knowledge", "verbose", "question",
    )
}  # fmt: skip
_ITEMS: Final = {name: f"message.{name}" for name in ("image", "file", "audio", "card")}
_NO_CHIPS: Final[Sequence[ChipView]] = ()
_MOST_ITEMS: Final = 50


class _Content(NamedTuple):
    """What a message holds: its text, if it has any, and what is no text."""

    text: str
    chips: Sequence[ChipView]
    label: str


def messages_of(reply: Reply, verdicts: Sequence[Verdict]) -> list[MessageView]:
    """Return the messages in list order, without the follow-ups."""
    pieces = marked(reply, verdicts)
    answers = sum([message.type == "answer" for message in reply.messages])
    of = answers if answers > 1 else 0
    views: list[MessageView] = []
    nth = 0
    for message in reply.messages:
        kind = message.type
        if kind == "answer":
            parts = pieces[nth] if pieces else None
            nth += 1
            views.append(_message(message, "who.answer_of" if of else "who.answer", parts, nth, of))
        elif kind != "follow_up":
            views.append(_message(message, _TYPES.get(kind, "message.other"), None))
    return views


def _message(
    message: Message, key: str, parts: Sequence[MarkedText] | None, nth: int = 0, of: int = 0
) -> MessageView:
    content = message.content
    text, chips, label = content, _NO_CHIPS, ""
    if message.content_type not in ("text", ""):
        text, chips, label = _content(message)
    folded = not key.startswith("who.")
    if key == "message.other":
        label = " ".join(part for part in (single_line(message.type), label) if part)
    if parts is None or text is not content:
        parts = [MarkedText(truncate_text(text, ANSWER_LIMIT), "")] if text or not chips else []
    tree = (
        ""
        if folded
        else markdown_tree(text if text.isprintable() else show_control_characters(text))
    )
    reasoning = truncate_text(message.reasoning, ANSWER_LIMIT) if message.reasoning else ""
    told = language(content if len(content) <= ANSWER_LIMIT else content[:ANSWER_LIMIT])
    return MessageView(
        key, label, nth if of else 0, of, folded, parts, told, reasoning, tree, chips
    )


def _content(message: Message) -> _Content:
    """Take apart what is not plain text; as it is, with its type for a label, if that fails."""
    kind = message.content_type
    if kind == "object_string":
        items = _items(message.content)
        if items is not None:
            texts = [str(i.get("text", "")) for i in items if i.get("type") == "text"]
            chips = [_chip(item) for item in items if item.get("type") != "text"]
            return _Content("\n".join(texts), chips, "")
    elif kind == "card":
        return _Content("", [ChipView(_ITEMS["card"], "", truncate_text(message.content))], "")
    elif kind == "audio":
        return _Content("", [ChipView(_ITEMS["audio"], f"{len(message.content):,}", "")], "")
    return _Content(message.content, (), single_line(kind))


def _items(content: str) -> list[dict[str, object]] | None:
    try:
        items = orjson.loads(content)
    except ValueError:
        return None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return None
    return items[:_MOST_ITEMS]


def _chip(item: dict[str, object]) -> ChipView:
    key = _ITEMS.get(str(item.get("type")), "message.other")
    name = next((str(item[n]) for n in ("name", "file_url", "file_id") if item.get(n)), "")
    return ChipView(key, single_line(name), truncate_text(orjson.dumps(item).decode()))
