"""The projects of a pytest session, found from its files and opened once each."""

from __future__ import annotations

from pathlib import Path

import pytest

from coze_harness.messages import Catalogue
from coze_harness.messages.catalogue import choose_language
from coze_harness.model.errors import HarnessError
from coze_harness.project.current_process import process_to_redact, redact_for_display
from coze_harness.project.opened_project import Project, open_nearest_project
from coze_harness.pytest_plugin.trial_player import TrialPlayer


class SessionProjects:
    """Finds the project of a folder; folders of one project share it."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._process = process_to_redact()
        # By folder, and by the project's own folder.
        self._players: dict[Path, TrialPlayer] = {}

    def player_of(self, folder: Path) -> TrialPlayer:
        """Return what runs the trials of the project that a folder belongs to.

        Raises:
            SettingsError: harness.yaml or the environment is invalid.
        """
        player = self._players.get(folder)
        if player is None:
            project = open_nearest_project(folder, self._process)
            root = project.settings.root
            if root not in self._players:
                self._config.add_cleanup(project.resources.close)
                self._players[root] = TrialPlayer(project, self._config)
            player = self._players[folder] = self._players[root]
        return player

    @property
    def working_project(self) -> Project:
        """The project of the working folder, which session reports go to."""
        return self.player_of(self._process.folder).project

    def is_scenario(self, file: Path) -> bool:
        """Whether a YAML file is one of its project's scenarios, and no data of their cases.

        With an invalid harness.yaml, only files in a folder named `scenarios` count, so that tests
        that have nothing to do with it still run.
        """
        try:
            scenarios = self.player_of(file.parent).project.settings.scenarios
        except HarnessError:
            return "scenarios" in file.parent.parts
        try:
            path = file.resolve().relative_to(scenarios.resolve())
        except ValueError:
            return False
        return not any(part.startswith(".") or part == "cases" for part in path.parts[:-1])

    def redact(self, text: str) -> str:
        """Take the secrets of this process out of a text."""
        return redact_for_display(text, self._process)

    @property
    def words(self) -> Catalogue:
        """The texts where no project is open: in the language of the environment or the locale."""
        return Catalogue(choose_language("", self._process.environment))

    def message(self, error: HarnessError, project: Project | None = None) -> str:
        """Describe an error as the command line does, in the language of its project."""
        words = project.words if project else self.words
        return self.redact("\n".join(error.lines(words)))

    def failure(self, error: HarnessError, project: Project | None = None) -> BaseException:
        """Make the exception by which pytest shows an error without a traceback."""
        return pytest.fail.Exception(self.message(error, project), pytrace=False)


_PROJECTS = pytest.StashKey[SessionProjects]()


def session_projects(config: pytest.Config) -> SessionProjects:
    """Return the projects of a session."""
    if _PROJECTS not in config.stash:
        config.stash[_PROJECTS] = SessionProjects(config)
    return config.stash[_PROJECTS]
