"""Candidates by scenario and bot, compared with the baseline, worst first: for a review."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from coze_harness.baseline.candidate_comparison import compare_with_baseline, replay_pair
from coze_harness.baseline.candidate_pairs import recorded_pairs, required_rates
from coze_harness.baseline.candidate_review import CandidateReview
from coze_harness.baseline.evidence import Evidence, EvidenceCollector, expectation_digests
from coze_harness.baseline.evidence_judging import KnownEvidence, read_evidence
from coze_harness.baseline.promotion import Promotion
from coze_harness.compare.case_counts import CaseTally
from coze_harness.compare.comparison_summary import ComparisonBuilder
from coze_harness.messages import UserText
from coze_harness.model import Comparison, ScenarioState, TrialResult
from coze_harness.model.trial import Trial

# What is worst comes first.
_ORDER: Final = (
    ScenarioState.NOT_JUDGED,
    ScenarioState.REGRESSED,
    ScenarioState.UNDECIDED,
    ScenarioState.FACTS_CHANGED,
    ScenarioState.FLAKY,
    ScenarioState.NOT_REGRESSED,
    ScenarioState.IMPROVED,
    ScenarioState.TEXT_CHANGED,
    ScenarioState.COST_CHANGED,
    ScenarioState.NEW,
    ScenarioState.UNCHANGED,
    ScenarioState.MISSING,
)


class ReviewItem(Struct, frozen=True):
    """A scenario's candidates from one bot, each with its result compared with the baseline."""

    scenario: str
    bot: str
    state: ScenarioState
    promotions: Sequence[Promotion]
    results: Sequence[TrialResult]


def compare_candidates(
    review: CandidateReview,
    promotions: Sequence[Promotion],
    select_baseline: Callable[[int], Sequence[Trial]],
    note: Callable[[UserText], None],
) -> tuple[Comparison, list[ReviewItem]]:
    """Compare candidates with the baseline, offline, as `compare --replay` does.

    `select_baseline` returns all trials of the project with a number of repeats.

    Returns:
        The comparison of their scenarios, and the candidates by scenario and bot, worst first.
    """
    groups: dict[tuple[str, str], list[Promotion]] = {}
    for promotion in promotions:
        groups.setdefault(promotion.recorded_trial.key.group, []).append(promotion)
    trials = [
        one.trial
        for one in review.candidates.find(review.trials)
        if one.trial is not None and one.trial.key.group in groups
    ]
    repeats = max((trial.key.trial for trial in trials), default=1)
    pairs = recorded_pairs(trials, select_baseline(repeats), Path(review.runner.root))
    evidence = read_evidence(review.candidates, note) or Evidence()
    known = KnownEvidence(evidence, EvidenceCollector(expectation_digests(trials)))
    tally = CaseTally(required_rates(pairs), known.find, is_replay=True)
    builder = ComparisonBuilder("", "", tally, is_sequential=True)
    results: dict[str, TrialResult] = {}
    for pair in pairs:
        result, _code = compare_with_baseline(*replay_pair(pair, review.runner))
        builder.add(result)
        results[pair.key.cassette] = result
    comparison = builder.finish()
    states = {(one.scenario, one.bot): one.state for one in comparison.scenarios}
    items = [
        ReviewItem(
            *group, states[group], ones, [results[one.recorded_trial.key.cassette] for one in ones]
        )
        for group, ones in groups.items()
    ]
    return comparison, sorted(items, key=lambda item: _ORDER.index(item.state))
