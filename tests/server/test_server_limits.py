"""What the server refuses before it reads it: other hosts' names, and bodies without end."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Iterator

import pytest
from coze_harness.server.script_reader import parse_script
from coze_harness.server.server_process import RunningServer, serve

SCRIPT = """
bots:
- id: "7403315657221079041"
  name: chatchat
  answers:
  - regex: '^(a|aa)+$'
    answer: never
  - {default: true, answer: 好的。}
"""
BOT = "/v1/bots/7403315657221079041"
LIMIT = 15 * 1024 * 1024
CHUNK = 1 << 20


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with serve(parse_script(SCRIPT, "script.yaml")) as running:
        yield running


def _exchange(server: RunningServer, head: str, chunks: Iterable[bytes] = ()) -> bytes:
    """Send bytes as they are and return all that comes back."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        client.sendall(head.replace("\n", "\r\n").encode())
        for chunk in chunks:
            client.sendall(chunk)
        answer = b""
        while piece := client.recv(65_536):
            answer += piece
    return answer


def _get(server: RunningServer, *hosts: str) -> tuple[int, dict[str, object]]:
    lines = "".join(f"Host: {host}\n" for host in hosts)
    head = f"GET {BOT} HTTP/1.1\n{lines}Authorization: Bearer pat_x\nConnection: close\n\n"
    status, _, rest = _exchange(server, head).partition(b"\r\n")
    return int(status.split()[1]), json.loads(rest.partition(b"\r\n\r\n")[2])


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.0.0.1:8787", "localhost", "LocalHost:1", "[::1]", "[::1]:8787"],
)
def test_loopback_names_are_accepted(host: str, server: RunningServer) -> None:
    status, body = _get(server, host)
    assert (status, body["code"]) == (200, 0)


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8787", "127.0.0.1.evil.example", "localhost.evil.example"),
        *("evil.example@127.0.0.1", "127.0.0.1:8787@evil.example", "10.0.0.1", "[::2]"),
        *("127.0.0.1:x", "localhost:", "[::1", "", "127.0.0.1,evil.example"),
    ],
)
def test_other_hosts_are_rejected(host: str, server: RunningServer) -> None:
    before = server.calls
    status, body = _get(server, host)
    assert status == 403
    assert body["code"] == 4000
    assert "--host" in str(body["msg"])
    assert body["detail"]
    assert server.calls == before


def test_with_a_host_any_name_is_accepted() -> None:
    with serve(parse_script(SCRIPT, "script.yaml"), "127.0.0.1") as server:
        assert _get(server, "bots.example:8787")[0] == 200


def _post(server: RunningServer, route: str, head: str, chunks: Iterator[bytes]) -> tuple[int, int]:
    answer = _exchange(
        server,
        f"POST {route} HTTP/1.1\nHost: localhost\nAuthorization: Bearer pat_x\n"
        f"Connection: close\n{head}\n",
        chunks,
    )
    status, _, rest = answer.partition(b"\r\n")
    return int(status.split()[1]), json.loads(rest.partition(b"\r\n\r\n")[2])["code"]


def _zeros(size: int) -> Iterator[bytes]:
    for _ in range(size // CHUNK):
        yield bytes(CHUNK)


def _encode_chunks(size: int) -> Iterator[bytes]:
    for part in _zeros(size):
        yield b"%x\r\n%b\r\n" % (len(part), part)
    yield b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("route", "code"), [("/v3/chat", 4000), ("/v1/workflow/run", 4000), ("/v1/files/upload", 4302)]
)
def test_a_large_body_is_refused(route: str, code: int, server: RunningServer) -> None:
    size = 3 * LIMIT
    headers = f"Content-Type: application/json\nContent-Length: {size}\n"
    assert _post(server, route, headers, _zeros(size)) == (413, code)
    chunked = "Content-Type: application/json\nTransfer-Encoding: chunked\n"
    assert _post(server, route, chunked, _encode_chunks(size)) == (413, code)


def test_a_body_without_end_breaks_the_connection(server: RunningServer) -> None:
    def endless() -> Iterator[bytes]:
        part = bytes(CHUNK)
        while True:
            yield b"%x\r\n%b\r\n" % (CHUNK, part)

    with pytest.raises(OSError, match=r"Broken pipe|reset"):
        _post(server, "/v3/chat", "Transfer-Encoding: chunked\n", endless())


def test_an_endless_pattern_is_refused_with_its_place(server: RunningServer) -> None:
    body = json.dumps(
        {
            "bot_id": "7403315657221079041",
            "user_id": "1",
            "additional_messages": [
                {"role": "user", "content": "a" * 60 + "!", "content_type": "text"}
            ],
        }
    ).encode()
    head = (
        "POST /v3/chat HTTP/1.1\nHost: localhost\nAuthorization: Bearer pat_x\n"
        "Connection: close\nContent-Type: application/json\n"
        f"Content-Length: {len(body)}\n\n"
    )
    answer = json.loads(_exchange(server, head, [body]).partition(b"\r\n\r\n")[2])
    assert answer["code"] == 4000
    assert "script.yaml:6:12: " in answer["msg"]
