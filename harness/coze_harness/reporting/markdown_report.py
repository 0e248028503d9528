"""summary.md: what a pull request's comment should say, whatever a bot has answered.

Text from a recording only ever stands in code spans and code blocks: in there neither HTML nor a
mention, a link or an issue's number means anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from coze_harness.model import Run
from coze_harness.reporting.bot_matrix import build_matrix
from coze_harness.reporting.failure_reasons import FAILING, Reasons
from coze_harness.reporting.markdown_escape import TEXT, labelled, span
from coze_harness.reporting.piece_spool import Fragments, TextOutput
from coze_harness.reporting.run_view import RunView, run_view
from coze_harness.reporting.transcript import answer_of
from coze_harness.reporting.view_model import BADGE, TrialView, VerdictView
from coze_harness.reporting.visible import format_duration

# GitHub takes 65,536 characters in a comment; the rest is room for a greeting around it.
LIMIT: Final = 60_000
_BLOCKS: Final = 20
_TURNS: Final = 3
_FOOT: Final = 2_500


class _Comment:
    """Takes parts as long as there is room for them."""

    def __init__(self) -> None:
        self.text = ""

    def add(self, part: str, room: int = 0) -> bool:
        """Take a part, unless less than `room` were left behind it; tell whether it was taken."""
        if not part:
            return True
        if len(self.text) + len(part) + 1 > LIMIT - _FOOT - room:
            return False
        self.text += f"\n{part}" if self.text else part
        return True

    def add_all(self, parts: Iterable[str]) -> None:
        """Take several parts; where there is no room for one, it says so."""
        left = [part for part in parts if not self.add(part)]
        if left:
            self.text += "\nMore is in `index.html`.\n"


class MarkdownSheet:
    """Renders what a reviewer wants to know first, and as much of the rest as a comment takes."""

    def piece(self, trial: TrialView, _line: bytes) -> bytes:
        """Return a trial's part of the comment: what changed in it, or why it failed."""
        if trial.change:
            from coze_harness.reporting.markdown_comparison import SIGNS, change_block

            if trial.change not in SIGNS:
                return b""
            return (_block(trial) if trial.error else change_block(trial)).encode()
        return _block(trial).encode() if trial.status in FAILING else b""

    def beside(self) -> Mapping[str, bytes]:
        """Return the files that go beside the report: none."""
        return {}

    def fresh(self) -> Mapping[bytes, bytes]:
        """Return what the pieces have in common: nothing."""
        return {}

    def write(self, run: Run, pieces: Fragments, reasons: Reasons, out: TextOutput) -> None:
        """Write the comment: verdict, counts, what changed or why it failed, the first trials."""
        view = run_view(run)
        comment = _Comment()
        comment.add(_head(view))
        if run.comparison is not None:
            _compared(run, pieces, reasons, comment)
        elif run.mutation is not None:
            from coze_harness.reporting.markdown_comparison import mutation_parts

            comment.add_all(mutation_parts(run.mutation))
        else:
            parts = [_counts(view), _cost(run), _bots(run), _rates(view), _reasons(reasons)]
            comment.add_all(parts)
            failing = [
                row.key.id
                for status in FAILING
                for row in run.rows
                if row.status is status and row.key.id in pieces
            ]
            _add_trials(failing, pieces, comment)
        out.write(f"{comment.text}\n{_foot(view)}".encode())


