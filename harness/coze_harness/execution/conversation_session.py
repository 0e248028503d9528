"""Conversations led by code, prompt by prompt: replayed from a cassette, or recorded in one.

The prompts are not known in advance, so a recording cannot be stale. Replay is as strict as for
scenarios: the first request that differs from the recording is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from coze_harness.cassettes import RecordingInfo, RecordingTransport, Redactor, ReplayTransport
from coze_harness.cassettes import cassette_files as store
from coze_harness.execution.flow_driver import run_flow
from coze_harness.execution.live_conversations import LiveConversations
from coze_harness.execution.replayed_conversations import open_replayed
from coze_harness.messages import message
from coze_harness.model import ChatOptions, Reply, Target
from coze_harness.model.errors import CassetteEditedError, CassetteMissingError
from coze_harness.model.location import Location
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

    `path` is the path or URL of the cassette, and `display_path` is the path as messages show it.
    `strict`: a cassette that was edited since it was recorded is refused.

    Raises:
        CassetteError: the cassette is missing, unreadable or refused.
    """

    def __init__(
        self,
        path: str,
        display_path: str,
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
                where=Location(display_path),
                next_step=message("replay.missing.next", command=record_command),
            ) from None
        if strict and recording.edited:
            raise CassetteEditedError(Location(display_path))
        self._transport = ReplayTransport(recording, display_path, redactor)

    def start(self, bot: Target, options: ChatOptions) -> Callable[[str], Reply]:
        """Start a conversation and return the function that sends its next prompt."""
        conversation = open_replayed(bot, options, self._transport)
        return lambda prompt: run_flow(conversation.run_turn(_turn(prompt)), self._transport)

    def finish(self, *, is_complete: bool) -> None:
        """Check that the whole cassette was replayed, if the conversations are complete."""
        if is_complete:
            self._transport.check_all_played()


class RecordSession:
    """Records conversations with Coze in a cassette. Closes the network when it finishes.

    `path` is the path or URL of the cassette, and `name` names the recording. A turn may take as
    long as a trial. Attached files are read from `folder`, the project's.
    """

    def __init__(
        self,
        path: str,
        name: str,
        conversations: LiveConversations,
        transport: HttpTransport,
        redactor: Redactor,
        folder: Path,
    ) -> None:
        self._path = path
        self._name = name
        self._conversations = conversations
        self._transport = transport
        self._timed = TimedTransport(transport, conversations.clock.monotonic, root=folder)
        self._recorder = RecordingTransport(self._timed, transport.base_url, redactor)

    def start(self, bot: Target, options: ChatOptions) -> Callable[[str], Reply]:
        """Start a conversation and return the function that sends its next prompt."""
        conversations = self._conversations
        conversation = conversations.open(bot, options)
        return lambda prompt: conversations.run(
            conversation.run_turn(_turn(prompt)), self._recorder
        )

    def finish(self, *, is_complete: bool) -> None:
        """Write the cassette, if the conversations are complete; close the network."""
        self._transport.close()
        if not is_complete:
            return
        info = RecordingInfo(
            scenario="",
            trial=self._name,
            fingerprint="",
            recorded_at=self._conversations.time_of_recording(),
            harness=VERSION,
            calls=self._timed.calls,
        )
        recorder = self._recorder
        store.write_cassette(self._path, recorder.recording, info, recorder.redactor)


def _turn(prompt: str) -> Turn:
    return Turn(prompt=prompt, expectations=(), location=Location("ask"))
