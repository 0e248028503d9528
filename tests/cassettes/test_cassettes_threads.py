"""Any number of replays and recordings can run at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cassette_samples import HOST, ORIGIN, ask, chat, json_response, listing, messages_body, poll
from coze_harness.cassettes import (
    Recording,
    RecordingTransport,
    Redactor,
    ReplayTransport,
)
from coze_harness.cassettes.canonical_format import write_canonical
from coze_harness.cassettes.cassette_files import read_cassette, write_cassette
from coze_harness.model import HttpCall, HttpResponse
from scale import scale_down

NAMES = 50
STEPS = scale_down(200)


class Echo:
    """A transport that responds to each prompt with itself, so that mistakes are found."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._polls = 0

    def send(self, call: HttpCall) -> HttpResponse:
        if call.method == "GET":
            self._polls += 1
            state = "completed" if self._polls == 3 else "in_progress"
            return json_response({**chat(state), "msg": self._name}, self._polls)
        if call.body is None:
            return json_response(messages_body(self._name), 9)
        return json_response({"code": 0, "msg": self._name})


def calls(name: str) -> list[HttpCall]:
    return [ask(name), poll(), poll(), poll(), listing()]


def record(name: str, redactor: Redactor) -> Recording:
    recorder = RecordingTransport(Echo(name), HOST, redactor)
    for call in calls(name):
        assert name in recorder.send(call).body.decode()
    return recorder.recording


def all_at_once(threads: int, work: Callable[[int], int]) -> int:
    """Return the sum of the results of threads that start at the same moment."""
    gate = threading.Barrier(threads)

    def wait_and_work(number: int) -> int:
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(wait_and_work, range(threads)))


def test_sixteen_threads_can_replay_at_once(tmp_path: Path) -> None:
    redactor = Redactor()
    for number in range(NAMES):
        name = f"场景{number:03}"
        path = tmp_path / f"{number}.yaml"
        path.write_bytes(write_canonical(record(name, redactor), ORIGIN))

    def replay(thread: int) -> int:
        right = 0
        for step in range(STEPS):
            number = (thread * 7 + step) % NAMES
            name = f"场景{number:03}"
            path = tmp_path / f"{number}.yaml"
            transport = ReplayTransport(read_cassette(path), str(path), redactor)
            prompt, *_polls, last = calls(name)
            answers = [transport.send(call) for call in (prompt, poll(), poll(), last)]
            transport.check_all_played()
            right += all(name in answer.body.decode() for answer in answers)
        return right

    assert all_at_once(16, replay) == 16 * STEPS


def test_sixty_four_threads_can_record_at_once(tmp_path: Path) -> None:
    redactor = Redactor(["pat_" + "q1" * 32])

    def record_and_read(thread: int) -> int:
        right = 0
        path = tmp_path / f"{thread}.yaml"
        for step in range(STEPS):
            name = f"线程{thread}·{step}。"
            recording = record(name, redactor)
            right += [i.repeat_count for i in recording.interactions] == [1, 2, 1, 1] and all(
                name in item.response_body.decode() for item in recording.interactions
            )
            if step % 25 == 24:
                write_cassette(path, recording, ORIGIN, redactor)
                bodies = [item.response_body.decode() for item in read_cassette(path).interactions]
                right -= not all(name in body for body in bodies)
        return right

    assert all_at_once(64, record_and_read) == 64 * STEPS
    assert len(list(tmp_path.iterdir())) == 64
    for path in tmp_path.iterdir():
        body = json.loads(read_cassette(path).interactions[-1].response_body)
        assert body["data"][0]["content"] == f"线程{path.stem}·{STEPS - 1}。"
