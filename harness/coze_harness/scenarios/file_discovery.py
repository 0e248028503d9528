"""Which files the words of a command line mean."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from coze_harness.model.errors import UsageError
from coze_harness.scenarios.project_paths import ProjectPaths, join_path
from coze_harness.scenarios.scenario import Scenario
from coze_harness.text.spelling import suggest_word

_SUFFIXES = (".yaml", ".yml")
_DATA = "cases"


@dataclass(frozen=True, slots=True)
class FileSelection:
    """What the words mean: files to load, and of the loaded scenarios those that are wanted.

    `names` are the words that are no path, hence scenarios' names; beside them, `whole` are the
    files all of whose scenarios are wanted, as the project shows them. Without names, everything
    loaded is wanted.
    """

    files: tuple[str, ...]
    whole: frozenset[str]
    names: tuple[str, ...]

    def select(self, scenarios: Iterable[Scenario]) -> Iterable[Scenario]:
        """Return the wanted scenarios.

        Raises:
            UsageError: a word is neither a path nor a scenario's name.
        """
        if not self.names:
            return scenarios
        loaded = list(scenarios)
        known = [scenario.name for scenario in loaded]
        for name in self.names:
            if name not in known:
                raise UsageError(
                    f'There is no file, folder or scenario "{name}".{suggest_word(name, known)}',
                    next_step="`coze-harness list` shows the scenarios.",
                )
        names = frozenset(self.names)
        return [s for s in loaded if s.name in names or s.file in self.whole]


def find_files(words: Sequence[str], project: ProjectPaths, start: Path) -> FileSelection:
    """Find the scenario files that words mean; without words, all of the scenarios folder.

    In folders, hidden ones and folders called `cases` are passed over: the latter hold data.

    Args:
        words: files, folders, or names of scenarios.
        project: whose files.
        start: the folder that relative paths count from.

    Raises:
        UsageError: a path leads out of the project, or the scenarios folder is not there.
    """
    files: dict[str, None] = {}
    names: list[str] = []
    for word in words:
        path = join_path(str(start), word) if word and "\0" not in word else ""
        if not path or not Path(path).exists():
            names.append(word)
            continue
        path = os.path.realpath(path)
        if not project.holds(path):
            raise UsageError(
                f'"{word}" leads out of the project ({project.root}).',
                next_step="Give a path inside it, or run the command in the other project.",
            )
        files.update(dict.fromkeys(_below(path, project) if Path(path).is_dir() else [path]))
    # Asked for beside names only.
    whole = frozenset([project.shown(path) for path in files] if names else ())
    if names or not words:
        folder = str(project.scenarios)
        if not project.scenarios.is_dir():
            raise UsageError(
                f'There is no folder "{project.shown(folder)}" for scenarios.',
                next_step="`coze-harness init` makes one; `scenarios:` in harness.yaml names it.",
            )
        files.update(dict.fromkeys(_below(os.path.realpath(folder), project)))
    return FileSelection(tuple(files), whole, tuple(names))


def _below(folder: str, project: ProjectPaths) -> Iterator[str]:
    """Yield the YAML files in a folder and those in it, in the order of their names."""
    with os.scandir(folder) as listing:
        entries = sorted(listing, key=lambda entry: entry.name)
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            if entry.name != _DATA:
                yield from _below(entry.path, project)
        elif entry.name.endswith(_SUFFIXES) and entry.is_file():
            if entry.is_symlink() and not project.holds(entry.path):
                raise UsageError(
                    f'"{project.shown(entry.path)}" links to a place outside the project.',
                    next_step="Take the link out, or copy the file.",
                )
            yield entry.path
