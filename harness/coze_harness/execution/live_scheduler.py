"""Runs many conversations at once on a few threads.

A waiting conversation holds no thread: it is in a heap, ordered by the time at which it continues.
Two thousand conversations need no more threads than there are calls at a time.
"""

from __future__ import annotations

import heapq
import itertools
import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from enum import Enum, auto
from typing import Generic, TypeVar

from msgspec import Struct

from coze_harness.execution.flow_driver import FlowTask, advance_flow
from coze_harness.model import HttpCall, Wait

Value = TypeVar("Value")
Result = TypeVar("Result")


class _End(Enum):
    END = auto()


def run_concurrently(
    task_factories: Iterable[Callable[[], FlowTask[Value, Result]]],
    *,
    workers: int,
    monotonic: Callable[[], float],
) -> Generator[Result, None, None]:
    """Drive flows concurrently and yield results as they finish.

    Closing the iterator stops everything: started calls finish, nothing new begins.

    Args:
        task_factories: make the tasks; each is called in a worker's thread when it is due.
        workers: threads, and so the most calls at a time; at least one.
        monotonic: the clock, in seconds.

    Raises:
        BaseException: whatever a factory, a flow or a task's `on_result` raised.
    """
    pool: _WorkerPool[Value, Result] = _WorkerPool(task_factories, monotonic)
    threads = [
        threading.Thread(target=pool.work, name=f"live-{number}", daemon=True)
        for number in range(max(1, workers))
    ]
    try:
        for thread in threads:
            thread.start()
        yield from pool.results(len(threads))
    finally:
        pool.stop()


class _WorkerPool(Generic[Value, Result]):
    """The heap, the tasks not yet started, and the queue of results, shared by the workers.

    Of the idle workers, one waits for the next due time (`_timer`) and the others until they are
    notified (`_idle`). A worker that takes a conversation while none waits for the time notifies
    one: waking all of them each time would cost more than the calls themselves.
    """

    def __init__(
        self,
        task_factories: Iterable[Callable[[], FlowTask[Value, Result]]],
        monotonic: Callable[[], float],
    ) -> None:
        self._task_factories = iter(task_factories)
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._timer = threading.Condition(self._lock)
        self._idle = threading.Condition(self._lock)
        self._waiting: list[tuple[float, int, FlowTask[Value, Result]]] = []
        self._order = itertools.count()
        self._running = 0
        self._has_unstarted = True
        self._stopped = False
        self._is_timed = False
        self._results: queue.SimpleQueue[Result | _Failure | _End] = queue.SimpleQueue()

    def results(self, workers: int) -> Iterator[Result]:
        """Yield the results until the last worker has finished."""
        remaining = workers
        while remaining:
            item = self._results.get()
            if item is _End.END:
                remaining -= 1
            elif isinstance(item, _Failure):
                raise item.cause
            else:
                yield item

    def stop(self) -> None:
        """Stop the workers and close the waiting flows."""
        with self._lock:
            self._stopped = True
            waiting, self._waiting = self._waiting, []
            self._timer.notify_all()
            self._idle.notify_all()
        for _due, _order, task in waiting:
            task.flow.close()

    def work(self) -> None:
        """Continue due tasks, or start new ones, until none is left."""
        try:
            while (job := self._next()) is not None:
                task = job if isinstance(job, FlowTask) else job()
                self._put_back(task, self._drive(task))
        except BaseException as error:  # noqa: BLE001 (passed to the consumer, which raises it)
            self._results.put(_Failure(error))
        finally:
            self._results.put(_End.END)

    def _next(self) -> FlowTask[Value, Result] | Callable[[], FlowTask[Value, Result]] | None:
        """Return the task that is due, else the next factory; wait while there is neither.

        `None` means that nothing is left to do.
        """
        with self._lock:
            while not self._stopped:
                now = self._monotonic()
                if self._waiting and self._waiting[0][0] <= now:
                    task = heapq.heappop(self._waiting)[2]
                    self._running += 1
                    if self._waiting and not self._is_timed:
                        self._idle.notify()
                    return task
                if self._has_unstarted:
                    factory = next(self._task_factories, None)
                    if factory is not None:
                        self._running += 1
                        return factory
                    self._has_unstarted = False
                if not self._waiting and not self._running:
                    self._idle.notify_all()
                    return None
                if self._is_timed or not self._waiting:
                    self._idle.wait()
                else:
                    self._is_timed = True
                    self._timer.wait(self._waiting[0][0] - now)
                    self._is_timed = False
            return None

    def _drive(self, task: FlowTask[Value, Result]) -> Wait | None:
        """Drive a task until it waits; `None` if it has ended."""
        try:
            step: HttpCall | Wait = next(task.flow)
            while isinstance(step, HttpCall):
                if self._stopped:
                    task.flow.close()
                    return None
                step = advance_flow(task.flow, task.transport, step)
        except StopIteration as end:
            value: Value = end.value
        else:
            return step
        self._results.put(task.on_result(value))
        return None

    def _put_back(self, task: FlowTask[Value, Result], step: Wait | None) -> None:
        """Put a waiting task into the heap; drop it if it has ended."""
        with self._lock:
            self._running -= 1
            if step is not None and not self._stopped:
                entry = (self._monotonic() + step.seconds, next(self._order), task)
                heapq.heappush(self._waiting, entry)
                if self._waiting[0] is entry:
                    self._timer.notify()
                return
        if step is not None:
            task.flow.close()


class _Failure(Struct, frozen=True):
    cause: BaseException
