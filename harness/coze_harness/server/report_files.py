"""Which files of a folder of runs may be served: the reports of runs, and nothing else."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from io import FileIO
from pathlib import Path
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from coze_harness.messages import Language
from coze_harness.model.errors import ResultsError
from coze_harness.reporting.html.page_templates import PageLayout
from coze_harness.results.run_folder import LATEST, RUN, TRIALS, check_run_id

PAGE: Final = "index.html"
_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        PAGE: "text/html; charset=utf-8",
        RUN: "application/json",
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


class ServedReports(Struct, frozen=True, kw_only=True):
    """A folder of runs.

    `run` (an id or ``latest``) is shown first, and `language` is for a browser that asks for
    neither English nor Chinese.
    """

    root: Path
    run: str
    language: Language

    def open_list(self) -> OpenReport | None:
        """Open the list of runs; `None` if there is none."""
        return _open(self.root / PAGE, _TYPES[PAGE])

    def open(self, run: str, name: str) -> OpenReport | None:
        """Open a report of a run; `None` if there is none that may be served."""
        folder = self.find(run)
        if folder is None or name not in _TYPES:
            return None
        return _open(folder / name, _TYPES[name])

    def find(self, run: str) -> Path | None:
        """Return the folder of a run; `None` if there is none in this folder.

        Args:
            run: the run's id or ``latest``. The latter may be a link, to a folder next to it.
        """
        folder = self.root / run
        try:
            if run != LATEST:
                check_run_id(run)
                if folder.is_symlink():
                    return None
            elif folder.resolve().parent != self.root.resolve():
                return None
            is_run = any((folder / name).is_file() for name in (RUN, TRIALS))
        except (ResultsError, OSError, ValueError):
            return None
        return folder if is_run else None


def asset(name: str) -> tuple[bytes, str] | None:
    """Return style or script of pages in the layout `folder`, and its media type.

    These are this version's own. What the run's folder has under these names might be anything, and
    the page's policy allows it to run.
    """
    data = PageLayout("folder").files().get(name)
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
