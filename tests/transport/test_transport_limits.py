"""A server that is slow, silent or endless: a call ends at its deadline, or at its size."""

from __future__ import annotations

import gzip
import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain, repeat
from pathlib import Path

import coze_harness
import pytest
from app_keys import pem
from coze_harness.auth.credentials import AccessToken, OAuthAppKeys
from coze_harness.auth.oauth_app import TokenRequest, sdk_token_request
from coze_harness.model import HttpCall, HttpResponse
from coze_harness.model.errors import (
    CallTimeoutError,
    CozeError,
    ResponseTooLargeError,
    TransportError,
)
from coze_harness.transport import HttpTransport, TimedTransport
from raw_server import Handler, RawServer, http, says
from talking import TOKEN

POLL = HttpCall("GET", "/v3/chat/retrieve")
SECONDS = 0.5
STREAM = HttpCall("POST", "/v3/chat", (), {"stream": True}, stream=True, timeout=SECONDS)
LATEST = 2.0
HEAD = b"HTTP/1.1 200 OK\r\nX-Tt-Logid: LOG7\r\n"
EVENTS = b"Content-Type: text/event-stream\r\n\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
EVENT = b'event: conversation.chat.created\ndata: {"id":"1"}\n\n'


def drips(start: bytes, rest: Iterator[bytes], seconds: float = 0.02) -> Handler:
    """Return what sends the start at once, and the rest piece by piece."""

    def drip(peer: socket.socket, _request: bytes) -> None:
        pause = threading.Event()
        end = time.monotonic() + LATEST
        peer.sendall(start)
        for piece in rest:
            pause.wait(seconds)
            if time.monotonic() > end or not _is_open(peer):
                return
            peer.sendall(piece)

    return drip


def _is_open(peer: socket.socket) -> bool:
    """Return whether the other side still listens."""
    if not select.select([peer], [], [], 0)[0]:
        return True
    with suppress(OSError):
        return bool(peer.recv(1, socket.MSG_PEEK))
    return False


def floods(start: bytes, piece: bytes) -> Handler:
    """Return what sends without an end as fast as it can."""

    def flood(peer: socket.socket, _request: bytes) -> None:
        peer.sendall(start)
        block = piece * (1 + 65536 // len(piece))
        while True:
            peer.sendall(block)

    return flood


def is_silent(peer: socket.socket, _request: bytes) -> None:
    with suppress(TimeoutError):
        peer.recv(1)


@contextmanager
def open_transport(
    *handlers: Handler, response_bytes: int = 1_000_000, seconds: float = SECONDS
) -> Iterator[HttpTransport]:
    with (
        RawServer(*handlers) as server,
        HttpTransport(
            server.base_url,
            TOKEN,
            workers=1,
            environment={},
            call_seconds=seconds,
            response_bytes=response_bytes,
        ) as transport,
    ):
        yield transport


def failure(send: Callable[[], HttpResponse]) -> CozeError:
    """Return the error that a call ends with, about at its deadline."""
    began = time.monotonic()
    with pytest.raises(CozeError) as caught:
        send()
    elapsed = time.monotonic() - began
    if isinstance(caught.value, CallTimeoutError):
        assert elapsed >= SECONDS
        assert caught.value.seconds == pytest.approx(elapsed, abs=0.3)
        assert elapsed < LATEST
    return caught.value


# --- the deadline -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "start",
    [b"", b"HTTP/1.1 200", HEAD, HEAD + b"A: b\r\nC: d"],
    ids=["silent", "status", "head", "header"],
)
def test_silence_in_the_head_ends_at_the_deadline(start: bytes) -> None:
    def stops(peer: socket.socket, request: bytes) -> None:
        peer.sendall(start)
        is_silent(peer, request)

    with open_transport(stops) as transport:
        error = failure(lambda: transport.send(POLL))
    assert isinstance(error, CallTimeoutError)
    assert error.may_have_arrived
    assert f"within {SECONDS} s" in str(error.what)
    assert "limits: {call:" in str(error.next_step)
    assert error.exit_code == 4


