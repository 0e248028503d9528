"""Names: of scenarios, of trials, and of the cassette files made from them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from typing import Final

from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location

_LONGEST_NAME: Final = 200
_LONGEST_STEM: Final = 110
_DIGEST: Final = 10
# `@`, `+` and `~` part bot, case and repeat in a file's name, so no piece may hold them itself.
_PLAIN = re.compile(rf"\w[\w-]{{0,{_LONGEST_NAME - 1}}}")
_SAFE = re.compile(r"[A-Za-z0-9_-]+")
_UNSAFE = re.compile(r'[/\\:*?"<>|@+~\x00-\x1f\x7f]')
_RESERVED = re.compile(r"^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def fold_name(text: str) -> str:
    """Return what two names share that some file system cannot tell apart."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def check_name(name: str, where: Callable[[], Location]) -> None:
    """Refuse a scenario's name that files and reports could not carry; `where` gives its place.

    Raises:
        ScenarioError: it is blank, too long, climbs out of a folder or holds control characters.
    """
    if _PLAIN.fullmatch(name):
        return
    fault = ""
    if not name.strip():
        fault = "A scenario's name is empty."
    elif not name.isprintable() and any(
        unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in name
    ):
        fault = "A scenario's name holds a line break or another control character."
    elif name != name.strip():
        fault = "A scenario's name begins or ends with a space."
    elif any(part.strip() in ("", ".", "..") for part in re.split(r"[/\\]", name)):
        fault = f'The name "{name}" reads as a path that climbs.'
    elif len(name) > _LONGEST_NAME:
        fault = f"A scenario's name has {len(name)} characters; {_LONGEST_NAME} are allowed."
    if fault:
        raise ScenarioError(fault, where=where(), next_step="Choose a plain name.")


def is_usable_label(label: str) -> bool:
    """Tell whether a case can be called by this value of its row."""
    return (
        0 < len(label) <= 100
        and label == label.strip()
        and (
            label.isascii() or not any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in label)
        )
        and label.isprintable()
    )


def file_name_part(text: str) -> tuple[str, bool]:
    """Return a text as a piece of a file's name, and whether that changed more than its form."""
    if _SAFE.fullmatch(text) and not _RESERVED.match(text):
        return text, False
    normal = unicodedata.normalize("NFC", text)
    safe = _UNSAFE.sub("-", normal)
    if not safe.isascii():
        safe = "".join("-" if unicodedata.category(c) in _HIDDEN_CATEGORIES else c for c in safe)
    safe = safe.strip(" .")
    if _RESERVED.match(safe):
        safe = f"_{safe}"
    return safe, safe != normal


def file_stem(pieces: list[tuple[str, bool]], exact: tuple[str, ...]) -> str:
    """Join the pieces into a file's stem.

    Where a piece had to be changed, or all are too long together, a digest of the `exact` names
    keeps the stem from being that of another trial.
    """
    joined = "".join(text for text, _ in pieces)
    size = len(joined) if joined.isascii() else len(joined.encode("utf-8"))
    if size <= _LONGEST_STEM and not any(changed for _, changed in pieces):
        return joined
    digest = hashlib.sha256("\0".join(exact).encode("utf-8", "surrogatepass")).hexdigest()
    room = _LONGEST_STEM - _DIGEST - 1
    cut = joined.encode("utf-8", "replace")[:room].decode("utf-8", "ignore").rstrip(" .")
    return f"{cut}-{digest[:_DIGEST]}"
