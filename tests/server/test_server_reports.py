"""The server of `view`: what it serves, to whom, and what it refuses."""

from __future__ import annotations

import json
import os
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import run, trial
from coze_harness.model import replace
from coze_harness.results import RunFolder, update_latest
from coze_harness.server.report_app import MAX_BODY, ReportLimits
from viewing import RUN_ID, TOKEN, ReportServer, serving_reports, write_finished_run

REPORTS = ("index.html", "run.json", "trials.jsonl", "junit.xml", "summary.md")
SECRET = b"must not be served"


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of one finished run, with files around it that are nobody's business."""
    root = tmp_path_factory.mktemp("project")
    for name in ("harness.yaml", "run.json", "trials.jsonl"):
        (root / name).write_bytes(SECRET)
    folder = write_finished_run(root / "reports")
    (folder / "notes.txt").write_bytes(SECRET)
    (folder / ".hidden").write_bytes(SECRET)
    other = root / "reports" / "no-run"
    other.mkdir()
    (other / "index.html").write_bytes(SECRET)
    return root / "reports"


@pytest.fixture(scope="module")
def server(reports: Path) -> Iterator[ReportServer]:
    with serving_reports(reports) as server:
        yield server


# --- what is served ----------------------------------------------------------------------------


@pytest.mark.parametrize("run_name", ["latest", RUN_ID])
@pytest.mark.parametrize("name", REPORTS)
def test_the_reports_of_a_run_are_served_unchanged(
    server: ReportServer, reports: Path, run_name: str, name: str
) -> None:
    answer = server.ask(server.at(f"{run_name}/{name}"))
    assert answer.status == 200
    assert answer.body == (reports / RUN_ID / name).read_bytes()
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    head = server.ask(server.at(f"{run_name}/{name}"), method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == answer.headers["content-length"]


def test_the_printed_address_leads_to_the_page_and_its_links_work(
    server: ReportServer, reports: Path
) -> None:
    first = server.ask(f"/?token={TOKEN}")
    assert first.status == 303
    page = server.ask(first.headers["location"])
    assert page.body == (reports / "latest/index.html").read_bytes()
    links = re.findall(r'href="([\w./-]+)"', page.text)
    assert "../index.html" in links
    for link in links:
        path = os.path.normpath(f"{RUN_ID}/{link}")
        assert server.ask(server.at(path)).status == 200, link
    run_list = server.ask(server.at(""))
    assert run_list.body == (reports / "index.html").read_bytes()
    assert f"{RUN_ID}/index.html" in run_list.text


def test_only_scripts_of_this_version_may_run(server: ReportServer, reports: Path) -> None:
    page = server.ask(server.at("latest/"))
    policy = page.headers["content-security-policy"]
    assert "'unsafe" not in policy
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["connect-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"
    own = re.search(r"script-src (?:&#39;|')(sha256-[^&']+)", page.text)
    assert own is not None
    assert own[1] in rules["script-src"]
    (reports / RUN_ID / "report.js").write_bytes(SECRET)
    script = server.ask(server.at("latest/report.js"))
    assert script.headers["content-type"].startswith("text/javascript")
    assert SECRET not in script.body
    assert b"function" in script.body


def test_a_language_is_chosen_by_the_browser(server: ReportServer) -> None:
    texts = {
        one: server.ask("/", headers={"Accept-Language": one}).text
        for one in ("zh-CN,zh;q=0.9,en;q=0.8", "en-US", "fr, zh;q=0.1", "fr")
    }
    chinese, english, first_known, default = texts.values()
    assert chinese != english
    assert (first_known, default) == (chinese, english)


# --- who may use it ----------------------------------------------------------------------------


def is_refused(server: ReportServer, path: str, **how: object) -> None:
    answer = server.ask(path, **how)  # type: ignore[arg-type]  # as there
    assert answer.status == 403, path
    assert answer.text == server.ask("/").text, "all refusals are alike"
    assert TOKEN not in str(answer.headers)


@pytest.mark.parametrize(
    "token",
    ["", TOKEN[:-1], TOKEN + "0", TOKEN.upper(), "0" * len(TOKEN), "%00", "é", "..", "*"],
)
def test_without_the_token_nothing_is_served(server: ReportServer, token: str) -> None:
    quoted_token = "".join(c if ord(c) < 128 else f"%{ord(c):02x}" for c in token)
    for path in (
        f"/view/{quoted_token}/latest/",
        f"/view/{quoted_token}/",
        f"/?token={quoted_token}",
    ):
        is_refused(server, path)
    is_refused(server, f"/events?token={quoted_token}")
    for path in (
        "/",
        "/latest/",
        f"/{RUN_ID}/index.html",
        "/view/",
        "/decisions/x",
        "/favicon.ico",
    ):
        is_refused(server, path)
    assert server.post(b"{}", headers={"X-Token": token}).status == 403
    assert server.post(b"{}", headers={"X-Token": None}).status == 403
    assert server.decisions == []


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:{port}", "127.0.0.1.evil.example:{port}", "127.0.0.1"),
        *("localhost", "localhost:1", "[::1]:{port}", "127.0.0.1:{port}@evil.example"),
        *("127.0.0.1:{port},evil.example", "127.1:{port}", "", "localhost.:{port}"),
    ],
)
def test_a_request_that_names_another_host_is_refused(server: ReportServer, host: str) -> None:
    headers = {"Host": host.format(port=server.port)}
    is_refused(server, server.at("latest/"), headers=headers)
    is_refused(server, f"/events?token={TOKEN}", headers=headers)
    # What a page of another site sends whose name now leads to this machine.
    foreign_headers = {**headers, "Origin": f"http://{headers['Host']}"}
    assert server.post(b"{}", headers=foreign_headers).status == 403
    assert server.decisions == []


