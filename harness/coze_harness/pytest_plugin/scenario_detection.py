"""A quick check whether a YAML file can be a scenario, without loading the settings.

pytest asks about every file of every session, and importing the rooms that can answer takes a
hundred times as long as this check. It never says no to a scenario file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_SUFFIXES: Final = (".yaml", ".yml")
_SETTINGS: Final = "harness.yaml"
_FOLDER: Final = "scenarios"
_FOLDER_KEY = re.compile(r"^scenarios\s*:\s*(?P<value>.*)$", re.MULTILINE)
_PLAIN_PATH = re.compile(r"[\w./-]+")


class ScenarioDetector:
    """Finds the scenarios folder of a file's project; remembers it for each folder."""

    def __init__(self) -> None:
        self._scenarios: dict[Path, Path | None] = {}

    def is_candidate(self, file: Path) -> bool:
        """Whether a file can be a scenario of the nearest project."""
        if file.suffix not in _SUFFIXES:
            return False
        folder = file.parent
        if folder not in self._scenarios:
            self._scenarios[folder] = _scenarios_of(folder)
        scenarios = self._scenarios[folder]
        if scenarios is None:
            return _FOLDER in folder.parts
        return scenarios == Path() or file.is_relative_to(scenarios)


def _scenarios_of(folder: Path) -> Path | None:
    """Find the scenarios folder that the nearest harness.yaml names.

    `Path()` means a value that needs a YAML parser, None for a missing harness.yaml.
    """
    for parent in (folder, *folder.parents):
        settings = parent / _SETTINGS
        if settings.is_file():
            match = _FOLDER_KEY.search(settings.read_text("utf-8", "replace"))
            value = match["value"].partition(" #")[0].strip().strip("'\"") if match else _FOLDER
            return parent / value if _PLAIN_PATH.fullmatch(value) and ".." not in value else Path()
    return None
