"""The shapes in which every report shows a trial: all text already visible, cut, and in words.

Named tuples and not dataclasses: a report of 10,000 trials makes some 200,000 of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

from harness.model import (
    TrialStatus,
)
from harness.report.evidence import Part


class StatusWords(NamedTuple):
    """How a status is shown: never by colour alone."""

    icon: str
    word: str


STATUS: dict[TrialStatus, StatusWords] = {
    TrialStatus.PASSED: StatusWords("✓", "passed"),
    TrialStatus.FAILED: StatusWords("✗", "failed"),
    TrialStatus.ERROR: StatusWords("!", "error"),
    TrialStatus.SKIPPED: StatusWords("–", "skipped"),
    TrialStatus.KNOWN_FAILURE: StatusWords("≈", "known failure"),
    TrialStatus.FIXED: StatusWords("✓", "fixed"),
}

BADGE = {status: f"{words.icon} {words.word}" for status, words in STATUS.items()}


class VerdictView(NamedTuple):
    """One verdict. `status` is passed, failed, skipped or warning (failed, but only told)."""

    status: str
    badge: str
    kind: str
    name: str
    expected: str
    actual: str
    reason: str
    place: str
    score: str


class MessageView(NamedTuple):
    """One message; `folded` ones are tool messages and the like, which `label` names."""

    label: str
    folded: bool
    parts: Sequence[Part]
    language: str
    reasoning: str


class TurnView(NamedTuple):
    """One prompt and all that came of it.

    `missing` says that there is no reply, or no answer in it; `facts` and `ids` are small print.
    """

    number: int
    prompt: str
    language: str
    missing: str
    messages: Sequence[MessageView]
    follow_ups: Sequence[str]
    facts: str
    ids: str
    verdicts: Sequence[VerdictView]

    @property
    def answer(self) -> str:
        """Return what a user would read: the answers, without tool messages and the like."""
        return "\n".join(
            "".join(part.text for part in message.parts)
            for message in self.messages
            if not message.folded
        )


class InteractionView(NamedTuple):
    """One line of the HTTP log: method and path, status, seconds from the trial's beginning."""

    call: str
    status: str
    start: str
    elapsed: str


class HttpView(NamedTuple):
    """A trial's HTTP log.

    `bars` draws it as an SVG path, 1000 units wide and `rows` high: one for the table's head and
    one for each line.
    """

    lines: Sequence[InteractionView]
    size: str
    rows: str
    bars: str


class ErrorView(NamedTuple):
    """Why a trial could not be judged."""

    kind: str
    what: str
    where: str
    next_step: str
    detail: str
    log_id: str


class TrialView(NamedTuple):
    """Everything about one trial, as it is shown. `reason` is why, in one line."""

    id: str
    name: str
    anchor: str
    status: TrialStatus
    badge: str
    scenario: str
    bot: str
    case: str
    tags: Sequence[str]
    place: str
    cassette: str
    seconds: float
    facts: str
    tokens: int
    reason: str
    turns: Sequence[TurnView]
    http: HttpView | None
    error: ErrorView | None
    known_failure: str
    warnings: Sequence[str]
    log_ids: Sequence[str]
    bot_facts: Sequence[tuple[str, str]]


def anchor(trial_id: str) -> str:
    """Return the name of a trial's place in the page: the same in every run, safe in a link."""
    return "t" + blake2b(trial_id.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def why(verdict: VerdictView) -> str:
    """Return a verdict's kind and reason in one sentence."""
    return f"{verdict.kind}: {verdict.reason or verdict.expected}"
