"""What SIGINT (Ctrl-C), SIGTERM and SIGHUP do.

While the program starts, and while it ends, they end it at once and without a traceback. While a
command runs, the first one raises `KeyboardInterrupt`, so that finished work is saved and reported,
and the next one ends the process at once. A signal that the caller ignores (nohup, a background
job) stays ignored.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Final, NoReturn

INTERRUPTED: Final = 130

# Windows has no SIGHUP.
_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_SHOW_CURSOR: Final = b"\x1b[?25h"


_DEFAULT_TEXT: Final = "Interrupted."
"""What is printed while the language is not known yet."""


def end_on_signals() -> None:
    """From now on, a signal ends the process at once."""
    for number in _SIGNALS:
        handler = signal.getsignal(number)
        # None: a handler that was not installed by Python.
        if handler not in (signal.SIG_IGN, None):
            text = handler.text if isinstance(handler, _Ending | _Interruption) else _DEFAULT_TEXT
            signal.signal(number, _Ending(text))


def interrupt_on_signals(describe: Callable[[], str]) -> None:
    """From now on, the first signal interrupts the command.

    Has no effect in a program that never called `end_on_signals`, and so handles its own signals.

    Args:
        describe: returns what is printed at the second signal, in the language of that time.
    """
    for number in _SIGNALS:
        if isinstance(signal.getsignal(number), _Ending):
            signal.signal(number, _Interruption(describe))


class _Interruption:
    """Interrupts the command; the next signal ends the process."""

    def __init__(self, describe: Callable[[], str]) -> None:
        self._describe = describe

    @property
    def text(self) -> str:
        return self._describe()

    def __call__(self, _number: int, _frame: FrameType | None) -> NoReturn:
        end_on_signals()
        raise KeyboardInterrupt


class _Ending:
    """Ends the process at once."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __call__(self, _number: int, _frame: FrameType | None) -> NoReturn:
        # Not through sys.exit: an exception would leave a traceback in the middle of an import.
        with suppress(OSError):
            if os.isatty(1):
                os.write(1, _SHOW_CURSOR)  # a progress bar hides it
            os.write(2, f"{self.text}\n".encode())
        os._exit(INTERRUPTED)
