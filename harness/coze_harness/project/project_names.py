"""Names in a project, for shells to complete: quickly, and without errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Final

from coze_harness.model.errors import HarnessError
from coze_harness.project.opened_project import Project
from coze_harness.results.run_folder import RUN
from coze_harness.scenarios import Scenario, find_files, load_scenarios

_MAX_FILES: Final = 300
"""How many scenario files are loaded, in 0.1 s: whoever presses Tab waits."""


def scenario_names(project: Project, prefix: str) -> list[str]:
    """Return the names of scenarios that begin with a text, sorted."""
    names = {one.name for one in _scenarios(project, prefix) if one.name.startswith(prefix)}
    return sorted(names)


def tag_names(project: Project, prefix: str) -> list[str]:
    """Return the tags of scenarios that begin with a text, sorted."""
    tags = {tag for one in _scenarios(project, prefix) for tag in one.tags}
    return sorted(tag for tag in tags if tag.startswith(prefix))


def bot_names(project: Project, prefix: str) -> list[str]:
    """Return the names under `bots:` that begin with a text, in their order."""
    return [name for name in project.settings.bots if name.startswith(prefix)]


def run_names(project: Project, prefix: str) -> list[str]:
    """Return `latest` and the ids of runs that begin with a text, newest first."""
    reports = project.settings.reports
    folders = reports.iterdir() if isinstance(reports, Path) and reports.is_dir() else ()
    runs = [one.name for one in folders if (one / RUN).is_file() and not one.is_symlink()]
    return [name for name in ("latest", *sorted(runs, reverse=True)) if name.startswith(prefix)]


def _scenarios(project: Project, prefix: str) -> Iterator[Scenario]:
    """Yield scenarios of files that have a text in name or content; those with errors have none."""
    paths = project.paths
    encoded_prefix = prefix.encode("utf-8", "surrogateescape")
    files = map(Path, find_files((), paths, project.process.folder).files)
    fitting = (path for path in files if prefix in path.stem or encoded_prefix in path.read_bytes())
    for path in islice(fitting, _MAX_FILES):
        with suppress(HarnessError):
            yield from load_scenarios([path], paths)


FINDERS: Final[Mapping[str, Callable[[Project, str], list[str]]]] = MappingProxyType(
    {"scenarios": scenario_names, "tags": tag_names, "bots": bot_names, "runs": run_names}
)
"""Functions that return the names of a kind that begin with a text."""
