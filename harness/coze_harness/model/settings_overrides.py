"""Settings that options replace."""

from __future__ import annotations

from msgspec import Struct


class SettingsOverrides(Struct, frozen=True):
    """Settings from options; ``None`` changes nothing. Paths are relative to the working folder."""

    base_url: str | None = None
    public_address: str = ""
    cassettes: str | None = None
    reports: str | None = None
    lang: str | None = None
    layout: str | None = None
    allow_weak_judge: bool = False
