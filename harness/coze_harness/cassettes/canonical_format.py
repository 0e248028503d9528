"""The layout in which cassettes are written, and a fast reader for it.

The file has vcrpy's format (YAML, `version: 1`), in a layout that is easy to read and to compare.
Its first line contains a checksum of the rest. If that is correct, the file is exactly as
`write_canonical` wrote it, and `read_canonical` slices it without a YAML parser. All other files
are read by `vcr_format`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
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
from coze_harness.text.json_text import dump_json, reindent_json

_FIRST_LINE = b"# coze-cassette 1 crc32="
_HEAD_LENGTH = len(_FIRST_LINE) + 9

_METHODS = {method: method.decode() for method in (b"GET", b"POST", b"PUT", b"PATCH", b"DELETE")}

# Characters that YAML folds, forbids or strips unless they are escaped.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
# In YAML 1.1 a number with an exponent needs a decimal point and a sign in the exponent.
_EXPONENT = re.compile(r"^(-?\d+)(\.\d+)?e([+-]?)(\d+)$")
# YAML limits keys to 1,024 characters, and an escape takes six.
_MAX_KEY_LENGTH = 160
_MAX_DEPTH = 20
_STREAM = re.compile(r"(?:event|data|id|retry|):")


def write_canonical(recording: Recording, origin: RecordingInfo) -> bytes:
    """Return the content of a cassette file."""
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
    """Return a value of `x-coze` in a form that the fast reader and YAML read as the same value.

    Exponents get YAML's spelling, integers beyond 64 bits and deeply nested values become text,
    bytes and lone surrogates become text with question marks, and long keys are cut.
    """
    if isinstance(value, bytes):  # an edited file may have `!!binary`
        return value.decode("utf-8", "replace")
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, float):
        # The type checker does not know that a fragment is written as JSON.
        return cast("JSON", orjson.Fragment(_number(value)))
    if isinstance(value, int):
        return value if isinstance(value, bool) or -(2**63) <= value < 2**64 else str(value)
    if isinstance(value, Mapping | list | tuple) and depth == _MAX_DEPTH:
        return _plain(dump_json(value).decode())
    if isinstance(value, Mapping):
        return {
            cast("str", _plain(str(key)))[:_MAX_KEY_LENGTH]: _plain(item, depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    return value


def _number(value: float) -> str:
    text = orjson.dumps(value).decode()
    match = _EXPONENT.match(text)
    if match is None:
        return text
    integer, fraction, sign, exponent = match.groups()
    return f"{integer}{fraction or '.0'}e{sign or '+'}{exponent}"


def _interaction_lines(item: Interaction) -> list[str]:
    from http import HTTPStatus  # a replay writes no recording

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
    """Return a method without quotes if YAML reads it as text (`ON` would be a boolean)."""
    return method if method.encode("utf-8", "replace") in _METHODS else _flow(method)


def _flow(value: JSON) -> str:
    """Return a value as JSON in one line that YAML reads as the same value."""
    try:
        text = orjson.dumps(value).decode()
    except TypeError:
        text = orjson.dumps(_plain(value)).decode()
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _body(body: bytes, indent: int) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return f'!!binary "{base64.b64encode(body).decode()}"'
    margin = " " * indent
    if _STREAM.match(text) and text.endswith("\n") and not _UNSAFE.search(text):
        lines = text.split("\n")[:-1]
        return "|+\n" + "\n".join([margin + line if line else "" for line in lines])
    block = reindent_json(text)
    if block is None or _UNSAFE.search(block):
        return _flow(text)
    return "|-\n" + margin + block.replace("\n", "\n" + margin)


def read_canonical(data: bytes) -> Recording | None:
    """Return the recording in a cassette file; `None` if the checksum is wrong or absent."""
    if not _is_checksum_right(data):
        return None
    try:
        return _read(data)
    except (ValueError, LookupError, TypeError, AttributeError):
        # The checksum is right, but this is not our layout; it may still be valid YAML.
        return None


def _is_checksum_right(data: bytes) -> bool:
    if not data.startswith(_FIRST_LINE) or data[_HEAD_LENGTH - 1 : _HEAD_LENGTH] != b"\n":
        return False
    rest = memoryview(data)[_HEAD_LENGTH:]
    return data[len(_FIRST_LINE) : _HEAD_LENGTH - 1] == b"%08x" % crc32(rest)


def is_edited(data: bytes, *, has_info: bool) -> bool:
    """Return whether a file that `write_canonical` wrote has changed since.

    Line ends do not count: Git may write a working copy with those of Windows, and a body has none
    that are not escaped. A file of another recorder has no checksum that could be wrong.

    Args:
        data: the file's content.
        has_info: whether it has an `x-coze` block.
    """
    is_ours = has_info or data.startswith(_FIRST_LINE)
    return is_ours and not _is_checksum_right(data.replace(b"\r\n", b"\n"))


def _read(data: bytes) -> Recording:
    head, *chunks = data.removesuffix(b"\n").split(b"\n- request:\n")
    block = loads(head[head.index(b"{") : head.rindex(b"}") + 1])
    if block["interactions"] != len(chunks):
        raise ValueError
    base_path = block.get("base_path", "")
    pairs = [chunk.split(b"\n  response:\n", 1) for chunk in chunks]
    counts = block.get("repeats") or _poll_counts([pair[0] for pair in pairs], block["polls"])
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


def _poll_counts(requests: list[bytes], polls: list[int]) -> list[int]:
    """Return the repeat count of each interaction, from the number of requests of each poll.

    A poll is a GET with its repetitions; all repetitions are counted for its first interaction.
    """
    counts = [1] * len(requests)
    remaining = iter(polls)
    first = 0
    previous = b""
    for index, request in enumerate(requests):
        if not request.startswith(b"    method: GET\n"):
            previous = b""
        elif request == previous:
            counts[first] -= 1
        else:
            first, previous = index, request
            counts[first] = next(remaining)
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
