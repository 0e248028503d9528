"""A reply's messages as reports show them, with the parts of answers that verdicts refer to."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Final, NamedTuple

import orjson

from coze_harness.model import Message, Reply, TurnResult, Verdict, VerdictStatus, replace
from coze_harness.reporting.answer_markdown import markdown_tree
from coze_harness.reporting.safe_text import (
    ANSWER_LIMIT,
    language_hint,
    show_control_characters,
    single_line,
    truncate_text,
    truncation_note,
)
from coze_harness.reporting.view_model import ChipView, MarkedText, MessageView

# The types of messages and of the items of an object string that the catalogue has a word for.
_MESSAGE_TYPES: Final = {
    name: f"message.{name}"
    for name in (
        *("function_call", "tool_output", "tool_response"),
        *("knowledge", "verbose", "question"),
    )
}
_ITEM_TYPES: Final = {name: f"message.{name}" for name in ("image", "file", "audio", "card")}
_MAX_ITEMS: Final = 50
_NO_CHIPS: Final[Sequence[ChipView]] = ()
# More marks than this would be useless, and each is compared with all others.
_MAX_SPANS: Final = 100
_SEVERITY: Final = {"": 0, "passed": 1, "warning": 2, "failed": 3}


class _Span(NamedTuple):
    start: int
    end: int
    mark: str
    number: int


def message_views(reply: Reply, turn: TurnResult) -> list[MessageView]:
    """Return a reply's messages in list order, without follow-ups; `turn` has the verdicts."""
    marked = mark_evidence(reply, turn)
    answers = sum([m.type == "answer" and m.content_type != "audio" for m in reply.messages])
    of = answers if answers > 1 else 0
    views: list[MessageView] = []
    number = 0
    for message in _with_joined_audio(reply.messages):
        kind = message.type
        if message.content_type == "audio":
            views.append(_message(message, "who.answer", None))
        elif kind == "answer":
            parts = marked[number] if marked else None
            number += 1
            key = "who.answer_of" if of else "who.answer"
            views.append(_message(message, key, parts, number if of else 0, of))
        elif kind != "follow_up":
            views.append(_message(message, _MESSAGE_TYPES.get(kind, "message.other"), None))
    return views


def _with_joined_audio(messages: Sequence[Message]) -> Sequence[Message]:
    """Return messages in which pieces of audio that follow each other are one."""
    if not any(message.content_type == "audio" for message in messages):
        return messages
    joined: list[Message] = []
    for is_audio, group in groupby(messages, lambda message: message.content_type == "audio"):
        pieces = list(group)
        if is_audio:
            content = "".join([piece.content for piece in pieces])
            pieces = [replace(pieces[0], content=content)]
        joined += pieces
    return joined


