"""`--shard I/N`: the selected trials split deterministically between jobs that share nothing.

Every job computes the same assignment from the same files: the longest trial first, each to the
shard with the least to do so far (longest processing time first, Graham 1969: at most 4/3 of the
optimum). Trials of equal duration are ordered by a hash of their names, so the order of files does
not matter.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

from coze_harness.execution.recording_facts import recorded_seconds
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.messages import LocalizedText, message
from coze_harness.model import ShardInfo, TrialKey
from coze_harness.model.errors import UsageError
from coze_harness.model.trial import Trial

_MAX_SHOWN: Final = 40
MAX_SHARDS: Final = 10_000

_SHARD: Final = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")
_UNKNOWN_MILLISECONDS: Final = 1_000


class ShardNumber(NamedTuple):
    """Shard `number` (from 1) of `total`."""

    number: int
    total: int

    @classmethod
    def parse(cls, text: str) -> ShardNumber:
        """Parse I/N.

        Raises:
            UsageError: the text has another form, or there is no such shard.
        """
        match = _SHARD.fullmatch(text.strip())
        if match is None:
            raise _invalid(message("shard.invalid", text=text[:_MAX_SHOWN]))
        shard = cls(int(match[1]), int(match[2]))
        if not 1 <= shard.total <= MAX_SHARDS:
            what = message("shard.invalid.total", text=text[:_MAX_SHOWN], limit=MAX_SHARDS)
            raise _invalid(what)
        if not 1 <= shard.number <= shard.total:
            what = message("shard.invalid.number", text=text[:_MAX_SHOWN], total=shard.total)
            raise _invalid(what)
        return shard

    def __str__(self) -> str:
        return f"{self.number}/{self.total}"


class ShardItem(NamedTuple):
    """A trial to be assigned.

    Trials with the same `group` come to the same shard, because they are judged together; any other
    trial has its own id there. `seconds` is its recorded duration; `None` if it is not known.
    """

    group: str
    seconds: float | None


def assign_shards(items: Sequence[ShardItem], total: int) -> list[int]:
    """Return the shard, from 1 to `total`, of each item. The order of the items does not matter.

    An unknown duration counts as the median of the known ones.
    """
    from statistics import median_low  # a run that is not split needs no median

    # Whole milliseconds: the sum of floats would depend on the order in which they are added.
    durations = [round(item.seconds * 1_000) for item in items if item.seconds is not None]
    default = median_low(durations) if durations else _UNKNOWN_MILLISECONDS
    weights: dict[str, int] = {}
    for item in items:
        weight = default if item.seconds is None else round(item.seconds * 1_000)
        weights[item.group] = weights.get(item.group, 0) + max(weight, 1)
    loads = [(0, number) for number in range(1, total + 1)]
    shards: dict[str, int] = {}
    for group in sorted(weights, key=lambda group: (-weights[group], _hash(group), group)):
        load, number = loads[0]
        shards[group] = number
        heapq.heapreplace(loads, (load + weights[group], number))
    return [shards[item.group] for item in items]


def digest_trials(keys: Iterable[TrialKey]) -> str:
    """Return a digest of the ids, files and lines of trials in their order.

    It differs between commits that select other trials.
    """
    digest = blake2b(digest_size=16)
    for key in keys:
        digest.update(f"{key.id}\0{key.file}\0{key.line}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def select_shard(
    trials: Sequence[Trial], number: ShardNumber, runner: ReplayRunner
) -> tuple[Sequence[Trial], ShardInfo]:
    """Return the trials of a shard in their order, and its description.

    Trials of one scenario and bot stay together if only a share of them must pass.
    """
    items = [ShardItem(_group(trial), recorded_seconds(trial, runner)) for trial in trials]
    shards = assign_shards(items, number.total)
    shard = ShardInfo(
        number=number.number,
        total=number.total,
        trials=len(trials),
        trial_set_digest=digest_trials(trial.key for trial in trials),
        places=tuple([place for place, shard in enumerate(shards) if shard == number.number]),
    )
    return [trials[place] for place in shard.places], shard


def resume_shard(
    trials: Sequence[Trial], number: ShardNumber | None, shard: ShardInfo | None, run_id: str
) -> tuple[Sequence[Trial], ShardInfo | None]:
    """Return the trials of an interrupted run's shard as they were assigned then.

    Recordings that are newer than the run do not change the assignment.

    `number` is the shard that the user asks for, `shard` that of the interrupted run.

    Raises:
        UsageError: the run is another shard, or one of other trials.
    """
    if shard is None:
        if number is None:
            return trials, None
        raise UsageError(
            message("shard.no_shard", run=run_id), next_step=message("shard.no_shard.next")
        )
    if number is not None and number != (shard.number, shard.total):
        raise UsageError(
            message("shard.other", run=run_id, shard=str(shard), number=str(number)),
            next_step=message("shard.other.next", shard=str(shard)),
        )
    digest = digest_trials(trial.key for trial in trials)
    if (digest, len(trials)) != (shard.trial_set_digest, shard.trials):
        raise UsageError(
            message("shard.other_trials", run=run_id, shard=str(shard)),
            next_step=message("shard.other_trials.next"),
        )
    return [trials[place] for place in shard.places], shard


def describe_shard(shard: ShardInfo) -> LocalizedText:
    """Return how many of the selected trials a shard has."""
    name, total = str(shard), shard.trials
    if not shard.places:
        return message("shard.empty", shard=name, n=total)
    return message("shard.part", shard=name, part=len(shard.places), n=total)


def _group(trial: Trial) -> str:
    key = trial.key
    return f"{key.scenario}\0{key.bot}" if trial.min_pass_rate < 1 else key.id


def _hash(name: str) -> bytes:
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _invalid(what: LocalizedText) -> UsageError:
    return UsageError(what, next_step=message("shard.invalid.next"))
