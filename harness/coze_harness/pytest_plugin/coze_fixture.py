"""The `coze` fixture: a test's own conversations, answered by its cassette."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from coze_harness.model import Reply
from coze_harness.model.errors import HarnessError
from coze_harness.project.fixture_session import FixtureSession
from coze_harness.project.opened_project import Project
from coze_harness.pytest_plugin.session_projects import SessionProjects, session_projects

# Set for a test that raised: prompts that it did not send are then not an error.
CONVERSATION_ABORTED = pytest.StashKey[bool]()


class CozeFixtureError(Exception):
    """A conversation cannot be recorded or replayed; the message is the command line's."""


class FixtureConversation:
    """One conversation with a bot, which remembers its earlier turns."""

    def __init__(self, send: Callable[[str], Reply], fixture: CozeFixture) -> None:
        self._send = send
        self._fixture = fixture

    def ask(self, prompt: str) -> Reply:
        """Send a prompt and return the reply: `answer`, `messages`, `follow_ups`, `usage`, ….

        Raises:
            CozeFixtureError: Coze or the network failed, or the cassette has another prompt.
        """
        __tracebackhide__ = True
        try:
            return self._send(prompt)
        except HarnessError as error:
            raise self._fixture.failure(error) from None


class CozeFixture:
    """The value of the `coze` fixture."""

    def __init__(
        self, session: FixtureSession, projects: SessionProjects, project: Project
    ) -> None:
        self._session = session
        self._projects = projects
        self._project = project
        self.has_failed = False

    def ask(self, prompt: str, *, bot: str = "") -> Reply:
        """Send a prompt in a new conversation and return the reply.

        Args:
            prompt: what to ask.
            bot: a name from harness.yaml or an id. Default: the marker's, else the project's.

        Raises:
            CozeFixtureError: Coze or the network failed, or the cassette has another prompt.
        """
        __tracebackhide__ = True
        return self.conversation(bot=bot).ask(prompt)

    def conversation(self, *, bot: str = "") -> FixtureConversation:
        """Start a conversation for several turns.

        Raises:
            CozeFixtureError: there is no such bot.
        """
        __tracebackhide__ = True
        try:
            return FixtureConversation(self._session.start_conversation(bot), self)
        except HarnessError as error:
            raise self.failure(error) from None

    def failure(self, error: HarnessError) -> CozeFixtureError:
        """Make the exception of a failed conversation; the cassette is not complete then."""
        self.has_failed = True
        return CozeFixtureError(self._projects.message(error, self._project))


def coze_session(request: pytest.FixtureRequest) -> Iterator[CozeFixture]:
    """Yield a test's `coze`, then check that its cassette was played to the end, or write it.

    A missing cassette, and one with more than the test asks, are errors of the test.
    """
    projects = session_projects(request.config)
    marker = request.node.get_closest_marker("coze")
    arguments = marker.kwargs if marker else {}
    project: Project | None = None
    try:
        player = projects.player_of(request.path.parent)
        project = player.project
        player.lock_recordings()
        session = FixtureSession(
            project,
            request.node.nodeid,
            record=request.config.getoption("--coze-record"),
            bot=arguments.get("bot", ""),
            cassette=arguments.get("cassette", ""),
            stream=arguments.get("stream", False),
        )
    except HarnessError as error:
        raise projects.failure(error, project) from None
    fixture = CozeFixture(session, projects, project)
    yield fixture
    is_aborted = request.node.stash.get(CONVERSATION_ABORTED, False)
    try:
        session.finish(is_complete=not (fixture.has_failed or is_aborted))
    except HarnessError as error:
        raise projects.failure(error, project) from None
