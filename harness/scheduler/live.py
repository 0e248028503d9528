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
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from harness.model import Call, Wait
from harness.scheduler.task import Task, step

Value = TypeVar("Value")
Result = TypeVar("Result")

_END = object()


@dataclass(order=True, slots=True)
class _Sleeper(Generic[Value, Result]):
    due: float
    order: int
    task: Task[Value, Result] = field(compare=False)
    wish: Wait = field(compare=False)


def run_live(
    openers: Iterable[Callable[[], Task[Value, Result]]],
    *,
    workers: int,
    monotonic: Callable[[], float],
) -> Generator[Result, None, None]:
    """Drive conversations at once and yield results as they finish.

    Closing the iterator stops everything: calls under way are let finish, nothing new begins.

    Args:
        openers: make the tasks, each called when its turn comes, in a worker's thread.
        workers: threads, and so the most calls under way at a time.
        monotonic: the clock, in seconds.

    Raises:
        BaseException: whatever an opener, a conversation or a task's `finish` raised.
    """
    crew: _Crew[Value, Result] = _Crew(openers, monotonic)
    threads = [
        threading.Thread(target=crew.work, name=f"live-{number}", daemon=True)
        for number in range(workers)
    ]
    try:
        for thread in threads:
            thread.start()
        yield from crew.results(len(threads))
    finally:
        crew.stop()


class _Crew(Generic[Value, Result]):
    """The heap, the tasks not yet opened, and the queue of results, shared by the workers."""

    def __init__(
        self,
        openers: Iterable[Callable[[], Task[Value, Result]]],
        monotonic: Callable[[], float],
    ) -> None:
        self._openers = iter(openers)
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._sleepers: list[_Sleeper[Value, Result]] = []
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
        with self._changed:
            self._stopped = True
            for sleeper in self._sleepers:
                sleeper.task.conversation.close()
            self._sleepers.clear()
            self._changed.notify_all()

    def work(self) -> None:
        """Take what is due, or open what is new, until nothing is left."""
        try:
            while (job := self._next()) is not None:
                try:
                    self._serve(job)
                finally:
                    with self._changed:
                        self._under_way -= 1
                        self._changed.notify_all()
        except BaseException as fault:  # noqa: BLE001 (handed to the consumer, who raises it)
            self._results.put(_Fault(fault))
        finally:
            self._results.put(_END)

    def _next(self) -> _Sleeper[Value, Result] | Callable[[], Task[Value, Result]] | None:
        """Return the conversation that is due, else the next to open; wait while there is neither.

        Only one of the waiting workers watches the clock; the others sleep until they are called,
        or each due time would wake them all.
        """
        with self._changed:
            while not self._stopped:
                now = self._monotonic()
                if self._sleepers and self._sleepers[0].due <= now:
                    self._under_way += 1
                    return heapq.heappop(self._sleepers)
                if self._unopened:
                    opener = next(self._openers, None)
                    if opener is not None:
                        self._under_way += 1
                        return opener
                    self._unopened = False
                if not self._sleepers and not self._under_way:
                    return None
                if self._watched or not self._sleepers:
                    self._changed.wait()
                else:
                    self._watched = True
                    self._changed.wait(self._sleepers[0].due - now)
                    self._watched = False
                    self._changed.notify()
            return None

    def _serve(self, job: _Sleeper[Value, Result] | Callable[[], Task[Value, Result]]) -> None:
        """Drive one conversation until it wants to wait, or ends."""
        wish: Call | Wait
        try:
            if isinstance(job, _Sleeper):
                task = job.task
                wish = step(task.conversation, task.transport, job.wish)
            else:
                task = job()
                wish = next(task.conversation)
            while isinstance(wish, Call):
                if self._stopped:
                    task.conversation.close()
                    return
                wish = step(task.conversation, task.transport, wish)
        except StopIteration as end:
            self._results.put(_Done(task.finish(end.value)))
            return
        with self._changed:
            if self._stopped:
                task.conversation.close()
                return
            due = self._monotonic() + wish.seconds
            heapq.heappush(self._sleepers, _Sleeper(due, next(self._order), task, wish))
            self._changed.notify()


@dataclass(frozen=True, slots=True)
class _Done(Generic[Result]):
    result: Result


@dataclass(frozen=True, slots=True)
class _Fault:
    cause: BaseException
