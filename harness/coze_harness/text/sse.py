"""Server-sent events as bytes: split into frames, each parsed by sseclient.

Bytes and not text: without a charset, `text/event-stream` would be read as ISO-8859-1, and text is
also split at U+2028 and U+0085, which occur inside Chinese answers.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

MEDIA_TYPE: Final = "text/event-stream"

_BLANK_LINE: Final = re.compile(rb"\r\n\r\n|\n\n|\r\r")


class ServerSentEvent(Struct, frozen=True):
    """One event: its name, its data (lines joined), and the number of its frame."""

    name: str
    data: str
    frame: int


def frame_ends(body: bytes) -> tuple[int, ...]:
    """Return the offset of each frame's end: after each blank line, and after the last byte.

    A frame may have no event (a comment, a keep-alive).
    """
    ends = [line.end() for line in _BLANK_LINE.finditer(body)]
    return (*ends, len(body)) if body and (not ends or ends[-1] < len(body)) else tuple(ends)


def complete_length(body: bytes) -> int:
    """Return the offset where the last complete frame ends."""
    return max((line.end() for line in _BLANK_LINE.finditer(body)), default=0)


def parse_events(body: bytes) -> Iterator[ServerSentEvent]:
    """Yield the events of a stream, without a last frame that ends inside a character."""
    from sseclient import SSEClient  # only streams need it

    start = 0
    for number, end in enumerate(frame_ends(body)):
        frame, start = body[start:end], end
        try:
            event = next(SSEClient(iter((frame,))).events(), None)
        except UnicodeDecodeError:
            continue
        if event is not None:
            yield ServerSentEvent(event.event, event.data, number)


def frame_times(body: bytes, chunks: Sequence[tuple[float, int]]) -> tuple[float, ...]:
    """Return when each frame was complete.

    Args:
        body: all bytes received.
        chunks: when each chunk arrived, and how many bytes had arrived by then.
    """
    if not chunks:
        return ()
    lengths = [length for _moment, length in chunks]
    last = len(chunks) - 1
    return tuple(chunks[min(bisect_left(lengths, end), last)][0] for end in frame_ends(body))
