"""Servers of reports, in a thread or as the command, and raw requests to them."""

from __future__ import annotations

import http.client
import json
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from builders import run, trial
from coze_harness.cli.view_command import served_reports
from coze_harness.model import JSON
from coze_harness.project.viewed_run import ViewedRun
from coze_harness.reporting.run_reports import render_reports, update_run_list
from coze_harness.results import RunFolder
from coze_harness.server.http_listener import LOOPBACK, listen
from coze_harness.server.report_app import PostedDecisions, ReportLimits
from coze_harness.server.report_process import report_server
from lifetime import RunningCommand
from project import ProjectFolder

TOKEN = "0123456789abcdef" * 3
RUN_ID = "20261122T100312482Z-3f2a"
ALL_DONE: JSON = {"accepted": [], "rejected": [], "to_edit": [], "errors": []}


def write_finished_run(reports: Path, run_id: str = RUN_ID) -> Path:
    """Write a run with all its reports, and the list of runs."""
    result = trial()
    with RunFolder.create(reports, run([result], run_id=run_id)) as folder:
        folder.add(result)
        folder.finish(run([result], run_id=run_id))
    render_reports(folder.path, run([result], run_id=run_id))
    update_run_list(folder.path)
    return folder.path


@dataclass(frozen=True)
class ServedResponse:
    """A response to a request."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> dict[str, list[dict[str, str]]]:
        content = json.loads(self.body)
        assert isinstance(content, dict)
        return content


@dataclass(frozen=True)
class Address:
    """A server's address and token."""

    port: int
    token: str

    @property
    def origin(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def at(self, path: str) -> str:
        """Return a path below the one with the token."""
        return f"/view/{self.token}/{path}"

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str | None] | None = None,
        body: bytes | None = None,
    ) -> ServedResponse:
        """Send a request whose path goes as it is written; a header of `None` is left out."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=20)
        sent = {"Host": f"{LOOPBACK}:{self.port}", **(headers or {})}
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                if value is not None:
                    connection.putheader(name, value)
            if body is not None and "Content-Length" not in sent:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            return ServedResponse(response.status, fields, response.read())
        finally:
            connection.close()

    def post(
        self, body: bytes, query: str = "", headers: Mapping[str, str | None] | None = None
    ) -> ServedResponse:
        """Post decisions as a page does."""
        own = {
            "Origin": self.origin,
            "X-Token": self.token,
            "Content-Type": "application/json",
            "Sec-Fetch-Site": "same-origin",
        }
        sent = {**own, **(headers or {})}
        return self.ask(f"/decisions{query}", method="POST", headers=sent, body=body)

    def events(self, query: str = "") -> EventReader:
        """Open a stream of events."""
        return EventReader(self, f"/events?token={self.token}{query}")


class EventReader:
    """Reads server-sent events. A context manager."""

    def __init__(self, address: Address, path: str) -> None:
        self._connection = http.client.HTTPConnection(LOOPBACK, address.port, timeout=20)
        self._connection.request("GET", path)
        self.response = self._connection.getresponse()

    def next(self) -> dict[str, JSON]:
        """Return the data of the next event."""
        while True:
            line = self.response.readline()
            assert line, "the stream has ended"
            if line.startswith(b"data: "):
                event = json.loads(line.removeprefix(b"data: "))
                assert isinstance(event, dict)
                return event

    def ends(self) -> bool:
        """Return whether nothing follows but a regular end."""
        return b"data:" not in self.response.read()

    def __enter__(self) -> EventReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.response.close()
        self._connection.close()


@dataclass(frozen=True)
class ReportServer(Address):
    """A server in a thread; `decisions` are those that it was sent."""

    decisions: list[PostedDecisions] = field(default_factory=list)


@contextmanager
def serving_reports(
    root: Path,
    name: str = "latest",
    *,
    limits: ReportLimits | None = None,
    decide: Callable[[PostedDecisions], tuple[HTTPStatus, JSON]] | None = None,
) -> Iterator[ReportServer]:
    """Serve a folder of runs from a thread."""
    sock = listen(LOOPBACK, 0)
    running = ReportServer(sock.getsockname()[1], TOKEN)

    def note(decisions: PostedDecisions) -> tuple[HTTPStatus, JSON]:
        running.decisions.append(decisions)
        return HTTPStatus.OK, ALL_DONE

    reports = served_reports(ViewedRun(root, name, is_current=True), "en")
    server = report_server(reports, running.port, TOKEN, decide or note, limits or ReportLimits())
    thread = threading.Thread(target=server.run, args=([sock],), daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.should_exit = True
        thread.join()
        sock.close()


@contextmanager
def started_view(project: ProjectFolder, *arguments: str) -> Iterator[tuple[RunningCommand, str]]:
    """Run `coze-harness view`; yield it with its first line. It is ended at the latest here."""
    started = RunningCommand(project, "view", *arguments)
    try:
        assert started.process.stdout is not None
        yield started, started.process.stdout.readline()
    finally:
        if started.process.poll() is None:
            started.process.kill()
            started.process.communicate()


def address_in(line: str) -> Address:
    """Return the address that a line ends with."""
    url = urlsplit(line.rstrip("\n")[line.index("http://") :])
    return Address(url.port or 0, parse_qs(url.query)["token"][0])


@contextmanager
def viewing(project: ProjectFolder, *arguments: str) -> Iterator[Address]:
    """Run `coze-harness view` in a project."""
    with started_view(project, "--port", "0", *arguments) as (started, line):
        yield address_in(line)
        started.send(signal.SIGTERM)
        started.end()
