"""Words for messages about a document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def suggest_word(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean "x"?` for the known word closest to a misspelt one, or nothing."""
    from difflib import get_close_matches  # for faults only

    by_fold = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return f' Did you mean "{by_fold[found[0]]}"?' if found else ""


def yaml_type_name(value: object) -> str:
    """Return what a value is, in YAML's words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return "text"
    return "a mapping" if isinstance(value, Mapping) else "a list"
