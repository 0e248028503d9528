"""Sample recordings: a plain one, and odd ones by seed."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Sequence
from pathlib import Path

from coze_harness.cassettes import Recording, RecordingInfo, Redactor
from coze_harness.cassettes.interaction import Interaction
from coze_harness.model import JSON, BotSnapshot, HttpCall, HttpResponse

HOST = "https://api.coze.com"
IDS = (("conversation_id", "7381234567890123456"), ("chat_id", "7381234567890123457"))
HEADERS = {
    "content-type": "application/json; charset=utf-8",
    "x-tt-logid": "20261122163012ABCDEF0123456789",
    "date": "Sun, 22 Nov 2026 16:30:12 GMT",
}
ORIGIN = RecordingInfo(
    scenario="identity",
    trial="identity@chatchat",
    fingerprint="sha256:" + "ab" * 32,
    recorded_at="2026-11-22T16:30:12+00:00",
    harness="0.1.0",
    generated_values={"today": "2026年11月22日"},
    calls=4,
    bot=BotSnapshot(version="17", model="豆包", prompt="你是一个学术助手。\n只谈学术: yes"),
)


def ask(prompt: str = "你是谁?") -> HttpCall:
    message: JSON = {"role": "user", "content": prompt, "content_type": "text"}
    body: dict[str, JSON] = {
        "bot_id": "7376",
        "user_id": "0",
        "stream": False,
        "additional_messages": [message],
    }
    return HttpCall("POST", "/v3/chat", (), body)


def poll() -> HttpCall:
    return HttpCall("GET", "/v3/chat/retrieve", IDS)


def listing() -> HttpCall:
    return HttpCall("POST", "/v3/chat/message/list", IDS)


def json_response(
    value: JSON, started: float = 0.0, elapsed: float = 0.1, status: int = 200
) -> HttpResponse:
    body = json.dumps(value, ensure_ascii=False).encode()
    return HttpResponse(status, HEADERS, body, started, elapsed)


def chat(status: str, log_id: str = "L1") -> dict[str, JSON]:
    data: dict[str, JSON] = {"id": IDS[1][1], "conversation_id": IDS[0][1], "status": status}
    return {"data": data, "code": 0, "msg": "", "detail": {"logid": log_id}}


def messages_body(answer: str = "我是chatchat,一个虚拟的学术助手。") -> dict[str, JSON]:
    message: JSON = {"role": "assistant", "type": "answer", "content": answer}
    return {"code": 0, "msg": "", "data": [message]}


def record_call(
    call: HttpCall, answer: HttpResponse, redactor: Redactor | None = None
) -> Interaction:
    return Interaction.from_call(call, answer, HOST, redactor or Redactor())


def plain_recording() -> Recording:
    """Return the recording of a conversation of one turn with two polls."""
    return Recording(
        interactions=(
            record_call(ask(), json_response(chat("created"))),
            record_call(poll(), json_response(chat("in_progress"), 1.0)),
            record_call(poll(), json_response(chat("completed"), 2.0)),
            record_call(listing(), json_response(messages_body(), 2.2)),
        )
    )


# --- odd ones ----------------------------------------------------------------------------------

ODD = (
    "", " ", "  lead", "tail \n", "\n", "\n\nlead", "\t", "a\tb", "\r", "a\r\nb", "\x00",
    "\x1b[31m", "\x7f", "\x80", "\x85", "\x9f", "\xa0", "\u2028", "\u2029", "\ufeff", "a\ufeffb",
    "\ufffe", "\uffff", "\ufffd", "😀", "👩\u200d👩\u200d👧", "𠮷野家", "\U0001fffe", "\U0010ffff",
    "e\u0301", "ｆｕｌｌ：＃", "key: value", "# no comment", "- item", "|-", "|", ">", "---", "...",
    "--- |", "%YAML 1.1", "!!str", "!!python/name:os.system", "&anchor", "*alias", "<<", "=", "? q",
    "{a: b}", "[1, 2]", "'", '"', "it's", 'say "你好"', "\\", "\\n", "\\u4f60", "\\ud83d\\ude00",
    "yes", "no", "null", "~", "true", "12:30", "0x1f", "1_000", "1e5", "1.0", ".inf", "2026-11-22",
    "0o7", "- request:", "\n- request:\n", "\n  response:\n", "interactions:", "你好，世界。",
    "：、。！", "中 文", "x" * 1100, "字" * 1100, "<<<<<<< HEAD", "=======", ">>>>>>> x",
    "\n=======\n",
)  # fmt: skip

# JSON texts whose spelling must survive.
SPELLINGS = (
    "1.0", "1e5", "1E+5", "-0", "-0.0", "1e400", "123456789012345678901234567890", "true", "null",
    '"text"', '"\\ud83d\\ude00"', '"\\ud800"', '"\\/"', '"\\u0041"', "[]", "{}", "[ ]", "{ }",
    "[[],{}]", '{"a":1,"a":2}', '{"a" : [1 , 2,3 ] }', ' {"lead": 1}', '{"tail": 1} \n',
    '\ufeff{"bom": 1}', '{"\\u4f60": "你"}', '{"": ""}', '{"a":NaN}', "[" * 70 + "]" * 70,
    "{" + '"k":{' * 30 + "}" * 31, '{"a":\t"tab"}', '{"a":\r\n"cr"}', '{"a": "\u2028"}',
    '{"a": "\x7f\x85"}', '{"a": "  # - : |"}', "{not json", '{"half": ', "[1, 2",
    "<html>502 坏网关</html>", 'event:done\ndata:"[DONE]"\n\n',
    '{"n":[1.0,1e5,1E+5,-0,123456789012345678901234567890]}', '{"s":["\\ud800","\\/","\\u0041"]}',
)  # fmt: skip


def seeded_random(seed: int) -> random.Random:
    """Return a random source; equal seeds give equal values."""
    return random.Random(seed)


def odd_text(rng: random.Random) -> str:
    return "".join(rng.choices(ODD, k=rng.choice((1, 1, 1, 2, 3))))


def odd_json(rng: random.Random, depth: int = 0) -> JSON:
    kind = rng.randrange(9 if depth < 3 else 7)
    if kind < 3:
        return odd_text(rng)
    if kind == 3:
        return rng.choice((0, 1, -1, 7381234567890123456, 2**63, -(2**63), 2**64 - 1))
    if kind == 4:
        return rng.choice((0.0, -0.0, 1.0, 0.95, 1e5, 1e16, 1.5e300, 1e-7, -2.5e-12, 5e-324))
    if kind < 7:
        return rng.choice((True, False, None))
    if kind == 7:
        return [odd_json(rng, depth + 1) for _ in range(rng.randrange(4))]
    return {odd_text(rng)[:900]: odd_json(rng, depth + 1) for _ in range(rng.randrange(4))}


def odd_body(rng: random.Random) -> bytes:
    kind = rng.randrange(6)
    if kind == 0:
        return rng.choice(SPELLINGS).encode("utf-8", "surrogatepass")
    if kind == 1:
        return odd_text(rng).encode()
    if kind == 2:
        return rng.choice(
            (b"", rng.randbytes(rng.randrange(1, 40)), b"\xff\xfe{}", b"\xed\xa0\x80")
        )
    value: JSON = {"code": 0, "data": odd_json(rng, 1), "msg": odd_text(rng)}
    separators = rng.choice(((",", ":"), (", ", ": ")))
    text = json.dumps(value, ensure_ascii=rng.random() < 0.3, separators=separators)
    return text.encode()


def odd_recording(rng: random.Random) -> tuple[Recording, RecordingInfo]:
    """Return a recording of one to three unusual interactions."""
    host = rng.choice((HOST, "http://127.0.0.1:8000", "https://网关.例/coze"))
    items = tuple(_odd_interaction(rng, host) for _ in range(rng.choice((1, 1, 1, 2, 3))))
    if rng.random() < 0.2:
        items = (*items, *(items[-1:] * 2))
    snapshot = BotSnapshot(
        version=odd_text(rng),
        prompt=odd_text(rng),
        details={odd_text(rng)[:900]: odd_json(rng, 1)},
        warning=rng.choice(("", odd_text(rng))),
    )
    return Recording(interactions=items), RecordingInfo(
        scenario=odd_text(rng),
        trial=odd_text(rng) or "t",
        fingerprint="sha256:0",
        recorded_at="2026-11-22T16:30:12+00:00",
        harness="0.1.0",
        generated_values={odd_text(rng)[:150]: odd_text(rng)},
        bot=rng.choice((None, snapshot)),
    )


def _odd_interaction(rng: random.Random, host: str) -> Interaction:
    names: Sequence[str] = ("content-type", "x-tt-logid", "retry-after", "date")
    body = odd_body(rng)
    method = rng.choice(("GET", "POST", "POST", "DELETE", "ON", "no", "1.0"))
    return Interaction(
        method=method,
        host=host,
        target=rng.choice(("/", "/v3/chat", "/v3/chat/retrieve?a=%E4%BD%A0&b=", "/中文?x=: #'\"")),
        request_body=b"" if method == "GET" else odd_body(rng),
        status=rng.choice((200, 200, 401, 429, 502, 599)),
        headers={name: odd_text(rng) for name in rng.sample(names, rng.randrange(3))},
        response_body=body,
        started=rng.randrange(100_000),
        elapsed=rng.randrange(100_000),
        repeat_count=rng.choice((1, 1, 30)) if method == "GET" else 1,
    )


def overwrite(path: Path, data: bytes) -> None:
    """Write a file, overwriting an old one: truncating it first would flush the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        os.write(descriptor, data)
        os.ftruncate(descriptor, len(data))
    finally:
        os.close(descriptor)


def minify(text: str) -> str | None:
    """Return a JSON text without the white space between its lexemes; `None` if it is not JSON."""
    try:
        json.loads(text)
    except ValueError:
        return None
    pieces: list[str] = []
    inside = escaped = False
    for character in text:
        if inside:
            pieces.append(character)
            inside = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character not in " \t\r\n":
            pieces.append(character)
            inside = character == '"'
    return "".join(pieces)
