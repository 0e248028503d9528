"""Text from a recording, made safe to look at: nothing hidden, nothing endless.

An answer is hostile input. Whatever the page, terminal or file does with markup, the characters
that people cannot see (controls, bidi marks, halves of surrogate pairs) are shown here as text, by
one rule for all reports; what is left is well-formed in UTF-8 and in XML 1.0.
"""

from __future__ import annotations

import re

# Kept although they are not "printable": tab, line feed, the joiners that emoji and Indic and
# Persian words need (U+200C, U+200D), variation selectors, ideographic and no-break spaces.
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e00ff]"
)
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile("[\u3041-\u30ff]")

_CONTROLS = (
    *("NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR"),
    *("SO", "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB"),
    *("ESC", "FS", "GS", "RS", "US"),
)

ANSWER_LIMIT = 20_000
FIELD_LIMIT = 2_000
NAME_LIMIT = 200


def show_control_characters(text: str) -> str:
    """Return text in which every character can be seen.

    Controls become their names (``⟨ESC⟩``; the pictures in U+2400 are missing from many fonts),
    other hidden characters their code point (``⟨U+202E⟩``). Line feeds and tabs stay; CR LF
    becomes LF.
    """
    if text.isprintable():
        return text
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    return HIDDEN.sub(_shown, text)


def _shown(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"⟨{_CONTROLS[code]}⟩" if code < len(_CONTROLS) else f"⟨U+{code:04X}⟩"


def truncate_text(text: str, limit: int = FIELD_LIMIT) -> str:
    """Return visible text, cut after `limit` characters with a remark of how long it is."""
    if len(text) <= limit:
        return text if text.isprintable() else show_control_characters(text)
    return f"{show_control_characters(text[:limit])}{cut(limit, len(text))}"


def cut(shown: int, of: int) -> str:
    """Return the remark after a text that was cut: signs alone, it stands in any language."""
    return f"\n… ⟨{shown:,} / {of:,} → trials.jsonl⟩"


def single_line(text: str, limit: int = NAME_LIMIT) -> str:
    """Return visible text on one line, cut with ``…`` after `limit` characters."""
    if len(text) <= limit and text.isprintable():
        return text
    cut = text[:limit]
    if not cut.isprintable():
        cut = show_control_characters(cut).replace("\n", "⏎").replace("\t", " ")
    return cut if len(text) <= limit else f"{cut}…"


def language(text: str) -> str:
    """Return the language to tell a browser, which picks the shapes of Han characters by it.

    Only Chinese is told from the rest: ``zh`` or ``""``.
    """
    if text.isascii():
        return ""
    return "zh" if _HAN.search(text) and not _KANA.search(text) else ""


def format_duration(seconds: float) -> str:
    """Return a length of time as a person says it: ``0.48 s``, ``12.3 s``, ``2 min 05 s``."""
    if seconds < 9.995:
        return f"{seconds:.2f} s"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def format_count(number: int, noun: str, nouns: str = "") -> str:
    """Return ``1 trial``, ``1,200 trials``."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"
