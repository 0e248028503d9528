"""A trial's recording: its interactions in order, and what is known about how they came about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Final

from coze_harness.cassettes.interaction import Interaction, base_path_of
from coze_harness.model import JSON, BotSnapshot, replace

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingInfo:
    """The `x-coze` block of a cassette; a file written by plain vcrpy has none.

    `fingerprint` identifies all that was sent. `generated_values` are those of the templates.
    `calls` is the number of requests, repeated ones included. `recorded_at` is ISO 8601 in
    UTC. `overridden_options` are request fields that differ from the scenario (`publish_status`,
    `bot_version`): a candidate's requests have them as sent, an accepted recording's as in the
    scenario. `candidate` is set until the recording is accepted.
    """

    scenario: str
    trial: str
    fingerprint: str
    recorded_at: str
    harness: str
    generated_values: Mapping[str, str] = field(default_factory=dict)
    calls: int = 0
    bot: BotSnapshot | None = None
    overridden_options: Mapping[str, str] = field(default_factory=dict)
    candidate: CandidateInfo | None = None


CANDIDATE_FOLDER: Final = ".candidate"
"""The folder, among the cassettes, of recordings that are not accepted yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateInfo:
    """Which trial a recording that is not accepted yet is of; names alone cannot be taken apart."""

    case: str
    trial: int
    bot: str
    bot_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Everything that a cassette file holds. `canonical` tells whether our own hand wrote it."""

    interactions: tuple[Interaction, ...]
    origin: RecordingInfo | None = None
    canonical: bool = False

    @property
    def poll_durations(self) -> tuple[float, ...]:
        """How long each group of polls took to bring its last news, in seconds from its cause."""
        waits: list[float] = []
        items = self.interactions
        for group in _polls(self):
            first = next(index for index, item in enumerate(items) if item is group[0])
            begun = items[first - 1].started if first else 0
            waits.append((group[-1].started + group[-1].elapsed - begun) / 1000)
        return tuple(waits)


def dump_info(recording: Recording, origin: RecordingInfo) -> dict[str, JSON]:
    """Return the `x-coze` mapping of a recording that is about to be written."""
    block: dict[str, JSON] = {
        "format_version": FORMAT_VERSION,
        "scenario": origin.scenario,
        "trial": origin.trial,
        "interactions": len(recording.interactions),
        "fingerprint": origin.fingerprint,
        "recorded_at": origin.recorded_at,
        "harness": origin.harness,
        "drawn": dict(origin.generated_values),
        "calls": origin.calls,
        "timings_ms": [[item.started, item.elapsed] for item in recording.interactions],
        "polls": [sum(item.repeat_count for item in polls) for polls in _polls(recording)],
    }
    frames = {str(i): list(item.frame_times) for i, item in enumerate(recording.interactions)}
    if any(frames.values()):
        block["frames_ms"] = {number: moments for number, moments in frames.items() if moments}
    counts = [item.repeat_count for item in recording.interactions]
    if counts != [item.repeat_count for item in _spread(recording.interactions, block["polls"])]:
        block["repeats"] = counts
    if recording.interactions and (base_path := base_path_of(recording.interactions[0].host)):
        block["base_path"] = base_path
    if origin.overridden_options:
        block["asked"] = dict(origin.overridden_options)
    if origin.candidate is not None:
        block["candidate"] = asdict(origin.candidate)
    if origin.bot is not None:
        snapshot = origin.bot
        block["bot"] = {
            "version": snapshot.version,
            "model": snapshot.model,
            "prompt": snapshot.prompt,
            **({"details": snapshot.details} if snapshot.details else {}),
            **({"warning": snapshot.warning} if snapshot.warning else {}),
        }
    return block


def _polls(recording: Recording) -> list[list[Interaction]]:
    """Return the groups of reads that ask the same again and again, in order.

    A poll is a GET that repeats the one before it; the file says how many were made per group and
    keeps only those whose answer was news.
    """
    groups: list[list[Interaction]] = []
    previous: Interaction | None = None
    for item in recording.interactions:
        if item.method == "GET":
            if previous is not None and item.same_request(previous):
                groups[-1].append(item)
            else:
                groups.append([item])
        previous = item
    return groups


def with_repeat_counts(
    interactions: Sequence[Interaction], block: Mapping[str, JSON]
) -> tuple[Interaction, ...]:
    """Return interactions with their times and counts, as far as the lists of `x-coze` fit them.

    A hand-edited file may have lists that no longer fit; what is asked and answered counts, so they
    are then left aside.
    """
    timings, counts = block.get("timings_ms"), block.get("repeats")
    timed = list(interactions)
    if isinstance(timings, list) and len(timings) == len(timed):
        for index, pair in enumerate(timings):
            if isinstance(pair, list) and len(pair) == 2 and all(isinstance(n, int) for n in pair):
                timed[index] = replace(timed[index], started=pair[0], elapsed=pair[1])
    timed = with_frame_times(timed, block.get("frames_ms"))
    if isinstance(counts, list) and len(counts) == len(timed):
        return tuple(
            replace(item, repeat_count=count) if isinstance(count, int) and count > 0 else item
            for item, count in zip(timed, counts, strict=True)
        )
    return _spread(timed, block.get("polls"))


def with_frame_times(interactions: Sequence[Interaction], frames: JSON) -> list[Interaction]:
    """Return interactions with the moments of their streams' frames, where the file has some."""
    moments = frames if isinstance(frames, dict) else {}
    return [
        replace(item, frame_times=tuple(found))
        if isinstance(found := moments.get(str(index)), list)
        and all(isinstance(moment, int) for moment in found)
        else item
        for index, item in enumerate(interactions)
    ]


