"""A conversation gets the same responses while it is recorded and when it is replayed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson
import pytest
from cassette_samples import (
    HEADERS,
    HOST,
    IDS,
    ORIGIN,
    answered,
    ask,
    chat,
    listing,
    odd_body,
    poll,
    said,
    seeded,
)
from coze_harness.cassettes import (
    RecordingTransport,
    Redactor,
    ReplayTransport,
)
from coze_harness.cassettes.canonical_format import write_canonical
from coze_harness.cassettes.cassette_files import read_cassette, write_cassette
from coze_harness.model import HttpCall, HttpResponse
from coze_harness.model.errors import TransportError
from coze_harness.text.json_text import dump_sorted_json, parse_json

TOKEN = "czs_" + "Zz09" * 12


class Scripted:
    """A transport with given responses; `None` is a broken connection."""

    def __init__(self, answers: Sequence[HttpResponse | None]) -> None:
        self._answers: Iterator[HttpResponse | None] = iter(answers)

    def send(self, call: HttpCall) -> HttpResponse:
        answer = next(self._answers)
        if answer is None:
            raise TransportError(f"no answer to {call.path}", may_have_arrived=True)
        return answer


def recorder(*answers: HttpResponse | None, redactor: Redactor | None = None) -> RecordingTransport:
    return RecordingTransport(Scripted(answers), HOST, redactor or Redactor())


def replayed(made: RecordingTransport, tmp_path: Path) -> ReplayTransport:
    path = tmp_path / "a.yaml"
    write_cassette(path, made.recording, ORIGIN, Redactor())
    read = read_cassette(path)
    assert read.canonical
    return ReplayTransport(read, str(path), Redactor())


def _comparable(body: bytes) -> object:
    """Return a comparable form of a body: JSON with sorted keys, other bodies as they are."""
    try:
        return dump_sorted_json(parse_json(body))
    except ValueError:
        return body


def _answer(rng: random.Random, body: bytes, started: float) -> HttpResponse:
    headers = {**HEADERS, "x-tt-logid": str(rng.random()), "set-cookie": "a=b", "server": "nginx"}
    for name in rng.sample(sorted(headers), rng.randrange(len(headers))):
        del headers[name]
    return HttpResponse(
        rng.choice((200, 200, 200, 429, 502)), headers, body, started, rng.random() * 3
    )


@pytest.mark.parametrize("share", range(4))
def test_a_conversation_gets_the_same_responses_recorded_and_replayed(
    share: int, tmp_path: Path
) -> None:
    for number in range(150):
        rng = seeded(share * 1000 + number)
        calls: list[HttpCall] = []
        answers: list[HttpResponse] = []
        at = 0.0
        for _ in range(rng.randrange(1, 6)):
            call = rng.choice((ask(), listing(), poll(), HttpCall("GET", "/v1/files", IDS)))
            body = odd_body(rng)
            for _ in range(rng.choice((1, 1, 2, 5)) if call.method == "GET" else 1):
                calls.append(call)
                answers.append(_answer(rng, body, at))
                at += rng.random() * 10
        made = recorder(*answers)
        live = [made.send(call) for call in calls]
        transport = replayed(made, tmp_path)
        played: list[HttpResponse] = []
        while len(transport.http_log) < len(made.recording.interactions):
            played.append(transport.send(calls[sum(answer.repeat_count for answer in played)]))
        transport.check_all_played()
        assert transport.http_log == made.http_log
        _assert_same(live, played)


def _assert_same(live: list[HttpResponse], played: list[HttpResponse]) -> None:
    """Compare each replayed response with the live ones that it represents."""
    assert sum(answer.repeat_count for answer in played) == len(live)
    at = 0
    for answer in played:
        group = live[at : at + answer.repeat_count]
        at += answer.repeat_count
        for one in group:
            assert one.status == answer.status
            assert one.headers == answer.headers
            assert _comparable(one.body) == _comparable(answer.body)
        assert answer.started == group[0].started
        assert answer.started + answer.elapsed == pytest.approx(
            group[-1].started + group[-1].elapsed, abs=1e-9
        )


def test_equal_polls_are_kept_once_with_their_count_and_time(tmp_path: Path) -> None:
    waiting = [answered(chat("in_progress", f"L{n}"), n, 0.25) for n in range(1, 6)]
    made = recorder(
        answered(chat("created")), *waiting, answered(chat("completed")), answered(said())
    )
    for call in (ask(), *[poll()] * 6, listing()):
        made.send(call)
    transport = replayed(made, tmp_path)
    assert [item.repeat_count for item in made.recording.interactions] == [1, 5, 1, 1]
    assert transport.send(ask()).repeat_count == 1
    answer = transport.send(poll())
    assert (answer.started, answer.elapsed, answer.repeat_count) == (1.0, 4.25, 5)
    assert made.calls == 8


def test_each_kept_poll_keeps_its_own_count(tmp_path: Path) -> None:
    states = ["created", "in_progress", "in_progress", "in_progress", "completed"]
    made = recorder(*[answered(chat(state), n) for n, state in enumerate(states)])
    for _ in states:
        made.send(poll())
    transport = replayed(made, tmp_path)
    assert [transport.send(poll()).repeat_count for _ in range(3)] == [1, 3, 1]
    path = tmp_path / "a.yaml"
    path.write_bytes(path.read_bytes() + b"# edited\n")
    assert [item.repeat_count for item in read_cassette(path).interactions] == [1, 3, 1]


def test_only_polls_are_collapsed(tmp_path: Path) -> None:
    made = recorder(answered(said()), answered(said()))
    made.send(listing())
    made.send(listing())
    assert len(made.recording.interactions) == 2
    replayed(made, tmp_path)


def test_polls_that_differ_in_truth_or_number_are_both_kept() -> None:
    made = recorder(answered({"done": 1}), answered({"done": True}), answered({"done": 1.0}))
    for _ in range(3):
        made.send(poll())
    assert len(made.recording.interactions) == 3


def test_equal_polls_return_the_log_id_that_is_recorded() -> None:
    made = recorder(answered(chat("in_progress", "L1")), answered(chat("in_progress", "L2")))
    first, second = made.send(poll()), made.send(poll())
    assert orjson.loads(second.body)["detail"]["logid"] == "L1"
    assert second.body == first.body


def test_a_repeated_attempt_replaces_the_rejected_one(tmp_path: Path) -> None:
    rejected = answered({"code": 4013, "msg": "slow down"}, status=429)
    made = recorder(rejected, rejected, answered(chat("created"), 3.0))
    for attempt in (1, 2, 3):
        made.send(HttpCall("POST", "/v3/chat", (), ask().body, attempt))
    assert [item.status for item in made.recording.interactions] == [200]
    assert made.calls == 3
    transport = replayed(made, tmp_path)
    assert transport.send(ask()).started == 3.0
    transport.check_all_played()


def test_an_attempt_without_a_response_removes_nothing_from_the_recording() -> None:
    made = recorder(
        answered(chat("in_progress")), None, answered(chat("completed")), answered(said())
    )
    made.send(poll())
    with pytest.raises(TransportError):
        made.send(poll())
    made.send(HttpCall("GET", poll().path, IDS, None, 2))
    statuses = [
        orjson.loads(item.response_body)["data"]["status"] for item in made.recording.interactions
    ]
    assert statuses == ["in_progress", "completed"]


def test_a_rejected_attempt_is_replaced_even_if_the_next_got_no_response() -> None:
    rejected = answered({"code": 4013}, status=429)
    made = recorder(answered(chat("in_progress")), rejected, None, answered(chat("completed")))
    made.send(poll())
    made.send(poll())
    with pytest.raises(TransportError):
        made.send(HttpCall("GET", poll().path, IDS, None, 2))
    made.send(HttpCall("GET", poll().path, IDS, None, 3))
    assert [item.status for item in made.recording.interactions] == [200, 200]


def test_a_rejected_poll_does_not_change_the_polls_before_it() -> None:
    busy = answered({"code": 5000}, status=500)
    waiting = answered(chat("in_progress"), 1.0)
    made = recorder(waiting, waiting, busy, busy, waiting, waiting)
    made.send(poll())
    made.send(poll())
    made.send(poll())
    made.send(HttpCall("GET", poll().path, IDS, None, 2))
    made.send(HttpCall("GET", poll().path, IDS, None, 3))
    made.send(poll())
    assert [(i.status, i.repeat_count) for i in made.recording.interactions] == [(200, 4)]


def test_a_rejection_equal_to_the_one_before_it_is_replaced_too() -> None:
    busy = answered({"code": 5000}, status=500)
    made = recorder(busy, busy, answered(chat("completed")))
    made.send(poll())
    made.send(poll())
    made.send(HttpCall("GET", poll().path, IDS, None, 2))
    assert [(i.status, i.repeat_count) for i in made.recording.interactions] == [(500, 1), (200, 1)]


def test_only_allowed_headers_are_recorded_and_returned() -> None:
    headers = {
        **HEADERS,
        "set-cookie": "session=1",
        "authorization": "Bearer x",
        "content-encoding": "gzip",
        "transfer-encoding": "chunked",
        "content-length": "12",
        "server": "tengine",
        "retry-after": "3",
        "x-log-id": "L",
    }
    made = recorder(HttpResponse(200, headers, b"{}"))
    answer = made.send(ask())
    allowed = {"content-type", "date", "retry-after", "x-log-id", "x-tt-logid"}
    assert set(answer.headers) == set(made.recording.interactions[0].headers) == allowed
    data = write_canonical(made.recording, ORIGIN)
    assert b"session" not in data
    assert b"uthorization" not in data


def test_a_conversation_gets_the_redacted_response() -> None:
    redactor = Redactor([TOKEN])
    made = recorder(answered(said(f"你的令牌是{TOKEN}。")), redactor=redactor)
    answer = made.send(listing())
    assert TOKEN.encode() not in answer.body
    assert "你的令牌是<redacted>。" in answer.body.decode()
    assert answer.body == made.recording.interactions[0].response_body


def test_poll_durations_are_the_time_that_each_chat_took() -> None:
    made = recorder(
        answered(chat("created"), 0.0),
        answered(chat("in_progress"), 1.0),
        answered(chat("in_progress"), 2.0),
        answered(chat("completed"), 3.0, 0.5),
        answered(said(), 3.6),
        answered(chat("created"), 10.0),
        answered(chat("completed"), 12.0, 0.25),
    )
    for call in (ask(), poll(), poll(), poll(), listing(), ask("然后呢?"), poll()):
        made.send(call)
    assert made.recording.poll_durations == (3.5, 2.25)
