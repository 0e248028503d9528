"""Simulations: how often a real change, chance and no change are reported as a change.

The numbers are small and the seed is fixed, so that it is quick and deterministic. The limits are
generous, since the exact tests stay well below their 5 %.
"""

from __future__ import annotations

import random

import pytest
from compare_sides import results
from coze_harness.compare.comparison_summary import ComparisonBuilder
from coze_harness.compare.exact_tests import PythonTests
from coze_harness.model import Assessment, ScenarioComparison

ROUNDS = 40


def letters(rng: random.Random, rate: float, repeats: int) -> str:
    return "".join("p" if rng.random() < rate else "f" for _ in range(repeats))


def simulate_comparisons(
    planted_rates: tuple[float, float], others: float, scenarios: int, repeats: int
) -> list[dict[str, ScenarioComparison]]:
    """Return comparisons by scenario; ``s00`` has the rates of `planted`, the others one rate."""
    rng = random.Random(f"{planted_rates} {others} {scenarios} {repeats}")
    rounds = []
    for _ in range(ROUNDS):
        comparing = ComparisonBuilder("a", "b", exact=PythonTests())
        for number in range(scenarios):
            before, after = planted_rates if number == 0 else (others, others)
            sides = letters(rng, before, repeats), letters(rng, after, repeats)
            for result in results(*sides, scenario=f"s{number:02}"):
                comparing.add(result)
        rounds.append({one.scenario: one for one in comparing.finish().scenarios})
    return rounds


@pytest.mark.parametrize("scenarios", [1, 20])
@pytest.mark.parametrize(("repeats", "least"), [(10, 0.3), (20, 0.7)])
def test_a_real_drop_is_detected_and_regresses(scenarios: int, repeats: int, least: float) -> None:
    comparisons = [one["s00"] for one in simulate_comparisons((0.95, 0.4), 0.9, scenarios, repeats)]
    assert sum(one.assessment is Assessment.REAL for one in comparisons) >= least * ROUNDS
    assert sum(one.regressed for one in comparisons) >= least * ROUNDS


@pytest.mark.parametrize("scenarios", [1, 20])
@pytest.mark.parametrize("repeats", [6, 10, 20])
def test_a_scenario_that_breaks_is_always_detected(scenarios: int, repeats: int) -> None:
    for one in simulate_comparisons((1.0, 0.0), 1.0, scenarios, repeats):
        assert one["s00"].assessment is Assessment.REAL
        assert [name for name, change in one.items() if change.regressed] == ["s00"]


@pytest.mark.parametrize("rate", [0.5, 0.9, 1.0])
@pytest.mark.parametrize(("scenarios", "repeats"), [(1, 6), (1, 20), (20, 6), (20, 10)])
def test_chance_is_seldom_reported_as_a_change(rate: float, scenarios: int, repeats: int) -> None:
    rounds = simulate_comparisons((rate, rate), rate, scenarios, repeats)
    real = sum(any(c.assessment is Assessment.REAL for c in one.values()) for one in rounds)
    regressed = sum(any(c.regressed for c in one.values()) for one in rounds)
    limit = 0 if rate == 1.0 else 0.1 * ROUNDS
    assert real <= limit
    assert regressed <= limit