@pytest.mark.parametrize(
    ("start", "rest"),
    [
        (b"", zip(HEAD + b"A: " + b"b" * 200)),
        (HEAD, repeat(b"Header: value\r\n", 90)),
        (b"", repeat(b"HTTP/1.1 100 Continue\r\n\r\n")),
        (HEAD + b"Content-Length: 500\r\n\r\n", repeat(b"{")),
        (HEAD + b"\r\n", repeat(b"{")),
        (CHUNKED, repeat(b"1\r\n{\r\n")),
        (CHUNKED, zip(b"0" * 500)),
        (CHUNKED + b"0\r\n", repeat(b"Trailer: 1\r\n")),
        (HEAD + b"Content-Encoding: gzip\r\n\r\n", zip(gzip.compress(os.urandom(500)))),
        (HEAD + b"Content-Encoding: gzip\r\n\r\n", repeat(gzip.compress(b""))),
    ],
    ids=[
        "head", "headers", "continue", "length", "close", "chunks", "chunk-size", "trailers",
        "gzip", "empty-gzip",
    ],
)  # fmt: skip
def test_a_response_that_drips_ends_at_the_deadline(
    start: bytes, rest: Iterator[bytes | tuple[int]]
) -> None:
    with open_transport(drips(start, map(bytes, rest))) as transport:
        error = failure(lambda: transport.send(POLL))
    assert isinstance(error, CallTimeoutError)
    assert error.log_id == ("LOG7" if start.endswith(b"\r\n\r\n") else error.log_id)


def test_the_log_id_of_the_head_is_in_the_error() -> None:
    with open_transport(drips(HEAD + b"Content-Length: 9\r\n\r\n", repeat(b""))) as transport:
        assert failure(lambda: transport.send(POLL)).log_id == "LOG7"


def test_a_request_that_is_not_read_ends_at_the_deadline() -> None:
    big = HttpCall("POST", "/v3/chat", (), {"prompt": "问" * 4_000_000})
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with HttpTransport(
            url, TOKEN, workers=1, environment={}, call_seconds=SECONDS
        ) as transport:
            error = failure(lambda: transport.send(big))
    assert isinstance(error, CallTimeoutError)


def test_over_a_connection_that_is_not_accepted_nothing_arrived() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server, fill_queue(server):
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with HttpTransport(
            url, TOKEN, workers=1, environment={}, call_seconds=SECONDS
        ) as transport:
            error = failure(lambda: transport.send(POLL))
    assert isinstance(error, TransportError)
    assert not error.may_have_arrived


@contextmanager
def fill_queue(server: socket.socket) -> Iterator[None]:
    """Fill the queue of connections that are not accepted."""
    waiting = [socket.socket() for _ in range(4)]
    for sock in waiting:
        sock.setblocking(False)
        with suppress(OSError):
            sock.connect(server.getsockname())
    yield
    for sock in waiting:
        sock.close()


@pytest.mark.parametrize("rest", [repeat(b""), repeat(b"\x16")], ids=["silent", "drips"])
def test_a_tls_handshake_ends_at_the_deadline(rest: Iterator[bytes]) -> None:
    # A record of 16 kB, whose bytes come one by one.
    start = b"\x16\x03\x03\x3f\xff"
    with (
        RawTls(start, rest) as url,
        HttpTransport(url, TOKEN, workers=1, environment={}, call_seconds=SECONDS) as transport,
    ):
        error = failure(lambda: transport.send(POLL))
    assert isinstance(error, CallTimeoutError)


@contextmanager
def RawTls(start: bytes, rest: Iterator[bytes]) -> Iterator[str]:  # noqa: N802
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                peer, _ = server.accept()
                with peer:
                    peer.recv(4096)
                    drips(start, rest)(peer, b"")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{server.getsockname()[1]}"
    thread.join(3)


def test_a_proxy_that_drips_ends_at_the_deadline() -> None:
    slow = drips(b"HTTP/1.1 200 OK\r\n", repeat(b"A: b\r\n"))
    with RawServer(slow) as proxy, HttpTransport(
        "https://api.coze.example", TOKEN, workers=1, call_seconds=SECONDS,
        environment={"HTTPS_PROXY": proxy.base_url},
    ) as transport:  # fmt: skip
        error = failure(lambda: transport.send(POLL))
    assert isinstance(error, CallTimeoutError)


def test_each_call_on_one_connection_has_its_own_time() -> None:
    body = b'{"code":0}'
    head = HEAD + b"Content-Length: 10\r\n\r\n"

    def answers_slowly(peer: socket.socket, _request: bytes) -> None:
        for _ in range(4):
            drips(head, (bytes([byte]) for byte in body), SECONDS / 50)(peer, b"")
            peer.recv(65536)

    with open_transport(answers_slowly) as transport:
        for _ in range(4):
            assert transport.send(POLL).body == body


def test_the_smaller_of_two_limits_counts() -> None:
    with open_transport(is_silent) as transport:
        began = time.monotonic()
        with pytest.raises(CallTimeoutError) as caught:
            transport.send(HttpCall("GET", "/", timeout=0.1))
        assert time.monotonic() - began < SECONDS
    assert "within 0.1 s" in str(caught.value.what)
    assert "poll: {timeout:" in str(caught.value.next_step)


