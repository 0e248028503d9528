"""A value of an expectation as its author wrote it: read as the expected type, or an error.

Lists and mappings are Python's own, as `yaml_source` makes them: a check for the abstract `Mapping`
takes a microsecond, and every value of every scenario is checked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeGuard

from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import PathPart, SourcePositions, format_path
from coze_harness.text.spelling import suggest_number, suggest_word, yaml_type_name

_JSON: Final = json.JSONEncoder(ensure_ascii=False)


def quoted(text: str) -> str:
    """Return a text in double quotes, with control characters escaped and Chinese as it is."""
    return _JSON.encode(text)


def listed(names: Iterable[str]) -> str:
    """Return names as an enumeration for a message."""
    return ", ".join(names)


def is_list(value: JSON) -> TypeGuard[Sequence[JSON]]:
    """Return whether a value is a list; text is a sequence, too."""
    return isinstance(value, list)


@dataclass(frozen=True, slots=True)
class ItemArgument:
    """A value inside an item of `expect:`, with its position in the file.

    `path` leads from the item to the value; `positions` are relative to the item. Every method that
    reads the value as some type raises a `ScenarioError` at its position if it has another type.
    """

    value: JSON
    positions: SourcePositions
    path: tuple[PathPart, ...]

    @property
    def label(self) -> str:
        """The value's name in messages: `similar.to`, `contains.any[1]`."""
        return format_path(self.path) or "this expectation"

    def error_at(self, what: str, next_step: str) -> ScenarioError:
        """Return an error that points at the value."""
        return ScenarioError(what, where=self.positions.at(*self.path), next_step=next_step)

    def key_error(self, key: str, what: str, next_step: str) -> ScenarioError:
        """Return an error that points at a key inside this mapping."""
        return ScenarioError(what, where=self.positions.key(*self.path, key), next_step=next_step)

    def type_error(self, expected: str, next_step: str) -> ScenarioError:
        """Return the error for a value of another type than the expected one."""
        source = self.positions.source(*self.path)
        must = f'"{self.label}" must be {expected}'
        if self.value is None and not source:
            return self.error_at(f"{must}, and nothing is written here.", next_step)
        type_name = yaml_type_name(self.value)
        if not source or isinstance(self.value, str):
            return self.error_at(f"{must}, and this is {type_name}.", next_step)
        return self.error_at(f"{must}, but YAML read `{source}` as {type_name}.", next_step)

    def child(self, part: PathPart, value: JSON) -> ItemArgument:
        """Return a value inside this one."""
        return ItemArgument(value, self.positions, (*self.path, part))

    def fields(self, known: Sequence[str], example: str) -> dict[str, ItemArgument]:
        """Return the mapping's values by key; an unknown key is an error."""
        if not isinstance(self.value, dict):
            raise self.type_error("a mapping", f"Write `{example}`.")
        for key in self.value:
            if key not in known:
                step = f"The keys of {self.label} are: {listed(known)}."
                if self.value[key] is None:
                    step += " Text with a comma needs quotes inside {…}."
                raise self.key_error(
                    key, f'"{self.label}" has no key "{key}".{suggest_word(key, known)}', step
                )
        return {key: self.child(key, value) for key, value in self.value.items()}

    def text(self, *, empty: bool = False) -> str:
        """Return the value as text; empty text is an error unless it is allowed."""
        if not isinstance(self.value, str):
            raise self.type_error("text", self._how_to_quote())
        if not self.value and not empty:
            raise self.error_at(
                f'"{self.label}" is empty, so every answer would pass.',
                "Write the expected text, or delete this expectation.",
            )
        return self.value

    def _how_to_quote(self) -> str:
        source = self.positions.source(*self.path)
        key = "" if isinstance(self.path[-1], int) else f"{self.path[-1]}: "
        if isinstance(self.value, dict | list):
            return f'Write one text: `{key}"…"`.'
        if not source and self.value is not None:
            source = json.dumps(self.value, ensure_ascii=False, default=str)
        if not source:
            return f'Write the text: `{key}"…"`.'
        return f"Put quotes around it: `{key}{quoted(source)}`."

    def texts(self) -> tuple[str, ...]:
        """Return the value as a list of at least one text."""
        if not is_list(self.value):
            raise self.type_error("a list of texts", f'Write `{self.path[-1]}: ["…", "…"]`.')
        if not self.value:
            raise self.error_at(
                f'"{self.label}" is an empty list.', "Write at least one text, or delete the key."
            )
        return tuple(self.child(i, member).text() for i, member in enumerate(self.value))

    def number(self, *, above: float | None = None, up_to: float | None = None) -> float:
        """Return the value as a number of at least 0.

        Args:
            above: the number must be greater than this.
            up_to: the number must not be greater than this.
        """
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            step = f"Write `{self.path[-1]}: 1`."
            if isinstance(value, str):
                step = str(suggest_number(self.positions.source(*self.path) or value))
            raise self.type_error("a number", step)
        rule = ""
        if above is not None and value <= above:
            rule = f"more than {above:g}"
        elif value < 0:
            rule = "at least 0"
        elif up_to is not None and value > up_to:
            rule = f"at most {up_to:g}"
        if rule:
            raise self.error_at(
                f'"{self.label}" is {value}; it must be {rule}.', "Correct the number."
            )
        return value

    def count(self) -> int:
        """Return the value as a whole number of at least 0."""
        value = self.number()
        if not isinstance(value, int):
            raise self.error_at(
                f'"{self.label}" is {value}; it must be a whole number.', "Round the number."
            )
        return value

    def flag(self) -> bool:
        """Return the value as true or false."""
        if not isinstance(self.value, bool):
            raise self.type_error("true or false", f"Write `{self.path[-1]}: true`.")
        return self.value

    def choice(self, known: Sequence[str], reserved: Sequence[str] = ()) -> str:
        """Return the value as one of the known words.

        Args:
            known: the words to choose from.
            reserved: words that a later version will have.
        """
        word = self.text()
        if word in known:
            return word
        what = f'"{self.label}" has no value {quoted(word)}.{suggest_word(word, known)}'
        if word in reserved:
            what = f'The {self.path[-1]} "{word}" is not available in this version.'
        raise self.error_at(what, f"Write one of: {listed(known)}.")