def test_localhost_is_this_server_too(server: ReportServer) -> None:
    name = f"localhost:{server.port}"
    assert server.ask(server.at("latest/"), headers={"Host": name}).status == 200
    both = {"Host": name, "Origin": f"http://{name}"}
    assert server.post(b"{}", headers=both).status == 200
    server.decisions.clear()


def test_a_request_with_two_hosts_or_none_is_refused(server: ReportServer) -> None:
    for hosts in ([], [f"127.0.0.1:{server.port}", "evil.example"]):
        head = "".join(f"Host: {one}\r\n" for one in hosts)
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
            client.sendall(f"GET {server.at('latest/')} HTTP/1.0\r\n{head}\r\n".encode())
            status = client.makefile("rb").readline()
        assert status.split()[1] in (b"400", b"403")


FOREIGN = ("http://evil.example", "null", "https://127.0.0.1:{port}", "http://127.0.0.1:1", "")


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_request_from_a_page_of_another_origin_is_refused(
    server: ReportServer, origin: str
) -> None:
    headers = {"Origin": origin.format(port=server.port)}
    assert server.post(b"{}", headers=headers).status == 403
    is_refused(server, f"/events?token={TOKEN}", headers=headers)
    assert server.decisions == []


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_request_that_the_browser_calls_foreign_is_refused(
    server: ReportServer, site: str
) -> None:
    headers = {"Sec-Fetch-Site": site}
    assert server.post(b"{}", headers=headers).status == 403
    is_refused(server, f"/events?token={TOKEN}", headers=headers)


def test_a_post_needs_an_origin(server: ReportServer) -> None:
    assert server.post(b"{}", headers={"Origin": None}).status == 403


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""],
)
def test_a_simple_request_of_another_site_is_refused(server: ReportServer, kind: str) -> None:
    assert server.post(b"{}", headers={"Content-Type": kind}).status == 415
    assert server.decisions == []


def test_other_methods_are_refused(server: ReportServer) -> None:
    for method in ("OPTIONS", "PUT", "DELETE", "GET", "HEAD"):
        answer = server.ask("/decisions", method=method)
        assert answer.status == 405
        assert not [name for name in answer.headers if name.startswith("access-control")]
    for path in (server.at("latest/"), "/", "/events"):
        assert server.ask(path, method="POST", body=b"x").status == 405


