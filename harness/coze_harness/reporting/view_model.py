"""The shapes in which every report shows a trial: all text already visible, cut, and in words.

Named tuples and not dataclasses: a report of 10,000 trials makes some 200,000 of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import Final, NamedTuple
from urllib.parse import quote

from coze_harness.model import TrialRow, TrialStatus
from coze_harness.reporting.evidence_marks import MarkedText
from coze_harness.reporting.message_catalogue import Fact
from coze_harness.reporting.visible import NAME_LIMIT, format_duration, single_line

_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch
_ID_LIMIT: Final = 300


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


class ChipView(NamedTuple):
    """Something in a message that is not text: what it is (a key of words.json), and its JSON."""

    key: str
    text: str
    detail: str


class MessageView(NamedTuple):
    """One message; `folded` ones are tool messages and the like.

    `key` names it (a key of words.json), and `label` does where Coze has a type that we do not
    know, or a content type that is not text. Of several answers, this one is number `number` of
    `of`; both are 0 otherwise. `tree` is the text's Markdown, rendered (see `markdown_tree`).
    """

    key: str
    label: str
    number: int
    of: int
    folded: bool
    parts: Sequence[MarkedText]
    language: str
    reasoning: str
    tree: str
    chips: Sequence[ChipView]


class TurnView(NamedTuple):
    """One prompt and all that came of it.

    `missing` says that there is no reply, or no answer in it (a key); `facts` and `ids` are small
    print.
    """

    number: int
    prompt: str
    language: str
    attached: Sequence[str]
    missing: str
    messages: Sequence[MessageView]
    follow_ups: Sequence[str]
    facts: Sequence[Fact]
    ids: Sequence[Fact]
    verdicts: Sequence[VerdictView]

    @property
    def answer(self) -> str:
        """Return what a user would read: the answers, without tool messages and the like."""
        return "\n".join(
            "".join(part.text for part in message.parts)
            for message in self.messages
            if not message.folded
        )


class CallView(NamedTuple):
    """One line of the HTTP log: method and path, status, Coze's code, seconds from the beginning.

    `wait` are the seconds between the end of the call before and this one. `at` and `data` are the
    address and the body as a shell takes them.
    """

    method: str
    path: str
    repeats: str
    status: str
    code: str
    start: str
    elapsed: str
    wait: str
    at: str
    data: str


class HttpView(NamedTuple):
    """A trial's HTTP log.

    `bars` and `waits` draw it as SVG paths, 1000 units wide and `rows` high: one for the table's
    head and one for each line. `total` and `waited` are seconds.
    """

    calls: Sequence[CallView]
    rows: str
    bars: str
    waits: str
    total: str
    waited: str


class ErrorView(NamedTuple):
    """Why a trial could not be judged."""

    kind: str
    what: str
    where: str
    next_step: str
    detail: str
    log_id: str


class FlipView(NamedTuple):
    """One expectation that came to another verdict: two statuses, or "" where it was not judged."""

    kind: str
    name: str
    expected: str
    place: str
    before: str
    after: str


class SideFact(NamedTuple):
    """A label, by its key, and what it was before and is now."""

    key: str
    before: str
    after: str


class TurnDiffView(NamedTuple):
    """Two texts of one turn: baseline's and candidate's answers, or what was expected and seen.

    `answer` is how the answer changed (empty for the latter), `tree` the differences as JSON.
    """

    number: int
    answer: str
    similarity: str
    flips: Sequence[FlipView]
    facts: Sequence[SideFact]
    tree: str


class DiffView(NamedTuple):
    """What changed against the baseline, or, with an empty `kind`, against what was expected."""

    kind: str
    turns: Sequence[TurnDiffView]


class TrialView(NamedTuple):
    """Everything about one trial, as it is shown. `reason` is why, in one line.

    `change` is how it changed against its baseline, if it has one; `lasted` and `spent` are its
    seconds and tokens in words. `failed` are the kinds of expectations that failed; `codes` the
    error's kind and Coze's codes.
    """

    id: str
    anchor: str
    name: str
    bot: str
    change: str
    lasted: str
    spent: str
    reason: str
    status: TrialStatus
    case: str
    tags: Sequence[str]
    place: str
    cassette: str
    recorded: str
    turns: Sequence[TurnView]
    http: HttpView | None
    diff: DiffView | None
    error: ErrorView | None
    known_failure: str
    warnings: Sequence[str]
    bot_facts: Sequence[Fact]
    scenario: str
    badge: str
    seconds: float
    tokens: int
    log_ids: Sequence[str]
    failed: Sequence[str]
    codes: Sequence[str]


def anchor(trial_id: str) -> str:
    """Return a trial's id as it stands in links and in names of places, after ``s=``.

    Half a surrogate pair, which no address can hold, is written out.
    """
    if len(trial_id) <= _ID_LIMIT and _PLAIN(trial_id):
        return trial_id
    return quote(shown_id(trial_id), safe="")


def shown_id(trial_id: str) -> str:
    """Return the id by which a page knows a trial: one that can be encoded and is not endless."""
    shown = trial_id.encode("utf-8", "backslashreplace")
    if len(trial_id) > _ID_LIMIT:
        begin = shown[:NAME_LIMIT].decode(errors="ignore")
        return f"{begin}~{blake2b(shown, digest_size=8).hexdigest()}"
    return shown.decode()


def filtered(text: str) -> str:
    """Return the filter that finds a text: as a phrase, or several where it has quotes."""
    phrases = [
        f'"{part.strip()}"' for part in single_line(text).rstrip("…").split('"') if part.strip()
    ]
    return f"#v=trials&q={quote(' '.join(phrases), safe='', errors='replace')}"


def why(verdict: VerdictView) -> str:
    """Return a verdict's kind and reason in one sentence."""
    return f"{verdict.kind}: {verdict.reason or verdict.expected}"


def bare(row: TrialRow) -> TrialView:
    """Return a trial of which trials.jsonl says nothing."""
    key, duration = row.key, format_duration(row.seconds)
    return TrialView(
        key.id, anchor(key.id), single_line(key.id), single_line(key.bot), "", duration, "",
        "trials.jsonl has no line for this trial", row.status, single_line(key.case), (), "", "",
        "", (), None, None, None, "", (), (), single_line(key.scenario), BADGE[row.status],
        row.seconds, 0, (), (), (),
    )  # fmt: skip
