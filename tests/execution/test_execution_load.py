"""Hundreds and thousands of conversations at once, over real sockets."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from coze_harness.coze import PollSchedule
from coze_harness.execution.flow_driver import FlowTask
from coze_harness.execution.live_scheduler import run_concurrently
from coze_harness.model import Reply
from coze_harness.server.server_process import RunningServer, serve
from coze_harness.transport import HttpTransport, TimedTransport
from scale import scale_down
from talking import TOKEN, new_conversation, script, turn


def run_conversations(
    server: RunningServer, count: int, *, workers: int, pace: PollSchedule
) -> tuple[list[Reply], float, int]:
    """Run conversations at once; return replies, wall seconds and the most threads."""
    threads = threading.active_count()
    most_threads = 0
    transport = HttpTransport(server.base_url, TOKEN, workers=workers, environment={})

    def open_task() -> FlowTask[Reply, Reply]:
        conversation = new_conversation(schedule=pace).run_turn(turn())
        return FlowTask(
            conversation, TimedTransport(transport, time.monotonic), lambda reply: reply
        )

    replies: list[Reply] = []
    began = time.monotonic()
    with closing(
        run_concurrently([open_task] * count, workers=workers, monotonic=time.monotonic)
    ) as results:
        for reply in results:
            replies.append(reply)
            most_threads = max(most_threads, threading.active_count() - threads)
    wall = time.monotonic() - began
    transport.close()
    return replies, wall, most_threads


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[RunningServer]:
    with serve(script(f"- {{default: true, answer: 好的, delay: {request.param}}}")) as running:
        yield running


@pytest.mark.parametrize("server", [2.0], indirect=True)
def test_256_conversations_of_two_seconds_take_little_longer_than_one(
    server: RunningServer,
) -> None:
    pace = PollSchedule(timeout=30, expected=(2.6,))
    for _attempt in range(3):
        replies, wall, threads = run_conversations(server, 256, workers=32, pace=pace)
        # The machine may be busy with something else, but not three times in a row.
        if wall <= 1.25 * (2.0 + 1.0):
            break
    assert [reply.answer for reply in replies] == ["好的"] * 256
    assert len({reply.chat_id for reply in replies}) == 256
    assert server.peak_chats >= 250
    assert wall <= 1.25 * (2.0 + 1.0)
    assert server.connections <= 32 * 3
    assert threads <= 32
    assert sum(reply.poll_count for reply in replies) <= 256 * 2


@pytest.mark.parametrize("server", [1.0], indirect=True)
def test_many_conversations_at_once_need_no_more_than_their_workers(server: RunningServer) -> None:
    count = scale_down(2000)
    replies, _wall, threads = run_conversations(
        server, count, workers=16, pace=PollSchedule(timeout=60)
    )
    assert [reply.answer for reply in replies] == ["好的"] * count
    assert len({reply.conversation_id for reply in replies}) == count
    assert server.calls["POST /v3/chat"] == count
    assert server.connections <= 16
    assert threads <= 16
