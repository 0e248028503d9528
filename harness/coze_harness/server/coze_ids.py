"""Ids as Coze makes them: snowflakes and log ids, both of which carry their time."""

from __future__ import annotations

import base64
import time
import uuid
from random import Random

from coze_harness.model.protocols import Clock

_CHINA = 8 * 3600  # Coze's log ids read as UTC+8


class Snowflakes:
    """Decimal ids of 19 digits, ``seconds << 32`` plus a random part, always rising.

    The first id of a second leaves the upper half of the low word free; each further one is a
    small step up, so that ids made together (a chat and its conversation) differ in few bits.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._last = 0

    def new(self, second: int) -> str:
        """Return an id made in this Unix second, greater than every earlier id."""
        first = second << 32
        if self._last < first:
            self._last = first | self._random.getrandbits(31)
        else:
            self._last += 1 + self._random.getrandbits(15)
        return str(self._last)


class CozeIds:
    """Every kind of id that an answer carries, from one clock and one source of randomness."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._snowflakes = Snowflakes(random)

    def second(self) -> int:
        """Return the Unix second that ids made now carry."""
        return int(self._clock.now())

    def new(self) -> str:
        """Return an id for a chat, conversation, message or file."""
        return self._snowflakes.new(self.second())

    def log_id(self) -> str:
        """Return 34 characters: ``YYYYMMDDhhmmss`` and 20 upper-case hexadecimal digits."""
        stamp = time.strftime("%Y%m%d%H%M%S", time.gmtime(self.second() + _CHINA))
        return f"{stamp}{self._random.getrandbits(80):020X}"

    def uuid(self) -> str:
        """Return a random UUID, as projects on coze.site make them."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def tool_call(self) -> str:
        """Return an opaque tool call id: 41 random bytes in base64, as hosted Coze sends them."""
        return base64.b64encode(self._random.randbytes(41)).decode()

    def token(self) -> str:
        """Return an access token for an OAuth app."""
        return f"czs_{self._random.getrandbits(256):064x}"
