"""How items get their answers: from cassettes, or from Coze with `--coze-record`."""

from __future__ import annotations

from typing import Protocol

import pytest

from harness.cassette import Redactor
from harness.model import TrialResult
from harness.ports import Trial
from harness.wiring.finished import kept
from harness.wiring.project import Project


class Player(Protocol):
    """Holds one conversation at a time."""

    def play(self, trial: Trial) -> TrialResult:
        """Return what came of a trial; whatever goes wrong is its error."""
        ...

    def line(self, result: TrialResult) -> str:
        """Return the trial's line of trials.jsonl, without secrets."""
        ...


class _Replays:
    def __init__(self, project: Project) -> None:
        self._replayer = project.replayer
        self._redactor: Redactor = project.replayer.redactor

    def play(self, trial: Trial) -> TrialResult:
        return self._replayer.replay(trial, self._redactor)

    def line(self, result: TrialResult) -> str:
        return kept(result, self._redactor)[0].decode()


def player(config: pytest.Config, project: Project) -> Player:
    """Return what plays a project's trials in this session."""
    return _Replays(project)
