"""Why a trial has no usable recording: it is missing, or of other requests than are sent now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from coze_harness.cassettes import Recording
from coze_harness.cassettes.request_difference import request_differences
from coze_harness.coze.request_fingerprint import prompt_bodies, recorded_prompt_bodies
from coze_harness.messages import LocalizedText, literal, message
from coze_harness.model import JSON
from coze_harness.model.errors import CassetteMissingError, CassetteStaleError
from coze_harness.model.location import Location
from coze_harness.model.trial import Trial, Turn
from coze_harness.text.shell_word import shell_word

_MAX_CHANGES: Final = 12


def missing_recording_error(trial: Trial, path: str, record_command: str) -> CassetteMissingError:
    """Return the error for a trial that was never recorded."""
    return CassetteMissingError(
        message("replay.missing", trial=trial.key.id),
        where=Location(path),
        detail=(scenario_line(trial),),
        next_step=message(
            "replay.missing.next",
            command=f"coze-harness {record_command} {shell_word(trial.key.file)}",
        ),
    )


def stale_recording_error(
    trial: Trial, path: str, record_command: str, what: LocalizedText, *changes: LocalizedText
) -> CassetteStaleError:
    """Return the error for a recording that no longer answers its trial.

    Args:
        trial: the trial.
        path: the path of the recording.
        record_command: the command that records again.
        what: what changed.
        changes: how.
    """
    return CassetteStaleError(
        what,
        where=Location(path),
        detail=(scenario_line(trial), *changes),
        next_step=literal(f"coze-harness {record_command} {shell_word(trial.key.file)}"),
    )


def scenario_line(trial: Trial) -> LocalizedText:
    """Return the line of an error that says where a trial's scenario is."""
    return message("replay.scenario", location=str(trial.location))


def recording_changes(
    trial: Trial, turns: Sequence[Turn], recording: Recording
) -> Sequence[LocalizedText]:
    """Return what changed since a recording, then how, as far as its requests show it."""
    if trial.tester is not None:
        from coze_harness.execution.simulation_changes import simulation_changes

        return simulation_changes(trial, trial.tester, turns[0], recording)
    recorded = recorded_prompt_bodies(
        [
            (item.target.partition("?")[0], item.request_body, item.response_body)
            for item in recording.interactions
        ]
    )
    now = prompt_bodies(trial.bot, trial.options, turns)
    what: LocalizedText | None = None
    lines: list[LocalizedText] = []
    for turn, (before, after) in enumerate(zip(recorded, now, strict=False), 1):
        changes = request_differences(before, after)
        lines += [message("replay.turn", turn=turn, line=line) for line in changes]
        if changes and what is None:
            what = (
                message("replay.stale.prompt", trial=trial.key.id, turn=turn)
                if _prompt(before) != _prompt(after)
                else message("replay.stale.request", trial=trial.key.id, turn=turn)
            )
    if len(recorded) != len(now):
        what = what or message("replay.stale.turns", trial=trial.key.id)
        lines.append(message("replay.recorded_turns", n=len(recorded)))
        lines.append(message("replay.now_turns", n=len(now)))
    return (what or message("replay.stale", trial=trial.key.id), *lines[:_MAX_CHANGES])


def _prompt(body: JSON) -> JSON:
    return body.get("additional_messages") if isinstance(body, Mapping) else body
