"""Trials as lines of the terminal or a pipe.

Control characters and bidi marks of an answer are made visible, so that no answer can move the
cursor, overwrite a line or reverse it. Widths count a Chinese character as two cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import PurePath
from typing import Final

from coze_harness.messages import Catalogue, message
from coze_harness.model import (
    AnswerChange,
    Reply,
    Run,
    TrialResult,
    TurnChange,
    TurnResult,
    Verdict,
    VerdictChange,
    VerdictStatus,
)
from coze_harness.model.errors import CassetteEditedError
from coze_harness.reporting.bot_matrix import build_matrix
from coze_harness.reporting.run_verdict import verdict_sentence
from coze_harness.reporting.safe_text import format_count, format_duration, single_line
from coze_harness.reporting.terminal_writer import StyledText, TerminalWriter, TextStyle
from coze_harness.reporting.transcript import transcript
from coze_harness.reporting.trial_view import trial_view

_MAX_LINES: Final = 12
_LINE_LIMIT: Final = 600
_INDENT: Final = " " * 10


def failure_line(result: TrialResult) -> str:
    """Return a trial that did not pass as one line: status, id, reason, location."""
    trial = trial_view(result)
    place = trial.error.where if trial.error and trial.error.where else trial.place
    failed = (v.place for t in trial.turns for v in t.verdicts if v.status == "failed" and v.place)
    status = trial.badge.split(" ", 1)[1].upper()
    return "  ".join(filter(None, (status, trial.name, trial.reason, next(failed, place))))


def failure_block(result: TrialResult, *, width: int = 0) -> list[str]:
    """Return a trial that did not pass as lines: prompt, answer, verdicts and what to do next.

    Args:
        result: the trial.
        width: truncate lines after this number of cells; 0 keeps whole lines.
    """
    trial = trial_view(result)
    place = f"  {trial.place}" if trial.place else ""
    lines = [f"{trial.badge}  {trial.name}{place}"]
    lines += [f"  {line}" for line in _shorten(transcript(trial, all_verdicts=False))]
    return [fit_line(line, width) for line in lines]


def bot_table(run: Run, *, width: int = 0) -> list[str]:
    """Return the table of scenarios by bots; empty if no scenario was run with two bots.

    Args:
        run: the finished run.
        width: truncate lines after this number of cells; 0 keeps whole lines.
    """
    matrix = build_matrix(run.rows)
    if matrix is None:
        return []
    from rich.cells import cell_len, set_cell_size

    heads = [f"{bot} {total}" for bot, total in zip(matrix.bots, matrix.totals, strict=True)]
    table = [["bots side by side", *heads]]
    for row in matrix.rows[:_MAX_LINES]:
        cells = [f"{cell.badge} {cell.share}".rstrip() if cell else "" for cell in row.cells]
        table.append([row.name, *cells])
    widths = [max(map(cell_len, column)) for column in zip(*table, strict=True)]
    lines = ["  ".join(map(set_cell_size, cells, widths)).rstrip() for cells in table]
    more = len(matrix.rows) - _MAX_LINES
    if more > 0:
        lines.append(f"and {format_count(more, 'line')} more in the report")
    return [fit_line(line, width) for line in lines]


def edited_recordings(run: Run) -> list[str]:
    """Return the recordings that were edited since they were recorded, with their number."""
    paths = run.edited_recordings
    if not paths:
        return []
    lines = [Catalogue().text(message("note.edited", n=len(paths)))]
    lines += [f"  {single_line(path)}" for path in paths[:_MAX_LINES]]
    if len(paths) > _MAX_LINES:
        lines.append(f"  and {len(paths) - _MAX_LINES:,} more in the report")
    return [*lines, f"  next: {CassetteEditedError.ACCEPT}"]


def summary_line(run: Run, folder: PurePath | str, note: str = "") -> str:
    """Return a run's last line: the verdict, all counts, where the report is.

    Args:
        run: the finished run.
        folder: its folder, as the user should read it.
        note: what the exit code means, if the verdict does not say it.
    """
    return f"{verdict_line(run, note)}  {report_location(folder)}"


def verdict_line(run: Run, note: str = "") -> str:
    """Return a run's verdict and all counts.

    Args:
        run: the finished run.
        note: what the exit code means, if the verdict does not say it.
    """
    counts = run.summary
    numbers = [
        f"{number:,} {word}"
        for number, word in (
            (counts.passed, "passed"),
            (counts.failed, "failed"),
            (counts.errors, "not judged"),
            (counts.skipped, "skipped"),
            (
                counts.known_failures,
                "known failure" if counts.known_failures == 1 else "known failures",
            ),
            (counts.warnings, "warning" if counts.warnings == 1 else "warnings"),
        )
        if number
    ]
    parts = [verdict_sentence(run)]
    if len(numbers) > 1:
        parts.append(f"({', '.join(numbers)})")
    if note:
        parts.append(single_line(note))
    return " ".join(parts)


def report_location(folder: PurePath | str) -> str:
    """Return where a run's page is, as the end of its last line."""
    shown = single_line(str(folder), 1_000).rstrip("/\\")
    return f"report: {shown}/index.html"


