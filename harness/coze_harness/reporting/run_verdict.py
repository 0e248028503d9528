"""How a run went: in a tone, in one sentence, and what else a reader should know."""

from __future__ import annotations

from coze_harness.model import ChangeKind, Comparison, MutationReport, Run
from coze_harness.reporting.message_catalogue import Catalogue, Phrase, parse_phrase


def verdict_tone(run: Run) -> str:
    """Return how a run went: ``good``, ``bad``, ``warning``, or ``none`` without a trial.

    A comparison goes by what changed, and spoilt answers by whether all were caught.
    """
    if run.comparison is not None:
        return _tone_of_changes(run.comparison, run)
    if run.mutation is not None:
        missing = _uncaught(run.mutation)
        return "none" if not run.mutation.scores else "warning" if missing else "good"
    if run.summary.errors or missed_rates(run):
        return "bad"
    if not run.summary.trials:
        return "none"
    return "warning" if run.interrupted or run.summary.failed or run.summary.fixed else "good"


def _tone_of_changes(comparison: Comparison, run: Run) -> str:
    counts = comparison.counts
    if any(scenario.regressed for scenario in comparison.scenarios):
        return "bad"
    if counts.get(ChangeKind.BROKEN) or run.summary.errors:
        return "bad"
    if not counts:
        return "none"
    return "warning" if run.interrupted or counts.get(ChangeKind.REGRESSED) else "good"


def _uncaught(mutation: MutationReport) -> int:
    return sum(score.mutants - score.killed for score in mutation.scores)


def missed_rates(run: Run) -> bool:
    """Tell whether failed trials fail the run: with a rate that is met they do not."""
    if not run.summary.failed:
        return False
    return not run.pass_rates or any(not rate.met for rate in run.pass_rates)


def verdict_sentence(run: Run) -> str:
    """Return the run's verdict, in one English sentence."""
    return Catalogue().translate(sentence_phrase(run))


def sentence_phrase(run: Run) -> Phrase:
    """Return the run's verdict, in one sentence of any language."""
    if run.comparison is not None:
        return _changes_phrase(run.comparison)
    if run.mutation is not None:
        return _mutation_phrase(run.mutation)
    counts = run.summary
    within = "_within" if counts.failed and not missed_rates(run) else ""
    if not counts.trials:
        return parse_phrase("run.none")
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
    return parse_phrase(
        f"interrupted.{key}" if run.interrupted else key,
        n=counts.trials,
        failed=counts.failed,
        errors=counts.errors,
        passed=counts.passed,
    )


def _changes_phrase(comparison: Comparison) -> Phrase:
    """Return what changed, the worst first. Of many scenarios a list of runs knows the first."""
    counts = comparison.counts
    of = sum(counts.values())
    worse, better = counts.get(ChangeKind.REGRESSED, 0), counts.get(ChangeKind.IMPROVED, 0)
    otherwise = counts.get(ChangeKind.DIFFERENT, 0) + counts.get(ChangeKind.TEXT_CHANGED, 0)
    if any(scenario.regressed for scenario in comparison.scenarios):
        return parse_phrase("compare.regressed", n=worse, of=of, better=better)
    for key, number in (
        ("compare.broken", counts.get(ChangeKind.BROKEN, 0)),
        ("compare.luck", worse),
        ("compare.better", better),
        ("compare.answers", otherwise),
    ):
        if number:
            return parse_phrase(key, n=number, of=of)
    return parse_phrase("compare.unchanged", n=of) if of else parse_phrase("run.none")


def _mutation_phrase(mutation: MutationReport) -> Phrase:
    spoilings = sum(score.mutants for score in mutation.scores)
    missing = _uncaught(mutation)
    if not spoilings:
        return parse_phrase("mutations.nothing")
    if missing:
        return parse_phrase("mutations.missed", n=spoilings, missed=missing)
    return parse_phrase("mutations.all", n=spoilings)


def run_notes(run: Run) -> list[Phrase]:
    """Return what else a reader should know, one sentence each."""
    counts = run.summary
    found = (
        (counts.known_failures, "note.known_failures"),
        (counts.fixed, "note.fixed"),
        (counts.skipped, "note.skipped"),
        (counts.warnings, "note.warnings"),
    )
    said = [parse_phrase(key, n=number) for number, key in found if number]
    if run.interrupted:
        said.append(parse_phrase("note.interrupted"))
    return said
