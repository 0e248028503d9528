"""The ids of a project's sessions: made when they begin, and in replay those of the recording."""

from __future__ import annotations

from random import Random

from coze_harness.cassettes import ReplayTransport
from coze_harness.text import json_text as jsontext


def new_session_id(rng: Random) -> str:
    """Return a new id."""
    return f"{rng.getrandbits(128):032x}"


def recorded_session_id(transport: ReplayTransport) -> str:
    """Return the id in the recording's next request; empty if it has none."""
    try:
        body = jsontext.parse_json(transport.next_request_body)
    except ValueError:
        return ""
    session_id = body.get("session_id") if isinstance(body, dict) else None
    return session_id if isinstance(session_id, str) else ""
