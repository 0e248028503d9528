"""Text of a recording in Markdown: only in code spans and fences, where no character is special."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from coze_harness.reporting.views.safe_text import single_line

SPAN_LIMIT: Final = 300
TEXT_LIMIT: Final = 600
_BACKTICKS: Final = re.compile("`+")


def code_span(text: str, limit: int = SPAN_LIMIT) -> str:
    """Return text as a code span on one line, which also fits a table's cell."""
    content = single_line(text, limit).replace("|", "\\|") or " "
    ticks = "`" * (1 + _longest(content))
    pad = " " if content[0] in "` " or content[-1] in "` " else ""
    return f"{ticks}{pad}{content}{pad}{ticks}"


def labelled_fence(label: str, *texts: str) -> list[str]:
    """Return a label with its colon and, below it, texts in a fence, truncated."""
    text = "\n".join(text for text in texts if text)
    if len(text) > TEXT_LIMIT:
        text = f"{text[:TEXT_LIMIT]}…"
    return [label, "", *fence(text.split("\n"), "text"), ""]


def fence(lines: Iterable[str], language: str) -> list[str]:
    """Return lines in a fence that none of them can close."""
    text = "\n".join(lines)
    marks = "`" * max(3, 1 + _longest(text))
    return [f"{marks}{language}", text, marks]


def _longest(text: str) -> int:
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)
