"""A trial's HTTP log as it is shown: what was asked when, for how long, and how to ask it again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from coze_harness.model import LoggedCall
from coze_harness.reporting.view_model import CallView, HttpView
from coze_harness.reporting.visible import ANSWER_LIMIT, HIDDEN, NAME_LIMIT, single_line

# Seconds; what is shorter is no wait.
_SHORTEST: Final = 0.005
_METHODS: Final = ("GET", "POST")
_UPLOAD: Final = "/v1/files/upload"
_PLAIN = re.compile(r"[A-Za-z0-9_./%-]+").fullmatch


def http_view(exchanges: Sequence[LoggedCall]) -> HttpView:
    """Return the log of the exchanges, which are in the order of their start."""
    total = max([e.start + e.elapsed for e in exchanges])
    scale = 1000 / (total or 1)
    calls: list[CallView] = []
    bars: list[str] = []
    waits: list[str] = []
    end = waited = 0.0
    for number, e in enumerate(exchanges, start=1):
        start, elapsed, repeats = e.start, e.elapsed, e.repeat_count
        wait = ""
        if start - end >= _SHORTEST and number > 1:
            waited += start - end
            wait = f"{start - end:.2f}"
            waits.append(f"M{int(end * scale)} {number}.5h{int((start - end) * scale)}")
        end = max(end, start + elapsed)
        at = path = e.path
        if len(path) > NAME_LIMIT or not _PLAIN(path):
            at, path = _quoted(single_line(path, ANSWER_LIMIT)), single_line(path)
        calls.append(
            CallView(
                e.method if e.method in _METHODS else single_line(e.method),
                path,
                str(repeats) if repeats > 1 else "",
                str(e.status),
                "" if e.code is None else str(e.code),
                f"{start:.2f}",
                f"{elapsed:.2f}",
                wait,
                at,
                _data(e) if e.body else "",
            )
        )
        bars.append(f"M{int(start * scale)} {number}.5h{int(elapsed * scale) or 5}")
    return HttpView(
        calls, str(len(calls) + 1), "".join(bars), "".join(waits), f"{total:.2f}", f"{waited:.2f}"
    )


def _data(exchange: LoggedCall) -> str:
    """Return a request's body as arguments of curl.

    An upload's body describes the file, whose bytes are not kept. Nothing that cannot be seen is
    left in it: JSON has escapes for all of that.
    """
    if exchange.path == _UPLOAD:
        return "-F 'file=@…'"
    body = exchange.body
    if len(body) > ANSWER_LIMIT:
        return "-d @…"
    if not body.isprintable():
        body = HIDDEN.sub(_escaped, body)
    return f"-H 'Content-Type: application/json' -d {_quoted(body)}"


def _escaped(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code > 0xFFFF:
        code -= 0x10000
        return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    return f"\\u{code:04x}" if code not in (0x0A, 0x0D) else " "


def _quoted(text: str) -> str:
    """Quote a text for a POSIX shell, in which nothing has a meaning between single quotes."""
    if _PLAIN(text):
        return text
    return "'" + text.replace("'", "'\\''") + "'"
