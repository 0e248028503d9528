"""Settings of the test process that the processes started by tests inherit."""

from __future__ import annotations

import signal


def pytest_configure() -> None:
    """Let Ctrl-C reach child processes, even if pytest runs as a background job.

    A shell without job control starts background jobs with SIGINT ignored, and ignored signals are
    inherited.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