# --- files that are no reports of runs ---------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        *("../harness.yaml", "../run.json", "%2e%2e/run.json", "..%2frun.json", "..%5crun.json"),
        *(
            "latest/../../harness.yaml",
            "latest/%2e%2e/harness.yaml",
            "latest/..%2f..%2fharness.yaml",
        ),
        *("latest/notes.txt", "latest/.hidden", ".gitignore", "no-run/index.html"),
        *("latest/index.html%00.txt", "latest%00/index.html", "./index.html", "//index.html"),
        *(
            "%2fetc/passwd",
            "/etc/passwd",
            "C:/index.html",
            f"{RUN_ID}/{RUN_ID}/index.html",
            "run.json",
        ),
        *(
            f"{RUN_ID}.",
            f"{'x' * 150}/index.html",
            f"{'x' * 5_000}/index.html",
            "latest/INDEX.HTML",
        ),
    ],
)
def test_nothing_else_is_served(server: ReportServer, path: str) -> None:
    answer = server.ask(server.at(path))
    assert answer.status in (403, 404)
    assert SECRET not in answer.body
    assert len(answer.body) < 200


def test_links_are_not_followed_out_of_the_folder(tmp_path: Path) -> None:
    outside = write_finished_run(tmp_path / "outside", "20260101T000000000Z-0000")
    root = tmp_path / "reports"
    folder = write_finished_run(root)
    (folder / "summary.md").unlink()
    (folder / "summary.md").symlink_to(outside / "summary.md")
    (folder / "junit.xml").unlink()
    os.mkfifo(folder / "junit.xml")
    (root / outside.name).symlink_to(outside)
    with serving_reports(root) as server:
        assert server.ask(server.at("latest/index.html")).status == 200
        for path in ("latest/summary.md", "latest/junit.xml", f"{outside.name}/index.html"):
            assert server.ask(server.at(path)).status == 404, path
        (root / "latest").unlink()
        (root / "latest").symlink_to(outside)
        assert server.ask(server.at("latest/index.html")).status == 404


# --- slow and large clients --------------------------------------------------------------------


def test_decisions_reach_the_project_with_the_language_of_the_page(server: ReportServer) -> None:
    answer = server.post(b'{"a": 1}', "?failing=1", {"Accept-Language": "zh"})
    assert (answer.status, answer.json["errors"]) == (200, [])
    (sent,) = server.decisions
    assert (sent.body, sent.failing, sent.language) == (b'{"a": 1}', True, "zh")
    server.decisions.clear()


def test_a_large_body_is_refused(server: ReportServer) -> None:
    response = server.post(b" " * (MAX_BODY + 1))
    assert (response.status, len(response.json["errors"])) == (413, 1)
    chunk = b"%x\r\n%b\r\n" % (MAX_BODY, b" " * MAX_BODY)
    headers = {"Transfer-Encoding": "chunked", "Content-Length": None}
    chunked = server.post(chunk * 3 + b"0\r\n\r\n", headers=headers)
    assert chunked.status == 413
    assert server.post(b" " * MAX_BODY).status == 200
    server.decisions.clear()


@pytest.fixture(scope="module")
def strict_server(reports: Path) -> Iterator[ReportServer]:
    """A server with small limits."""
    limits = ReportLimits(
        connections=8, streams=2, head_seconds=0.3, body_seconds=0.3, poll_seconds=0.05
    )
    with serving_reports(reports, limits=limits) as server:
        yield server


