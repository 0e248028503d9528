"""The `coze` fixture: a test leads conversations, its own cassette answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from coze_harness.commands.current_process import redact_for_display
from coze_harness.commands.project import Project
from coze_harness.execution.conversation_session import (
    ConversationSession,
    RecordSession,
    ReplaySession,
)
from coze_harness.model import ChatOptions, Reply
from coze_harness.model.errors import HarnessError
from coze_harness.pytest_plugin.session_projects import projects
from coze_harness.scenarios.name_rules import file_name_part, file_stem
from coze_harness.scenarios.trial_expansion import find_bot
from coze_harness.storage.remote_folder import RemoteFolder

# Set for a test that raised: what it left unasked is no fault of its recording.
BROKEN_OFF = pytest.StashKey[bool]()

_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")


class CozeFailure(Exception):  # noqa: N818 (its name heads what a failed test shows)
    """A conversation could not be held or replayed; the words are those of the command line."""


class Conversation:
    """One conversation with a bot: it remembers what was said before."""

    def __init__(self, talk: ConversationSession, fixture: Coze) -> None:
        self._talk = talk
        self._fixture = fixture

    def run_turn(self, prompt: str) -> Reply:
        """Ask a prompt and return the reply: `answer`, `messages`, `follow_ups`, `usage`, ….

        Raises:
            CozeFailure: Coze, the network or the recording did not serve.
        """
        __tracebackhide__ = True
        try:
            return self._talk.ask(prompt)
        except HarnessError as fault:
            raise self._fixture.broken(fault) from None


class Coze:
    """What the `coze` fixture gives a test.

    Args:
        project: the project that the test belongs to.
        talks: where the answers come from.
        bot: asked where a call names none.
        stream: whether replies are streamed.
    """

    def __init__(
        self, project: Project, talks: ReplaySession | RecordSession, bot: str, *, stream: bool
    ) -> None:
        self._project = project
        self._talks = talks
        self._bot = bot
        self._stream = stream
        self.intact = True

    def ask(self, prompt: str, *, bot: str = "") -> Reply:
        """Ask a prompt in a new conversation and return the reply.

        Args:
            prompt: what to ask.
            bot: a name from harness.yaml or an id; the marker's, or the project's default, if none.

        Raises:
            CozeFailure: Coze, the network or the recording did not serve.
        """
        __tracebackhide__ = True
        return self.conversation(bot=bot).run_turn(prompt)

    def conversation(self, *, bot: str = "") -> Conversation:
        """Return a new conversation, for several turns.

        Raises:
            CozeFailure: there is no such bot.
        """
        __tracebackhide__ = True
        settings = self._project.settings
        try:
            asked = find_bot(bot or self._bot, settings.bots, settings.default_bot)
        except HarnessError as fault:
            raise self.broken(fault) from None
        options = ChatOptions(user_id=settings.user_id, stream=self._stream)
        return Conversation(self._talks.talk(asked, options), self)

    def broken(self, fault: HarnessError) -> CozeFailure:
        """Return a fault as a test shows it; from now on nothing is a whole recording."""
        self.intact = False
        return CozeFailure(redact_for_display("\n".join(fault.lines()), self._project.world))


def opened(request: pytest.FixtureRequest) -> Iterator[Coze]:
    """Yield a test's `coze`, then make sure that its recording was played, or write it.

    A recording that is missing, or holds more than was asked, is an error of the test.
    """
    known = projects(request.config)
    marker = request.node.get_closest_marker("coze")
    given = marker.kwargs if marker else {}
    words = ""
    try:
        project = known.of(request.path.parent)
        path = project.settings.cassettes / (given.get("cassette") or _cassette(request))
        talks = _talks(request, project, path)
    except HarnessError as fault:
        words = redact_for_display("\n".join(fault.lines()), known.world)
    if words:
        pytest.fail(words, pytrace=False)
    coze = Coze(project, talks, given.get("bot", ""), stream=given.get("stream", False))
    yield coze
    try:
        talks.finish(whole=coze.intact and not request.node.stash.get(BROKEN_OFF, False))
    except HarnessError as fault:
        words = redact_for_display("\n".join(fault.lines()), known.world)
    if words:
        pytest.fail(words, pytrace=False)


def _talks(
    request: pytest.FixtureRequest, project: Project, path: Path | RemoteFolder
) -> ReplaySession | RecordSession:
    if request.config.getoption("--coze-record"):
        project.refuse_recording_in_ci(force=False)
        return RecordSession(project, path, request.node.nodeid)
    return ReplaySession(project, path, f'pytest --coze-record "{request.node.nodeid}"')


def _cassette(request: pytest.FixtureRequest) -> Path:
    """Return where a test's cassette is: by the test's own file and name."""
    file, _, name = request.node.nodeid.partition("::")
    # pytest writes what is not ASCII in a parameter as an escape.
    readable = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), name).replace("::", ".")
    folders = [part for part in Path(file).with_suffix("").parts if part != ".."]
    return Path(*folders, f"{file_stem([file_name_part(readable)], (name,))}.yaml")
