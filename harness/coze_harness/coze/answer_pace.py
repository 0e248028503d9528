"""How a streamed answer grew: when how many of its characters had arrived.

Characters are code points of `Reply.answer`, which joins its messages by line feeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from coze_harness.model import Reply, replace

SHORTEST_STEP: Final = 50
"""What arrives within this time, in milliseconds, is one step of a pace."""
MAX_STEPS: Final = 200
"""Steps of one answer; those of a longer stream are longer."""


class AnswerGrowth:
    """Counts the characters of an answer while the frames of its stream are parsed.

    `steps` has, for each frame that brought some, the time (seconds from the trial's start) and the
    number of characters that had arrived by then.

    Args:
        frame_times: when each frame arrived, in seconds from the trial's start.
    """

    def __init__(self, frame_times: Sequence[float]) -> None:
        self.steps: list[tuple[float, int]] = []
        self._frame_times = frame_times
        self._unfinished: dict[str, int] = {}
        self._count = 0
        self._messages = 0

    def add_piece(self, frame: int, message_id: str, text: str) -> None:
        """Add a piece of a message."""
        if not text:
            return
        length = self._unfinished.get(message_id)
        if length is None:
            self._begin_message()
        self._unfinished[message_id] = (length or 0) + len(text)
        self._add(frame, len(text))

    def add_message(self, frame: int, message_id: str, text: str) -> None:
        """Add a whole message; it replaces its pieces."""
        length = self._unfinished.pop(message_id, None)
        if length is None:
            self._begin_message()
        self._add(frame, len(text) - (length or 0))

    def _begin_message(self) -> None:
        self._count += self._messages > 0
        self._messages += 1

    def _add(self, frame: int, count: int) -> None:
        self._count += count
        if frame < len(self._frame_times):
            self.steps.append((self._frame_times[frame], self._count))


def continue_growth(
    earlier: Sequence[tuple[float, int]], later: Sequence[tuple[float, int]]
) -> list[tuple[float, int]]:
    """Return the growth of an answer whose messages came in two streams."""
    before = earlier[-1][1] + 1 if earlier else 0
    return [*earlier, *((time, before + count) for time, count in later)]


def with_pace(reply: Reply, growth: Sequence[tuple[float, int]], sent: float) -> Reply:
    """Return a reply with the first token and the pace of its answer, if its growth is known.

    Args:
        reply: the reply.
        growth: see `AnswerGrowth.steps`.
        sent: when the prompt was sent, in seconds from the trial's start.
    """
    if not growth:
        return reply
    length = len(reply.answer)
    times = [max(round((time - sent) * 1000), 0) for time, _ in growth]
    shortest = max(SHORTEST_STEP, -((times[0] - times[-1]) // (MAX_STEPS - 1)))
    steps: list[tuple[int, int]] = []
    for time, (_, arrived) in zip(times, growth, strict=True):
        count = min(arrived, length)
        if count <= (steps[-1][1] if steps else 0):
            continue
        if steps and time - steps[-1][0] < shortest:
            steps[-1] = steps[-1][0], count
        else:
            steps.append((time, count))
    # Differences are shorter, and a page compresses them to half the size.
    pace = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise([(0, 0), *steps])]
    first_token = round(growth[0][0] - sent, 3) if reply.first_token is None else reply.first_token
    return replace(reply, pace=tuple(pace), first_token=first_token)
