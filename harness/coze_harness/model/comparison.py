"""A comparison of baseline and candidate by scenario and by bot."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from math import sqrt
from typing import Final, Self

from msgspec import Struct, field

from coze_harness.model.record import Count
from coze_harness.model.reply import BotSnapshot
from coze_harness.model.trial_result import ChangeKind, FactDifference

# The 97.5 % quantile of the normal distribution.
_Z: Final = 1.959963984540054


class Assessment(StrEnum):
    """Assessment of a change in how often a scenario passes.

    `REAL`: decided by a test. `DOUBTFUL`: it may be chance. `NONE`: it passes as often as before.
    """

    REAL = "real"
    DOUBTFUL = "doubtful"
    NONE = "none"


class ScenarioState(StrEnum):
    """The result for a scenario: what changed, and whether that is decided; the gravest first.

    `UNDECIDED`: the budget ended before the test did. `FACTS_CHANGED`: it still passes, but facts
    of an answer differ. `FLAKY`: it passes less often than always, and so did the unchanged bot.
    `COST_CHANGED`: tokens or seconds changed, if nothing but the text did.
    `NOT_REGRESSED`: a trial failed that the baseline passes, and further trials decided that it
    passes as often as before. `NEW` has no baseline, `MISSING` no candidate.
    """

    REGRESSED = "regressed"
    UNDECIDED = "undecided"
    FACTS_CHANGED = "facts_changed"
    FLAKY = "flaky"
    NOT_REGRESSED = "not_regressed"
    IMPROVED = "improved"
    COST_CHANGED = "cost_changed"
    TEXT_CHANGED = "text_changed"
    UNCHANGED = "unchanged"
    NOT_JUDGED = "not_judged"
    NEW = "new"
    MISSING = "missing"


class CostMeasure(StrEnum):
    """What an answer costs: tokens, seconds to its end, seconds to its first token."""

    TOKENS = "tokens"
    LATENCY = "latency"
    FIRST_TOKEN = "first_token"  # noqa: S105 (of a reply)


class CostChange(Struct, frozen=True, kw_only=True):
    """A cost of a trial on both sides, over `pairs` of a baseline and its candidate.

    `before` and `after` are geometric means, in tokens or seconds. `p` is the p-value of the
    signed-rank test of the log ratios (`None` with one pair), `adjusted` the same after Holm's
    correction, where enough pairs can decide. `changed`: it is decided or large. `limit` is the
    largest increase that `max_increase` allows (0.2 is 20 %), and `exceeded` decides about the exit
    code.
    """

    measure: CostMeasure
    before: float
    after: float
    pairs: Count
    p: float | None = None
    adjusted: float | None = None
    changed: bool = False
    limit: float | None = None
    exceeded: bool = False


class PassShare(Struct, frozen=True, kw_only=True):
    """How many trials passed, and the 95 % Wilson interval of that share (`low`, `high`: 0..1)."""

    passed: Count
    trials: Count
    low: float
    high: float

    @classmethod
    def of(cls, passed: int, trials: int) -> Self:
        """Return a share with its interval; 0..1 without trials."""
        if not trials:
            return cls(passed=0, trials=0, low=0.0, high=1.0)
        share, square = passed / trials, _Z * _Z
        middle = share + square / (2 * trials)
        spread = _Z * sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
        scale = 1 + square / trials
        # At the ends the formula gives 0 and 1 up to rounding.
        low = (middle - spread) / scale if passed else 0.0
        high = (middle + spread) / scale if passed < trials else 1.0
        return cls(passed=passed, trials=trials, low=low, high=high)


class ScenarioComparison(Struct, frozen=True, kw_only=True, rename={"assessment": "finding"}):
    """How often a scenario passed with a bot, in the baseline and in the candidate.

    `before` has the attempts of all runs with the baseline's version of the bot, as far as there is
    evidence. `p` is the p-value of the exact test named `test`, `adjusted` the same after Holm's
    correction over all scenarios (both 0..1; `None` where the test is sequential). `repeats` is the
    number of further trials that likely decide an undecided scenario, and `more_calls` the calls
    that they take; 0 where none are needed. `assumed_rate` is the baseline's pass rate (0..1) where
    too few attempts show it. `flaky`: the verdicts of one side differ. `regressed` decides about
    the exit code. `facts` are the differences of facts of trials that still pass, each once.
    """

    scenario: str
    bot: str
    before: PassShare
    after: PassShare
    assessment: Assessment
    regressed: bool
    test: str = ""
    p: float | None = None
    adjusted: float | None = None
    repeats: Count = 0
    flaky: bool = False
    state: ScenarioState = ScenarioState.UNCHANGED
    more_calls: Count = 0
    assumed_rate: float | None = None
    facts: tuple[FactDifference, ...] = ()
    cost: tuple[CostChange, ...] = ()

    @property
    def exceeds_cost(self) -> bool:
        """Whether a cost increased by more than `max_increase` allows."""
        return any(one.exceeded for one in self.cost)


class BotDifference(Struct, frozen=True, kw_only=True):
    """A setting of a bot that changed: `name` is its path, as in ``model.temperature``.

    The values are JSON as text, empty if the setting is absent.
    """

    name: str
    before: str
    after: str


class BotComparison(Struct, frozen=True, kw_only=True):
    """A bot's configuration on both sides. `differences` has all changes but that of the prompt.

    `known` is False if a snapshot is missing or empty.
    """

    bot: str
    before: BotSnapshot | None
    after: BotSnapshot | None
    differences: tuple[BotDifference, ...] = ()
    known: bool = True

    @property
    def prompt_changed(self) -> bool:
        """Whether the bot's prompt is known to differ."""
        if not self.known or self.before is None or self.after is None:
            return False
        return self.before.prompt != self.after.prompt


class SuiteChange(Struct, frozen=True, kw_only=True):
    """The candidate's first trials of all cases: how many passed, and how many were expected to.

    `p` is the probability (0..1) of so few, if the candidate passes as often as the baseline.
    """

    passed: Count
    trials: Count
    expected: float
    p: float


class Comparison(Struct, frozen=True, kw_only=True):
    """The comparison of two sides; `baseline` and `candidate` are their names.

    `counts` has the number of trials for each kind of change that occurs, `states` the number of
    scenarios (with each bot) for each state. Scenarios that regressed
    come first. `calls` were made; `budget` was the most that were allowed, 0 without a limit.
    `cost` is that of all scenarios together, `suite` how often they pass together.
    """

    baseline: str
    candidate: str
    counts: Mapping[ChangeKind, Count]
    scenarios: tuple[ScenarioComparison, ...] = ()
    states: Mapping[ScenarioState, Count] = field(default_factory=dict)
    calls: Count = 0
    budget: Count = 0
    bots: tuple[BotComparison, ...] = ()
    cost: tuple[CostChange, ...] = ()
    suite: SuiteChange | None = None
