"""Expectations looked at where the rest of their scenario is wrong: one look tells all faults."""

from __future__ import annotations

from collections.abc import Mapping

from coze_harness.expectations import build_expectation
from coze_harness.model import JSON
from coze_harness.model.location import SourcePositions
from coze_harness.scenarios.error_collector import ErrorCollector
from coze_harness.scenarios.template_renderer import has_placeholder
from coze_harness.text import json_text as jsontext


def check_demands(
    data: Mapping[str, JSON], places: SourcePositions, faults: ErrorCollector
) -> None:
    """Add what is wrong with a scenario's expectations, as far as they stand where they should.

    Those with templates in them are left for when the scenario can be filled.
    """
    turns = data.get("turns")
    for at, turn in enumerate(turns if isinstance(turns, list) else ()):
        items = turn.get("expect") if isinstance(turn, dict) else None
        for number, item in enumerate(items if isinstance(items, list) else ()):
            if not has_placeholder(jsontext.dump_json(item).decode()):
                with faults:
                    build_expectation(item, places.below("turns", at, "expect", number))
