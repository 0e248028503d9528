"""What changed in one trial, as lines of the terminal: flips, the answer, its figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Final

from coze_harness.model import (
    AnswerChange,
    Reply,
    TrialResult,
    TurnChange,
    TurnResult,
    Verdict,
    VerdictChange,
    VerdictStatus,
)
from coze_harness.reporting.terminal_writer import StyledText, TerminalWriter, TextStyle
from coze_harness.reporting.visible import format_duration, single_line

_LABEL: Final = 12


def trial_lines(result: TrialResult, pen: TerminalWriter) -> list[str]:
    """Return what changed in a trial: of each turn that did its flips, its answer, its figures."""
    change = result.change
    before = change.baseline.turns if change and change.baseline else ()
    turns = change.turns if change else ()
    lines: list[str] = []
    for number, (was, now, turn) in enumerate(zip_longest(before, result.turns, turns), 1):
        if turn is not None and turn.answer is AnswerChange.SAME and not turn.verdict_changes:
            continue
        told = was or now
        prompt = single_line(told.prompt) if told else ""
        head = f"turn {number} of {len(result.turns)}" if len(result.turns) > 1 else "prompt"
        lines.append(pen.line(_labelled(head), prompt))
        lines += _turn_lines(was, now, turn, pen)
    return lines


def _turn_lines(
    was: TurnResult | None, now: TurnResult | None, change: TurnChange | None, pen: TerminalWriter
) -> Iterator[str]:
    before, after = was.reply if was else None, now.reply if now else None
    if change is not None:
        for flip in change.verdict_changes:
            yield from _flip_lines(flip, now.verdicts if now else (), pen)
    elif now is not None:
        for verdict in now.verdicts:
            if verdict.status is VerdictStatus.FAILED:
                yield from _failed_lines(verdict, pen)
    if after is None:
        yield pen.line(_labelled("answer"), "(none)")
    elif before is None:
        yield pen.line(_labelled("answer"), single_line(after.answer, 600))
    else:
        yield from pen.changed(before.answer, after.answer, _labelled("answer"))
    if facts := figures(before, after):
        yield pen.line(_labelled(""), facts)


def _flip_lines(
    flip: VerdictChange, verdicts: Iterable[Verdict], pen: TerminalWriter
) -> Iterator[str]:
    mark = _MARK.get(flip.after, _NO_MARK)
    was = f" (was {flip.before.value})" if flip.before is VerdictStatus.SKIPPED else ""
    if flip.before is None:
        was = " (was not asked before)"
    if flip.after is None:
        was = " (is not asked any more)"
    # The expectation's words begin with its kind, as in `contains "x"`.
    name = f"{single_line(flip.name)}: " if flip.name else ""
    yield pen.line(
        "  ", mark, f" {name}{single_line(flip.expected)}{was}", end=f"  {flip.location}"
    )
    if flip.after is VerdictStatus.FAILED:
        for verdict in verdicts:
            if verdict.expected == flip.expected and verdict.name == flip.name and verdict.reason:
                yield pen.line(_labelled("why"), single_line(verdict.reason, 600))
                return


def _failed_lines(verdict: Verdict, pen: TerminalWriter) -> Iterator[str]:
    yield pen.line(
        "  ", _MARK[VerdictStatus.FAILED], f" {single_line(verdict.expected)}",
        end=f"  {verdict.location}",
    )  # fmt: skip
    yield pen.line(_labelled("why"), single_line(verdict.reason, 600))


_MARK: Final[Mapping[VerdictStatus | None, StyledText]] = {
    VerdictStatus.FAILED: StyledText("✗ now fails:", TextStyle.BAD),
    VerdictStatus.PASSED: StyledText("✓ now passes:", TextStyle.GOOD),
    VerdictStatus.SKIPPED: StyledText("– now skipped:", TextStyle.DOUBT),
}
_NO_MARK: Final = StyledText("– gone:", TextStyle.DOUBT)


def figures(before: Reply | None, after: Reply | None) -> str:
    """Return seconds, first piece and tokens, before and now, as far as both sides tell them."""
    if before is None or after is None:
        return ""
    pairs = [
        _arrow("", _seconds(before.seconds), _seconds(after.seconds)),
        _arrow("first token ", _seconds(before.first_token), _seconds(after.first_token)),
        _arrow("tokens ", _tokens(before), _tokens(after)),
    ]
    return ", ".join(pair for pair in pairs if pair)


def _arrow(label: str, before: str, after: str) -> str:
    if not before or not after:
        return ""
    return f"{label}{before}" if before == after else f"{label}{before} → {after}"


def _seconds(value: float | None) -> str:
    return "" if value is None else format_duration(value)


def _tokens(reply: Reply) -> str:
    return f"{reply.usage.total:,}" if reply.usage else ""


def _labelled(label: str) -> str:
    return f"  {label:<{_LABEL - 2}}"
