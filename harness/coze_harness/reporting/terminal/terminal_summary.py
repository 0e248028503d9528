"""The end of a run as lines of the terminal or a pipe."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

from coze_harness.messages import Catalogue, LocalizedText, message
from coze_harness.model import Run, TrialStatus
from coze_harness.model.errors import CassetteEditedError
from coze_harness.reporting.terminal.terminal_failures import MAX_LINES, rest_lines, wrap_lines
from coze_harness.reporting.views.bot_matrix import build_matrix, cell_text
from coze_harness.reporting.views.history_view import run_events
from coze_harness.reporting.views.line_wrapping import cell_width, fit_line, pad_cells
from coze_harness.reporting.views.run_verdict import run_notes, trials_phrase, verdict_phrase
from coze_harness.reporting.views.safe_text import single_line
from coze_harness.reporting.views.scenario_results import (
    ScenarioResult,
    scenario_results,
    since_view,
)
from coze_harness.reporting.views.wording import list_names

_MAX_NAMES: Final = 5


def share_lines(run: Run, *, width: int = 0, words: Catalogue) -> list[str]:
    """Return how many trials of each failed scenario passed; empty if each has a single one.

    Args:
        run: the finished run.
        width: cells of a line; 0 in a pipe.
        words: the texts of the language.
    """
    if run.comparison is not None or run.mutation is not None:
        return []
    failed = [one for one in scenario_results(run) if one.status is TrialStatus.FAILED]
    shared = [one for one in failed if one.share]
    lines = [
        words.text(
            message(
                "terminal.share",
                name=one.label,
                passed=one.passed,
                n=one.attempts,
                required=f"{100 * one.required:g}%",
            )
        )
        for one in shared[:MAX_LINES]
    ]
    return wrap_lines([*lines, *rest_lines(len(shared), words)], width, words)


def since_lines(run: Run, *, width: int = 0, words: Catalogue) -> list[str]:
    """Return what changed since the last comparable run; empty if nothing did.

    Args:
        run: the finished run.
        width: cells of a line; 0 in a pipe.
        words: the texts of the language.
    """
    if not run.past or run.comparison is not None or run.mutation is not None:
        return []
    view = since_view(run, scenario_results(run))
    events = run_events(run.changes)
    if view is None or (view.is_empty and not events):
        return []
    lines = [words.text(message("since.head", started=view.started))]
    if events:
        what = words.text(message("since.event_list", events=tuple(events)))
        lines.append(f"  {pad_cells(words.text(message('since.events')), 15)}{what}")
    for label, results in (
        (message("since.newly_failing"), view.newly_failing),
        (message("since.fixed"), view.fixed),
        (message("since.still_failing"), view.still_failing),
    ):
        if results:
            names = [since_name(result) for result in results[:_MAX_NAMES]]
            text = words.text(list_names(names, len(results) - len(names)))
            lines.append(f"  {pad_cells(words.text(label), 15)}{text}")
    return wrap_lines(lines, width, words)


def since_name(result: ScenarioResult) -> LocalizedText:
    """Return a scenario, and in how many runs it has failed if these are several."""
    label, runs, share = result.label, result.failing_runs, result.share
    if runs > 1:
        return message("since.for_runs", name=label, n=runs)
    if share:
        return message("since.share", name=label, share=share)
    return message("since.name", name=label)


def bot_table(run: Run, *, width: int = 0, words: Catalogue) -> list[str]:
    """Return the table of scenarios by bots; empty if no scenario was run with two bots.

    Args:
        run: the finished run.
        width: truncate lines after this number of cells; 0 keeps whole lines.
        words: the texts of the language.
    """
    matrix = build_matrix(run.rows)
    if matrix is None:
        return []
    heads = [f"{bot} {total}" for bot, total in zip(matrix.bots, matrix.totals, strict=True)]
    rows = matrix.rows[:MAX_LINES]
    table = [[words.text(message("report.bots")), *heads]]
    table += [[row.name, *(cell_text(one, words) for one in row.cells)] for row in rows]
    widths = [max(map(cell_width, column)) for column in zip(*table, strict=True)]
    lines = ["  ".join(map(pad_cells, cells, widths)).rstrip() for cells in table]
    lines += rest_lines(len(matrix.rows), words)
    return [fit_line(line, width) for line in lines]


def edited_recordings(run: Run, words: Catalogue) -> list[str]:
    """Return the recordings that were edited since they were recorded, with their number."""
    paths = run.edited_recordings
    if not paths:
        return []
    lines = [words.text(message("note.edited", n=len(paths)))]
    lines += [f"  {single_line(path)}" for path in paths[:MAX_LINES]]
    lines += [f"  {line}" for line in rest_lines(len(paths), words)]
    step = message("error.next", step=CassetteEditedError.ACCEPT)
    return [*lines, f"  {words.text(step)}"]


def summary_line(run: Run, folder: PurePath | str, words: Catalogue) -> str:
    """Return a run's last line: the verdict, all counts, where the report is.

    Args:
        run: the finished run.
        folder: its folder, as the user should read it.
        words: the texts of the language.
    """
    return f"{verdict_line(run, words)}  {report_location(folder, words)}"


def verdict_line(run: Run, words: Catalogue) -> str:
    """Return a run's verdict, the counts of its trials, and notes.

    Args:
        run: the finished run.
        words: the texts of the language.
    """
    notes = [one for one in run_notes(run) if one.id not in ("note.edited", "note.interrupted")]
    return words.sentences((verdict_phrase(run), trials_phrase(run), *notes))


def report_location(folder: PurePath | str, words: Catalogue) -> str:
    """Return where a run's page is, as the end of its last line."""
    path = single_line(str(folder), 1_000).rstrip("/\\")
    return words.text(message("report.location", path=f"{path}/index.html"))
