"""A trial's recording: its interactions, and what the cassette's `x-coze` block says about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct, field
from msgspec.structs import asdict

from coze_harness.cassettes.interaction import Interaction, base_path_of
from coze_harness.messages import LocalizedText
from coze_harness.messages.message_data import dump_message, load_message
from coze_harness.model import JSON, BotSnapshot, replace

FORMAT_VERSION = 1
"""Version of the `x-coze` block."""

JUDGE_SUFFIX: Final = "~judge.yaml"
"""The end of the name of a judge's recording; `~` and a letter is in no other recording's name."""

CANDIDATE_FOLDER: Final = ".candidate"
"""The folder of recordings that are not accepted yet, inside the folder of cassettes."""

ACCEPT_JOURNAL: Final = ".accept-journal.json"
"""A file of the folder of cassettes while recordings are replaced by candidates."""

LOCK_FILE: Final = ".lock"
"""A file of the folder of cassettes while a process writes recordings or candidates there."""


class RecordingInfo(Struct, frozen=True, kw_only=True):
    """The `x-coze` block of a cassette; a file written by plain vcrpy has none.

    `fingerprint` identifies all that was sent. `generated_values` are those of the templates.
    `calls` is the number of requests, repeated ones included. `recorded_at` is ISO 8601 in
    UTC. `overridden_options` are request fields that differ from the scenario (`publish_status`,
    `bot_version`): a candidate's requests have them as sent, an accepted recording's as in the
    scenario. `candidate` is set until the recording is accepted. `judge` is set in the
    recording of a judge.
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
    judge: JudgeInfo | None = None


class CandidateInfo(Struct, frozen=True, kw_only=True):
    """The trial of a recording that is not accepted yet; a trial's id cannot be parsed."""

    case: str
    trial: int
    bot: str
    bot_id: str


class JudgeInfo(Struct, frozen=True, kw_only=True):
    """Which bot judged, and how many interactions each question took, in order.

    `questions` are identified by their keys.
    """

    bot: str
    bot_id: str
    questions: Mapping[str, int]


class Recording(Struct, frozen=True, kw_only=True):
    """The contents of a cassette.

    `canonical`: the file has our own layout and was not edited. `edited`: the file was recorded by
    this program and changed since.
    """

    interactions: tuple[Interaction, ...]
    origin: RecordingInfo | None = None
    canonical: bool = False
    edited: bool = False

    @property
    def poll_durations(self) -> tuple[float, ...]:
        """Seconds from the request before each poll to the poll's last new response."""
        items = self.interactions
        durations: list[float] = []
        for group in _poll_groups(items):
            if group[0] and items[group[0] - 1].method == "GET":
                continue  # the list of messages after a poll
            started = items[group[0] - 1].started if group[0] else 0
            last = items[group[-1]]
            durations.append((last.started + last.elapsed - started) / 1000)
        return tuple(durations)


def dump_info(recording: Recording, origin: RecordingInfo) -> dict[str, JSON]:
    """Return the `x-coze` block of a recording."""
    items = recording.interactions
    polls = [sum(items[at].repeat_count for at in group) for group in _poll_groups(items)]
    block: dict[str, JSON] = {
        "format_version": FORMAT_VERSION,
        "scenario": origin.scenario,
        "trial": origin.trial,
        "interactions": len(items),
        "fingerprint": origin.fingerprint,
        "recorded_at": origin.recorded_at,
        "harness": origin.harness,
        "drawn": dict(origin.generated_values),
        "calls": origin.calls,
        "timings_ms": [[item.started, item.elapsed] for item in items],
        "polls": polls,
    }
    frames = {str(at): list(item.frame_times) for at, item in enumerate(items) if item.frame_times}
    if frames:
        block["frames_ms"] = frames
    counts = [item.repeat_count for item in items]
    if counts != [item.repeat_count for item in _with_poll_counts(items, polls)]:
        block["repeats"] = counts
    hosts = dict.fromkeys(item.host for item in items)
    if base_path := next(filter(None, map(base_path_of, hosts)), ""):
        block["base_path"] = base_path
    if origin.overridden_options:
        block["asked"] = dict(origin.overridden_options)
    if origin.candidate is not None:
        block["candidate"] = asdict(origin.candidate)
    if origin.judge is not None:
        block["judge"] = asdict(origin.judge)
    if origin.bot is not None:
        snapshot = origin.bot
        block["bot"] = {
            "version": snapshot.version,
            "model": snapshot.model,
            "prompt": snapshot.prompt,
            **({"details": snapshot.details} if snapshot.details else {}),
            **({"warning": snapshot.warning} if snapshot.warning else {}),
            **_warning_message(snapshot),
        }
    return block


def _warning_message(snapshot: BotSnapshot) -> dict[str, JSON]:
    reason = snapshot.warning_message
    return {"warning_message": dump_message(reason)} if isinstance(reason, LocalizedText) else {}