def _message(
    message: Message, key: str, parts: Sequence[MarkedText] | None, number: int = 0, of: int = 0
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
    tree = ""
    if not folded:
        tree = markdown_tree(text if text.isprintable() else show_control_characters(text))
    language = language_hint(content if len(content) <= ANSWER_LIMIT else content[:ANSWER_LIMIT])
    reasoning = truncate_text(message.reasoning, ANSWER_LIMIT) if message.reasoning else ""
    return MessageView(key, label, number, of, folded, parts, language, reasoning, tree, chips)


def _content(message: Message) -> tuple[str, Sequence[ChipView], str]:
    """Return the text of content that is not plain text, its chips and its label.

    Content that cannot be read is returned as it is, with its type as label.
    """
    kind, content = message.content_type, message.content
    if kind == "object_string":
        items = _items(content)
        if items is not None:
            texts = [str(item.get("text", "")) for item in items if item.get("type") == "text"]
            return "\n".join(texts), [_chip(i) for i in items if i.get("type") != "text"], ""
    elif kind == "card":
        return "", [ChipView(_ITEM_TYPES["card"], "", truncate_text(content))], ""
    elif kind == "audio":
        return "", [ChipView(_ITEM_TYPES["audio"], f"{len(content):,}", "")], ""
    return content, (), single_line(kind)


def _items(content: str) -> list[dict[str, object]] | None:
    try:
        items = orjson.loads(content)
    except ValueError:
        return None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return None
    return items[:_MAX_ITEMS]


def _chip(item: dict[str, object]) -> ChipView:
    key = _ITEM_TYPES.get(str(item.get("type")), "message.other")
    name = next((str(item[n]) for n in ("name", "file_url", "file_id") if item.get(n)), "")
    return ChipView(key, single_line(name), truncate_text(orjson.dumps(item).decode()))


# --- evidence ------------------------------------------------------------------------------------


def mark_evidence(reply: Reply, turn: TurnResult) -> list[list[MarkedText]]:
    """Return the parts of every answer message; an empty list if no verdict has evidence.

    Evidence counts characters of the whole answer: its answer messages, joined by line feeds. Where
    verdicts overlap, the worst one decides the mark.
    """
    spans: list[_Span] = []
    for number, verdict in enumerate(turn.verdicts, 1):
        if verdict.evidence and verdict.status is not VerdictStatus.SKIPPED:
            mark = _mark(verdict, turn)
            spans += [_Span(start, end, mark, number) for start, end in verdict.evidence]
    if not spans:
        return []
    spans = sorted(spans[:_MAX_SPANS])
    answers: list[list[MarkedText]] = []
    begin = 0
    for message in reply.messages:
        if message.type == "answer" and message.content_type != "audio":
            answers.append(_parts(message.content, begin, spans))
            begin += len(message.content) + 1
    return answers


def _mark(verdict: Verdict, turn: TurnResult) -> str:
    if verdict.status is VerdictStatus.PASSED:
        return "passed"
    return "failed" if verdict in turn.failures else "warning"


def _parts(text: str, begin: int, spans: Sequence[_Span]) -> list[MarkedText]:
    """Split one message's text, which begins at `begin` of the answer, at the ends of spans."""
    limit = min(len(text), ANSWER_LIMIT)
    inside = [
        _Span(max(start - begin, 0), min(end - begin, limit), mark, number)
        for start, end, mark, number in spans
        if start - begin < limit and end > begin and start < end
    ]
    parts = _separate(text, limit, inside)
    if parts is None:
        parts = _overlapping(text, limit, inside)
    if limit < len(text):
        parts.append(MarkedText(truncation_note(limit, len(text)), ""))
    return parts or [MarkedText("", "")]


def _separate(text: str, limit: int, spans: Sequence[_Span]) -> list[MarkedText] | None:
    """Split at spans with text between them, the usual case; None if spans touch or overlap."""
    parts: list[MarkedText] = []
    last = 0
    for start, end, mark, number in spans:
        if start > last:
            parts.append(MarkedText(show_control_characters(text[last:start]), ""))
        elif start or last:
            return None
        parts.append(MarkedText(show_control_characters(text[start:end]), mark, str(number)))
        last = end
    if last < limit:
        parts.append(MarkedText(show_control_characters(text[last:limit]), ""))
    return parts


def _overlapping(text: str, limit: int, spans: Sequence[_Span]) -> list[MarkedText]:
    cuts = sorted({0, limit, *(at for span in spans for at in (span.start, span.end))})
    parts: list[MarkedText] = []
    for marks, group in groupby(
        pairwise(cuts), lambda pair: _marks_between(pair[0], pair[1], spans)
    ):
        pairs = list(group)
        shown = show_control_characters(text[pairs[0][0] : pairs[-1][1]])
        parts.append(MarkedText(shown, *marks))
    return parts


def _marks_between(start: int, end: int, spans: Sequence[_Span]) -> tuple[str, str]:
    """Return the worst mark between two cuts and the numbers of all verdicts there."""
    covering = [span for span in spans if span.start <= start and end <= span.end]
    mark = max((span.mark for span in covering), key=_SEVERITY.__getitem__, default="")
    return mark, " ".join(map(str, sorted({span.number for span in covering})))
