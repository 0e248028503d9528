"""A run as every report shows it: the verdict in a sentence, counts, most frequent reasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from harness.model import (
    ChangeKind,
    Comparison,
    Mutation,
    PassRate,
    Run,
    Summary,
    TrialStatus,
)
from harness.report.view import STATUS, TrialView, why
from harness.report.visible import duration, one_line
from harness.report.words import Phrase, Words, phrase

# What a reader must look at first, first.
ORDER = (
    TrialStatus.FAILED,
    TrialStatus.ERROR,
    TrialStatus.FIXED,
    TrialStatus.KNOWN_FAILURE,
    TrialStatus.SKIPPED,
    TrialStatus.PASSED,
)
FAILING = (TrialStatus.FAILED, TrialStatus.ERROR)


class Count(NamedTuple):
    """How many trials have a status; `share` and `begin` are per cent of all."""

    status: TrialStatus
    number: int
    icon: str
    word: str
    share: str
    begin: str


class RunView(NamedTuple):
    """A run's head. `tone` is good, bad, warning or nothing (no trial at all)."""

    run_id: str
    sentence: str
    notes: Sequence[str]
    tone: str
    counts: Sequence[Count]
    summary: Summary
    mode: str
    started: str
    lasted: str
    version: str
    rates: Sequence[RateView]


class RateView(NamedTuple):
    """Repeated trials of a scenario with a bot, and whether enough of them passed."""

    scenario: str
    bot: str
    passed: int
    trials: int
    share: str
    required: str
    met: bool


class Reason(NamedTuple):
    """Why trials failed, how many, and the first of them (name, anchor)."""

    text: str
    times: int
    trials: Sequence[tuple[str, str]]


def run_view(run: Run) -> RunView:
    """Return a run's head as reports show it."""
    lasted = _lasted(run.started_at, run.finished_at)
    words = Words()
    return RunView(
        one_line(run.run_id),
        sentence(run),
        [words.say(note) for note in notes(run)],
        tone(run),
        run_counts(run),
        run.summary,
        run.mode.value,
        moment(run.started_at),
        duration(lasted) if lasted is not None else "",
        one_line(run.harness_version),
        run_rates(run),
    )


def tone(run: Run) -> str:
    """Return how a run went: ``good``, ``bad``, ``warning``, or ``none`` without a trial.

    A comparison goes by what changed, and spoilt answers by whether all were caught.
    """
    if run.comparison is not None:
        return _tone_of_changes(run.comparison, run)
    if run.mutation is not None:
        missing = _uncaught(run.mutation)
        return "none" if not run.mutation.scores else "warning" if missing else "good"
    if run.summary.errors or missed(run):
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


def _uncaught(mutation: Mutation) -> int:
    return sum(score.spoilings - score.caught for score in mutation.scores)


def missed(run: Run) -> bool:
    """Tell whether failed trials fail the run: with a rate that is met they do not."""
    if not run.summary.failed:
        return False
    return not run.pass_rates or any(not rate.met for rate in run.pass_rates)


def sentence(run: Run) -> str:
    """Return the run's verdict, in one English sentence."""
    return Words().say(sentence_phrase(run))


