"""Opens conversations with services: how they are polled, retried and limited in time."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

from msgspec import Struct, field

from coze_harness.coze import ListMethod, PollSchedule, RetryPolicy, open_conversation
from coze_harness.execution.flow_driver import FlowTask
from coze_harness.execution.live_scheduler import run_concurrently
from coze_harness.execution.rate_limit import RateLimit, limit_rate
from coze_harness.execution.trial_deadline import limit_trial
from coze_harness.model import ChatOptions, Target
from coze_harness.model.protocols import CallFlow, Clock, Conversation, Transport

Value = TypeVar("Value")


class LiveConversations(Struct, frozen=True, kw_only=True):
    """Opens live conversations, which share what one found out about the service.

    Args:
        clock: the time.
        rng: the random source of the retries' jitter, and of the ids of a project's sessions.
        poll_interval: seconds between two polls.
        poll_timeout: seconds until a chat is given up.
        trial_seconds: how long all calls of a trial together may take.
        rate: the rate that all calls share, if there is one.
        list_method: what is known about the service.
    """

    clock: Clock
    rng: random.Random
    poll_interval: float
    poll_timeout: float
    trial_seconds: float
    rate: RateLimit | None = None
    list_method: ListMethod = field(default_factory=ListMethod)

    def open(
        self, target: Target, options: ChatOptions, expected: Sequence[float] = ()
    ) -> Conversation:
        """Open a conversation; `expected` is how long its chats may take, in seconds."""
        schedule = PollSchedule(
            interval=self.poll_interval, timeout=self.poll_timeout, expected=expected
        )
        policy = RetryPolicy(jitter=self.rng.random)
        return open_conversation(
            target, options, schedule, policy, self._new_session_id, self.list_method
        )

    def limit(self, flow: CallFlow[Value]) -> CallFlow[Value]:
        """Return a flow that keeps the shared rate and the limit of a trial."""
        if self.rate:
            flow = limit_rate(flow, self.rate)
        return limit_trial(flow, self.trial_seconds, self.clock.monotonic)

    def run(self, flow: CallFlow[Value], transport: Transport) -> Value:
        """Run one flow to its end, and wait where it waits."""
        task = FlowTask(self.limit(flow), transport, lambda value: value)
        monotonic = self.clock.monotonic
        (value,) = run_concurrently([lambda: task], workers=1, monotonic=monotonic)
        return value

    def time_of_recording(self) -> str:
        """Return the time now as recordings have it: ISO 8601 in UTC."""
        return datetime.fromtimestamp(self.clock.now(), UTC).isoformat(timespec="seconds")

    def _new_session_id(self) -> str:
        return f"{self.rng.getrandbits(128):032x}"
