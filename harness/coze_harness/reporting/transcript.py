"""A trial as plain text: the transcript of JUnit and the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from coze_harness.messages import Catalogue
from coze_harness.reporting.view_model import ErrorView, Fact, TrialView, TurnView, VerdictView


def transcript(trial: TrialView, *, all_verdicts: bool = True) -> Iterator[str]:
    """Yield a trial's lines: warnings, each turn's prompt, answer and verdicts, the error.

    Args:
        trial: the trial.
        all_verdicts: False leaves out verdicts that passed or were skipped, and turns without
            others.
    """
    for warning in trial.warnings:
        yield from _labelled("warning", warning)
    if trial.known_failure:
        yield from _labelled("known", trial.known_failure)
    for turn in trial.turns:
        shown = [v for v in turn.verdicts if all_verdicts or v.status in ("failed", "warning")]
        if all_verdicts or shown or (trial.error and turn is trial.turns[-1]):
            yield from _turn(turn, shown, len(trial.turns))
    if trial.error is not None:
        yield from error_lines(trial.error)


def conversation_text(trial: TrialView, limit: int) -> str:
    """Return the prompts and answers of a trial, at most `limit` characters."""
    text = "\n".join(
        [f"prompt: {turn.prompt}\nanswer: {answer_text(turn)}" for turn in trial.turns]
    )
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _turn(turn: TurnView, verdicts: list[VerdictView], turns: int) -> Iterator[str]:
    if turns > 1:
        yield f"turn {turn.number} of {turns}"
    yield from _labelled("prompt", turn.prompt)
    yield from _labelled("answer", answer_text(turn))
    if turn.facts:
        yield from _labelled("reply", _joined(turn.facts))
    if turn.ids:
        yield from _labelled("", _joined(turn.ids))
    for verdict in verdicts:
        yield from verdict_lines(verdict)


def answer_text(turn: TurnView) -> str:
    """Return a turn's answer, or that there is none."""
    return f"({Catalogue().word(turn.missing)})" if turn.missing else turn.answer


def _joined(facts: Iterable[Fact]) -> str:
    words = Catalogue()
    return " · ".join(f"{words.word(key)} {value}" for key, value in facts)


def verdict_lines(verdict: VerdictView) -> Iterator[str]:
    """Yield a verdict: its kind and place, the reason, what was expected and seen."""
    name = f" {verdict.name}" if verdict.name else ""
    score = f" (score {verdict.score})" if verdict.score else ""
    at = f"  {verdict.place}" if verdict.place else ""
    yield f"{verdict.badge} {verdict.kind}{name}{score}{at}"
    for label, text in (
        ("why", verdict.reason),
        ("expected", verdict.expected),
        ("seen", verdict.actual),
    ):
        if text:
            yield from _labelled(label, text, indent="  ")


def error_lines(error: ErrorView) -> Iterator[str]:
    """Yield why a trial could not be judged, the details, and what to do next."""
    at = f"{error.where}: " if error.where else ""
    yield from _labelled("error", f"{at}{error.what}")
    if error.detail:
        yield from _labelled("", error.detail)
    if error.log_id:
        yield from _labelled("log id", error.log_id)
    if error.next_step:
        yield from _labelled("next", error.next_step)


def _labelled(label: str, text: str, *, indent: str = "") -> Iterator[str]:
    head = f"{indent}{label + ':' if label else '':<10}"
    for line in text.split("\n"):
        yield f"{head}{line}".rstrip()
        head = " " * len(head)
