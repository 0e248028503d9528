"""Which files of a folder of runs may be served: the reports of runs, and nothing else."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from io import FileIO
from pathlib import Path
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from coze_harness.messages import Catalogue, Language

PAGE: Final = "index.html"
TRIALS: Final = "trials.jsonl"
_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        PAGE: "text/html; charset=utf-8",
        "run.json": "application/json",
        TRIALS: "application/x-ndjson",
        "junit.xml": "application/xml",
        "summary.md": "text/markdown; charset=utf-8",
    }
)
_ASSET_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
)
# Never waits for the writer of a pipe, and follows no link. Windows has neither.
_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)


class OpenReport(Struct, frozen=True):
    """An opened file of `size` bytes, and its media type. Whoever gets it closes the file."""

    file: FileIO
    size: int
    media_type: str


class PageParts(Struct, frozen=True, kw_only=True):
    """What a browser gets besides the files of runs.

    Args:
        policy: the Content-Security-Policy of all pages.
        assets: style and script of pages, by name. They are this version's own: what a run's folder
            has under these names might be anything, and the policy allows it to run.
        render_waiting: returns the page of a run without a report, and its policy. It gets the
            run's name in addresses, its id, the token and the language.
    """

    policy: str
    assets: Mapping[str, bytes]
    render_waiting: Callable[[str, str, str, Catalogue], tuple[str, str]]


class ServedReports(Struct, frozen=True, kw_only=True):
    """A folder of runs, and what the server has to know about them.

    Args:
        root: the folder.
        run: the run that is shown first: an id or ``latest``.
        language: for a browser that asks for neither English nor Chinese.
        parts: what pages need besides their file.
        find: returns the folder of a run (an id or ``latest``); `None` if there is none in `root`.
        planned_trials: returns how many trials the run in a folder has; 0 if it is not known.
    """

    root: Path
    run: str
    language: Language
    parts: PageParts
    find: Callable[[str], Path | None]
    planned_trials: Callable[[Path], int]

    def open_list(self) -> OpenReport | None:
        """Open the list of runs; `None` if there is none."""
        return _open(self.root / PAGE, _TYPES[PAGE])

    def open(self, run: str, name: str) -> OpenReport | None:
        """Open a report of a run; `None` if there is none that may be served."""
        folder = self.find(run)
        if folder is None or name not in _TYPES:
            return None
        return _open(folder / name, _TYPES[name])

    def asset(self, name: str) -> tuple[bytes, str] | None:
        """Return style or script of pages, and its media type."""
        data = self.parts.assets.get(name)
        return None if data is None else (data, _ASSET_TYPES[Path(name).suffix])


def _open(path: Path, media_type: str) -> OpenReport | None:
    try:
        if path.is_symlink():  # again by the flags, where the system has them
            return None
        file = FileIO(path, opener=lambda name, _flags: os.open(name, _FLAGS))
    except (OSError, ValueError):
        return None
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        file.close()
        return None
    return OpenReport(file, status.st_size, media_type)
