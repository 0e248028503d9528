"""A reply's messages as reports show them, with the parts of answers that verdicts refer to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Final, NamedTuple

import orjson

from coze_harness.model import Message, Reply, TurnResult, Verdict, VerdictStatus, replace
from coze_harness.reporting.views.answer_markdown import markdown_tree
from coze_harness.reporting.views.safe_text import (
    ANSWER_LIMIT,
    language_hint,
    show_control_characters,
    single_line,
    truncate_text,
    truncation_note,
)
from coze_harness.reporting.views.view_model import ChipView, MarkedText, MessageView

_TOOL_RESULTS: Final = ("tool_output", "tool_response")
_ITEM_TYPES: Final = {name: f"message.{name}" for name in ("image", "file", "audio", "card")}
_MAX_ITEMS: Final = 50
_NO_CHIPS: Final[Sequence[ChipView]] = ()
# More marks than this would be useless, and each is compared with all others.
_MAX_SPANS: Final = 100
_SIGNS: Final = re.compile(r"[*_`~#>|\\[\]]|\(https?://[^)]*\)")
_SEVERITY: Final = {"": 0, "passed": 1, "warning": 2, "failed": 3}


class _Span(NamedTuple):
    start: int
    end: int
    mark: str
    number: int


def message_views(
    reply: Reply, turn: TurnResult, submitted: Sequence[str] = ()
) -> list[MessageView]:
    """Return the messages in list order, without follow-ups.

    A tool's result goes with its call. Other messages that no user sees are one, the last.

    Args:
        reply: the reply.
        turn: has the verdicts whose evidence is marked.
        submitted: outputs of tools that the caller ran, which the reply need not repeat.
    """
    marked = mark_evidence(reply, turn)
    answers = len(reply.answer_messages)
    of = answers if answers > 1 else 0
    views: list[MessageView] = []
    inner: list[Message] = []
    results = [m.content for m in reply.messages if m.type in _TOOL_RESULTS] or list(submitted)
    number = 0
    for message in _with_joined_audio(reply.messages):
        kind = message.type
        if message.is_audio:
            views.append(_message(message, "who.answer", None))
        elif kind == "answer":
            parts = marked[number] if marked else None
            number += 1
            key = "who.answer_of" if of else "who.answer"
            views.append(_message(message, key, parts, number if of else 0, of))
        elif kind == "function_call":
            views.append(_tool_call(message, results.pop(0) if results else None))
        elif kind not in ("follow_up", *_TOOL_RESULTS):
            inner.append(message)
    views += [_folded_message("message.tool_output", truncate_text(one)) for one in results]
    if inner:
        views.append(_inner_messages(inner))
    return views


def _tool_call(message: Message, result: str | None) -> MessageView:
    """Return a call of a tool with its arguments and its result."""
    name, arguments = "", message.content
    try:
        call = orjson.loads(message.content)
    except ValueError:
        call = None
    if isinstance(call, dict) and isinstance(call.get("name"), str):
        name = single_line(call["name"])
        value = call.get("arguments", {})
        arguments = value if isinstance(value, str) else orjson.dumps(value).decode()
    chips = [] if result is None else [ChipView("message.tool_output", "", truncate_text(result))]
    return _folded_message("message.function_call", truncate_text(arguments), name, chips)


def _inner_messages(messages: Sequence[Message]) -> MessageView:
    """Return messages that no user sees as one; `number` counts them."""
    text = "\n\n".join([f"{single_line(one.type)}\n{one.content}" for one in messages])
    view = _folded_message("message.inner", truncate_text(text, ANSWER_LIMIT))
    return view._replace(number=len(messages))


def _folded_message(
    key: str, text: str, label: str = "", chips: Sequence[ChipView] = ()
) -> MessageView:
    parts = [MarkedText(text, "")]
    return MessageView(key, label, 0, 0, True, parts, "", "", "", chips, False)


def _with_joined_audio(messages: Sequence[Message]) -> Sequence[Message]:
    """Return messages in which pieces of audio that follow each other are one."""
    if not any(message.is_audio for message in messages):
        return messages
    joined: list[Message] = []
    for is_audio, group in groupby(messages, lambda message: message.is_audio):
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
    if parts is None or text is not content:
        parts = [MarkedText(truncate_text(text, ANSWER_LIMIT), "")] if text or not chips else []
    tree = markdown_tree(text if text.isprintable() else show_control_characters(text))
    marked = mark_tree(tree, parts) if tree else None
    language = language_hint(content if len(content) <= ANSWER_LIMIT else content[:ANSWER_LIMIT])
    reasoning = truncate_text(message.reasoning, ANSWER_LIMIT) if message.reasoning else ""
    return MessageView(
        key,
        label,
        number,
        of,
        False,
        parts,
        language,
        reasoning,
        marked or tree,
        chips,
        bool(marked),
    )


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
    for message in reply.answer_messages:
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
        visible = show_control_characters(text[pairs[0][0] : pairs[-1][1]])
        parts.append(MarkedText(visible, *marks))
    return parts


def _marks_between(start: int, end: int, spans: Sequence[_Span]) -> tuple[str, str]:
    """Return the worst mark between two cuts and the numbers of all verdicts there."""
    covering = [span for span in spans if span.start <= start and end <= span.end]
    mark = max((span.mark for span in covering), key=_SEVERITY.__getitem__, default="")
    return mark, " ".join(map(str, sorted({span.number for span in covering})))


def mark_tree(tree: str, parts: Sequence[MarkedText]) -> str | None:
    """Return the tree of rendered Markdown in which the marked parts are marked, too.

    A part is looked for where the text before it ends; its Markdown signs do not count. Return None
    if one of them cannot be found, such as one that is in the target of a link.
    """
    if not any(part.mark for part in parts):
        return tree
    root = orjson.loads(tree)
    rendered = "".join(_leaves(root))
    spans: list[tuple[int, int, MarkedText]] = []
    at = 0
    for part in parts:
        text = part.text if part.text in rendered[at:] else _SIGNS.sub("", part.text)
        text = text.strip()
        if part.mark:
            position = rendered.find(text, at) if text else -1
            if position < 0:
                return None
            spans.append((position, position + len(text), part))
            at = position + len(text)
        else:
            at = _skip(rendered, at, part.text)
    _mark_leaves(root, spans, 0)
    return orjson.dumps(root).decode()


def _skip(rendered: str, at: int, text: str) -> int:
    """Return where a text that is not marked ends in the rendered text, or before that."""
    for line in _SIGNS.sub("\n", text).split("\n"):
        word = line.strip()
        position = rendered.find(word, at) if word else -1
        if position >= 0:
            at = position + len(word)
    return at


def _leaves(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for child in node[2:]:
            yield from _leaves(child)


def _mark_leaves(node: list[object], spans: Sequence[tuple[int, int, MarkedText]], at: int) -> int:
    """Mark the spans in the texts below a node that begins at `at`; return where it ends."""
    children: list[object] = []
    for child in node[2:]:
        if isinstance(child, list):
            at = _mark_leaves(child, spans, at)
            children.append(child)
        elif isinstance(child, str):
            children += _split_leaf(child, spans, at)
            at += len(child)
    node[2:] = children
    return at


def _split_leaf(
    text: str, spans: Sequence[tuple[int, int, MarkedText]], at: int
) -> Iterator[object]:
    done = 0
    for start, end, part in spans:
        begin, stop = max(start - at, done), min(end - at, len(text))
        if begin < stop:
            if begin > done:
                yield text[done:begin]
            yield [
                "mark",
                {"class": part.mark, "data-e": part.numbers, "tabindex": "0"},
                text[begin:stop],
            ]
            done = stop
    if done < len(text):
        yield text[done:]
