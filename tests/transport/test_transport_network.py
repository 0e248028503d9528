"""What goes over the network, and what comes of it when the network fails."""

from __future__ import annotations

import gzip
import os
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Mapping
from pathlib import Path

import coze_harness
import pytest
from coze_harness.model import HttpCall, HttpResponse
from coze_harness.model.errors import HarnessError, SettingsError, TransportError
from coze_harness.transport import HttpTransport, TimedTransport
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_server import Handler, RawServer, http, says
from talking import TOKEN

POLL = HttpCall("GET", "/v3/chat/retrieve", (("conversation_id", "72"), ("chat_id", "7=1&2 3")))
PROMPT = HttpCall("POST", "/v3/chat", (), {"content": "你是谁?\u2028🙂"})


def open_transport(base_url: str, environment: Mapping[str, str] | None = None) -> HttpTransport:
    return HttpTransport(
        base_url, TOKEN, workers=1, environment=environment or {}, call_seconds=0.4
    )


def sent(call: HttpCall, *handlers: Handler) -> tuple[HttpResponse, bytes]:
    with RawServer(*handlers or [says(http(b"{}"))]) as server:
        transport = open_transport(server.base_url)
        try:
            return transport.send(call), server.requests[0]
        finally:
            transport.close()


def catch_error(*handlers: Handler) -> TransportError:
    with RawServer(*handlers) as server:
        transport = open_transport(server.base_url)
        with pytest.raises(TransportError) as caught:
            transport.send(PROMPT)
        transport.close()
        assert len(server.requests) == 1
    readable(caught.value)
    return caught.value


def readable(fault: HarnessError) -> None:
    """An error is one line that a person can read, without the token and Python's innards."""
    assert "\n" not in str(fault.what)
    assert TOKEN not in str(fault)
    assert fault.next_step
    for innards in ("object at 0x", "Pool(", "Max retries", "Error('", "HTTPConnection"):
        assert innards not in str(fault.what)
    assert str(fault.what).endswith(".")
    assert not str(fault.what).endswith("..")


# --- what is sent -------------------------------------------------------------------------------


def test_a_prompt_is_sent_in_utf8_with_token_and_length() -> None:
    _answer, request = sent(PROMPT)
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /v3/chat HTTP/1.1"
    assert f"Authorization: Bearer {TOKEN}" in lines
    assert "Content-Type: application/json" in lines
    assert f"Content-Length: {len(body)}" in lines
    assert any(line.startswith("User-Agent: coze-harness/") for line in lines)
    assert body == '{"content":"你是谁?\u2028🙂"}'.encode()


def test_a_query_is_encoded_and_a_get_has_no_body() -> None:
    _answer, request = sent(POLL)
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(
        b"GET /v3/chat/retrieve?conversation_id=72&chat_id=7%3D1%262%203 HTTP/1.1"
    )
    assert body == b""
    assert b"content-length" not in head.lower()


def test_a_post_without_a_body_has_a_content_length_of_zero() -> None:
    _answer, request = sent(HttpCall("POST", "/v3/chat/message/list", (("chat_id", "1"),)))
    assert b"Content-Length: 0\r\n" in request
    assert b"Content-Type" not in request


def test_a_path_with_strange_characters_cannot_break_the_request() -> None:
    _answer, request = sent(HttpCall("GET", "/v1/bots/甲 x\r\nEvil: 1?y#z"))
    assert request.split(b"\r\n")[0] == (
        b"GET /v1/bots/%E7%94%B2%20x%0D%0AEvil:%201%3Fy%23z HTTP/1.1"
    )


def test_a_base_url_may_have_a_prefix() -> None:
    with RawServer(says(http(b"{}"))) as server:
        transport = open_transport(f"{server.base_url}/coze")
        transport.send(PROMPT)
        assert transport.base_url == f"{server.base_url}/coze"
        transport.close()
        assert server.requests[0].startswith(b"POST /coze/v3/chat HTTP/1.1")


SCRIPT = """
import sys
from coze_harness.model import HttpCall
from coze_harness.transport import HttpTransport
wire = HttpTransport(sys.argv[1], "pat_right", workers=1, environment={})
wire.send(HttpCall("GET", "/"))
"""