def _spread(interactions: Sequence[Interaction], polls: JSON) -> tuple[Interaction, ...]:
    """Return interactions with the counts that follow from the polls of each group.

    The first of a group takes what the others, which stand for one each, leave.
    """
    counted = [replace(item, repeat_count=1) for item in interactions]
    index = 0
    groups = _polls(Recording(interactions=tuple(counted)))
    for group, count in zip(groups, polls if isinstance(polls, list) else (), strict=False):
        while counted[index] is not group[0]:
            index += 1
        if isinstance(count, int) and count > len(group):
            counted[index] = replace(group[0], repeat_count=count - len(group) + 1)
        index += 1
    return tuple(counted)


def parse_info(block: Mapping[str, JSON]) -> RecordingInfo:
    """Return what an `x-coze` mapping says, tolerant of what is missing."""
    drawn = block.get("drawn")
    bot = block.get("bot")
    calls = block.get("calls")
    asked = block.get("asked")
    candidate = block.get("candidate")
    return RecordingInfo(
        scenario=_text(block, "scenario"),
        trial=_text(block, "trial") or _text(block, "scenario"),
        fingerprint=_text(block, "fingerprint"),
        recorded_at=_text(block, "recorded_at"),
        harness=_text(block, "harness"),
        generated_values={k: str(v) for k, v in drawn.items()} if isinstance(drawn, dict) else {},
        calls=calls if isinstance(calls, int) else 0,
        bot=_snapshot(bot) if isinstance(bot, dict) else None,
        overridden_options={k: str(v) for k, v in asked.items()} if isinstance(asked, dict) else {},
        candidate=_candidacy(candidate) if isinstance(candidate, dict) else None,
    )


def _candidacy(block: Mapping[str, JSON]) -> CandidateInfo:
    trial = block.get("trial")
    return CandidateInfo(
        case=_text(block, "case"),
        trial=trial if isinstance(trial, int) else 1,
        bot=_text(block, "bot"),
        bot_id=_text(block, "bot_id"),
    )


def _snapshot(block: Mapping[str, JSON]) -> BotSnapshot:
    details = block.get("details")
    return BotSnapshot(
        version=_text(block, "version"),
        model=_text(block, "model"),
        prompt=_text(block, "prompt"),
        details=details if isinstance(details, dict) else {},
        warning=_text(block, "warning"),
    )


def _text(block: Mapping[str, JSON], key: str) -> str:
    value = block.get(key)
    return value if isinstance(value, str) else ""
