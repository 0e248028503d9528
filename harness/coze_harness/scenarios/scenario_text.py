"""Texts as new scenario files have them."""

from __future__ import annotations

import json
from typing import Final

_LINE_ENDS: Final = {ord(c): f"\\u{ord(c):04x}" for c in "\x7f\x85\u2028\u2029"}


def quote(text: str) -> str:
    """Return a text in double quotes, as JSON and YAML both read it."""
    return json.dumps(text, ensure_ascii=False).translate(_LINE_ENDS)
