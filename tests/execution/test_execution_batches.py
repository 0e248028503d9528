"""Replay over processes: the same results for any number of workers, and clean ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import coze_harness
import pytest
from coze_harness.execution.process_pool import map_in_processes, map_with_executor
from coze_harness.model.errors import WorkerLostError


def square_batch(items: Sequence[int]) -> tuple[int, list[int]]:
    return os.getpid(), [item * item for item in items]


def fail_at_450(items: Sequence[int]) -> list[int]:
    if 450 in items:
        raise LookupError("450")
    return list(items)


MANY = list(range(700))


@pytest.mark.parametrize("workers", [0, 1, 2, 5])
@pytest.mark.parametrize("size", [1, 7, 100, 5000])
def test_results_are_the_same_for_any_number_of_workers(workers: int, size: int) -> None:
    if workers > 1 and size == 1:
        size = 50
    batches = [
        batch for _pid, batch in map_in_processes(square_batch, MANY, workers=workers, size=size)
    ]
    assert sorted(item for batch in batches for item in batch) == [n * n for n in MANY]
    assert all(len(batch) <= size for batch in batches)


def test_many_items_are_worked_on_in_other_processes() -> None:
    pids = {pid for pid, _batch in map_in_processes(square_batch, MANY, workers=2)}
    assert os.getpid() not in pids
    assert until_no_children()


@pytest.mark.parametrize(("count", "workers"), [(299, 8), (5000, 1), (0, 8)])
def test_few_items_or_one_worker_stay_in_this_process(count: int, workers: int) -> None:
    results = list(map_in_processes(square_batch, range(count), workers=workers))
    assert {pid for pid, _batch in results} <= {os.getpid()}
    assert [item for _pid, batch in results for item in batch] == [n * n for n in range(count)]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_exception_in_the_work_surfaces(workers: int) -> None:
    with pytest.raises(LookupError, match="450"):
        list(map_in_processes(fail_at_450, MANY, workers=workers))
    assert until_no_children()


def test_closing_drops_what_has_not_begun() -> None:
    started: list[int] = []
    gate = threading.Event()

    def work(batch: Sequence[int]) -> int:
        started.append(batch[0])
        if batch[0]:
            gate.wait(10)
        return batch[0]

    batches = iter([[number] for number in range(100)])
    with ThreadPoolExecutor(2) as pool:
        results = map_with_executor(pool, work, batches, limit=6)
        assert next(results) == 0
        results.close()
        gate.set()
    assert len(started) <= 4


def test_no_more_batches_are_submitted_than_the_limit() -> None:
    yielded: list[int] = []

    def batches() -> Iterator[list[int]]:
        for number in range(50):
            yielded.append(number)
            yield [number]

    with ThreadPoolExecutor(2) as pool:
        results = map_with_executor(pool, list, batches(), limit=4)
        for done, _batch in enumerate(results, 1):
            assert len(yielded) <= done + 4
    assert len(yielded) == 50


def test_closing_leaves_no_process_behind() -> None:
    results = map_in_processes(square_batch, list(range(3000)), workers=2)
    next(results)
    results.close()
    assert until_no_children()


def until_no_children(seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while multiprocessing.active_children() and time.monotonic() < end:
        threading.Event().wait(0.01)
    return not multiprocessing.active_children()


SCRIPT = """
import sys, time
from coze_harness.model.errors import WorkerLostError
from coze_harness.execution.process_pool import map_in_processes

def work(items):
    time.sleep(0.2)
    return len(items)

if __name__ == "__main__":
    try:
        for result in map_in_processes(work, range(20000), workers=2):
            print("result", flush=True)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
        sys.exit(130)
"""


def test_ctrl_c_leaves_the_children_quiet(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(SCRIPT, "utf-8")
    with subprocess.Popen(
        [sys.executable, str(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(coze_harness.__file__).parents[1])},
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "result\n"
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert out.splitlines()[-1] == "interrupted"
    assert (err, process.returncode) == ("", 130)


def _die_at_700(numbers: Sequence[int]) -> list[int]:
    if 700 in numbers:
        os._exit(9)
    return list(numbers)


def test_a_worker_that_dies_is_reported_and_earlier_results_are_kept() -> None:
    numbers: list[int] = []
    with pytest.raises(WorkerLostError, match="died"):
        numbers.extend(
            n for batch in map_in_processes(_die_at_700, range(1000), workers=2) for n in batch
        )
    assert 700 not in numbers
