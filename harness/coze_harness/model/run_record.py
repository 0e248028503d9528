"""A run: its counts, one row for each trial, and the runs before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct, field

from coze_harness.model.comparison import Comparison
from coze_harness.model.mutation_score import MutationReport
from coze_harness.model.record import Count
from coze_harness.model.trial_key import TrialKey
from coze_harness.model.trial_result import TrialStatus


class Mode(StrEnum):
    """How a run gets its answers."""

    REPLAY = "replay"
    RECORD = "record"
    LIVE = "live"
    COMPARE = "compare"
    MUTATE = "mutate"


class TrialRow(Struct, frozen=True, kw_only=True):
    """One trial in run.json; `seconds` is the duration of the conversation.

    `history` has one letter (`TrialStatus.letter`) for each run in `Run.past`, in the same order;
    ``.`` where that run did not contain the trial. `digests` are those of the recording and of the
    expectations (`results.trial_digests`).
    """

    key: TrialKey
    status: TrialStatus
    seconds: float
    history: str = ""
    digests: str = ""


class RequiredPassRate(Struct, frozen=True, kw_only=True):
    """How many of a scenario's trials with one bot passed, and how many must (`required`, 0..1).

    `met` decides about the exit code: a failed trial of a scenario that reached its `min_pass_rate`
    does not fail the run.
    """

    scenario: str
    bot: str
    trials: Count
    passed: Count
    required: float
    met: bool


class Counts(Struct, frozen=True, kw_only=True):
    """How many have each result. `trials` is the sum of all but fixed and warnings.

    `fixed` (a known failure that passes) is counted in `passed` too.
    """

    trials: Count = 0
    passed: Count = 0
    failed: Count = 0
    errors: Count = 0
    skipped: Count = 0
    known_failures: Count = 0
    fixed: Count = 0
    warnings: Count = 0


class Summary(Counts, frozen=True, kw_only=True):
    """Counts of a run's trials, and in `scenarios` of its scenarios (per target).

    `warnings` counts failed expectations of severity warning, and `TrialResult.warnings`; of
    scenarios, it counts those with warnings. `scenarios` is `None` in what older versions wrote.
    """

    scenarios: Counts | None = None


class RunCost(Struct, frozen=True, kw_only=True):
    """Total tokens and polls of a run, and the median and 95th percentile of seconds per trial."""

    tokens: Count = 0
    polls: Count = 0
    p50: float = 0.0
    p95: float = 0.0


class RunSelection(Struct, frozen=True, kw_only=True):
    """What a run was to execute: the number of scenarios (per target), and a digest of their names.

    Runs of one mode with the same digest can be compared.
    """

    scenarios: Count
    digest: str


class ChangedScenarios(Struct, frozen=True, kw_only=True):
    """How many scenarios changed; `names` has the first three."""

    count: Count = 0
    names: tuple[str, ...] = ()


class BotVersionChange(Struct, frozen=True, kw_only=True):
    """A bot that was recorded with another version than before."""

    bot: str
    before: str
    after: str


class RunChanges(Struct, frozen=True, kw_only=True):
    """What was edited between the last comparable run and this one.

    `recorded` are scenarios with a new recording, `edited` those with edited expectations.
    """

    recorded: ChangedScenarios = ChangedScenarios()
    edited: ChangedScenarios = ChangedScenarios()
    versions: tuple[BotVersionChange, ...] = ()


class PreviousRun(Struct, frozen=True, kw_only=True):
    """A comparable run before this one, as history shows it."""

    run_id: str
    started_at: str
    mode: Mode
    summary: Summary
    cost: RunCost
    changes: RunChanges | None = None


class ShardInfo(
    Struct, frozen=True, kw_only=True, rename={"total": "of", "trial_set_digest": "digest"}
):
    """Which shard of a run this is: `number` (from 1) of `total`.

    `trials` is the number of trials in all shards, `trial_set_digest` a digest of their ids in
    order. `places` are the positions (from 0) of this shard's trials in that order.
    """

    number: Count
    total: Count
    trials: Count
    trial_set_digest: str
    places: tuple[Count, ...]

    def __str__(self) -> str:
        return f"{self.number}/{self.total}"


class Run(Struct, frozen=True, kw_only=True):
    """Trials executed once. Times are ISO 8601 in UTC; `finished_at` is empty while it runs.

    `environment` has base URL, Python and platform. `request_count` counts the requests to Coze.
    `past` has the last comparable runs before this one, oldest first; `changes` is what was edited
    since the last of them. `bot_versions` has the version of each bot that its snapshots name.
    `shard` is set if this run executed one shard of the selected trials. `planned_trials` is how
    many a run in progress is to execute; 0 of one that has ended. `edited_recordings` are
    the cassettes that were edited since they were recorded; a run that is read without its rows
    does not have them.
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
    selection: RunSelection | None = None
    bot_versions: Mapping[str, str] = field(default_factory=dict)
    changes: RunChanges | None = None
    comparison: Comparison | None = None
    mutation: MutationReport | None = None
    shard: ShardInfo | None = None
    planned_trials: int = 0
    edited_recordings: tuple[str, ...] = ()
