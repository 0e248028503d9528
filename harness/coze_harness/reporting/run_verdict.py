"""The verdict of a run: its tone, one sentence, and notes."""

from __future__ import annotations

from coze_harness.messages import Catalogue, LocalizedText, message
from coze_harness.model import ChangeKind, Comparison, MutationReport, Run


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
        return _comparison_phrase(run.comparison)
    if run.mutation is not None:
        return _mutation_phrase(run.mutation)
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
