"""A trial as every report shows it: texts are safe to display and truncated, numbers formatted.

Named tuples instead of dataclasses, for speed: a report of 10,000 trials makes about 200,000.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import quote

from coze_harness.messages import Catalogue
from coze_harness.model import TrialStatus
from coze_harness.reporting.views.safe_text import NAME_LIMIT, single_line

Fact: TypeAlias = tuple[str, str]
"""A label, as an id of the catalogue, and its value."""

BotFact: TypeAlias = tuple[str, str, str]
"""A label, as an id of the catalogue, its value, and that in the second language."""

_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch
_ID_LIMIT: Final = 300


ICONS: Final[Mapping[str, str]] = {
    TrialStatus.PASSED: "✓",
    TrialStatus.FAILED: "✗",
    TrialStatus.ERROR: "!",
    TrialStatus.SKIPPED: "–",
    TrialStatus.KNOWN_FAILURE: "≈",
    TrialStatus.FIXED: "✓",
    "warning": "!",
}
"""The icon of a status of a trial or verdict; colour alone never shows it."""


def status_badge(status: str, words: Catalogue) -> str:
    """Return the icon and the word of a status."""
    return f"{ICONS[status]} {words.word(f'status.{status}')}"


class VerdictView(NamedTuple):
    """A verdict. `status` is passed, failed, skipped or warning (failed with severity warning).

    The texts in the second language (`second_…`) are empty where they are the same.
    """

    status: str
    badge: str
    kind: str
    name: str
    expected: str
    actual: str
    reason: str
    place: str
    score: str
    second_expected: str
    second_actual: str
    second_reason: str


class MarkedText(NamedTuple):
    """A part of an answer; `mark` is ``failed``, ``warning``, ``passed`` or empty.

    `numbers` are the verdicts that refer to it, counted from 1 and separated by spaces.
    """

    text: str
    mark: str
    numbers: str = ""


class ChipView(NamedTuple):
    """Content of a message that is not text: its type (an id of the catalogue), name and JSON."""

    key: str
    text: str
    detail: str


class MessageView(NamedTuple):
    """One message; tool calls and messages that no user sees are `folded`.

    `key` is its type (an id of the catalogue); `label` names a tool, or a type of content that the
    catalogue lacks. With several answers, this is number `number` of `of`; else both are 0. `tree`
    is the rendered Markdown (see `markdown_tree`); `is_marked`: it marks all that `parts` marks.
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
    is_marked: bool


class TurnView(NamedTuple):
    """A prompt and its reply.

    `missing` (a key) says that there is no reply, or no answer in it.
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
        """The answer messages as one text."""
        return "\n".join(
            "".join(part.text for part in message.parts)
            for message in self.messages
            if not message.folded
        )


class CallView(NamedTuple):
    """A line of the HTTP log. `code` is Coze's code, times are seconds since the first request.

    `wait` is the time since the previous call ended, and `wait_key` what it waited for (an id of
    the catalogue). `is_refused`: Coze asked to send it again later. `curl_path` and `curl_body` are
    quoted for a shell.
    """

    method: str
    path: str
    repeats: str
    status: str
    code: str
    start: str
    elapsed: str
    wait: str
    curl_path: str
    curl_body: str
    wait_key: str
    is_refused: bool


class HttpView(NamedTuple):
    """A trial's HTTP log; `total`, `total_wait` and the marks of the time axis are seconds.

    `may_hide_retries`: a wait has no known reason. A recording keeps only the last attempt of a
    request, so the attempts before it look like a wait.
    """

    calls: Sequence[CallView]
    total: str
    total_requests: str
    total_wait: str
    marks: Sequence[str]
    may_hide_retries: bool


class ErrorView(NamedTuple):
    """Why a trial could not be judged."""

    kind: str
    what: str
    where: str
    next_step: str
    detail: str
    log_id: str
    second_what: str
    second_next_step: str
    second_detail: str


class FlipView(NamedTuple):
    """An expectation whose verdict changed: two statuses, empty where it was not judged.

    `seen_before` and `seen_after` are what the two answers have; empty if that is the whole answer.
    """

    kind: str
    name: str
    expected: str
    place: str
    before: str
    after: str
    second_expected: str
    seen_before: str
    seen_after: str
    second_seen_before: str
    second_seen_after: str


class SideFact(NamedTuple):
    """A label (an id of the catalogue, or a name) and its values in baseline and candidate."""

    key: str
    before: str
    after: str


class TurnDiffView(NamedTuple):
    """The difference of two texts: baseline and candidate, or expected and actual.

    `answer` is how the answer changed (empty for expected and actual); `tree` is the difference as
    JSON (see `diff_tree`). `rewritten`: it is both texts as a whole. `still_passing` counts the
    expectations that passed before and pass now. `is_paced`: the pace of both answers is known.
    """

    number: int
    answer: str
    similarity: str
    flips: Sequence[FlipView]
    facts: Sequence[SideFact]
    tree: str
    rewritten: bool
    still_passing: int
    is_paced: bool


class DiffView(NamedTuple):
    """What changed since the baseline; with an empty `kind`, expected texts and actual ones."""

    kind: str
    turns: Sequence[TurnDiffView]


class TrialView(NamedTuple):
    """A trial. `reason` is why it has its status, in one line; a warning is in both languages.

    `change` is how it changed since its baseline, if it has one; `duration` and `usage` are its
    seconds and tokens for people. `failed_kinds` are the kinds of expectations that failed, `codes`
    the kind of its error and Coze's error codes.
    """

    id: str
    anchor: str
    name: str
    bot: str
    change: str
    duration: str
    usage: str
    reason: str
    second_reason: str
    status: TrialStatus
    case: str
    tags: Sequence[str]
    place: str
    cassette: str
    recorded_at: str
    turns: Sequence[TurnView]
    http: HttpView | None
    diff: DiffView | None
    error: ErrorView | None
    known_failure: str
    warnings: Sequence[tuple[str, str]]
    bot_facts: Sequence[BotFact]
    scenario: str
    badge: str
    seconds: float
    tokens: int
    log_ids: Sequence[str]
    failed_kinds: Sequence[str]
    codes: Sequence[str]


def anchor(trial_id: str) -> str:
    """Return a trial's id for links and element ids, after ``s=``.

    Half a surrogate pair, which no address can hold, is written out.
    """
    if len(trial_id) <= _ID_LIMIT and _PLAIN(trial_id):
        return trial_id
    return quote(page_id(trial_id), safe="")


def page_id(trial_id: str) -> str:
    """Return the id that a page uses for a trial: it can be encoded and has a limited length."""
    encoded = trial_id.encode("utf-8", "backslashreplace")
    if len(trial_id) > _ID_LIMIT:
        begin = encoded[:NAME_LIMIT].decode(errors="ignore")
        return f"{begin}~{blake2b(encoded, digest_size=8).hexdigest()}"
    return encoded.decode()


def filter_link(text: str) -> str:
    """Return a link to the trials that contain a text: one phrase, or several if it has quotes."""
    parts = single_line(text).rstrip("…").split('"')
    phrases = " ".join(f'"{part.strip()}"' for part in parts if part.strip())
    return f"#v=trials&q={quote(phrases, safe='', errors='replace')}"
