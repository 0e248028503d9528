"""Many conversations on a few threads: order, stopping, errors, and no lost wake-up."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path

import coze_harness
import pytest
from coze_harness.execution.flow_driver import FlowTask, run_flow
from coze_harness.execution.live_scheduler import run_concurrently
from coze_harness.model import HttpCall, HttpResponse, Wait
from coze_harness.model.errors import TransportError
from coze_harness.model.protocols import CallFlow

CALL = HttpCall("GET", "/")
OK = HttpResponse(200, {}, b"{}")


class Instant:
    """A transport that answers at once, or after a while, and counts the threads that call it."""

    def __init__(self, seconds: float = 0.0) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self.calls = 0
        self.under_way = 0
        self.peak = 0
        self.gate = threading.Event()

    def send(self, call: HttpCall) -> HttpResponse:
        with self._lock:
            self.calls += 1
            self.under_way += 1
            self.peak = max(self.peak, self.under_way)
        if self._seconds:
            self.gate.wait(self._seconds)
        with self._lock:
            self.under_way -= 1
        return OK


class Meeting:
    """A transport whose calls end only when all workers have one under way; counts these rounds."""

    def __init__(self, calls: int) -> None:
        self.rounds = 0
        self._all = threading.Barrier(calls, self._count, timeout=20)

    def send(self, call: HttpCall) -> HttpResponse:
        self._all.wait()
        return OK

    def _count(self) -> None:
        self.rounds += 1


def waiting(name: int, *waits: float) -> CallFlow[int]:
    yield CALL
    for seconds in waits:
        yield Wait(seconds)
        answer = yield CALL
        assert answer == OK
    return name


Opener = Callable[[], FlowTask[int, int]]


def opener(conversation: CallFlow[int], transport: Instant | Meeting) -> Opener:
    return lambda: FlowTask(conversation, transport, lambda value: value)


def run_in_thread(openers: list[Opener], *, workers: int, seconds: float = 20) -> list[int]:
    """Run to the end in a thread, so that a lost wake-up fails the test and does not hang it."""
    results: list[int] = []
    faults: list[BaseException] = []

    def run() -> None:
        try:
            results.extend(run_concurrently(openers, workers=workers, monotonic=time.monotonic))
        except BaseException as fault:  # noqa: BLE001 - raised below
            faults.append(fault)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), "the scheduler hangs"
    if faults:
        raise faults[0]
    return results


def until(condition: Callable[[], bool], seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        threading.Event().wait(0.005)
    return condition()


def live_threads() -> int:
    return sum(thread.name.startswith("live-") for thread in threading.enumerate())


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_nothing_to_do_ends_at_once(workers: int) -> None:
    assert run_in_thread([], workers=workers) == []


@pytest.mark.parametrize("workers", [-1, 0, 1, 3, 50])
def test_every_conversation_ends_whatever_the_number_of_workers(workers: int) -> None:
    wire = Instant()
    openers = [opener(waiting(n, 0.0, 0.001), wire) for n in range(20)]
    assert sorted(run_in_thread(openers, workers=workers)) == list(range(20))
    assert wire.calls == 60


def test_results_come_as_they_finish() -> None:
    wire = Instant()
    openers = [opener(waiting(n, delay), wire) for n, delay in ((1, 0.3), (2, 0.02), (3, 0.15))]
    assert run_in_thread(openers, workers=2) == [2, 3, 1]


def test_a_conversation_that_waits_holds_no_thread() -> None:
    wire = Instant()
    openers = [opener(waiting(n, 0.3), wire) for n in range(500)]
    began = time.monotonic()
    assert len(run_in_thread(openers, workers=2)) == 500
    assert time.monotonic() - began < 3


def test_no_more_calls_are_under_way_than_there_are_workers() -> None:
    wire = Instant(0.005)
    openers = [opener(waiting(n, 0.0), wire) for n in range(100)]
    run_in_thread(openers, workers=4)
    assert 2 <= wire.peak <= 4


def test_conversations_due_at_the_same_moment_are_served_by_all_workers() -> None:
    wire = Meeting(8)
    openers = [opener(waiting(n, 0.2), wire) for n in range(16)]
    run_in_thread(openers, workers=8)
    assert wire.rounds == 4


def test_an_earlier_due_time_wakes_the_watcher() -> None:
    """One waits long; the other's short waits must not wait with it."""
    wire = Instant()
    openers = [opener(waiting(1, 1.0), wire), opener(waiting(2, *[0.01] * 10), wire)]
    began = time.monotonic()
    with closing(run_concurrently(openers, workers=4, monotonic=time.monotonic)) as results:
        assert next(results) == 2
        assert time.monotonic() - began < 0.7


@pytest.mark.parametrize("workers", [1, 2, 3, 8, 32])
def test_no_wake_up_is_lost(workers: int) -> None:
    rng = random.Random(workers)
    wire = Instant()
    openers = [
        opener(waiting(n, *(rng.choice([0.0, 0.0, 0.0001, 0.001, 0.003]) for _ in range(20))), wire)
        for n in range(150)
    ]
    assert sorted(run_in_thread(openers, workers=workers)) == list(range(150))


def test_no_wake_up_is_lost_when_calls_take_a_while() -> None:
    rng = random.Random(7)
    wire = Instant(0.0005)
    openers = [
        opener(waiting(n, *(rng.random() * 0.01 for _ in range(15))), wire) for n in range(120)
    ]
    assert len(run_in_thread(openers, workers=5)) == 120


def test_many_short_runs_all_end() -> None:
    wire = Instant()
    for size in range(60):
        openers = [opener(waiting(n, 0.0), wire) for n in range(size % 4)]
        assert len(run_in_thread(openers, workers=3)) == size % 4


