"""summary.md: a comment for a pull request, safe whatever a bot answered.

Text of a recording is only in code spans and code blocks, where HTML, mentions, links and issue
numbers have no effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from coze_harness.messages import Catalogue
from coze_harness.model import Run
from coze_harness.reporting.bot_matrix import Matrix
from coze_harness.reporting.comparison_view import ComparisonView
from coze_harness.reporting.failure_reasons import FAILING, Reasons
from coze_harness.reporting.fragment_spool import Fragments, TextOutput
from coze_harness.reporting.markdown_comparison import (
    CHANGE_ICONS,
    bot_changes,
    change_block,
    comparison_head,
    mutation_parts,
)
from coze_harness.reporting.markdown_escape import TEXT_LIMIT, code_span, labelled_fence
from coze_harness.reporting.report_writer import ReportWriter
from coze_harness.reporting.run_view import RunView, run_view
from coze_harness.reporting.safe_text import format_duration, single_line
from coze_harness.reporting.transcript import answer_text
from coze_harness.reporting.view_model import TrialView, VerdictView

# GitHub accepts 65,536 characters in a comment; the rest is left for text around it.
LIMIT: Final = 60_000
_FOOT_LIMIT: Final = 2_500
_MAX_ROWS: Final = 20
_MAX_TURNS: Final = 3
_MAX_VERDICTS: Final = 5
_TONE_ICONS: Final = {"good": "✅", "bad": "❌", "warning": "⚠️"}


class _Comment:
    """Takes parts as long as they fit."""

    def __init__(self) -> None:
        self.text = ""

    def add(self, part: str, reserve: int = 0) -> bool:
        """Add a part if `reserve` characters remain after it; return whether it was added."""
        if not part:
            return True
        if len(self.text) + len(part) + 1 > LIMIT - _FOOT_LIMIT - reserve:
            return False
        self.text += f"\n{part}" if self.text else part
        return True

    def add_all(self, parts: Iterable[str]) -> None:
        """Add parts, and a note if some did not fit."""
        left = [part for part in parts if not self.add(part)]
        if left:
            self.text += "\nMore is in `index.html`.\n"

    def add_trials(self, names: Sequence[str], fragments: Fragments, reserve: int = 0) -> None:
        """Add the fragments of the first trials, and a note of how many were left out."""
        shown = 0
        for name in names[:_MAX_ROWS]:
            if not self.add(fragments.get(name).decode(), reserve):
                break
            shown += 1
        if shown < len(names):
            self.text += f"\nand {len(names) - shown:,} more: see `index.html`.\n"


class MarkdownWriter(ReportWriter):
    """Writes the verdict, the counts, what changed or failed, and as many trials as fit."""

    def render_trial(self, trial: TrialView, _line: bytes, /) -> bytes:
        """Return a trial's part of the comment: what changed in it, or why it failed."""
        if trial.change:
            if trial.change not in CHANGE_ICONS:
                return b""
            return (_failure_block(trial) if trial.error else change_block(trial)).encode()
        return _failure_block(trial).encode() if trial.status in FAILING else b""

    def write(self, run: Run, fragments: Fragments, reasons: Reasons, out: TextOutput, /) -> None:
        """Write the comment."""
        view = run_view(run, reasons)
        comment = _Comment()
        comment.add(_head(view))
        comment.add(_edited(view))
        if view.comparison is not None:
            _add_comparison(run, view.comparison, fragments, reasons, comment)
        elif view.mutation is not None:
            comment.add_all(mutation_parts(view.mutation))
        else:
            matrix = _matrix(view.matrix) if view.matrix else ""
            comment.add_all([_counts(view), _cost(run), matrix, _rates(view), _reasons(reasons)])
            failing = [
                row.key.id
                for status in FAILING
                for row in run.rows
                if row.status is status and row.key.id in fragments
            ]
            comment.add_trials(failing, fragments)
        version = single_line(run.harness_version)
        out.write(f"{comment.text}\n{_foot(view, version)}".encode())


