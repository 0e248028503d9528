"""Settings of the test process, some of which the processes started by tests inherit."""

from __future__ import annotations

import gc
import os
import signal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scale import scale_down
from warm_processes import stop_servers


def pytest_configure() -> None:
    """Let signals reach child processes, and let examples take their time.

    A shell without job control starts background jobs with SIGINT ignored, nohup starts its command
    with SIGHUP ignored, and ignored signals are inherited. Hypothesis's deadline of 0.2 s fails
    tests on a busy machine.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    settings.register_profile("tests", deadline=None, max_examples=scale_down(100))
    settings.load_profile("tests")


def pytest_collection() -> None:
    """Spare the garbage collector what is made of thousands of tests, now and later."""
    gc.disable()


def pytest_collection_finish() -> None:
    """See `pytest_collection`."""
    # Hypothesis registers its source of randomness with the first example, and warns of one that
    # nothing refers to, as seems so when the collector leaves out what is frozen.
    settings(max_examples=1, database=None)(given(st.none())(lambda _: None))()
    gc.freeze()
    gc.enable()


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_xdist_auto_num_workers() -> int:
    """Start two workers for each processor: many tests wait for the delays of servers."""
    return (os.cpu_count() or 1) * 2


def pytest_unconfigure() -> None:
    """Stop the processes that commands are forked from."""
    stop_servers()
