"""summary.md: what a pull request's comment should say, whatever a bot has answered.

Text from a recording only ever stands in code spans and code blocks: in there neither HTML nor a
mention, a link or an issue's number means anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from harness.model import Run
from harness.report.matrix import matrix
from harness.report.overview import FAILING, Reasons, RunView, run_view
from harness.report.spool import Out, Pieces
from harness.report.transcript import answer_of
from harness.report.view import BADGE, TrialView, VerdictView
from harness.report.visible import one_line

# GitHub takes 65,536 characters in a comment; the rest is room for a greeting around it.
LIMIT = 60_000
_BLOCKS = 20
_TEXT = 600
_FIELD = 300

_TICKS = re.compile("`+")


class MarkdownSheet:
    """Renders the first failing trials in the order of the run, and the reasons of all."""

    def piece(self, trial: TrialView, _line: bytes) -> bytes:
        """Return a failing trial's part of the comment."""
        return _block(trial).encode() if trial.status in FAILING else b""

    def beside(self) -> Mapping[str, bytes]:
        """Return the files that go beside the report: none."""
        return {}

    def fresh(self) -> Mapping[bytes, bytes]:
        """Return what the pieces have in common: nothing."""
        return {}

    def write(self, run: Run, pieces: Pieces, reasons: Reasons, out: Out) -> None:
        """Write the comment: verdict, counts, reasons, the first failing trials."""
        view = run_view(run)
        parts = [_head(view), _counts(view), _bots(run), _rates(view), _reasons(reasons)]
        text = "\n".join(part for part in parts if part)
        failing = [
            row.key.id
            for status in FAILING
            for row in run.rows
            if row.status is status and row.key.id in pieces
        ]
        shown = 0
        for trial_id in failing[:_BLOCKS]:
            block = pieces.get(trial_id).decode()
            if len(text) + len(block) > LIMIT:
                break
            text += f"\n{block}"
            shown += 1
        if shown < len(failing):
            text += f"\nand {len(failing) - shown:,} more: see `index.html`.\n"
        out.write(f"{text}\n{_foot(view)}".encode())


def span(text: str, limit: int = _FIELD) -> str:
    """Return text as a code span on one line, fit for a table's cell."""
    shown = one_line(text, limit).replace("|", "\\|") or " "
    ticks = "`" * (1 + max((len(run) for run in _TICKS.findall(shown)), default=0))
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


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


def _bots(run: Run) -> str:
    """Return the table of scenarios by bots: those first that differ."""
    found = matrix(run.rows)
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
        lines += _fenced("error", trial.error.what, trial.error.detail)
        if trial.error.where:
            lines += [f"at {span(trial.error.where)}", ""]
        if trial.error.next_step:
            lines += [f"next: {span(trial.error.next_step, _TEXT)}", ""]
    for turn in trial.turns:
        failed = [verdict for verdict in turn.verdicts if verdict.status == "failed"]
        if not failed:
            continue
        lines += _fenced("prompt", turn.prompt)
        lines += _fenced("answer", answer_of(turn))
        for verdict in failed[:5]:
            lines += _verdict(verdict)
        if len(failed) > 5:
            lines += [f"and {len(failed) - 5} more verdicts", ""]
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


def _fenced(label: str, *texts: str) -> list[str]:
    text = "\n".join(text for text in texts if text)
    if len(text) > _TEXT:
        text = f"{text[:_TEXT]}…"
    longest = max((len(run) for run in _TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{label}:", "", f"{fence}text", text, fence, ""]


def _foot(view: RunView) -> str:
    facts: Sequence[str] = [
        f"run {span(view.run_id)}",
        view.mode,
        *(fact for fact in (view.started, view.lasted) if fact),
        f"coze-harness {span(view.version)}" if view.version else "coze-harness",
    ]
    return f"{' · '.join(facts)}\n"
