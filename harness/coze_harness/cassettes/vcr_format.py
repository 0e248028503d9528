"""Reads cassettes of other tools, and our own after they were edited.

libyaml parses the file, and vcrpy's own reader interprets its requests and responses. Both are
slow to import, and projects without such files do not need them.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from coze_harness.cassettes.interaction import Interaction, split_uri
from coze_harness.cassettes.recording import (
    FORMAT_VERSION,
    Recording,
    RecordingInfo,
    parse_info,
    with_repeat_counts,
)
from coze_harness.messages import LocalizedText, message
from coze_harness.model.errors import CassetteUnreadableError
from coze_harness.model.location import Location, PathPart
from coze_harness.text.json_text import parse_json
from coze_harness.yaml_source import YamlDocument, read_yaml

_RECORD_AGAIN: Final = message("cassette.unreadable.restore")
# Larger files (in bytes) are rejected without being parsed.
_MAX_SIZE: Final = 50_000_000
_MAX_SHOWN: Final = 80
_STATUS_CODES: Final = range(100, 1000)
_CONFLICT_MARKER = re.compile(rb"^(?:<{7}|\|{7}|={7}|>{7})(?:[ \r]|$)", re.MULTILINE)


def read_vcr_cassette(data: bytes, path: Path | str) -> Recording:
    """Return the recording in a file of vcrpy's format, whatever its layout.

    Raises:
        CassetteUnreadableError: the file is incomplete, not a cassette, or of a newer format.
    """
    parsed = _parse_json(data) or _parse_yaml(data, path)
    document: object = parsed.data if isinstance(parsed, YamlDocument) else parsed
    if not isinstance(document, dict) or "interactions" not in document:
        raise _unreadable(path, message("cassette.no_list"))
    block = document.get("x-coze")
    origin = _origin(block, path) if isinstance(block, dict) else None
    version = document.get("version")
    if version is None:
        raise _unreadable(path, message("cassette.no_version"))
    if version != 1 or isinstance(version, bool):
        raise _unknown_format(path, message("cassette.format", version=_shorten(version)))
    entries = document["interactions"]
    if entries is None and isinstance(block, dict) and block.get("interactions") == 0:
        entries = document["interactions"] = []
    if not isinstance(entries, list) or not all(_is_entry(entry) for entry in entries):
        raise _unreadable(path, message("cassette.no_items"))
    if not isinstance(block, dict):
        return Recording(interactions=tuple(_interactions(document, "", path)))
    _check_complete(entries, block, path)
    if entries and isinstance(parsed, YamlDocument) and not _is_end_complete(parsed):
        raise _unreadable(path, message("cassette.truncated.end", number=len(entries)))
    base_path = block.get("base_path")
    interactions = _interactions(document, base_path if isinstance(base_path, str) else "", path)
    _check_responses(interactions, path)
    return Recording(interactions=with_repeat_counts(interactions, block), origin=origin)


def _origin(block: Mapping[str, Any], path: Path | str) -> RecordingInfo:
    version = block.get("format_version")
    if not isinstance(version, int) or not 1 <= version <= FORMAT_VERSION:
        raise _unknown_format(path, message("cassette.format_block", version=_shorten(version)))
    return parse_info(block)


def _is_entry(entry: object) -> bool:
    if not isinstance(entry, dict):
        return False
    request, response = entry.get("request"), entry.get("response")
    return (
        isinstance(request, dict)
        and isinstance(response, dict)
        and isinstance(request.get("method"), str)
        and isinstance(request.get("uri"), str)
        and isinstance(response.get("status"), dict)
        and response["status"].get("code") in _STATUS_CODES
        and isinstance(request.get("body"), str | bytes | None)
        and isinstance(_body(response), str | bytes | None)
    )


def _body(response: Mapping[str, Any]) -> object:
    body = response.get("body")
    return body.get("string") if isinstance(body, dict) else body


def _check_complete(entries: Sequence[Any], block: Mapping[str, Any], path: Path | str) -> None:
    """Raise an error if a file of ours has fewer interactions or bodies than it should have."""
    count = block.get("interactions")
    if isinstance(count, int) and len(entries) < count:
        raise _unreadable(path, message("cassette.truncated", n=len(entries), count=count))
    for number, entry in enumerate(entries, 1):
        body = entry["response"].get("body")
        if not isinstance(body, dict) or not isinstance(body.get("string"), str | bytes):
            raise _unreadable(path, message("cassette.truncated.no_body", number=number))


def _is_end_complete(document: YamlDocument) -> bool:
    """Return whether the last value of a file of ours is complete: a file is cut short inside it.

    Most bodies are JSON in a block scalar, where a missing end is valid YAML.
    """
    last: object = document.data
    path: list[PathPart] = []
    while isinstance(last, dict | list):
        if not last:
            return True
        part: PathPart
        part, last = list(last.items() if isinstance(last, dict) else enumerate(last))[-1]
        path.append(part)
    source = document.positions.source(*path)
    if source.startswith(("'", '"')):
        return True
    if isinstance(last, bytes):
        return last != b""
    text = last if isinstance(last, str) else source
    if text.lstrip()[:1] not in ("{", "["):
        return text != ""
    try:
        parse_json(text.encode())
    except ValueError:
        return False
    return True


def _parse_json(data: bytes) -> object:
    """Return the content of a file of vcrpy's JSON serializer; `None` if it is not JSON.

    Most JSON is valid YAML, but not its escapes for characters beyond 16 bits.
    """
    text = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if len(data) > _MAX_SIZE or not text.startswith(b"{"):
        return None
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document


def _parse_yaml(data: bytes, path: Path | str) -> YamlDocument:
    """Return the content of a YAML file.

    Raises:
        CassetteUnreadableError: it is too large, not UTF-8 or not plain YAML, or in conflict.
    """
    if len(data) <= _MAX_SIZE and (marker := _CONFLICT_MARKER.search(data)):
        line = data.count(b"\n", 0, marker.start()) + 1
        raise CassetteUnreadableError(
            message("cassette.conflict"),
            where=Location(str(path), line),
            next_step=message("cassette.conflict.next"),
        )
    try:
        return read_yaml(
            data, str(path), CassetteUnreadableError, max_size=_MAX_SIZE, allow_binary=True
        )
    except CassetteUnreadableError as error:
        error.next_step = _RECORD_AGAIN
        raise


def _interactions(
    document: Mapping[str, Any], base_path: str, path: Path | str
) -> Sequence[Interaction]:
    from vcr.serialize import deserialize

    try:
        requests, responses, *_metadata = deserialize("", _ParsedSerializer(document))
        return [
            _interaction(request, response, base_path)
            for request, response in zip(requests, responses, strict=True)
        ]
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise _unreadable(path, message("cassette.vcrpy", reason=str(error))) from error


class _ParsedSerializer:
    """A serializer for vcrpy that returns a document which was parsed safely before."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def deserialize(self, _text: str) -> Mapping[str, Any]:
        return self._document


