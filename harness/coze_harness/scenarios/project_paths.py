"""The folders of a project, and the paths inside it.

Paths are text here: for two thousand files, pathlib would take longer than reading their YAML.
"""

# ruff: noqa: PTH100, PTH118, PTH122, PTH123  (the reason is given above)

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from coze_harness.messages import message
from coze_harness.messages.os_error_reason import os_error_reason
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location
from coze_harness.model.project_code import KindModule, ProjectCode


@dataclass(frozen=True, slots=True)
class ProjectPaths:
    """The folders that scenario files may use files of, and the default user.

    Both folders are absolute and real (no symbolic links); `user_id` is sent where a scenario
    has none. `kind_modules` are the project's modules with kinds of expectations.
    """

    root: Path
    scenarios: Path
    user_id: str = "coze-harness"
    kind_modules: tuple[KindModule, ...] = ()
    code: ProjectCode = field(init=False, repr=False, compare=False)
    _prefix: str = field(init=False, repr=False, compare=False)
    _scenarios_prefix: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_prefix", os.path.realpath(self.root).rstrip(os.sep) + os.sep)
        folder = os.path.realpath(self.scenarios).rstrip(os.sep) + os.sep
        object.__setattr__(self, "_scenarios_prefix", folder)
        object.__setattr__(self, "code", ProjectCode(str(self.root), self.kind_modules))

    def contains(self, path: str) -> bool:
        """Tell whether a path is inside the project once its symbolic links are resolved."""
        return (os.path.realpath(path) + os.sep).startswith(self._prefix)

    def display_path(self, path: str) -> str:
        """Return an absolute path as outputs show it: from the project, with forward slashes."""
        return path.removeprefix(self._prefix).replace(os.sep, "/")

    def folder(self, path: str) -> str:
        """Return a scenario file's folder below the scenarios folder; "" for that one itself."""
        below = path.removeprefix(self._scenarios_prefix)
        below = self.display_path(path) if below == path else below.replace(os.sep, "/")
        return below.rpartition("/")[0]


def join_path(start: str, path: str) -> str:
    """Return a path relative to a folder as a path of its own, without `..`."""
    return os.path.normpath(os.path.join(start, path))


def absolute_path(path: Path | str) -> str:
    """Return a path relative to the working folder as an absolute one, without `..`."""
    return os.path.abspath(path)


def split_path(path: str) -> tuple[str, str, str]:
    """Return a path's folder, and its name's stem and suffix."""
    folder, name = os.path.split(path)
    return folder, *os.path.splitext(name)


def read_content(path: str, display_path: str, limit: int = -1) -> bytes:
    """Return a file's bytes, at most `limit` of them.

    Raises:
        ScenarioError: it cannot be read; `display_path` is named.
    """
    try:
        with open(path, "rb", buffering=0 if limit < 0 else -1) as file:
            return file.read(limit)
    except OSError as error:
        raise ScenarioError(
            message("file.unreadable", reason=os_error_reason(error)),
            where=Location(display_path),
            next_step=message("file.unreadable.next"),
        ) from error
