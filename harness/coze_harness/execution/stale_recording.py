"""Why a trial has no usable recording: it is missing, or of other requests than are sent now."""

from __future__ import annotations

from coze_harness.messages import LocalizedText, literal, message
from coze_harness.messages.shell_word import shell_word
from coze_harness.model.errors import CassetteMissingError, CassetteStaleError
from coze_harness.model.location import Location
from coze_harness.model.trial import Trial


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

    `what` says what changed, and `changes` how.
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
