"""A trial as plain text: the transcript of JUnit, pytest and the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from coze_harness.messages import Catalogue, LocalizedText, message
from coze_harness.reporting.views.line_wrapping import pad_cells
from coze_harness.reporting.views.safe_text import truncate_text
from coze_harness.reporting.views.view_model import (
    ErrorView,
    Fact,
    TrialView,
    TurnView,
    VerdictView,
)

_LABEL_WIDTH: Final = 10
_BAD: Final = ("failed", "warning")
# Characters of an answer that are shown of a failed trial, and of them before what was found.
_RELEVANT: Final = 400
_BEFORE: Final = 120

_LABELS: Final[Mapping[str, LocalizedText]] = MappingProxyType(
    {
        "warning": message("label.warning"),
        "known": message("label.known"),
        "prompt": message("label.prompt"),
        "answer": message("label.answer"),
        "reply": message("label.reply"),
        "why": message("label.why"),
        "expected": message("label.expected"),
        "seen": message("label.seen"),
        "error": message("label.error"),
        "log id": message("label.log_id"),
        "next": message("label.next"),
    }
)


def label(name: str, words: Catalogue) -> str:
    """Return the label before a text, such as ``prompt:``."""
    return words.text(_LABELS[name])


def labelled_text(name: str, text: str, words: Catalogue) -> str:
    """Return a text after its label; a full-width colon has no space after it."""
    return joined_label(label(name, words), text)


def joined_label(head: str, text: str) -> str:
    """Return a text after a label that ends with a colon."""
    return f"{head}{text}" if head.endswith("：") else f"{head} {text}"


def transcript(trial: TrialView, words: Catalogue, *, all_verdicts: bool = True) -> Iterator[str]:
    """Yield a trial's lines: warnings, each turn's prompt, answer and verdicts, the error.

    Args:
        trial: the trial.
        words: the texts of its language.
        all_verdicts: False leaves out verdicts that passed or were skipped, turns without others,
            ids, and the parts of long answers that no verdict refers to.
    """
    for warning, _ in trial.warnings:
        yield from _labelled_lines("warning", warning, words)
    if trial.known_failure:
        yield from _labelled_lines("known", trial.known_failure, words)
    for turn in trial.turns:
        verdicts = [v for v in turn.verdicts if all_verdicts or v.status in _BAD]
        if all_verdicts:
            yield from _turn(turn, len(trial.turns), answer_text(turn, words), words)
            yield from _reply_facts(turn, words)
        elif verdicts or (trial.error and turn is trial.turns[-1]):
            yield from _turn(turn, len(trial.turns), relevant_answer(turn, words), words)
        else:
            continue
        for verdict in verdicts:
            yield from verdict_lines(verdict, words, turn.answer)
    if trial.error is not None:
        yield from error_lines(trial.error, words)


def conversation_text(trial: TrialView, words: Catalogue, limit: int) -> str:
    """Return the prompts and answers of a trial, at most `limit` characters."""
    text = "\n".join(
        [
            f"{labelled_text('prompt', turn.prompt, words)}\n"
            f"{labelled_text('answer', answer_text(turn, words), words)}"
            for turn in trial.turns
        ]
    )
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _turn(turn: TurnView, turns: int, answer: str, words: Catalogue) -> Iterator[str]:
    if turns > 1:
        yield words.text(message("report.turn_of", n=turn.number, of=turns))
    yield from _labelled_lines("prompt", turn.prompt, words)
    yield from _labelled_lines("answer", answer, words)


def _reply_facts(turn: TurnView, words: Catalogue) -> Iterator[str]:
    if turn.facts:
        yield from _labelled_lines("reply", _join_facts(turn.facts, words), words)
    if turn.ids:
        yield from _labelled_lines("", _join_facts(turn.ids, words), words)


def answer_text(turn: TurnView, words: Catalogue) -> str:
    """Return a turn's answer, or that there is none."""
    return f"({words.word(turn.missing)})" if turn.missing else turn.answer


def relevant_answer(turn: TurnView, words: Catalogue) -> str:
    """Return the part of a turn's answer that its failed verdicts refer to; a short one whole."""
    answer = answer_text(turn, words)
    if len(answer) <= _RELEVANT:
        return answer
    begin = max(_place_of_failure(turn, answer) - _BEFORE, 0)
    end = begin + _RELEVANT
    head, tail = "…" if begin else "", "…" if end < len(answer) else ""
    return f"{head}{answer[begin:end].strip()}{tail}"


def _place_of_failure(turn: TurnView, answer: str) -> int:
    """Return where the answer has what a failed verdict marks or quotes; 0 if it has neither."""
    at = 0
    for message_view in turn.messages:
        if message_view.folded:
            continue
        for part in message_view.parts:
            if part.mark == "failed":
                return at
            at += len(part.text)
        at += 1
    for verdict in turn.verdicts:
        quoted = verdict.actual.strip("…")
        if verdict.status in _BAD and quoted and (position := answer.find(quoted)) > 0:
            return position
    return 0


def _join_facts(facts: Iterable[Fact], words: Catalogue) -> str:
    return " · ".join(f"{words.word(key)} {value}" for key, value in facts)


def verdict_lines(verdict: VerdictView, words: Catalogue, answer: str = "") -> Iterator[str]:
    """Yield a verdict: its kind and place, the reason, what was expected and seen.

    Args:
        verdict: the verdict.
        words: the texts of its language.
        answer: what is above these lines, and need not be repeated as seen.
    """
    kind = f"{verdict.name} ({verdict.kind})" if verdict.name else verdict.kind
    score = f" ({words.word('fact.score')} {verdict.score})" if verdict.score else ""
    at = f"  {verdict.place}" if verdict.place else ""
    yield f"{verdict.badge} {kind}{score}{at}"
    for name, text in verdict_texts(verdict, answer):
        yield from _labelled_lines(name, text, words, indent="  ")


def verdict_texts(verdict: VerdictView, answer: str) -> Iterator[tuple[str, str]]:
    """Return the labels and texts of a verdict; not the whole answer, which is above them."""
    actual = "" if verdict.actual in (answer, truncate_text(answer)) else verdict.actual
    texts = (("why", verdict.reason), ("expected", verdict.expected), ("seen", actual))
    return ((name, text) for name, text in texts if text)


def error_lines(error: ErrorView, words: Catalogue) -> Iterator[str]:
    """Yield why a trial could not be judged, the details, and what to do next."""
    at = f"{error.where}: " if error.where else ""
    yield from _labelled_lines("error", f"{at}{error.what}", words)
    if error.detail:
        yield from _labelled_lines("", error.detail, words)
    if error.log_id:
        yield from _labelled_lines("log id", error.log_id, words)
    if error.next_step:
        yield from _labelled_lines("next", error.next_step, words)


def _labelled_lines(name: str, text: str, words: Catalogue, *, indent: str = "") -> Iterator[str]:
    head = f"{indent}{pad_cells(label(name, words) if name else '', _LABEL_WIDTH)}"
    if not head.endswith(" "):
        head += " "
    for line in text.split("\n"):
        yield f"{head}{line}".rstrip()
        head = " " * (len(indent) + _LABEL_WIDTH)
