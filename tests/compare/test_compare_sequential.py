"""The sequential test: its decisions, how many trials they take, and a simulation of whole suites.

`simulate` is the reference for the table in docs/compare.md; `python -m benchmarks --only deciding`
runs the same suites through the real pipeline.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from coze_harness.compare.sequential_test import (
    ASKS,
    THOROUGH_EVIDENCE,
    WANTED_EVIDENCE,
    Attempts,
    Decision,
    SequentialTest,
)
from scale import scale_down

MIX = (1.0,) * 12 + (0.95,) * 4 + (0.9,) * 2 + (0.8, 0.7)
ROUNDS = scale_down(4_000)


def first_decision(baseline: Attempts, verdicts: str, suspects: int = 1) -> tuple[Decision, int]:
    """Return the first decision on verdicts (``p``, ``f``), and after how many."""
    test, attempts = SequentialTest(baseline, suspects), Attempts()
    for number, verdict in enumerate(verdicts, 1):
        attempts = attempts.plus(Attempts(verdict == "p", verdict == "f"))
        if (decision := test.decide(attempts)) is not Decision.UNDECIDED:
            return decision, number
    return Decision.UNDECIDED, len(verdicts)


@pytest.mark.parametrize(
    ("baseline", "verdicts", "decision", "number"),
    [
        (Attempts(20, 0), "ffff", Decision.REGRESSED, 2),
        (Attempts(11, 0), "ffff", Decision.REGRESSED, 3),
        (Attempts(1, 0), "f" * 20, Decision.REGRESSED, 7),
        (Attempts(11, 0), "pppp", Decision.NOT_REGRESSED, 4),
        (Attempts(11, 0), "fpfpfpf", Decision.REGRESSED, 7),
        (Attempts(14, 6), "pfpppp", Decision.NOT_REGRESSED, 6),
        (Attempts(11, 0), "pf", Decision.UNDECIDED, 2),
    ],
)
def test_what_is_decided_after_how_many_trials(
    baseline: Attempts, verdicts: str, decision: Decision, number: int
) -> None:
    assert first_decision(baseline, verdicts) == (decision, number)


def test_more_suspects_need_more_trials_for_a_regression_and_not_for_the_opposite() -> None:
    one, ten = (first_decision(Attempts(11, 0), "f" * 9, suspects)[1] for suspects in (1, 10))
    assert (one, ten) == (3, 4)
    assert first_decision(Attempts(11, 0), "pppp", 10) == (Decision.NOT_REGRESSED, 4)


@pytest.mark.parametrize("baseline", [Attempts(0, 9), Attempts(1, 0), Attempts(500, 0)])
def test_every_evidence_has_a_step_and_an_end(baseline: Attempts) -> None:
    test = SequentialTest(baseline)
    assert 1 <= test.smallest_step(Attempts()) <= 7
    assert test.smallest_step(Attempts()) <= test.likely_enough(Attempts()) <= 60


def test_what_is_likely_enough_is_decided_nine_times_in_ten_under_both_hypotheses() -> None:
    rng = random.Random(4)
    for baseline, attempts in (
        (Attempts(11, 0), Attempts(2, 2)),
        (Attempts(14, 6), Attempts(3, 3)),
    ):
        test = SequentialTest(baseline, 2)
        number = test.likely_enough(attempts)
        for rate in test.rates():
            rounds = scale_down(4_000)
            ends = sum(
                decision_within(test, attempts, rate, number, rng) is not Decision.UNDECIDED
                for _ in range(rounds)
            )
            assert ends >= 0.9 * rounds - 3 * (0.09 * rounds) ** 0.5, (baseline, rate)


def decision_within(
    test: SequentialTest, attempts: Attempts, rate: float, number: int, rng: random.Random
) -> Decision:
    for _ in range(number):
        if (decision := test.decide(attempts)) is not Decision.UNDECIDED:
            return decision
        passed = rng.random() < rate
        attempts = attempts.plus(Attempts(passed, not passed))
    return test.decide(attempts)


@dataclass(frozen=True)
class Suite:
    """How a simulated suite went: the scenarios called worse, and the trials that it took."""

    regressed: frozenset[int]
    trials: int


def simulate(
    rng: random.Random,
    before: Sequence[float],
    after: Sequence[float],
    evidence: int,
    *,
    thorough: bool = False,
    wanted_evidence: int = 0,
) -> Suite:
    """Simulate a comparison of scenarios with these pass rates; the baseline passed when recorded.

    Args:
        rng: the random source.
        before, after: pass rates of each scenario.
        evidence: verdicts of the unchanged bot from earlier runs.
        thorough: ask twice at first.
        wanted: ask baseline and candidate alternately up to that many attempts of the baseline.
    """
    trials = 0
    suspects: dict[int, Attempts] = {}
    for number, rate in enumerate(after):
        for passes in range(1 + thorough):
            trials += 1
            if rng.random() >= rate:
                # The failure that selects it does not count; a first trial that passed does.
                suspects[number] = Attempts(passes, 0)
                break
    regressed = set()
    for number, attempts in suspects.items():
        passed = 1 + sum(rng.random() < before[number] for _ in range(evidence))
        baseline = Attempts(passed, evidence + 1 - passed)
        for _ in range(ASKS):
            if baseline.total < wanted_evidence:
                trials += 1
                passes = rng.random() < before[number]
                baseline = baseline.plus(Attempts(passes, not passes))
            trials += 1
            passes = rng.random() < after[number]
            attempts = attempts.plus(Attempts(passes, not passes))
            decision = SequentialTest(baseline, len(suspects)).decide(attempts)
            if decision is Decision.REGRESSED:
                regressed.add(number)
            if decision is not Decision.UNDECIDED:
                break
    return Suite(frozenset(regressed), trials)


def simulate_suites(
    before: Sequence[float],
    after: Sequence[float],
    *,
    wanted_evidence: int = 0,
    thorough: bool = False,
) -> list[Suite]:
    rng = random.Random(f"{before} {after} {wanted_evidence} {thorough}")
    evidence = 0 if wanted_evidence else WANTED_EVIDENCE
    return [
        simulate(rng, before, after, evidence, thorough=thorough, wanted_evidence=wanted_evidence)
        for _ in range(ROUNDS)
    ]


def standard_error(share: float) -> float:
    return math.sqrt(share * (1 - share) / ROUNDS)


@pytest.mark.parametrize("thorough", [False, True])
@pytest.mark.parametrize("has_evidence", [True, False])
@pytest.mark.parametrize(("before", "trials"), [((0.95,) * 20, 35), ((0.9,) * 20, 48), (MIX, 36)])
def test_an_unchanged_bot_is_seldom_called_worse(
    before: Sequence[float], trials: int, *, has_evidence: bool, thorough: bool
) -> None:
    wanted_evidence = THOROUGH_EVIDENCE if thorough else 0 if has_evidence else WANTED_EVIDENCE
    suites = simulate_suites(before, before, thorough=thorough, wanted_evidence=wanted_evidence)
    alarms = sum(bool(suite.regressed) for suite in suites) / len(suites)
    assert alarms <= 0.02 + 3 * standard_error(0.02)
    if not thorough:
        assert sum(suite.trials for suite in suites) / len(suites) <= trials


@pytest.mark.parametrize(
    ("rates", "least", "thorough_least"),
    [((1.0, 0.0), 1.0, 1.0), ((1.0, 0.2), 0.78, 0.95), ((0.95, 0.5), 0.38, 0.6)],
)
def test_a_real_drop_is_found(
    rates: tuple[float, float], least: float, thorough_least: float
) -> None:
    before, after = ((rate, *[0.95] * 19) for rate in rates)
    for thorough, share, wanted_evidence in (
        (False, least, 0),
        (True, thorough_least, THOROUGH_EVIDENCE),
    ):
        suites = simulate_suites(before, after, thorough=thorough, wanted_evidence=wanted_evidence)
        power = sum(0 in suite.regressed for suite in suites) / len(suites)
        assert power >= share - 3 * standard_error(share), thorough
