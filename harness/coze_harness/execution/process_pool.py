"""Work shared by several processes: replay never waits, and threads share one interpreter lock.

Written for `concurrent.futures`, so that any such executor can take the batches.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from coze_harness.messages import message
from coze_harness.model.errors import WorkerLostError

if TYPE_CHECKING:  # a small run works in this process, and importing pools takes 17 ms
    from concurrent.futures import Executor, Future

Argument = TypeVar("Argument")
Item = TypeVar("Item")
Result = TypeVar("Result")

BATCH_SIZE: Final = 100
_MIN_ITEMS: Final = 300
_BATCHES_PER_WORKER: Final = 3


def map_in_processes(
    work: Callable[[Sequence[Item]], Result],
    items: Sequence[Item],
    *,
    workers: int,
    size: int = BATCH_SIZE,
    min_items: int = _MIN_ITEMS,
) -> Generator[Result, None, None]:
    """Apply `work` to batches of the items and yield what it returns, in order of completion.

    Fewer than `min_items`, or with one worker, the work is done in this process. Results must be
    picklable; where processes cannot be forked, `work` and the items too. Closing the iterator
    drops the batches that have not begun.
    """
    if workers < 2 or len(items) < min_items:
        yield from map(work, in_batches(items, min(size, 16)))
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Forking, where that is safe, saves the imports.
    context = get_context("fork" if can_fork() else "spawn")
    # Else each child's garbage collector would touch, and so copy, all the parent's objects.
    gc.freeze()
    try:
        with ProcessPoolExecutor(
            workers, mp_context=context, initializer=_inherit, initargs=(work, items)
        ) as pool:
            with _block_signals():
                # Starts the processes, where they are forked: all of them now.
                pool.submit(os.getpid)
            starts = range(0, len(items), size)
            batches = ((start, start + size) for start in starts)
            yield from map_with_executor(
                pool, _work_on_inherited, batches, limit=workers * _BATCHES_PER_WORKER
            )
    finally:
        gc.unfreeze()


def in_batches(items: Sequence[Item], size: int = BATCH_SIZE) -> Iterator[Sequence[Item]]:
    """Yield items in batches."""
    return (items[start : start + size] for start in range(0, len(items), size))


def map_with_executor(
    pool: Executor,
    work: Callable[[Argument], Result],
    batches: Iterable[Argument],
    *,
    limit: int,
) -> Generator[Result, None, None]:
    """Submit batches to an executor, at most `limit` at a time, and yield their results.

    Raises:
        WorkerLostError: a worker process died with its batch.
    """
    from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, wait

    pending: set[Future[Result]] = set()
    try:
        for batch in batches:
            pending.add(pool.submit(work, batch))
            if len(pending) >= limit:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    except BrokenExecutor as error:
        raise WorkerLostError(
            message("worker.died"),
            next_step=message("worker.died.next"),
        ) from error
    finally:
        for future in pending:
            future.cancel()


# Set in worker processes only: the work and the items that they were started with. A forked child
# has them without copying; passing them batch by batch would cost more than the work.
_inherited: list[tuple[Callable[[Sequence[Any]], Any], Sequence[Any]]] = []


def _inherit(work: Callable[[Sequence[Any]], Any], items: Sequence[Any]) -> None:
    """Start a worker process, which lives no longer than its parent.

    It ignores Ctrl-C and the end of the terminal, which reach it too: the parent handles them.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _blocked_signals())
    threading.Thread(target=_exit_with_parent, name="parent-watch", daemon=True).start()
    _inherited[:] = [(work, items)]


def _exit_with_parent() -> None:
    """Wait for the parent's end, however it comes, and end this process too.

    Without this, a worker whose parent was killed would wait for work, and keep stdout
    open. The parent holds the write end of a pipe whose end multiprocessing shows as a sentinel. A
    worker that was forked later holds a copy of an earlier one's; so the last one ends first.
    """
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _block_signals() -> Iterator[None]:
    """Hold signals back, so that none reaches a new process before it has its own handlers."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _blocked_signals())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _blocked_signals() -> set[signal.Signals]:
    return {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


def _work_on_inherited(span: tuple[int, int]) -> Any:  # noqa: ANN401 (whatever the work returns)
    work, items = _inherited[0]
    return work(items[slice(*span)])


def can_fork() -> bool:
    """Return whether processes can be forked now: this process has no other thread."""
    return hasattr(os, "fork") and threading.active_count() == 1
