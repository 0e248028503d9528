"""The one shape in which we write cassettes, and the fast way to read it back.

The file is vcrpy's format (YAML, `version: 1`), laid out so that a person can read and compare it.
Its first line carries a checksum of all the rest. Where it matches, every byte is as
`write_canonical` laid it out, and `read_canonical` slices the file. Anything else goes to libyaml.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import cast
from zlib import crc32

import orjson
from orjson import loads

from coze_harness.cassettes.interaction import Interaction, split_uri
from coze_harness.cassettes.recording import (
    Recording,
    RecordingInfo,
    dump_info,
    parse_info,
    with_frame_times,
)
from coze_harness.model import JSON
from coze_harness.text import json_text as jsontext

_FIRST_LINE = b"# coze-cassette 1 crc32="
_HEAD_LENGTH = len(_FIRST_LINE) + 9

_METHODS = {method: method.decode() for method in (b"GET", b"POST", b"PUT", b"PATCH", b"DELETE")}

# Characters that YAML folds, forbids or strips unless they are written as an escape.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
# A number that YAML 1.1 takes for one needs a point, and a sign in its exponent.
_EXPONENT = re.compile(r"^(-?\d+)(\.\d+)?e([+-]?)(\d+)$")
# YAML wants a key within 1,024 characters, and an escape takes six.
_LONGEST_KEY = 160
_DEEPEST = 20
_STREAM = re.compile(r"(?:event|data|id|retry|):")


def write_canonical(recording: Recording, origin: RecordingInfo) -> bytes:
    """Return the text of a cassette file."""
    lines = ["version: 1", "x-coze: {"]
    block = {key: _plain(value) for key, value in dump_info(recording, origin).items()}
    lines.append(",\n".join(f"    {_flow(key)}: {_flow(value)}" for key, value in block.items()))
    lines.append("  }")
    lines.append("interactions:" if recording.interactions else "interactions: []")
    for item in recording.interactions:
        lines.extend(_interaction_lines(item))
    rest = ("\n".join(lines) + "\n").encode()
    return b"%s%08x\n" % (_FIRST_LINE, crc32(rest)) + rest


def _plain(value: JSON, depth: int = 0) -> JSON:
    """Return a value of `x-coze` as both readers, YAML's and the fast one, take it for the same.

    Exponents get YAML's spelling; whole numbers beyond 64 bits and what is nested too deeply become
    text, lone surrogates question marks; a key is cut where YAML would not take it for one.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, float):
        # Not every type of the fragment is JSON by the type checker's book, but its text is.
        return cast("JSON", orjson.Fragment(_number(value)))
    if isinstance(value, int):
        return value if isinstance(value, bool) or -(2**63) <= value < 2**64 else str(value)
    if isinstance(value, Mapping | list | tuple) and depth == _DEEPEST:
        return _plain(jsontext.dump_json(value).decode())
    if isinstance(value, Mapping):
        return {
            cast("str", _plain(str(key)))[:_LONGEST_KEY]: _plain(item, depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    return value


def _number(value: float) -> str:
    text = orjson.dumps(value).decode()
    found = _EXPONENT.match(text)
    if found is None:
        return text
    whole, fraction, sign, exponent = found.groups()
    return f"{whole}{fraction or '.0'}e{sign or '+'}{exponent}"


def _interaction_lines(item: Interaction) -> list[str]:
    request_headers = {"Content-Type": ["application/json"]} if item.request_body else {}
    try:
        phrase = HTTPStatus(item.status).phrase
    except ValueError:
        phrase = ""
    return [
        "- request:",
        f"    method: {_method(item.method)}",
        f"    uri: {_flow(item.host + item.target)}",
        f"    headers: {_flow(request_headers)}",
        f"    body: {_body(item.request_body, 6) if item.request_body else 'null'}",
        "  response:",
        f"    status: {_flow({'code': item.status, 'message': phrase})}",
        f"    headers: {_flow({name: [value] for name, value in item.headers.items()})}",
        "    body:",
        f"      string: {_body(item.response_body, 8)}",
    ]


def _method(method: str) -> str:
    """Return a method plain where YAML is sure to take it for text."""
    return method if method.encode("utf-8", "replace") in _METHODS else _flow(method)


def _flow(value: JSON) -> str:
    """Return a value as JSON that YAML reads as the same value."""
    try:
        text = orjson.dumps(value).decode()
    except TypeError:
        text = orjson.dumps(_plain(value)).decode()
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _body(body: bytes, indent: int) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return f'!!binary "{base64.b64encode(body).decode()}"'
    margin = " " * indent
    if _STREAM.match(text) and text.endswith("\n") and not _UNSAFE.search(text):
        lines = text.split("\n")[:-1]
        return "|+\n" + "\n".join([margin + line if line else "" for line in lines])
    block = jsontext.reindent_json(text)
    if block is None or _UNSAFE.search(block):
        return _flow(text)
    return "|-\n" + margin + block.replace("\n", "\n" + margin)


def read_canonical(data: bytes) -> Recording | None:
    """Return the recording in a file of ours; `None` where the checksum is wrong or absent."""
    if not data.startswith(_FIRST_LINE) or data[_HEAD_LENGTH - 1 : _HEAD_LENGTH] != b"\n":
        return None
    rest = memoryview(data)[_HEAD_LENGTH:]
    if data[len(_FIRST_LINE) : _HEAD_LENGTH - 1] != b"%08x" % crc32(rest):
        return None
    try:
        return _read(data)
    except (ValueError, LookupError, TypeError, AttributeError):
        # The checksum is right, but no hand of ours laid this out: libyaml may still read it.
        return None


def _read(data: bytes) -> Recording:
    head, *chunks = data.removesuffix(b"\n").split(b"\n- request:\n")
    block = loads(head[head.index(b"{") : head.rindex(b"}") + 1])
    if block["interactions"] != len(chunks):
        raise ValueError
    base_path = block.get("base_path", "")
    pairs = [chunk.split(b"\n  response:\n", 1) for chunk in chunks]
    counts = block.get("repeats") or _counts([pair[0] for pair in pairs], block["polls"])
    items: list[Interaction] = []
    previous = b""
    for (request, response), count, (started, elapsed) in zip(
        pairs, counts, block["timings_ms"], strict=True
    ):
        if request != previous:
            previous = request
            method_line, uri, _headers, body = request.split(b"\n", 3)
            method = _METHODS.get(method_line[12:]) or loads(method_line[12:])
            host, target = split_uri(loads(uri[9:]), base_path)
            request_body = _scalar(body[10:], b"\n      ")
        status, headers, _body_key, string = response.split(b"\n", 3)
        items.append(
            Interaction(
                method=method,
                host=host,
                target=target,
                request_body=request_body,
                status=int(status[20 : status.index(b",", 20)]),
                headers={name: values[0] for name, values in loads(headers[13:]).items()},
                response_body=_scalar(string[14:], b"\n        "),
                started=started,
                elapsed=elapsed,
                repeat_count=count,
            )
        )
    if "frames_ms" in block:
        items = with_frame_times(items, block["frames_ms"])
    return Recording(interactions=tuple(items), origin=parse_info(block), canonical=True)


def _counts(requests: list[bytes], polls: list[int]) -> list[int]:
    """Return how many exchanges each kept one stands for.

    The file counts polls by group (a `GET` and its repetitions); the first of a group takes what
    the others do not stand for.
    """
    counts = [1] * len(requests)
    left = iter(polls)
    first = 0
    previous = b""
    for index, request in enumerate(requests):
        if not request.startswith(b"    method: GET\n"):
            previous = b""
        elif request == previous:
            counts[first] -= 1
        else:
            first, previous = index, request
            counts[first] = next(left)
    return counts


def _scalar(text: bytes, margin: bytes) -> bytes:
    if text.startswith(b"|-"):
        return text[2 + len(margin) :].rstrip(b"\n").replace(margin, b"\n")
    if text.startswith(b"|+"):
        return text[2 + len(margin) :].replace(margin, b"\n") + b"\n"
    if text.startswith(b'"'):
        return cast("str", loads(text)).encode()
    if text.startswith(b"!!binary"):
        return base64.b64decode(text[10:].rstrip(b"\n"))
    return b""
