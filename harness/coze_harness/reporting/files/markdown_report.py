"""summary.md: a comment for a pull request, safe whatever a bot answered.

Text of a recording is only in code spans and code blocks, where HTML, mentions, links and issue
numbers have no effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from coze_harness.messages import Catalogue, Language, LocalizedText, literal, message
from coze_harness.model import Run, TrialStatus
from coze_harness.reporting.files.markdown_comparison import (
    CHANGE_ICONS,
    bot_changes,
    change_block,
    comparison_head,
    mutation_parts,
)
from coze_harness.reporting.files.markdown_escape import code_span, labelled_fence
from coze_harness.reporting.fragment_spool import Fragments, TextOutput
from coze_harness.reporting.report_writer import ReportWriter
from coze_harness.reporting.views.bot_matrix import Matrix, cell_text
from coze_harness.reporting.views.failure_causes import CauseGroup
from coze_harness.reporting.views.run_view import RunView
from coze_harness.reporting.views.safe_text import format_duration, single_line
from coze_harness.reporting.views.scenario_results import ScenarioResult, SinceView
from coze_harness.reporting.views.transcript import (
    joined_label,
    label,
    labelled_text,
    relevant_answer,
    verdict_texts,
)
from coze_harness.reporting.views.view_model import TrialView, TurnView, VerdictView, status_badge
from coze_harness.reporting.views.wording import list_names

if TYPE_CHECKING:
    from coze_harness.reporting.views.comparison_view import ComparisonView

# GitHub accepts 65,536 characters in a comment; the rest is left for text around it.
LIMIT: Final = 60_000
"""Characters of the summary of a comparison or of mutation testing."""
RUN_LIMIT: Final = 10_000
"""Bytes of the summary of other runs."""
_FOOT_LIMIT: Final = 2_500
_RUN_FOOT: Final = 500
_MAX_ROWS: Final = 20
_MAX_NAMES: Final = 10
_MAX_TURNS: Final = 3
_MAX_VERDICTS: Final = 5
_SPAN_LIMIT: Final = 120
_TONE_ICONS: Final = {"good": "✅", "bad": "❌", "warning": "⚠️"}


class _Comment:
    """Takes parts as long as they fit.

    Args:
        words: the texts of the language.
        path: where the whole report is.
        limit: bytes of the comment, without its foot.
    """

    def __init__(self, words: Catalogue, path: str, limit: int) -> None:
        self.text = ""
        self._words = words
        self._path = path
        self._left = limit

    def add(self, part: str, reserve: int = 0) -> bool:
        """Add a part if `reserve` bytes remain after it; return whether it was added."""
        if not part:
            return True
        part = f"\n{part}" if self.text else part
        size = len(part.encode())
        if size + reserve > self._left:
            return False
        self._left -= size
        self.text += part
        return True

    def add_all(self, parts: Iterable[str]) -> None:
        """Add parts, and a note if some did not fit."""
        left = [part for part in parts if not self.add(part)]
        if left:
            self.add_note(message("summary.rest", path=self._path))

    def add_each(self, parts: Iterable[str], total: int, reserve: int = 0) -> None:
        """Add the first parts of `total`, and a note of how many were left out."""
        added = 0
        for part in parts:
            if not self.add(part, reserve):
                break
            added += 1
        if added < total:
            self.add_note(message("summary.more", n=total - added, path=self._path))

    def add_note(self, note: LocalizedText) -> None:
        """Add a line, which always fits."""
        self.text += f"\n{self._words.text(note)}\n"


class MarkdownWriter(ReportWriter):
    """Writes the verdict, what changed or failed, and as many trials as fit.

    Args:
        language: of the texts.
    """

    def __init__(self, language: Language = "en") -> None:
        self.language: Language = language
        self._words = Catalogue(language)

    def render_trial(self, trial: TrialView, _line: bytes, /) -> bytes:
        """Return a trial's part of the comment: what changed in it, or why it failed."""
        if trial.change:
            if trial.change not in CHANGE_ICONS:
                return b""
            if not trial.error:
                return change_block(trial, self._words).encode()
        if trial.error is not None:
            return _error_block(trial, self._words).encode()
        if trial.status is TrialStatus.FAILED:
            return _failure_block(trial, self._words).encode()
        return b""

    def write(self, run: Run, view: RunView, fragments: Fragments, out: TextOutput, /) -> None:
        """Write the comment."""
        is_plain = view.comparison is None and view.mutation is None
        limit = RUN_LIMIT - _RUN_FOOT if is_plain else LIMIT - _FOOT_LIMIT
        words = self._words
        comment = _Comment(words, _page_path(view), limit)
        comment.add(_head(view, words))
        comment.add(_edited_recordings(view, words))
        if view.comparison is not None:
            self._add_comparison(run, view, view.comparison, fragments, comment)
        elif view.mutation is not None:
            comment.add_all(mutation_parts(view.mutation, words))
        else:
            self._add_scenarios(run, view, fragments, comment)
        out.write(
            f"{comment.text}\n{_foot(view, single_line(run.harness_version), words)}".encode()
        )

    def _add_scenarios(
        self, run: Run, view: RunView, fragments: Fragments, comment: _Comment
    ) -> None:
        """Add what changed, the failed scenarios, each cause, and the trials that show it."""
        words = self._words
        if view.since:
            comment.add(_since(view.since, view.events, words))
        failing = [one for one in view.scenarios if one.is_failing]
        comment.add(_scenario_table(failing, words))
        comment.add(_matrix(view.matrix, words) if view.matrix else "")
        comment.add_each(
            (_cause(group, words) for group in view.causes if group.is_error),
            sum(group.is_error for group in view.causes),
        )
        examples = [
            row.key.id
            for one in failing
            if one.status is TrialStatus.FAILED
            for row in [next(row for row in one.rows if row.status is TrialStatus.FAILED)]
            if row.key.id in fragments
        ]
        comment.add(_cost(run, words), 1_000 if examples else 0)
        comment.add_each((fragments.get(name).decode() for name in examples), len(examples))

    def _add_comparison(
        self,
        run: Run,
        view: RunView,
        comparison: ComparisonView,
        fragments: Fragments,
        comment: _Comment,
    ) -> None:
        """Add a comparison: scenarios, regressed trials, changes of the bots, other trials."""
        comment.add_all([*comparison_head(comparison, self._words), _cost(run, self._words)])
        scenarios = run.comparison.scenarios if run.comparison else ()
        regressed = {(one.scenario, one.bot) for one in scenarios if one.regressed}
        rows = sorted(
            (row for row in run.rows if row.key.id in fragments),
            key=lambda row: (row.key.scenario, row.key.bot) not in regressed,
        )
        worse, *rest = (
            [row.key.id for row in rows if view.changes.get(row.key.id) == kind]
            for kind in CHANGE_ICONS
        )
        bots = bot_changes(comparison, self._words)
        reserve = min(sum(len(bot.encode()) for bot in bots), LIMIT // 3)
        comment.add_each(_texts(worse, fragments), len(worse), reserve)
        comment.add_all(bots)
        others = [name for names in rest for name in names]
        comment.add_each(_texts(others, fragments), len(others))


def _texts(names: Sequence[str], fragments: Fragments) -> Iterator[str]:
    return (fragments.get(name).decode() for name in names[:_MAX_ROWS])


def _head(view: RunView, words: Catalogue) -> str:
    separator = "" if words.language == "zh" else " "
    notes = separator.join(filter(None, map(words.text, (view.trials_phrase, *view.notes))))
    head = f"## {_TONE_ICONS.get(view.tone, '➖')} {words.text(view.sentence)}\n"
    return f"{head}\n{notes}\n" if notes else head


def _edited_recordings(view: RunView, words: Catalogue) -> str:
    """Return the recordings that were edited since they were recorded."""
    if not view.edited:
        return ""
    lines = [f"- {code_span(path)}" for path in view.edited[:_MAX_ROWS]]
    if (more := len(view.edited) - _MAX_ROWS) > 0:
        lines.append(_more(more, view, words))
    return "\n".join([f"**{words.word('overview.edited')}**", "", *lines, ""])


def _more(number: int, view: RunView, words: Catalogue) -> str:
    return f"\n{words.text(message('summary.more', n=number, path=_page_path(view)))}"


def _page_path(view: RunView) -> str:
    """Return the path of the run's page, in the folder of runs."""
    return code_span(f"{view.run_id}/index.html")


def _since(since: SinceView, events: Sequence[LocalizedText], words: Catalogue) -> str:
    """Return what was edited, and which scenarios began to fail, were fixed, or still fail."""
    if since.is_empty and not events:
        return ""
    lines = [f"**{words.text(message('since.head', started=since.started))}**", ""]
    if events:
        what = words.text(message("since.event_list", events=tuple(events)))
        head = words.text(message("since.events"))
        lines.append(f"- {joined_label(head, code_span(what))}")
    for title, results in (
        (message("since.newly_failing"), since.newly_failing),
        (message("since.fixed"), since.fixed),
        (message("since.still_failing"), since.still_failing),
    ):
        if results:
            names = [_since_name(result) for result in results[:_MAX_NAMES]]
            text = list_names(names, len(results) - len(names))
            lines.append(f"- {joined_label(words.text(title), words.text(text))}")
    return "\n".join([*lines, ""])


def _since_name(result: ScenarioResult) -> LocalizedText:
    name, runs = code_span(result.label), result.failing_runs
    if runs > 1:
        return message("since.for_runs", name=name, n=runs)
    return message("since.name", name=name)


def _scenario_table(results: Sequence[ScenarioResult], words: Catalogue) -> str:
    """Return the failed scenarios with each distinct reason."""
    if not results:
        return ""
    heads = (words.word("fact.scenario"), words.word("fact.status"), words.word("overview.why"))
    lines = [f"| {' | '.join(heads)} |", "| --- | --- | --- |"]
    for result in results[:_MAX_ROWS]:
        status = f"{status_badge(result.status, words)} {words.text(rate(result))}".rstrip()
        causes = [_short_cause(cause, words) for cause in result.causes[:2]]
        if len(result.causes) > 2:
            causes.append(words.text(message("summary.more_causes", n=len(result.causes) - 2)))
        lines.append(f"| {code_span(result.label)} | {status} | {' · '.join(causes)} |")
    left = len(results) - _MAX_ROWS
    if left > 0:
        lines.append(f"\n{words.text(message('summary.more_scenarios', n=left))}")
    return "\n".join([*lines, ""])


def rate(result: ScenarioResult) -> LocalizedText:
    """Return how many trials of a scenario passed and how many must; empty for a single one."""
    if not result.share:
        return LocalizedText()
    if result.required < 1:
        required = f"{100 * result.required:g}%"
        return message("summary.rate", share=result.share, required=required)
    return literal(result.share)


def _short_cause(group: CauseGroup, words: Catalogue) -> str:
    """Return a cause in a table's cell, and how often it occurred."""
    summary = code_span(words.text(group.summary), _SPAN_LIMIT)
    return f"{summary} ×{group.times}" if group.times > 1 else summary


def _cause(group: CauseGroup, words: Catalogue) -> str:
    """Return why trials could not be judged: one block for all of them."""
    trials = list_names([code_span(name) for name, _ in group.trials], group.more)
    lines = [f"- **!** {code_span(words.text(group.title), 300)}", f"  - {words.text(trials)}"]
    if group.next_step:
        step = code_span(words.text(group.next_step), 300)
        lines.append(f"  - {labelled_text('next', step, words)}")
    return "\n".join([*lines, ""])


def _cost(run: Run, words: Catalogue) -> str:
    cost = run.cost
    parts = [f"{words.word('fact.tokens')} {cost.tokens:,}"] if cost.tokens else []
    if cost.p95:
        parts += [f"P50 {format_duration(cost.p50)}", f"P95 {format_duration(cost.p95)}"]
    return f"{' · '.join(parts)}\n" if parts else ""


def _matrix(matrix: Matrix, words: Catalogue) -> str:
    bots = [f"{code_span(b)} {total}" for b, total in zip(matrix.bots, matrix.totals, strict=True)]
    lines = [
        f"| {words.word('fact.scenario')} | {' | '.join(bots)} |",
        f"|{' --- |' * (len(bots) + 1)}",
    ]
    for row in matrix.rows[:_MAX_ROWS]:
        cells = [cell_text(cell, words) for cell in row.cells]
        lines.append(f"| {code_span(row.name)} | {' | '.join(cells)} |")
    more = len(matrix.rows) - _MAX_ROWS
    if more > 0:
        lines.append(f"\n{words.text(message('summary.more_scenarios', n=more))}")
    return "\n".join([*lines, ""])


def _title(trial: TrialView) -> list[str]:
    place = f"{code_span(trial.place)} · " if trial.place else ""
    return [
        f"### {trial.badge} {code_span(trial.name)}",
        "",
        f"{place}{code_span(trial.bot)} · {trial.duration}",
        "",
    ]


def _error_block(trial: TrialView, words: Catalogue) -> str:
    """Return a compared trial that could not be judged."""
    error = trial.error
    if error is None:
        return ""
    lines = _title(trial)
    lines += labelled_fence(label("error", words), error.what, error.detail)
    if error.where:
        lines += [code_span(error.where), ""]
    if error.next_step:
        lines += [labelled_text("next", code_span(error.next_step, 600), words), ""]
    return "\n".join(lines)


def _failure_block(trial: TrialView, words: Catalogue) -> str:
    lines = _title(trial)
    turns = [turn for turn in trial.turns if any(v.status == "failed" for v in turn.verdicts)]
    for turn in turns[:_MAX_TURNS]:
        lines += _turn(turn, words)
    if len(turns) > _MAX_TURNS:
        more = message("summary.more_turns", n=len(turns) - _MAX_TURNS)
        lines += [words.text(more), ""]
    return "\n".join(lines)


def _turn(turn: TurnView, words: Catalogue) -> Iterator[str]:
    yield from labelled_fence(label("prompt", words), turn.prompt)
    yield from labelled_fence(label("answer", words), relevant_answer(turn, words))
    failed = [verdict for verdict in turn.verdicts if verdict.status == "failed"]
    for verdict in failed[:_MAX_VERDICTS]:
        yield from _verdict(verdict, turn.answer, words)
    if len(failed) > _MAX_VERDICTS:
        more = message("summary.more_verdicts", n=len(failed) - _MAX_VERDICTS)
        yield from (words.text(more), "")


def _verdict(verdict: VerdictView, answer: str, words: Catalogue) -> Iterator[str]:
    own_name = code_span(verdict.name) + " " if verdict.name else ""
    yield f"- ✗ {own_name}{code_span(verdict.kind)} {code_span(verdict.place)}"
    for name, text in verdict_texts(verdict, answer):
        yield f"  - {labelled_text(name, code_span(text), words)}"
    yield ""


def _foot(view: RunView, version: str, words: Catalogue) -> str:
    facts = [
        f"{words.word('fact.run')} {code_span(view.run_id)}",
        words.word(f"mode.{view.mode}"),
        *(fact for fact in (view.started, view.duration) if fact),
        f"coze-harness {code_span(version)}" if version else "coze-harness",
    ]
    return f"{' · '.join(facts)}\n"
