"""The scenario files that the arguments of a command select."""

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
_CASES_FOLDER = "cases"


@dataclass(frozen=True, slots=True)
class FileSelection:
    """The files to load, and how to select from their scenarios.

    `names` are the arguments that are not paths, hence names of scenarios; besides them, all
    scenarios of the files in `whole` are selected, given as the project shows them. Without
    names, everything loaded is selected.
    """

    files: tuple[str, ...]
    whole: frozenset[str]
    names: tuple[str, ...]

    def select(self, scenarios: Iterable[Scenario]) -> Iterable[Scenario]:
        """Return the selected scenarios.

        Raises:
            UsageError: an argument is neither a path nor the name of a scenario.
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


def find_files(arguments: Sequence[str], project: ProjectPaths, start: Path) -> FileSelection:
    """Find the scenario files that arguments select; without arguments, the whole scenarios folder.

    In folders, hidden ones and folders called `cases` are skipped: the latter contain data.

    Args:
        arguments: files, folders, or names of scenarios.
        project: the project that the files belong to.
        start: the folder that relative paths start from.

    Raises:
        UsageError: a path is outside the project, or the scenarios folder is missing.
    """
    files: dict[str, None] = {}
    names: list[str] = []
    for argument in arguments:
        path = join_path(str(start), argument) if argument and "\0" not in argument else ""
        if not path or not Path(path).exists():
            names.append(argument)
            continue
        path = os.path.realpath(path)
        if not project.holds(path):
            raise UsageError(
                f'"{argument}" is outside the project ({project.root}).',
                next_step="Give a path inside it, or run the command in the other project.",
            )
        files.update(dict.fromkeys(_below(path, project) if Path(path).is_dir() else [path]))
    # Only names need it.
    whole = frozenset([project.shown(path) for path in files] if names else ())
    if names or not arguments:
        folder = str(project.scenarios)
        if not project.scenarios.is_dir():
            raise UsageError(
                f'There is no folder "{project.shown(folder)}" for scenarios.',
                next_step="Run `coze-harness init`, or set `scenarios:` in harness.yaml.",
            )
        files.update(dict.fromkeys(_below(os.path.realpath(folder), project)))
    return FileSelection(tuple(files), whole, tuple(names))


def _below(folder: str, project: ProjectPaths) -> Iterator[str]:
    """Yield the YAML files in a folder and its subfolders, in the order of their names."""
    with os.scandir(folder) as listing:
        entries = sorted(listing, key=lambda entry: entry.name)
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            if entry.name != _CASES_FOLDER:
                yield from _below(entry.path, project)
        elif entry.name.endswith(_SUFFIXES) and entry.is_file():
            if entry.is_symlink() and not project.holds(entry.path):
                raise UsageError(
                    f'"{project.shown(entry.path)}" links to a file outside the project.',
                    next_step="Remove the link, or copy the file.",
                )
            yield entry.path
