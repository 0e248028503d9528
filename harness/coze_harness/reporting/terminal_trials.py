"""What the terminal and a pipe are told of trials: plain text, without colours.

Controls and bidi marks of an answer are made visible, so that no answer can move the cursor, paint
over a line or reverse it. Widths count Chinese characters as the two cells that they take.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from coze_harness.model import Run, TrialResult
from coze_harness.reporting.bot_matrix import build_matrix
from coze_harness.reporting.run_verdict import verdict_sentence
from coze_harness.reporting.transcript import transcript
from coze_harness.reporting.trial_view import trial_view
from coze_harness.reporting.view_model import BADGE
from coze_harness.reporting.visible import format_count, single_line

_MOST_LINES = 12


def failure_line(result: TrialResult) -> str:
    """Return a trial that did not pass on one line: status, id, reason, where it is written."""
    trial = trial_view(result)
    first = next(
        (v.place for t in trial.turns for v in t.verdicts if v.status == "failed" and v.place),
        trial.error.where if trial.error and trial.error.where else trial.place,
    )
    parts = (f"{trial.badge.split(' ', 1)[1].upper()}", trial.name, trial.reason, first)
    return "  ".join(part for part in parts if part)


def failure_block(result: TrialResult, *, width: int = 0) -> list[str]:
    """Return a trial that did not pass as lines: prompt, answer, verdicts and what to do.

    Args:
        result: the trial.
        width: cut lines after so many cells; 0 leaves them as long as they are.
    """
    trial = trial_view(result)
    place = f"  {trial.place}" if trial.place else ""
    lines = [f"{BADGE[trial.status]}  {trial.name}{place}"]
    lines += [f"  {line}" for line in _short(list(transcript(trial, all_verdicts=False)))]
    return [fitted(line, width) for line in lines] if width else lines


def bot_table(run: Run, *, width: int = 0) -> list[str]:
    """Return the table of scenarios by bots; nothing where no scenario met two of them.

    Args:
        run: the finished run.
        width: cut lines after so many cells; 0 leaves them as long as they are.
    """
    found = build_matrix(run.rows)
    if found is None:
        return []
    heads = [f"{bot} {total}" for bot, total in zip(found.bots, found.totals, strict=True)]
    from rich.cells import cell_len, set_cell_size

    table = [["bots side by side", *heads]]
    for line in found.lines[:_MOST_LINES]:
        cells = [f"{cell.badge} {cell.share}".rstrip() if cell else "" for cell in line.cells]
        table.append([line.name, *cells])
    widths = [max(cell_len(row[column]) for row in table) for column in range(len(table[0]))]
    lines = [
        "  ".join(
            set_cell_size(cell, size) for cell, size in zip(row, widths, strict=True)
        ).rstrip()
        for row in table
    ]
    more = len(found.lines) - _MOST_LINES
    if more > 0:
        lines.append(f"and {format_count(more, 'line')} more in the report")
    return [fitted(line, width) for line in lines] if width else lines


def summary_line(run: Run, folder: PurePath | str, words: str = "") -> str:
    """Return a run's last line: the verdict, all counts, where the report is.

    Args:
        run: the finished run.
        folder: its folder, as the user should read it.
        words: what the exit code means, if there is more to say than the sentence does.
    """
    counts = run.summary
    numbers = [
        f"{number:,} {word}"
        for number, word in (
            (counts.passed, "passed"),
            (counts.failed, "failed"),
            (counts.errors, "not judged"),
            (counts.skipped, "skipped"),
            (counts.known_failures, "known to fail"),
            (counts.warnings, "warning" if counts.warnings == 1 else "warnings"),
        )
        if number
    ]
    said = [verdict_sentence(run)]
    if len(numbers) > 1:
        said.append(f"({', '.join(numbers)})")
    if words:
        said.append(single_line(words))
    report = single_line(str(folder), 1_000).rstrip("/\\")
    return f"{' '.join(said)}  report: {report}/index.html"


def _short(lines: Sequence[str]) -> list[str]:
    """Fold long texts: a line that carries on one before it is dropped after a dozen of them."""
    kept: list[str] = []
    more = 0
    for line in lines:
        more = more + 1 if line.startswith("          ") else 0
        if more <= _MOST_LINES:
            kept.append(_cut(line))
        elif more == _MOST_LINES + 1:
            kept.append("          … (the report has it all)")
    return kept


def _cut(line: str, limit: int = 600) -> str:
    return line if len(line) <= limit else f"{line[:limit]}… (the report has it all)"


def fitted(line: str, width: int) -> str:
    """Return a line that takes at most `width` cells, cut with ``…`` if need be."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(line) <= width:
        return line
    return f"{set_cell_size(line, max(width - 1, 0)).rstrip()}…"
