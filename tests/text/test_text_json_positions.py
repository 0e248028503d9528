"""Places of values in JSON texts."""

from __future__ import annotations

import json
from collections.abc import Iterator

from coze_harness.model import JSON
from coze_harness.text.json_text import JsonPositions
from hypothesis import given
from hypothesis import strategies as st

KEYS = st.text('ab"\\{}[],:日\n', max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | KEYS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


def values(value: JSON, *path: str | int) -> Iterator[tuple[tuple[str | int, ...], JSON]]:
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from values(inner, *path, key)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from values(inner, *path, number)


@given(VALUES, st.sampled_from([None, 1]), st.booleans())
def test_each_value_is_found_where_it_is_written(
    value: JSON, indent: int | None, is_ascii: bool
) -> None:
    text = json.dumps(value, ensure_ascii=is_ascii, indent=indent)
    positions = JsonPositions(text)
    assert positions.repeated_key == ()
    lines = text.split("\n")
    for path, inner in values(value):
        if len(path) > 3:
            continue
        line, column = positions.locate(path)
        rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
        assert json.JSONDecoder().raw_decode(rest)[0] == inner
        assert positions.locate((*path, "no such key", 1)) == (line, column)


def test_a_repeated_key_is_reported_with_its_path() -> None:
    positions = JsonPositions('{"a": [{"b": 1,\n "b": 2}], "a": 3}')
    assert positions.repeated_key == ("a", 0, "b")
    assert positions.locate(positions.repeated_key) == (2, 7)
