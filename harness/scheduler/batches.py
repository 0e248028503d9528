"""Replay over several processes: threads would share one interpreter lock, and replay never waits.

Written against `concurrent.futures`, so that any executor of that shape can take the batches.
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from typing import Final, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

BATCH: Final = 100
_WORTH_IT: Final = 300
_AHEAD: Final = 3


def in_batches(
    work: Callable[[Sequence[Item]], Result],
    items: Sequence[Item],
    *,
    workers: int,
    size: int = BATCH,
) -> Iterator[Result]:
    """Apply `work` to batches of the items and yield what it returns, in order of completion.

    Few items, or one worker, are worked on right here. `work`, items and results must be picklable.
    Closing the iterator drops the batches that have not begun.
    """
    if workers < 2 or len(items) < _WORTH_IT:
        for batch in _batches(items, min(size, 16)):
            yield work(batch)
        return
    with ProcessPoolExecutor(
        workers, mp_context=_context(), initializer=_leave_interrupts_to_parent
    ) as pool:
        yield from over(pool, work, _batches(items, size), ahead=workers * _AHEAD)


def over(
    pool: Executor,
    work: Callable[[Sequence[Item]], Result],
    batches: Iterator[Sequence[Item]],
    *,
    ahead: int,
) -> Iterator[Result]:
    """Hand batches to an executor, never more than `ahead` at a time, and yield their results."""
    pending: set[Future[Result]] = set()
    try:
        for batch in batches:
            pending.add(pool.submit(work, batch))
            if len(pending) >= ahead:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    finally:
        for future in pending:
            future.cancel()


def _batches(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _leave_interrupts_to_parent() -> None:
    """Ctrl-C reaches the whole process group; only the parent knows what to do about it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _context() -> multiprocessing.context.BaseContext:
    """Return how processes are started: by forking where that is safe, which saves the imports."""
    if "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1:
        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")
