"""Whether a YAML file may be a scenario, told without reading settings properly.

pytest asks about every file of every session. Importing the rooms that know takes a hundred times
as long as this look, which never says no to a file that they would take.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_SETTINGS: Final = "harness.yaml"
_FOLDER: Final = "scenarios"
_WRITTEN = re.compile(r"^scenarios\s*:\s*(?P<value>.*)$", re.MULTILINE)
_PLAIN = re.compile(r"[\w./-]+")


class Nearby:
    """Remembers what was found beside the files of a session, by folder."""

    def __init__(self) -> None:
        self._scenarios: dict[Path, Path | None] = {}

    def may_be_scenario(self, file: Path) -> bool:
        """Tell whether a YAML file may be a scenario of the nearest project."""
        folder = file.parent
        if folder not in self._scenarios:
            self._scenarios[folder] = _scenarios_of(folder)
        scenarios = self._scenarios[folder]
        if scenarios is None:
            return _FOLDER in folder.parts
        return scenarios == Path() or file.is_relative_to(scenarios)


def _scenarios_of(folder: Path) -> Path | None:
    """Return the scenarios folder of the nearest harness.yaml; `Path()` where only a parser can.

    None where there is no harness.yaml.
    """
    for place in (folder, *folder.parents):
        settings = place / _SETTINGS
        if settings.is_file():
            found = _WRITTEN.search(settings.read_text("utf-8", "replace"))
            value = found["value"].partition(" #")[0].strip().strip("'\"") if found else _FOLDER
            return place / value if _PLAIN.fullmatch(value) and ".." not in value else Path()
    return None
