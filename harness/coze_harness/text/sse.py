"""Server-sent events as bytes: cut into frames, each parsed by sseclient.

Bytes and not text: without a charset `text/event-stream` would be taken for ISO-8859-1, and text is
also cut at U+2028 and U+0085, which stand inside Chinese answers.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

MEDIA_TYPE: Final = "text/event-stream"

_BLANK_LINE: Final = re.compile(rb"\r\n\r\n|\n\n|\r\r")


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One event: its name, its data (lines joined), and the number of its frame."""

    name: str
    data: str
    frame: int


def frame_ends(body: bytes) -> tuple[int, ...]:
    """Return where each frame ends: the offsets behind the blank lines, and behind the last byte.

    A frame may hold no event (a comment, a keep-alive).
    """
    ends = [found.end() for found in _BLANK_LINE.finditer(body)]
    return (*ends, len(body)) if body and (not ends or ends[-1] < len(body)) else tuple(ends)


def complete_length(body: bytes) -> int:
    """Return where the last frame that is complete ends."""
    end = 0
    for found in _BLANK_LINE.finditer(body):
        end = found.end()
    return end


def parse_events(body: bytes) -> Iterator[ServerSentEvent]:
    """Yield the events of a stream; a last frame that was cut in mid-character is left out."""
    from sseclient import SSEClient  # only streams need it

    start = 0
    for number, end in enumerate(frame_ends(body)):
        frame, start = body[start:end], end
        try:
            found = next(SSEClient(iter((frame,))).events(), None)
        except UnicodeDecodeError:
            continue
        if found is not None:
            yield ServerSentEvent(found.event, found.data, number)


def frame_times(body: bytes, chunks: Sequence[tuple[float, int]]) -> tuple[float, ...]:
    """Return when each frame was complete.

    Args:
        body: all that came.
        chunks: when a piece came, and how many bytes there were in all by then.
    """
    if not chunks:
        return ()
    lengths = [length for _moment, length in chunks]
    last = len(chunks) - 1
    return tuple(chunks[min(bisect_left(lengths, end), last)][0] for end in frame_ends(body))
