"""What changed in a trial, as lines of the terminal or a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Final

from coze_harness.messages import Catalogue, LocalizedText, message
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
from coze_harness.reporting.terminal.terminal_writer import StyledText, TerminalWriter, TextStyle
from coze_harness.reporting.views.diff_view import FIGURES, is_other_prompt
from coze_harness.reporting.views.line_wrapping import pad_cells
from coze_harness.reporting.views.safe_text import single_line

_LINE_LIMIT: Final = 600
_ANSWER: Final = message("change_line.answer")
_MARKS: Final[Mapping[VerdictStatus | None, tuple[LocalizedText, TextStyle]]] = {
    VerdictStatus.FAILED: (message("change_line.fails"), TextStyle.BAD),
    VerdictStatus.PASSED: (message("change_line.passes"), TextStyle.GOOD),
    VerdictStatus.SKIPPED: (message("change_line.skipped"), TextStyle.DOUBT),
    None: (message("change_line.removed"), TextStyle.DOUBT),
}


def change_lines(result: TrialResult, writer: TerminalWriter, words: Catalogue) -> list[str]:
    """Return what changed in a trial: verdicts, answer and figures of each turn that changed."""
    change = result.change
    before = change.baseline.turns if change and change.baseline else ()
    changes = change.turns if change else ()
    lines: list[str] = []
    for number, (old, new, turn) in enumerate(zip_longest(before, result.turns, changes), 1):
        if turn is not None and turn.answer is AnswerChange.SAME and not turn.verdict_changes:
            continue
        other_prompt = is_other_prompt(old, new, turn)
        either = new if old is None or other_prompt else old
        prompt = single_line(either.prompt) if either else ""
        label = message("change_line.prompt")
        if len(result.turns) > 1:
            label = message("report.turn_of", n=number, of=len(result.turns))
        lines.append(writer.line(_label(label, words), prompt))
        lines += _turn_lines(old, new, turn, writer, words)
    return lines


def _turn_lines(
    before: TurnResult | None,
    after: TurnResult | None,
    change: TurnChange | None,
    writer: TerminalWriter,
    words: Catalogue,
) -> Iterator[str]:
    old, new = before.reply if before else None, after.reply if after else None
    verdicts = after.verdicts if after else ()
    if change is not None:
        for flip in change.verdict_changes:
            yield from _flip_lines(flip, verdicts, writer, words)
    else:
        for verdict in after.failures if after else ():
            expected = f" {single_line(words.text(verdict.expected))}"
            yield writer.line(
                "  ", _mark(verdict.status, words), expected, end=f"  {verdict.location}"
            )
            yield _reason_line(verdict, writer, words)
    if before and old and new and is_other_prompt(before, after, change):
        prompt = single_line(before.prompt, _LINE_LIMIT)
        answers = (prompt, single_line(old.answer, _LINE_LIMIT))
        yield writer.line(_label(message("simulate.baseline"), words), " → ".join(answers))
        yield writer.line(_label(_ANSWER, words), single_line(new.answer, _LINE_LIMIT))
    elif new is None:
        none = words.text(message("change_line.no_answer"))
        yield writer.line(_label(_ANSWER, words), none)
    elif old is None:
        yield writer.line(_label(_ANSWER, words), single_line(new.answer, _LINE_LIMIT))
    else:
        yield from writer.difference(old.answer, new.answer, _label(_ANSWER, words))
        if facts := _figures(old, new, words):
            yield writer.line(_label(LocalizedText(), words), facts)


def _flip_lines(
    flip: VerdictChange,
    verdicts: Iterable[Verdict],
    writer: TerminalWriter,
    words: Catalogue,
) -> Iterator[str]:
    note = LocalizedText()
    if flip.before is VerdictStatus.SKIPPED:
        note = message("change_line.was_skipped")
    if flip.before is None:
        note = message("change_line.new_expectation")
    if flip.after is None:
        note = message("change_line.removed_expectation")
    # The description begins with the kind, as in `contains "x"`.
    name = f"{single_line(flip.name)}: " if flip.name else ""
    text = f" {name}{single_line(words.text(flip.expected))}"
    if note:
        text = f"{text} {words.text(note)}"
    yield writer.line("  ", _mark(flip.after, words), text, end=f"  {flip.location}")
    if flip.after is VerdictStatus.FAILED:
        for verdict in verdicts:
            if verdict.expected == flip.expected and verdict.name == flip.name and verdict.reason:
                yield _reason_line(verdict, writer, words)
                return


def _mark(status: VerdictStatus | None, words: Catalogue) -> StyledText:
    text, style = _MARKS[status]
    return StyledText(words.text(text), style)


def _reason_line(verdict: Verdict, writer: TerminalWriter, words: Catalogue) -> str:
    label = _label(message("change_line.why"), words)
    return writer.line(label, single_line(words.text(verdict.reason), _LINE_LIMIT))


def _figures(before: Reply, after: Reply, words: Catalogue) -> str:
    """Return seconds, time to the first token, and tokens, as far as both replies have them."""
    figures = ((key, get(before), get(after)) for key, get in FIGURES)
    return ", ".join(
        f"{'' if key == 'fact.seconds' else words.word(key) + ' '}"
        f"{old if old == new else f'{old} → {new}'}"
        for key, old, new in figures
        if old and new
    )


def _label(text: LocalizedText, words: Catalogue) -> str:
    return f"  {pad_cells(words.text(text), 9)} "
