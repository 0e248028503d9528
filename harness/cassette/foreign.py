"""Reading a cassette that our own hand did not write, or that a person has edited since.

libyaml parses it, vcrpy's own reader says what a request and a response in it are; both are
imported only here, because a healthy project never needs them.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import yaml

from harness import jsontext
from harness.cassette.interaction import Interaction
from harness.cassette.recording import FORMAT_VERSION, Origin, Recording, origin_of, placed
from harness.errors import CassetteUnreadableError
from harness.location import Location

_AGAIN: Final = "record it again, or take the file from version control."
_MARKERS = ("<<<<<<< ", "||||||| ", ">>>>>>> ")


def read(data: bytes, path: Path) -> Recording:
    """Return the recording in any file of vcrpy's format.

    Raises:
        CassetteUnreadableError: the file is torn, of another tool, from a newer format, or no YAML.
    """
    document = _parse(data, path)
    if not isinstance(document, dict) or "interactions" not in document:
        raise _unreadable(path, "This is not a cassette: it has no list of interactions.", _AGAIN)
    entries = document["interactions"] or []
    block = document.get("x-coze")
    origin = _origin(block, path) if isinstance(block, dict) else None
    if document.get("version") != 1:
        raise _newer(path, f"version {document.get('version')!r}")
    if not isinstance(entries, list) or not all(_is_entry(entry) for entry in entries):
        raise _unreadable(path, "Some interactions have no request or no response.", _AGAIN)
    promised = block.get("interactions") if isinstance(block, dict) else None
    if isinstance(promised, int) and len(entries) < promised:
        raise _unreadable(
            path,
            f"The file is cut short: it says {promised} interactions and holds {len(entries)}.",
            _AGAIN,
        )
    interactions = _interactions(document, path)
    if isinstance(block, dict):
        _refuse_half_answers(interactions, path)
        interactions = placed(interactions, block.get("timings_ms"), block.get("polls"))
    return Recording(interactions=tuple(interactions), origin=origin)


def _parse(data: bytes, path: Path) -> Any:  # noqa: ANN401 (YAML holds anything; checked by the caller)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        what = f"The file is not UTF-8 text (byte {fault.start})."
        raise _unreadable(path, what, _AGAIN) from fault
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith(_MARKERS) or line.rstrip() == "=======":
            what = "Version control left conflict marks in the file."
            step = "resolve the conflict (keep one side whole), or record it again."
            raise _unreadable(path, what, step, number)
    try:
        return yaml.load(text, Loader=_loader())  # noqa: S506 (a safe loader, chosen below)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        at = mark.line + 1 if mark else 0
        problem = getattr(fault, "problem", None) or str(fault).splitlines()[0]
        raise _unreadable(path, f"This is not YAML we can read: {problem}.", _AGAIN, at) from fault
    except (RecursionError, ValueError) as fault:
        raise _unreadable(path, f"This is not YAML we can read: {fault}.", _AGAIN) from fault


def _loader() -> type[yaml.SafeLoader]:
    fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return cast("type[yaml.SafeLoader]", fast)


def _origin(block: Mapping[str, Any], path: Path) -> Origin:
    version = block.get("format_version")
    if not isinstance(version, int) or version > FORMAT_VERSION:
        raise _newer(path, f"x-coze format {version!r}")
    return origin_of(block)


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
    )


def _interactions(document: Mapping[str, Any], path: Path) -> Sequence[Interaction]:
    from vcr.serialize import deserialize

    try:
        requests, responses, *_metadata = deserialize("", _Parsed(document))
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        what = f"vcrpy does not read this file: {fault}"
        raise _unreadable(path, what, _AGAIN) from fault
    return [
        _interaction(request, response)
        for request, response in zip(requests, responses, strict=True)
    ]


class _Parsed:
    """A serializer in vcrpy's sense, for a document that has been parsed (safely) already."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def deserialize(self, _text: str) -> Mapping[str, Any]:
        return self._document


def _interaction(request: Any, response: Mapping[str, Any]) -> Interaction:  # noqa: ANN401 (vcrpy is untyped)
    uri = str(request.uri)
    slash = uri.find("/", uri.find("://") + 3)
    host, target = (uri[:slash], uri[slash:]) if slash > 0 else (uri, "/")
    headers = _headers(response.get("headers"))
    return Interaction(
        method=str(request.method),
        host=host,
        target=target,
        request_body=_bytes(request.body),
        status=int(response["status"]["code"]),
        headers=headers,
        response_body=_decoded(_response_body(response), headers),
    )


def _refuse_half_answers(interactions: Sequence[Interaction], path: Path) -> None:
    """A file cut inside its last answer still has all interactions; half a JSON gives it away."""
    for number, item in enumerate(interactions, 1):
        if "json" in item.headers.get("content-type", ""):
            try:
                jsontext.parse(item.response_body)
            except ValueError as fault:
                what = (
                    f"The answer of interaction {number} is not whole JSON: the file is cut short"
                )
                raise _unreadable(path, f"{what}, or an edit broke it.", _AGAIN) from fault


def _headers(raw: object) -> dict[str, str]:
    """Return headers with lower-case names; vcrpy keeps a list of values for each."""
    kept: dict[str, str] = {}
    for name, values in raw.items() if isinstance(raw, dict) else ():
        first = values[0] if isinstance(values, list) and values else values
        kept[str(name).lower()] = first if isinstance(first, str) else ""
    return kept


def _response_body(response: Mapping[str, Any]) -> bytes:
    body = response.get("body")
    return _bytes(body.get("string") if isinstance(body, dict) else body)


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
            return zlib.decompress(body)
    except (OSError, zlib.error):
        return body
    return body


def _newer(path: Path, seen: str) -> CassetteUnreadableError:
    what = f"This cassette is of a format that this version does not know ({seen})."
    return _unreadable(path, what, "upgrade coze-harness, or record it again.")


def _unreadable(path: Path, what: str, step: str, line: int = 0) -> CassetteUnreadableError:
    return CassetteUnreadableError(what, where=Location(str(path), line), next_step=step)
