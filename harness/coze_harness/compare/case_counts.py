"""Counts the attempts of a case on both sides, and finds the cases that may have regressed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from msgspec import Struct

from coze_harness.compare.bot_differences import version_digest
from coze_harness.compare.sequential_test import (
    NONE,
    WANTED_EVIDENCE,
    Attempts,
    Decision,
    SequentialTest,
)
from coze_harness.model import ChangeKind, TrialResult, TrialStatus
from coze_harness.model.trial_key import CaseKey
from coze_harness.model.trial_result import JUDGED, PASSING

FindEvidence: TypeAlias = Callable[[str, str], Attempts]
"""Returns the attempts of other runs by a trial's id (without its repeat) and version digest."""

# Fewer attempts of the baseline show its pass rate only as far as the prior does.
_FEW_ATTEMPTS: Final = 3
# A rate that is met exactly (9 of 10 for 0.9) must not be missed by rounding.
_TOLERANCE: Final = 1e-9


class BotVersion(NamedTuple):
    """A trial's id without its repeat, and the digest of its bot's version; empty if unknown."""

    trial: str
    version: str

    @classmethod
    def of(cls, result: TrialResult) -> BotVersion:
        """Return what a result is evidence of."""
        return cls(result.key.case_id, version_digest(result.bot_id, result.snapshot))


@dataclass(slots=True)
class CaseCounts:
    """The attempts of a case.

    `recorded` are those of the baseline's recordings, `asked` those of the baseline's bot during
    the comparison. `calls` is the highest number of calls that a trial of the candidate took.
    """

    recorded: Attempts = NONE
    requested: Attempts = NONE
    candidate: Attempts = NONE
    before: BotVersion | None = None
    after: BotVersion | None = None
    has_passed: bool = False
    has_regressed: bool = False
    is_known_failure: bool = False
    calls: int = 0

    def add(self, result: TrialResult) -> None:
        """Count a result of `compare_trial` that is not missing."""
        before = result.change.baseline if result.change else None
        if before is not None:
            self.add_baseline(before, result.key.trial)
        if (attempt := attempt_of(result)).total:
            self.candidate = self.candidate.plus(attempt)
            self.after = _known_first(self.after, BotVersion.of(result))
        if result.change and result.change.kind is ChangeKind.REGRESSED:
            self.has_regressed = True
        self.is_known_failure |= result.status is TrialStatus.KNOWN_FAILURE
        calls = result.request_count or len(result.http_log)
        # Where the baseline was asked too, the result has the calls of both.
        if before is not None and before.key.trial == result.key.trial:
            calls -= before.request_count if before.request_count < calls else 0
        self.calls = max(self.calls, calls)

    def add_baseline(self, before: TrialResult, repeat: int) -> None:
        """Count a trial of the baseline, with which this repeat of the candidate is compared."""
        attempt = attempt_of(before)
        if not attempt.total:
            return
        self.has_passed |= bool(attempt.passed)
        self.before = _known_first(self.before, BotVersion.of(before))
        # A baseline that was recorded once and serves several repeats counts once.
        if before.key.trial != repeat:
            return
        if before.request_count:
            self.requested = self.requested.plus(attempt)
        else:
            self.recorded = self.recorded.plus(attempt)


class CaseAttempts(Struct, frozen=True):
    """All that is known of a case: with the evidence of other runs.

    `is_same_version`: the bot did not change. `can_continue`: another comparison of the same
    candidate continues where this one ended.
    """

    counts: CaseCounts
    baseline: Attempts
    candidate: Attempts
    is_same_version: bool
    can_continue: bool

    @classmethod
    def of(cls, counts: CaseCounts, find: FindEvidence | None, *, is_replay: bool) -> CaseAttempts:
        """Add evidence to the counts of a comparison.

        Args:
            counts: the counts.
            find: returns the evidence of other runs, if there are any.
            is_replay: whether the candidates were recorded by earlier runs: then these have
                counted them, too.
        """
        before, after = counts.before, counts.after
        is_same = bool(before and after and before.version and before == after)
        baseline, earlier, candidate = NONE, NONE, counts.candidate
        if find and before and before.version:
            baseline = find(*before)
        if find and after and after.version and not is_same:
            earlier = find(*after)
        if not is_replay:
            candidate = candidate.plus(earlier)
        elif is_same:
            baseline = Attempts(
                max(0, baseline.passed - candidate.passed),
                max(0, baseline.failed - candidate.failed),
            )
        else:
            candidate = max(earlier, candidate, key=lambda one: one.total)
        baseline = baseline if baseline.total >= counts.recorded.total else counts.recorded
        return cls(
            counts,
            baseline.plus(counts.requested),
            candidate,
            is_same,
            bool(after and after.version and not is_same),
        )

    @property
    def is_suspect(self) -> bool:
        """Whether the candidate failed what the baseline passes."""
        counts = self.counts
        if counts.is_known_failure or not counts.candidate.total:
            return False
        # A candidate that continues may have failed in an earlier comparison only.
        passes = counts.has_passed and not counts.recorded.plus(counts.requested).failed
        return counts.has_regressed or (passes and self.candidate.failed > 0)

    @property
    def pass_rate(self) -> float:
        """The share of the candidate's attempts that passed, 0..1."""
        return self.candidate.passed / max(1, self.candidate.total)

    @property
    def is_mixed(self) -> bool:
        """Whether the unchanged bot both passed and failed."""
        return bool(self.baseline.passed and self.baseline.failed)


