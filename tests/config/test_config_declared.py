"""The quick look and pydantic's shape say the same about harness.yaml."""

from __future__ import annotations

from typing import Any

import pytest
from coze_harness.config.config_file import _KEYS
from coze_harness.config.shapes import FileShape
from coze_harness.model import JSON
from coze_harness.yaml_source.fitting import fits

SCALARS: list[Any] = [
    None, True, False, -1, 0, 1, 2, 1024, 1025, 86_400, 86_401, 10**400, -0.5, 0.0, 1e-9, 0.5,
    86_400.5, "", "a", "你好", "1",
]  # fmt: skip
VALUES: list[Any] = [
    *SCALARS,
    [],
    {},
    *([one] for one in SCALARS),
    *(
        {key: one}
        for key in ("interval", "timeout", "bot", "lang", "layout", "odd", "")
        for one in [*SCALARS, "en", "zh", "single", "folder"]
    ),
    {"bot": "a", "odd": 1},
]


@pytest.mark.parametrize("key", [*_KEYS, "odd"])
def test_pydantic_takes_whatever_fits_at_a_quick_look(key: str) -> None:
    for value in VALUES:
        data = {key: value}
        if fits(data, _KEYS):
            assert FileShape.model_validate(data).model_dump(exclude_unset=True) == data


def test_a_usual_file_fits_at_a_quick_look() -> None:
    usual: JSON = {
        "base_url": "https://api.coze.com",
        "bots": {"guide": "7403315657221079041", "二": {"id": "7403315657221079042"}},
        "default_bot": "guide",
        "poll": {"interval": 1, "timeout": 60.5},
        "rate_limit": 2,
        "workers": 8,
        "redact": ["a+"],
        "judge": {"bot": "guide"},
        "report": {"lang": "zh", "layout": "folder"},
    }
    assert fits(usual, _KEYS)


def test_both_shapes_have_the_same_keys() -> None:
    assert set(_KEYS) == set(FileShape.model_fields)
