"""Pages that a server on this machine serves: which scripts may run in them."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Final

_BEGINNING: Final = 4096
_ASSETS: Final = Path(__file__).with_name("assets")
_SCRIPTS: Final = re.compile(r"\bscript-src ([^;\"]*)")
PAGE_RULES: Final = (
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)
"""What the policy of a page says besides its scripts, styles and images."""
SERVED_RULES: Final = (*PAGE_RULES, "frame-ancestors 'none'")
"""The same of a page that a server sends: in a file, no policy can forbid frames."""


def served_policy() -> str:
    """Return the Content-Security-Policy that a server sends with pages, besides their own.

    Only scripts and styles of this version may run, whoever has written the page, and no other page
    may show it in a frame.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {' '.join(_sources('*.js'))}",
            f"style-src 'self' {' '.join(_sources('*.css'))}",
            "img-src data:",
            *SERVED_RULES,
        )
    )


def is_current_file(page: Path) -> bool:
    """Return whether a run's page has this version's scripts; also if it is not there yet."""
    try:
        with page.open("rb") as file:
            return _is_current(file.read(_BEGINNING).decode(errors="replace"))
    except OSError:
        return True


def _is_current(beginning: str) -> bool:
    allowed = _SCRIPTS.search(unescape(beginning))
    if allowed is None:
        return False
    sources = set(allowed[1].split())
    return sources == {"'self'"} or set() < sources <= set(_sources("*.js"))


def _sources(pattern: str) -> Iterator[str]:
    """Yield what allows each style or script that `make assets` has made."""
    for path in sorted(_ASSETS.glob(pattern)):
        yield f"'sha256-{b64encode(sha256(path.read_bytes()).digest()).decode()}'"
