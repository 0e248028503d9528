"""Many conversations at once on a few threads.

A conversation that waits holds no thread: it lies in a heap by the time at which it wants to be
woken. Two thousand conversations need no more threads than there are calls under way at a time.
"""

from __future__ import annotations

import heapq
import itertools
import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from coze_harness.execution.flow_driver import FlowTask, advance_flow
from coze_harness.model import HttpCall, Wait

Value = TypeVar("Value")
Result = TypeVar("Result")

_END = object()


def run_concurrently(
    openers: Iterable[Callable[[], FlowTask[Value, Result]]],
    *,
    workers: int,
    monotonic: Callable[[], float],
) -> Generator[Result, None, None]:
    """Drive conversations at once and yield results as they finish.

    Closing the iterator stops everything: calls under way are let finish, nothing new begins.

    Args:
        openers: make the tasks, each called when its turn comes, in a worker's thread.
        workers: threads, and so the most calls under way at a time; at least one works.
        monotonic: the clock, in seconds.

    Raises:
        BaseException: whatever an opener, a conversation or a task's `finish` raised.
    """
    crew: _WorkerPool[Value, Result] = _WorkerPool(openers, monotonic)
    threads = [
        threading.Thread(target=crew.work, name=f"live-{number}", daemon=True)
        for number in range(max(1, workers))
    ]
    try:
        for thread in threads:
            thread.start()
        yield from crew.results(len(threads))
    finally:
        crew.stop()


class _WorkerPool(Generic[Value, Result]):
    """The heap, the tasks not yet opened, and the queue of results, shared by the workers.

    Of the workers that have nothing to do, one watches the clock for the next due time and the
    others rest on a bench. Whoever takes a conversation while nobody watches calls one of them:
    waking all of them each time would cost more than the calls themselves.
    """

    def __init__(
        self,
        openers: Iterable[Callable[[], FlowTask[Value, Result]]],
        monotonic: Callable[[], float],
    ) -> None:
        self._openers = iter(openers)
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._watch = threading.Condition(self._lock)
        self._bench = threading.Condition(self._lock)
        self._sleepers: list[tuple[float, int, FlowTask[Value, Result]]] = []
        self._order = itertools.count()
        self._under_way = 0
        self._unopened = True
        self._stopped = False
        self._watched = False
        self._results: queue.SimpleQueue[object] = queue.SimpleQueue()

    def results(self, workers: int) -> Iterator[Result]:
        """Yield what the workers finish, until the last of them has gone home."""
        left = workers
        while left:
            item = self._results.get()
            if item is _END:
                left -= 1
            elif isinstance(item, _Fault):
                raise item.cause
            elif isinstance(item, _Done):
                yield item.result

    def stop(self) -> None:
        """Send the workers home and close the conversations that wait."""
        with self._lock:
            self._stopped = True
            sleepers, self._sleepers = self._sleepers, []
            self._watch.notify_all()
            self._bench.notify_all()
        for _due, _order, task in sleepers:
            task.flow.close()

    def work(self) -> None:
        """Take what is due, or open what is new, until nothing is left."""
        try:
            while (job := self._next()) is not None:
                task = job if isinstance(job, FlowTask) else job()
                self._put_back(task, self._drive(task))
        except BaseException as fault:  # noqa: BLE001 (handed to the consumer, who raises it)
            self._results.put(_Fault(fault))
        finally:
            self._results.put(_END)

    def _next(self) -> FlowTask[Value, Result] | Callable[[], FlowTask[Value, Result]] | None:
        """Return the conversation that is due, else the next to open; wait while there is neither.

        `None` says that nothing is left to do.
        """
        with self._lock:
            while not self._stopped:
                now = self._monotonic()
                if self._sleepers and self._sleepers[0][0] <= now:
                    task = heapq.heappop(self._sleepers)[2]
                    self._under_way += 1
                    if self._sleepers and not self._watched:
                        self._bench.notify()
                    return task
                if self._unopened:
                    opener = next(self._openers, None)
                    if opener is not None:
                        self._under_way += 1
                        return opener
                    self._unopened = False
                if not self._sleepers and not self._under_way:
                    self._bench.notify_all()
                    return None
                if self._watched or not self._sleepers:
                    self._bench.wait()
                else:
                    self._watched = True
                    self._watch.wait(self._sleepers[0][0] - now)
                    self._watched = False
            return None

    def _drive(self, task: FlowTask[Value, Result]) -> Wait | None:
        """Drive a conversation until it wants to wait; `None` when it is over."""
        try:
            wish: HttpCall | Wait = next(task.flow)
            while isinstance(wish, HttpCall):
                if self._stopped:
                    task.flow.close()
                    return None
                wish = advance_flow(task.flow, task.transport, wish)
        except StopIteration as end:
            value: Value = end.value
        else:
            return wish
        self._results.put(_Done(task.on_result(value)))
        return None

    def _put_back(self, task: FlowTask[Value, Result], wish: Wait | None) -> None:
        """Lay a conversation into the heap, or go without it if it is over."""
        with self._lock:
            self._under_way -= 1
            if wish is not None and not self._stopped:
                sleeper = (self._monotonic() + wish.seconds, next(self._order), task)
                heapq.heappush(self._sleepers, sleeper)
                if self._sleepers[0] is sleeper:
                    self._watch.notify()
                return
        if wish is not None:
            task.flow.close()


@dataclass(frozen=True, slots=True)
class _Done(Generic[Result]):
    result: Result


@dataclass(frozen=True, slots=True)
class _Fault:
    cause: BaseException
