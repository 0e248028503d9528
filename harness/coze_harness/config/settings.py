"""What is set for a project, as the other rooms get it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from coze_harness.auth.credentials import Credentials
from coze_harness.model import Bot
from coze_harness.storage.remote_folder import RemoteFolder

BASE_URL: Final = "https://api.coze.com"
USER_ID: Final = "coze-harness"


@dataclass(frozen=True, slots=True)
class PollSettings:
    """How a running chat is watched: seconds between looks, and until it is given up."""

    interval: float = 1.0
    timeout: float = 120.0


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """How reports are written: `lang` is ``en``, ``zh`` or empty (the reader's).

    A page of the `layout` ``single`` is one file; ``folder`` has style and script beside it.
    """

    lang: str = ""
    layout: str = "single"


@dataclass(frozen=True, slots=True)
class SettingsOverrides:
    """Settings given as options; ``None`` leaves a setting as it is. Paths count from `start`."""

    base_url: str | None = None
    workers: int | None = None
    scenarios: str | None = None
    cassettes: str | None = None
    reports: str | None = None
    lang: str | None = None
    layout: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that is set for a project.

    `root` is the folder of harness.yaml, or the working folder without one (`file` is then `None`).
    Folders are absolute; recordings and runs may be elsewhere, by URL. `rate_limit` is in calls per
    second. `redact` holds regular expressions that compile. `warnings` are remarks for the user.
    """

    root: Path
    scenarios: Path
    cassettes: Path | RemoteFolder
    reports: Path | RemoteFolder
    file: Path | None = None
    base_url: str = BASE_URL
    credentials: Credentials | None = None
    bots: Mapping[str, Bot] = field(default_factory=dict)
    default_bot: str = ""
    user_id: str = USER_ID
    poll: PollSettings = PollSettings()
    rate_limit: float | None = None
    workers: int | None = None
    redact: tuple[str, ...] = ()
    judge_bot: str = ""
    report: ReportSettings = ReportSettings()
    warnings: tuple[str, ...] = ()
