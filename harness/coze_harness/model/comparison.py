"""What a comparison of two sides of trials came to, beyond the single trial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from coze_harness.model.reply import BotSnapshot
from coze_harness.model.trial_result import ChangeKind


class Assessment(StrEnum):
    """What is to be thought of a change in how often a scenario passes.

    `REAL` is beyond luck. `DOUBTFUL` may be luck, and more repeats would tell. `NONE`: as often as
    before.
    """

    REAL = "real"
    DOUBTFUL = "doubtful"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class PassShare:
    """How many of so many trials passed, and the 95 % Wilson interval of that share (0..1)."""

    passed: int
    trials: int
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioComparison:
    """How often a scenario passed with a bot, before and now.

    `p` is the exact test's, `adjusted` the same after Holm's correction over all scenarios (both
    0..1; `None` where one trial a side leaves nothing to test), `test` its name. `repeats` is how
    many repeats a side would settle a doubtful change, 0 where none is needed. `flaky`: the same
    bot came to different verdicts. `regressed` is what the exit code goes by.
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
    repeats: int = 0
    flaky: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BotDifference:
    """One thing about a bot that is not what it was: `name` is where, as in ``model.temperature``.

    The values are JSON as text, empty where there is none.
    """

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BotComparison:
    """A bot on both sides. Prompts are compared by readers; `differences` are all the rest.

    `known` is False where a snapshot is missing or empty, so that nothing can be said.
    """

    bot: str
    before: BotSnapshot | None
    after: BotSnapshot | None
    differences: tuple[BotDifference, ...] = ()
    known: bool = True

    @property
    def prompt_changed(self) -> bool:
        """Whether the bot's own prompt is known to differ."""
        if not self.known or self.before is None or self.after is None:
            return False
        return self.before.prompt != self.after.prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two sides, trial by trial. `baseline` and `candidate` name them for people.

    `counts` has every kind of change that occurs; scenarios that regressed come first.
    """

    baseline: str
    candidate: str
    counts: Mapping[ChangeKind, int]
    scenarios: tuple[ScenarioComparison, ...] = ()
    bots: tuple[BotComparison, ...] = ()
