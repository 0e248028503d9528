"""Steps that an interruption must not cut in half."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


@contextmanager
def delay_signals() -> Iterator[None]:
    """Hold back what the program does on a signal until the step is complete.

    A signal mask would not do: any thread may get the signal, and Python always calls the handler
    in the main one.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # no handler is called here
        return
    received: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        received.append(number)

    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    handlers = {number: signal.getsignal(number) for number in numbers}
    # Those of others: ignored, the system's own, or not Python's.
    handlers = {number: handler for number, handler in handlers.items() if callable(handler)}
    for number in handlers:
        signal.signal(number, note)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number in received:
            signal.raise_signal(number)
