"""The versions of bots that live trials talk to: each is described by Coze once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import TypeAlias

from msgspec import Struct, field

from coze_harness.cassettes import Redactor
from coze_harness.coze import RetryPolicy, fetch_bot_snapshot
from coze_harness.execution.flow_driver import FlowTask
from coze_harness.execution.live_conversations import LiveConversations
from coze_harness.execution.live_scheduler import run_concurrently
from coze_harness.messages import UserText, change_texts, message
from coze_harness.model import BotSnapshot, Target, unknown_snapshot
from coze_harness.model.trial_key import DRAFT
from coze_harness.transport import ServiceTransports

BotVersion: TypeAlias = tuple[Target, str]
"""A bot and the version that is asked; empty: the published one."""


class BotSnapshots(Struct, frozen=True):
    """Fetches and keeps the descriptions of bots.

    `conversations` keeps the shared rate, and the limit of a trial. `warn` receives a warning about
    a bot without a description.
    """

    transports: ServiceTransports
    conversations: LiveConversations
    redactor: Redactor
    warn: Callable[[UserText], None]
    _known: dict[BotVersion, BotSnapshot] = field(default_factory=dict)

    def fetch(self, versions: Collection[BotVersion], workers: int) -> None:
        """Fetch the descriptions of versions that are not known yet, several at a time.

        The draft's is fetched where the trials talk to the draft.
        """
        bots = [
            key for key in versions if key[0].capabilities.has_snapshot and key not in self._known
        ]
        if not bots:
            return
        factories = [partial(self._task, key) for key in bots]
        monotonic = self.conversations.clock.monotonic
        self._known.update(run_concurrently(factories, workers=workers, monotonic=monotonic))
        for key in bots:
            if reason := self._known[key].why_unknown:
                warning = change_texts(reason, self.redactor.redact)
                self.warn(message("live.bot_warning", bot=key[0].name, warning=warning))

    def find(self, version: BotVersion) -> BotSnapshot | None:
        """Return the description of a version as it came, once it is fetched."""
        return self._known.get(version)

    def find_redacted(self, version: BotVersion) -> BotSnapshot | None:
        """Return the description of a version without secrets, once it is fetched."""
        snapshot = self.find(version)
        return self.redactor.redact_snapshot(snapshot) if snapshot else None

    def _task(self, key: BotVersion) -> FlowTask[BotSnapshot, tuple[BotVersion, BotSnapshot]]:
        bot, bot_version = key
        policy = RetryPolicy(jitter=self.conversations.rng.random, tries=2)
        flow = fetch_bot_snapshot(bot.id, policy, published=bot_version != DRAFT)

        def on_result(snapshot: BotSnapshot) -> tuple[BotVersion, BotSnapshot]:
            return key, _of_version(bot_version, snapshot)

        return FlowTask(self.conversations.limit(flow), self.transports.for_target(bot), on_result)


def _of_version(bot_version: str, snapshot: BotSnapshot) -> BotSnapshot:
    """Return a snapshot of a version; Coze describes only the draft and the published one."""
    if bot_version in ("", DRAFT, snapshot.version) or snapshot.warning:
        return snapshot
    return unknown_snapshot(message("live.version_unknown", version=bot_version), bot_version)
