"""The scenario files that the arguments of a command select."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from coze_harness.messages import message
from coze_harness.model.errors import UsageError
from coze_harness.model.trial import Trial
from coze_harness.scenarios.project_paths import ProjectPaths, join_path
from coze_harness.scenarios.scenario import Scenario
from coze_harness.text.spelling import with_suggestion

_SUFFIXES = (".yaml", ".yml")
_CASES_FOLDER = "cases"


class FileSelection(Struct, frozen=True):
    """The files to load, and how to select from their scenarios and trials.

    `names` are the arguments that are not paths, hence names of scenarios or ids of trials; besides
    them, all scenarios of the files in `whole` are selected, given as the project shows them.
    Without names, everything loaded is selected.
    """

    files: tuple[str, ...]
    whole: frozenset[str]
    names: tuple[str, ...]

    def select(self, scenarios: Iterable[Scenario]) -> Iterable[Scenario]:
        """Return the selected scenarios, and those of selected trials.

        Raises:
            UsageError: an argument is neither a path nor the name of a scenario, and cannot be the
                id of a trial.
        """
        if not self.names:
            return scenarios
        all_scenarios = list(scenarios)
        known_names = {scenario.name for scenario in all_scenarios}
        selected_names: set[str] = set()
        for name in self.names:
            matches = {name} & known_names
            if not matches:
                matches = {one for one in known_names if _is_trial_of(name, one)}
            if not matches:
                raise _unknown(name, known_names)
            selected_names |= matches
        return [s for s in all_scenarios if s.name in selected_names or s.file in self.whole]

    def select_trials(self, trials: Sequence[Trial]) -> Sequence[Trial]:
        """Return the selected trials of the selected scenarios.

        Raises:
            UsageError: an argument is the id of no trial.
        """
        if not self.names:
            return trials
        scenarios = {trial.key.scenario for trial in trials}
        ids = {trial.key.id for trial in trials}
        for name in self.names:
            if name not in scenarios and name not in ids:
                raise _unknown(name, ids)
        names = frozenset(self.names)
        return [
            trial
            for trial in trials
            if trial.key.scenario in names or trial.key.id in names or trial.key.file in self.whole
        ]


def _is_trial_of(name: str, scenario: str) -> bool:
    """Return whether a text can be the id of a trial: bot, case and number follow the scenario."""
    return name.startswith(scenario) and name[len(scenario) : len(scenario) + 1] in {"@", "[", "#"}


def _unknown(name: str, known_names: Iterable[str]) -> UsageError:
    what = with_suggestion(message("selection.unknown", name=name), name, sorted(known_names))
    return UsageError(what, next_step=message("selection.unknown.next"))


def find_files(arguments: Sequence[str], project: ProjectPaths, start: Path) -> FileSelection:
    """Find the scenario files that arguments select; without arguments, the whole scenarios folder.

    In folders, hidden ones and folders called `cases` are skipped: the latter contain data.

    Args:
        arguments: files, folders, names of scenarios, or ids of trials.
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
        if not project.contains(path):
            raise UsageError(
                message("selection.outside", path=argument, project=str(project.root)),
                next_step=message("selection.outside.next"),
            )
        files.update(dict.fromkeys(_below(path, project) if Path(path).is_dir() else [path]))
    # Only names need it.
    whole = frozenset([project.display_path(path) for path in files] if names else ())
    if names or not arguments:
        folder = str(project.scenarios)
        if not project.scenarios.is_dir():
            raise UsageError(
                message("selection.folder", folder=project.display_path(folder)),
                next_step=message("selection.folder.next"),
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
            if entry.is_symlink() and not project.contains(entry.path):
                raise UsageError(
                    message("selection.link", path=project.display_path(entry.path)),
                    next_step=message("selection.link.next"),
                )
            yield entry.path
