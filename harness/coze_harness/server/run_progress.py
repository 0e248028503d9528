"""How far a run is, from what it writes into its folder: server-sent events of a page."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

from msgspec import Struct

from coze_harness.messages import Catalogue, LocalizedText, message
from coze_harness.model import JSON
from coze_harness.server.report_files import PAGE, TRIALS, ServedReports
from coze_harness.text.json_text import dump_json

_QUIET_POLLS: Final = 30
_CHUNK: Final = 1 << 20
_RECONNECT: Final = b"retry: 2000\n\n"
# A comment: it shows that the other side is still there.
_KEEP_ALIVE: Final = b":\n\n"


class _RunState(Struct, frozen=True):
    """How far a run is.

    `done` are its finished trials, `total` all of them as far as they are known. `page` identifies
    its page; `None` if it has none.
    """

    done: int
    total: int | None
    page: tuple[int, int, int] | None


class _RunWatch:
    """Follows the folder of a run that goes on, and reads only what is new in it."""

    def __init__(self, reports: ServedReports, run: str) -> None:
        self._reports = reports
        self._run = run
        self._trials = (0, 0)
        self._planned_trials = 0
        self._read = 0
        self._lines = 0

    def read_state(self) -> _RunState:
        folder = self._reports.find(self._run)
        if folder is None:
            return _RunState(0, None, None)
        try:
            status = (folder / PAGE).stat()
            page = (status.st_ino, status.st_size, status.st_mtime_ns)
        except OSError:
            page = None
        done = self._count_lines(folder)
        # A comparison may run trials again.
        total = self._planned_trials if 0 < self._planned_trials >= done else None
        return _RunState(done, total, page)

    def _count_lines(self, folder: Path) -> int:
        try:
            with (folder / TRIALS).open("rb") as file:
                status = os.fstat(file.fileno())
                identity = (status.st_dev, status.st_ino)
                if identity != self._trials or status.st_size < self._read:
                    self._trials, self._read, self._lines = identity, 0, 0
                    self._planned_trials = self._reports.planned_trials(folder)
                file.seek(self._read)
                while chunk := file.read(_CHUNK):
                    self._lines += chunk.count(b"\n")
                    self._read += len(chunk)
        except OSError:
            return 0
        return self._lines


async def run_events(
    reports: ServedReports,
    run: str,
    words: Catalogue,
    *,
    is_waiting: bool,
    is_closing: Callable[[], bool],
    poll_seconds: float,
) -> AsyncIterator[bytes]:
    """Yield server-sent events of a run: ``progress`` when it has more trials, and ``finished``.

    ``finished`` means that the run has another page than before, and the browser should load it.

    Args:
        reports: the folder of runs.
        run: the run's id or ``latest``, which may become another run.
        words: the language of texts in events.
        is_waiting: whether the browser shows no page of the run yet.
        is_closing: returns whether the server ends.
        poll_seconds: the time between two reads of the run's folder.
    """
    watch = _RunWatch(reports, run)
    before = await asyncio.to_thread(watch.read_state)
    yield _RECONNECT
    if is_waiting or before.page is None:
        before = _RunState(-1, None, None)
    quiet = 0
    while not is_closing():
        state = await asyncio.to_thread(watch.read_state)
        if state.page is not None and state.page != before.page:
            yield _event({"type": "finished"})
        elif state.done != before.done:
            text = words.text(_describe(state))
            progress: JSON = {
                "type": "progress",
                "done": state.done,
                "total": state.total,
                "text": text,
            }
            yield _event(progress)
        elif quiet >= _QUIET_POLLS:
            yield _KEEP_ALIVE
        quiet = quiet + 1 if state == before and quiet < _QUIET_POLLS else 0
        before = state
        await asyncio.sleep(poll_seconds)


def _describe(state: _RunState) -> LocalizedText:
    if state.total is None:
        return message("view.waiting.done", n=state.done)
    return message("view.waiting.done_of", done=state.done, n=state.total)


def _event(data: JSON) -> bytes:
    return b"data: %b\n\n" % dump_json(data)
