"""The verdict of a run: its tone, one sentence, and notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from coze_harness.messages import LocalizedText, message
from coze_harness.model import ChangeKind, Comparison, Counts, MutationReport, Run, ScenarioState
from coze_harness.results import scenario_counts

_NOT_GOOD: Final = (
    ScenarioState.REGRESSED,
    ScenarioState.UNDECIDED,
    ScenarioState.FACTS_CHANGED,
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
    counts = scenario_counts(run)
    if counts.errors or counts.failed:
        return "bad"
    if not counts.trials:
        return "none"
    return "warning" if run.interrupted or run.summary.failed or counts.fixed else "good"


def _comparison_tone(comparison: Comparison, run: Run) -> str:
    states = _states(comparison)
    if states.get(ScenarioState.REGRESSED) or _count_costly(comparison):
        return "bad"
    if comparison.counts.get(ChangeKind.BROKEN) or run.summary.errors:
        return "bad"
    if not states:
        return "none"
    is_open = any(
        states.get(one)
        for one in (ScenarioState.UNDECIDED, ScenarioState.FACTS_CHANGED, ScenarioState.FLAKY)
    )
    return "warning" if run.interrupted or is_open else "good"


def _states(comparison: Comparison) -> Mapping[ScenarioState, int]:
    """Return the number of scenarios in each state; runs of older versions do not have it."""
    if comparison.states or not comparison.counts:
        return comparison.states
    from coze_harness.reporting.views.comparison_view import scenario_state

    return Counter(map(scenario_state, comparison.scenarios))


def _count_costly(comparison: Comparison) -> int:
    """Return the number of scenarios whose cost increased by more than it may."""
    return sum(one.exceeds_cost for one in comparison.scenarios)


def _count_survivors(mutation: MutationReport) -> int:
    return sum(score.mutants - score.killed for score in mutation.scores)


def verdict_phrase(run: Run) -> LocalizedText:
    """Return the verdict of a run: how many scenarios failed, or what changed or survived."""
    if run.comparison is not None:
        return comparison_end(run.comparison)
    if run.mutation is not None:
        return mutation_phrase(run.mutation)
    counts = scenario_counts(run)
    n, failed, errors = counts.trials, counts.failed, counts.errors
    if run.interrupted:
        return _interrupted_phrase(run, counts)
    if not n:
        return message("run.none")
    if failed and errors:
        return message("run.failed_and_errors", n=n, failed=failed, errors=errors)
    if failed:
        return message("run.failed", n=n, failed=failed)
    if errors:
        return message("run.errors", n=n, errors=errors)
    if counts.passed == n:
        return message("run.all_passed", n=n)
    return message("run.some_passed", n=n, passed=counts.passed)


def _interrupted_phrase(run: Run, counts: Counts) -> LocalizedText:
    """Return how far an interrupted run came; a killed one may not say how many were selected."""
    done, failed, errors = counts.trials, counts.failed, counts.errors
    n = max(run.selection.scenarios if run.selection else done, done)
    if not done:
        return message("interrupted.run.none")
    if failed and errors:
        return message(
            "interrupted.run.failed_and_errors", n=n, done=done, failed=failed, errors=errors
        )
    if failed:
        return message("interrupted.run.failed", n=n, done=done, failed=failed)
    if errors:
        return message("interrupted.run.errors", n=n, done=done, errors=errors)
    return message("interrupted.run.finished", n=n, done=done)


def trials_phrase(run: Run) -> LocalizedText:
    """Return the counts of a run's trials; empty if there are as many scenarios."""
    counts = run.summary
    if run.comparison is not None or run.mutation is not None:
        return LocalizedText()
    if counts.trials == scenario_counts(run).trials:
        return LocalizedText()
    numbers = (
        (counts.passed, message("count.passed", n=counts.passed)),
        (counts.failed, message("count.failed", n=counts.failed)),
        (counts.errors, message("count.errors", n=counts.errors)),
        (counts.skipped, message("count.skipped", n=counts.skipped)),
        (counts.known_failures, message("count.known_failures", n=counts.known_failures)),
    )
    return message(
        "count.trials", n=counts.trials, counts=tuple([text for number, text in numbers if number])
    )


def comparison_end(comparison: Comparison) -> LocalizedText:
    """Return a comparison as one sentence: scenarios by state, and the calls that it took."""
    states = _states(comparison)
    total = message("compare.end.scenarios", n=sum(states.values()))
    calls = message("compare.end.calls", n=comparison.calls)
    bad = [one for one in _NOT_GOOD if states.get(one)]
    if not states:
        return message("run.none")
    costly = _count_costly(comparison)
    if not bad and not costly:
        key = "compare.end.good" if comparison.calls else "compare.end.good_offline"
        return message(key, scenarios=total, calls=calls)
    result = message(
        "compare.end.regressed", n=states.get(ScenarioState.REGRESSED, 0), scenarios=total
    )
    if costly:
        part = message("compare.end.costly", n=costly)
        result = message("compare.end.and", first=result, second=part)
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
    """Return what else a reader should know, one sentence each.

    A comparison and mutation testing report what they did, not what failed before.
    """
    counts = scenario_counts(run)
    notes: list[LocalizedText] = []
    if run.comparison is None and run.mutation is None:
        # The counts of trials have them already.
        is_counted = bool(trials_phrase(run))
        if counts.known_failures and not is_counted:
            notes.append(message("note.known_failures", n=counts.known_failures))
        if counts.fixed:
            notes.append(message("note.fixed", n=counts.fixed))
        if counts.skipped and not is_counted:
            notes.append(message("note.skipped", n=counts.skipped))
        if run.summary.warnings:
            notes.append(message("note.warnings", n=run.summary.warnings))
    if run.edited_recordings:
        notes.append(message("note.edited", n=len(run.edited_recordings)))
    return [*notes, message("note.interrupted")] if run.interrupted else notes
