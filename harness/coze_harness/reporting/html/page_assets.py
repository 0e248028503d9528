"""The style of the pages, as small as it goes without another language for it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parents[1] / "templates"
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_BLANKS = re.compile(r"\s+")
# No text in our style holds any of these, nor two blanks.
_AROUND = re.compile(r" ?([{};,>]) ?|(:) ")


def style(*names: str) -> str:
    """Return style sheets, one after the other, without comments and needless blanks."""
    text = "".join((_FOLDER / name).read_text(encoding="utf-8") for name in names)
    text = _BLANKS.sub(" ", _COMMENT.sub("", text))
    return _AROUND.sub(r"\1\2", text).replace(";}", "}").strip()
