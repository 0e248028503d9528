"""Contenders measured in turn, in random order, and what came of it as lines of a table."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Contender(Generic[Value]):
    """Something to measure: once a round, or more often where it is short."""

    measure: Callable[[], Value]
    times: int = 1


def in_turn(
    contenders: Mapping[str, Contender[Value]],
    rounds: int,
    rng: random.Random,
    told: Callable[[str], None] = lambda _: None,
) -> list[dict[str, list[Value]]]:
    """Measure all contenders in each round, in random order, and return the rounds."""
    found: list[dict[str, list[Value]]] = []
    for number in range(1, rounds + 1):
        order = [name for name, contender in contenders.items() for _ in range(contender.times)]
        rng.shuffle(order)
        values: dict[str, list[Value]] = {name: [] for name in contenders}
        for name in order:
            told(f"round {number} of {rounds}: {name}")
            values[name].append(contenders[name].measure())
        found.append(values)
    return found


@dataclass(frozen=True, slots=True)
class Aim:
    """What is asked of a figure."""

    bound: float
    at_least: bool = False

    def met(self, value: float) -> bool:
        """Tell whether a value is good enough."""
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {self.bound:g}"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table.

    `value` is what counts, `least` and `most` its spread over the rounds. A line without an aim is
    there to be read beside the others.
    """

    what: str
    unit: str
    value: float
    least: float
    most: float
    aim: Aim | None = None

    @property
    def word(self) -> str:
        """`pass` or `miss`; empty where nothing was asked."""
        if self.aim is None:
            return ""
        return "pass" if self.aim.met(self.value) else "miss"


@dataclass(frozen=True, slots=True)
class Found:
    """What one row found: its lines, and remarks on how it was measured."""

    row: str
    title: str
    lines: Sequence[Line]
    remarks: Sequence[str] = field(default=())


def spread(what: str, unit: str, values: Sequence[float], aim: Aim | None = None) -> Line:
    """Return the line of a figure: its median, with the least and the most."""
    return Line(what, unit, median(values), min(values), max(values), aim)


def ratio(
    what: str,
    over: Sequence[Sequence[float]],
    under: Sequence[Sequence[float]],
    aim: Aim | None = None,
) -> Line:
    """Return the line of a ratio: of the medians; its spread is that of the rounds' own medians.

    `over` and `under` hold the values of both figures, by round.
    """
    by_round = [median(a) / median(b) for a, b in zip(over, under, strict=True)]
    whole = median([x for a in over for x in a]) / median([x for b in under for x in b])
    least, most = min(*by_round, whole), max(*by_round, whole)
    return Line(what, "times", whole, least, most, aim)
