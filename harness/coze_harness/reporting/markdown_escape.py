"""Text of a recording in Markdown: in code spans and fences alone, where nothing means anything."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from coze_harness.reporting.visible import single_line

FIELD: Final = 300
TEXT: Final = 600
_TICKS: Final = re.compile("`+")


def span(text: str, limit: int = FIELD) -> str:
    """Return text as a code span on one line, fit for a table's cell."""
    shown = single_line(text, limit).replace("|", "\\|") or " "
    ticks = "`" * (1 + _longest(shown))
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def labelled(label: str, *texts: str) -> list[str]:
    """Return texts in a fence below a label, cut after so many characters."""
    text = "\n".join(text for text in texts if text)
    if len(text) > TEXT:
        text = f"{text[:TEXT]}…"
    return [f"{label}:", "", *fenced(text.split("\n"), "text"), ""]


def fenced(lines: Iterable[str], language: str) -> list[str]:
    """Return lines between fences that none of them can close."""
    text = "\n".join(lines)
    fence = "`" * max(3, 1 + _longest(text))
    return [f"{fence}{language}", text, fence]


def _longest(text: str) -> int:
    return max((len(run) for run in _TICKS.findall(text)), default=0)
