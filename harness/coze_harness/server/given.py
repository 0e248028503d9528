"""The tokens that the server itself has given, and until when they are good."""

from __future__ import annotations

from random import Random

from coze_harness.model.trial import Clock


class Tokens:
    """Tokens given to OAuth apps; of tokens from elsewhere nothing is known or kept."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._ends: dict[str, int] = {}

    def new(self, seconds: int) -> tuple[str, int]:
        """Return a new token and the Unix second at which it ends."""
        token = f"czs_{self._random.getrandbits(256):064x}"
        self._ends[token] = int(self._clock.now()) + seconds
        return token, self._ends[token]

    def has_ended(self, authorization: str) -> bool:
        """Tell whether a request's `Authorization` holds a token that was given and has ended."""
        ends = self._ends.get(authorization.removeprefix("Bearer "))
        return ends is not None and self._clock.now() >= ends
