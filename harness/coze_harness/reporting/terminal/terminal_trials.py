"""Trials as lines of the terminal or a pipe.

Control characters and bidi marks of an answer are made visible, so that no answer can move the
cursor, overwrite a line or reverse it. Widths count a Chinese character as two cells.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import PurePath
from typing import Final

from coze_harness.messages import Catalogue, LocalizedText, message
from coze_harness.model import (
    AnswerChange,
    Reply,
    Run,
    TrialResult,
    TrialStatus,
    TurnChange,
    TurnResult,
    Verdict,
    VerdictChange,
    VerdictStatus,
)
from coze_harness.model.errors import CassetteEditedError
from coze_harness.reporting.terminal.terminal_writer import StyledText, TerminalWriter, TextStyle
from coze_harness.reporting.views.bot_matrix import build_matrix
from coze_harness.reporting.views.diff_view import is_other_prompt
from coze_harness.reporting.views.failure_causes import (
    CauseGroup,
    TrialCauses,
    group_causes,
    trial_causes,
)
from coze_harness.reporting.views.history_view import run_events
from coze_harness.reporting.views.line_wrapping import cell_width, pad_cells, wrap_line
from coze_harness.reporting.views.run_verdict import run_notes, trials_phrase, verdict_sentence
from coze_harness.reporting.views.safe_text import format_duration, single_line
from coze_harness.reporting.views.scenario_results import (
    ScenarioResult,
    scenario_results,
    since_view,
)
from coze_harness.reporting.views.transcript import transcript
from coze_harness.reporting.views.trial_view import trial_view
from coze_harness.reporting.views.view_model import status_badge
from coze_harness.reporting.views.wording import Wording

_MAX_LINES: Final = 12
_MAX_NAMES: Final = 5
_LINE_LIMIT: Final = 600
_INDENT: Final = " " * 10
_PIPE_WIDTH: Final = 80
"""Cells of a line in a pipe: CI servers and mail show no longer ones."""


def failure_line(result: TrialResult, words: Catalogue | None = None) -> str:
    """Return a trial that did not pass as one line: status, id, reason, location."""
    words = words or Catalogue()
    trial = trial_view(result, Wording(words.language))
    place = trial.error.where if trial.error and trial.error.where else trial.place
    failed = (single_line(str(one.location)) for turn in result.turns for one in turn.failures)
    status = words.word(f"status.{trial.status.value}").upper()
    return "  ".join(filter(None, (status, trial.name, trial.reason, next(failed, place))))


def failure_block(
    result: TrialResult,
    *,
    width: int = 0,
    words: Catalogue | None = None,
    all_verdicts: bool = False,
) -> list[str]:
    """Return a trial that did not pass as lines: prompt, answer, verdicts and what to do next.

    Args:
        result: the trial.
        width: cells of a line; 0 in a pipe. Longer lines are continued in the next one.
        words: the texts of the language; English by default.
        all_verdicts: whether verdicts that passed are shown, too.
    """
    words = words or Catalogue()
    trial = trial_view(result, Wording(words.language))
    place = f"  {trial.place}" if trial.place else ""
    lines = [f"{trial.badge}  {trial.name}{place}"]
    text = transcript(trial, words, all_verdicts=all_verdicts)
    lines += [f"  {line}" for line in _shorten(text, words)]
    return _wrap_lines(lines, width, words)


class FailureBlocks:
    """The blocks of failed trials; of equal ones of a scenario and bot, only the first is whole."""

    def __init__(self) -> None:
        # The id of the trial that has the block, by the block's digest.
        self._known: dict[bytes, str] = {}

    def lines(
        self,
        result: TrialResult,
        *,
        width: int = 0,
        words: Catalogue | None = None,
        all_verdicts: bool = False,
    ) -> list[str]:
        """Return a trial as `failure_block` does, or a reference to an equal trial."""
        words = words or Catalogue()
        lines = failure_block(result, width=width, words=words, all_verdicts=all_verdicts)
        key = result.key
        content = "\0".join([key.scenario, key.bot, result.status.value, *lines[1:]])
        digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest()
        first = self._known.setdefault(digest, key.id)
        if first == key.id:
            return lines
        same = words.text(message("terminal.same_as", name=single_line(first)))
        return [lines[0], *_wrap_lines([f"  {same}"], width, words)]


def share_lines(run: Run, *, width: int = 0, words: Catalogue | None = None) -> list[str]:
    """Return how many trials of each failed scenario passed; empty if each has a single one.

    Args:
        run: the finished run.
        width: cells of a line; 0 in a pipe.
        words: the texts of the language; English by default.
    """
    if run.comparison is not None or run.mutation is not None:
        return []
    words = words or Catalogue()
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
        for one in shared[:_MAX_LINES]
    ]
    if len(shared) > _MAX_LINES:
        lines.append(words.text(message("report.and_more", n=len(shared) - _MAX_LINES)))
    return _wrap_lines(lines, width, words)


def _wrap_lines(lines: Iterable[str], width: int, words: Catalogue) -> list[str]:
    """Return lines in parts that fit; but not what to do next, since it may be a command."""
    step = f"  {words.word('label.next')}"
    parts: list[str] = []
    for line in lines:
        parts += [line] if line.startswith(step) else _wrap(line, width or _PIPE_WIDTH)
    return parts


def _wrap(line: str, width: int) -> Iterator[str]:
    """Yield a line in parts of at most `width` cells; the others are as far in as its text."""
    if cell_width(line) <= width:
        yield line
        return
    bare = line.lstrip()
    before = len(line) - len(bare)
    head, gap, rest = bare.partition(" ")
    indent = before + 2
    if head.endswith((":", "：")):
        # The text after a label, in its column.
        indent = before + cell_width(head + gap) + len(rest) - len(rest.lstrip())
        bare = rest.lstrip()
        first = line[: len(line) - len(bare)]
    else:
        first = " " * before
    parts = list(wrap_line(bare, max(width - max(indent, cell_width(first)), 8)))
    yield first + parts[0]
    yield from (" " * indent + part for part in parts[1:])


class ErrorBlocks:
    """Collects the trials that could not be judged: one block for each cause, at the end."""

    def __init__(self) -> None:
        self._trials: list[TrialCauses] = []

    def add(self, result: TrialResult) -> None:
        """Add a trial that has an error."""
        if causes := trial_causes(result):
            self._trials.append(causes)

    def lines(self, *, width: int = 0, words: Catalogue | None = None) -> list[str]:
        """Return for each cause what happened, the first trials, and the command that helps."""
        words = words or Catalogue()
        groups = group_causes(self._trials)
        lines = [line for group in groups[:_MAX_LINES] for line in _cause_lines(group, words)]
        if len(groups) > _MAX_LINES:
            lines.append(words.text(message("report.and_more", n=len(groups) - _MAX_LINES)))
        return _wrap_lines(lines, width, words)


def _cause_lines(group: CauseGroup, words: Catalogue) -> Iterator[str]:
    place = f"{group.place}: " if group.place else ""
    yield f"{status_badge('error', words)}  {place}{words.text(group.title)}"
    yield f"  {words.text(and_more([name for name, _ in group.trials], group.more))}"
    yield from (f"  {single_line(words.text(line), _LINE_LIMIT)}" for line in group.detail)
    if group.log_id:
        yield f"  {words.word('error.log_id', {'id': group.log_id})}"
    if group.next_step:
        step = words.text(group.next_step)
        yield f"  {words.text(message('error.next', step=step))}"


def and_more(names: Sequence[str | LocalizedText], more: int) -> LocalizedText:
    """Return names, and how many more there are."""
    if more:
        return message("list.and_more", names=tuple(names), n=more)
    return message("list.all", names=tuple(names))


def since_lines(run: Run, *, width: int = 0, words: Catalogue | None = None) -> list[str]:
    """Return what changed since the last comparable run; empty if nothing did.

    Args:
        run: the finished run.
        width: cells of a line; 0 in a pipe.
        words: the texts of the language; English by default.
    """
    if not run.past or run.comparison is not None or run.mutation is not None:
        return []
    words = words or Catalogue()
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
            text = words.text(and_more(names, len(results) - len(names)))
            lines.append(f"  {pad_cells(words.text(label), 15)}{text}")
    return _wrap_lines(lines, width, words)


def since_name(result: ScenarioResult) -> LocalizedText:
    """Return a scenario, and in how many runs it has failed if these are several."""
    label, runs, share = result.label, result.failing_runs, result.share
    if runs > 1:
        return message("since.for_runs", name=label, n=runs)
    return (
        message("since.share", name=label, share=share)
        if share
        else message("since.name", name=label)
    )


def bot_table(run: Run, *, width: int = 0, words: Catalogue | None = None) -> list[str]:
    """Return the table of scenarios by bots; empty if no scenario was run with two bots.

    Args:
        run: the finished run.
        width: truncate lines after this number of cells; 0 keeps whole lines.
        words: the texts of the language; English by default.
    """
    matrix = build_matrix(run.rows)
    if matrix is None:
        return []
    words = words or Catalogue()
    heads = [f"{bot} {total}" for bot, total in zip(matrix.bots, matrix.totals, strict=True)]
    table = [[words.text(message("report.bots")), *heads]]
    for row in matrix.rows[:_MAX_LINES]:
        cells = [
            f"{status_badge(cell.status, words)} {cell.share}".rstrip() if cell else ""
            for cell in row.cells
        ]
        table.append([row.name, *cells])
    widths = [max(map(cell_width, column)) for column in zip(*table, strict=True)]
    lines = ["  ".join(map(pad_cells, cells, widths)).rstrip() for cells in table]
    more = len(matrix.rows) - _MAX_LINES
    if more > 0:
        lines.append(words.text(message("report.and_more", n=more)))
    return [fit_line(line, width) for line in lines]


def edited_recordings(run: Run, words: Catalogue | None = None) -> list[str]:
    """Return the recordings that were edited since they were recorded, with their number."""
    paths = run.edited_recordings
    if not paths:
        return []
    words = words or Catalogue()
    lines = [words.text(message("note.edited", n=len(paths)))]
    lines += [f"  {single_line(path)}" for path in paths[:_MAX_LINES]]
    if len(paths) > _MAX_LINES:
        lines.append(f"  {words.text(message('report.and_more', n=len(paths) - _MAX_LINES))}")
    step = message("error.next", step=CassetteEditedError.ACCEPT)
    return [*lines, f"  {words.text(step)}"]


def summary_line(
    run: Run, folder: PurePath | str, note: str = "", words: Catalogue | None = None
) -> str:
    """Return a run's last line: the verdict, all counts, where the report is.

    Args:
        run: the finished run.
        folder: its folder, as the user should read it.
        note: what the exit code means, if the verdict does not say it.
        words: the texts of the language; English by default.
    """
    return f"{verdict_line(run, note, words)}  {report_location(folder, words)}"


def verdict_line(run: Run, note: str = "", words: Catalogue | None = None) -> str:
    """Return a run's verdict, the counts of its trials, and notes.

    Args:
        run: the finished run.
        note: what the exit code means, if the verdict does not say it.
        words: the texts of the language; English by default.
    """
    words = words or Catalogue()
    notes = [one for one in run_notes(run) if one.id not in ("note.edited", "note.interrupted")]
    parts = [verdict_sentence(run, words), *map(words.text, (trials_phrase(run), *notes))]
    separator = "" if words.language == "zh" else " "
    return separator.join(filter(None, (*parts, single_line(note))))


def report_location(folder: PurePath | str, words: Catalogue | None = None) -> str:
    """Return where a run's page is, as the end of its last line."""
    path = single_line(str(folder), 1_000).rstrip("/\\")
    return (words or Catalogue()).text(message("report.location", path=f"{path}/index.html"))


