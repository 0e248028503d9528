"""The conversations of one test with the `coze` fixture, replayed or recorded."""

from __future__ import annotations

from collections.abc import Callable

from coze_harness.execution.conversation_session import (
    ConversationSession,
    RecordSession,
    ReplaySession,
)
from coze_harness.messages import message
from coze_harness.model import ChatOptions, Reply, Target
from coze_harness.model.errors import UsageError
from coze_harness.project.opened_project import REPLAY_IN_CI, Project
from coze_harness.scenarios.name_rules import cassette_of_test
from coze_harness.scenarios.trial_expansion import find_bot


class FixtureSession:
    """The conversations of one test, replayed from its cassette or recorded in it.

    Args:
        project: the test's project.
        test: the test's id in pytest, which names its cassette.
        record: whether to talk to Coze and write the cassette.
        bot: a name from harness.yaml or an id, for conversations that name none.
        cassette: the cassette's path in the cassettes folder, instead of the one of `test`.
        stream: whether replies are streamed.

    Raises:
        UsageError: `CI` is set, and the test is to be recorded.
        SettingsError: there are no credentials to record with.
        CassetteError: the cassette is missing or unreadable, or edited although `strict` is set.
    """

    def __init__(
        self,
        project: Project,
        test: str,
        *,
        record: bool,
        bot: str = "",
        cassette: str = "",
        stream: bool = False,
    ) -> None:
        path = project.settings.cassettes / (cassette or cassette_of_test(test))
        display_path = project.folders.display_path(path)
        self._settings = project.settings
        self._bot = bot
        default = self._find(bot) if bot or project.settings.default_bot else Target(name="", id="")
        self._service = default.base_url
        self._session = (
            _record(project, str(path), test, default)
            if record
            else _replay(project, str(path), display_path, test)
        )
        self._options = ChatOptions(user_id=project.settings.user_id, stream=stream)

    def start_conversation(self, bot: str = "") -> Callable[[str], Reply]:
        """Start a conversation and return the function that sends its next prompt.

        That function raises CozeError or CassetteError.

        Raises:
            UsageError: there is no such bot.
        """
        target = self._find(bot or self._bot)
        if target.base_url != self._service:
            raise UsageError(
                message("session.service", target=target.name),
                next_step=message("session.service.next"),
            )
        return self._session.start(target, self._options)

    def _find(self, bot: str) -> Target:
        return find_bot(bot, self._settings.bots, self._settings.default_bot)

    def finish(self, *, is_complete: bool) -> None:
        """Check that the whole cassette was replayed, or write it.

        Args:
            is_complete: False after an error in the test; then nothing is checked or written.

        Raises:
            CassetteError: interactions were not replayed, or the cassette cannot be written.
        """
        self._session.finish(is_complete=is_complete)


def _replay(project: Project, path: str, display_path: str, test: str) -> ConversationSession:
    return ReplaySession(
        path,
        display_path,
        project.replayer.redactor,
        f'pytest --coze-record "{test}"',
        strict=project.settings.strict,
    )


def _record(project: Project, path: str, test: str, target: Target) -> ConversationSession:
    from coze_harness.project.live_access import live_conversations
    from coze_harness.project.service_access import open_service_transports

    project.refuse_recording_in_ci(force=False, next_step=REPLAY_IN_CI)
    redactor = project.make_redactor()
    return RecordSession(
        path,
        test,
        live_conversations(project),
        open_service_transports(project, redactor, [target], workers=1).for_target(target),
        redactor,
        project.settings.root,
    )
