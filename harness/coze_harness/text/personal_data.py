"""Personal data in texts: identity numbers, phone numbers, bank cards, addresses of e-mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple, TypeAlias

PersonalDataKind: TypeAlias = Literal["phone", "id_card", "bank_card", "email"]


class PersonalData(NamedTuple):
    """A section of a text that is personal data.

    Attributes:
        kind: what it is.
        start: where it begins, in characters.
        end: where it ends.
        value: the same for all notations: digits without gaps, an address in lower case.
    """

    kind: PersonalDataKind
    start: int
    end: int
    value: str


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
# Fixed lines of China, numbers with a country's code, and those of North America. Service numbers
# (400, 800, 955xx) belong to companies.
_OTHER_PHONE: Final = re.compile(
    r"(?<![0-9A-Za-z.+-])(?:"
    r"\(?0[1-9][0-9]{1,2}\)?[ -]?[2-8][0-9]{6,7}"
    r"|\+(?!86)[1-9][0-9]{0,2}(?:[ .-]?\(?[0-9]{1,4}\)?){2,5}"
    r"|(?:\([2-9][0-9]{2}\)[ -]?|(?![48]00[.-]|8(?:33|44|55|66|77|88)[.-])[2-9][0-9]{2}[.-])"
    r"[2-9][0-9]{2}[.-][0-9]{4}"
    r")(?![0-9A-Za-z]|[.-][0-9])"
)
_MIN_PHONE: Final = 8
"""Digits of a phone number with a country's code."""
_EMAIL: Final = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}+@(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,18}"
    r"(?![A-Za-z0-9-]|\.[A-Za-z0-9])"
)
_RESERVED_DOMAINS: Final = re.compile(r"@(?:.*\.)?example(?:\.(?:com|org|net))?$")
"""Domains of examples (RFC 2606): nobody has an address there."""
_DIGITS: Final = re.compile("[^0-9]")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS: Final = "10X98765432"


def find_chinese_personal_data(text: str) -> Iterator[PersonalData]:
    """Yield the identity numbers, mobile numbers and bank cards of people in mainland China."""
    for match in _IDENTITY.finditer(text):
        if _is_identity_number(match[0]):
            yield PersonalData("id_card", match.start(), match.end(), match[0].upper())
    for match in _MOBILE.finditer(text):
        digits = _DIGITS.sub("", match[0])[-11:]
        yield PersonalData("phone", match.start(), match.end(), digits)
    for match in _CARD.finditer(text):
        digits = _DIGITS.sub("", match[0])
        if _is_card_number(digits):
            yield PersonalData("bank_card", match.start(), match.end(), digits)


def find_personal_data(text: str) -> list[PersonalData]:
    """Return all personal data of a text in reading order; no two overlap."""
    sections = list(find_chinese_personal_data(text))
    for match in _OTHER_PHONE.finditer(text):
        digits = _DIGITS.sub("", match[0])
        if len(digits) >= _MIN_PHONE:
            sections.append(PersonalData("phone", match.start(), match.end(), digits))
    for match in _EMAIL.finditer(text):
        address = match[0].lower()
        if not _RESERVED_DOMAINS.search(address):
            sections.append(PersonalData("email", match.start(), match.end(), address))
    sections.sort(key=lambda one: (one.start, -one.end))
    separate: list[PersonalData] = []
    for one in sections:
        if not separate or one.start >= separate[-1].end:
            separate.append(one)
    return separate


def _is_identity_number(text: str) -> bool:
    """Return whether the last of 18 characters is the check digit of the others (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % 11] == text[17].upper()


def _is_card_number(digits: str) -> bool:
    """Return whether 13 to 19 digits have Luhn's checksum and are not all the same."""
    if not 13 <= len(digits) <= 19 or len(set(digits)) < 3:
        return False
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if index % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
