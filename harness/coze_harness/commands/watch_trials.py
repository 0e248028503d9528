"""Judge trials again whenever one of their files changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coze_harness.cassettes.cassette_files import check_cassettes_reachable
from coze_harness.commands.project import Project, TrialSelection
from coze_harness.expectations.function_reference import forget_modules, project_modules
from coze_harness.messages import message
from coze_harness.model import TrialResult
from coze_harness.model.errors import UsageError
from coze_harness.model.trial import Trial

_DEBOUNCE: Final = 50
"""Milliseconds without a change after which files count as saved."""
_STEP: Final = 20
_TIMEOUT: Final = 200


@dataclass(frozen=True, slots=True)
class JudgedChange:
    """The results after files changed; `files` are their paths from the project's folder."""

    files: Sequence[str]
    results: Sequence[TrialResult]


def wait_for_changes(project: Project) -> Iterator[frozenset[str]]:
    """Yield the paths of files that changed together, as the project shows them; never ends.

    Watches harness.yaml, the scenarios, the recordings if they are local, and the project's own
    modules that expectations have imported. Yields nothing (an empty set) as soon as it watches,
    and while nothing changes.

    Raises:
        UsageError: the package that watches is missing.
    """
    try:
        from watchfiles import watch  # an extra
    except ImportError as error:
        raise UsageError(
            message("watch.package"), next_step=message("watch.package.next")
        ) from error
    settings = project.settings
    root = str(settings.root)
    places = [settings.file, settings.scenarios, settings.cassettes]
    watched = [place for place in places if isinstance(place, Path) and place.exists()]
    # A module that is imported later counts as edited if that was after this moment.
    began = int(project.process.clock.now() * 1e9)
    modules = _module_times(root)
    for changes in watch(
        *watched,
        debounce=_DEBOUNCE,
        step=_STEP,
        rust_timeout=_TIMEOUT,
        yield_on_timeout=True,
        raise_interrupt=True,
    ):
        before, modules = modules, _module_times(root)
        edited = [
            file for file, time in modules.items() if time != before.get(file, min(time, began))
        ]
        paths = map(Path, [*(path for _change, path in changes), *edited])
        yield frozenset(project.folders.display_path(p) for p in paths if p.name[0] != ".")


def _module_times(root: str) -> dict[str, int]:
    """Return when the project's imported modules were edited, in nanoseconds, by file.

    They can be in any folder of the project, most of whose other folders must not be watched.
    """
    times: dict[str, int] = {}
    for file in project_modules(root).values():
        with suppress(OSError):
            times[file] = Path(file).stat().st_mtime_ns
    return times


def judge_again(project: Project, selection: TrialSelection, files: frozenset[str]) -> JudgedChange:
    """Replay and judge the selected trials that changed files concern.

    If only scenario files changed, these are their trials, else all; no report is written.

    Args:
        project: the project, opened after the change.
        selection: the trials of the run.
        files: what changed.

    Raises:
        HarnessError: the files cannot be used as they are now.
    """
    check_cassettes_reachable(project.settings.cassettes)
    if any(file.endswith(".py") for file in files):
        forget_modules(str(project.settings.root))
    trials = project.select_trials(selection)
    concerned = _concerned(trials, files)
    runner = project.replayer
    redactor = runner.redactor
    return JudgedChange(sorted(files), [runner.replay(trial, redactor) for trial in concerned])


def _concerned(trials: Sequence[Trial], files: frozenset[str]) -> Sequence[Trial]:
    """Return the trials of changed scenario files and cassettes; all if another file changed."""
    sources = {trial.key.file for trial in trials} | {trial.key.cassette for trial in trials}
    if not files <= sources:
        return trials
    return [trial for trial in trials if {trial.key.file, trial.key.cassette} & files]
