"""Plain vcrpy and pytest-recording replay our files, and we play theirs."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
import vcr
from cassette_samples import (
    ORIGIN,
    ask,
    chat,
    json_response,
    listing,
    messages_body,
    plain_recording,
    poll,
    record_call,
)
from coze_harness.cassettes import (
    Recording,
    Redactor,
    ReplayTransport,
)
from coze_harness.cassettes.canonical_format import read_canonical, write_canonical
from coze_harness.cassettes.cassette_files import read_cassette, write_cassette
from coze_harness.cassettes.interaction import Interaction
from coze_harness.model import HttpCall
from coze_harness.text.json_text import dump_json

PROMPT = "你是谁？😀 \u2028 “引号”"
ANSWER = "我是 chatchat：一个虚拟的学术助手。\n\t第二行 😀\x7f\x85"


class Coze(BaseHTTPRequestHandler):
    """Answers like Coze, as far as a cassette can tell; compressed if asked."""

    polls = 0

    def do_GET(self) -> None:
        type(self).polls += 1
        self._answer(chat("in_progress" if self.polls % 3 else "completed", f"L{self.polls}"))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "message/list" in self.path:
            self._answer(messages_body(ANSWER))
        else:
            assert json.loads(body)["additional_messages"][0]["content"] == PROMPT
            self._answer(chat("created"))

    def _answer(self, value: object) -> None:
        data = json.dumps(value, ensure_ascii=False).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("X-Tt-Logid", "L7")
        self.send_header("Set-Cookie", "session=1")
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            data = gzip.compress(data)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[str]:
    handler = type("Fresh", (Coze,), {"polls": 0})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def send(session: requests.Session, host: str, call: HttpCall) -> tuple[int, bytes]:
    body = dump_json(call.body) if call.body is not None else None
    headers = {"Content-Type": "application/json"} if body else {}
    sent = session.request(call.method, host + call.target, data=body, headers=headers)
    return sent.status_code, sent.content


@contextmanager
def plain_vcr(path: Path) -> Iterator[requests.Session]:
    with vcr.use_cassette(str(path), record_mode="none"), requests.Session() as session:
        session.trust_env = False
        yield session


OURS = (
    record_call(ask(PROMPT), json_response(chat("created"))),
    record_call(poll(), json_response(chat("in_progress"), 1.0)).with_repeat(
        record_call(poll(), json_response(chat("in_progress"), 2.0))
    ),
    record_call(poll(), json_response(chat("completed"), 3.0)),
    record_call(listing(), json_response(messages_body(ANSWER), 3.1)),
    record_call(
        HttpCall("GET", "/v1/文件", (("q", "甲 乙&"),)), json_response({"code": 4000}, status=429)
    ),
)  # fmt: skip


def _with_body(body: bytes) -> Interaction:
    return Interaction(
        method="GET",
        host="https://api.coze.com",
        target="/odd",
        request_body=b"",
        status=200,
        headers={"content-type": "text/plain; charset=utf-8"},
        response_body=body,
    )


def test_plain_vcrpy_replays_our_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    write_cassette(path, Recording(interactions=OURS), ORIGIN, Redactor())
    whole = path.read_bytes()
    read = read_cassette(path)
    with plain_vcr(path) as session:
        for item in read.interactions:
            call = requests.Request(
                item.method, item.host + item.target, data=item.request_body or None
            )
            sent = session.send(session.prepare_request(call))
            assert sent.status_code == item.status
            assert sent.content == item.response_body
            assert sent.headers["x-tt-logid"] == item.headers["x-tt-logid"]
    assert [item.repeat_count for item in read.interactions] == [1, 2, 1, 1, 1]
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\x00\xfe",
        ' {"lead": "空"} \n'.encode(),
        "event:done\r\ndata:\"[DONE]\"\r\n\r\n甲\u2028\x85\x7f\ufeff".encode(),
        "- |-: # 甲\n\n".encode(),
        b'{"n":[1.0,1e5],"a":1,"a":"\\ud83d\\ude00\\/"}',
        ("长" * 40_000).encode(),
    ],
)  # fmt: skip
def test_plain_vcrpy_replays_our_odd_bodies(body: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(write_canonical(Recording(interactions=(_with_body(body),)), ORIGIN))
    kept_body = read_cassette(path).interactions[0].response_body
    with plain_vcr(path) as session:
        assert session.get("https://api.coze.com/odd").content == kept_body


def test_a_file_rewritten_by_vcrpy_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    write_cassette(path, plain_recording(), ORIGIN, Redactor())
    with vcr.use_cassette(str(path), record_mode="new_episodes") as cassette:
        cassette.dirty = True
    read = read_cassette(path)
    assert not read.canonical
    assert read.origin is None
    assert [item.response_body for item in read.interactions] == [
        item.response_body for item in _laid_out(plain_recording()).interactions
    ]


def _laid_out(recording: Recording) -> Recording:
    read = read_canonical(write_canonical(recording, ORIGIN))
    assert read is not None
    return read


PLAYED = [ask(PROMPT), poll(), poll(), poll(), listing()]


def _check_played(path: Path, bodies: list[bytes]) -> None:
    recording = read_cassette(path)
    assert not recording.canonical
    transport = ReplayTransport(recording, str(path), Redactor())
    assert [transport.send(call).body for call in PLAYED] == bodies
    transport.check_all_played()
    assert recording.interactions[0].headers["x-tt-logid"] == "L7"
    assert json.loads(bodies[-1])["data"][0]["content"] == ANSWER


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("options", [{}, {"decode_compressed_response": True}])
@pytest.mark.parametrize("serializer", ["yaml", "json"])
def test_we_replay_a_recording_of_plain_vcrpy(
    encoding: str, options: dict[str, bool], serializer: str, service: str, tmp_path: Path
) -> None:
    path = tmp_path / "theirs.yaml"
    with (
        vcr.use_cassette(str(path), serializer=serializer, **options),
        requests.Session() as session,
    ):
        session.trust_env = False
        session.headers["Accept-Encoding"] = encoding
        bodies = [send(session, service, call)[1] for call in PLAYED]
    _check_played(path, bodies)


def test_a_compressed_body_is_decompressed(tmp_path: Path) -> None:
    packed = gzip.compress('{"甲": 1}'.encode())
    item = _with_body(packed)
    path = tmp_path / "a.yaml"
    path.write_bytes(write_canonical(Recording(interactions=(item,)), ORIGIN) + b"# edited\n")
    assert read_cassette(path).interactions[0].response_body == '{"甲": 1}'.encode()
    path.write_bytes(
        write_canonical(Recording(interactions=(_with_body(packed[:-9]),)), ORIGIN) + b"#\n"
    )
    assert read_cassette(path).interactions[0].response_body == packed[:-9]


TEST_FILE = """
import json
import pytest
import requests