class Suspect(Struct, frozen=True):
    """A case that may have regressed, and its test."""

    attempts: CaseAttempts
    test: SequentialTest

    @property
    def further_attempts(self) -> Attempts:
        """The candidate's attempts without the failure that made it a suspect."""
        candidate = self.attempts.candidate
        return Attempts(candidate.passed, max(0, candidate.failed - 1))

    @property
    def decision(self) -> Decision:
        """What the test says."""
        return self.test.decide(self.further_attempts)

    @property
    def more_trials(self) -> int:
        """How many further trials decide with a probability of 0.9; 0 if it is decided."""
        if self.attempts.can_continue:
            return self.test.likely_enough(self.further_attempts)
        return 1 + self.test.likely_enough(NONE)

    @property
    def more_calls(self) -> int:
        """How many calls these trials take, with those of the baseline in turn."""
        counts, trials = self.attempts.counts, self.more_trials
        missing = max(0, WANTED_EVIDENCE - self.attempts.baseline.total)
        return counts.calls * (trials + (min(trials, missing) if counts.requested.total else 0))

    @property
    def assumed_rate(self) -> float | None:
        """The baseline's pass rate where too few attempts show it."""
        is_shown = self.attempts.baseline.total >= _FEW_ATTEMPTS
        return None if is_shown else self.test.rates()[0]


@dataclass(slots=True)
class CaseTally:
    """Counts compared trials by case.

    Args:
        required: by scenario, the share of its trials that must pass, 0..1; 1 by default.
        find: returns the evidence of other runs; `None` where two runs are compared.
        is_replay: whether the candidates were recorded by earlier runs.
    """

    required: Mapping[str, float] = field(default_factory=dict)
    find: FindEvidence | None = None
    is_replay: bool = False
    cases: dict[CaseKey, CaseCounts] = field(default_factory=dict)

    def add(self, result: TrialResult) -> None:
        """Count a result of `compare_trial`, once."""
        counts = self.cases.setdefault(result.key.case_key, CaseCounts())
        if result.change and result.change.kind is ChangeKind.MISSING:
            counts.add_baseline(result, result.key.trial)
        else:
            counts.add(result)

    def attempts(self) -> dict[CaseKey, CaseAttempts]:
        """Return all cases with their evidence."""
        return {
            key: CaseAttempts.of(counts, self.find, is_replay=self.is_replay)
            for key, counts in self.cases.items()
        }

    def suspects(self) -> dict[CaseKey, Suspect]:
        """Return the cases that may have regressed."""
        attempts = self.attempts()
        suspects = {key: one for key, one in attempts.items() if one.is_suspect}
        return {
            key: Suspect(one, SequentialTest(one.baseline, len(suspects)))
            for key, one in suspects.items()
            if not self.meets_rate(key, attempts)
        }

    def meets_rate(self, key: CaseKey, attempts: Mapping[CaseKey, CaseAttempts]) -> bool:
        """Return whether a scenario passes as often as it must, although some trials fail."""
        required = self.required.get(key.scenario, 1.0)
        if required >= 1:
            return False
        rates = [one.pass_rate for other, one in attempts.items() if other[:2] == key[:2]]
        return mean(rates) >= required - _TOLERANCE


def _known_first(one: BotVersion | None, other: BotVersion) -> BotVersion:
    """Return the one of two versions that is known; the order of trials must not matter."""
    return other if one is None else min(one, other, key=lambda of: (not of.version, of))


def mean(values: Iterable[float]) -> float:
    """Return the mean of some numbers; 0 without any."""
    numbers = list(values)
    return sum(numbers) / max(1, len(numbers))


def attempt_of(result: TrialResult) -> Attempts:
    """Return a result as an attempt: none if it was not judged."""
    has_passed = result.status in PASSING
    return Attempts(int(has_passed), int(result.status in JUDGED and not has_passed))
