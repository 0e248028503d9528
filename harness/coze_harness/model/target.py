"""Targets: what is talked to, and what each kind of them can do.

`CAPABILITIES` is the only declaration of a kind. From it come the keys of `bots:` in harness.yaml,
the keys that a scenario may use, and the options that commands reject before any call is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from coze_harness.messages import LocalizedText, message

_SHORTEST_ID: Final = 6


class TargetKind(StrEnum):
    """The kinds of targets. A project on coze.site is an agent or a workflow."""

    BOT = "bot"
    CHATFLOW = "chatflow"
    WORKFLOW = "workflow"
    PROJECT = "project"
    PROJECT_WORKFLOW = "project_workflow"
    STUDIO = "studio"


class TargetCapabilities(Struct, frozen=True, kw_only=True):
    """What a kind of target can do.

    `title` names the kind in messages. `required` and `optional` are its keys under `bots:` in
    harness.yaml. `scenario_keys` are the keys of a scenario and of a turn that it takes, besides
    those that every kind takes; `prompt` is one that begins the conversation, `resume` one that
    answers the question of a run. `lists_by_get` is whether messages are listed by GET only, where
    others take POST. `has_snapshot` is whether it describes its version, model and prompt. With
    `always_streams`, the reply to a prompt is one response.
    """

    title: LocalizedText
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    scenario_keys: frozenset[str]
    lists_by_get: bool = False
    has_snapshot: bool = False
    always_streams: bool = False

    @property
    def has_drafts(self) -> bool:
        """Whether a prompt can go to an unpublished draft."""
        return "publish_status" in self.scenario_keys

    @property
    def has_versions(self) -> bool:
        """Whether a prompt can go to a version of the bot."""
        return "bot_version" in self.scenario_keys


_CHAT: Final = frozenset(
    {"prompt", "attach", "history", "parameters", "extra_params", "conversation", "conversation_id"}
)
_STUDIO: Final = _CHAT | {"stream", "custom_variables", "meta_data", "shortcut_command"}
_RUN: Final = frozenset({"input", "resume", "parameters", "extra_params", "stream", "is_async"})
_ASSOCIATED: Final = ("bot_id", "app_id", "version", "connector_id", "title")

CAPABILITIES: Final[Mapping[TargetKind, TargetCapabilities]] = MappingProxyType(
    {
        TargetKind.BOT: TargetCapabilities(
            title=message("target.bot"),
            required=("id",),
            optional=("title",),
            scenario_keys=_STUDIO
            | {"bot_version", "publish_status", "auto_save_history", "enable_card", "tools"},
            has_snapshot=True,
        ),
        TargetKind.CHATFLOW: TargetCapabilities(
            title=message("target.chatflow"),
            required=("workflow",),
            optional=_ASSOCIATED,
            scenario_keys=_CHAT | _RUN,
            always_streams=True,
        ),
        TargetKind.WORKFLOW: TargetCapabilities(
            title=message("target.workflow"),
            required=("workflow",),
            optional=("version", "connector_id", "title"),
            scenario_keys=_RUN,
            always_streams=True,
        ),
        TargetKind.PROJECT: TargetCapabilities(
            title=message("target.project"),
            required=("project",),
            optional=("project_id", "title"),
            scenario_keys=frozenset({"prompt", "attach", "conversation_id", "stream"}),
            always_streams=True,
        ),
        TargetKind.PROJECT_WORKFLOW: TargetCapabilities(
            title=message("target.project_workflow"),
            required=("project",),
            optional=("answer", "title"),
            scenario_keys=frozenset({"input", "parameters"}),
            always_streams=True,
        ),
        TargetKind.STUDIO: TargetCapabilities(
            title=message("target.studio"),
            required=("studio", "id"),
            optional=("title",),
            scenario_keys=_STUDIO,
            lists_by_get=True,
            has_snapshot=True,
        ),
    }
)
"""One entry for each kind. A new kind is one entry here and its call flow in `coze/`."""

LIMITED_KEYS: Final = frozenset().union(*(one.scenario_keys for one in CAPABILITIES.values()))
"""The keys of scenarios and turns that some kind does not take."""


def is_bot_id(word: str) -> bool:
    """Tell whether a word looks like an id of Coze: six digits or more."""
    return len(word) >= _SHORTEST_ID and word.isascii() and word.isdecimal()


class Target(Struct, frozen=True, kw_only=True):
    """What is talked to, by its name in the project.

    `id` is that of the bot or workflow, or the project's id; a project without one has its name.
    `url` is the address of a service of its own: of a project with the path of its route, of
    coze-studio without it; empty for Coze itself. `bot_id` or `app_id` is what a workflow is
    associated with, `version` and `connector_id` are the workflow's. `answer` is the JMESPath to
    the answer in a workflow project's output; empty: the whole output.
    """

    name: str
    id: str
    title: str = ""
    kind: TargetKind = TargetKind.BOT
    url: str = ""
    project_id: str = ""
    bot_id: str = ""
    app_id: str = ""
    version: str = ""
    connector_id: str = ""
    answer: str = ""

    @property
    def capabilities(self) -> TargetCapabilities:
        """What it can do."""
        return CAPABILITIES[self.kind]

    @property
    def is_project(self) -> bool:
        """Whether it is a project on coze.site, with a route and a token of its own."""
        return self.kind in (TargetKind.PROJECT, TargetKind.PROJECT_WORKFLOW)

    @property
    def is_workflow(self) -> bool:
        """Whether it is a workflow of Coze: chatted with or run."""
        return self.kind in (TargetKind.CHATFLOW, TargetKind.WORKFLOW)

    @property
    def base_url(self) -> str:
        """The address of its service without a route; empty for Coze itself."""
        if not self.is_project:
            return self.url
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def path(self) -> str:
        """The route of a project."""
        return urlsplit(self.url).path
