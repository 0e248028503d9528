"""The one shape in which we write cassettes, and the fast way to read it back.

The file is vcrpy's format (YAML, `version: 1`), laid out so that a person can read and compare it.
Its first line carries a checksum of all the rest: where that is right, every byte is as `write`
laid it out, and `read` may take the file apart by slicing. Anything else is libyaml's business.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import cast

import orjson

from harness import jsontext
from harness.cassette.interaction import Interaction
from harness.cassette.recording import Origin, Recording, origin_block, origin_of
from harness.model import JSON

_FIRST_LINE = b"# coze-cassette 1 crc32="
_HEAD_LENGTH = len(_FIRST_LINE) + 9

# Characters that YAML folds, forbids or strips unless they are written as an escape.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def write(recording: Recording, origin: Origin) -> bytes:
    """Return the text of a cassette file."""
    lines = ["version: 1", "x-coze: {"]
    block = origin_block(recording, origin)
    lines.append(",\n".join(f"    {_flow(key)}: {_flow(value)}" for key, value in block.items()))
    lines.append("  }")
    lines.append("interactions:" if recording.interactions else "interactions: []")
    for item in recording.interactions:
        lines.extend(_interaction_lines(item))
    rest = ("\n".join(lines) + "\n").encode()
    return b"%s%08x\n" % (_FIRST_LINE, zlib.crc32(rest)) + rest


def _interaction_lines(item: Interaction) -> list[str]:
    request_headers = {"Content-Type": ["application/json"]} if item.request_body else {}
    try:
        phrase = HTTPStatus(item.status).phrase
    except ValueError:
        phrase = ""
    return [
        "- request:",
        f"    method: {item.method}",
        f"    uri: {_flow(item.host + item.target)}",
        f"    headers: {_flow(request_headers)}",
        f"    body: {_body(item.request_body, 6) if item.request_body else 'null'}",
        "  response:",
        f"    status: {_flow({'code': item.status, 'message': phrase})}",
        f"    headers: {_flow({name: [value] for name, value in item.headers.items()})}",
        "    body:",
        f"      string: {_body(item.response_body, 8)}",
    ]


def _flow(value: JSON) -> str:
    """Return a value as JSON that YAML reads as the same value.

    A lone surrogate, which no YAML file can hold, becomes a question mark.
    """
    try:
        text = orjson.dumps(value).decode()
    except TypeError:
        loose = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        text = loose.encode("utf-8", "replace").decode()
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _body(body: bytes, indent: int) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return f'!!binary "{base64.b64encode(body).decode()}"'
    block = jsontext.indented(text)
    if block is None or _UNSAFE.search(block):
        return _flow(text)
    return "|-\n" + " " * indent + block.replace("\n", "\n" + " " * indent)


def read(data: bytes) -> Recording | None:
    """Return the recording in a file of ours; `None` where the checksum is wrong or absent."""
    if not data.startswith(_FIRST_LINE) or data[_HEAD_LENGTH - 1 : _HEAD_LENGTH] != b"\n":
        return None
    rest = memoryview(data)[_HEAD_LENGTH:]
    if data[len(_FIRST_LINE) : _HEAD_LENGTH - 1] != b"%08x" % zlib.crc32(rest):
        return None
    head, *chunks = data.split(b"\n- request:\n")
    block = orjson.loads(head[head.index(b"{") : head.rindex(b"}") + 1])
    timings = block["timings_ms"]
    items: list[Interaction] = []
    polls = iter(block["polls"])
    group = -1
    previous = b""
    for index, chunk in enumerate(chunks):
        request, response = chunk.split(b"\n  response:\n", 1)
        started, elapsed = timings[index]
        items.append(_interaction(request, response, started, elapsed))
        if not request.startswith(b"    method: GET\n"):
            previous = b""
        elif request == previous:
            items[group] = _with_count(items[group], items[group].stands_for - 1)
        else:
            group, previous = index, request
            items[group] = _with_count(items[group], next(polls))
    return Recording(interactions=tuple(items), origin=origin_of(block), canonical=True)


def _with_count(item: Interaction, count: int) -> Interaction:
    if item.stands_for == count:
        return item
    return Interaction(
        method=item.method,
        host=item.host,
        target=item.target,
        request_body=item.request_body,
        status=item.status,
        headers=item.headers,
        response_body=item.response_body,
        started=item.started,
        elapsed=item.elapsed,
        stands_for=count,
    )


def _interaction(request: bytes, response: bytes, started: int, elapsed: int) -> Interaction:
    """Take one interaction apart; every line stands where `_interaction_lines` put it."""
    method, uri, _headers, body = request.split(b"\n", 3)
    host, target = _split_uri(orjson.loads(uri[9:]))
    status, headers, _body_key, string = response.split(b"\n", 3)
    kept = cast("Mapping[str, list[str]]", orjson.loads(headers[13:]))
    return Interaction(
        method=method[12:].decode(),
        host=host,
        target=target,
        request_body=_scalar(body[10:], b"\n      "),
        status=orjson.loads(status[12:])["code"],
        headers={name: values[0] for name, values in kept.items()},
        response_body=_scalar(string[14:], b"\n        "),
        started=started,
        elapsed=elapsed,
    )


def _split_uri(uri: str) -> tuple[str, str]:
    slash = uri.find("/", uri.find("://") + 3)
    return uri[:slash], uri[slash:]


def _scalar(text: bytes, margin: bytes) -> bytes:
    if text.startswith(b"|-"):
        return text[2 + len(margin) :].rstrip(b"\n").replace(margin, b"\n")
    if text.startswith(b'"'):
        return cast("str", orjson.loads(text)).encode()
    if text.startswith(b"!!binary"):
        return base64.b64decode(text[10:].rstrip(b"\n"))
    return b""
