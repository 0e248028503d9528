"""Names of scenarios and cases, and of the cassette files made from them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Final

from coze_harness.messages import LocalizedText, message
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location

_LONGEST_NAME: Final = 200
_LONGEST_STEM: Final = 110
_DIGEST_LENGTH: Final = 10
_SHORTEST_KEY: Final = 16
# `@`, `+` and `~` separate bot, case and repeat in a file's name, so no part may contain them.
_PLAIN = re.compile(rf"\w[\w-]{{0,{_LONGEST_NAME - 1}}}")
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")
_SAFE = re.compile(r"[A-Za-z0-9_-]+")
_UNSAFE = re.compile(r'[/\\:*?"<>|@+~\x00-\x1f\x7f]')
_RESERVED = re.compile(r"^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def fold_name(text: str) -> str:
    """Return a form that is equal for names which some file system cannot tell apart."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def check_name(name: str, where: Callable[[], Location]) -> None:
    """Check that files and reports can carry a scenario's name; `where` returns its place.

    Raises:
        ScenarioError: it is blank, too long, leaves a folder or has control characters.
    """
    if _PLAIN.fullmatch(name):
        return
    what = LocalizedText()
    if not name.strip():
        what = message("name.empty")
    elif not name.isprintable() and any(
        unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in name
    ):
        what = message("name.character")
    elif name != name.strip():
        what = message("name.space")
    elif any(part.strip() in ("", ".", "..") for part in re.split(r"[/\\]", name)):
        what = message("name.path", name=name)
    elif len(name) > _LONGEST_NAME:
        what = message("name.length", n=len(name), limit=_LONGEST_NAME)
    if what:
        raise ScenarioError(what, where=where(), next_step=message("name.next"))


def is_usable_label(label: str) -> bool:
    """Tell whether a value of a case's row can be its label."""
    return (
        0 < len(label) <= 100
        and label == label.strip()
        and (
            label.isascii() or not any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in label)
        )
        and label.isprintable()
        and not (len(label) >= _SHORTEST_KEY and _has_key(label))
    )


def _has_key(label: str) -> bool:
    """Return whether a label has the shape of a key: files and reports are named by labels."""
    from coze_harness.text.secret_rules import find_shapes, lower_case

    return next(find_shapes(label, lower_case(label)), None) is not None


def file_name_part(text: str) -> tuple[str, bool]:
    """Return a text as part of a file's name, and whether more than its Unicode form changed."""
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


def cassette_of_test(test: str) -> Path:
    """Return the path of a test's cassette, from the file and name in its id of pytest."""
    file, _, name = test.partition("::")
    # pytest escapes the parameters' characters that are not ASCII.
    readable = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), name).replace("::", ".")
    folders = [part for part in Path(file).with_suffix("").parts if part != ".."]
    return Path(*folders, f"{file_stem([file_name_part(readable)], (name,))}.yaml")


def file_stem(parts: list[tuple[str, bool]], exact: tuple[str, ...]) -> str:
    """Join parts into a file's stem.

    If a part was changed, or all are too long together, a digest of the `exact` names keeps the
    stem from being that of another trial.
    """
    stem = "".join(text for text, _ in parts)
    size = len(stem) if stem.isascii() else len(stem.encode("utf-8"))
    if size <= _LONGEST_STEM and not any(changed for _, changed in parts):
        return stem
    digest = hashlib.sha256("\0".join(exact).encode("utf-8", "surrogatepass")).hexdigest()
    limit = _LONGEST_STEM - _DIGEST_LENGTH - 1
    cut = stem.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore").rstrip(" .")
    return f"{cut}-{digest[:_DIGEST_LENGTH]}"
