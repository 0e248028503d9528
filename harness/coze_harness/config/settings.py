"""The settings of a project, as the other rooms use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from coze_harness.auth.credentials import AccessToken, Credentials
from coze_harness.messages import LocalizedText
from coze_harness.model import Target
from coze_harness.model.project_code import KindModule
from coze_harness.storage.remote_folder import RemoteFolder
from coze_harness.text.safe_regex import UserPattern
from coze_harness.yaml_source.max_increase import MAX_INCREASE
from coze_harness.yaml_source.record_schema import TEXT, Schema, key, list_of

BASE_URL: Final = "https://api.coze.com"
USER_ID: Final = "coze-harness"
_SECONDS: Final[Schema] = {"type": "number", "exclusiveMinimum": 0, "maximum": 86_400}

_UNITS: Final[Mapping[str, int]] = {"KB": 10**3, "MB": 10**6, "GB": 10**9}


_SIZE: Final[Schema] = {
    "type": "string",
    "pattern": r"[1-9][0-9]{0,5}(KB|MB|GB)",
    "examples": ["32MB"],
}


@dataclass(frozen=True, slots=True)
class PollSettings:
    """How a running chat is polled: seconds between requests, and until it is given up."""

    interval: float = key(1.0, _SECONDS)
    timeout: float = key(120.0, _SECONDS)


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """The most that a call and a trial may take in seconds, and the largest response."""

    call: float = key(60.0, _SECONDS)
    trial: float = key(1800.0, _SECONDS)
    response: str = key("32MB", _SIZE)

    @property
    def response_bytes(self) -> int:
        """The largest response, decompressed."""
        return int(self.response[:-2]) * _UNITS[self.response[-2:]]


@dataclass(frozen=True, slots=True)
class RedactSettings:
    """What recordings are redacted of, besides the secrets that are always recognized."""

    patterns: tuple[UserPattern, ...] = key((), list_of(TEXT))
    presets: tuple[str, ...] = key((), list_of({"enum": ["cn_personal"]}))


@dataclass(frozen=True, slots=True)
class CompareSettings:
    """How `compare` works: `budget` is the most calls of one comparison, `None` for no limit.

    `max_increase` has shares by measure (0.2: 20 %).
    """

    budget: int | None = key(
        None,
        {"type": ["integer", "null"], "minimum": 1},
        "The most calls to Coze that one comparison makes.",
    )
    max_increase: Mapping[str, float] = key(
        {}, MAX_INCREASE, "How much more the candidate's answers may cost."
    )


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """How pages are written: `lang` is ``en``, ``zh`` or empty (the reader's language).

    A page of the `layout` ``single`` is one file; ``folder`` puts style and script into files.
    """

    lang: str = key("", {"enum": ["en", "zh"]})
    layout: str = key("single", {"enum": ["single", "folder"]})


class Settings(Struct, frozen=True, kw_only=True):
    """All settings of a project.

    `root` is the folder of harness.yaml, or the working folder without one (`file` is then `None`).
    Folders are absolute; recordings and runs may be at a URL. `rate_limit` is in calls per second.
    `public_address` is what new recordings have as the service's address; empty: the one called.
    `lang` is ``en`` or ``zh`` if the project or an option chooses the language, else empty.
    `strict`: a recording that was edited since it was recorded is an error. `allow_weak_judge`: a
    judge that cannot tell good answers from wrong ones fails trials all the same. `kind_modules`
    are the project's modules with kinds of expectations. `warnings` are for the user.
    """

    root: Path
    scenarios: Path
    cassettes: Path | RemoteFolder
    reports: Path | RemoteFolder
    file: Path | None = None
    base_url: str = BASE_URL
    public_address: str = ""
    lang: str = ""
    credentials: Credentials | None = None
    project_token: AccessToken | None = None
    studio_token: AccessToken | None = None
    bots: Mapping[str, Target] = field(default_factory=dict)
    default_bot: str = ""
    user_id: str = USER_ID
    poll: PollSettings = PollSettings()
    limits: LimitSettings = LimitSettings()
    rate_limit: float | None = None
    workers: int | None = None
    redact: RedactSettings = RedactSettings()
    strict: bool = False
    kind_modules: tuple[KindModule, ...] = ()
    judge_bot: str = ""
    allow_weak_judge: bool = False
    report: ReportSettings = ReportSettings()
    compare: CompareSettings = field(default_factory=CompareSettings)
    warnings: tuple[LocalizedText, ...] = ()
