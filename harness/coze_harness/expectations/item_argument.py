"""Values as an author wrote them: taken in the shape that is wanted, or refused at their place.

Lists and mappings are Python's own, as `yaml_source` makes them; asking for an abstract
`Mapping` takes a microsecond, and every value of every scenario is asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeGuard

from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import PathPart, SourcePositions

_QUOTED: Final = json.JSONEncoder(ensure_ascii=False)


def quoted(text: str) -> str:
    """Return a text in double quotes, with control characters escaped and Chinese as it is."""
    return _QUOTED.encode(text)


def listed(names: Iterable[str]) -> str:
    """Return names as an enumeration for a message."""
    return ", ".join(names)


def nearest(word: str, known: Iterable[str], *, alike: float = 0.6) -> str:
    """Return the known word that a misspelt one most likely means, or empty text.

    `alike` (0..1) is how near it must be: higher where words that we do not know are fine, too.
    """
    import difflib  # for faults only

    plain = word.strip().lower().replace("-", "_").replace(" ", "_")
    found = difflib.get_close_matches(plain, list(known), n=1, cutoff=alike)
    return found[0] if found else ""


def guess(word: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about a wrong word: the nearest known one, if any is near."""
    near = nearest(word, known)
    return f'; did you mean "{near}"?' if near else "."


def is_list(value: JSON) -> TypeGuard[Sequence[JSON]]:
    """Tell a list from a text, which is a sequence, too."""
    return isinstance(value, list)


def _nature(value: JSON) -> str:
    """Return what a value is, as YAML's words have it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the boolean {'true' if value else 'false'}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return "text"
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if is_list(value) else f"a {type(value).__name__}"


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
        shown = ""
        for part in self.path:
            shown += f"[{part}]" if isinstance(part, int) else f".{part}" if shown else part
        return shown or "this expectation"

    def error_at(self, what: str, next_step: str) -> ScenarioError:
        """Return an error that points at the value."""
        return ScenarioError(what, where=self.positions.at(*self.path), next_step=next_step)

    def key_refusal(self, key: str, what: str, next_step: str) -> ScenarioError:
        """Return an error that points at a key inside this mapping."""
        return ScenarioError(what, where=self.positions.key(*self.path, key), next_step=next_step)

    def type_error(self, wants: str, next_step: str) -> ScenarioError:
        """Return the error for a value of another type than is wanted."""
        source = self.positions.source(*self.path)
        nature = _nature(self.value)
        if self.value is None and not source:
            return self.error_at(f'"{self.label}" wants {wants}; nothing is written.', next_step)
        if not source or isinstance(self.value, str):
            return self.error_at(f'"{self.label}" wants {wants}; this is {nature}.', next_step)
        same = nature.endswith(f" {source}")
        read = nature.replace("the ", "a ", 1).removesuffix(f" {source}") if same else nature
        return self.error_at(
            f'"{self.label}" wants {wants}, but YAML read {source} as {read}.', next_step
        )

    def child(self, part: PathPart, value: JSON) -> ItemArgument:
        """Return a value inside this one."""
        return ItemArgument(value, self.positions, (*self.path, part))

    def fields(self, known: Sequence[str], example: str) -> dict[str, ItemArgument]:
        """Return the mapping's values by key; any key that is not known is refused."""
        if not isinstance(self.value, dict):
            raise self.type_error("a mapping", f"write {example}")
        for key in self.value:
            if key not in known:
                step = f"the keys of {self.label} are: {listed(known)}"
                if self.value[key] is None:
                    step += "; a text with a comma needs quotes inside {…}"
                raise self.key_refusal(
                    key, f'"{self.label}" has no key "{key}"{guess(str(key), known)}', step
                )
        return {key: self.child(key, value) for key, value in self.value.items()}

    def text(self, *, empty: bool = False) -> str:
        """Return the value as text; an empty one is refused unless it means something."""
        if not isinstance(self.value, str):
            raise self.type_error("text", self._quoting())
        if not self.value and not empty:
            raise self.error_at(
                f'"{self.label}" is empty, and so would hold for every answer.',
                "write the text that is expected, or delete this expectation",
            )
        return self.value

    def _quoting(self) -> str:
        """Return how to write the value so that it is text."""
        written = self.positions.source(*self.path)
        lead = "" if isinstance(self.path[-1], int) else f"{self.path[-1]}: "
        if self.value is not None and isinstance(self.value, dict | list):
            return f'write one text: {lead}"…"'
        if not written and self.value is not None:
            written = json.dumps(self.value, ensure_ascii=False, default=str)
        if not written:
            return f'write the text: {lead}"…"'
        return f"put quotes around it: {lead}{quoted(written)}"

    def texts(self) -> tuple[str, ...]:
        """Return the value as a list of texts with at least one member."""
        if not is_list(self.value):
            raise self.type_error("a list of texts", f'write {self.path[-1]}: ["…", "…"]')
        if not self.value:
            raise self.error_at(
                f'"{self.label}" is an empty list.', "name at least one text, or delete it"
            )
        return tuple(self.child(i, member).text() for i, member in enumerate(self.value))

    def number(self, *, above: float | None = None, up_to: float | None = None) -> float:
        """Return the value as a number, not below 0; `above` excludes its own value."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            step = f"write {self.path[-1]}: 1"
            if isinstance(value, str):
                step = "take the quotes away, or correct the number"
            raise self.type_error("a number", step)
        if value < 0 or (above is not None and value <= above):
            least = f"more than {above:g}" if above is not None else "0 or more"
            raise self.error_at(
                f'"{self.label}" is {value}; it must be {least}.', f"write a number that is {least}"
            )
        if up_to is not None and value > up_to:
            raise self.error_at(
                f'"{self.label}" is {value}; it must be at most {up_to:g}.',
                f"write a number up to {up_to:g}",
            )
        return value

    def count(self) -> int:
        """Return the value as a whole number, not below 0."""
        value = self.number()
        if not isinstance(value, int):
            raise self.error_at(f'"{self.label}" is {value}; it counts whole things.', "round it")
        return value

    def flag(self) -> bool:
        """Return the value as true or false."""
        if not isinstance(self.value, bool):
            raise self.type_error("true or false", f"write {self.path[-1]}: true")
        return self.value

    def choice(self, known: Sequence[str]) -> str:
        """Return the value as one of the known words."""
        word = self.text()
        if word not in known:
            raise self.error_at(
                f'"{self.label}" cannot be {quoted(word)}{guess(word, known)}',
                f"write one of: {listed(known)}",
            )
        return word
