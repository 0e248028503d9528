"""A fact of a text, and the changes of facts between two texts."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from msgspec import Struct


class FactKind(StrEnum):
    """What a fact is, and what changed. `UNIT` is the kind of a change only: 5元 → 5美元."""

    NUMBER = "number"
    UNIT = "unit"
    DATE = "date"
    NEGATION = "negation"
    NAME = "name"


class Fact(NamedTuple):
    """A section of a text that states a fact.

    Attributes:
        kind: what it is.
        value: the same for all notations. A number: its amount. A date: ISO 8601, shortened to
            what is known (`2024-05-01`, `--05-01`, `T09:30`), or a name (`day+1`, `W3`, `spring
            festival`). A name: without case, spaces and hyphens. A negation: the words after it.
        unit: the canonical unit of a number (`CNY`, `day`, `%`), or empty.
        start: where it begins, in characters of the text.
        end: where it ends.
        text: as it is written.
        is_certain: whether it is a fact wherever it stands. Another one, such as 一次 or a word at
            the beginning of an English sentence, counts only as the counterpart of a fact.
    """

    kind: FactKind
    value: Decimal | str
    unit: str
    start: int
    end: int
    text: str
    is_certain: bool = True


class FactChange(NamedTuple):
    """A fact that changed, was added or was removed.

    Attributes:
        kind: what changed.
        before: the section of the text before; `None` if the fact was added.
        after: the section of the text after; `None` if it was removed. Of a negation that was added
            or removed, the section of the other side is the statement without it.
    """

    kind: FactKind
    before: Fact | None
    after: Fact | None


class FactChanges(Struct, frozen=True):
    """The changes of facts between two texts, each tuple in reading order.

    Attributes:
        changed: facts with a counterpart in the other text: 5 → 50.
        added: facts of the text after only.
        removed: facts of the text before only.
    """

    changed: tuple[FactChange, ...] = ()
    added: tuple[FactChange, ...] = ()
    removed: tuple[FactChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.added or self.removed)

    @property
    def kinds(self) -> frozenset[FactKind]:
        """The kinds of all changes."""
        return frozenset(one.kind for one in (*self.changed, *self.added, *self.removed))


NO_CHANGES: Final = FactChanges()
