"""The report's server in the foreground, for the command."""

from __future__ import annotations

from collections.abc import Callable

from coze_harness.messages import message
from coze_harness.model.errors import UsageError
from coze_harness.server.connection_registry import ConnectionRegistry
from coze_harness.server.http_listener import (
    LOOPBACK,
    ListeningServer,
    listen,
    make_server,
    run_until_signal,
)
from coze_harness.server.report_app import Decide, ReportApp, ReportLimits
from coze_harness.server.report_files import ServedReports
from coze_harness.server.request_access import RequestAccess


def report_server(
    reports: ServedReports, port: int, token: str, decide: Decide, limits: ReportLimits
) -> ListeningServer:
    """Return the server of reports; it runs on a socket of `listen` with this port."""
    access = RequestAccess(port, token)
    server = make_server(
        ReportApp(reports, access, decide, lambda: server.should_exit, limits),
        ConnectionRegistry(limits.head_seconds),
        log_level="critical",  # stderr is for the user, and not for what any client sends
        max_connections=limits.connections,
    )
    return server


def serve_reports(
    reports: ServedReports,
    token: str,
    decide: Decide,
    on_start: Callable[[str], None],
    *,
    port: int | None,
    default_port: int,
) -> None:
    """Serve the pages of runs until interrupted; `on_start` gets the address.

    Args:
        reports: what is served.
        token: a secret for the address.
        decide: applies decisions.
        on_start: called when connections are accepted.
        port: where to listen; 0: any free one.
        default_port: where to listen without `port`; if it is not free, any other is taken.

    Raises:
        UsageError: the address cannot be listened on.
    """
    try:
        sock = listen(LOOPBACK, default_port if port is None else port)
    except UsageError as error:
        if port is not None:
            raise UsageError(error.what, next_step=message("view.address.next")) from error
        sock = listen(LOOPBACK, 0)
    server = report_server(reports, sock.getsockname()[1], token, decide, ReportLimits())
    run_until_signal(server, sock, lambda url: on_start(f"{url}/?token={token}"))
