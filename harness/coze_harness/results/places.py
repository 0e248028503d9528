"""Where something is written: as text for people and editors, and back."""

from __future__ import annotations

from coze_harness.model.location import Location


def place(where: Location) -> str:
    """Return a location as text; its line and column are kept beside it, as `location` needs."""
    if where.line and where.column:
        return f"{where.path}:{where.line}:{where.column}"
    return str(where)


def location(text: str, line: int, column: int) -> Location:
    """Return the location that `place` made a text of; ValueError where it did not."""
    if not line:
        return Location(text, 0, column)
    end = f":{line}:{column}" if column else f":{line}"
    if not text.endswith(end):
        raise ValueError(f"'location' does not end with {end}")
    return Location(text[: -len(end)], line, column)
