"""Expectations looked at where the rest of their scenario is wrong: one look tells all faults."""

from __future__ import annotations

from collections.abc import Mapping

from harness import jsontext
from harness.expectations import build
from harness.loader.faults import Faults
from harness.loader.templates import marked
from harness.location import Places
from harness.model import JSON


def look_through(data: Mapping[str, JSON], places: Places, faults: Faults) -> None:
    """Add what is wrong with a scenario's expectations, as far as they stand where they should.

    Those with templates in them are left for when the scenario can be filled.
    """
    turns = data.get("turns")
    for at, turn in enumerate(turns if isinstance(turns, list) else ()):
        items = turn.get("expect") if isinstance(turn, dict) else None
        for number, item in enumerate(items if isinstance(items, list) else ()):
            if not marked(jsontext.compact(item).decode()):
                with faults:
                    build(item, places.below("turns", at, "expect", number))
