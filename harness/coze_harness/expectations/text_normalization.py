"""What makes two texts equal: Unicode NFC always, and case and width where the author says so."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Final

from msgspec import Struct

from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.parameter import Parameter
from coze_harness.messages import LocalizedText, message

IGNORE_CASE: Final = Parameter(
    "ignore_case",
    ItemArgument.flag,
    {"type": "boolean", "description": "true: upper and lower case are the same."},
    default=False,
)
NORMALIZE: Final = Parameter(
    "normalize",
    lambda one: one.choice(("width",)),
    {
        "enum": ["width"],
        "description": "width: full-width and half-width forms are the same.",
    },
    default="",
)
TEXT_OPTIONS: Final = (IGNORE_CASE, NORMALIZE)
OPTION_KEYS: Final = (IGNORE_CASE.key, NORMALIZE.key)

_WIDE_OR_NARROW: Final = re.compile("[\u3000\uff00-\uffef]")


@cache
def _ordinary_forms() -> dict[int, str]:
    """Return the ordinary form of every full-width and half-width character.

    Unicode marks them `<wide>` and `<narrow>`; both are in U+FF00..U+FFEF, except the ideographic
    space. Full compatibility folding (NFKC) would also turn ① into 1 and ㎏ into kg.
    """
    table = {}
    for code in (0x3000, *range(0xFF00, 0xFFF0)):
        tag, _, decomposed = unicodedata.decomposition(chr(code)).partition(" ")
        if tag in {"<wide>", "<narrow>"}:
            table[code] = chr(int(decomposed, 16))
    return table


def nfc(text: str) -> str:
    """Return the text in Unicode NFC, at no cost when it already is."""
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", text)


class TextNormalization(Struct, frozen=True):
    """How texts are made comparable before they are compared."""

    ignore_case: bool = False
    width: bool = False

    def normalize(self, text: str) -> tuple[str, bool]:
        """Return the comparable text, and whether its offsets are those of the original.

        They are while every step keeps the number of characters: width folding always does, case
        folding may only add some (ß becomes ss), and NFC is assumed to lose some when it changes a
        text.
        """
        if text.isascii():
            return (text.lower() if self.ignore_case else text), True
        folded = nfc(text)
        is_aligned = folded is text
        if self.width:
            wide = _WIDE_OR_NARROW.search(folded)
            narrow = folded.translate(_ordinary_forms()) if wide else folded
            folded = nfc(narrow)
            is_aligned = is_aligned and folded is narrow
        if self.ignore_case:
            low = folded.casefold()
            is_aligned = is_aligned and len(low) == len(folded)
            folded = nfc(low)
            is_aligned = is_aligned and folded is low
        return folded, is_aligned

    def describe(self, expected: LocalizedText) -> LocalizedText:
        """Return what is expected, with what is ignored: `contains "x" (ignoring case)`."""
        if self.ignore_case and self.width:
            return message("kind.ignoring.case_and_width", expected=expected)
        if self.ignore_case:
            return message("kind.ignoring.case", expected=expected)
        return message("kind.ignoring.width", expected=expected) if self.width else expected


PLAIN: Final = TextNormalization()


def parse_normalization(
    inside: Mapping[str, ItemArgument], outside: Mapping[str, ItemArgument]
) -> TextNormalization:
    """Return the normalization that an item declares.

    Args:
        inside: the arguments in the kind's own mapping.
        outside: the text options next to the kind.

    Raises:
        ScenarioError: an option is in both, or has a wrong value.
    """
    if not inside and not outside:
        return PLAIN
    for key in OPTION_KEYS:
        if key in inside and key in outside:
            raise outside[key].error_at(
                message("expectation.option_twice", key=key),
                message("expectation.option_twice.next"),
            )
    arguments = {**inside, **outside} if outside else inside
    ignore_case = IGNORE_CASE.read(arguments)
    width = NORMALIZE.read(arguments) == "width"
    return TextNormalization(ignore_case, width) if ignore_case or width else PLAIN
