"""A job's own part of the chosen trials, dealt by what the recordings say of how long they took."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from coze_harness.cassettes import cassette_files as store
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.execution.sharding import ShardItem, ShardNumber, assign_shards, digest_trials
from coze_harness.model import ShardInfo
from coze_harness.model.errors import CassetteError, UsageError
from coze_harness.model.trial import Trial
from coze_harness.results import read_head


def select_shard(
    trials: Sequence[Trial], given: str, replayer: ReplayRunner, resumed: Path | None = None
) -> tuple[Sequence[Trial], ShardInfo | None]:
    """Return a shard's trials in their order, and what it is; all of them where none is asked for.

    Trials of one scenario and bot stay together where not all of them must pass, for they are
    judged together.

    Args:
        trials: all that were chosen.
        given: I/N, as the user has it; may be empty for a run that is gone on with.
        replayer: knows where the recordings are.
        resumed: the folder of a run that is gone on with. Its trials are dealt already: what has
            been recorded since must not deal them anew.

    Raises:
        UsageError: there is no such shard, or the run that is gone on with is another one.
        ArchiveError: that run cannot be read.
    """
    before = read_head(resumed, rows=True).shard if resumed else None
    cut = ShardNumber.read(given) if given else None
    if cut is None and before is None:
        return trials, None
    whole = digest_trials(trial.key for trial in trials)
    if resumed:
        shard = _same(before, cut, whole, len(trials), resumed)
    else:
        assert cut is not None  # noqa: S101 (nothing is resumed, so it was given)
        shards = assign_shards([_card(trial, replayer) for trial in trials], cut.total)
        places = tuple([place for place, number in enumerate(shards) if number == cut.number])
        shard = ShardInfo(
            number=cut.number,
            total=cut.total,
            trials=len(trials),
            trial_set_digest=whole,
            places=places,
        )
    return [trials[place] for place in shard.places], shard


def describe_shard(shard: ShardInfo) -> str:
    """Return which part of a run a shard is, as a line for people."""
    whole = "1 trial" if shard.trials == 1 else f"{shard.trials:,} trials"
    if not shard.places:
        return f"Shard {shard} is empty: the run has {whole}, and other shards have taken them."
    return f"Shard {shard}: {len(shard.places):,} of {whole}."


def _same(
    before: ShardInfo | None, cut: ShardNumber | None, whole: str, trials: int, resumed: Path
) -> ShardInfo:
    """Return the shard that a run is, if it is the one that is asked for."""
    if before is None:
        raise UsageError(
            f"The run {resumed.name} is no shard of another, but a whole one.",
            next_step="leave --shard out.",
        )
    if cut is not None and cut != (before.number, before.total):
        raise UsageError(
            f"The run {resumed.name} is shard {before}, and not {cut}.",
            next_step=f"go on with it as --shard {before}.",
        )
    if (whole, trials) != (before.trial_set_digest, before.trials):
        raise UsageError(
            f"The run {resumed.name} is shard {before} of other trials than are chosen now.",
            next_step="give the same paths and options as before, on the same commit.",
        )
    return before


def _card(trial: Trial, replayer: ReplayRunner) -> ShardItem:
    key = trial.key
    together = f"{key.scenario}\0{key.bot}" if trial.min_pass_rate < 1 else key.id
    return ShardItem(together, _seconds(str(replayer.path(trial))))


def _seconds(cassette: str) -> float | None:
    """Return how long the recorded conversation took, from its first call to its last answer.

    One that would have to be fetched from elsewhere is not: each job would fetch them all.
    """
    if "://" in cassette:
        return None
    try:
        last = store.read_cassette(cassette).interactions[-1]
    except (CassetteError, IndexError):
        return None
    return (last.started + last.elapsed) / 1_000
