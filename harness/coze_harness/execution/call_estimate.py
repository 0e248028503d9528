"""What lies ahead before anything is asked: how many calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from coze_harness.baseline.cassette_check import batches
from coze_harness.cassettes import cassette_files as store
from coze_harness.execution.live_runner import requested_version
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.model.errors import CassetteError
from coze_harness.model.process_context import ProcessContext
from coze_harness.model.trial import Trial
from coze_harness.scenarios import generate_values

_CALLS_A_TURN: Final = 5


def estimate_requests(
    trials: Sequence[Trial], replayer: ReplayRunner, world: ProcessContext
) -> int:
    """Return about how many requests holding trials with Coze will take, the bots' own included.

    What was recorded before took as many as it says. Of the rest a prompt is sent, three times
    looked after and its messages listed; a streamed one, or a workflow's, is sent and that is all.
    """
    now = datetime.fromtimestamp(world.clock.now(), UTC)
    calls = len({requested_version(trial) for trial in trials if not trial.options.workflow})
    for batch in batches(trials):
        looking = replayer.prefetch(batch)
        calls += sum(_calls(trial, looking, now, world) for trial in batch)
    return calls


def _calls(trial: Trial, replayer: ReplayRunner, now: datetime, world: ProcessContext) -> int:
    try:
        origin = store.read_cassette(replayer.path(trial), replayer.at_hand).origin
    except CassetteError:
        origin = None
    if origin and origin.calls:
        return origin.calls
    options = trial.options
    turns = trial.script.turns(generate_values(trial.script.generated_names, now, world.rng))
    calls = len(turns) * (1 if options.stream or options.workflow else _CALLS_A_TURN)
    calls += len({item for turn in turns for item in turn.attachments if item.is_local})
    return calls + options.create_conversation
