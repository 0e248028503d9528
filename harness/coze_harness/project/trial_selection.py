"""Which trials a user selects."""

from __future__ import annotations

from msgspec import Struct


class TrialSelection(Struct, frozen=True, kw_only=True):
    """Which trials a user selects, in terms of the command line."""

    paths: tuple[str, ...] = ()
    keyword: str = ""
    tags: tuple[str, ...] = ()
    bots: tuple[str, ...] = ()
    last_failed: bool = False
    repeat: int | None = None