def _add_comparison(
    run: Run, view: ComparisonView, fragments: Fragments, reasons: Reasons, comment: _Comment
) -> None:
    """Add a comparison: scenarios, regressed trials, changes of the bots, the other trials."""
    comment.add_all([*comparison_head(view), _cost(run)])
    scenarios = run.comparison.scenarios if run.comparison else ()
    regressed = {(one.scenario, one.bot) for one in scenarios if one.regressed}
    rows = sorted(
        (row for row in run.rows if row.key.id in fragments),
        key=lambda row: (row.key.scenario, row.key.bot) not in regressed,
    )
    worse, *rest = (
        [row.key.id for row in rows if reasons.changes.get(row.key.id) == kind]
        for kind in CHANGE_ICONS
    )
    bots = bot_changes(view)
    comment.add_trials(worse, fragments, min(sum(map(len, bots)), LIMIT // 3))
    comment.add_all(bots)
    comment.add_trials([name for names in rest for name in names], fragments)


def _head(view: RunView) -> str:
    words = Catalogue()
    notes = [words.text(note) for note in view.notes]
    head = f"## {_TONE_ICONS.get(view.tone, '➖')} {words.text(view.sentence)}\n"
    return f"{head}\n{' '.join(notes)}\n" if notes else head


def _edited(view: RunView) -> str:
    """Return the recordings that were edited since they were recorded."""
    if not view.edited:
        return ""
    lines = [f"- {code_span(path)}" for path in view.edited[:_MAX_ROWS]]
    more = len(view.edited) - _MAX_ROWS
    if more > 0:
        lines.append(f"\nand {more:,} more: see `index.html`.")
    return "\n".join([f"**{Catalogue().word('overview.edited')}**", "", *lines, ""])


def _counts(view: RunView) -> str:
    if not view.counts:
        return ""
    heads = " | ".join(["trials", *(f"{count.icon} {count.word}" for count in view.counts)])
    numbers = " | ".join([view.trials, *(f"{count.number:,}" for count in view.counts)])
    return f"| {heads} |\n|{' ---: |' * (len(view.counts) + 1)}\n| {numbers} |\n"


def _cost(run: Run) -> str:
    cost = run.cost
    parts = [f"tokens {cost.tokens:,}"] if cost.tokens else []
    if cost.p95:
        parts += [f"P50 {format_duration(cost.p50)}", f"P95 {format_duration(cost.p95)}"]
    return f"{' · '.join(parts)}\n" if parts else ""


def _matrix(matrix: Matrix) -> str:
    bots = [f"{code_span(b)} {total}" for b, total in zip(matrix.bots, matrix.totals, strict=True)]
    lines = [f"| scenario | {' | '.join(bots)} |", f"|{' --- |' * (len(bots) + 1)}"]
    for row in matrix.rows[:_MAX_ROWS]:
        cells = [f"{cell.badge} {cell.share}".strip() if cell else "" for cell in row.cells]
        lines.append(f"| {code_span(row.name)} | {' | '.join(cells)} |")
    more = len(matrix.rows) - _MAX_ROWS
    if more > 0:
        lines.append(f"\nand {more:,} more: see `index.html`.")
    return "\n".join([*lines, ""])


def _rates(view: RunView) -> str:
    missed = [rate for rate in view.rates if not rate.met][:_MAX_ROWS]
    if not missed:
        return ""
    lines = ["| scenario | bot | passed | required |", "| --- | --- | ---: | ---: |"]
    for rate in missed:
        passed = f"{rate.passed} of {rate.trials} ({rate.share})"
        names = f"{code_span(rate.scenario)} | {code_span(rate.bot)}"
        lines.append(f"| {names} | {passed} | {rate.required} |")
    return "\n".join([*lines, ""])


def _reasons(reasons: Reasons) -> str:
    top = reasons.top(5)
    if len(top) < 2 and all(reason.times == 1 for reason in top):
        return ""  # the only failing trial below says it
    lines = [f"- {reason.times:,} × {code_span(reason.text)}" for reason in top]
    return "\n".join(["**Why**", "", *lines, ""])


def _failure_block(trial: TrialView) -> str:
    place = f"{code_span(trial.place)} · " if trial.place else ""
    lines = [
        f"### {trial.badge} {code_span(trial.name)}",
        "",
        f"{place}bot {code_span(trial.bot)} · {trial.seconds:.2f} s",
        "",
    ]
    if trial.error is not None:
        lines += labelled_fence("error", trial.error.what, trial.error.detail)
        if trial.error.where:
            lines += [f"at {code_span(trial.error.where)}", ""]
        if trial.error.next_step:
            lines += [f"next: {code_span(trial.error.next_step, TEXT_LIMIT)}", ""]
    turns = [turn for turn in trial.turns if any(v.status == "failed" for v in turn.verdicts)]
    for turn in turns[:_MAX_TURNS]:
        lines += labelled_fence("prompt", turn.prompt)
        lines += labelled_fence("answer", answer_text(turn))
        failed = [verdict for verdict in turn.verdicts if verdict.status == "failed"]
        for verdict in failed[:_MAX_VERDICTS]:
            lines += _verdict(verdict)
        if len(failed) > _MAX_VERDICTS:
            lines += [f"and {len(failed) - _MAX_VERDICTS} more verdicts", ""]
    if len(turns) > _MAX_TURNS:
        lines += [f"and {len(turns) - _MAX_TURNS} more turns", ""]
    return "\n".join(lines)


def _verdict(verdict: VerdictView) -> list[str]:
    details = (("why", verdict.reason), ("expected", verdict.expected), ("seen", verdict.actual))
    return [
        f"- ✗ {code_span(verdict.kind)} {code_span(verdict.place)}",
        *(f"  - {label}: {code_span(text)}" for label, text in details if text),
        "",
    ]


def _foot(view: RunView, version: str) -> str:
    facts = [
        f"run {code_span(view.run_id)}",
        view.mode,
        *(fact for fact in (view.started, view.duration) if fact),
        f"coze-harness {code_span(version)}" if version else "coze-harness",
    ]
    return f"{' · '.join(facts)}\n"