def _is_closed(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


def test_a_head_that_never_ends_breaks_the_connection(strict_server: ReportServer) -> None:
    with socket.create_connection(("127.0.0.1", strict_server.port), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert _is_closed(client)
    with socket.create_connection(("127.0.0.1", strict_server.port), timeout=10) as client:
        assert _is_closed(client)
    with socket.create_connection(("127.0.0.1", strict_server.port), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000)
        assert client.recv(100).startswith(b"HTTP/1.1 400")


def test_a_body_that_never_ends_is_refused(strict_server: ReportServer) -> None:
    assert strict_server.post(b"{}", headers={"Content-Length": "100"}).status == 408
    assert strict_server.decisions == []


def test_the_number_of_connections_is_limited(strict_server: ReportServer) -> None:
    idle = [socket.create_connection(("127.0.0.1", strict_server.port)) for _ in range(8)]
    try:
        assert strict_server.ask("/").status == 503
    finally:
        for one in idle:
            one.close()


def test_the_number_of_event_streams_is_limited(strict_server: ReportServer) -> None:
    with strict_server.events(), strict_server.events(), strict_server.events() as third:
        assert third.response.status == 503
    end = time.monotonic() + 10
    while True:
        with strict_server.events() as again:
            if again.response.status == 200:
                break
        assert time.monotonic() < end


# --- progress ----------------------------------------------------------------------------------


def test_a_run_in_progress_is_followed_to_its_end(tmp_path: Path) -> None:
    root = tmp_path / "reports"
    limits = ReportLimits(poll_seconds=0.02)
    with (
        RunFolder.create(root, replace(run(), planned_trials=3)) as folder,
        serving_reports(root, limits=limits) as server,
    ):
        update_latest(folder.path)
        waiting = server.ask(server.at("latest/"), headers={"Accept-Language": "zh"})
        assert waiting.status == 200
        assert '<html lang="zh-CN">' in waiting.text
        with server.events("&run=latest&lang=zh") as events:
            assert events.next() == {
                "type": "progress", "done": 0, "total": 3, "text": "3 次测试已完成 0 次。",
            }  # fmt: skip
            folder.add(trial())
            assert events.next()["done"] == 1
            folder.append(b'{"torn')
            folder.append(b'": 1}\n', b"{}\n", b"{}\n")
            more = events.next()
            assert (more["done"], more["total"]) == (4, None), "some trials ran again"
            os.truncate(folder.path / "trials.jsonl", 0)
            folder.add(trial())
            while (event := events.next())["done"] == 0:
                pass
            assert event["done"] == 1
            (folder.path / "index.html").write_text("whole", "utf-8")
            assert events.next() == {"type": "finished"}
        with server.events("&waiting=1") as late:
            assert late.next() == {"type": "finished"}
        assert server.ask(server.at("latest/")).body == b"whole"


def test_a_newer_run_replaces_the_one_that_is_shown(tmp_path: Path) -> None:
    root = tmp_path / "reports"
    write_finished_run(root, "20260101T000000000Z-0000")
    with serving_reports(root, limits=ReportLimits(poll_seconds=0.02)) as server:  # noqa: SIM117 (the second needs the first)
        with server.events() as events, server.events("&run=20260101T000000000Z-0000") as first:
            time.sleep(0.2)
            newer = write_finished_run(root)
            types = [events.next()["type"]]
            while types[-1] != "finished":
                types.append(events.next()["type"])
            assert (
                server.ask(server.at("latest/run.json")).body == (newer / "run.json").read_bytes()
            )
            (root / "20260101T000000000Z-0000/index.html").write_text("again", "utf-8")
            assert first.next() == {"type": "finished"}, "it has seen nothing of the other run"


def test_events_of_what_is_no_run_are_refused(server: ReportServer) -> None:
    for name in ("none", "no-run", "..", "", "%2e%2e%2f", "latest%00"):
        with server.events(f"&run={name}") as events:
            assert events.response.status == 404


def test_open_streams_do_not_delay_the_end(reports: Path) -> None:
    with serving_reports(reports) as server:
        events = server.events()
        began = time.monotonic()
    assert events.ends()
    assert time.monotonic() - began < 3
    with pytest.raises(OSError, match="refused"):
        server.ask("/")


def test_a_growing_file_is_served_up_to_where_it_was(tmp_path: Path) -> None:
    root = tmp_path / "reports"
    with RunFolder.create(root, run()) as folder, serving_reports(root, folder.path.name) as server:
        folder.append(json.dumps({"x": "y" * 1_000_000}).encode() + b"\n")
        size = (folder.path / "trials.jsonl").stat().st_size
        path = server.at(f"{folder.path.name}/trials.jsonl")
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
            reader = client.makefile("rb")
            head = reader.readline()
            folder.append(b'{"more": 1}\n')
            rest = reader.read()
    assert head.split()[1] == b"200"
    assert len(rest.partition(b"\r\n\r\n")[2]) == size
