"""Conversations that code leads, prompt by prompt: with Coze and kept, or from a cassette.

What is asked is not known beforehand, so nothing can be stale; replay is as strict as ever, and
tells the first request that is another one than was recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from coze_harness.cassettes import RecordingInfo, RecordingTransport, ReplayTransport
from coze_harness.cassettes import cassette_files as store
from coze_harness.commands.network import build_redactor, open_transport
from coze_harness.commands.project import Project
from coze_harness.coze import CozeConversation, PollSchedule, RetryPolicy
from coze_harness.execution import FlowTask, run_concurrently, run_flow
from coze_harness.model import Bot, ChatOptions, Reply
from coze_harness.model.errors import CassetteMissingError
from coze_harness.model.location import Location
from coze_harness.model.trial import Turn
from coze_harness.storage.remote_folder import RemoteFolder
from coze_harness.transport import TimedTransport


class ConversationSession(Protocol):
    """One conversation with a bot, which goes on from prompt to prompt."""

    def ask(self, prompt: str) -> Reply:
        """Ask a prompt and return the reply.

        Raises:
            CozeError: the service or the network did not serve, or the chat failed.
            CassetteError: the recording holds another conversation.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Talk:
    dialogue: CozeConversation
    hold: Callable[[CozeConversation, Turn], Reply]

    def ask(self, prompt: str) -> Reply:
        turn = Turn(prompt=prompt, expectations=(), location=Location("ask"))
        return self.hold(self.dialogue, turn)


def _stored(path: Path | RemoteFolder) -> Path | str:
    """Return where a cassette is as the store takes it."""
    return str(path) if isinstance(path, RemoteFolder) else path


class ReplaySession:
    """Conversations from a cassette.

    Args:
        project: whose settings and patterns.
        path: the cassette.
        again: what records it, for the error of one that is missing.

    Raises:
        CassetteError: the file is missing or unreadable.
    """

    def __init__(self, project: Project, path: Path | RemoteFolder, again: str) -> None:
        try:
            recording = store.read_cassette(_stored(path))
        except CassetteMissingError:
            raise CassetteMissingError(
                "There is no recording of this test's conversations.",
                where=Location(project.display_path(path)),
                next_step=f"with COZE_API_TOKEN set: {again}",
            ) from None
        self._tape = ReplayTransport(
            recording, project.display_path(path), project.replayer.redactor
        )

    def talk(self, bot: Bot, options: ChatOptions) -> ConversationSession:
        """Return a new conversation."""
        patience = RetryPolicy(jitter=lambda: 0.0, tries=1)
        return _Talk(CozeConversation(bot, options, PollSchedule(), patience), self._hold)

    def _hold(self, dialogue: CozeConversation, turn: Turn) -> Reply:
        return run_flow(dialogue.run_turn(turn), self._tape)

    def finish(self, *, whole: bool) -> None:
        """Make sure that all was played, where the conversations were led to their end.

        Raises:
            CassetteLeftoverError: something was not.
        """
        if whole:
            self._tape.check_all_played()


class RecordSession:
    """Conversations with Coze, kept in a cassette.

    Args:
        project: whose settings, token and clock.
        path: the cassette to write.
        name: what it is a recording of.

    Raises:
        SettingsError: there is nothing to sign in with.
    """

    def __init__(self, project: Project, path: Path | RemoteFolder, name: str) -> None:
        settings, world = project.settings, project.world
        self._settings = settings
        self._world = world
        self._path = _stored(path)
        self._name = name
        self._secrets = build_redactor(settings)
        self._wire = open_transport(settings, world, self._secrets, workers=1)
        self._line = TimedTransport(self._wire, world.clock.monotonic, root=settings.root)
        self._recorder = RecordingTransport(self._line, self._wire.base_url, self._secrets)

    def talk(self, bot: Bot, options: ChatOptions) -> ConversationSession:
        """Return a new conversation."""
        poll = self._settings.poll
        pace = PollSchedule(interval=poll.interval, timeout=poll.timeout)
        patience = RetryPolicy(jitter=self._world.rng.random)
        return _Talk(CozeConversation(bot, options, pace, patience), self._hold)

    def _hold(self, dialogue: CozeConversation, turn: Turn) -> Reply:
        task = FlowTask(dialogue.run_turn(turn), self._recorder, lambda reply: reply)
        (reply,) = run_concurrently(
            [lambda: task], workers=1, monotonic=self._world.clock.monotonic
        )
        return reply

    def finish(self, *, whole: bool) -> None:
        """Write the cassette, if the conversations were led to their end; close the network.

        Raises:
            CassetteError: it holds a secret, or cannot be written.
        """
        self._wire.close()
        if not whole:
            return
        origin = RecordingInfo(
            scenario="",
            trial=self._name,
            fingerprint="",
            recorded_at=datetime.fromtimestamp(self._world.clock.now(), UTC).isoformat(
                timespec="seconds"
            ),
            harness=version("coze-harness"),
            calls=self._line.calls,
        )
        store.write_cassette(self._path, self._recorder.recording, origin, self._secrets)