def _shorten(lines: Iterable[str]) -> list[str]:
    """Truncate long lines, and texts of more than a dozen lines."""
    shown: list[str] = []
    more = 0
    for line in lines:
        more = more + 1 if line.startswith(_INDENT) else 0
        if more <= _MAX_LINES:
            rest = "… (the report has it all)" if len(line) > _LINE_LIMIT else ""
            shown.append(f"{line[:_LINE_LIMIT]}{rest}")
        elif more == _MAX_LINES + 1:
            shown.append(f"{_INDENT}… (the report has it all)")
    return shown


def fit_line(line: str, width: int) -> str:
    """Return a line of at most `width` cells, truncated with ``…``; 0 keeps the whole line."""
    if not width:
        return line
    from rich.cells import cell_len, set_cell_size

    if cell_len(line) <= width:
        return line
    return f"{set_cell_size(line, max(width - 1, 0)).rstrip()}…"


# --- changes ------------------------------------------------------------------------------------

_MARKS: Final[Mapping[VerdictStatus | None, StyledText]] = {
    VerdictStatus.FAILED: StyledText("✗ now fails:", TextStyle.BAD),
    VerdictStatus.PASSED: StyledText("✓ now passes:", TextStyle.GOOD),
    VerdictStatus.SKIPPED: StyledText("– now skipped:", TextStyle.DOUBT),
    None: StyledText("– removed:", TextStyle.DOUBT),
}


def change_lines(result: TrialResult, writer: TerminalWriter) -> list[str]:
    """Return what changed in a trial: verdicts, answer and figures of each turn that changed."""
    change = result.change
    before = change.baseline.turns if change and change.baseline else ()
    changes = change.turns if change else ()
    lines: list[str] = []
    for number, (old, new, turn) in enumerate(zip_longest(before, result.turns, changes), 1):
        if turn is not None and turn.answer is AnswerChange.SAME and not turn.verdict_changes:
            continue
        either = new if old is None else old
        prompt = single_line(either.prompt) if either else ""
        label = f"turn {number} of {len(result.turns)}" if len(result.turns) > 1 else "prompt"
        lines.append(writer.line(_label(label), prompt))
        lines += _turn_lines(old, new, turn, writer)
    return lines


def _turn_lines(
    before: TurnResult | None,
    after: TurnResult | None,
    change: TurnChange | None,
    writer: TerminalWriter,
) -> Iterator[str]:
    old, new = before.reply if before else None, after.reply if after else None
    verdicts = after.verdicts if after else ()
    if change is not None:
        for flip in change.verdict_changes:
            yield from _flip_lines(flip, verdicts, writer)
    else:
        for verdict in verdicts:
            if verdict.status is VerdictStatus.FAILED:
                expected = f" {single_line(str(verdict.expected))}"
                yield writer.line(
                    "  ", _MARKS[verdict.status], expected, end=f"  {verdict.location}"
                )
                yield _reason_line(verdict, writer)
    if new is None:
        yield writer.line(_label("answer"), "(none)")
    elif old is None:
        yield writer.line(_label("answer"), single_line(new.answer, _LINE_LIMIT))
    else:
        yield from writer.difference(old.answer, new.answer, _label("answer"))
        if facts := _figures(old, new):
            yield writer.line(_label(""), facts)


def _flip_lines(
    flip: VerdictChange, verdicts: Iterable[Verdict], writer: TerminalWriter
) -> Iterator[str]:
    note = f" (was {flip.before.value})" if flip.before is VerdictStatus.SKIPPED else ""
    if flip.before is None:
        note = " (new expectation)"
    if flip.after is None:
        note = " (expectation removed)"
    # The description begins with the kind, as in `contains "x"`.
    name = f"{single_line(flip.name)}: " if flip.name else ""
    text = f" {name}{single_line(str(flip.expected))}{note}"
    yield writer.line("  ", _MARKS[flip.after], text, end=f"  {flip.location}")
    if flip.after is VerdictStatus.FAILED:
        for verdict in verdicts:
            if verdict.expected == flip.expected and verdict.name == flip.name and verdict.reason:
                yield _reason_line(verdict, writer)
                return


def _reason_line(verdict: Verdict, writer: TerminalWriter) -> str:
    return writer.line(_label("why"), single_line(str(verdict.reason), _LINE_LIMIT))


def _figures(before: Reply, after: Reply) -> str:
    """Return seconds, time to the first token, and tokens, as far as both replies have them."""
    figures = (
        ("", _seconds(before.seconds), _seconds(after.seconds)),
        ("first token ", _seconds(before.first_token), _seconds(after.first_token)),
        ("tokens ", _tokens(before), _tokens(after)),
    )
    return ", ".join(
        f"{label}{old}" if old == new else f"{label}{old} → {new}"
        for label, old, new in figures
        if old and new
    )


def _seconds(value: float | None) -> str:
    return "" if value is None else format_duration(value)


def _tokens(reply: Reply) -> str:
    return f"{reply.usage.total:,}" if reply.usage else ""


def _label(text: str) -> str:
    return f"  {text:<10}"