def _interaction(request: Any, response: Mapping[str, Any], base_path: str) -> Interaction:  # noqa: ANN401 (vcrpy is untyped)
    host, target = split_uri(str(request.uri), base_path)
    headers = _headers(response.get("headers"))
    return Interaction(
        method=str(request.method),
        host=host,
        target=target,
        request_body=_bytes(request.body),
        status=int(response["status"]["code"]),
        headers=headers,
        response_body=_decompress(_bytes(_body(response)), headers),
    )


def _check_responses(interactions: Sequence[Interaction], path: Path | str) -> None:
    """Raise an error if a JSON response is invalid; a replay could not name the file."""
    for number, item in enumerate(interactions, 1):
        if item.response_body and "json" in item.headers.get("content-type", ""):
            try:
                parse_json(item.response_body)
            except ValueError as error:
                what = message("cassette.truncated.json", number=number)
                raise _unreadable(path, what) from error


def _headers(raw: object) -> dict[str, str]:
    """Return headers with lower-case names and the first of the values that vcrpy lists."""
    headers: dict[str, str] = {}
    for name, values in raw.items() if isinstance(raw, dict) else ():
        first = values[0] if isinstance(values, list) and values else values
        headers[str(name).lower()] = first if isinstance(first, str) else ""
    return headers


def _bytes(body: object) -> bytes:
    if isinstance(body, bytes):
        return body
    return body.encode("utf-8", "backslashreplace") if isinstance(body, str) else b""


def _decompress(body: bytes, headers: Mapping[str, str]) -> bytes:
    """Return a body without the content encoding that some recorders keep."""
    try:
        if body[:2] == b"\x1f\x8b":
            return gzip.decompress(body)
        if headers.get("content-encoding") == "deflate":
            return _inflate(body)
    except (OSError, EOFError, zlib.error):
        return body
    return body


def _inflate(body: bytes) -> bytes:
    try:
        return zlib.decompress(body)
    except zlib.error:
        # Some servers send `deflate` without zlib's header.
        return zlib.decompress(body, -zlib.MAX_WBITS)


def _shorten(version: object) -> str:
    return repr(version)[:_MAX_SHOWN]


def _unknown_format(path: Path | str, what: LocalizedText) -> CassetteUnreadableError:
    return _unreadable(path, what, message("cassette.format.next"))


def _unreadable(
    path: Path | str, what: LocalizedText, next_step: LocalizedText = _RECORD_AGAIN
) -> CassetteUnreadableError:
    return CassetteUnreadableError(what, where=Location(str(path)), next_step=next_step)
