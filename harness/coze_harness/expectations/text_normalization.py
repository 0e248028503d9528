"""What makes two texts equal: Unicode NFC always, and case and width where the author says so."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ItemContext, Schema

OPTIONS: Final = ("ignore_case", "normalize")


_UNUSUAL: Final = re.compile("[\u3000\uff00-\uffef]")


@cache
def _narrowing() -> dict[int, str]:
    """Return the ordinary form of every full-width and half-width character.

    Unicode marks them `<wide>` and `<narrow>`; both live in U+FF00..U+FFEF, but for the ideographic
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


@dataclass(frozen=True, slots=True)
class TextNormalization:
    """How texts are made comparable before they are compared."""

    ignore_case: bool = False
    width: bool = False

    def normalize(self, text: str) -> tuple[str, bool]:
        """Return the comparable text, and whether its offsets are those of the text given.

        They are while every step keeps the number of characters: narrowing always does, a change of
        case may only add some (ß becomes ss), and NFC is taken to lose them when it changes a text.
        """
        if text.isascii():
            return (text.lower() if self.ignore_case else text), True
        folded = nfc(text)
        aligned = folded is text
        if self.width:
            narrow = folded.translate(_narrowing()) if _UNUSUAL.search(folded) else folded
            folded = nfc(narrow)
            aligned = aligned and folded is narrow
        if self.ignore_case:
            low = folded.casefold()
            aligned = aligned and len(low) == len(folded)
            folded = nfc(low)
            aligned = aligned and folded is low
        return folded, aligned

    @property
    def words(self) -> str:
        """Return what is not told apart, to stand behind an expected text."""
        ignored = [w for w, on in (("case", self.ignore_case), ("width", self.width)) if on]
        return f" (ignoring {' and '.join(ignored)})" if ignored else ""


PLAIN: Final = TextNormalization()


def parse_normalization(item: ItemContext, fields: Mapping[str, ItemArgument]) -> TextNormalization:
    """Return the folding that an author asks for, beside the kind or in its mapping."""
    if not fields and not item.options:
        return PLAIN
    asked: dict[str, ItemArgument] = {}
    for option in OPTIONS:
        inside, beside = fields.get(option), item.options.get(option)
        if inside and beside:
            raise beside.error_at(
                f'"{option}" is written beside the kind and in its mapping.', "delete one of them"
            )
        if argument := inside or beside:
            asked[option] = argument
    if not asked:
        return PLAIN
    width = "normalize" in asked and asked["normalize"].choice(("width",)) == "width"
    return TextNormalization("ignore_case" in asked and asked["ignore_case"].flag(), width)


def option_schemas() -> dict[str, Schema]:
    """Return the JSON Schema of each text option."""
    return {
        "ignore_case": {
            "type": "boolean",
            "description": "true: upper and lower case are not told apart.",
        },
        "normalize": {
            "enum": ["width"],
            "description": "width: full-width and half-width forms are not told apart.",
        },
    }
