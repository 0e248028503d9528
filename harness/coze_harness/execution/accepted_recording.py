"""A candidate's recording as that of a scenario's trial."""

from __future__ import annotations

from collections.abc import Sequence

from coze_harness.cassettes import Recording, RecordingInfo
from coze_harness.coze import fingerprint
from coze_harness.coze.request_fingerprint import with_bot_version
from coze_harness.model import replace
from coze_harness.model.trial import Trial, Turn


def without_overrides(recording: Recording, trial: Trial) -> Recording:
    """Return a recording whose requests name the bot's version as the trial's scenario does."""
    interactions = [
        replace(
            item,
            request_body=with_bot_version(
                item.target.partition("?")[0], item.request_body, trial.bot.id, trial.options
            ),
        )
        for item in recording.interactions
    ]
    return replace(recording, interactions=tuple(interactions))


def accepted_info(info: RecordingInfo, trial: Trial, turns: Sequence[Turn]) -> RecordingInfo:
    """Return what a candidate's recording says about itself once it is a trial's recording."""
    return replace(
        info,
        trial=trial.key.id,
        fingerprint=fingerprint(trial.bot, trial.options, turns, trial.tester),
        candidate=None,
    )
