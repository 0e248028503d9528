"""The verdict of a run: its tone, one sentence, and notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from coze_harness.messages import Catalogue, LocalizedText, message
from coze_harness.model import ChangeKind, Comparison, MutationReport, Run, ScenarioState
from coze_harness.reporting.comparison_view import scenario_state

_NOT_GOOD: Final = (
    ScenarioState.REGRESSED,
    ScenarioState.UNDECIDED,
    ScenarioState.FLAKY,
    ScenarioState.NOT_JUDGED,
)


def verdict_tone(run: Run) -> str:
    """Return ``good``, ``bad``, ``warning``, or ``none`` if there was no trial.

    A comparison is judged by what changed, mutation testing by the survivors.
    """
    if run.comparison is not None:
        return _comparison_tone(run.comparison, run)
    if run.mutation is not None:
        survivors = _count_survivors(run.mutation)
        return "none" if not run.mutation.scores else "warning" if survivors else "good"
    if run.summary.errors or misses_rates(run):
        return "bad"
    if not run.summary.trials:
        return "none"
    return "warning" if run.interrupted or run.summary.failed or run.summary.fixed else "good"


def _comparison_tone(comparison: Comparison, run: Run) -> str:
    states = _states(comparison)
    if states.get(ScenarioState.REGRESSED):
        return "bad"
    if comparison.counts.get(ChangeKind.BROKEN) or run.summary.errors:
        return "bad"
    if not states:
        return "none"
    is_open = states.get(ScenarioState.UNDECIDED) or states.get(ScenarioState.FLAKY)
    return "warning" if run.interrupted or is_open else "good"


def _states(comparison: Comparison) -> Mapping[ScenarioState, int]:
    """Return the number of scenarios in each state; runs of older versions do not have it."""
    if comparison.states or not comparison.counts:
        return comparison.states
    return Counter(map(scenario_state, comparison.scenarios))


def _count_survivors(mutation: MutationReport) -> int:
    return sum(score.mutants - score.killed for score in mutation.scores)


def misses_rates(run: Run) -> bool:
    """Return whether failed trials fail the run: they do not if every pass rate is reached."""
    if not run.summary.failed:
        return False
    return not run.pass_rates or any(not rate.met for rate in run.pass_rates)


def verdict_sentence(run: Run) -> str:
    """Return the verdict of a run as an English sentence."""
    return Catalogue().text(verdict_phrase(run))


def verdict_phrase(run: Run) -> LocalizedText:
    """Return the verdict of a run as a phrase, to be translated."""
    if run.comparison is not None:
        return comparison_end(run.comparison)
    if run.mutation is not None:
        return mutation_phrase(run.mutation)
    counts = run.summary
    within = "_within" if counts.failed and not misses_rates(run) else ""
    if not counts.trials:
        return message("run.none")
    if counts.failed and counts.errors:
        key = f"run.failed_and_errors{within}"
    elif counts.failed:
        key = f"run.failed{within}"
    elif counts.errors:
        key = "run.errors"
    elif counts.passed == counts.trials:
        key = "run.all_passed"
    else:
        key = "run.some_passed"
    return message(
        f"interrupted.{key}" if run.interrupted else key,
        n=counts.trials,
        failed=counts.failed,
        errors=counts.errors,
        passed=counts.passed,
    )


def comparison_end(comparison: Comparison) -> LocalizedText:
    """Return a comparison as one sentence: scenarios by state, and the calls that it took."""
    states = _states(comparison)
    total = message("compare.end.scenarios", n=sum(states.values()))
    calls = message("compare.end.calls", n=comparison.calls)
    bad = [one for one in _NOT_GOOD if states.get(one)]
    if not states:
        return message("run.none")
    if not bad:
        key = "compare.end.good" if comparison.calls else "compare.end.good_offline"
        return message(key, scenarios=total, calls=calls)
    result = message(
        "compare.end.regressed", n=states.get(ScenarioState.REGRESSED, 0), scenarios=total
    )
    for state, number in states.items():
        if state is not ScenarioState.REGRESSED:
            part = message(f"compare.end.{state.value}", n=number)
            result = message("compare.end.and", first=result, second=part)
    key = "compare.end" if comparison.calls else "compare.end.offline"
    return message(key, result=result, calls=calls)


def mutation_phrase(mutation: MutationReport) -> LocalizedText:
    """Return how many wrong answers were found, and how many right ones were rejected."""
    mutants = sum(score.mutants for score in mutation.scores)
    survivors = _count_survivors(mutation)
    if not mutants:
        return message("mutations.nothing")
    if any(score.good for score in mutation.scores):
        rejected = sum(score.good - score.accepted for score in mutation.scores)
        share = 100 * (mutants - survivors) // mutants  # never rounded up
        if rejected:
            return message("mutations.found", share=share, n=rejected)
        return message("mutations.found.only", share=share)
    if survivors:
        return message("mutations.missed", n=mutants, missed=survivors)
    return message("mutations.all", n=mutants)


def run_notes(run: Run) -> list[LocalizedText]:
    """Return what else a reader should know, one sentence each."""
    counts = run.summary
    notes = [
        message(key, n=number)
        for key, number in (
            ("note.known_failures", counts.known_failures),
            ("note.fixed", counts.fixed),
            ("note.skipped", counts.skipped),
            ("note.warnings", counts.warnings),
            ("note.edited", len(run.edited_recordings)),
        )
        if number
    ]
    return [*notes, message("note.interrupted")] if run.interrupted else notes
