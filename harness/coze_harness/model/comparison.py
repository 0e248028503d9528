"""A comparison of baseline and candidate by scenario and by bot."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from coze_harness.model.record import Count
from coze_harness.model.reply import BotSnapshot
from coze_harness.model.trial_result import ChangeKind


class Assessment(StrEnum):
    """Assessment of a change in how often a scenario passes.

    `REAL`: statistically significant. `DOUBTFUL`: it may be chance, more repeats would tell.
    `NONE`: it passes as often as before.
    """

    REAL = "real"
    DOUBTFUL = "doubtful"
    NONE = "none"


class PassShare(Struct, frozen=True, kw_only=True):
    """How many trials passed, and the 95 % Wilson interval of that share (`low`, `high`: 0..1)."""

    passed: Count
    trials: Count
    low: float
    high: float


class ScenarioComparison(Struct, frozen=True, kw_only=True, rename={"assessment": "finding"}):
    """How often a scenario passed with a bot, in the baseline and in the candidate.

    `p` is the p-value of the exact test named `test`, `adjusted` the same after Holm's correction
    over all scenarios (both 0..1; `None` with one trial on each side). `repeats` is the number of
    repeats on each side that would settle a doubtful change, 0 where none are needed. `flaky`: the
    verdicts of one side differ. `regressed` decides about the exit code.
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


class Comparison(Struct, frozen=True, kw_only=True):
    """The comparison of two sides; `baseline` and `candidate` are their names.

    `counts` has the number of trials for each kind of change that occurs. Scenarios that regressed
    come first.
    """

    baseline: str
    candidate: str
    counts: Mapping[ChangeKind, Count]
    scenarios: tuple[ScenarioComparison, ...] = ()
    bots: tuple[BotComparison, ...] = ()