# --- stopping -----------------------------------------------------------------------------------


def test_closing_begins_nothing_new_and_ends_the_threads() -> None:
    wire = Instant()
    opened_numbers: list[int] = []

    def openers() -> Iterator[Opener]:
        for number in range(10_000):
            opened_numbers.append(number)
            yield opener(waiting(number, 0.01 if number == 0 else 0.05), wire)

    results = run_concurrently(openers(), workers=3, monotonic=time.monotonic)
    next(results)
    results.close()
    assert until(lambda: live_threads() == 0)
    opened_before, calls_before = len(opened_numbers), wire.calls
    threading.Event().wait(0.1)
    assert (len(opened_numbers), wire.calls) == (opened_before, calls_before)


def test_closing_closes_the_conversations_that_wait() -> None:
    closed: list[int] = []

    def tidy(name: int) -> CallFlow[int]:
        try:
            yield CALL
            yield Wait(0.0 if name == 0 else 60.0)
            yield CALL
        finally:
            closed.append(name)
        return name

    wire = Instant()
    results = run_concurrently(
        [opener(tidy(n), wire) for n in range(5)], workers=2, monotonic=time.monotonic
    )
    assert next(results) == 0
    assert until(lambda: wire.calls >= 6)
    results.close()
    assert until(lambda: live_threads() == 0)
    assert sorted(closed) == [0, 1, 2, 3, 4]


def test_closing_lets_a_call_under_way_finish_and_makes_no_other() -> None:
    slow = Instant(30)
    quick = Instant()
    openers = [opener(waiting(1), quick), opener(waiting(2, 0.0), slow)]
    results = run_concurrently(openers, workers=2, monotonic=time.monotonic)
    assert next(results) == 1
    assert until(lambda: slow.under_way == 1)
    results.close()
    slow.gate.set()
    assert until(lambda: live_threads() == 0)
    assert slow.calls == 1


# --- errors -------------------------------------------------------------------------------------


class Oops(Exception):  # noqa: N818 - no error of ours
    pass


def broken_opener() -> FlowTask[int, int]:
    raise Oops


def broken_conversation() -> CallFlow[int]:
    yield CALL
    raise Oops


def broken_later() -> CallFlow[int]:
    yield CALL
    yield Wait(0.01)
    raise Oops


def broken_finish(_value: int) -> int:
    raise Oops


@pytest.mark.parametrize(
    "broken",
    [
        broken_opener,
        opener(broken_conversation(), Instant()),
        opener(broken_later(), Instant()),
        lambda: FlowTask(waiting(1), Instant(), broken_finish),
    ],
)
def test_what_goes_wrong_reaches_the_consumer(broken: Opener) -> None:
    wire = Instant()
    openers = [opener(waiting(n, 0.05), wire) for n in range(20)]
    openers.insert(3, broken)
    with pytest.raises(Oops):
        run_in_thread(openers, workers=3)
    assert until(lambda: live_threads() == 0)


def test_openers_that_go_wrong_reach_the_consumer() -> None:
    def openers() -> Iterator[Opener]:
        yield opener(waiting(1), Instant())
        raise Oops

    results = run_concurrently(openers(), workers=2, monotonic=time.monotonic)
    with pytest.raises(Oops):
        list(results)


class Failing:
    def send(self, call: HttpCall) -> HttpResponse:
        raise TransportError("broken", may_have_arrived=call.path == "/")


def test_a_call_without_an_answer_is_thrown_into_the_conversation() -> None:
    def careful() -> CallFlow[str]:
        try:
            yield CALL
        except TransportError as fault:
            return f"heard: {fault.what}"
        return "nothing heard"

    results = run_concurrently(
        [lambda: FlowTask(careful(), Failing(), str)], workers=1, monotonic=time.monotonic
    )
    assert list(results) == ["heard: broken"]


SCRIPT = """
import sys, time
from coze_harness.model import HttpResponse, HttpCall, Wait
from coze_harness.execution.flow_driver import FlowTask
from coze_harness.execution.live_scheduler import run_concurrently

class Wire:
    def send(self, call):
        return HttpResponse(200, {}, b"")

def talk():
    yield HttpCall("GET", "/")
    print("waiting", flush=True)
    yield Wait(60)
    yield HttpCall("GET", "/")

task = FlowTask(talk(), Wire(), str)
try:
    for result in run_concurrently([lambda: task], workers=4, monotonic=time.monotonic):
        print("result", flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.exit(130)
"""


def test_ctrl_c_reaches_the_consumer_at_once() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(coze_harness.__file__).parents[1],
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert (out, err, process.returncode) == ("interrupted\n", "", 130)


# --- play ---------------------------------------------------------------------------------------


def test_playing_never_waits() -> None:
    began = time.monotonic()
    assert run_flow(waiting(5, *[3600.0] * 100), Instant()) == 5
    assert time.monotonic() - began < 1


def test_playing_throws_the_transport_s_errors_into_the_conversation() -> None:
    errors: list[str] = []

    def stubborn() -> Generator[HttpCall | Wait, HttpResponse | None, int]:
        for _ in range(3):
            try:
                yield CALL
            except TransportError as fault:
                errors.append(str(fault.what))
        yield Wait(3600)
        return len(errors)

    assert run_flow(stubborn(), Failing()) == 3
    with pytest.raises(TransportError):
        run_flow(waiting(1), Failing())


def test_playing_a_conversation_that_is_over_before_it_begins() -> None:
    def end_at_once(*calls: HttpCall) -> CallFlow[str]:
        yield from calls
        return "over"

    assert run_flow(end_at_once(), Failing()) == "over"
