"""A replay has a strict order, and a mismatch shows what differs."""

from __future__ import annotations

import pytest
from cassette_samples import (
    HOST,
    IDS,
    ask,
    chat,
    json_response,
    listing,
    messages_body,
    plain_recording,
    poll,
    record_call,
    seeded_random,
)
from coze_harness.cassettes import Recording, Redactor, ReplayTransport
from coze_harness.cassettes.interaction import Interaction, split_target, split_uri
from coze_harness.cassettes.request_difference import request_differences
from coze_harness.messages import message
from coze_harness.model import JSON, HttpCall, replace
from coze_harness.model.errors import CassetteMismatchError, UnplayedInteractionsError
from hypothesis import given, settings
from hypothesis import strategies as st
from scale import scale_down

CALLS = (ask(), poll(), poll(), listing())
TOKEN = "pat_" + "a1B2" * 16


def transport(*items: Interaction, redactor: Redactor | None = None) -> ReplayTransport:
    recording = Recording(interactions=items) if items else plain_recording()
    return ReplayTransport(recording, "cassettes/某.yaml", redactor or Redactor())


def mismatch(recorded: HttpCall, now: HttpCall) -> str:
    with pytest.raises(CassetteMismatchError) as raised:
        transport(record_call(recorded, json_response({}))).send(now)
    return str(raised.value)


def test_a_recording_is_replayed_in_order_with_its_times() -> None:
    played = transport()
    answers = [played.send(call) for call in CALLS]
    played.check_all_played()
    assert [answer.body for answer in answers] == [
        item.response_body for item in plain_recording().interactions
    ]
    assert [(answer.started, answer.elapsed) for answer in answers] == [
        (0.0, 0.1),
        (1.0, 0.1),
        (2.0, 0.1),
        (2.2, 0.1),
    ]
    assert [(e.method, e.path, e.status, e.start) for e in played.http_log] == [
        ("POST", "/v3/chat", 200, 0.0),
        ("GET", "/v3/chat/retrieve", 200, 1.0),
        ("GET", "/v3/chat/retrieve", 200, 2.0),
        ("POST", "/v3/chat/message/list", 200, 2.2),
    ]


@pytest.mark.parametrize("seed", range(10))
def test_any_other_order_is_a_mismatch(seed: int) -> None:
    rng = seeded_random(seed)
    order = [0, 1, 3]
    while order == [0, 1, 3]:
        rng.shuffle(order)
    played = transport(*(plain_recording().interactions[n] for n in (0, 1, 3)))
    with pytest.raises(CassetteMismatchError):
        [played.send(CALLS[n]) for n in order]


def test_a_mismatch_does_not_advance_the_replay() -> None:
    played = transport()
    with pytest.raises(CassetteMismatchError):
        played.send(listing())
    assert played.http_log == ()
    assert played.send(ask()).status == 200


def test_a_mismatch_shows_where_the_bodies_differ() -> None:
    error_text = mismatch(ask("你是谁?"), ask("你叫什么?"))
    assert error_text.startswith("cassettes/某.yaml: Interaction 1 ")
    assert 'recorded  additional_messages[0].content = "你是谁?"' in error_text
    assert 'now       additional_messages[0].content = "你叫什么?"' in error_text
    assert "next: " in error_text


def test_a_mismatch_of_the_path_shows_both_requests() -> None:
    error_text = mismatch(ask(), listing())
    assert "recorded  POST /v3/chat\n" in error_text
    assert "now       POST /v3/chat/message/list?conversation_id=7381" in error_text


def test_a_call_after_the_end_of_the_recording_is_a_mismatch() -> None:
    played = transport(record_call(ask(), json_response({})))
    played.send(ask())
    with pytest.raises(CassetteMismatchError) as raised:
        played.send(poll())
    assert raised.value.what == message("cassette.call.none_left", n=1)
    assert str(raised.value.detail[0]).startswith("now       GET /v3/chat/retrieve?")


def test_interactions_that_were_not_played_are_an_error() -> None:
    played = transport()
    played.send(ask())
    with pytest.raises(UnplayedInteractionsError) as raised:
        played.check_all_played()
    assert str(raised.value.what).startswith("3 of 4 ")
    assert "GET /v3/chat/retrieve" in str(raised.value.what)


