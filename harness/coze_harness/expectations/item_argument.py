"""A value of an expectation as its author wrote it: read as the expected type, or an error.

Lists and mappings are Python's own, as `yaml_source` makes them: a check for the abstract `Mapping`
takes a microsecond, and every value of every scenario is checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeGuard

from coze_harness.messages import LocalizedText, UserText, as_message, message
from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location, PathPart, SourcePositions, format_path
from coze_harness.text.spelling import (
    format_written_number,
    nearest_word,
    suggest_number,
    suggest_share,
    yaml_type_name,
)

_INVISIBLE: Final = "[\u00ad\u200b\u2060\ufeff]"
"""Characters without a width that join no letters: soft hyphen, zero-width space, word joiner."""
_JSON: Final = json.JSONEncoder(ensure_ascii=False)


def quote(text: str) -> str:
    """Return a text in double quotes, with control characters escaped and Chinese as it is."""
    return _JSON.encode(text)


def with_suggestion(what: LocalizedText, word: str, known: Iterable[str]) -> LocalizedText:
    """Return a sentence about a misspelt word, with the nearest known word if there is one."""
    nearest = nearest_word(word, known)
    return message("expectation.suggestion", what=what, word=nearest) if nearest else what


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
        return format_path(self.path) or "expect"

    @property
    def location(self) -> Location:
        """Where the value is written."""
        return self.positions.at(*self.path)

    def error_at(self, what: UserText, next_step: UserText) -> ScenarioError:
        """Return an error that points at the value."""
        return ScenarioError(what, where=self.location, next_step=next_step)

    def key_error(self, key: str, what: UserText, next_step: UserText) -> ScenarioError:
        """Return an error that points at a key inside this mapping."""
        return ScenarioError(what, where=self.positions.key(*self.path, key), next_step=next_step)

    def type_error(self, expected: UserText, next_step: UserText) -> ScenarioError:
        """Return the error for a value of another type than the expected one.

        Args:
            expected: what the value must be, such as "a list of texts".
            next_step: what to write.
        """
        source = self.positions.source(*self.path)
        expected = as_message(expected)
        if self.value is None and not source:
            what = message("expectation.type_error.nothing", label=self.label, expected=expected)
            return self.error_at(what, next_step)
        actual = as_message(yaml_type_name(self.value))
        what = message("expectation.type_error", label=self.label, expected=expected, actual=actual)
        if source and not isinstance(self.value, str):
            what = message("expectation.type_error.read", **what.params, source=source)
        return self.error_at(what, next_step)

    def child(self, part: PathPart, value: JSON) -> ItemArgument:
        """Return a value inside this one."""
        return ItemArgument(value, self.positions, (*self.path, part))

    def members(self, if_empty: UserText) -> list[ItemArgument]:
        """Return the members of a list, or the value itself if it is no list.

        Args:
            if_empty: what to write in place of an empty list.
        """
        if not is_list(self.value):
            return [self]
        if not self.value:
            raise self.error_at(message("expectation.list_empty", label=self.label), if_empty)
        return [self.child(i, member) for i, member in enumerate(self.value)]

    def mapping(self, example: str) -> dict[str, JSON]:
        """Return the value as a mapping, for whose keys everything is allowed."""
        if not isinstance(self.value, dict):
            raise self.type_error(
                message("expectation.type.mapping"), message("expectation.write", code=example)
            )
        return self.value

    def fields(self, known: Sequence[str], example: str) -> dict[str, ItemArgument]:
        """Return the mapping's values by key; an unknown key is an error."""
        mapping = self.mapping(example)
        for key in mapping:
            if key not in known:
                label, keys = self.label, tuple(known)
                what = message("expectation.key_unknown", label=label, key=key)
                step = message("expectation.key_unknown.next", label=label, keys=keys)
                if mapping[key] is None:
                    step = message("expectation.key_unknown.comma", label=label, keys=keys)
                raise self.key_error(key, with_suggestion(what, key, known), step)
        return {key: self.child(key, value) for key, value in mapping.items()}

    def text(self, *, empty: bool = False) -> str:
        """Return the value as text; empty text is an error unless it is allowed."""
        if not isinstance(self.value, str):
            raise self.type_error(message("expectation.type.text"), self._how_to_quote())
        if not self.value and not empty:
            raise self.error_at(
                message("expectation.text_empty", label=self.label),
                message("expectation.text_empty.next"),
            )
        if not self.value.isascii():
            self._reject_invisible(self.value)
        return self.value

    def _reject_invisible(self, text: str) -> None:
        """Reject a character that nobody sees, unless it is written as an escape sequence."""
        match = re.search(_INVISIBLE, text)
        if match and match[0] in self.positions.source(*self.path):
            code = ord(match[0])
            raise self.error_at(
                message("expectation.invisible", label=self.label, code=f"U+{code:04X}"),
                message("expectation.invisible.next", escape=f"\\u{code:04x}"),
            )

    def _how_to_quote(self) -> LocalizedText:
        source = self.positions.source(*self.path)
        key = "" if not self.path or isinstance(self.path[-1], int) else f"{self.path[-1]}: "
        if isinstance(self.value, dict | list):
            return message("expectation.write_text.one", code=f'{key}"…"')
        if not source and self.value is not None:
            source = json.dumps(self.value, ensure_ascii=False, default=str)
        if not source:
            return message("expectation.write_text", code=f'{key}"…"')
        return message("expectation.quote", code=f"{key}{quote(source)}")

    def texts(self) -> tuple[str, ...]:
        """Return the value as a list of at least one text."""
        if not is_list(self.value):
            raise self.type_error(
                message("expectation.type.texts"),
                message("expectation.write", code=f'{self.path[-1]}: ["…", "…"]'),
            )
        members = self.members(message("expectation.list_empty.text"))
        self.reject_wide_comma()
        return tuple(member.text() for member in members)

    def reject_wide_comma(self) -> None:
        """Reject a list in brackets whose only entry has a full-width comma: `[北京，上海]`.

        Raises:
            ScenarioError: the list is written like this.
        """
        if not isinstance(self.value, list) or len(self.value) != 1:
            return
        entry = self.child(0, self.value[0])
        source = entry.positions.source(*entry.path)
        start, first = self.location, entry.location
        is_in_brackets = (first.line, first.column) == (start.line, start.column + 1)
        if is_in_brackets and "，" in source and source[:1] not in ("'", '"'):
            entries = ", ".join(part.strip() for part in source.split("，"))
            raise entry.error_at(
                message("expectation.wide_comma", label=self.label, text=source),
                message("expectation.wide_comma.next", entries=entries),
            )

    def number(self, *, above: float | None = None, up_to: float | None = None) -> float:
        """Return the value as a number of at least 0.

        Args:
            above: the number must be greater than this.
            up_to: the number must not be greater than this.
        """
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            example = message("expectation.write", code=f"{self.path[-1]}: 1")
            if isinstance(value, str):
                example = suggest_number(self.positions.source(*self.path) or value)
            raise self.type_error(message("expectation.type.number"), example)
        values = {"label": self.label, "value": str(value)}
        what: LocalizedText | None = None
        step: LocalizedText | None = None
        if above is not None and value <= above:
            what = message("expectation.number.above", **values, limit=above)
        elif value < 0:
            what = message("expectation.number.negative", **values)
        elif up_to is not None and value > up_to:
            what = message("expectation.number.up_to", **values, limit=up_to)
            step = suggest_share(value) if up_to == 1 else None
        if what:
            raise self.error_at(what, step or message("expectation.number.next"))
        return value

    def count(self) -> int:
        """Return the value as a whole number of at least 0."""
        value = self.number()
        if not isinstance(value, int):
            step = message("expectation.number.fraction.next")
            if value.is_integer():
                step = message("spelling.write", text=format_written_number(value))
            raise self.error_at(
                message("expectation.number.fraction", label=self.label, value=str(value)), step
            )
        return value

    def flag(self) -> bool:
        """Return the value as true or false."""
        if not isinstance(self.value, bool):
            raise self.type_error(
                message("expectation.type.flag"),
                message("expectation.write", code=f"{self.path[-1]}: true"),
            )
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
        if word in reserved:
            what = message("expectation.not_available", name=f"{self.path[-1]}: {word}")
        else:
            unknown = message("expectation.value_unknown", label=self.label, value=word)
            what = with_suggestion(unknown, word, known)
        raise self.error_at(what, message("expectation.write_one_of", names=tuple(known)))
