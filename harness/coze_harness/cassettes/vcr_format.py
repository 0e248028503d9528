"""Reading a cassette that our own hand did not write, or that a person has edited since.

libyaml parses it, vcrpy's own reader says what a request and a response in it are; both are
imported only here, because a healthy project never needs them.
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
from coze_harness.model.errors import CassetteUnreadableError
from coze_harness.model.location import Location, PathPart
from coze_harness.text import json_text as jsontext
from coze_harness.yaml_source import YamlDocument, read_yaml

AGAIN: Final = "record it again, or take the file from version control."
MAX_SIZE: Final = 50_000_000
"""Bytes above which a file that is not in our own shape is rejected without being parsed."""

_CONFLICT = re.compile(rb"^(?:<{7}|\|{7}|={7}|>{7})(?:[ \r]|$)", re.MULTILINE)


def read_vcr_cassette(data: bytes, path: Path | str) -> Recording:
    """Return the recording in any file of vcrpy's format.

    Raises:
        CassetteUnreadableError: the file is torn, of another tool, from a newer format, or no YAML.
    """
    parsed = _parse_json(data) or _parse_yaml(data, path)
    document: object = parsed.data if isinstance(parsed, YamlDocument) else parsed
    if not isinstance(document, dict) or "interactions" not in document:
        raise unreadable(path, "This is not a cassette: it has no list of interactions.", AGAIN)
    block = document.get("x-coze")
    origin = _origin(block, path) if isinstance(block, dict) else None
    version = document.get("version")
    if version is None:
        what = "The file does not say its `version`: it is cut short, or of another tool."
        raise unreadable(path, what, AGAIN)
    if version != 1 or isinstance(version, bool):
        raise _newer(path, f"version {version!r}")
    entries = document["interactions"]
    if entries is None and isinstance(block, dict) and block.get("interactions") == 0:
        entries = document["interactions"] = []
    if not isinstance(entries, list) or not all(_is_entry(entry) for entry in entries):
        what = "Its interactions are no list, or some have no request, response or status."
        raise unreadable(path, what, AGAIN)
    if not isinstance(block, dict):
        return Recording(interactions=tuple(_interactions(document, "", path)))
    _refuse_torn(entries, block, path)
    if entries and isinstance(parsed, YamlDocument) and not _is_whole(parsed):
        what = f"The file is cut short inside the answer of interaction {len(entries)}."
        raise unreadable(path, what, AGAIN)
    base_path = block.get("base_path")
    interactions = _interactions(document, base_path if isinstance(base_path, str) else "", path)
    _refuse_half_answers(interactions, path)
    return Recording(interactions=with_repeat_counts(interactions, block), origin=origin)


def _origin(block: Mapping[str, Any], path: Path | str) -> RecordingInfo:
    version = block.get("format_version")
    if not isinstance(version, int) or not 1 <= version <= FORMAT_VERSION:
        raise _newer(path, f"x-coze format {version!r}")
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
        and isinstance(response["status"].get("code"), int)
        and isinstance(request.get("body"), str | bytes | None)
        and isinstance(_string(response), str | bytes | None)
    )


def _string(response: Mapping[str, Any]) -> object:
    body = response.get("body")
    return body.get("string") if isinstance(body, dict) else body


def _refuse_torn(entries: Sequence[Any], block: Mapping[str, Any], path: Path | str) -> None:
    """Refuse a file of ours whose end is missing though what is left of it is YAML."""
    promised = block.get("interactions")
    if isinstance(promised, int) and len(entries) < promised:
        what = f"The file is cut short: it says {promised} interactions and holds {len(entries)}."
        raise unreadable(path, what, AGAIN)
    for number, entry in enumerate(entries, 1):
        body = entry["response"].get("body")
        if not isinstance(body, dict) or not isinstance(body.get("string"), str | bytes):
            what = f"The file is cut short: the answer of interaction {number} has no body."
            raise unreadable(path, what, AGAIN)


def _is_whole(document: YamlDocument) -> bool:
    """Return whether the last body of a file is complete; an unquoted one of ours is JSON, if any.

    A file that was cut short ends in the scalar that is last in it.
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
        jsontext.parse_json(text.encode())
    except ValueError:
        return False
    return True


