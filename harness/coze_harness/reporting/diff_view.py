"""What changed in a trial: against its baseline, or, without one, against what was expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from json import JSONDecoder
from typing import Final

import orjson

from coze_harness.model import (
    ChangeKind,
    Reply,
    TrialChange,
    TrialResult,
    TurnChange,
    TurnResult,
    VerdictChange,
)
from coze_harness.reporting.view_model import DiffView, FlipView, SideFact, TurnDiffView, TurnView
from coze_harness.reporting.visible import (
    ANSWER_LIMIT,
    format_duration,
    show_control_characters,
    single_line,
    truncate_text,
)
from coze_harness.text import DiffSegment, diff_texts

_JSON: Final = JSONDecoder()

# Kinds whose expectation is a text to lay beside the one that was seen.
_TEXTS: Final = ("equals", "similar", "same_as_baseline")


def diff_view(result: TrialResult, turns: Sequence[TurnView]) -> DiffView | None:
    """Return what changed; None where there is nothing to lay side by side."""
    if result.change is not None:
        return DiffView(result.change.kind.value, _turns(result.change, result))
    found = [
        _against(turn.number, verdict.expected, verdict.actual)
        for turn in turns
        for verdict in turn.verdicts
        if verdict.status == "failed" and verdict.kind in _TEXTS and verdict.actual
    ]
    return DiffView("", found) if found else None


def diff_tree(pieces: Iterable[DiffSegment]) -> str:
    """Return pieces as JSON text of a tree, in which what went and came is told in words too."""
    tree: list[object] = ["div", {"class": "text"}]
    for op, text in pieces:
        tree.append(
            text if op == "same" else [op.value, {"data-w-label": f"diff.{op.value}"}, text]
        )
    return orjson.dumps(tree).decode()


def _against(number: int, expected: str, seen: str) -> TurnDiffView:
    found = diff_texts(_wanted(expected), seen)
    return TurnDiffView(
        number, "", f"{100 * found.similarity:.0f} %", (), (), diff_tree(found.pieces)
    )


def _wanted(expected: str) -> str:
    """Return the text that an expectation's words quote, as JSON; the words if they quote none."""
    start = expected.find('"')
    if start < 0:
        return expected
    try:
        text, _ = _JSON.raw_decode(expected, start)
    except ValueError:
        return expected
    return show_control_characters(text)


def _turns(change: TrialChange, result: TrialResult) -> list[TurnDiffView]:
    """Return the turns side by side. What has one side only is shown as all new, or all gone."""
    now: Sequence[TurnResult] = result.turns
    before: Sequence[TurnResult] = ()
    if change.baseline is not None:
        before = change.baseline.turns
    elif change.kind is ChangeKind.MISSING:
        now, before = (), now
    sides = zip_longest(before, now, change.turns)
    return [_turn(number, *turn) for number, turn in enumerate(sides, 1)]


def _turn(
    number: int, before: TurnResult | None, now: TurnResult | None, change: TurnChange | None
) -> TurnDiffView:
    was = before.reply if before else None
    came = now.reply if now else None
    found = diff_texts(_answer(was), _answer(came))
    return TurnDiffView(
        number,
        change.answer.value if change else "",
        "" if change is None or None in (was, came) else f"{100 * change.similarity:.0f} %",
        [_flip(flip) for flip in change.verdict_changes] if change else (),
        _facts(was, came),
        diff_tree(found.pieces),
    )


def _answer(reply: Reply | None) -> str:
    return truncate_text(reply.answer, ANSWER_LIMIT) if reply else ""


def _flip(flip: VerdictChange) -> FlipView:
    where = flip.location
    return FlipView(
        single_line(flip.kind),
        single_line(flip.name),
        truncate_text(flip.expected),
        f"{single_line(where.path)}:{where.line}" if where.line else single_line(where.path),
        flip.before.value if flip.before else "",
        flip.after.value if flip.after else "",
    )


def _facts(was: Reply | None, came: Reply | None) -> list[SideFact]:
    """Return what is counted of both replies, as far as one of them tells it."""
    facts = [SideFact(key, _said(was, tell), _said(came, tell)) for key, tell in _COUNTED]
    return [fact for fact in facts if fact.before or fact.after]


def _said(reply: Reply | None, tell: Callable[[Reply], str]) -> str:
    return tell(reply) if reply else ""


def _tools(reply: Reply) -> str:
    return single_line(", ".join(call.name for call in reply.tool_calls))


_COUNTED: Final[Sequence[tuple[str, Callable[[Reply], str]]]] = (
    (
        "fact.seconds",
        lambda reply: format_duration(reply.seconds) if reply.seconds is not None else "",
    ),
    (
        "fact.first_token",
        lambda reply: format_duration(reply.first_token) if reply.first_token is not None else "",
    ),
    ("fact.tokens", lambda reply: f"{reply.usage.total:,}" if reply.usage else ""),
    ("fact.messages", lambda reply: f"{len(reply.messages):,}"),
    ("fact.tools", _tools),
    ("fact.follow_ups", lambda reply: single_line(" · ".join(reply.follow_ups))),
)
