"""What a trial is about: its name and its options."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from msgspec import Struct

from coze_harness.model.http_call import JSON

DRAFT: Final = "unpublished_draft"
"""The publish status of a bot's draft."""

_IMAGES: Final = frozenset(
    {"jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff", "heic", "heif", "svg", "ico"}
)
_AUDIO: Final = frozenset({"wav", "mp3", "ogg", "m4a"})


class Attachment(Struct, frozen=True):
    """A file that goes with a prompt.

    `name` is its path from the project's folder, with forward slashes, or a URL that Coze fetches.
    `size` is in bytes, `sha256` in hexadecimal; a URL has neither.
    """

    name: str
    size: int = 0
    sha256: str = ""

    @property
    def is_local(self) -> bool:
        """Whether it is a file of the project, which is uploaded."""
        return bool(self.sha256)

    @property
    def kind(self) -> str:
        """What Coze takes it for: `image`, `audio` or `file`."""
        path = self.name if self.is_local else urlsplit(self.name).path
        extension = path.rpartition("/")[2].rpartition(".")[2].lower()
        if extension in _IMAGES:
            return "image"
        return "audio" if extension in _AUDIO else "file"


class ChatOptions(Struct, frozen=True, kw_only=True):
    """What a scenario sends besides its prompts.

    `history` has the messages (role, content) that precede the first prompt. The conversation is
    the existing one of `conversation_id`, or created before the first prompt
    (`create_conversation`), or created by it. With `is_async`, a workflow runs in the background.
    """

    user_id: str
    stream: bool = False
    custom_variables: Mapping[str, str] = {}
    meta_data: Mapping[str, str] = {}
    parameters: Mapping[str, JSON] = {}
    extra_params: Mapping[str, str] = {}
    shortcut_command: Mapping[str, JSON] = {}
    enable_card: bool = False
    bot_version: str = ""
    publish_status: str = ""
    auto_save_history: bool = True
    conversation_id: str = ""
    create_conversation: bool = False
    history: tuple[tuple[str, str], ...] = ()
    is_async: bool = False


class CaseKey(NamedTuple):
    """A case of a scenario with a bot: what all its repeats have in common."""

    scenario: str
    bot: str
    case: str


class TrialKey(Struct, frozen=True):
    """Identifies a trial in every output.

    `id` is unique in the project and stable: scenario, then `@bot` where the scenario has several,
    `[case]`, and `#n` from the second repeat on. `file` and `cassette` are paths from the
    project's folder (absolute if outside of it), with forward slashes. `line` counts from 1. `case`
    is empty without cases; `trial` counts repeats from 1.
    """

    id: str
    scenario: str
    file: str
    line: int
    bot: str
    case: str
    trial: int
    tags: tuple[str, ...]
    cassette: str

    @property
    def case_id(self) -> str:
        """The id of the first repeat, which all repeats have in common."""
        return self.id.removesuffix(f"#{self.trial}") if self.trial > 1 else self.id

    @property
    def case_key(self) -> CaseKey:
        """The case that it is a repeat of."""
        return CaseKey(self.scenario, self.bot, self.case)

    @property
    def group(self) -> tuple[str, str]:
        """The scenario and the bot, whose trials are judged together."""
        return self.scenario, self.bot


class CassetteState(StrEnum):
    """Whether a trial's cassette can be replayed."""

    RECORDED = "recorded"
    STALE = "stale"
    MISSING = "missing"
    UNREADABLE = "unreadable"


class RecordScope(StrEnum):
    """Which of the selected trials `record` records: those whose recording is as named, or all.

    `STALE` includes `MISSING`, and recordings that cannot be read.
    """

    MISSING = "missing"
    STALE = "stale"
    ALL = "all"
