"""A project of any number of one-turn trials, with recordings of a usual size."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from coze_harness.cassettes import Recording, RecordingInfo
from coze_harness.cassettes import canonical_format as canonical
from coze_harness.cassettes.interaction import Interaction
from coze_harness.coze import fingerprint
from coze_harness.model import ChatOptions, Target
from coze_harness.model.location import Location
from coze_harness.model.trial import Turn

from benchmarks.walkthrough import chat_body

BOT = "7403315657221079041"
HOST = "https://api.coze.com"
SETTINGS = f'bots: {{chatchat: "{BOT}"}}\ndefault_bot: chatchat\nuser_id: "0"\n'
_SENTENCE = "我是chatchat,一个虚拟的学术助手。我可以帮助你研究各种主题,并提供结构化的文章或论文。"


@dataclass(frozen=True, slots=True)
class Exchange:
    """The prompt of one trial and its recorded ids, for peers that send the same prompt."""

    name: str
    prompt: str
    chat_id: str
    conversation_id: str


def build_project(folder: Path, count: int) -> list[Exchange]:
    """Write a project of `count` scenario files with a cassette each (about 7 KB of YAML).

    Unlike recordings, the files are not synced to disk one by one.
    """
    (folder / "scenarios").mkdir(parents=True)
    (folder / "cassettes").mkdir()
    (folder / "harness.yaml").write_text(SETTINGS, encoding="utf-8")
    exchanges = [_exchange(number) for number in range(count)]
    for exchange in exchanges:
        scenario = folder / "scenarios" / f"{exchange.name}.yaml"
        scenario.write_text(_scenario(exchange), encoding="utf-8")
        turn = Turn(prompt=exchange.prompt, expectations=(), location=Location(""))
        origin = RecordingInfo(
            scenario=exchange.name,
            trial=exchange.name,
            fingerprint=fingerprint(
                Target(name="chatchat", id=BOT), ChatOptions(user_id="0"), [turn]
            ),
            recorded_at="2026-11-22T00:00:00+00:00",
            harness="0.1.0",
            calls=5,
        )
        path = folder / "cassettes" / f"{exchange.name}.yaml"
        recording = Recording(interactions=_interactions(exchange))
        path.write_bytes(canonical.write_canonical(recording, origin))
    return exchanges


def build_unrecorded_project(folder: Path, count: int, poll: str = "") -> None:
    """Write a project of `count` scenario files without recordings.

    `poll` is the value of `poll` in harness.yaml, as YAML; empty for the defaults.
    """
    (folder / "scenarios").mkdir(parents=True)
    settings = SETTINGS + (f"poll: {poll}\n" if poll else "")
    (folder / "harness.yaml").write_text(settings, encoding="utf-8")
    for number in range(count):
        exchange = _exchange(number)
        scenario = folder / "scenarios" / f"{exchange.name}.yaml"
        scenario.write_text(_scenario(exchange), encoding="utf-8")


def server_script(delay: float) -> str:
    """Return a script for `coze-harness serve`: one bot that takes `delay` seconds to answer."""
    answer = f"这是第1次回答。{_SENTENCE * 6}"
    return f"""\
bots:
- id: "{BOT}"
  name: chatchat
  answers:
  - default: true
    delay: {delay}
    answer: "{answer}"
    usage: {{input: 132, output: 71}}
"""


def _exchange(number: int) -> Exchange:
    snowflake = 7403350281725181960 + number * 7919
    return Exchange(
        f"s{number:06}",
        f"第{number}个问题:请介绍一下你自己。",
        str(snowflake),
        str(snowflake - 16384),
    )


def _scenario(exchange: Exchange) -> str:
    return f"""\
name: {exchange.name}
description: One question about the bot itself.
tags: [bench, zh]
turns:
  - prompt: {exchange.prompt}
    expect:
      - 学术助手
      - not: {{contains: ChatGPT}}
      - regex: 第\\d+次
      - length: {{max: 600}}
      - tokens: {{max: 800}}
"""


def _interactions(exchange: Exchange) -> tuple[Interaction, ...]:
    chat = {
        "id": exchange.chat_id,
        "conversation_id": exchange.conversation_id,
        "bot_id": BOT,
        "created_at": 1723726839,
        "last_error": {"code": 0, "msg": ""},
        "status": "in_progress",
    }
    usage = {"token_count": 203, "output_count": 71, "input_count": 132}
    completed_chat = {**chat, "status": "completed", "completed_at": 1723726842, "usage": usage}
    ids = f"conversation_id={exchange.conversation_id}&chat_id={exchange.chat_id}"
    retrieve = f"/v3/chat/retrieve?{ids}"
    return (
        recorded_interaction("POST", "/v3/chat", chat_body(BOT, exchange.prompt), chat, 0),
        recorded_interaction("GET", retrieve, None, chat, 1000, polls=2),
        recorded_interaction("GET", retrieve, None, completed_chat, 3000),
        recorded_interaction(
            "POST", f"/v3/chat/message/list?{ids}", None, _messages(exchange), 3100
        ),
    )


def _messages(exchange: Exchange) -> list[dict[str, object]]:
    answer = f"这是第{exchange.name[1:]}次回答。" + _SENTENCE * 6
    contents = [
        ("verbose", '{"msg_type":"generate_answer_finish","data":"","from_module":null}'),
        ("answer", answer),
        ("follow_up", "你能做什么?"),
        ("follow_up", "你支持哪些语言?"),
    ]
    return [
        {
            "id": str(int(exchange.chat_id) + 100 + index),
            "conversation_id": exchange.conversation_id,
            "bot_id": BOT,
            "chat_id": exchange.chat_id,
            "role": "assistant",
            "type": kind,
            "content": content,
            "content_type": "text",
            "created_at": 1723726841,
            "updated_at": 1723726842,
        }
        for index, (kind, content) in enumerate(contents)
    ]


def recorded_interaction(
    method: str, target: str, body: object, data: object, started: int, polls: int = 1
) -> Interaction:
    """Return a recorded call and its response; `started` is in milliseconds."""
    log_id = f"20241001{started:06}A1B2C3D4E5F60718293A"
    envelope = {"data": data, "code": 0, "msg": "", "detail": {"logid": log_id}}
    return Interaction(
        method=method,
        host=HOST,
        target=target,
        request_body=_json(body) if body is not None else b"",
        status=200,
        headers={"content-type": "application/json; charset=utf-8", "x-tt-logid": log_id},
        response_body=_json(envelope),
        started=started,
        elapsed=90,
        repeat_count=polls,
    )


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
