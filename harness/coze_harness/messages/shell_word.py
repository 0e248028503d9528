"""Words of commands that messages print for people to run."""

from __future__ import annotations

import re
from typing import Final

_PLAIN: Final = r"[\w@%+=:,./-]+"
"""No shell reads these otherwise, in whatever alphabet they are."""


def shell_word(text: str) -> str:
    """Return a name as one word of a command line: in quotes only where a shell needs them."""
    if re.fullmatch(_PLAIN, text):
        return text
    return "'" + text.replace("'", "'\"'\"'") + "'"