def test_the_host_is_ignored() -> None:
    item = replace(record_call(ask(), json_response({})), host="https://other.example/gate")
    assert transport(item).send(ask()).status == 200


def test_the_order_of_the_query_does_not_matter_but_its_values_do() -> None:
    now = HttpCall("GET", "/v3/chat/retrieve", IDS[::-1])
    assert transport(record_call(poll(), json_response({}))).send(now).status == 200
    other = HttpCall("GET", "/v3/chat/retrieve", (IDS[0], ("chat_id", "1")))
    assert "chat_id=1" in mismatch(poll(), other)
    assert "GET" in mismatch(poll(), HttpCall("GET", "/v3/chat/retrieve", IDS[:1]))
    assert "GET" in mismatch(poll(), HttpCall("GET", "/v3/chat/retrieve", (*IDS, IDS[0])))


def test_a_query_may_be_encoded_differently() -> None:
    now = HttpCall("GET", "/x", (("q", "你 好&=#+/~"), ("空", "")))
    item = replace(
        record_call(now, json_response({})),
        target="/x?%E7%A9%BA=&q=%e4%bd%a0+%e5%a5%bd%26%3D%23%2B/~",
    )
    assert transport(item).send(now).status == 200


@pytest.mark.parametrize(
    ("one", "other"),
    [(True, 1), (False, 0), (1, 1.0), ("1", 1), (None, False), ([], {}), ("", None), ([1], [1, 2])],
)
def test_values_that_are_equal_in_python_but_not_in_json_differ(one: JSON, other: JSON) -> None:
    error_text = mismatch(
        HttpCall("POST", "/x", (), {"a": [one]}), HttpCall("POST", "/x", (), {"a": [other]})
    )
    assert "recorded  a" in error_text


def test_large_numbers_are_compared_to_the_last_digit() -> None:
    one, other = (
        HttpCall("POST", "/x", (), {"n": 2**70}),
        HttpCall("POST", "/x", (), {"n": 2**70 + 1}),
    )
    assert transport(record_call(one, json_response({}))).send(one).status == 200
    mismatch(one, other)


def test_order_of_keys_and_white_space_are_ignored() -> None:
    item = replace(
        record_call(ask(), json_response({})), request_body=b' {"b" : [1, {"d":2,"c": 1}],\n"a":1}'
    )
    now = HttpCall("POST", "/v3/chat", (), {"a": 1, "b": [1, {"c": 1, "d": 2}]})
    assert transport(item).send(now).status == 200
    tuples = HttpCall("POST", "/v3/chat", (), {"a": 1, "b": (1, {"c": 1, "d": 2})})
    assert transport(item).send(tuples).status == 200


def test_an_added_and_a_removed_body_are_shown() -> None:
    assert "recorded  body = null" in mismatch(listing(), replace(listing(), body={"a": 1}))
    assert "now       body = null" in mismatch(ask(), replace(ask(), body=None))
    mismatch(listing(), replace(listing(), body={}))


def test_a_recorded_body_that_is_not_json_matches_nothing() -> None:
    item = replace(record_call(ask(), json_response({})), request_body=b"a=1&b=2")
    with pytest.raises(CassetteMismatchError):
        transport(item).send(ask())


@pytest.mark.parametrize("prompt", ["\ud800", "a\udfffb", "😀", "\x00", "\u2028", "\\ud800"])
def test_odd_prompts_match_themselves(prompt: str) -> None:
    assert transport(record_call(ask(prompt), json_response({}))).send(ask(prompt)).status == 200


def test_a_prompt_that_was_redacted_still_matches() -> None:
    redactor = Redactor([TOKEN], ["1[38][0-9]{9}"])
    call = ask(f"我的令牌是 {TOKEN}，电话 13800138000，钥匙 sk-{'x9' * 20}")
    item = record_call(call, json_response({}), redactor)
    assert b"<redacted>" in item.request_body
    played = transport(item, redactor=Redactor(patterns=["1[38][0-9]{9}"]))
    assert played.send(call).status == 200


def test_a_query_that_was_redacted_still_matches() -> None:
    call = HttpCall("GET", "/x", (("token", TOKEN), ("b", "1")))
    item = record_call(call, json_response({}), Redactor())
    assert TOKEN not in item.target
    assert transport(item).send(call).status == 200


