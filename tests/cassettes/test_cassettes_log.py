"""A trial's HTTP log: Coze's own code and the request's body, with any body."""

from __future__ import annotations

import json

import pytest
from coze_harness.cassettes.http_log import build_http_log
from coze_harness.cassettes.interaction import Interaction
from coze_harness.model import JSON, LoggedCall
from coze_harness.text.json_text import dump_json, reindent_json
from hypothesis import given, settings
from hypothesis import strategies as st
from scale import scale_down

LONG = "答" * 200


def log_call(response: bytes, request: bytes = b"") -> LoggedCall:
    item = Interaction(
        method="POST",
        host="https://api.coze.com",
        target="/v3/chat?conversation_id=1",
        request_body=request,
        status=200,
        headers={},
        response_body=response,
    )
    (entry,) = build_http_log([item])
    return entry


def pretty(value: JSON) -> bytes:
    """Return a value as a cassette has it."""
    text = dump_json(value).decode()
    return (reindent_json(text) or text).encode()


@pytest.mark.parametrize("filling", ["", LONG])
@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"data": {"code": 1}, "code": 0, "msg": ""}, 0),
        ({"code": 4101, "msg": "rejected", "detail": {"logid": "a"}}, 4101),
        ({"code": 0, "data": [{"code": 5, "n": {"code": 6}}]}, 0),
        ({"data": {"code": 5}}, None),
        ({"data": [{"code": 5}]}, None),
        ({"detail": {"code": 5}, "msg": '\n  "code": 7'}, None),
        ({"code": 0, "msg": '"code": 7}'}, 0),
        ({"code": -1}, -1),
        ({"code": "0"}, None),
        ({"code": True}, None),
        ({"code": 1.0}, None),
        ({"code": None}, None),
        ({"code": 2**80}, None),
        ({"\ud83d": 1, "code": 3}, 3),
        ([{"code": 5}], None),
    ],
)
def test_the_code_is_that_of_the_envelope_and_not_of_a_value_in_it(
    value: JSON, code: int | None, filling: str
) -> None:
    if isinstance(value, dict) and filling:
        value = {"filling": filling, **value}
    for text in (json.dumps(value).encode(), pretty(value)):
        assert log_call(text).code == code


def pad_body(text: str) -> bytes:
    """Return a long body with unusual white space."""
    return text.replace("…", LONG).encode()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (pad_body('{"x":"…","data":{\n  "code": 5\n}}'), None),
        (pad_body('{"code":1,"x":"…","data":{\n  "code": 5\n}}'), 1),
        (pad_body('{"code":1,"x":"…","data":[{\n  "code": 5\n}]}'), 1),
        (pad_body('{"x":"…",\n  "code": 1,"code":2}'), 2),
        (pad_body('{"x":"…",\n  "code": 1,"\\u0063ode":2}'), 2),
        (pad_body('{"code":2,"x":"…",\n  "code": 1}'), 1),
        (pad_body('{"x":"…",\n  "code": NaN}'), None),
        (pad_body('[{"x":"…",\n  "code": 1}]'), None),
        (pad_body('\ufeff{"x":"…","code": 1}'), 1),
        (pad_body('  {"x":"…",\n  "code": 1}'), 1),
        (pad_body('<html>…\n  "code": 1}'), None),
        (pad_body('event:done\ndata:{"x":"…",\n  "code": 1}\n'), None),
        (pad_body('{"x":"…",\n  "code": 1'), None),
        (pad_body('{"x":"…",\n  "code": 1}}'), None),
        (b"", None),
        (b"\xff\xfe\x00", None),
        (b"[" * 100_000, None),
        (b'{"code":' * 100_000, None),
        ('{"x":"…","code": 1}'.encode("utf-16"), 1),
    ],
)
def test_odd_bodies_have_the_code_that_a_parser_finds(body: bytes, code: int | None) -> None:
    assert log_call(body).code == code


scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3)
names = st.sampled_from(["code", "data", "msg", "x", '\n  "code": 3', "答" * 150])
values: st.SearchStrategy[JSON] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=scale_down(300), deadline=None)
@given(st.dictionaries(names, values, min_size=1, max_size=4), st.integers(0, 4))
def test_the_code_is_found_in_any_layout_of_the_envelope(
    envelope: dict[str, JSON], indent: int
) -> None:
    value_of_code = envelope.get("code")
    code = value_of_code if type(value_of_code) is int else None
    assert log_call(json.dumps(envelope, ensure_ascii=False).encode()).code == code
    assert log_call(json.dumps(envelope, ensure_ascii=False, indent=indent).encode()).code == code
    assert log_call(pretty(envelope)).code == code


@pytest.mark.parametrize(
    "value",
    [
        {"bot_id": "1", "additional_messages": [{"content": "你是谁?\u2028🤖"}]},
        {"parameters": {"n": 2**80, "x": 1.0}},
        {"a": "\ud83d"},
        [],
    ],
)
def test_a_requests_body_is_logged_equally_when_recorded_and_replayed(value: JSON) -> None:
    recorded, replayed = dump_json(value), pretty(value)
    assert log_call(b"{}", recorded).body == log_call(b"{}", replayed).body
    assert json.loads(log_call(b"{}", recorded).body) == value


def test_an_absent_body_is_logged_as_empty_and_a_body_that_is_not_json_as_text() -> None:
    assert log_call(b"{}").body == ""
    assert log_call(b"{}", b"a=1&b=2").body == "a=1&b=2"
    assert log_call(b"{}", b"\xff").body == "\ufffd"
