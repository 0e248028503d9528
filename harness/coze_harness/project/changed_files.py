"""Watches the files of a project."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from coze_harness.expectations.function_reference import forget_modules, project_modules
from coze_harness.messages import message
from coze_harness.model.errors import UsageError
from coze_harness.project.opened_project import Project

_DEBOUNCE: Final = 50
"""Milliseconds without a change after which files count as saved."""
_STEP: Final = 20
_TIMEOUT: Final = 200


def wait_for_changes(project: Project) -> Iterator[frozenset[str]]:
    """Yield the paths of files that changed together, as the project shows them; never ends.

    Watches harness.yaml, the scenarios, the recordings if they are local, and the project's own
    modules that expectations have imported; these are imported again after a change. Yields
    nothing (an empty set) as soon as it watches, and while nothing changes.

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
    existing = [place for place in places if isinstance(place, Path) and place.exists()]
    # A module that is imported later counts as edited if that was after this moment.
    began = int(project.process.clock.now() * 1e9)
    modules = _module_times(root)
    for changes in watch(
        *existing,
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
        files = frozenset(project.folders.display_path(p) for p in paths if p.name[0] != ".")
        if any(file.endswith(".py") for file in files):
            forget_modules(root)
        yield files


def _module_times(root: str) -> dict[str, int]:
    """Return when the project's imported modules were edited, in nanoseconds, by file.

    They can be in any folder of the project, most of whose other folders must not be watched.
    """
    times: dict[str, int] = {}
    for file in project_modules(root).values():
        with suppress(OSError):
            times[file] = Path(file).stat().st_mtime_ns
    return times
