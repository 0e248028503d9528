"""Reads single keys from a terminal, or characters from a pipe."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

# What arrow and function keys send: its last letter is not a key of its own.
_SEQUENCE: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.)?")
_END: Final = "\x04"
_CHUNK: Final = 1024


@contextmanager
def pressed_keys() -> Iterator[Iterator[str]]:
    """Return the keys of stdin, without white space, until its end or Ctrl-D.

    A terminal is in one mode for as long as keys are read: a change of its mode may drop the keys
    that were typed before.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        yield _keys()
        return
    try:
        import termios
        import tty
    except ImportError:  # Windows
        yield iter(click.getchar, _END)
        return
    terminal = sys.stdin.fileno()
    mode = termios.tcgetattr(terminal)
    # What was typed before stays, and Ctrl-C is still a signal.
    tty.setcbreak(terminal, termios.TCSANOW)
    try:
        yield _keys()
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, mode)


def _keys() -> Iterator[str]:
    if sys.stdin is None:
        return
    source = sys.stdin.fileno()
    while chunk := os.read(source, _CHUNK):
        for key in _SEQUENCE.sub("", chunk.decode("utf-8", "replace")):
            if key == _END:
                return
            if not key.isspace():
                yield key
