"""Opens conversations that a recording answers, at once: nothing is retried or waited for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from coze_harness.cassettes import ReplayTransport
from coze_harness.coze import PollSchedule, RetryPolicy, open_conversation
from coze_harness.model import JSON, ChatOptions, Target
from coze_harness.model.protocols import Conversation
from coze_harness.text.json_text import parse_json

_SCHEDULE: Final = PollSchedule()
_NO_RETRY: Final = RetryPolicy(jitter=lambda: 0.0, tries=1)


def open_replayed(target: Target, options: ChatOptions, transport: ReplayTransport) -> Conversation:
    """Open a conversation with a target as it was recorded."""
    new_session = partial(_recorded_session_id, transport)
    return open_conversation(target, options, _SCHEDULE, _NO_RETRY, new_session)


def _recorded_session_id(transport: ReplayTransport) -> str:
    """Return the id of a project's session in the recording's next request; empty without one."""
    session_id = next_request(transport).get("session_id")
    return session_id if isinstance(session_id, str) else ""


def next_request(transport: ReplayTransport) -> Mapping[str, JSON]:
    """Return the object that the recording's next request has sent; empty if it is none."""
    try:
        body = parse_json(transport.next_request_body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
