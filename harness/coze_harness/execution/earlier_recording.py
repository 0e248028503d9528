"""What a trial's earlier recording, or that of a candidate's baseline, is of use for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from coze_harness.cassettes import cassette_files as store
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.expectations import asks_for
from coze_harness.messages import UserText, message
from coze_harness.model.errors import CassetteError, CassetteMissingError
from coze_harness.model.trial import Trial, Turn


class CandidateContext(Struct, frozen=True):
    """The baseline of a recorded candidate; recording a candidate does not change it.

    `baseline` is its trial, if there is one: the recording of it has the generated values,
    the pace and the answers for `same_as_baseline`. `options` are request fields that override the
    scenario.
    """

    baseline: Trial | None
    options: Mapping[str, str]


class EarlierRecording(Struct, frozen=True):
    """What the earlier recording of a trial, or of the candidate's baseline, says about it.

    `trial` has the recording; `None` if there is none. `is_candidates`: it is the baseline of a
    candidate.
    """

    trial: Trial | None
    replayer: ReplayRunner
    is_candidates: bool

    def generated_values(self, names: frozenset[str]) -> dict[str, str]:
        """Return the values of a candidate's baseline: both are sent the same prompts."""
        if not self.is_candidates or self.trial is None or not names:
            return {}
        info = self.replayer.origin(self.trial)
        values = info.generated_values if info else {}
        return {name: values[name] for name in names if name in values}

    def answers(self, turns: Sequence[Turn]) -> Sequence[str | None]:
        """Return the baseline's answers, where an expectation compares with them."""
        expectations = (one for turn in turns for one in turn.expectations)
        kinds = ("same_as_baseline", "judge")
        if self.trial and any(asks_for(one, kind) for one in expectations for kind in kinds):
            return self.replayer.answers(self.trial)
        return ()

    def poll_durations(self, warn: Callable[[UserText], None]) -> tuple[float, ...]:
        """Return how long the recorded chats took, in seconds: polling starts near that.

        `warn` receives a warning about an unreadable recording that is replaced.
        """
        if self.trial is None:
            return ()
        try:
            path = self.replayer.path(self.trial)
            return store.read_cassette(path, self.replayer.prefetched).poll_durations
        except CassetteMissingError:
            return ()
        except CassetteError as error:
            if not self.is_candidates:
                warn(message("live.recorded_again", where=str(error.where), what=error.what))
            return ()
