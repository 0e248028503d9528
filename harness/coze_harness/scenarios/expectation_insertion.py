"""Adds expectations to turns of scenario files, and keeps all else in the files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from coze_harness.model import JSON
from coze_harness.model.errors import HarnessError, ScenarioError
from coze_harness.model.location import Location
from coze_harness.yaml_source import read_yaml
from coze_harness.yaml_source.list_insertion import insert_items


class NewExpectations(NamedTuple):
    """Items to add to a list of the mapping at a place in a file, such as `expect` of a turn."""

    location: Location
    key: str
    items: Sequence[str]


def add_expectations(
    root: Path,
    additions: Sequence[NewExpectations],
    write: Callable[[Path, Iterable[bytes]], object],
) -> set[Location]:
    """Write items into their files, from the last place of a file to the first.

    Args:
        root: the project's folder.
        additions: the items.
        write: replaces a file's content, given in pieces.

    Returns:
        the places whose items were written; at the others, a list cannot be extended.
    """
    done: set[Location] = set()
    for path in dict.fromkeys(one.location.path for one in additions):
        file = root / path
        source = file.read_bytes().decode("utf-8")
        mark, text = ("\ufeff", source[1:]) if source[:1] == "\ufeff" else ("", source)
        own = [one for one in additions if one.location.path == path]
        edited = text
        for addition in sorted(own, key=lambda one: one.location.line, reverse=True):
            extended = _with_items(edited, addition)
            if extended is not None:
                edited = extended
                done.add(addition.location)
        if edited != text:
            write(file, [(mark + edited).encode("utf-8")])
    return done


def _with_items(text: str, addition: NewExpectations) -> str | None:
    """Return a file's text with new items; `None` unless they are all that has changed."""
    where, key, items = addition
    inserted = insert_items(text, where.line, where.column, key, items)
    if inserted is None:
        return None
    edited, path = inserted
    try:
        before = read_yaml(text, where.path, ScenarioError).data
        after = read_yaml(edited, where.path, ScenarioError).data
        added = read_yaml("\n".join(f"- {item}" for item in items), where.path, ScenarioError).data
    except HarnessError:
        return None
    return edited if _extend(before, path, key, added) == after else None


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
