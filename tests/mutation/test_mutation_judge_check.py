"""What `judge-check` computes: kappa against known values, and how many answers a bound takes."""

from __future__ import annotations

import pytest
from coze_harness.mutation.judge_check import cohens_kappa, least_answers


def table(*rows: tuple[int, ...]) -> list[tuple[object, object]]:
    """Return the pairs that a table of counts is made of."""
    return [(i, j) for i, row in enumerate(rows) for j, n in enumerate(row) for _ in range(n)]


@pytest.mark.parametrize(
    ("rows", "kappa"),
    [
        (((20, 5), (10, 15)), 0.4),
        (((45, 15), (25, 15)), 0.1304),
        (((25, 35), (5, 35)), 0.2593),
        (((10, 0), (0, 10)), 1.0),
        (((0, 10), (10, 0)), -1.0),
        (((5, 5), (5, 5)), 0.0),
        (((9, 1), (0, 0)), 0.0),
        (((4, 1, 0), (1, 4, 1), (0, 0, 5)), 0.7193),
    ],
)
def test_kappa_is_that_of_the_textbooks(rows: tuple[tuple[int, ...], ...], kappa: float) -> None:
    assert cohens_kappa(table(*rows)) == kappa
    swapped = [(other, one) for one, other in table(*rows)]
    assert cohens_kappa(swapped) == kappa


def test_kappa_is_not_defined_where_all_say_the_same() -> None:
    assert cohens_kappa([]) is None
    assert cohens_kappa(table((8,))) is None


@pytest.mark.parametrize(("bound", "least"), [(0.0, 1), (0.2, 1), (0.5, 4), (0.9, 35), (1.0, 1000)])
def test_a_bound_takes_this_many_answers_without_a_mistake(bound: float, least: int) -> None:
    assert least_answers(bound) == least