def test_a_call_that_waits_for_its_chat_may_be_silent_longer() -> None:
    def late(peer: socket.socket, _request: bytes) -> None:
        threading.Event().wait(2 * SECONDS)
        peer.sendall(http(b"{}"))

    with open_transport(late) as transport:
        call = HttpCall("POST", "/v1/workflow/run", timeout=5.0, waits_for_chat=True)
        assert transport.send(call).body == b"{}"


# --- streams ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rest", [repeat(b"x"), repeat(b":\n\n"), repeat(b"")])
def test_a_stream_that_does_not_end_is_cut_at_its_deadline(rest: Iterator[bytes]) -> None:
    with open_transport(drips(HEAD + EVENTS + EVENT, rest)) as transport:
        began = time.monotonic()
        response = TimedTransport(transport, time.monotonic).send(STREAM)
        assert SECONDS <= time.monotonic() - began < LATEST
    assert response.body.startswith(EVENT)
    assert response.frame_times[0] < SECONDS
    assert response.headers["x-tt-logid"] == "LOG7"


def test_a_stream_without_a_byte_is_an_error() -> None:
    with open_transport(drips(HEAD + EVENTS, repeat(b""))) as transport:
        error = failure(lambda: transport.send(STREAM))
    assert isinstance(error, CallTimeoutError)
    assert (error.log_id, "poll: {timeout:" in str(error.next_step)) == ("LOG7", True)


def test_half_a_rejection_of_a_stream_is_no_stream() -> None:
    head = HEAD + b"Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{"
    with open_transport(drips(head, repeat(b" "))) as transport:
        assert isinstance(failure(lambda: transport.send(STREAM)), CallTimeoutError)


# --- the size -----------------------------------------------------------------------------------

ENDLESS = {
    "body": (HEAD + b"\r\n", b"{"),
    "chunks": (CHUNKED, b"1\r\n{\r\n"),
    "events": (HEAD + EVENTS, EVENT),
    "comments": (HEAD + EVENTS, b":\n\n"),
    "blank lines": (HEAD + b"Transfer-Encoding: chunked\r\n" + EVENTS, b"1\r\n\n\r\n"),
    "empty gzip": (HEAD + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"")),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_an_endless_response_ends_at_the_limit(name: str) -> None:
    start, piece = ENDLESS[name]
    call = HttpCall("POST", "/v3/chat", (), {}, stream=b"event-stream" in start, timeout=30.0)
    with open_transport(floods(start, piece), response_bytes=20_000, seconds=30) as transport:
        error = failure(lambda: TimedTransport(transport, time.monotonic).send(call))
    assert isinstance(error, ResponseTooLargeError)
    assert error.log_id == "LOG7"
    assert "0.02 MB" in str(error.what)
    assert "limits: {response:" in str(error.next_step)


@pytest.mark.parametrize("size", [999_999, 1_000_000, 1_000_001])
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw", ""])
def test_the_limit_is_of_the_decompressed_body(size: int, encoding: str) -> None:
    body = b"x" * size
    packed = {
        "gzip": gzip.compress, "deflate": zlib.compress,
        "raw": lambda data: zlib.compress(data)[2:-4], "": bytes,
    }[encoding](body)  # fmt: skip
    name = "deflate" if encoding == "raw" else encoding or "identity"
    with open_transport(says(http(packed, "200 OK", f"Content-Encoding: {name}"))) as transport:
        if size <= 1_000_000:
            assert transport.send(POLL).body == body
        else:
            with pytest.raises(ResponseTooLargeError):
                transport.send(POLL)


BOMB = """
import json, resource, sys
from coze_harness.model import HttpCall
from coze_harness.model.errors import HarnessError
from coze_harness.transport import HttpTransport
with HttpTransport(sys.argv[1], "pat_right", workers=1, environment={}) as wire:
    wire.send(HttpCall("GET", "/warm"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        outcome = str(len(wire.send(HttpCall("GET", "/bomb")).body))
    except HarnessError as error:
        outcome = type(error).__name__
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([outcome, (after - before) / 1000]))
"""


@pytest.mark.parametrize("kind", ["one member", "many members", "deflate"])
def test_a_decompression_bomb_takes_no_more_memory_than_the_limit(kind: str) -> None:
    """3 GB in 3 MB; the default limit is 32 MB."""
    tens = b"\\0" * 5_000_000
    if kind == "many members":
        bomb = gzip.compress(tens, 9) * 300
    else:
        packer = zlib.compressobj(1, zlib.DEFLATED, 31 if kind == "one member" else 15)
        # One block after a full flush repeats itself.
        start = packer.compress(tens) + packer.flush(zlib.Z_FULL_FLUSH)
        block = packer.compress(tens) + packer.flush(zlib.Z_FULL_FLUSH)
        bomb = start + block * 300
    encoding = "deflate" if kind == "deflate" else "gzip"
    packed = http(bomb, "200 OK", f"Content-Encoding: {encoding}")
    with RawServer(says(http(b"{}")), says(packed)) as server:
        done = subprocess.run(
            [sys.executable, "-c", BOMB, server.base_url],
            env={**os.environ, "PYTHONPATH": str(Path(coze_harness.__file__).parents[1])},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    outcome, megabytes = json.loads(done.stdout)
    assert outcome == "ResponseTooLargeError"
    # The limit, what the buffer reserves ahead, and a constant.
    assert megabytes < 32 * 1.3 + 8


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "x" * 500])
def test_an_encoding_that_was_not_requested_is_an_error(encoding: str) -> None:
    packed = gzip.compress(gzip.compress(b"{}"))
    with open_transport(says(http(packed, "200 OK", f"Content-Encoding: {encoding}"))) as transport:
        error = failure(lambda: transport.send(POLL))
    assert isinstance(error, TransportError)
    assert encoding[:20] in str(error.what)