@pytest.mark.vcr({cassette!r})
def test_conversation():
    with requests.Session() as session:
        session.trust_env = False
        calls = json.load(open("calls.json"))
        bodies = []
        for method, url, body in calls:
            headers = {{"Content-Type": "application/json", "Accept-Encoding": "gzip"}}
            data = body.encode() if body is not None else None
            bodies.append(session.request(method, url, data=data, headers=headers).text)
    json.dump(bodies, open("bodies.json", "w"))
"""


def _pytest_recording(
    folder: Path, cassette: Path, host: str, calls: list[HttpCall], *options: str
) -> list[str]:
    (folder / "test_it.py").write_text(TEST_FILE.format(cassette=str(cassette)))
    exchanges = [
        (
            call.method,
            host + call.target,
            dump_json(call.body).decode() if call.body else None,
        )
        for call in calls
    ]
    (folder / "calls.json").write_text(json.dumps(exchanges))
    only = ("-p", "no:xdist", "-p", "no:hypothesispytest", "-p", "no:cacheprovider")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *only, *options, "test_it.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    bodies: list[str] = json.loads((folder / "bodies.json").read_text())
    return bodies


def test_pytest_recording_replays_our_file_without_a_network(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    write_cassette(path, Recording(interactions=OURS), ORIGIN, Redactor())
    calls = [ask(PROMPT), poll(), poll(), listing()]
    bodies = _pytest_recording(
        tmp_path, path, "https://api.coze.com", calls, "--record-mode=none", "--block-network"
    )
    expected = [item.response_body.decode() for item in read_cassette(path).interactions[:4]]
    assert bodies == expected


def test_we_replay_a_recording_of_pytest_recording(service: str, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.yaml"
    bodies = _pytest_recording(tmp_path, nowhere, service, PLAYED, "--record-mode=once")
    (path,) = (tmp_path / "cassettes").rglob("*.yaml")
    _check_played(path, [body.encode() for body in bodies])
