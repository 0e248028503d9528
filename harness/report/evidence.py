"""The pieces of an answer that decided a verdict, marked inside the answer's text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from harness.model import Reply, Severity, Verdict, VerdictStatus
from harness.report.visible import ANSWER_LIMIT, visible


class Part(NamedTuple):
    """A piece of text; `mark` is what it decided: ``failed``, ``warning``, ``passed`` or ``""``."""

    text: str
    mark: str


# A page full of marks marks nothing, and each one is looked for among all others.
_MOST = 100


def marked(reply: Reply, verdicts: Sequence[Verdict]) -> list[list[Part]]:
    """Return the parts of every answer message, or nothing at all where nothing is marked.

    Evidence counts characters of the reply's whole answer, which is its answer messages joined by
    line feeds. Where several verdicts claim a character, the worst one marks it.
    """
    spans: list[tuple[int, int, str]] = []
    for verdict in verdicts:
        if verdict.evidence and verdict.status is not VerdictStatus.SKIPPED:
            mark = _mark(verdict)
            spans += [(start, end, mark) for start, end in verdict.evidence]
    if not spans:
        return []
    spans = sorted(spans[:_MOST])
    answers: list[list[Part]] = []
    begin = 0
    for message in reply.messages:
        if message.type == "answer":
            answers.append(_parts(message.content, begin, spans))
            begin += len(message.content) + 1
    return answers


def _mark(verdict: Verdict) -> str:
    if verdict.status is VerdictStatus.PASSED:
        return "passed"
    return "failed" if verdict.severity is Severity.ERROR else "warning"


_WORSE = {"": 0, "passed": 1, "warning": 2, "failed": 3}


def _parts(text: str, begin: int, spans: Sequence[tuple[int, int, str]]) -> list[Part]:
    """Cut one message's text, which begins at `begin` of the answer, where marks begin and end."""
    limit = min(len(text), ANSWER_LIMIT)
    inside = [
        (max(start - begin, 0), min(end - begin, limit), mark)
        for start, end, mark in spans
        if start - begin < limit and end > begin and start < end
    ]
    parts = _apart(text, limit, inside)
    if parts is None:
        parts = _overlapping(text, limit, inside)
    if limit < len(text):
        note = f"\n… (the first {limit:,} of {len(text):,} characters; trials.jsonl has them all)"
        parts.append(Part(note, ""))
    return parts or [Part("", "")]


def _apart(text: str, limit: int, spans: Sequence[tuple[int, int, str]]) -> list[Part] | None:
    """Cut at spans that stand in order with text between them, as most do; None if they do not."""
    parts: list[Part] = []
    last = 0
    for start, end, mark in spans:
        if start > last:
            parts.append(Part(visible(text[last:start]), ""))
        elif start or last:
            return None
        parts.append(Part(visible(text[start:end]), mark))
        last = end
    if last < limit:
        parts.append(Part(visible(text[last:limit]), ""))
    return parts


def _overlapping(text: str, limit: int, spans: Sequence[tuple[int, int, str]]) -> list[Part]:
    cuts = sorted({0, limit, *(at for start, end, _ in spans for at in (start, end))})
    parts: list[Part] = []
    begun, last = 0, ""
    for start, end in pairwise(cuts):
        mark = _worst(start, end, spans)
        if mark != last and start:
            parts.append(Part(visible(text[begun:start]), last))
            begun = start
        last = mark
    if limit:
        parts.append(Part(visible(text[begun:limit]), last))
    return parts


def _worst(start: int, end: int, spans: Sequence[tuple[int, int, str]]) -> str:
    marks = [mark for low, high, mark in spans if low <= start and end <= high]
    return max(marks, key=_WORSE.__getitem__, default="")