def _poll_groups(interactions: Sequence[Interaction]) -> list[list[int]]:
    """Return the indices of each poll's interactions.

    A poll is a GET with its repetitions. The file has the number of requests of each poll, and
    those of its responses that differ from the one before.
    """
    groups: list[list[int]] = []
    previous: Interaction | None = None
    for index, item in enumerate(interactions):
        if item.method == "GET":
            if previous is not None and item.is_same_request(previous):
                groups[-1].append(index)
            else:
                groups.append([index])
        previous = item
    return groups


def with_repeat_counts(
    interactions: Sequence[Interaction], block: Mapping[str, JSON]
) -> tuple[Interaction, ...]:
    """Return interactions with the times and counts of an `x-coze` block.

    In a hand-edited file these lists may not fit the interactions; they are then ignored.
    """
    timings, counts = block.get("timings_ms"), block.get("repeats")
    items = list(interactions)
    if isinstance(timings, list) and len(timings) == len(items):
        for index, pair in enumerate(timings):
            if isinstance(pair, list) and len(pair) == 2 and all(isinstance(n, int) for n in pair):
                items[index] = replace(items[index], started=pair[0], elapsed=pair[1])
    items = with_frame_times(items, block.get("frames_ms"))
    if isinstance(counts, list) and len(counts) == len(items):
        return tuple(
            replace(item, repeat_count=count) if isinstance(count, int) and count > 0 else item
            for item, count in zip(items, counts, strict=True)
        )
    return _with_poll_counts(items, block.get("polls"))


def with_frame_times(interactions: Sequence[Interaction], frames: JSON) -> list[Interaction]:
    """Return interactions with the frame times of an `x-coze` block, by index."""
    by_index = frames if isinstance(frames, dict) else {}
    return [
        replace(item, frame_times=tuple(times))
        if isinstance(times := by_index.get(str(index)), list)
        and all(isinstance(time, int) for time in times)
        else item
        for index, item in enumerate(interactions)
    ]


def _with_poll_counts(interactions: Sequence[Interaction], polls: JSON) -> tuple[Interaction, ...]:
    """Return interactions with the counts that follow from the number of requests of each poll.

    All repetitions are counted for the first interaction of a poll.
    """
    items = [replace(item, repeat_count=1) for item in interactions]
    groups = _poll_groups(items)
    for group, count in zip(groups, polls if isinstance(polls, list) else (), strict=False):
        if isinstance(count, int) and count > len(group):
            first = group[0]
            items[first] = replace(items[first], repeat_count=count - len(group) + 1)
    return tuple(items)


def parse_info(block: Mapping[str, JSON]) -> RecordingInfo:
    """Return the contents of an `x-coze` block; missing or invalid values become defaults."""
    calls = block.get("calls")
    bot, candidate, judge = block.get("bot"), block.get("candidate"), block.get("judge")
    return RecordingInfo(
        scenario=_text(block, "scenario"),
        trial=_text(block, "trial") or _text(block, "scenario"),
        fingerprint=_text(block, "fingerprint"),
        recorded_at=_text(block, "recorded_at"),
        harness=_text(block, "harness"),
        generated_values=_texts(block.get("drawn")),
        calls=calls if isinstance(calls, int) else 0,
        bot=_snapshot(bot) if isinstance(bot, dict) else None,
        overridden_options=_texts(block.get("asked")),
        candidate=_candidate_info(candidate) if isinstance(candidate, dict) else None,
        judge=_judge_info(judge) if isinstance(judge, dict) else None,
    )


def _candidate_info(block: Mapping[str, JSON]) -> CandidateInfo:
    trial = block.get("trial")
    return CandidateInfo(
        case=_text(block, "case"),
        trial=trial if isinstance(trial, int) else 1,
        bot=_text(block, "bot"),
        bot_id=_text(block, "bot_id"),
    )


def _judge_info(block: Mapping[str, JSON]) -> JudgeInfo:
    questions = block.get("questions")
    counts = questions if isinstance(questions, dict) else {}
    return JudgeInfo(
        bot=_text(block, "bot"),
        bot_id=_text(block, "bot_id"),
        questions={key: n for key, n in counts.items() if isinstance(n, int) and n > 0},
    )


def _snapshot(block: Mapping[str, JSON]) -> BotSnapshot:
    details = block.get("details")
    snapshot = BotSnapshot(
        version=_text(block, "version"),
        model=_text(block, "model"),
        prompt=_text(block, "prompt"),
        details=details if isinstance(details, dict) else {},
        warning=_text(block, "warning"),
    )
    reason = load_message(block.get("warning_message"))
    return snapshot if reason is None else replace(snapshot, warning_message=reason)


def _text(block: Mapping[str, JSON], key: str) -> str:
    value = block.get(key)
    return value if isinstance(value, str) else ""


def _texts(block: JSON) -> dict[str, str]:
    return {key: str(value) for key, value in block.items()} if isinstance(block, dict) else {}
