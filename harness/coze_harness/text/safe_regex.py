"""Patterns of the `regex` package: those that users write stop in time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Final, Protocol

from msgspec import Struct

from coze_harness.messages import UserText, as_message, message
from coze_harness.model.errors import PatternTimeoutError
from coze_harness.model.location import Location

TIME_LIMIT: Final = 0.5
"""Seconds that one search in a text of ordinary length may take."""

_CHARACTERS_PER_SECOND: Final = 5_000_000
"""Longer texts get more time, as much as a slow but reasonable pattern needs."""

_MAX_LENGTH: Final = 10_000
"""Characters of a pattern; longer ones take too long to compile."""

# `regex` would search them, with any amount of memory; `re` does not know them.
_RECURSION: Final = re.compile(r"(?<!\\)(?:\\\\)*\(\?(?:R|&|P>|[+-]?\d)")


class RegexMatch(Protocol):
    """Where a pattern was found."""

    def __getitem__(self, group: int, /) -> str:
        """Return the text of a group."""
        ...

    def start(self) -> int:
        """Return where the match begins."""
        ...

    def end(self) -> int:
        """Return where it ends."""
        ...

    def groupdict(self) -> Mapping[str, str | None]:
        """Return the named groups."""
        ...

    def span(self) -> tuple[int, int]:
        """Return where the match begins and ends."""
        ...


class SafePattern(Protocol):
    """A compiled pattern. A search that takes longer than `timeout` raises TimeoutError."""

    def search(self, string: str, *, timeout: float | None = None) -> RegexMatch | None:
        """Return the first match."""
        ...

    def finditer(
        self,
        string: str,
        pos: int | None = None,
        endpos: int | None = None,
        *,
        timeout: float | None = None,
    ) -> Iterator[RegexMatch]:
        """Yield every match between two places."""
        ...

    def findall(self, string: str) -> list[str]:
        """Return the text of every match."""
        ...

    def sub(
        self, repl: Callable[[RegexMatch], str], string: str, *, timeout: float | None = None
    ) -> str:
        """Return the text with every match replaced."""
        ...

    def subn(self, repl: str, string: str) -> tuple[str, int]:
        """Return the text with every match replaced, and how many there were."""
        ...


class PatternError(Exception):
    """A pattern that cannot be compiled.

    Args:
        reason: why, as it follows a colon.
    """

    def __init__(self, reason: UserText) -> None:
        super().__init__(reason)
        self.reason = as_message(reason)


@lru_cache(maxsize=1024)  # a tenth of the time of regex's own cache
def compile_pattern(pattern: str, *, ignore_case: bool = False) -> SafePattern:
    """Compile a pattern; the syntax is that of Python's `re`, and more.

    Raises:
        PatternError: it is not a pattern, or it is too long, or recursive.
    """
    if len(pattern) > _MAX_LENGTH:
        raise PatternError(message("pattern.length", n=_MAX_LENGTH))
    if _RECURSION.search(pattern):
        raise PatternError(message("pattern.recursion"))
    import regex  # type: ignore[import-untyped]  # 14 ms to import, and few texts need it; no types

    try:
        compiled: SafePattern = regex.compile(pattern, regex.IGNORECASE if ignore_case else 0)
    except regex.error as error:
        raise PatternError(str(error)) from error
    except (OverflowError, RecursionError, ValueError) as error:
        raise PatternError(message("pattern.compilation", error=type(error).__name__)) from error
    return compiled


def time_limit(text: str) -> float:
    """Return the seconds that a search in a text may take."""
    return TIME_LIMIT + len(text) / _CHARACTERS_PER_SECOND


class UserPattern(Struct, frozen=True):
    """A pattern from a file that a user wrote, and its place there. It can be pickled."""

    source: str
    where: Location | None = None

    def matches(self, text: str) -> list[RegexMatch]:
        """Return every match in a text.

        Raises:
            PatternTimeoutError: it takes too long.
        """
        try:
            return list(compile_pattern(self.source).finditer(text, timeout=time_limit(text)))
        except TimeoutError as error:
            raise self._timeout(text) from error

    def _timeout(self, text: str) -> PatternTimeoutError:
        return PatternTimeoutError(
            message(
                "pattern.timeout",
                pattern=self.source,
                seconds=round(time_limit(text), 1),
                n=len(text),
            ),
            where=self.where,
            next_step=message("pattern.timeout.next"),
        )
