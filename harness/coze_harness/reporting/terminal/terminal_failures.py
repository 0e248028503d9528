"""Trials that did not pass, as lines of the terminal or a pipe.

Control characters and bidi marks of an answer are made visible, so that no answer can move the
cursor, overwrite a line or reverse it. Widths count a Chinese character as two cells.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

from coze_harness.messages import Catalogue, message
from coze_harness.model import TrialResult
from coze_harness.reporting.views.failure_causes import (
    CauseGroup,
    TrialCauses,
    group_causes,
    trial_causes,
)
from coze_harness.reporting.views.line_wrapping import wrap_labelled
from coze_harness.reporting.views.safe_text import single_line
from coze_harness.reporting.views.transcript import transcript
from coze_harness.reporting.views.trial_view import trial_view
from coze_harness.reporting.views.view_model import status_badge
from coze_harness.reporting.views.wording import Wording, list_names

MAX_LINES: Final = 12
_LINE_LIMIT: Final = 600
_INDENT: Final = " " * 10
_PIPE_WIDTH: Final = 80
"""Cells of a line in a pipe: CI servers and mail show no longer ones."""


def failure_line(result: TrialResult, words: Catalogue) -> str:
    """Return a trial that did not pass as one line: status, id, reason, location."""
    trial = trial_view(result, Wording(words.language))
    place = trial.error.where if trial.error and trial.error.where else trial.place
    failed = (single_line(str(one.location)) for turn in result.turns for one in turn.failures)
    status = words.word(f"status.{trial.status.value}").upper()
    return "  ".join(filter(None, (status, trial.name, trial.reason, next(failed, place))))


def failure_block(
    result: TrialResult,
    *,
    width: int = 0,
    words: Catalogue,
    all_verdicts: bool = False,
) -> list[str]:
    """Return a trial that did not pass as lines: prompt, answer, verdicts and what to do next.

    Args:
        result: the trial.
        width: cells of a line; 0 in a pipe. Longer lines are continued in the next one.
        words: the texts of the language.
        all_verdicts: whether verdicts that passed are shown, too.
    """
    trial = trial_view(result, Wording(words.language))
    place = f"  {trial.place}" if trial.place else ""
    lines = [f"{trial.badge}  {trial.name}{place}"]
    text = transcript(trial, words, all_verdicts=all_verdicts)
    lines += [f"  {line}" for line in _shorten(text, words)]
    return wrap_lines(lines, width, words)


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
        words: Catalogue,
        all_verdicts: bool = False,
    ) -> list[str]:
        """Return a trial as `failure_block` does, or a reference to an equal trial."""
        lines = failure_block(result, width=width, words=words, all_verdicts=all_verdicts)
        key = result.key
        content = "\0".join([key.scenario, key.bot, result.status.value, *lines[1:]])
        digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest()
        first = self._known.setdefault(digest, key.id)
        if first == key.id:
            return lines
        same = words.text(message("terminal.same_as", name=single_line(first)))
        return [lines[0], *wrap_lines([f"  {same}"], width, words)]


class ErrorBlocks:
    """Collects the trials that could not be judged: one block for each cause, at the end."""

    def __init__(self) -> None:
        self._trials: list[TrialCauses] = []

    def add(self, result: TrialResult) -> None:
        """Add a trial that has an error."""
        if causes := trial_causes(result):
            self._trials.append(causes)

    def lines(self, *, width: int = 0, words: Catalogue) -> list[str]:
        """Return for each cause what happened, the first trials, and the command that helps."""
        groups = group_causes(self._trials)
        lines = [line for group in groups[:MAX_LINES] for line in _cause_lines(group, words)]
        return wrap_lines([*lines, *rest_lines(len(groups), words)], width, words)


def _cause_lines(group: CauseGroup, words: Catalogue) -> Iterator[str]:
    place = f"{group.place}: " if group.place else ""
    yield f"{status_badge('error', words)}  {place}{words.text(group.title)}"
    yield f"  {words.text(list_names([name for name, _ in group.trials], group.more))}"
    yield from (f"  {single_line(words.text(line), _LINE_LIMIT)}" for line in group.detail)
    if group.log_id:
        yield f"  {words.word('error.log_id', {'id': group.log_id})}"
    if group.next_step:
        step = words.text(group.next_step)
        yield f"  {words.text(message('error.next', step=step))}"


def _shorten(lines: Iterable[str], words: Catalogue) -> list[str]:
    """Truncate long lines, and texts of more than a dozen lines."""
    rest = words.text(message("report.rest"))
    short: list[str] = []
    more = 0
    for line in lines:
        more = more + 1 if line.startswith(_INDENT) else 0
        if more <= MAX_LINES:
            short.append(f"{line[:_LINE_LIMIT]}{rest if len(line) > _LINE_LIMIT else ''}")
        elif more == MAX_LINES + 1:
            short.append(f"{_INDENT}{rest}")
    return short


def rest_lines(total: int, words: Catalogue) -> list[str]:
    """Return a line that says how many of `total` lines are not printed; none if all are."""
    more = total - MAX_LINES
    return [words.text(message("report.and_more", n=more))] if more > 0 else []


def wrap_lines(lines: Iterable[str], width: int, words: Catalogue) -> list[str]:
    """Return lines in parts that fit; but not what to do next, since it may be a command."""
    step = f"  {words.word('label.next')}"
    parts: list[str] = []
    for line in lines:
        parts += [line] if line.startswith(step) else wrap_labelled(line, width or _PIPE_WIDTH)
    return parts
