"""Values that are not deterministic: generated once when recording, and kept in the cassette."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import Final, TypeAlias

_Generator: TypeAlias = Callable[[datetime, Random], str]

_GENERATORS: Final[Mapping[str, _Generator]] = MappingProxyType(
    {
        "today": lambda now, _: now.date().isoformat(),
        "yesterday": lambda now, _: (now.date() - timedelta(days=1)).isoformat(),
        "tomorrow": lambda now, _: (now.date() + timedelta(days=1)).isoformat(),
        "now": lambda now, _: now.isoformat(timespec="seconds"),
        "timestamp": lambda now, _: str(int(now.timestamp())),
        "random_id": lambda _, rng: f"{rng.getrandbits(48):012x}",
        "random_number": lambda _, rng: str(rng.randrange(1_000_000)),
        "uuid": lambda _, rng: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
    }
)

GENERATED_NAMES: Final = tuple(_GENERATORS)
"""The names that templates may use without a case column; docs/scenarios.md explains them."""


def generate_values(names: Iterable[str], now: datetime, rng: Random) -> dict[str, str]:
    """Generate values, in the table's order so that a seeded `rng` gives the same ones again.

    Args:
        names: which of `GENERATED_NAMES`; others are ignored.
        now: the moment; its time zone, if any, is shown in `now`.
        rng: the source of the random values.
    """
    names = frozenset(names)
    return {name: make(now, rng) for name, make in _GENERATORS.items() if name in names}
