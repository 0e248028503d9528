"""Paths of a project, as outputs and as users name them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import overload

from msgspec import Struct

from coze_harness.storage.remote_folder import RemoteFolder


class ProjectFolders(Struct, frozen=True):
    """The project's root and the working folder; both absolute."""

    root: Path
    working: Path

    def display_path(self, path: Path | RemoteFolder) -> str:
        """Return a path as outputs show it: relative to the root if it is below it, with `/`."""
        if isinstance(path, RemoteFolder):
            return str(path)
        relative = Path(os.path.relpath(path, self.root))
        return (path if relative.parts[:1] == ("..",) else relative).as_posix()

    @overload
    def relative_path(self, path: Path) -> Path: ...
    @overload
    def relative_path(self, path: RemoteFolder) -> RemoteFolder: ...
    def relative_path(self, path: Path | RemoteFolder) -> Path | RemoteFolder:
        """Return a path as a user types it: relative to the working folder if that is shorter."""
        if isinstance(path, RemoteFolder):
            return path
        return min(Path(os.path.relpath(path, self.working)), path, key=lambda p: len(str(p)))
