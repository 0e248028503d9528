"""Which trials a user selects."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSelection:
    """Which trials a user selects, in terms of the command line."""

    paths: tuple[str, ...] = ()
    keyword: str = ""
    tags: tuple[str, ...] = ()
    bots: tuple[str, ...] = ()
    last_failed: bool = False
    repeat: int | None = None
