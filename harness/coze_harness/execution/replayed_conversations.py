"""Opens conversations that a recording answers, at once: nothing is retried or waited for."""

from __future__ import annotations

from functools import partial
from typing import Final

from coze_harness.cassettes import ReplayTransport
from coze_harness.coze import PollSchedule, RetryPolicy, open_conversation
from coze_harness.model import ChatOptions, Target
from coze_harness.model.protocols import Conversation

_SCHEDULE: Final = PollSchedule()
_NO_RETRY: Final = RetryPolicy(jitter=lambda: 0.0, tries=1)


def open_replayed(target: Target, options: ChatOptions, transport: ReplayTransport) -> Conversation:
    """Open a conversation with a target as it was recorded."""
    new_session = partial(_recorded_session_id, transport)
    return open_conversation(target, options, _SCHEDULE, _NO_RETRY, new_session)


def _recorded_session_id(transport: ReplayTransport) -> str:
    """Return the id of a project's session in the recording's next request; empty without one."""
    session_id = transport.next_request.get("session_id")
    return session_id if isinstance(session_id, str) else ""
