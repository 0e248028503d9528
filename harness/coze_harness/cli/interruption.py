"""What SIGINT (Ctrl-C), SIGTERM and SIGHUP do.

While the program starts, and while it ends, they end it at once and without a traceback. While a
command runs, the first one raises `KeyboardInterrupt`, so that finished work is saved and reported,
and the next one ends the process at once. A signal that the caller ignores (nohup, a background
job) stays ignored.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from types import FrameType
from typing import Final, NoReturn

INTERRUPTED: Final = 130

# Windows has no SIGHUP.
_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_SHOW_CURSOR: Final = b"\x1b[?25h"


def end_on_signals() -> None:
    """From now on, a signal ends the process at once."""
    for number in _SIGNALS:
        # None: a handler that was not installed by Python.
        if signal.getsignal(number) not in (signal.SIG_IGN, None):
            signal.signal(number, _end)


def interrupt_on_signals() -> None:
    """From now on, the first signal interrupts the command.

    Has no effect in a program that never called `end_on_signals`, and so handles its own signals.
    """
    for number in _SIGNALS:
        if signal.getsignal(number) is _end:
            signal.signal(number, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    end_on_signals()
    raise KeyboardInterrupt


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    # Not through sys.exit: an exception would leave a traceback in the middle of an import.
    with suppress(OSError):
        if os.isatty(1):
            os.write(1, _SHOW_CURSOR)  # a progress bar hides it
        os.write(2, b"Interrupted.\n")
    os._exit(INTERRUPTED)
