"""The differences of a trial: from its baseline or, without one, from the expected texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest
from json import JSONDecoder
from typing import Final

import orjson

from coze_harness.messages import LITERAL, LocalizedText
from coze_harness.model import (
    AnswerChange,
    ChangeKind,
    FactDifference,
    Reply,
    TrialChange,
    TrialResult,
    TurnChange,
    TurnResult,
    Verdict,
    VerdictChange,
    VerdictStatus,
)
from coze_harness.reporting.views.answer_difference import (
    AnswerDifference,
    MarkedSegment,
    answer_difference,
)
from coze_harness.reporting.views.safe_text import (
    ANSWER_LIMIT,
    format_duration,
    show_control_characters,
    single_line,
    truncate_text,
)
from coze_harness.reporting.views.view_model import DiffView, FlipView, SideFact, TurnDiffView
from coze_harness.reporting.views.wording import Wording
from coze_harness.text import DiffOperation, DiffSegment, diff_texts

_JSON: Final = JSONDecoder()
_SEEN_LIMIT: Final = 120
_PLAIN_KINDS: Final = frozenset(
    ("contains", "regex", "starts_with", "ends_with", "equals", "not", "any_of", "all_of")
)

# Kinds that expect a whole text, which can be compared with the actual one.
_TEXT_KINDS: Final = ("equals", "similar", "same_as_baseline")


def diff_view(result: TrialResult, wording: Wording) -> DiffView | None:
    """Return the differences of a trial; None if there is nothing to compare."""
    if result.change is not None:
        return DiffView(result.change.kind.value, _changed_turns(result.change, result, wording))
    differences = [
        _difference_from_expected(number, verdict)
        for number, turn in enumerate(result.turns, start=1)
        for verdict in turn.failures
        if verdict.kind in _TEXT_KINDS and verdict.actual
    ]
    return DiffView("", differences) if differences else None


def diff_tree(segments: Iterable[DiffSegment | MarkedSegment]) -> str:
    """Return a difference as a tree in JSON; a fact that changed has the class `marked`."""
    tree: list[object] = ["div", {"class": "text"}]
    for op, text, *marks in segments:
        attributes: object = {"class": "marked"} if any(marks) else 0
        tree.append(text if op == "same" else [op.value, attributes, text])
    return orjson.dumps(tree).decode()


def read_tree(tree: str) -> Iterator[tuple[str, str]]:
    """Yield the segments of a tree: an operation (same, del, ins) and a text."""
    for child in orjson.loads(tree)[2:]:
        yield ("same", child) if isinstance(child, str) else (child[0], "".join(child[2:]))


def _difference_from_expected(number: int, verdict: Verdict) -> TurnDiffView:
    expected = _expected_text(verdict.expected)
    diff = diff_texts(truncate_text(expected), truncate_text(str(verdict.actual)))
    similarity = f"{100 * diff.similarity:.0f}%"
    tree = diff_tree(diff.pieces)
    return TurnDiffView(number, "", similarity, (), (), tree, diff.rewritten, 0, False)


def _expected_text(expected: LocalizedText) -> str:
    """Return the text that a verdict expects: a value of its message, or what it quotes."""
    for name in ("text", "to"):
        if isinstance(text := expected.params.get(name), str) and expected.id != LITERAL:
            return text
    return _quoted_text(str(expected))


def _quoted_text(expected: str) -> str:
    """Return the text that a description quotes as JSON; the description if it quotes none."""
    start = expected.find('"')
    if start < 0:
        return expected
    try:
        text, _ = _JSON.raw_decode(expected, start)
    except ValueError:
        return expected
    return show_control_characters(text)


def _changed_turns(
    change: TrialChange, result: TrialResult, wording: Wording
) -> list[TurnDiffView]:
    """Return the turns of both sides. A turn of one side only is all new or all removed."""
    after: Sequence[TurnResult] = result.turns
    before: Sequence[TurnResult] = ()
    if change.baseline is not None:
        before = change.baseline.turns
    elif change.kind is ChangeKind.MISSING:
        after, before = (), after
    sides = zip_longest(before, after, change.turns)
    return [_changed_turn(number, *turn, wording) for number, turn in enumerate(sides, 1)]


def _changed_turn(
    number: int,
    before: TurnResult | None,
    after: TurnResult | None,
    change: TurnChange | None,
    wording: Wording,
) -> TurnDiffView:
    old = before.reply if before else None
    new = after.reply if after else None
    is_compared = not is_other_prompt(before, after, change)
    diff = answer_difference(_answer(old), _answer(new))
    if before and after and not is_compared:
        pieces = (
            MarkedSegment(DiffOperation.DEL, f"{before.prompt}\n{_answer(old)}\n"),
            MarkedSegment(DiffOperation.INS, f"{after.prompt}\n{_answer(new)}"),
        )
        diff = AnswerDifference(pieces, rewritten=True)
    return TurnDiffView(
        number,
        change.answer.value if change else "",
        f"{100 * change.similarity:.0f}%" if change and old and new and is_compared else "",
        [_flip(flip, before, after, wording) for flip in change.verdict_changes] if change else (),
        [
            *(_fact(one) for one in (change.facts if change else ())),
            *(
                SideFact(key, get(old) if old else "", get(new) if new else "")
                for key, get in (*FIGURES, *_COUNTS)
                if (old and get(old)) or (new and get(new))
            ),
        ],
        diff_tree(diff.segments),
        diff.rewritten,
        _count_still_passing(change, after),
        bool(old and old.pace and new and new.pace),
    )


def _count_still_passing(change: TurnChange | None, after: TurnResult | None) -> int:
    """Return how many expectations pass as before: those that pass now and did not change."""
    if after is None:
        return 0
    passed = sum([verdict.status is VerdictStatus.PASSED for verdict in after.verdicts])
    changed = change.verdict_changes if change else ()
    return passed - sum([flip.after is VerdictStatus.PASSED for flip in changed])


def is_other_prompt(
    before: TurnResult | None, after: TurnResult | None, change: TurnChange | None
) -> bool:
    """Return whether two answers are not compared, since a simulated user wrote other prompts."""
    is_unknown = change is not None and change.answer is AnswerChange.UNKNOWN
    has_both = before is not None and after is not None and bool(before.reply and after.reply)
    return is_unknown and has_both


def _answer(reply: Reply | None) -> str:
    return truncate_text(reply.answer, ANSWER_LIMIT) if reply else ""


def _flip(
    flip: VerdictChange, before: TurnResult | None, after: TurnResult | None, wording: Wording
) -> FlipView:
    where = flip.location
    expected, second_expected = wording.pair(flip.expected)
    (old, second_old), (new, second_new) = (
        _actual(flip, side, status, wording)
        for side, status in ((before, flip.before), (after, flip.after))
    )
    return FlipView(
        single_line(flip.kind),
        single_line(flip.name),
        truncate_text(expected),
        f"{single_line(where.path)}:{where.line}" if where.line else single_line(where.path),
        flip.before.value if flip.before else "",
        flip.after.value if flip.after else "",
        truncate_text(second_expected),
        old,
        new,
        second_old,
        second_new,
    )


def _actual(
    flip: VerdictChange, side: TurnResult | None, status: VerdictStatus | None, wording: Wording
) -> tuple[str, str]:
    """Return what one side's answer has, in both languages; empty if it is the whole answer."""
    if side is None or side.reply is None:
        return "", ""
    own = (flip.kind, flip.name, flip.expected, status)
    verdicts = (v for v in side.verdicts if (v.kind, v.name, v.expected, v.status) == own)
    verdict, answer = next(verdicts, None), side.reply.answer
    if verdict is None:
        return "", ""
    if verdict.evidence:
        start, end = verdict.evidence[0]
        if end - start < len(answer):
            return single_line(answer[start:end], _SEEN_LIMIT), ""
    actual = verdict.actual
    if str(actual) == answer:
        # Of a text that is not there, the reason repeats what is expected.
        says_more = status is VerdictStatus.FAILED and verdict.kind not in _PLAIN_KINDS
        actual = verdict.reason if says_more else LocalizedText()
    text, second = wording.pair(actual)
    return single_line(text, _SEEN_LIMIT), single_line(second, _SEEN_LIMIT)


def _fact(fact: FactDifference) -> SideFact:
    return SideFact(
        f"facts.{fact.kind}", truncate_text(fact.before or ""), truncate_text(fact.after or "")
    )


def _seconds(value: float | None) -> str:
    return "" if value is None else format_duration(value)


FIGURES: Final[Sequence[tuple[str, Callable[[Reply], str]]]] = (
    ("fact.seconds", lambda reply: _seconds(reply.seconds)),
    ("fact.first_token", lambda reply: _seconds(reply.first_token)),
    ("fact.tokens", lambda reply: f"{reply.usage.total:,}" if reply.usage else ""),
)
"""Times and tokens of a reply: a label, as an id of the catalogue, and what formats the value."""

_COUNTS: Final[Sequence[tuple[str, Callable[[Reply], str]]]] = (
    ("fact.messages", lambda reply: f"{len(reply.messages):,}"),
    ("fact.tools", lambda reply: single_line(", ".join(call.name for call in reply.tool_calls))),
    ("fact.follow_ups", lambda reply: single_line(" · ".join(reply.follow_ups))),
)
