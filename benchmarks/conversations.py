"""A project of any number of three-turn trials whose texts repeat nothing, for the page.

A page of one sentence over and over would pack to next to nothing and flatter whoever packs. These
answers are random words, Chinese ones (the characters of GB 2312's first level, the 3,755 in common
use) and English ones (those of Python's own manual), so that they pack worse than any bot's.
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

from benchmarks.project import BOT, SETTINGS, interaction
from benchmarks.walkthrough import chat_body

TURNS = 3
_A_FILE = 100  # scenarios in a file
_CHINESE = [
    bytes((row, cell)).decode("gb2312")
    for row in range(0xB0, 0xD8)
    for cell in range(0xA1, 0xFF if row < 0xD7 else 0xFA)
]
_ENGLISH = sorted(set(re.findall(r"[a-z]{3,12}", "\n".join(pydoc_data.topics.topics.values()))))


@dataclass(frozen=True, slots=True)
class Said:
    """One turn: a prompt, an answer, and a piece of the answer that is expected in it."""

    prompt: str
    answer: str
    piece: str


def build(folder: Path, count: int, failing: int) -> None:
    """Write a recorded project of `count` trials, `failing` of them (spread evenly) failing."""
    for name in ("scenarios", "cassettes"):
        (folder / name).mkdir(parents=True)
    (folder / "harness.yaml").write_text(SETTINGS, encoding="utf-8")
    rng = random.Random(20261122)  # noqa: S311 (words, no secret)
    scenarios: list[str] = []
    for number in range(count):
        said = [_said(rng) for _ in range(TURNS)]
        name = f"场景-{number:05}"
        fails = number * failing // count != (number + 1) * failing // count
        scenarios.append(_scenario(name, said, fails=fails))
        path = folder / "cassettes" / f"{name}.yaml"
        path.write_bytes(canonical.write_canonical(_recording(rng, said), _origin(name, said)))
    for begin in range(0, count, _A_FILE):
        path = folder / "scenarios" / f"s{begin:05}.yaml"
        text = "".join(scenarios[begin : begin + _A_FILE])
        path.write_text(f"scenarios:\n{text}", encoding="utf-8")


def chinese(rng: random.Random, length: int) -> str:
    """Return so many characters, with a comma now and then."""
    return "，".join("".join(rng.choices(_CHINESE, k=12)) for _ in range(length // 12)) + "。"


def english(rng: random.Random, words: int) -> str:
    """Return so many words."""
    return " ".join(rng.choices(_ENGLISH, k=words)).capitalize() + "."


def _said(rng: random.Random) -> Said:
    first = chinese(rng, 72)
    prompt = "".join(rng.choices(_CHINESE, k=10)) + "？"
    return Said(prompt, f"{first}{english(rng, 18)}\n\n{chinese(rng, 36)}", first[15:21])


def _scenario(name: str, said: list[Said], *, fails: bool) -> str:
    lines = [f"  - name: {name}", "    tags: [bench, zh]", "    turns:"]
    for at, one in enumerate(said):
        wanted = "绝不会有的话" if fails and at == 0 else one.piece
        lines += [
            f"      - prompt: {one.prompt}",
            f"        expect: [{wanted}, {{length: {{max: 600}}}}, {{tokens: {{max: 900}}}}]",
        ]
    return "\n".join(lines) + "\n"


def _origin(name: str, said: list[Said]) -> RecordingInfo:
    turns = [Turn(prompt=one.prompt, expectations=(), location=Location("")) for one in said]
    return RecordingInfo(
        scenario=name,
        trial=name,
        fingerprint=fingerprint(Target(name="chatchat", id=BOT), ChatOptions(user_id="0"), turns),
        recorded_at="2026-11-22T00:00:00+00:00",
        harness="0.1.0",
        calls=4 * TURNS,
    )


def _recording(rng: random.Random, said: list[Said]) -> Recording:
    conversation = str(rng.randrange(10**18, 10**19))
    made: list[Interaction] = []
    for at, one in enumerate(said):
        made += _turn(rng, one, conversation, at)
    return Recording(interactions=tuple(made))


def _turn(rng: random.Random, said: Said, conversation: str, at: int) -> list[Interaction]:
    chat_id = str(rng.randrange(10**18, 10**19))
    chat = {
        "id": chat_id,
        "conversation_id": conversation,
        "bot_id": BOT,
        "created_at": 1723726839,
        "last_error": {"code": 0, "msg": ""},
        "status": "in_progress",
    }
    spent, given = rng.randrange(80, 400), rng.randrange(30, 300)
    usage = {"token_count": spent + given, "output_count": given, "input_count": spent}
    done = {**chat, "status": "completed", "completed_at": 1723726842, "usage": usage}
    ids = f"conversation_id={conversation}&chat_id={chat_id}"
    asked = f"/v3/chat?conversation_id={conversation}" if at else "/v3/chat"
    kinds = [("answer", said.answer), ("follow_up", chinese(rng, 12))]
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
    begun = 4000 * at + rng.randrange(500)
    retrieve = f"/v3/chat/retrieve?{ids}"
    return [
        interaction("POST", asked, chat_body(BOT, said.prompt), chat, begun),
        interaction("GET", retrieve, None, chat, begun + 1000, polls=2),
        interaction("GET", retrieve, None, done, begun + 3000),
        interaction("POST", f"/v3/chat/message/list?{ids}", None, messages, begun + 3100),
    ]
