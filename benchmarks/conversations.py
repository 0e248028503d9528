"""A project of any number of three-turn trials whose texts repeat nothing, for the page.

A page that repeats one sentence would compress unrealistically well. These answers are random
words: Chinese ones (the characters of GB 2312's first level, the 3,755 in common use) and English
ones (those of Python's own manual), so that they compress worse than any bot's.
"""

from __future__ import annotations

import pydoc_data.topics
import random
import re
from dataclasses import dataclass
from pathlib import Path

from coze_harness.cassettes import Recording, RecordingInfo
from coze_harness.cassettes import canonical_format as canonical
from coze_harness.cassettes.interaction import Interaction
from coze_harness.coze import fingerprint
from coze_harness.model import ChatOptions, Target
from coze_harness.model.location import Location
from coze_harness.model.trial import Turn

from benchmarks.project import BOT, SETTINGS, recorded_interaction
from benchmarks.walkthrough import chat_body

TURNS = 3
_SCENARIOS_PER_FILE = 100
_CHINESE = [
    bytes((row, cell)).decode("gb2312")
    for row in range(0xB0, 0xD8)
    for cell in range(0xA1, 0xFF if row < 0xD7 else 0xFA)
]
_ENGLISH = sorted(set(re.findall(r"[a-z]{3,12}", "\n".join(pydoc_data.topics.topics.values()))))


@dataclass(frozen=True, slots=True)
class TurnText:
    """The texts of a turn: prompt, answer, and the piece of the answer that is expected in it."""

    prompt: str
    answer: str
    piece: str


def build_conversations(folder: Path, count: int, failing: int) -> None:
    """Write a recorded project of `count` trials, `failing` of them (spread evenly) failing."""
    for name in ("scenarios", "cassettes"):
        (folder / name).mkdir(parents=True)
    (folder / "harness.yaml").write_text(SETTINGS, encoding="utf-8")
    rng = random.Random(20261122)  # noqa: S311 (words, no secret)
    scenarios: list[str] = []
    for number in range(count):
        turns = [_random_turn(rng) for _ in range(TURNS)]
        name = f"场景-{number:05}"
        fails = number * failing // count != (number + 1) * failing // count
        scenarios.append(_scenario(name, turns, fails=fails))
        path = folder / "cassettes" / f"{name}.yaml"
        path.write_bytes(canonical.write_canonical(_recording(rng, turns), _origin(name, turns)))
    for begin in range(0, count, _SCENARIOS_PER_FILE):
        path = folder / "scenarios" / f"s{begin:05}.yaml"
        text = "".join(scenarios[begin : begin + _SCENARIOS_PER_FILE])
        path.write_text(f"scenarios:\n{text}", encoding="utf-8")


def random_chinese(rng: random.Random, length: int) -> str:
    """Return a random text of about `length` characters."""
    return "，".join("".join(rng.choices(_CHINESE, k=12)) for _ in range(length // 12)) + "。"


def random_english(rng: random.Random, words: int) -> str:
    """Return a random text of this number of words."""
    return " ".join(rng.choices(_ENGLISH, k=words)).capitalize() + "."


def _random_turn(rng: random.Random) -> TurnText:
    first = random_chinese(rng, 72)
    prompt = "".join(rng.choices(_CHINESE, k=10)) + "？"
    return TurnText(
        prompt, f"{first}{random_english(rng, 18)}\n\n{random_chinese(rng, 36)}", first[15:21]
    )


def _scenario(name: str, turns: list[TurnText], *, fails: bool) -> str:
    lines = [f"  - name: {name}", "    tags: [bench, zh]", "    turns:"]
    for at, one in enumerate(turns):
        expected = "绝不会有的话" if fails and at == 0 else one.piece
        lines += [
            f"      - prompt: {one.prompt}",
            f"        expect: [{expected}, {{length: {{max: 600}}}}, {{tokens: {{max: 900}}}}]",
        ]
    return "\n".join(lines) + "\n"


def _origin(name: str, turns: list[TurnText]) -> RecordingInfo:
    sent = [Turn(prompt=one.prompt, expectations=(), location=Location("")) for one in turns]
    return RecordingInfo(
        scenario=name,
        trial=name,
        fingerprint=fingerprint(Target(name="chatchat", id=BOT), ChatOptions(user_id="0"), sent),
        recorded_at="2026-11-22T00:00:00+00:00",
        harness="0.1.0",
        calls=4 * TURNS,
    )


def _recording(rng: random.Random, turns: list[TurnText]) -> Recording:
    conversation = str(rng.randrange(10**18, 10**19))
    interactions: list[Interaction] = []
    for at, one in enumerate(turns):
        interactions += _turn(rng, one, conversation, at)
    return Recording(interactions=tuple(interactions))


def _turn(rng: random.Random, text: TurnText, conversation: str, at: int) -> list[Interaction]:
    chat_id = str(rng.randrange(10**18, 10**19))
    chat = {
        "id": chat_id,
        "conversation_id": conversation,
        "bot_id": BOT,
        "created_at": 1723726839,
        "last_error": {"code": 0, "msg": ""},
        "status": "in_progress",
    }
    input_tokens, output_tokens = rng.randrange(80, 400), rng.randrange(30, 300)
    usage = {
        "token_count": input_tokens + output_tokens,
        "output_count": output_tokens,
        "input_count": input_tokens,
    }
    completed_chat = {**chat, "status": "completed", "completed_at": 1723726842, "usage": usage}
    ids = f"conversation_id={conversation}&chat_id={chat_id}"
    target = f"/v3/chat?conversation_id={conversation}" if at else "/v3/chat"
    kinds = [("answer", text.answer), ("follow_up", random_chinese(rng, 12))]
    messages = [
        {
            "id": str(rng.randrange(10**18, 10**19)),
            "conversation_id": conversation,
            "bot_id": BOT,
            "chat_id": chat_id,
            "role": "assistant",
            "type": kind,
            "content": content,
            "content_type": "text",
        }
        for kind, content in kinds
    ]
    started = 4000 * at + rng.randrange(500)
    retrieve = f"/v3/chat/retrieve?{ids}"
    return [
        recorded_interaction("POST", target, chat_body(BOT, text.prompt), chat, started),
        recorded_interaction("GET", retrieve, None, chat, started + 1000, polls=2),
        recorded_interaction("GET", retrieve, None, completed_chat, started + 3000),
        recorded_interaction(
            "POST", f"/v3/chat/message/list?{ids}", None, messages, started + 3100
        ),
    ]