def test_a_message_contains_no_secret_of_the_call() -> None:
    error_text = mismatch(ask("你是谁?"), ask(f"令牌 {TOKEN}"))
    assert "令牌 <redacted>" in error_text
    assert "a1B2" not in error_text
    assert "a1B2" not in mismatch(poll(), HttpCall("GET", "/x", (("t", TOKEN),)))
    played = transport(record_call(ask(), json_response({})))
    played.send(ask())
    with pytest.raises(CassetteMismatchError) as raised:
        played.send(HttpCall("GET", "/x", (("t", TOKEN),)))
    assert "a1B2" not in str(raised.value)


def test_polls_are_replayed_with_their_repeat_count() -> None:
    waiting = replace(record_call(poll(), json_response(chat("in_progress"), 1.0)), repeat_count=7)
    played = transport(waiting, record_call(listing(), json_response(messages_body())))
    assert played.send(poll()).repeat_count == 7
    assert played.http_log[0].repeat_count == 7


def test_a_long_difference_is_cut() -> None:
    error_text = mismatch(ask("甲" * 5000), ask("乙" * 5000))
    assert "(5,002 characters)" in error_text
    assert len(error_text) < 1200


def test_differences_have_their_path() -> None:
    before: JSON = {"a": [{"b": 1}], "gone": None, "same": {"x": []}}
    now: JSON = {"a": [{"b": True}], "same": {"x": []}, "new": "新"}
    assert list(map(str, request_differences(before, now))) == [
        "recorded  a[0].b = 1",
        "now       a[0].b = true",
        "recorded  gone = null",
        "now       gone is absent",
        "recorded  new is absent",
        'now       new = "新"',
    ]


json_values: st.SearchStrategy[JSON] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None, max_examples=scale_down(300))
@given(
    st.dictionaries(st.text(), json_values, max_size=4), st.lists(st.tuples(st.text(), st.text()))
)
def test_every_call_matches_its_own_recording(
    body: dict[str, JSON], query: list[tuple[str, str]]
) -> None:
    call = HttpCall("POST", "/v3/chat", tuple(query), body)
    assert transport(record_call(call, json_response({}))).send(call).status == 200
    reordered = HttpCall("POST", "/v3/chat", tuple(query[::-1]), dict(reversed(body.items())))
    assert transport(record_call(call, json_response({}))).send(reordered).status == 200


@settings(deadline=None, max_examples=scale_down(300))
@given(st.lists(st.tuples(st.text(), st.text(min_size=1))))
def test_a_target_can_be_split_into_the_same_query(query: list[tuple[str, str]]) -> None:
    sent = HttpCall("GET", "/v3/x", tuple(query)).target
    assert sent.isascii()
    assert " " not in sent
    assert split_target(sent) == ("/v3/x", sorted(query))
    assert split_uri(HOST + sent) == (HOST, sent)


def test_a_path_is_encoded_as_it_is_sent() -> None:
    assert (
        HttpCall("GET", "/v1/bots/机器 人?#").target
        == "/v1/bots/%E6%9C%BA%E5%99%A8%20%E4%BA%BA%3F%23"
    )
    assert HttpCall("GET", "//v1/%41:@").target == "//v1/%41:@"
    assert split_uri("https://a.example") == ("https://a.example", "/")


def test_a_reading_call_may_be_recorded_by_either_method() -> None:
    for call in (poll(), listing()):
        other = replace(call, method="POST" if call.method == "GET" else "GET")
        transport(record_call(other, json_response({}))).send(call)
    deletion = replace(listing(), method="DELETE")
    with pytest.raises(CassetteMismatchError):
        transport(record_call(deletion, json_response({}))).send(listing())
    with pytest.raises(CassetteMismatchError):
        transport(record_call(replace(ask(), method="GET"), json_response({}))).send(ask())


def test_messages_have_a_type_that_older_recordings_lack() -> None:
    def typed_prompt(kind: str) -> HttpCall:
        message: JSON = {"role": "user", "type": kind, "content": "好", "content_type": "text"}
        return HttpCall("POST", "/v3/chat", (), {**body, "additional_messages": [message]})

    body = ask().body or {}
    old, new, other = ask("好"), typed_prompt("question"), typed_prompt("answer")
    transport(record_call(old, json_response({}))).send(new)
    assert "type" in mismatch(new, old)
    assert "type" in mismatch(new, other)
