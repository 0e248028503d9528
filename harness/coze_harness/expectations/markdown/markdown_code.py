"""Code in Markdown: blocks between fences, and spans between backticks."""

from __future__ import annotations

import re
from typing import Final

_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})([^\n]*)")
_SPAN: Final = re.compile(r"(?<!`)(`{1,3})(?!`)[^`\n]{1,1000}\1(?!`)")
_VISIBLE: Final = re.compile(r"\S")


def blank_code(text: str) -> str:
    """Return a text with spaces in place of its code, equally long.

    A block whose fence is not closed goes on to the end, as it is shown.
    """
    if "`" not in text and "~~~" not in text:
        return text
    lines: list[str] = []
    fence = ""
    for line in text.splitlines(keepends=True):
        match = _FENCE.match(line)
        if fence:
            lines.append(_blank(line))
            if match and match[1].startswith(fence) and not match[2].strip():
                fence = ""
        elif match and not ("`" in match[1] and "`" in match[2]):
            fence = match[1]
            lines.append(_blank(line))
        else:
            lines.append(line)
    return _SPAN.sub(lambda span: _blank(span.group()), "".join(lines))


def _blank(text: str) -> str:
    return _VISIBLE.sub(" ", text)