def _parse_json(data: bytes) -> object:
    """Return what vcrpy's other serializer wrote; `None` if it is not JSON but perhaps YAML.

    Most JSON is YAML, but not what it makes of an emoji.
    """
    text = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if len(data) > MAX_SIZE or not text.startswith(b"{"):
        return None
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document


def _parse_yaml(data: bytes, path: Path | str) -> YamlDocument:
    """Return what a YAML file contains.

    Raises:
        CassetteUnreadableError: it is too large, not UTF-8, in conflict, or not plain data.
    """

    def error(
        what: str,
        *,
        where: Location | None = None,
        next_step: str = "",
        detail: Sequence[str] = (),
    ) -> CassetteUnreadableError:
        return CassetteUnreadableError(what, where=where, next_step=AGAIN, detail=detail)

    if len(data) <= MAX_SIZE and (mark := _CONFLICT.search(data)):
        line = data.count(b"\n", 0, mark.start()) + 1
        raise CassetteUnreadableError(
            "Version control left conflict marks in the file.",
            where=Location(str(path), line),
            next_step="resolve the conflict (keep one side whole), or record it again.",
        )
    return read_yaml(data, str(path), error, max_size=MAX_SIZE, allow_binary=True)


def _interactions(
    document: Mapping[str, Any], base_path: str, path: Path | str
) -> Sequence[Interaction]:
    from vcr.serialize import deserialize

    try:
        requests, responses, *_metadata = deserialize("", _Parsed(document))
        return [
            _interaction(request, response, base_path)
            for request, response in zip(requests, responses, strict=True)
        ]
    except (ValueError, TypeError, LookupError, AttributeError) as fault:
        what = f"vcrpy does not read this file: {fault}"
        raise unreadable(path, what, AGAIN) from fault


class _Parsed:
    """A serializer in vcrpy's sense, for a document that has been parsed (safely) already."""

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
        response_body=_decoded(_bytes(_string(response)), headers),
    )


def _refuse_half_answers(interactions: Sequence[Interaction], path: Path | str) -> None:
    """Refuse an answer that an edit broke, here, where the file is known."""
    for number, item in enumerate(interactions, 1):
        if item.response_body and "json" in item.headers.get("content-type", ""):
            try:
                jsontext.parse_json(item.response_body)
            except ValueError as fault:
                what = (
                    f"The answer of interaction {number} is not whole JSON: the file is cut short"
                )
                raise unreadable(path, f"{what}, or an edit broke it.", AGAIN) from fault


def _headers(raw: object) -> dict[str, str]:
    """Return headers with lower-case names; vcrpy keeps a list of values for each."""
    kept: dict[str, str] = {}
    for name, values in raw.items() if isinstance(raw, dict) else ():
        first = values[0] if isinstance(values, list) and values else values
        kept[str(name).lower()] = first if isinstance(first, str) else ""
    return kept


def _bytes(body: object) -> bytes:
    if isinstance(body, bytes):
        return body
    return body.encode("utf-8", "backslashreplace") if isinstance(body, str) else b""


def _decoded(body: bytes, headers: Mapping[str, str]) -> bytes:
    """Undo a content encoding that a recorder left on the body."""
    try:
        if body[:2] == b"\x1f\x8b":
            return gzip.decompress(body)
        if headers.get("content-encoding") == "deflate":
            return _inflated(body)
    except (OSError, EOFError, zlib.error):
        return body
    return body


def _inflated(body: bytes) -> bytes:
    """Undo `deflate`, which by custom means with or without zlib's own head."""
    try:
        return zlib.decompress(body)
    except zlib.error:
        return zlib.decompress(body, -zlib.MAX_WBITS)


def _newer(path: Path | str, seen: str) -> CassetteUnreadableError:
    what = f"This cassette is of a format that this version does not know ({seen})."
    return unreadable(path, what, "upgrade coze-harness, or record it again.")


def unreadable(path: Path | str, what: str, step: str) -> CassetteUnreadableError:
    """Return the error for a file that is not a usable cassette."""
    return CassetteUnreadableError(what, where=Location(str(path)), next_step=step)
