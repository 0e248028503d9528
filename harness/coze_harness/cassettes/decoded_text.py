"""Text without its escapes, with the place of each character in the text as it was written.

A secret is found in the decoded text and replaced in the written one, so that no escape hides it
and everything around it stays as it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import unquote

# The lookbehind keeps a line of backslashes linear.
_JSON_ESCAPE: Final = re.compile(
    r"(?<!\\)\\++(?:u[dD][89abAB][0-9a-fA-F]{2}\\++u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|u[0-9a-fA-F]{4}|[\"'/bfnrt])"
)
_STRING_ESCAPE: Final = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL
)
_PERCENT: Final = re.compile(r"%[0-7][0-9A-Fa-f]|(?:%[89A-Fa-f][0-9A-Fa-f])+")
_HTML: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});")
_SPACE: Final = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_SHORT_ESCAPES: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class DecodedText:
    """A decoded text; `written_span` returns where a part of it stands in the written text."""

    def __init__(self, source: str, escape: re.Pattern[str], decode: Callable[[str], str]) -> None:
        pieces: list[str] = []
        self._starts: list[int] = []
        self._escapes: list[tuple[int, int, int]] = []
        position = length = 0
        for match in escape.finditer(source):
            start, end = match.span()
            character = decode(match[0])
            pieces += (source[position:start], character)
            length += start - position
            self._starts.append(length)
            length += len(character)
            self._escapes.append((length, start, end))
            position = end
        self.text = "".join([*pieces, source[position:]]) if pieces else source

    def written_span(self, start: int, end: int) -> tuple[int, int]:
        """Return start and end, in the written text, of a part that is not empty."""
        return self._character_span(start)[0], self._character_span(end - 1)[1]

    def _character_span(self, position: int) -> tuple[int, int]:
        index = bisect_right(self._starts, position) - 1
        if index < 0:
            return position, position + 1
        decoded_end, start, end = self._escapes[index]
        if position < decoded_end:
            return start, end
        return end + position - decoded_end, end + position - decoded_end + 1


def decode_string(inner: str) -> DecodedText:
    """Return the value of a JSON string, given without its quotes."""
    return DecodedText(inner, _STRING_ESCAPE, _json_character)


def without_spaces(text: str) -> DecodedText:
    """Return a text without white space and invisible separators."""
    return DecodedText(text, _SPACE, lambda _space: "")


def decoded_forms(text: str) -> Iterator[tuple[DecodedText, ...]]:
    """Yield the forms of a text without JSON, percent and HTML escapes, one after another.

    Each is the last of a tuple; the others lead from the written text to it. Percent encoding is
    removed twice, since an address may be a parameter of another.
    """
    layers: tuple[DecodedText, ...] = ()
    for sign, escape, decode in _DECODERS:
        if sign in text and escape.search(text):
            layers = (*layers, DecodedText(text, escape, decode))
            text = layers[-1].text
            yield layers


def written_span(layers: tuple[DecodedText, ...], start: int, end: int) -> tuple[int, int]:
    """Return where a part of the last of several layers stands in the written text."""
    for layer in reversed(layers):
        start, end = layer.written_span(start, end)
    return start, end


def _json_character(escape: str) -> str:
    code = escape.lstrip("\\")
    if code[:1] == "u" and len(code) >= 5:
        high = int(code[1:5], 16)
        if len(code) == 5:
            return chr(high)
        return chr(0x10000 + ((high - 0xD800) << 10) + int(code[-4:], 16) - 0xDC00)
    return _SHORT_ESCAPES.get(code, code or "\\")


def _html_character(reference: str) -> str:
    from html import unescape  # reads a table of 2,000 names

    return unescape(reference)


_DECODERS: Final[tuple[tuple[str, re.Pattern[str], Callable[[str], str]], ...]] = (
    ("\\", _JSON_ESCAPE, _json_character),
    ("%", _PERCENT, unquote),
    ("%", _PERCENT, unquote),
    ("&", _HTML, _html_character),
)
