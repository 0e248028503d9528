"""How far a run is, from what it writes into its folder: server-sent events of a page."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coze_harness.messages import Catalogue, message
from coze_harness.model import JSON
from coze_harness.results.run_folder import TRIALS
from coze_harness.server.report_files import PAGE, ReportFiles
from coze_harness.text.json_text import dump_json

_QUIET_LOOKS: Final = 30
_CHUNK: Final = 1 << 20
_RECONNECT: Final = b"retry: 2000\n\n"
# A comment: it shows that the other side is still there.
_NOTHING: Final = b":\n\n"


class TrialCounter:
    """Counts the finished trials of a run that goes on: the lines of a growing trials.jsonl."""

    def __init__(self) -> None:
        self._file = (0, 0)
        self._read = 0
        self._lines = 0

    def count(self, path: Path) -> int:
        """Return the number of whole lines; only what is new is read."""
        try:
            with path.open("rb") as file:
                status = os.fstat(file.fileno())
                identity = (status.st_dev, status.st_ino)
                if identity != self._file or status.st_size < self._read:
                    self._file, self._read, self._lines = identity, 0, 0
                file.seek(self._read)
                while chunk := file.read(_CHUNK):
                    self._lines += chunk.count(b"\n")
                    self._read += len(chunk)
        except OSError:
            return 0
        return self._lines


@dataclass(frozen=True, slots=True)
class RunState:
    """The finished trials of a run, and which page it has: `None` for none."""

    done: int
    page: tuple[int, int, int] | None


def read_state(files: ReportFiles, run: str, counter: TrialCounter) -> RunState:
    """Return the state of a run; `counter` has been used for this run only."""
    folder = files.find(run)
    if folder is None:
        return RunState(0, None)
    try:
        status = (folder / PAGE).stat()
        page = (status.st_ino, status.st_size, status.st_mtime_ns)
    except OSError:
        page = None
    return RunState(counter.count(folder / TRIALS), page)


async def run_events(
    files: ReportFiles,
    run: str,
    words: Catalogue,
    *,
    is_waiting: bool,
    is_closing: Callable[[], bool],
    look_seconds: float,
) -> AsyncIterator[bytes]:
    """Yield server-sent events of a run: ``progress`` when it has more trials, and ``finished``.

    ``finished`` means that the run has another page than before, and the browser should load it.

    Args:
        files: the folder of runs.
        run: the run's id or ``latest``, which may become another run.
        words: the language of texts in events.
        is_waiting: whether the browser shows no page of the run yet.
        is_closing: whether the server ends.
        look_seconds: the time between two looks at the run's folder.
    """
    counter = TrialCounter()
    before = await asyncio.to_thread(read_state, files, run, counter)
    yield _RECONNECT
    if is_waiting or before.page is None:
        before = RunState(-1, None)
    quiet = 0
    while not is_closing():
        state = await asyncio.to_thread(read_state, files, run, counter)
        if state.page is not None and state.page != before.page:
            yield _event({"type": "finished"})
        elif state.done != before.done:
            text = words.text(message("view.waiting.done", n=state.done))
            yield _event({"type": "progress", "done": state.done, "total": None, "text": text})
        elif quiet >= _QUIET_LOOKS:
            yield _NOTHING
        quiet = quiet + 1 if state == before and quiet < _QUIET_LOOKS else 0
        before = state
        await asyncio.sleep(look_seconds)


def _event(data: JSON) -> bytes:
    return b"data: %b\n\n" % dump_json(data)
