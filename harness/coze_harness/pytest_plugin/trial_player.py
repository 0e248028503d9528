"""How items get their answers: from cassettes, or from Coze with `--coze-record`."""

from __future__ import annotations

import sys
from collections.abc import Generator, Sequence
from typing import Protocol, runtime_checkable

import pytest

from coze_harness.commands.project import Project
from coze_harness.model import Mode, TrialResult
from coze_harness.model.trial import Trial
from coze_harness.reporting.encoded_result import EncodedResult, encode_redacted
from coze_harness.reporting.report_formats import TrialRenderer
from coze_harness.results import decode_trial


class Player(Protocol):
    """Holds conversations."""

    def play(self, trial: Trial) -> TrialResult:
        """Return what came of a trial; what goes wrong with it is its error.

        Raises:
            HarnessError: nothing can be played at all.
        """
        ...

    def line(self, result: TrialResult) -> str:
        """Return the trial's line of trials.jsonl, without secrets."""
        ...


@runtime_checkable
class Played(Protocol):
    """An item of ours."""

    @property
    def player(self) -> Player:
        """What plays it."""
        ...

    @property
    def trials(self) -> Sequence[Trial]:
        """What is to be played."""
        ...


class _Replays:
    def __init__(self, project: Project) -> None:
        self._replayer = project.replayer
        self._redactor = project.replayer.redactor

    def play(self, trial: Trial) -> TrialResult:
        return self._replayer.replay(trial, self._redactor)

    def line(self, result: TrialResult) -> str:
        return encode_redacted(result, self._redactor)[0].decode()


class _Records:
    """Records all of a session's trials at once, and hands out each when its item asks for it.

    Conversations mostly wait: one after another they would take as long as all of them together.
    """

    def __init__(self, project: Project, session: pytest.Session) -> None:
        self._project = project
        self._session = session
        self._batches: Generator[Sequence[EncodedResult], None, None] | None = None
        self._done: dict[str, EncodedResult] = {}

    def play(self, trial: Trial) -> TrialResult:
        if self._batches is None:
            self._batches = self._begun()
        while trial.key.id not in self._done:
            self._done |= {item.id: item for item in next(self._batches)}
        return decode_trial(self._done[trial.key.id].line)

    def line(self, result: TrialResult) -> str:
        return self._done[result.key.id].line.decode()

    def _begun(self) -> Generator[Sequence[EncodedResult], None, None]:
        self._project.refuse_recording_in_ci(force=False)
        source = self._project.source(
            Mode.RECORD, workers=None, one_by_one=False, warn=_on_standard_error
        )
        mine = (item for item in self._session.items if isinstance(item, Played))
        trials = [trial for item in mine if item.player is self for trial in item.trials]
        batches = source(trials, TrialRenderer({}))
        # What has not begun when the session ends (-x) is not begun any more.
        self._session.config.add_cleanup(batches.close)
        return batches


def player(session: pytest.Session, project: Project) -> Player:
    """Return what plays a project's trials in a session."""
    if session.config.getoption("--coze-record"):
        return _Records(project, session)
    return _Replays(project)


def _on_standard_error(words: str) -> None:
    sys.stderr.write(f"{words}\n")
