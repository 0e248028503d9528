"""The page under `view` in a browser: what it may do, and what pages of others may not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from builders import run, trial
from coze_harness.results import RunFolder, update_latest
from coze_harness.server.report_app import ReportLimits
from playwright.sync_api import Browser
from project import TOKEN, ProjectFolder, chatchat_script, empty_project, record_from, script_server
from viewing import ReportServer, serving_reports, viewing, write_finished_run

from benchmarks.browser_timing import CHROMIUM
from browser.conftest import Visit

POST = """async ({ url, token, body, mode, type }) => {
  const headers = { "Content-Type": type };
  if (token) headers["X-Token"] = token;
  try {
    const answer = await fetch(url, { method: "POST", headers, body, mode });
    return [answer.status, answer.type === "opaque" ? {} : await answer.json()];
  } catch (error) {
    return [0, String(error)];
  }
}"""
REACH = """async ({ urls, mode }) => {
  const tries = {
    fetch: (url) => fetch(url, { mode }),
    xhr: (url) => new Promise((done, fail) => {
      const request = new XMLHttpRequest();
      Object.assign(request, { onload: done, onerror: fail });
      request.open("GET", url);
      request.send();
    }),
    events: (url) => new Promise((done, fail) =>
      Object.assign(new EventSource(url), { onopen: done, onerror: fail })),
    socket: (url) => new Promise((done, fail) =>
      Object.assign(new WebSocket(url.replace(/^\\w+/, "ws")), { onopen: done, onerror: fail })),
  };
  const reached = [];
  for (const url of urls)
    for (const [name, go] of Object.entries(tries))
      try { await go(url); reached.push(`${name} ${url}`); } catch { /* as it should be */ }
  return reached;
}"""
NEXT_EVENT = """(url) => new Promise((done) => {
  const events = new EventSource(url);
  events.onmessage = ({ data }) => { events.close(); done(data); };
})"""


def may_connect(page: Path) -> None:
    """Let a page connect to the server that it comes from."""
    text = page.read_text("utf-8")
    if "connect-src" not in text:
        page.write_text(
            text.replace("img-src data:", "connect-src 'self'; img-src data:", 1), "utf-8"
        )


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> ProjectFolder:
    """A project with a candidate whose answer has another text."""
    project = empty_project(tmp_path_factory.mktemp("served"))
    project.write("scenarios/hours.yaml", "turns: [{prompt: 几点?, expect: [九点]}]\n")
    record_from(chatchat_script("- {prompt: 几点?, answer: 九点。}"), project)
    with script_server(chatchat_script("- {prompt: 几点?, answer: 早上九点。}")) as server:
        env = {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN}
        assert project.run("compare", env=env).code == 0
    may_connect(project.path("reports/latest/index.html"))
    return project


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ReportServer]:
    folder = write_finished_run(tmp_path / "reports")
    may_connect(folder / "index.html")
    with serving_reports(tmp_path / "reports") as server:
        yield server


def test_a_decision_in_the_browser_changes_the_recording(
    comparison: ProjectFolder, visit: Visit
) -> None:
    body = (
        f'{{"format_version": 1, "run_id": "{comparison.run_json()["run_id"]}", "decisions":'
        ' [{"scenario": "hours", "bot": "chatchat", "decision": "accept"}]}'
    )
    with viewing(comparison) as address:
        own = frozenset(f"{address.origin}/{name}" for name in ("decisions", "favicon.ico"))
        page = visit(f"{address.origin}{address.at('latest/')}", also=own, quiet=False).go()
        sent = {"url": "/decisions", "token": address.token, "body": body}
        status, answer = page.evaluate(POST, {**sent, "mode": "cors", "type": "application/json"})
        assert (status, answer["errors"]) == (200, [])
        assert "早上九点" in comparison.read("cassettes/hours.yaml")
        status, answer = page.evaluate(POST, {**sent, "mode": "cors", "type": "application/json"})
        assert (status, len(answer["errors"])) == (409, 1)


@pytest.fixture
def foreign() -> Iterator[str]:
    """The address of a page of somebody else."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>foreign</title>")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_a_page_of_another_origin_changes_and_reads_nothing(
    server: ReportServer, foreign: str, browser: Browser
) -> None:
    """Although it knows the token."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(foreign)
        at = f"{server.origin}/decisions"
        simple = {"url": at, "body": "{}", "mode": "no-cors", "type": "text/plain"}
        whole = {"url": at, "body": "{}", "mode": "cors", "type": "application/json"}
        assert page.evaluate(POST, {**simple, "token": ""})[0] == 0, "an opaque answer"
        assert page.evaluate(POST, {**whole, "token": server.token})[0] == 0
        events = f"{server.origin}/events?token={server.token}&waiting=1"
        page_url = f"{server.origin}{server.at('latest/')}"
        assert page.evaluate(REACH, {"urls": [events, page_url], "mode": "cors"}) == []
        page.evaluate(
            "url => { document.body.innerHTML = `<iframe src='${url}'></iframe>`; }", page_url
        )
        page.wait_for_event("framenavigated", lambda frame: frame.parent_frame is not None)
        assert [frame.url for frame in page.frames[1:]] == ["chrome-error://chromewebdata/"]
    assert server.decisions == []


def test_another_name_of_this_machine_is_refused(server: ReportServer, browser: Browser) -> None:
    rules = "--host-resolver-rules=MAP evil.example 127.0.0.1"
    with browser.browser_type.launch(executable_path=CHROMIUM, args=["--no-sandbox", rules]) as own:
        page = own.new_page()
        answer = page.goto(f"http://evil.example:{server.port}{server.at('latest/')}")
        assert answer is not None
        assert answer.status == HTTPStatus.FORBIDDEN
        request = {"url": "/decisions", "token": server.token, "body": "{}"}
        response = page.evaluate(POST, {**request, "mode": "cors", "type": "application/json"})
        assert response[0] in (0, HTTPStatus.FORBIDDEN)
    assert server.decisions == []


def test_the_served_page_reaches_its_server_and_no_other(
    server: ReportServer, foreign: str, visit: Visit
) -> None:
    at = f"{server.origin}{server.at('latest/')}"
    own = f"{server.origin}/events?token={server.token}&waiting=1"
    # A request counts as one also if the page's policy stops it.
    tried = {foreign, foreign.replace("http", "ws"), own, f"{server.origin}/favicon.ico"}
    page = visit(at, also=frozenset(tried), quiet=False).go()
    assert page.evaluate(REACH, {"urls": [foreign], "mode": "no-cors"}) == []
    assert page.evaluate(NEXT_EVENT, own) == '{"type":"finished"}'


def test_the_page_as_a_file_reaches_nothing(
    server: ReportServer, tmp_path: Path, visit: Visit
) -> None:
    path = (tmp_path / "reports/latest/index.html").resolve()
    near = (tmp_path / "reports/.gitignore").as_uri()
    tried = {f"{server.origin}/", near}
    page = visit(path, also=frozenset(tried), quiet=False).go()
    assert page.evaluate(REACH, {"urls": [f"{server.origin}/"], "mode": "no-cors"}) == []
    # A file is not out of reach for Chromium, but nothing of it can be read.
    assert page.evaluate(REACH, {"urls": [path.as_uri(), near], "mode": "cors"}) == []


def test_a_browser_waits_for_the_report(tmp_path: Path, visit: Visit) -> None:
    root = tmp_path / "reports"
    limits = ReportLimits(poll_seconds=0.02)
    with (
        RunFolder.create(root, run()) as folder,
        serving_reports(root, limits=limits) as server,
    ):
        update_latest(folder.path)
        at = f"{server.origin}{server.at('latest/')}"
        events = f"{server.origin}/events?token={server.token}&run=latest&lang=en&waiting=1"
        watch = visit(at, also=frozenset({events, f"{server.origin}/favicon.ico"}), locale="en-US")
        page = watch.go(ready=False)
        text: Any = "text => document.body.innerText.includes(text)"
        watch.until(text, "0 trials finished.")
        folder.add(trial())
        watch.until(text, "1 trial finished.")
        (folder.path / "index.html").write_text("<!doctype html><h1>Written</h1>", "utf-8")
        page.get_by_role("heading", name="Written").wait_for()
        assert page.url == at
