"""Personal data of people in mainland China: the preset `cn_personal` of `redact`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_GAP: Final = r"[ \u00a0-]?"
_MOBILE: Final = re.compile(
    rf"(?<![0-9A-Za-z.])(?:(?:\+|00)?86{_GAP})?1[3-9][0-9]{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}"
    r"(?![0-9A-Za-z]|\.[0-9])"
)
_IDENTITY: Final = re.compile(
    r"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])"
    r"(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
)
# Cards begin with 3 to 6; ids of Coze and times in milliseconds do not.
_CARD: Final = re.compile(
    rf"(?<![0-9A-Za-z.])[3-6][0-9]{{3}}(?:{_GAP}[0-9]{{4}}){{2,3}}{_GAP}[0-9]{{1,4}}"
    r"(?![0-9A-Za-z]|\.[0-9])"
)
_DIGITS: Final = re.compile("[^0-9]")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS: Final = "10X98765432"


def find_personal_data(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and digits of identity numbers, mobile numbers and bank cards."""
    for match in _IDENTITY.finditer(text):
        if is_identity_number(match[0]):
            yield match.start(), match.end(), match[0].upper()
    for match in _MOBILE.finditer(text):
        yield match.start(), match.end(), _DIGITS.sub("", match[0])[-11:]
    for match in _CARD.finditer(text):
        digits = _DIGITS.sub("", match[0])
        if is_card_number(digits):
            yield match.start(), match.end(), digits


def is_identity_number(text: str) -> bool:
    """Return whether the last of 18 characters is the check digit of the others (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % 11] == text[17].upper()


def is_card_number(digits: str) -> bool:
    """Return whether 13 to 19 digits have Luhn's checksum and are not all the same."""
    if not 13 <= len(digits) <= 19 or len(set(digits)) < 3:
        return False
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if index % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
