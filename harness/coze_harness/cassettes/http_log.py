"""A trial's HTTP log, made from its interactions."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from coze_harness.cassettes.interaction import Interaction
from coze_harness.model import JSON, LoggedCall
from coze_harness.text.json_text import parse_json, reindent_json

_CODE_KEY = b'\n  "code": '
# Below this number of bytes, parsing the whole body is as fast as searching its end.
_SHORT_BODY = 400


def build_http_log(interactions: Sequence[Interaction]) -> tuple[LoggedCall, ...]:
    """Return interactions as entries of a trial's HTTP log; their times are in seconds."""
    return tuple(
        [
            LoggedCall(
                item.method,
                item.target.partition("?")[0],
                item.status,
                item.started / 1000,
                item.elapsed / 1000,
                item.repeat_count,
                _coze_code(item.response_body),
                _indent_body(item.request_body) if item.request_body else "",
            )
            for item in interactions
        ]
    )


def _coze_code(body: bytes) -> int | None:
    """Return `code` of a response's envelope; `None` if there is none, or the body is not JSON.

    In a recording it mostly follows a long list of messages, so the end is tried first: from the
    last line that begins with the key. JSON strings contain no line feed, so this is a key. If
    everything from there on, after a brace, parses as an object, only the envelope was open before.
    (The part before it is not checked here; the conversation parses it all.)
    """
    at = body.rfind(_CODE_KEY) if len(body) > _SHORT_BODY and body[:1] == b"{" else -1
    envelope: JSON
    try:
        envelope = orjson.loads(b"{" + body[at:] if at > 0 else body)
    except ValueError:
        if body[:1].isalpha() or body[:1] in b"<:":  # an event stream, a web page, or empty
            return None
        try:
            envelope = parse_json(body)
        except ValueError:
            return None
    code = envelope.get("code") if isinstance(envelope, dict) else None
    return code if type(code) is int else None


def _indent_body(body: bytes) -> str:
    """Return a request's body as a cassette has it: JSON is indented.

    This makes the log of a recorded trial equal to that of its replay.
    """
    text = body.decode("utf-8", "replace")
    return text if "\n" in text else reindent_json(text) or text
