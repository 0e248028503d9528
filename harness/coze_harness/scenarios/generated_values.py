"""Values that are not deterministic: generated once when recording, and kept in the cassette."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import Final, TypeAlias

_Generator: TypeAlias = Callable[[datetime, Random], str]

_GENERATORS: Final[Mapping[str, tuple[str, _Generator]]] = MappingProxyType(
    {
        "today": ("the date, 2024-10-01", lambda now, _: now.date().isoformat()),
        "yesterday": (
            "the date of the day before",
            lambda now, _: (now.date() - timedelta(days=1)).isoformat(),
        ),
        "tomorrow": (
            "the date of the day after",
            lambda now, _: (now.date() + timedelta(days=1)).isoformat(),
        ),
        "now": (
            "date and time to the second, 2024-10-01T08:30:00+08:00",
            lambda now, _: now.isoformat(timespec="seconds"),
        ),
        "timestamp": ("seconds since 1970", lambda now, _: str(int(now.timestamp()))),
        "random_id": (
            "twelve hexadecimal digits",
            lambda _, rng: f"{rng.getrandbits(48):012x}",
        ),
        "random_number": (
            "a whole number from 0 to 999999",
            lambda _, rng: str(rng.randrange(1_000_000)),
        ),
        "uuid": (
            "a random UUID (version 4)",
            lambda _, rng: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        ),
    }
)

GENERATED_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {name: description for name, (description, _) in _GENERATORS.items()}
)
"""The names that templates may use without a case column, each with its meaning."""


def generate_values(names: Iterable[str], now: datetime, rng: Random) -> dict[str, str]:
    """Generate values, in the table's order so that a seeded `rng` gives the same ones again.

    Args:
        names: which of `GENERATED_NAMES`; others are ignored.
        now: the moment; its time zone, if any, is shown in `now`.
        rng: the source of the random values.
    """
    names = frozenset(names)
    return {name: make(now, rng) for name, (_, make) in _GENERATORS.items() if name in names}
