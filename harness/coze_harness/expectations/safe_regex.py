"""Patterns of the `regex` package, whose searches stop in time, and the words of a text."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final, Protocol

TIME_LIMIT: Final = 1.0
"""Seconds that one search may take."""


class RegexMatch(Protocol):
    """Where a pattern was found."""

    def span(self) -> tuple[int, int]:
        """Return where the match begins and ends."""
        ...


class SafePattern(Protocol):
    """A compiled pattern, as far as expectations need it."""

    def search(self, string: str, *, timeout: float | None = None) -> RegexMatch | None:
        """Return the first match.

        Raises:
            TimeoutError: the search took longer than `timeout` seconds.
        """
        ...

    def findall(self, string: str) -> list[str]:
        """Return the text of every match."""
        ...

    def subn(self, repl: str, string: str) -> tuple[str, int]:
        """Return the text with every match replaced, and how many there were."""
        ...


class PatternError(Exception):
    """A pattern that cannot be compiled; the text says why."""


@lru_cache(maxsize=1024)  # a tenth of the time of regex's own cache
def compile_pattern(pattern: str, *, ignore_case: bool = False) -> SafePattern:
    """Compile a pattern; the syntax is that of Python's `re`, and more.

    Raises:
        PatternError: it is not a pattern.
    """
    import regex  # type: ignore[import-untyped]  # slow to import, and not always needed; no types

    try:
        compiled: SafePattern = regex.compile(pattern, regex.IGNORECASE if ignore_case else 0)
    except regex.error as error:
        raise PatternError(str(error)) from error
    except (OverflowError, RecursionError, ValueError) as error:
        raise PatternError(f"it cannot be compiled ({type(error).__name__})") from error
    return compiled


# Chinese characters and Japanese kana, which are written without spaces: each is a word.
_ALONE: Final = (
    "\u3005-\u3007\u3040-\u309a\u309d-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
)
_RUN: Final = rf"[^\W{_ALONE}]+"
_WORDS: Final = rf"[{_ALONE}][\p{{M}}\uff9e\uff9f]*|{_RUN}(?:(?:[-'’]|(?<=\d)[.,:](?=\d)){_RUN})*"


@cache
def _words() -> SafePattern:
    return compile_pattern(_WORDS)


def words(text: str) -> list[str]:
    """Return the words of a text.

    A run of letters and digits is a word (don't, state-of-the-art, 1,200.50); in Chinese and
    Japanese, which are written without spaces, each character is one. Punctuation is none.
    """
    return _words().findall(text)


def count_words(text: str) -> int:
    """Return the number of `words`, without the memory for them."""
    return _words().subn("", text)[1]
