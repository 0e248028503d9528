"""Names with their texts in a second column, by the width of their characters in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coze_harness.reporting.views.line_wrapping import cell_width, wrap_line


def definition_lines(
    entries: Sequence[tuple[str, str]], *, width: int, most: int = 24
) -> Iterator[str]:
    """Yield names with their texts in a second column.

    Args:
        entries: each name and its text.
        width: cells of a line.
        most: cells of the longest name that has its text on the same line.
    """
    column = 4 + max((size for name, _ in entries if (size := cell_width(name)) <= most), default=0)
    for name, text in entries:
        first, *others = list(wrap_line(text, width - column)) or [""]
        size = cell_width(name)
        if size > most:
            yield f"  {name}"
            yield f"{' ' * column}{first}"
        else:
            yield f"  {name}{' ' * (column - 2 - size)}{first}".rstrip()
        yield from (f"{' ' * column}{line}" for line in others)
