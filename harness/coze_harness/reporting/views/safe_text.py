"""Text that is safe to display: no hidden characters, limited length; times and counts in words.

An answer is hostile input. Invisible characters (controls, bidi marks, halves of surrogate pairs)
are replaced by visible text, by one rule for all reports. The result is well-formed UTF-8 and
XML 1.0.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from coze_harness.model import Run

# Kept although they are not "printable": tab, line feed, the joiners that emoji and Indic and
# Persian words need (U+200C, U+200D), variation selectors, ideographic and no-break spaces.
HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e00ff]"
)
_HAN: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA: Final = re.compile("[\u3041-\u30ff]")

_CONTROLS: Final = (
    *("NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR"),
    *("SO", "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB"),
    *("ESC", "FS", "GS", "RS", "US"),
)

ANSWER_LIMIT: Final = 20_000
FIELD_LIMIT: Final = 2_000
NAME_LIMIT: Final = 200


def show_control_characters(text: str) -> str:
    """Replace characters that cannot be seen.

    Controls become their names (``⟨ESC⟩``; many fonts lack the symbols in U+2400), other hidden
    characters their code point (``⟨U+202E⟩``). Line feeds and tabs stay; CR LF becomes LF.
    """
    if text.isprintable():
        return text
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    return HIDDEN.sub(_visible_name, text)


def _visible_name(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"⟨{_CONTROLS[code]}⟩" if code < len(_CONTROLS) else f"⟨U+{code:04X}⟩"


def truncate_text(text: str, limit: int = FIELD_LIMIT) -> str:
    """Return visible text, cut after `limit` characters with a note of its whole length."""
    if len(text) <= limit:
        return text if text.isprintable() else show_control_characters(text)
    return f"{show_control_characters(text[:limit])}{truncation_note(limit, len(text))}"


def truncation_note(length: int, total: int) -> str:
    """Return the note after a truncated text, without words, so that it fits any language."""
    return f"\n… ⟨{length:,} / {total:,} → trials.jsonl⟩"


def single_line(text: str, limit: int = NAME_LIMIT) -> str:
    """Return visible text on one line, cut with ``…`` after `limit` characters."""
    if len(text) <= limit and text.isprintable():
        return text
    start = text[:limit]
    if not start.isprintable():
        start = show_control_characters(start).replace("\n", "⏎").replace("\t", " ")
    return start if len(text) <= limit else f"{start}…"


def language_hint(text: str) -> str:
    """Return ``zh`` for Chinese text, else ``""``: a browser chooses Han glyphs by it."""
    if text.isascii():
        return ""
    return "zh" if _HAN.search(text) and not _KANA.search(text) else ""


def format_duration(seconds: float) -> str:
    """Return seconds for people: ``0.48 s``, ``12.3 s``, ``2 min 05 s``."""
    if seconds < 9.995:
        return f"{seconds:.2f} s"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def format_moment(iso: str) -> str:
    """Return an ISO time as ``2026-11-22 10:03:12 UTC``; an empty text if it is no time."""
    try:
        time = datetime.fromisoformat(iso)
    except ValueError:
        return ""
    if time.tzinfo is not None:
        time = time.astimezone(UTC)
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def run_seconds(run: Run) -> float | None:
    """Return the wall-clock duration of a run; None while it is unknown."""
    try:
        started = datetime.fromisoformat(run.started_at)
        elapsed = datetime.fromisoformat(run.finished_at) - started
    except (ValueError, TypeError):
        return None
    return max(elapsed.total_seconds(), 0.0)


def format_run_duration(run: Run) -> str:
    """Return the wall-clock duration of a run for people; empty while it is unknown."""
    seconds = run_seconds(run)
    return "" if seconds is None else format_duration(seconds)