def test_a_netrc_that_knows_the_host_does_not_replace_the_token(tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login user password wrong\n", "utf-8")
    (tmp_path / ".netrc").chmod(0o600)
    with RawServer(says(http(b"{}"))) as server:
        subprocess.run(
            [sys.executable, "-c", SCRIPT, server.base_url],
            env={**os.environ, "HOME": str(tmp_path), "NETRC": str(tmp_path / ".netrc")},
            cwd=Path(coze_harness.__file__).parents[1],
            check=True,
            timeout=30,
        )
        assert b"Authorization: Bearer pat_right\r\n" in server.requests[0]


def test_cookies_are_never_sent_back() -> None:
    answer = http(b"{}", "200 OK", "Set-Cookie: session=secret; Path=/", "Connection: close")
    with RawServer(says(answer)) as server:
        transport = open_transport(server.base_url)
        transport.send(POLL)
        transport.send(POLL)
        transport.close()
        assert len(server.requests) == 2
        assert b"cookie" not in server.requests[1].lower()


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect"])
def test_redirects_are_not_followed(status: str) -> None:
    answer, _request = sent(POLL, says(http(b"moved", status, "Location: /elsewhere")))
    assert (answer.status, answer.body) == (int(status[:3]), b"moved")


# --- what comes back ----------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["200 OK", "401 Unauthorized", "429 Slow Down", "502 Bad"])
def test_a_response_of_any_status_is_returned(status: str) -> None:
    answer, _request = sent(
        POLL, says(http("好".encode(), status, "X-Tt-Logid: L1", "Retry-After: 3"))
    )
    assert answer.status == int(status[:3])
    assert answer.body.decode() == "好"
    assert answer.headers["x-tt-logid"] == "L1"
    assert answer.headers["retry-after"] == "3"


def test_compressed_responses_are_decompressed() -> None:
    body = "你好".encode() * 100
    packed = http(gzip.compress(body), "200 OK", "Content-Encoding: gzip")
    assert sent(POLL, says(packed))[0].body == body
    packed = http(zlib.compress(body), "200 OK", "Content-Encoding: deflate")
    assert sent(POLL, says(packed))[0].body == body


def test_chunked_responses_are_joined() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert sent(POLL, says(head + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))[0].body == b"abcde"


def test_a_response_without_a_length_ends_with_the_connection() -> None:
    assert sent(POLL, says(b"HTTP/1.1 200 OK\r\n\r\n{}"))[0].body == b"{}"


def test_a_timed_transport_counts_calls_and_times_from_the_first() -> None:
    ticks = iter([100.0, 100.5, 103.0, 103.25])
    with RawServer(says(http(b"{}", "200 OK", "Connection: close"))) as server:
        transport = open_transport(server.base_url)
        timed_transport = TimedTransport(transport, lambda: next(ticks))
        first, second = timed_transport.send(POLL), timed_transport.send(POLL)
        transport.close()
    assert (first.started, first.elapsed) == (0.0, 0.5)
    assert (second.started, second.elapsed) == (3.0, 0.25)
    assert timed_transport.calls == 2


# --- what fails ---------------------------------------------------------------------------------


def test_over_a_refused_connection_nothing_arrived() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    transport = open_transport(f"http://127.0.0.1:{port}")
    with pytest.raises(TransportError, match="refused") as caught:
        transport.send(PROMPT)
    assert not caught.value.may_have_arrived
    assert f"No connection to http://127.0.0.1:{port}/v3/chat" in str(caught.value.what)
    readable(caught.value)


def test_at_a_host_that_does_not_exist_nothing_arrived() -> None:
    transport = open_transport("http://no-such-host.invalid")
    with pytest.raises(TransportError, match="No connection to") as caught:
        transport.send(PROMPT)
    assert not caught.value.may_have_arrived
    readable(caught.value)


def closes(_peer: socket.socket, _request: bytes) -> None:
    """Close without a word."""


def resets(peer: socket.socket, _request: bytes) -> None:
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def keeps_silent(peer: socket.socket, _request: bytes) -> None:
    peer.recv(1)


def stops_halfway(peer: socket.socket, _request: bytes) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    peer.recv(1)


HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"


@pytest.mark.parametrize(
    "handler",
    [
        closes,
        resets,
        keeps_silent,
        stops_halfway,
        says(HALF),
        says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
        says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab"),
        says(http(b"no gzip", "200 OK", "Content-Encoding: gzip")),
        says(b"garbage\r\n\r\n"),
        says(b"HTTP/1.1 abc\r\n\r\n"),
        says(b"HTTP/1.1 200 OK\r\n" + b"".join(b"A%d: b\r\n" % n for n in range(200)) + b"\r\n"),
        says(b"HTTP/1.1 200 OK\r\nA: " + b"x" * 100_000 + b"\r\n\r\n"),
    ],
)
def test_a_request_whose_response_broke_may_have_arrived(handler: Handler) -> None:
    assert catch_error(handler).may_have_arrived


def test_silence_is_reported_with_its_seconds() -> None:
    assert "within 0.4 s" in str(catch_error(keeps_silent).what)


@given(st.binary(max_size=80))
@settings(max_examples=40, deadline=None)
def test_any_bytes_are_a_response_or_an_error(data: bytes) -> None:
    with RawServer(says(b"HTTP/1.1 200 OK\r\n" + data)) as server:
        transport = open_transport(server.base_url)
        try:
            assert transport.send(POLL).status == 200
        except TransportError as fault:
            readable(fault)
        finally:
            transport.close()


# --- settings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "base_url", ["", "api.coze.com", "ftp://host", "http://", "https:// ", "http://*.x", "host:80"]
)
def test_an_invalid_base_url_is_an_error_of_the_settings(base_url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        open_transport(base_url)
    assert "https://api.coze.com" in str(caught.value.next_step)


@pytest.mark.parametrize("token", ["pat_a b", "pat_a\n", "令牌", "pat_a\r\nEvil: 1", ""])
def test_an_invalid_token_is_rejected_and_not_shown(token: str) -> None:
    with pytest.raises(SettingsError) as caught:
        HttpTransport("http://127.0.0.1:1", token, workers=1, environment={})
    assert not token or token not in str(caught.value)


def test_missing_certificates_are_an_error_of_the_settings(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="REQUESTS_CA_BUNDLE"):
        open_transport("https://api.coze.com", {"REQUESTS_CA_BUNDLE": str(tmp_path / "none.pem")})


def test_a_server_that_does_not_speak_tls_is_one_readable_line() -> None:
    with RawServer(says(b"HTTP/1.1 400 Bad\r\n\r\n")) as server:
        transport = open_transport(server.base_url.replace("http:", "https:"))
        with pytest.raises(TransportError) as caught:
            transport.send(PROMPT)
        transport.close()
    readable(caught.value)


# --- proxies ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_used(name: str) -> None:
    with RawServer(says(http(b'{"by":"proxy"}'))) as proxy:
        transport = open_transport("http://api.coze.example", {name: proxy.base_url})
        assert transport.send(PROMPT).body == b'{"by":"proxy"}'
        transport.close()
        assert proxy.requests[0].startswith(b"POST http://api.coze.example/v3/chat HTTP/1.1")


@pytest.mark.parametrize("exempt", ["127.0.0.1", "*", "localhost,127.0.0.0/8"])
def test_no_proxy_is_honoured(exempt: str) -> None:
    with RawServer(says(http(b"{}"))) as server:
        transport = open_transport(
            server.base_url, {"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": exempt}
        )
        assert transport.send(PROMPT).status == 200
        transport.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_through_a_missing_proxy_nothing_arrived(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    transport = open_transport(
        f"{scheme}://api.coze.example", {"ALL_PROXY": f"http://127.0.0.1:{port}"}
    )
    with pytest.raises(TransportError, match="refused") as caught:
        transport.send(PROMPT)
    assert not caught.value.may_have_arrived
    readable(caught.value)


def test_through_a_proxy_that_refuses_nothing_arrived() -> None:
    with RawServer(says(http(b"", "407 Proxy Authentication Required"))) as proxy:
        transport = open_transport("https://api.coze.example", {"HTTPS_PROXY": proxy.base_url})
        with pytest.raises(TransportError, match="407") as caught:
            transport.send(PROMPT)
        transport.close()
        assert proxy.requests[0].startswith(b"CONNECT api.coze.example:443")
        assert TOKEN.encode() not in proxy.requests[0]
    assert not caught.value.may_have_arrived
    readable(caught.value)


def test_the_environment_of_the_process_is_not_used() -> None:
    program = SCRIPT + "\nprint('done')"
    with RawServer(says(http(b"{}"))) as server:
        done = subprocess.run(
            [sys.executable, "-c", program, server.base_url],
            env={**os.environ, "HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": ""},
            cwd=Path(coze_harness.__file__).parents[1],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert done.stdout == "done\n"


# --- the pool -----------------------------------------------------------------------------------


def test_workers_share_one_pool_of_their_own_number() -> None:
    from coze_harness.server.server_process import serve
    from talking import script

    with serve(script("- {default: true, answer: x}")) as server:
        transport = HttpTransport(server.base_url, TOKEN, workers=4, environment={})

        def ask() -> None:
            for _ in range(10):
                transport.send(POLL)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert time.monotonic() - began < 10
        assert server.connections <= 4
        assert sum(server.calls.values()) == 40
        transport.close()
