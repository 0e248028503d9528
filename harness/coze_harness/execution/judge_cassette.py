"""The recording of a trial's judge: a cassette of its own, next to the trial's.

Each question is a chat of its own, and its interactions are kept by the question's key. A recorded
reply is replayed wherever the same question is asked about the same answer. A changed question
makes only the judge's recording stale.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Final

from msgspec import Struct, field

from coze_harness.cassettes import (
    JUDGE_SUFFIX,
    CandidateInfo,
    JudgeInfo,
    Recording,
    RecordingInfo,
    Redactor,
)
from coze_harness.cassettes import cassette_files as store
from coze_harness.cassettes.interaction import Interaction
from coze_harness.messages import message
from coze_harness.model import BotSnapshot, Target
from coze_harness.model.errors import CassetteError, CassetteUnreadableError
from coze_harness.model.location import Location
from coze_harness.model.version import VERSION

_CHECK: Final = "~check"


class JudgeCassette(Struct, frozen=True, kw_only=True):
    """A judge's recording: the judge, its version, and each question's interactions, by key."""

    bot_id: str = ""
    snapshot: BotSnapshot | None = None
    replies: Mapping[str, Sequence[Interaction]] = field(default_factory=dict)
    calls: int = 0
    edited: bool = False

    @property
    def version(self) -> str:
        """The judge and its version, as `judge_version` has them."""
        return judge_version(self.bot_id, self.snapshot)


def judge_version(bot_id: str, snapshot: BotSnapshot | None) -> str:
    """Return a digest of a judge and its version: 12 hexadecimal digits.

    Of a judge that Coze does not describe, only the id is known.
    """
    description = snapshot or BotSnapshot()
    parts = (bot_id, description.version, description.model, description.prompt)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def judge_path(path: str) -> str:
    """Return the path or URL of the judge's recording next to a trial's."""
    return path.removesuffix(".yaml") + JUDGE_SUFFIX


def check_path(path: str) -> str:
    """Return the path or URL of what `judge-check` has recorded about a trial."""
    return path.removesuffix(".yaml") + _CHECK + JUDGE_SUFFIX


def read_judge_cassette(
    path: str, prefetched: store.PrefetchedCassettes = store.NONE_PREFETCHED
) -> JudgeCassette:
    """Read a judge's recording.

    Raises:
        CassetteMissingError: there is none.
        CassetteUnreadableError: it cannot be read, or is no judge's.
    """
    recording = store.read_cassette(path, prefetched)
    info = recording.origin
    judge = info.judge if info else None
    items = recording.interactions
    if info is None or judge is None or sum(judge.questions.values()) != len(items):
        raise CassetteUnreadableError(
            message("judge.unreadable"),
            where=Location(path),
            next_step=message("judge.unreadable.next"),
        )
    replies: dict[str, Sequence[Interaction]] = {}
    start = 0
    for key, count in judge.questions.items():
        replies[key] = items[start : start + count]
        start += count
    return JudgeCassette(
        bot_id=judge.bot_id,
        snapshot=info.bot,
        replies=replies,
        calls=info.calls,
        edited=recording.edited,
    )


def known_replies(
    paths: Iterable[str], judge: Target, snapshot: BotSnapshot | None
) -> dict[str, Sequence[Interaction]]:
    """Return the replies in recordings of the same version of a judge; unusable ones have none."""
    replies: dict[str, Sequence[Interaction]] = {}
    for path in paths:
        try:
            cassette = read_judge_cassette(path)
        except CassetteError:
            continue
        if cassette.version == judge_version(judge.id, snapshot) and not cassette.edited:
            replies |= cassette.replies
    return replies


def write_judge_cassette(
    path: str,
    judge: Target,
    cassette: JudgeCassette,
    redactor: Redactor,
    *,
    scenario: str,
    trial: str,
    recorded_at: str,
    candidate: CandidateInfo | None = None,
) -> None:
    """Write what a judge was asked, question by question.

    Of labelled answers, `scenario` is empty and `trial` is their name. `recorded_at` is ISO 8601 in
    UTC.

    Raises:
        CassetteError: it holds a secret, or cannot be written.
    """
    # The keys of the questions have their prompts in them.
    questions = "\n".join((judge.id, *cassette.replies))
    info = RecordingInfo(
        scenario=scenario,
        trial=trial,
        fingerprint=f"sha256:{hashlib.sha256(questions.encode()).hexdigest()}",
        recorded_at=recorded_at,
        harness=VERSION,
        calls=cassette.calls,
        bot=cassette.snapshot,
        candidate=candidate,
        judge=JudgeInfo(
            bot=judge.name,
            bot_id=judge.id,
            questions={key: len(items) for key, items in cassette.replies.items()},
        ),
    )
    interactions = tuple(chain.from_iterable(cassette.replies.values()))
    store.write_cassette(path, Recording(interactions=interactions), info, redactor)
