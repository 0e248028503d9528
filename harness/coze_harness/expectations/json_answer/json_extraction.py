"""JSON in an answer: the whole answer, or a part of it in a code block or between other text."""

from __future__ import annotations

import json
import re
from typing import Final, NoReturn

from coze_harness.expectations.subject import ANSWER
from coze_harness.messages import LocalizedText, message

_MAX_SEARCHED: Final = 100_000
"""Characters of an answer that are searched for JSON."""
_MAX_STARTS: Final = 100
"""Brackets at which JSON may begin that are tried."""
_FENCED: Final = re.compile(r"```[^\n`]*\n(.*?)```", re.DOTALL)
_START: Final = re.compile(r"[{\[]")


class _ConstantError(ValueError):
    """NaN or Infinity, which Python reads and JSON does not have."""


def _reject_constant(name: str) -> NoReturn:
    raise _ConstantError(name)


# Numbers stay text: Python refuses to read very long ones, JSON does not.
_DECODER: Final = json.JSONDecoder(parse_constant=_reject_constant, parse_int=len, parse_float=len)


def json_error(text: str) -> LocalizedText:
    """Return why a text is not JSON (RFC 8259): one sentence, empty if it is."""
    try:
        _DECODER.decode(text)
    except json.JSONDecodeError as error:
        return message(
            "kind.json.invalid",
            subject=ANSWER,
            line=error.lineno,
            column=error.colno,
            error=error.msg,
        )
    except RecursionError:
        return message("kind.json.depth", subject=ANSWER)
    except _ConstantError as error:
        return message("kind.json.constant", subject=ANSWER, name=str(error))
    return LocalizedText()


def find_fenced_json(text: str) -> tuple[int, int] | None:
    """Return start and end of the first JSON in a code block; `None` if there is none."""
    for match in _FENCED.finditer(text, 0, _MAX_SEARCHED):
        if not json_error(match[1]):
            return match.span(1)
    return None


def find_json(text: str) -> tuple[int, int] | None:
    """Return start and end of the JSON in a text; `None` if there is none.

    The first JSON in a code block; without one, the longest object or list in the text.
    """
    if fenced := find_fenced_json(text):
        return fenced
    longest: tuple[int, int] | None = None
    at = 0
    searched = text[:_MAX_SEARCHED]
    for _ in range(_MAX_STARTS):
        start = _START.search(searched, at)
        if start is None:
            break
        at = start.start() + 1
        try:
            end = _DECODER.raw_decode(searched, start.start())[1]
        except (ValueError, RecursionError):
            continue
        if longest is None or end - start.start() > longest[1] - longest[0]:
            longest = start.start(), end
        at = end
    return longest