def _compared(run: Run, pieces: Fragments, reasons: Reasons, comment: _Comment) -> None:
    """Add a comparison: the findings, what regressed, what changed of the bots, then the rest."""
    from coze_harness.reporting.markdown_comparison import SIGNS, bots_changed, comparison_head

    if run.comparison is None:
        return
    comment.add_all([*comparison_head(run.comparison), _cost(run)])
    regressed = {
        (scenario.scenario, scenario.bot)
        for scenario in run.comparison.scenarios
        if scenario.regressed
    }
    bots = bots_changed(run.comparison)
    shown = [row for row in run.rows if row.key.id in pieces]
    by_kind = {
        kind: sorted(
            [row for row in shown if reasons.changes.get(row.key.id) == kind],
            key=lambda row: (row.key.scenario, row.key.bot) not in regressed,
        )
        for kind in SIGNS
    }
    worse, *rest = by_kind.values()
    room = min(sum(map(len, bots)), LIMIT // 3)
    _add_trials([row.key.id for row in worse], pieces, comment, room)
    comment.add_all(bots)
    _add_trials([row.key.id for rows in rest for row in rows], pieces, comment)


def _add_trials(names: Sequence[str], pieces: Fragments, comment: _Comment, room: int = 0) -> None:
    """Add the first of these trials, and how many there are more."""
    shown = 0
    for name in names[:_BLOCKS]:
        if not comment.add(pieces.get(name).decode(), room):
            break
        shown += 1
    if shown < len(names):
        comment.text += f"\nand {len(names) - shown:,} more: see `index.html`.\n"


def _head(view: RunView) -> str:
    icon = {"good": "✅", "bad": "❌", "warning": "⚠️"}.get(view.tone, "➖")
    notes = f"\n{' '.join(view.notes)}\n" if view.notes else ""
    return f"## {icon} {view.sentence}\n{notes}"


def _counts(view: RunView) -> str:
    if not view.summary.trials:
        return ""
    shown = [count for count in view.counts if count.number]
    heads = " | ".join(["trials", *(f"{count.icon} {count.word}" for count in shown)])
    numbers = " | ".join([f"{view.summary.trials:,}", *(f"{count.number:,}" for count in shown)])
    return f"| {heads} |\n|{' ---: |' * (len(shown) + 1)}\n| {numbers} |\n"


def _cost(run: Run) -> str:
    cost = run.cost
    said = [f"tokens {cost.tokens:,}"] if cost.tokens else []
    if cost.p95:
        said += [f"P50 {format_duration(cost.p50)}", f"P95 {format_duration(cost.p95)}"]
    return f"{' · '.join(said)}\n" if said else ""


def _bots(run: Run) -> str:
    """Return the table of scenarios by bots: those first that differ."""
    found = build_matrix(run.rows)
    if found is None:
        return ""
    heads = [f"{span(bot)} {total}" for bot, total in zip(found.bots, found.totals, strict=True)]
    lines = [
        f"| {span(line.name)} | "
        + " | ".join(f"{cell.badge} {cell.share}".strip() if cell else "" for cell in line.cells)
        + " |"
        for line in found.lines[:_BLOCKS]
    ]
    more = len(found.lines) - _BLOCKS
    rest = [f"\nand {more:,} more: see `index.html`."] if more > 0 else []
    head = f"| scenario | {' | '.join(heads)} |"
    return "\n".join([head, f"|{' --- |' * (len(heads) + 1)}", *lines, *rest, ""])


def _rates(view: RunView) -> str:
    missed = [rate for rate in view.rates if not rate.met][:_BLOCKS]
    if not missed:
        return ""
    lines = [
        f"| {span(rate.scenario)} | {span(rate.bot)} | {rate.passed} of {rate.trials}"
        f" ({rate.share}) | {rate.required} |"
        for rate in missed
    ]
    return "\n".join(
        ["| scenario | bot | passed | asked for |", "| --- | --- | ---: | ---: |", *lines, ""]
    )


def _reasons(reasons: Reasons) -> str:
    top = reasons.top(5)
    if len(top) < 2 and all(reason.times == 1 for reason in top):
        return ""  # the one failing trial says it below
    lines = [f"- {reason.times:,} × {span(reason.text)}" for reason in top]
    return "\n".join(["**Why**", "", *lines, ""])


def _block(trial: TrialView) -> str:
    lines = [f"### {BADGE[trial.status]} {span(trial.name)}", ""]
    where = f"{span(trial.place)} · " if trial.place else ""
    lines += [f"{where}bot {span(trial.bot)} · {trial.seconds:.2f} s", ""]
    if trial.error is not None:
        lines += labelled("error", trial.error.what, trial.error.detail)
        if trial.error.where:
            lines += [f"at {span(trial.error.where)}", ""]
        if trial.error.next_step:
            lines += [f"next: {span(trial.error.next_step, TEXT)}", ""]
    told = [
        (turn, failed)
        for turn in trial.turns
        if (failed := [verdict for verdict in turn.verdicts if verdict.status == "failed"])
    ]
    for turn, failed in told[:_TURNS]:
        lines += labelled("prompt", turn.prompt)
        lines += labelled("answer", answer_of(turn))
        for verdict in failed[:5]:
            lines += _verdict(verdict)
        if len(failed) > 5:
            lines += [f"and {len(failed) - 5} more verdicts", ""]
    if len(told) > _TURNS:
        lines += [f"and {len(told) - _TURNS} more turns", ""]
    return "\n".join(lines)


def _verdict(verdict: VerdictView) -> list[str]:
    lines = [f"- ✗ {span(verdict.kind)} {span(verdict.place)}"]
    for label, text in (
        ("why", verdict.reason),
        ("expected", verdict.expected),
        ("seen", verdict.actual),
    ):
        if text:
            lines.append(f"  - {label}: {span(text)}")
    return [*lines, ""]


def _foot(view: RunView) -> str:
    facts: Sequence[str] = [
        f"run {span(view.run_id)}",
        view.mode,
        *(fact for fact in (view.started, view.lasted) if fact),
        f"coze-harness {span(view.version)}" if view.version else "coze-harness",
    ]
    return f"{' · '.join(facts)}\n"