def test_a_compressed_body_that_ends_early_is_an_error() -> None:
    packed = gzip.compress(b'{"code":0}')[:-9]
    with open_transport(says(http(packed, "200 OK", "Content-Encoding: gzip"))) as transport:
        assert isinstance(failure(lambda: transport.send(POLL)), TransportError)


@pytest.mark.parametrize("data", [b"", b"\0" * 70, b"\n"])
def test_padding_after_a_compressed_body_is_ignored(data: bytes) -> None:
    packed = gzip.compress(b"{") + gzip.compress(b"}") + data
    with open_transport(says(http(packed, "200 OK", "Content-Encoding: GZIP"))) as transport:
        assert transport.send(POLL).body == b"{}"


def test_a_compressed_stream_arrives_piece_by_piece() -> None:
    packer = zlib.compressobj(wbits=31)
    pieces = [packer.compress(EVENT) + packer.flush(zlib.Z_SYNC_FLUSH) for _ in range(3)]
    all_pieces = chain(pieces, [packer.flush()])
    received: list[bytes] = []
    with open_transport(
        drips(HEAD + b"Content-Encoding: gzip\r\n" + EVENTS, all_pieces)
    ) as transport:
        response = transport.send(STREAM, received.append)
    assert received == [EVENT] * 3
    assert response.body == EVENT * 3


def test_a_stream_of_single_bytes_keeps_the_time_of_each_frame() -> None:
    head = HEAD + b"Transfer-Encoding: chunked\r\n" + EVENTS
    frames = [b":%d\n\n" % number for number in range(5)]
    now = 0.0
    arrived = threading.Semaphore(0)
    received = bytearray()

    def pieces() -> Iterator[bytes]:
        nonlocal now
        for number, frame in enumerate(frames):
            now = float(number)
            yield b"".join(b"1\r\n%c\r\n" % byte for byte in frame)
            arrived.acquire(timeout=SECONDS)
        yield b"0\r\n\r\n"

    def show(chunk: bytes) -> None:
        received.extend(chunk)
        if received.endswith(b"\n\n"):
            arrived.release()

    with open_transport(drips(head, pieces(), 0)) as transport:
        response = TimedTransport(transport, lambda: now, show).send(STREAM)
    assert response.body == b"".join(frames)
    assert response.frame_times == (0, 1, 2, 3, 4)


# --- token requests -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "handler",
    [
        is_silent,
        drips(b"HTTP/1.1 200 OK\r\n", repeat(b"A: b\r\n", 200)),
        drips(HEAD + b"Content-Length: 5000\r\n\r\n", repeat(b" ")),
    ],
    ids=["silent", "head", "body"],
)
def test_a_token_request_ends_at_its_deadline(handler: Handler) -> None:
    with RawServer(handler) as server:
        request = token_request(server.base_url)
        pem()
        began = time.monotonic()
        with pytest.raises(TransportError) as caught:
            request()
        assert SECONDS <= time.monotonic() - began < LATEST
    assert not caught.value.may_have_arrived
    assert f"within {SECONDS} s" in str(caught.value.what)
    assert "limits: {call:" in str(caught.value.next_step)


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_large_response_to_a_token_request_is_an_error(is_packed: bool) -> None:
    body = os.urandom(70_000)
    packed = http(gzip.compress(body), "200 OK", "Content-Encoding: gzip")
    with (
        RawServer(says(packed if is_packed else http(body))) as server,
        pytest.raises(TransportError, match="larger than 32,768 bytes"),
    ):
        token_request(server.base_url, 30.0)()


def token_request(base_url: str, seconds: float = SECONDS) -> TokenRequest:
    keys = OAuthAppKeys(client_id="app-1", public_key_id="kid-1", private_key=AccessToken(pem()))
    return sdk_token_request(
        keys, base_url, proxies={}, ca_bundle=True, redact=str, seconds=seconds
    )
