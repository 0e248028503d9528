"""Secrets that a stream carries in pieces, and every form of the run's own token."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import secret_formats
import yaml
from cassette_samples import HOST, ORIGIN, ask, json_response, messages_body, poll, record_call
from coze_harness.cassettes import RecordingTransport, Redactor
from coze_harness.cassettes.cassette_files import find_secret, read_cassette, write_cassette
from coze_harness.cassettes.known_secrets import base64_forms
from coze_harness.cassettes.recording import Recording
from coze_harness.cassettes.replay_transport import ReplayTransport
from coze_harness.model import HttpCall, HttpResponse, replace
from coze_harness.model.errors import SecretLeakError
from coze_harness.text.sse import frame_ends, parse_events
from hypothesis import given, settings
from hypothesis import strategies as st
from scale import scale_down

STREAM = {"content-type": "text/event-stream"}
CORE = "Zx9Kq2Vb7Lm4Wp8T" * 4
TOKEN = f"pat_{CORE}"


def _pieces(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def _frame(name: str, data: object, *, ascii_only: bool = False) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=ascii_only)}\n\n"


def _stream(field: str, pieces: Sequence[str], message: str = "31", *, escape: bool = False) -> str:
    deltas = [
        _frame(
            "conversation.message.delta",
            {"id": message, "role": "assistant", "type": "answer", "content": "", field: piece},
            ascii_only=escape,
        )
        for piece in pieces
    ]
    whole = {"id": message, "type": "answer", "content": "", field: "".join(pieces)}
    return "".join([*deltas, _frame("conversation.message.completed", whole, ascii_only=escape)])


def _join_deltas(body: bytes, field: str) -> dict[str, str]:
    """Return the joined deltas of each message, as a reader of the stream would have them."""
    texts: dict[str, str] = {}
    for event in parse_events(body):
        if event.name.endswith("delta"):
            data = json.loads(event.data)
            value = data
            for key in field.split("."):
                value = value[int(key)] if key.isdigit() else value[key]
            texts[data["id"]] = texts.get(data["id"], "") + value
    return texts


def _completed_text(body: bytes, field: str) -> str:
    (data,) = [json.loads(e.data) for e in parse_events(body) if e.name.endswith("completed")]
    return str(data[field])


@pytest.mark.parametrize("field", ["content", "reasoning_content"])
@pytest.mark.parametrize("size", [1, 7])
@pytest.mark.parametrize("kind", ["own", *secret_formats.SHAPES])
def test_a_secret_in_pieces_is_redacted_in_as_many_frames(field: str, size: int, kind: str) -> None:
    one = secret_formats.Sample("own", TOKEN, (CORE,))
    if kind != "own":
        one = secret_formats.samples(f"{field}{size}")[list(secret_formats.SHAPES).index(kind)]
    body = _stream(field, _pieces(f"好的，这是：\n{one.text}\n请保密。", size)).encode()
    redacted = Redactor([TOKEN]).redact_body(body)
    text = _join_deltas(redacted, field)["31"]
    assert not [core for core in one.cores if core in text], text
    assert text == _completed_text(redacted, field)
    assert text.startswith("好的，这是：\n")
    assert text.endswith("\n请保密。")
    assert "<redacted>" in text
    assert len(frame_ends(redacted)) == len(frame_ends(body))
    assert len(list(parse_events(redacted))) == len(list(parse_events(body)))


def test_interleaved_messages_are_joined_each_for_itself() -> None:
    first = _stream("content", _pieces(f"一 {TOKEN} 一", 5), "1").split("\n\n")
    second = _stream("content", _pieces("二 sk-proj-" + "Ab3" * 20 + " 二", 5), "2").split("\n\n")
    mixed = [frame for pair in zip(first, second, strict=False) for frame in pair if frame]
    body = ("\n\n".join(mixed) + "\n\n").encode()
    texts = _join_deltas(Redactor([TOKEN]).redact_body(body), "content")
    assert texts["1"].startswith("一 <redacted>")
    assert texts["2"].startswith("二 <redacted>")
    assert "Zx9" not in texts["1"]
    assert "Ab3" not in texts["2"]


def test_arguments_of_a_call_are_joined_wherever_they_are() -> None:
    arguments = json.dumps({"key": TOKEN, "inner": json.dumps({"api_key": "Qw3Er5Ty7Ui9Op1As3Df"})})
    frames = [
        _frame(
            "x.delta",
            {"id": "9", "choices": [{"delta": {"tool_calls": [{"function": {"arguments": one}}]}}]},
        )
        for one in _pieces(arguments, 6)
    ]
    body = "".join(frames).encode()
    redacted = Redactor([TOKEN]).redact_body(body)
    joined = _join_deltas(redacted, "choices.0.delta.tool_calls.0.function.arguments")["9"]
    value = json.loads(joined)
    assert value["key"] == "<redacted>"
    assert json.loads(value["inner"]) == {"api_key": "<redacted>"}
    assert len(list(parse_events(redacted))) == len(frames)


def test_escapes_and_line_ends_of_a_stream_stay_as_they_are() -> None:
    body = _stream("content", _pieces(f'说 "{TOKEN}"\t了', 9), escape=True).replace("\n", "\r\n")
    redacted = Redactor([TOKEN]).redact_body(body.encode()).decode()
    assert _join_deltas(redacted.encode(), "content")["31"] == '说 "<redacted>"\t了'
    assert "\\u8bf4" in redacted
    assert redacted.count("\r\n") == body.count("\r\n")


def test_a_stream_of_plain_text_is_joined() -> None:
    body = "".join(f"data: {piece}\n\n" for piece in _pieces(TOKEN, 7)).encode()
    redacted = Redactor([TOKEN]).redact_body(body)
    assert "".join(event.data for event in parse_events(redacted)) == "<redacted>"


def test_a_stream_without_secrets_is_not_changed() -> None:
    body = _stream("content", _pieces("天气很好，温度 21 度，编号 sat_20240101。" * 30, 4)).encode()
    redactor = Redactor([TOKEN], ["k[0-9]{20}"], ["cn_personal"])
    assert redactor.redact_body(body) is body


@pytest.mark.parametrize("size", [1, 2, 5])
def test_the_projects_rules_apply_to_joined_texts(size: int) -> None:
    body = _stream("content", _pieces("工号 EMP-00427，电话 138-0013-8000。", size)).encode()
    redacted = Redactor((), [r"EMP-\d{5}"], ["cn_personal"]).redact_body(body)
    assert _join_deltas(redacted, "content")["31"] == "工号 <redacted>，电话 <redacted>。"


@settings(deadline=None, max_examples=scale_down(80))
@given(st.lists(st.integers(1, 30), min_size=1, max_size=20), st.text('你ab \\"\n🎈', max_size=9))
def test_any_cut_gives_the_text_of_the_completed_event(cuts: list[int], around: str) -> None:
    text = f"{around} {TOKEN} {around}"
    pieces: list[str] = []
    for cut in cuts:
        pieces.append(text[:cut])
        text = text[cut:]
    body = _stream("content", [*pieces, text]).encode()
    redacted = Redactor([TOKEN]).redact_body(body)
    assert _join_deltas(redacted, "content")["31"] == f"{around} <redacted> {around}"
    assert _completed_text(redacted, "content") == f"{around} <redacted> {around}"


FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "upper case": str.upper,
    "reversed": lambda text: text[::-1],
    "reversed core": lambda text: (text.partition("_")[2] or text)[::-1],
    "hex": lambda text: text.encode().hex(),
    "upper hex": lambda text: text.encode().hex().upper(),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 after one": lambda text: base64.b64encode(b"a" + text.encode() + b"bc").decode(),
    "base64 after two": lambda text: base64.b64encode(b"ab" + text.encode() + b"c").decode(),
    "url base64": lambda text: base64.urlsafe_b64encode(b"a" + text.encode()).decode(),
    "percent": lambda text: "".join(f"%{ord(c):02x}" for c in text),
    "percent twice": lambda text: quote("".join(f"%{ord(c):02X}" for c in text)),
    "html": lambda text: "".join(f"&#{ord(c)};" for c in text),
    "html hex": lambda text: "".join(f"&#x{ord(c):X};" for c in text),
    "html escaped": lambda text: html.escape(f"<b>'{text}'</b>"),
    "spaced": " ".join,
    "spaced lines": "\n".join,
    "zero width": "\u200b".join,
    "spaced upper": lambda text: " ".join(text.upper()),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "token", [TOKEN, "czs_Ab3dE5fG7-hJ9kL1mN3_pQ5rS7tU9vW1", "5f3c9d1be7a24680"]
)
def test_every_form_of_the_token_is_redacted(form: str, token: str, tmp_path: Path) -> None:
    text = FORMS[form](token)
    redactor = Redactor([token])
    for number, body in enumerate(
        (
            f"见 {text} 。".encode(),
            json.dumps({"content": f"见 {text} 。"}).encode(),
            json.dumps({"a": json.dumps({"b": f"见 {text} 。"})}).encode(),
            _stream("content", _pieces(f"见 {text} 。", 7)).encode(),
        )
    ):
        redacted = redactor.redact_body(body)
        if number == 3:
            redacted = _join_deltas(redacted, "content")["31"].encode()
        assert b"<redacted" in redacted
        assert text.encode() not in redacted
        assert form == "html escaped" or text[-14:].encode() not in redacted
        for core in (token[4:], *base64_forms(token[4:])):
            assert core.encode() not in redacted
        assert redactor.find_secret(body.decode()) or number == 3
        assert redactor.find_secret_in_body(body)


class _Answers:
    """A transport with given responses."""

    def __init__(self, *answers: HttpResponse) -> None:
        self._answers = list(answers)

    def send(self, call: HttpCall) -> HttpResponse:
        assert call.path
        return self._answers.pop(0)


def _record(bodies: Sequence[bytes], redactor: Redactor, prompts: Sequence[str]) -> Recording:
    times = (0.1, 0.2, 0.3)
    answers = [
        HttpResponse(200, STREAM, body, 0.0, 1.0, frame_times=times * (len(frame_ends(body)) // 3))
        for body in bodies
    ]
    recorder = RecordingTransport(_Answers(*answers), HOST, redactor)
    for prompt in prompts:
        recorder.send(ask(prompt))
    return recorder.recording


def test_frames_keep_their_times_and_vcrpy_replays_them(tmp_path: Path) -> None:
    body = _stream("content", _pieces(f"答 {TOKEN} 完", 7)).encode()
    body += b"event: done\ndata: {}\n\n" * (-len(frame_ends(body)) % 3)
    recording = _record([body], Redactor([TOKEN]), ["你好"])
    (item,) = recording.interactions
    assert len(item.frame_times) == len(frame_ends(item.response_body)) == len(frame_ends(body))
    path = tmp_path / "a.yaml"
    write_cassette(path, recording, ORIGIN, Redactor([TOKEN]))
    (stored,) = read_cassette(path).interactions
    assert stored.response_body == item.response_body
    assert stored.frame_times == item.frame_times
    (entry,) = yaml.safe_load(path.read_text("utf-8"))["interactions"]
    assert entry["response"]["body"]["string"].encode() == item.response_body
    assert _join_deltas(item.response_body, "content")["31"] == "答 <redacted> 完"


def test_a_cassette_with_a_secret_in_pieces_is_not_written(tmp_path: Path) -> None:
    body = _stream("content", _pieces(f"答 {TOKEN} 完", 7)).encode()
    leaky = Recording(
        interactions=(
            replace(record_call(poll(), json_response(messages_body())), response_body=body),
        )
    )
    path = tmp_path / "a.yaml"
    with pytest.raises(SecretLeakError):
        write_cassette(path, leaky, ORIGIN, Redactor())
    assert not path.exists()
    assert find_secret(b"", leaky, Redactor())


def test_each_secret_has_one_placeholder_in_a_recording() -> None:
    key = "sk-proj-" + "Ab3" * 20
    body = json.dumps({"a": [TOKEN, key, base64.b64encode(TOKEN.encode()).decode()]}).encode()
    recording = _record([body, body], Redactor([TOKEN]), [f"我的 {key}", f"又是 {TOKEN} {key}"])
    first, second = recording.interactions
    assert _prompt(first.request_body) == "我的 <redacted>"
    assert _prompt(second.request_body) == "又是 <redacted:2> <redacted>"
    for item in (first, second):
        assert json.loads(item.response_body)["a"] == ["<redacted:2>", "<redacted>", "<redacted:2>"]


def test_a_secret_that_is_known_by_its_context_is_redacted_without_it() -> None:
    bodies = [
        json.dumps({"a": text}).encode() for text in ("hunter2secret?", "password=hunter2secret")
    ]
    recording = _record([*bodies, bodies[0]], Redactor(), ["一", "二", "三"])
    texts = [json.loads(item.response_body)["a"] for item in recording.interactions]
    assert texts == ["<redacted>?", "password=<redacted>", "<redacted>?"]


def _prompt(body: bytes) -> str:
    value: Any = json.loads(body)
    return str(value["additional_messages"][0]["content"])


@pytest.mark.parametrize(
    ("recorded", "sent", "matches"),
    [
        ("我的 <redacted>，好", f"我的 {TOKEN}，好", True),
        ("我的 <redacted:3>，好", f"我的 {TOKEN}，好", True),
        ("口令 <redacted:2> 和 <redacted>", "口令 abc 和 def", True),
        ("<redacted>", "hunter2secret", True),
        ("我的 <redacted>，好", f"我的 {TOKEN}，坏", False),
        ("我的 <redacted>，好", "我的 另一个 问题，好", False),
        ("<redacted>", "天气怎么样", False),
        ("a <redacted> b", "a  b", False),
    ],
)
def test_a_placeholder_matches_the_secret_that_it_replaced(
    recorded: str, sent: str, matches: bool
) -> None:
    item = record_call(ask(recorded), json_response(messages_body()))
    transport = ReplayTransport(Recording(interactions=(item,)), "a.yaml", Redactor())
    if matches:
        assert transport.send(ask(sent)).status == 200
    else:
        with pytest.raises(Exception, match="does not match"):
            transport.send(ask(sent))