def _shorten(lines: Iterable[str], words: Catalogue) -> list[str]:
    """Truncate long lines, and texts of more than a dozen lines."""
    rest = words.text(message("report.rest"))
    short: list[str] = []
    more = 0
    for line in lines:
        more = more + 1 if line.startswith(_INDENT) else 0
        if more <= _MAX_LINES:
            short.append(f"{line[:_LINE_LIMIT]}{rest if len(line) > _LINE_LIMIT else ''}")
        elif more == _MAX_LINES + 1:
            short.append(f"{_INDENT}{rest}")
    return short


def fit_line(line: str, width: int) -> str:
    """Return a line of at most `width` cells, truncated with ``…``; 0 keeps the whole line."""
    if not width or cell_width(line) <= width:
        return line
    from rich.cells import set_cell_size

    return f"{set_cell_size(line, max(width - 1, 0)).rstrip()}…"


# --- changes ------------------------------------------------------------------------------------

_ANSWER: Final = message("change_line.answer")
_MARKS: Final[Mapping[VerdictStatus | None, tuple[LocalizedText, TextStyle]]] = {
    VerdictStatus.FAILED: (message("change_line.fails"), TextStyle.BAD),
    VerdictStatus.PASSED: (message("change_line.passes"), TextStyle.GOOD),
    VerdictStatus.SKIPPED: (message("change_line.skipped"), TextStyle.DOUBT),
    None: (message("change_line.removed"), TextStyle.DOUBT),
}


def change_lines(
    result: TrialResult, writer: TerminalWriter, words: Catalogue | None = None
) -> list[str]:
    """Return what changed in a trial: verdicts, answer and figures of each turn that changed."""
    words = words or Catalogue()
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
    figures = (
        ("", _seconds(before.seconds), _seconds(after.seconds)),
        ("fact.first_token", _seconds(before.first_token), _seconds(after.first_token)),
        ("fact.tokens", _tokens(before), _tokens(after)),
    )
    return ", ".join(
        f"{words.word(key) + ' ' if key else ''}{old if old == new else f'{old} → {new}'}"
        for key, old, new in figures
        if old and new
    )


def _seconds(value: float | None) -> str:
    return "" if value is None else format_duration(value)


def _tokens(reply: Reply) -> str:
    return f"{reply.usage.total:,}" if reply.usage else ""


def _label(text: LocalizedText, words: Catalogue) -> str:
    return f"  {pad_cells(words.text(text), 9)} "
