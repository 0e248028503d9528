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
    ask,
    chat,
    json_response,
    listing,
    messages_body,
    odd_body,
    poll,
    seeded_random,
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


def reopen_recording(recording_transport: RecordingTransport, tmp_path: Path) -> ReplayTransport:
    path = tmp_path / "a.yaml"
    write_cassette(path, recording_transport.recording, ORIGIN, Redactor())
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
        rng = seeded_random(share * 1000 + number)
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
        recording_transport = recorder(*answers)
        live = [recording_transport.send(call) for call in calls]
        transport = reopen_recording(recording_transport, tmp_path)
        played: list[HttpResponse] = []
        while len(transport.http_log) < len(recording_transport.recording.interactions):
            played.append(transport.send(calls[sum(answer.repeat_count for answer in played)]))
        transport.check_all_played()
        assert transport.http_log == recording_transport.http_log
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
    waiting = [json_response(chat("in_progress", f"L{n}"), n, 0.25) for n in range(1, 6)]
    recording_transport = recorder(
        json_response(chat("created")),
        *waiting,
        json_response(chat("completed")),
        json_response(messages_body()),
    )
    for call in (ask(), *[poll()] * 6, listing()):
        recording_transport.send(call)
    transport = reopen_recording(recording_transport, tmp_path)
    assert [item.repeat_count for item in recording_transport.recording.interactions] == [
        1,
        5,
        1,
        1,
    ]
    assert transport.send(ask()).repeat_count == 1
    answer = transport.send(poll())
    assert (answer.started, answer.elapsed, answer.repeat_count) == (1.0, 4.25, 5)
    assert recording_transport.calls == 8


def test_each_kept_poll_keeps_its_own_count(tmp_path: Path) -> None:
    states = ["created", "in_progress", "in_progress", "in_progress", "completed"]
    recording_transport = recorder(
        *[json_response(chat(state), n) for n, state in enumerate(states)]
    )
    for _ in states:
        recording_transport.send(poll())
    transport = reopen_recording(recording_transport, tmp_path)
    assert [transport.send(poll()).repeat_count for _ in range(3)] == [1, 3, 1]
    path = tmp_path / "a.yaml"
    path.write_bytes(path.read_bytes() + b"# edited\n")
    assert [item.repeat_count for item in read_cassette(path).interactions] == [1, 3, 1]


def test_only_polls_are_collapsed(tmp_path: Path) -> None:
    recording_transport = recorder(json_response(messages_body()), json_response(messages_body()))
    recording_transport.send(listing())
    recording_transport.send(listing())
    assert len(recording_transport.recording.interactions) == 2
    reopen_recording(recording_transport, tmp_path)


def test_polls_that_differ_in_truth_or_number_are_both_kept() -> None:
    recording_transport = recorder(
        json_response({"done": 1}), json_response({"done": True}), json_response({"done": 1.0})
    )
    for _ in range(3):
        recording_transport.send(poll())
    assert len(recording_transport.recording.interactions) == 3


def test_equal_polls_return_the_log_id_that_is_recorded() -> None:
    recording_transport = recorder(
        json_response(chat("in_progress", "L1")), json_response(chat("in_progress", "L2"))
    )
    first, second = recording_transport.send(poll()), recording_transport.send(poll())
    assert orjson.loads(second.body)["detail"]["logid"] == "L1"
    assert second.body == first.body


def test_a_repeated_attempt_replaces_the_rejected_one(tmp_path: Path) -> None:
    rejected = json_response({"code": 4013, "msg": "slow down"}, status=429)
    recording_transport = recorder(rejected, rejected, json_response(chat("created"), 3.0))
    for attempt in (1, 2, 3):
        recording_transport.send(HttpCall("POST", "/v3/chat", (), ask().body, attempt))
    assert [item.status for item in recording_transport.recording.interactions] == [200]
    assert recording_transport.calls == 3
    transport = reopen_recording(recording_transport, tmp_path)
    assert transport.send(ask()).started == 3.0
    transport.check_all_played()


