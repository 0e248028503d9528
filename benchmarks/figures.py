"""Contenders measured in turn, in random order, and the figures of their measurements."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Contender(Generic[Value]):
    """Something to measure, `times` in each round: more than once if it is short."""

    measure: Callable[[], Value]
    times: int = 1


def measure_in_turn(
    contenders: Mapping[str, Contender[Value]],
    rounds: int,
    rng: random.Random,
    report_progress: Callable[[str], None] = lambda _: None,
) -> list[dict[str, list[Value]]]:
    """Measure all contenders in each round, in random order, and return the rounds."""
    values_by_round: list[dict[str, list[Value]]] = []
    for number in range(1, rounds + 1):
        order = [name for name, contender in contenders.items() for _ in range(contender.times)]
        rng.shuffle(order)
        values: dict[str, list[Value]] = {name: [] for name in contenders}
        for name in order:
            report_progress(f"round {number} of {rounds}: {name}")
            values[name].append(contenders[name].measure())
        values_by_round.append(values)
    return values_by_round


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure should be: at most the bound, or at least."""

    bound: float
    at_least: bool = False

    def is_met_by(self, value: float) -> bool:
        """Return whether a value is good enough."""
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {self.bound:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, with the least and the most of its rounds; without a goal, for comparison."""

    name: str
    unit: str
    value: float
    least: float
    most: float
    goal: Goal | None = None

    @property
    def verdict(self) -> str:
        """`pass` or `miss`; empty without a goal."""
        if self.goal is None:
            return ""
        return "pass" if self.goal.is_met_by(self.value) else "miss"


@dataclass(frozen=True, slots=True)
class BenchmarkResult:
    """The figures of one benchmark, and remarks on how they were measured."""

    benchmark: str
    title: str
    figures: Sequence[Figure]
    remarks: Sequence[str] = ()


def median_figure(
    name: str, unit: str, values: Sequence[float], goal: Goal | None = None
) -> Figure:
    """Return the median of values, with the least and the most."""
    return Figure(name, unit, median(values), min(values), max(values), goal)


def ratio_figure(
    name: str,
    over: Sequence[Sequence[float]],
    under: Sequence[Sequence[float]],
    goal: Goal | None = None,
) -> Figure:
    """Return the ratio of two medians; its spread is that of the rounds' own ratios.

    `over` and `under` hold the values of both contenders, by round.
    """
    by_round = [median(a) / median(b) for a, b in zip(over, under, strict=True)]
    ratio = median([x for a in over for x in a]) / median([x for b in under for x in b])
    least, most = min(*by_round, ratio), max(*by_round, ratio)
    return Figure(name, "times", ratio, least, most, goal)
