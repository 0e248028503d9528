"""The verdict of a run: its tone, one sentence, and notes."""

from __future__ import annotations

from coze_harness.messages import Catalogue, LocalizedText, message
from coze_harness.model import ChangeKind, Comparison, Counts, MutationReport, Run
from coze_harness.results import scenario_counts


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
    counts = comparison.counts
    if any(scenario.regressed for scenario in comparison.scenarios):
        return "bad"
    if counts.get(ChangeKind.BROKEN) or run.summary.errors:
        return "bad"
    if not counts:
        return "none"
    return "warning" if run.interrupted or counts.get(ChangeKind.REGRESSED) else "good"


def _count_survivors(mutation: MutationReport) -> int:
    return sum(score.mutants - score.killed for score in mutation.scores)


def verdict_sentence(run: Run, words: Catalogue | None = None) -> str:
    """Return the verdict of a run as a sentence; in English by default."""
    return (words or Catalogue()).text(verdict_phrase(run))


def verdict_phrase(run: Run) -> LocalizedText:
    """Return the verdict of a run: how many scenarios failed, or what changed or survived."""
    if run.comparison is not None:
        return _comparison_phrase(run.comparison)
    if run.mutation is not None:
        return _mutation_phrase(run.mutation)
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


def _comparison_phrase(comparison: Comparison) -> LocalizedText:
    """Return the worst change. A list of runs knows only the first of many scenarios."""
    counts = comparison.counts
    of = sum(counts.values())
    worse, better = counts.get(ChangeKind.REGRESSED, 0), counts.get(ChangeKind.IMPROVED, 0)
    changed = counts.get(ChangeKind.DIFFERENT, 0) + counts.get(ChangeKind.TEXT_CHANGED, 0)
    if any(scenario.regressed for scenario in comparison.scenarios):
        return message("compare.regressed", n=worse, of=of, better=better)
    for key, number in (
        ("compare.broken", counts.get(ChangeKind.BROKEN, 0)),
        ("compare.luck", worse),
        ("compare.better", better),
        ("compare.answers", changed),
    ):
        if number:
            return message(key, n=number, of=of)
    return message("compare.unchanged", n=of) if of else message("run.none")


def _mutation_phrase(mutation: MutationReport) -> LocalizedText:
    mutants = sum(score.mutants for score in mutation.scores)
    survivors = _count_survivors(mutation)
    if not mutants:
        return message("mutations.nothing")
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
        if counts.known_failures:
            notes.append(message("note.known_failures", n=counts.known_failures))
        if counts.fixed:
            notes.append(message("note.fixed", n=counts.fixed))
        if counts.skipped:
            notes.append(message("note.skipped", n=counts.skipped))
        if run.summary.warnings:
            notes.append(message("note.warnings", n=run.summary.warnings))
    if run.edited_recordings:
        notes.append(message("note.edited", n=len(run.edited_recordings)))
    return [*notes, message("note.interrupted")] if run.interrupted else notes
