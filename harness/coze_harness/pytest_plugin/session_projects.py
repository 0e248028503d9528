"""The projects that a pytest session meets: each opened once, found from its files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from coze_harness.commands.current_process import current_process
from coze_harness.commands.project import Project
from coze_harness.config import load_settings
from coze_harness.model.errors import HarnessError
from coze_harness.model.process_context import ProcessContext
from coze_harness.pytest_plugin.trial_player import Player, player


@dataclass(frozen=True, slots=True)
class Projects:
    """Opens the project that a folder belongs to; folders of one project share it."""

    world: ProcessContext
    _opened: dict[Path, Project] = field(default_factory=dict)
    _by_root: dict[Path, Project] = field(default_factory=dict)
    _players: dict[Path, Player] = field(default_factory=dict)

    def of(self, folder: Path) -> Project:
        """Return the project of a folder: that of the nearest harness.yaml from there upward.

        Where there is none, it is the folder that pytest was started in.

        Raises:
            SettingsError: harness.yaml or the environment is wrong.
        """
        project = self._opened.get(folder)
        if project is None:
            settings = load_settings(folder, self.world.environment)
            if settings.file is None:
                settings = load_settings(self.world.folder, self.world.environment)
            project = self._by_root.setdefault(settings.root, Project(settings, self.world))
            self._opened[folder] = project
        return project

    def player(self, session: pytest.Session, project: Project) -> Player:
        """Return what plays a project's trials, the same for all of its files."""
        found = self._players.get(project.settings.root)
        if found is None:
            found = self._players[project.settings.root] = player(session, project)
        return found

    def holds_scenario(self, file: Path) -> bool:
        """Tell whether a YAML file is one of a project's scenarios, and no data of theirs.

        A harness.yaml that cannot be read counts only for files in a folder called `scenarios`, so
        that it does not stop tests that have nothing to do with it.
        """
        try:
            scenarios = self.of(file.parent).settings.scenarios
        except HarnessError:
            return "scenarios" in file.parent.parts
        try:
            inside = file.resolve().relative_to(scenarios.resolve())
        except ValueError:
            return False
        return not any(part.startswith(".") or part == "cases" for part in inside.parts[:-1])


_KEY = pytest.StashKey[Projects]()


def projects(config: pytest.Config) -> Projects:
    """Return the session's projects."""
    if _KEY not in config.stash:
        config.stash[_KEY] = Projects(current_process())
    return config.stash[_KEY]
