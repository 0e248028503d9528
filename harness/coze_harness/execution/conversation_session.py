"""Conversations led by code, prompt by prompt: replayed from a cassette, or recorded in one.

The prompts are not known in advance, so a recording cannot be stale. Replay is as strict as for
scenarios: the first request that differs from the recording is an error.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from coze_harness.cassettes import RecordingInfo, RecordingTransport, Redactor, ReplayTransport
from coze_harness.cassettes import cassette_files as store
from coze_harness.coze import ListMethod, PollSchedule, RetryPolicy, open_conversation
from coze_harness.execution.flow_driver import FlowTask, run_flow
from coze_harness.execution.live_scheduler import run_concurrently
from coze_harness.execution.project_sessions import new_session_id, recorded_session_id
from coze_harness.execution.trial_deadline import limit_trial
from coze_harness.messages import message
from coze_harness.model import ChatOptions, Reply, Target
from coze_harness.model.errors import CassetteEditedError, CassetteMissingError
from coze_harness.model.location import Location
from coze_harness.model.protocols import Clock
from coze_harness.model.trial import Turn
from coze_harness.model.version import VERSION
from coze_harness.transport import HttpTransport, TimedTransport


class ConversationSession(Protocol):
    """The conversations of one cassette."""

    def start(self, bot: Target, options: ChatOptions) -> Callable[[str], Reply]:
        """Start a conversation and return the function that sends its next prompt.

        That function raises CozeError or CassetteError.
        """
        ...

    def finish(self, *, is_complete: bool) -> None:
        """Check that the whole cassette was replayed, or write it.

        Args:
            is_complete: whether all conversations ended as intended; else nothing is checked or
                written.

        Raises:
            CassetteError: interactions were not replayed, or the cassette cannot be written.
        """
        ...


class ReplaySession:
    """Replays conversations from a cassette.

    Args:
        path: the path or URL of the cassette.
        shown: the path as messages show it.
        redactor: the redactor that the recording has been through.
        record_command: the command that records it, for messages.
        strict: whether a cassette that was edited since it was recorded is refused.

    Raises:
        CassetteError: the cassette is missing, unreadable or refused.
    """

    def __init__(
        self,
        path: Path | str,
        shown: str,
        redactor: Redactor,
        record_command: str,
        *,
        strict: bool,
    ) -> None:
        try:
            recording = store.read_cassette(path)
        except CassetteMissingError:
            raise CassetteMissingError(
                message("replay.missing.test"),
                where=Location(shown),
                next_step=message("replay.missing.next", command=record_command),
            ) from None
        if strict and recording.edited:
            raise CassetteEditedError(Location(shown))
        self._transport = ReplayTransport(recording, shown, redactor)

    def start(self, bot: Target, options: ChatOptions) -> Callable[[str], Reply]:
        """Start a conversation and return the function that sends its next prompt."""
        policy = RetryPolicy(jitter=lambda: 0.0, tries=1)
        new_session = partial(recorded_session_id, self._transport)
        conversation = open_conversation(bot, options, PollSchedule(), policy, new_session)
        return lambda prompt: run_flow(conversation.run_turn(_turn(prompt)), self._transport)

    def finish(self, *, is_complete: bool) -> None:
        """Check that the whole cassette was replayed, if the conversations are complete."""
        if is_complete:
            self._transport.check_all_played()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSettings:
    """How conversations with Coze are recorded. Times are in seconds.

    `trial_seconds` is how long one turn may take.
    """

    transport: HttpTransport
    redactor: Redactor
    clock: Clock
    rng: random.Random
    poll_interval: float
    poll_timeout: float
    trial_seconds: float
    folder: Path


class RecordSession:
    """Records conversations with Coze in a cassette. Closes the network when it finishes.

    Args:
        path: the path or URL of the cassette.
        name: names the recording.
        settings: how to record.
    """

    def __init__(self, path: Path | str, name: str, settings: RecordingSettings) -> None:
        self._path = path
        self._name = name
        self._settings = settings
        self._list_method = ListMethod()
        self._timed = TimedTransport(
            settings.transport, settings.clock.monotonic, root=settings.folder
        )
        self._recorder = RecordingTransport(
            self._timed, settings.transport.base_url, settings.redactor
        )

    def start(self, bot: Target, options: ChatOptions) -> Callable[[str], Reply]:
        """Start a conversation and return the function that sends its next prompt."""
        settings = self._settings
        schedule = PollSchedule(interval=settings.poll_interval, timeout=settings.poll_timeout)
        policy = RetryPolicy(jitter=settings.rng.random)
        new_session = partial(new_session_id, settings.rng)
        conversation = open_conversation(
            bot, options, schedule, policy, new_session, self._list_method
        )

        def send(prompt: str) -> Reply:
            monotonic = settings.clock.monotonic
            flow = limit_trial(
                conversation.run_turn(_turn(prompt)), settings.trial_seconds, monotonic
            )
            task = FlowTask(flow, self._recorder, lambda reply: reply)
            (reply,) = run_concurrently([lambda: task], workers=1, monotonic=monotonic)
            return reply

        return send

    def finish(self, *, is_complete: bool) -> None:
        """Write the cassette, if the conversations are complete; close the network."""
        settings = self._settings
        settings.transport.close()
        if not is_complete:
            return
        now = datetime.fromtimestamp(settings.clock.now(), UTC)
        info = RecordingInfo(
            scenario="",
            trial=self._name,
            fingerprint="",
            recorded_at=now.isoformat(timespec="seconds"),
            harness=VERSION,
            calls=self._timed.calls,
        )
        recorder = self._recorder
        store.write_cassette(self._path, recorder.recording, info, recorder.redactor)


def _turn(prompt: str) -> Turn:
    return Turn(prompt=prompt, expectations=(), location=Location("ask"))
