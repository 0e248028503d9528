"""The pieces of an answer that decided a verdict, marked inside the answer's text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from coze_harness.model import Reply, Severity, Verdict, VerdictStatus
from coze_harness.reporting.visible import ANSWER_LIMIT, cut, show_control_characters


class MarkedText(NamedTuple):
    """A piece of text; `mark` is what it decided: ``failed``, ``warning``, ``passed`` or ``""``.

    `numbers` are those of the verdicts that it decided, from 1, with blanks between.
    """

    text: str
    mark: str
    numbers: str = ""


class _Span(NamedTuple):
    start: int
    end: int
    mark: str
    number: int


# A page full of marks marks nothing, and each one is looked for among all others.
_MOST = 100


def marked(reply: Reply, verdicts: Sequence[Verdict]) -> list[list[MarkedText]]:
    """Return the parts of every answer message, or nothing at all where nothing is marked.

    Evidence counts characters of the reply's whole answer, which is its answer messages joined by
    line feeds. Where several verdicts claim a character, the worst one marks it.
    """
    spans: list[_Span] = []
    for number, verdict in enumerate(verdicts, 1):
        if verdict.evidence and verdict.status is not VerdictStatus.SKIPPED:
            mark = _mark(verdict)
            spans += [_Span(start, end, mark, number) for start, end in verdict.evidence]
    if not spans:
        return []
    spans = sorted(spans[:_MOST])
    answers: list[list[MarkedText]] = []
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


def _parts(text: str, begin: int, spans: Sequence[_Span]) -> list[MarkedText]:
    """Cut one message's text, which begins at `begin` of the answer, where marks begin and end."""
    limit = min(len(text), ANSWER_LIMIT)
    inside = [
        _Span(max(start - begin, 0), min(end - begin, limit), mark, number)
        for start, end, mark, number in spans
        if start - begin < limit and end > begin and start < end
    ]
    parts = _apart(text, limit, inside)
    if parts is None:
        parts = _overlapping(text, limit, inside)
    if limit < len(text):
        parts.append(MarkedText(cut(limit, len(text)), ""))
    return parts or [MarkedText("", "")]


def _apart(text: str, limit: int, spans: Sequence[_Span]) -> list[MarkedText] | None:
    """Cut at spans that stand in order with text between them, as most do; None if they do not."""
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
    begun, last = 0, ("", "")
    for start, end in pairwise(cuts):
        claimed = _claimed(start, end, spans)
        if claimed != last and start:
            parts.append(MarkedText(show_control_characters(text[begun:start]), *last))
            begun = start
        last = claimed
    if limit:
        parts.append(MarkedText(show_control_characters(text[begun:limit]), *last))
    return parts


def _claimed(start: int, end: int, spans: Sequence[_Span]) -> tuple[str, str]:
    """Return the worst mark between two cuts, and the numbers of all verdicts that claim them."""
    claims = [span for span in spans if span.start <= start and end <= span.end]
    mark = max((span.mark for span in claims), key=_WORSE.__getitem__, default="")
    return mark, " ".join(map(str, sorted({span.number for span in claims})))
