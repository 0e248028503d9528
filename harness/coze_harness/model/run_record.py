"""What came of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from coze_harness.model.comparison import Comparison
from coze_harness.model.mutation_score import MutationReport
from coze_harness.model.trial_key import TrialKey
from coze_harness.model.trial_result import TrialStatus


class Mode(StrEnum):
    """How a run gets its answers."""

    REPLAY = "replay"
    RECORD = "record"
    LIVE = "live"
    COMPARE = "compare"
    MUTATE = "mutate"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRow:
    """One trial as `run.json` lists it; `seconds` is the duration of the conversation.

    `history` has one letter (`TrialStatus.letter`) for each run in `Run.past`, in the same order;
    ``.`` where that run did not contain the trial.
    """

    key: TrialKey
    status: TrialStatus
    seconds: float
    history: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredPassRate:
    """How many of a scenario's trials with one bot passed, and how many had to (both 0..1).

    `met` is what the exit code goes by: a failed trial of a scenario that reached its
    `min_pass_rate` does not fail the run.
    """

    scenario: str
    bot: str
    trials: int
    passed: int
    required: float
    met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Counts of a run. `trials` is the sum of passed, failed, errors, skipped and known failures.

    `fixed` (a known failure that passes) is counted in `passed` too; `warnings` counts failed
    expectations of severity warning and remarks about a trial.
    """

    trials: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    known_failures: int = 0
    fixed: int = 0
    warnings: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCost:
    """What a run's conversations took: tokens and polls in all, seconds a trial (p50, p95)."""

    tokens: int = 0
    polls: int = 0
    p50: float = 0.0
    p95: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousRun:
    """A run before this one, as its trend shows it."""

    run_id: str
    started_at: str
    mode: Mode
    summary: Summary
    cost: RunCost


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardInfo:
    """Which shard of a run this is: `number` (from 1) of `total`.

    `trials` is the number of trials in all shards, `trial_set_digest` a digest of their ids in
    order. `places` are the positions (from 0) of this shard's trials in that order.
    """

    number: int
    total: int
    trials: int
    trial_set_digest: str
    places: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.number}/{self.total}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Trials executed once. Times are ISO 8601 in UTC; `finished_at` is empty while it runs.

    `environment` has base URL, Python and platform. `request_count` counts the requests to Coze.
    `past` are the last runs before this one, oldest first. `shard` is set if this run is a shard of
    the selected trials.
    """

    run_id: str
    mode: Mode
    started_at: str
    finished_at: str
    harness_version: str
    summary: Summary
    rows: Sequence[TrialRow]
    pass_rates: tuple[RequiredPassRate, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    request_count: int = 0
    interrupted: bool = False
    cost: RunCost = RunCost()
    past: tuple[PreviousRun, ...] = ()
    comparison: Comparison | None = None
    mutation: MutationReport | None = None
    shard: ShardInfo | None = None
