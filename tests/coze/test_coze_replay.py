"""What was recorded in trouble replays as it was: the same reply, without the trouble."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from coze_harness.cassettes import RecordingTransport, Redactor, ReplayTransport
from coze_harness.coze import PollSchedule, RetryPolicy
from coze_harness.execution.flow_driver import FlowTask, run_flow
from coze_harness.execution.live_scheduler import run_concurrently
from coze_harness.model import Reply
from coze_harness.server.server_process import serve
from coze_harness.transport import HttpTransport, TimedTransport
from talking import QUICK_RETRY, TOKEN, new_conversation, script, scripted_fault, turn

ANSWERS = """
- prompt: 天气
  delay: 0.1
  requires_action: {calls: [{name: f}], then: {answer: '{{ f }}。', delay: 0.1}}
- default: true
  answer: 好的
  delay: 0.1
"""


@pytest.mark.parametrize(
    "faults",
    [
        [],
        [{"code": 4009, "at": "chat", "times": 2}],
        [{"kind": "too_many_requests", "at": "retrieve", "times": 1, "after": 1}],
        [{"kind": "reset_before", "at": "retrieve", "times": 2, "after": 1}],
        [{"kind": "half_body", "at": "retrieve", "times": 1, "after": 2}],
        [{"code": 5000, "at": "retrieve", "times": 1}, {"kind": "html", "at": "list", "times": 2}],
        [
            {"kind": "html", "at": "retrieve", "times": 1, "after": 1},
            {"kind": "reset_after", "at": "retrieve", "times": 1, "after": 1},
        ],
        [{"kind": "omit_data", "times": 1}, {"kind": "reset_before", "at": "list", "times": 1}],
    ],
)
@pytest.mark.parametrize("prompts", [["hello"], ["天气", "hello"]])
def test_a_recording_with_faults_replays_equally(
    faults: Sequence[dict[str, object]], prompts: list[str]
) -> None:
    turns = [turn(prompt, tools={"f": "晴"}) for prompt in prompts]
    recorded: list[Reply] = []
    with serve(script(ANSWERS)) as server:
        for fault in faults:
            server.inject(scripted_fault(fault))
        transport = HttpTransport(server.base_url, TOKEN, workers=1, environment={})
        recorder = RecordingTransport(
            TimedTransport(transport, time.monotonic), server.base_url, Redactor([TOKEN], ())
        )
        talk = new_conversation(
            schedule=PollSchedule(interval=0.02, timeout=10), policy=QUICK_RETRY
        )
        for one_turn in turns:
            task = FlowTask(talk.run_turn(one_turn), recorder, lambda reply: reply)
            recorded += run_concurrently(
                [iter([task]).__next__], workers=1, monotonic=time.monotonic
            )
        transport.close()
    replay_transport = ReplayTransport(
        recorder.recording, "cassettes/x.yaml", Redactor([TOKEN], ())
    )
    again = new_conversation(
        schedule=PollSchedule(), policy=RetryPolicy(jitter=lambda: 0.0, tries=1)
    )
    replayed = [run_flow(again.run_turn(one_turn), replay_transport) for one_turn in turns]
    replay_transport.check_all_played()
    assert replayed == recorded
    assert [reply.answer for reply in replayed] == [
        "好的" if p == "hello" else "晴。" for p in prompts
    ]
