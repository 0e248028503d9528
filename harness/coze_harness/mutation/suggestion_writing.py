"""Writes suggested expectations into the scenario files, and keeps all else in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from coze_harness.messages import LocalizedText, message
from coze_harness.model import JSON
from coze_harness.model.errors import HarnessError, ScenarioError
from coze_harness.model.location import Location
from coze_harness.mutation.expectation_suggestions import Suggestion
from coze_harness.storage.atomic_write import write_atomically
from coze_harness.yaml_source import read_yaml
from coze_harness.yaml_source.list_insertion import insert_items


class TurnSuggestions(NamedTuple):
    """What to add to a turn of a scenario file; `problem` says why it could not be written.

    `key` is the list that it belongs to. With a simulated user it is the scenario's `every_turn`.
    """

    location: Location
    suggestions: Sequence[Suggestion]
    key: str = "expect"
    is_written: bool = False
    problem: LocalizedText = LocalizedText()


def write_suggestions(root: Path, turns: Sequence[TurnSuggestions]) -> list[TurnSuggestions]:
    """Add suggestions to their files, from the last turn of a file to the first."""
    outcomes: dict[Location, TurnSuggestions] = {}
    for path in dict.fromkeys(turn.location.path for turn in turns):
        file = root / path
        source = file.read_bytes().decode("utf-8")
        mark, text = ("\ufeff", source[1:]) if source[:1] == "\ufeff" else ("", source)
        own = [turn for turn in turns if turn.location.path == path]
        edited = text
        for turn in sorted(own, key=lambda one: one.location.line, reverse=True):
            changed = _with_suggestions(edited, turn)
            outcomes[turn.location] = (
                turn._replace(problem=message("suggest.not_written"))
                if changed is None
                else turn._replace(is_written=True)
            )
            edited = changed if changed is not None else edited
        if edited != text:
            write_atomically(file, [(mark + edited).encode("utf-8")])
    return [outcomes[turn.location] for turn in turns]


def _with_suggestions(text: str, turn: TurnSuggestions) -> str | None:
    """Return a file's text with suggestions; `None` unless they are all that has changed."""
    where, items = turn.location, [one.item for one in turn.suggestions]
    inserted = insert_items(text, where.line, where.column, turn.key, items)
    if inserted is None:
        return None
    edited, path = inserted
    try:
        before = read_yaml(text, where.path, ScenarioError).data
        after = read_yaml(edited, where.path, ScenarioError).data
        added = read_yaml("\n".join(f"- {item}" for item in items), where.path, ScenarioError).data
    except HarnessError:
        return None
    return edited if _extend(before, path, turn.key, added) == after else None


def _extend(data: JSON, path: Sequence[str | int], key: str, added: JSON) -> JSON:
    """Return data with more expectations in a list of the turn at a path."""
    if path:
        step, *rest = path
        if isinstance(data, dict) and isinstance(step, str):
            return {**data, step: _extend(data[step], rest, key, added)}
        if isinstance(data, list) and isinstance(step, int):
            return [*data[:step], _extend(data[step], rest, key, added), *data[step + 1 :]]
        return data
    if not isinstance(data, dict) or not isinstance(added, list):
        return data
    old = data.get(key) or []
    return {**data, key: [*old, *added] if isinstance(old, list) else added}