def test_an_attempt_without_a_response_removes_nothing_from_the_recording() -> None:
    recording_transport = recorder(
        json_response(chat("in_progress")),
        None,
        json_response(chat("completed")),
        json_response(messages_body()),
    )
    recording_transport.send(poll())
    with pytest.raises(TransportError):
        recording_transport.send(poll())
    recording_transport.send(HttpCall("GET", poll().path, IDS, None, 2))
    statuses = [
        orjson.loads(item.response_body)["data"]["status"]
        for item in recording_transport.recording.interactions
    ]
    assert statuses == ["in_progress", "completed"]


def test_a_rejected_attempt_is_replaced_even_if_the_next_got_no_response() -> None:
    rejected = json_response({"code": 4013}, status=429)
    recording_transport = recorder(
        json_response(chat("in_progress")), rejected, None, json_response(chat("completed"))
    )
    recording_transport.send(poll())
    recording_transport.send(poll())
    with pytest.raises(TransportError):
        recording_transport.send(HttpCall("GET", poll().path, IDS, None, 2))
    recording_transport.send(HttpCall("GET", poll().path, IDS, None, 3))
    assert [item.status for item in recording_transport.recording.interactions] == [200, 200]


def test_a_rejected_poll_does_not_change_the_polls_before_it() -> None:
    busy = json_response({"code": 5000}, status=500)
    waiting = json_response(chat("in_progress"), 1.0)
    recording_transport = recorder(waiting, waiting, busy, busy, waiting, waiting)
    recording_transport.send(poll())
    recording_transport.send(poll())
    recording_transport.send(poll())
    recording_transport.send(HttpCall("GET", poll().path, IDS, None, 2))
    recording_transport.send(HttpCall("GET", poll().path, IDS, None, 3))
    recording_transport.send(poll())
    assert [(i.status, i.repeat_count) for i in recording_transport.recording.interactions] == [
        (200, 4)
    ]


def test_a_rejection_equal_to_the_one_before_it_is_replaced_too() -> None:
    busy = json_response({"code": 5000}, status=500)
    recording_transport = recorder(busy, busy, json_response(chat("completed")))
    recording_transport.send(poll())
    recording_transport.send(poll())
    recording_transport.send(HttpCall("GET", poll().path, IDS, None, 2))
    assert [(i.status, i.repeat_count) for i in recording_transport.recording.interactions] == [
        (500, 1),
        (200, 1),
    ]


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
    recording_transport = recorder(HttpResponse(200, headers, b"{}"))
    answer = recording_transport.send(ask())
    allowed = {"content-type", "date", "retry-after", "x-log-id", "x-tt-logid"}
    assert (
        set(answer.headers) == set(recording_transport.recording.interactions[0].headers) == allowed
    )
    data = write_canonical(recording_transport.recording, ORIGIN)
    assert b"session" not in data
    assert b"uthorization" not in data


def test_a_conversation_gets_the_redacted_response() -> None:
    redactor = Redactor([TOKEN])
    recording_transport = recorder(
        json_response(messages_body(f"你的令牌是{TOKEN}。")), redactor=redactor
    )
    answer = recording_transport.send(listing())
    assert TOKEN.encode() not in answer.body
    assert "你的令牌是<redacted>。" in answer.body.decode()
    assert answer.body == recording_transport.recording.interactions[0].response_body


def test_poll_durations_are_the_time_that_each_chat_took() -> None:
    recording_transport = recorder(
        json_response(chat("created"), 0.0),
        json_response(chat("in_progress"), 1.0),
        json_response(chat("in_progress"), 2.0),
        json_response(chat("completed"), 3.0, 0.5),
        json_response(messages_body(), 3.6),
        json_response(chat("created"), 10.0),
        json_response(chat("completed"), 12.0, 0.25),
    )
    for call in (ask(), poll(), poll(), poll(), listing(), ask("然后呢?"), poll()):
        recording_transport.send(call)
    assert recording_transport.recording.poll_durations == (3.5, 2.25)