def sentence_phrase(run: Run) -> Phrase:
    """Return the run's verdict, in one sentence of any language."""
    if run.comparison is not None:
        return _changes_phrase(run.comparison)
    if run.mutation is not None:
        return _mutation_phrase(run.mutation)
    counts = run.summary
    within = "_within" if counts.failed and not missed(run) else ""
    if not counts.trials:
        return phrase("run.none")
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
    return phrase(
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
    otherwise = counts.get(ChangeKind.DIFFERENT, 0) + counts.get(ChangeKind.REWORDED, 0)
    if any(scenario.regressed for scenario in comparison.scenarios):
        return phrase("compare.regressed", n=worse, of=of, better=better)
    for key, number in (
        ("compare.broken", counts.get(ChangeKind.BROKEN, 0)),
        ("compare.luck", worse),
        ("compare.better", better),
        ("compare.answers", otherwise),
    ):
        if number:
            return phrase(key, n=number, of=of)
    return phrase("compare.unchanged", n=of) if of else phrase("run.none")


def _mutation_phrase(mutation: Mutation) -> Phrase:
    spoilings = sum(score.spoilings for score in mutation.scores)
    missing = _uncaught(mutation)
    if not spoilings:
        return phrase("mutations.nothing")
    if missing:
        return phrase("mutations.missed", n=spoilings, missed=missing)
    return phrase("mutations.all", n=spoilings)


def notes(run: Run) -> list[Phrase]:
    """Return what else a reader should know, one sentence each."""
    counts = run.summary
    found = (
        (counts.known_failures, "note.known_failures"),
        (counts.fixed, "note.fixed"),
        (counts.skipped, "note.skipped"),
        (counts.warnings, "note.warnings"),
    )
    said = [phrase(key, n=number) for number, key in found if number]
    if run.interrupted:
        said.append(phrase("note.interrupted"))
    return said


def run_rates(run: Run) -> list[RateView]:
    """Return the pass rates of what was repeated, or need not pass always."""
    return [_rate(rate) for rate in run.pass_rates if rate.trials > 1 or rate.required < 1]


def run_counts(run: Run) -> list[Count]:
    """Return how many trials have each status, those first that a reader must look at."""
    summary = run.summary
    numbers = {
        TrialStatus.FAILED: summary.failed,
        TrialStatus.ERROR: summary.errors,
        TrialStatus.FIXED: summary.fixed,
        TrialStatus.KNOWN_FAILURE: summary.known_failures,
        TrialStatus.SKIPPED: summary.skipped,
        TrialStatus.PASSED: summary.passed - summary.fixed,
    }
    counts: list[Count] = []
    begin = 0.0
    for status in ORDER:
        share = 100 * numbers[status] / max(summary.trials, 1)
        words = STATUS[status]
        counts.append(
            Count(status, numbers[status], *words, f"{share:.3f}", f"{begin:.3f}"),
        )
        begin += share
    return counts


def _rate(rate: PassRate) -> RateView:
    return RateView(
        one_line(rate.scenario),
        one_line(rate.bot),
        rate.passed,
        rate.trials,
        f"{100 * rate.passed / max(rate.trials, 1):.0f} %",
        f"{100 * rate.required:g} %",
        rate.met,
    )


def moment(iso: str) -> str:
    """Return a time of run.json as ``2026-11-22 10:03:12 UTC``; nothing if it is no time."""
    try:
        time = datetime.fromisoformat(iso)
    except ValueError:
        return ""
    if time.tzinfo is not None:
        time = time.astimezone(UTC)
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def _lasted(started: str, finished: str) -> float | None:
    try:
        seconds = (
            datetime.fromisoformat(finished) - datetime.fromisoformat(started)
        ).total_seconds()
    except (ValueError, TypeError):
        return None
    return max(seconds, 0.0)


def run_seconds(run: Run) -> float | None:
    """Return how long a run took by the clock on the wall; None while it is not known."""
    return _lasted(run.started_at, run.finished_at)


class TrialReasons(NamedTuple):
    """Why one trial failed or could not be judged."""

    name: str
    anchor: str
    texts: Sequence[str]


def reasons_of(trial: TrialView) -> TrialReasons | None:
    """Return why a trial failed or could not be judged; None if it did not."""
    if trial.status not in FAILING:
        return None
    return TrialReasons(trial.name, trial.anchor, reason_texts(trial))


def reason_texts(trial: TrialView) -> Sequence[str]:
    """Return why a trial failed or could not be judged, in one line each."""
    if trial.status not in FAILING:
        return ()
    if trial.error is not None:
        return [one_line(f"{trial.error.kind}: {trial.error.what}")]
    failed = [v for turn in trial.turns for v in turn.verdicts if v.status == "failed"]
    return list(dict.fromkeys([one_line(why(verdict)) for verdict in failed]))


class Reasons:
    """Collects why trials failed or could not be judged, what each took and how it changed."""

    def __init__(self) -> None:
        self._trials: dict[str, TrialReasons] = {}
        self.tokens: dict[str, int] = {}
        self.changes: dict[str, str] = {}

    def put(
        self, trial_id: str, reasons: TrialReasons | None, tokens: int = 0, change: str = ""
    ) -> None:
        """Take note of a trial.

        Args:
            trial_id: its id.
            reasons: why it failed; None if it did not, or does no longer.
            tokens: what it took.
            change: the kind of its change against the baseline, if it has one.
        """
        if tokens:
            self.tokens[trial_id] = tokens
        if change:
            self.changes[trial_id] = change
        if reasons is not None:
            self._trials[trial_id] = reasons
        else:
            self._trials.pop(trial_id, None)

    def top(self, most: int = 8) -> list[Reason]:
        """Return the most frequent reasons, each with the first five of its trials by name."""
        trials: dict[str, list[tuple[str, str]]] = {}
        for trial in self._trials.values():
            for text in trial.texts:
                trials.setdefault(text, []).append((trial.name, trial.anchor))
        ranked = sorted(trials.items(), key=lambda item: (-len(item[1]), item[0]))[:most]
        return [Reason(text, len(found), sorted(found)[:5]) for text, found in ranked]
