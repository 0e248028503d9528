"""Replay over several processes: threads would share one interpreter lock, and replay never waits.

Written against `concurrent.futures`, so that any executor of that shape can take the batches.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from typing import Any, Final, TypeVar

from coze_harness.model.errors import WorkerLostError

Argument = TypeVar("Argument")
Item = TypeVar("Item")
Result = TypeVar("Result")

BATCH_SIZE: Final = 100
_WORTH_IT: Final = 300
_AHEAD: Final = 3


def map_in_processes(
    work: Callable[[Sequence[Item]], Result],
    items: Sequence[Item],
    *,
    workers: int,
    size: int = BATCH_SIZE,
    least: int = _WORTH_IT,
) -> Generator[Result, None, None]:
    """Apply `work` to batches of the items and yield what it returns, in order of completion.

    Fewer items than `least`, or one worker, are worked on right here. Results must be picklable;
    where processes cannot be forked, `work` and the items too. Closing the iterator drops the
    batches that have not begun.
    """
    if workers < 2 or len(items) < least:
        for start in range(0, len(items), min(size, 16)):
            yield work(items[start : start + min(size, 16)])
        return
    context = _context()
    # What is there now stays: collecting it again and again in each child would copy its pages.
    gc.freeze()
    try:
        with ProcessPoolExecutor(
            workers, mp_context=context, initializer=_inherit, initargs=(work, items)
        ) as pool:
            starts = range(0, len(items), size)
            batches = ((start, start + size) for start in starts)
            yield from map_with_executor(
                pool, _work_on_inheritance, batches, ahead=workers * _AHEAD
            )
    finally:
        gc.unfreeze()


def in_batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Yield items in batches of `BATCH_SIZE`."""
    return (items[start : start + BATCH_SIZE] for start in range(0, len(items), BATCH_SIZE))


def map_with_executor(
    pool: Executor,
    work: Callable[[Argument], Result],
    batches: Iterable[Argument],
    *,
    ahead: int,
) -> Generator[Result, None, None]:
    """Hand batches to an executor, never more than `ahead` at a time, and yield their results.

    Raises:
        WorkerLostError: a worker died, and its batch with it.
    """
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
    except BrokenExecutor as fault:
        raise WorkerLostError(
            "A process that shared the work died: killed from outside, or out of memory.",
            next_step="go on where it stopped with --resume, and fewer --workers",
        ) from fault
    finally:
        for future in pending:
            future.cancel()


# A worker process's own: the work and the items that it was started with. A forked child has them
# without any copying, where handing them over batch by batch would cost more than the work.
_inheritance: list[tuple[Callable[[Sequence[Any]], Any], Sequence[Any]]] = []


def _inherit(work: Callable[[Sequence[Any]], Any], items: Sequence[Any]) -> None:
    """Begin a worker process. Ctrl-C reaches it too, and only the parent knows what to do then."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _inheritance[:] = [(work, items)]


def _work_on_inheritance(span: tuple[int, int]) -> Any:  # noqa: ANN401 (whatever the work returns)
    work, items = _inheritance[0]
    return work(items[slice(*span)])


def _context() -> multiprocessing.context.BaseContext:
    """Return how processes are started: by forking where that is safe, which saves the imports."""
    return multiprocessing.get_context("fork" if can_fork() else "spawn")


def can_fork() -> bool:
    """Tell whether processes can be forked here and now: they start at once, with all they need."""
    return "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1
