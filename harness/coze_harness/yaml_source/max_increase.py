"""The key `max_increase` of scenarios and of harness.yaml: how much a cost may increase."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from coze_harness.messages import message
from coze_harness.yaml_source.record_schema import Schema, closed_mapping

_PERCENT: Final = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,3})?) ?%")
_LARGEST: Final = 10
"""A number above is taken for a percentage without its sign."""


def read_share(value: object) -> float:
    """Return a share that is written as a number or as a percentage: 0.2, or ``20%``.

    Raises:
        ValueError: it is neither; its argument is the message.
    """
    if isinstance(value, str) and (match := _PERCENT.fullmatch(value)):
        return float(match.group(1)) / 100
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _LARGEST:
        return float(value)
    raise ValueError(message("yaml.share", value=str(value)))


_SHARE: Final[Schema] = {
    "make": read_share,
    "written": {
        "anyOf": [
            {"type": "number", "minimum": 0, "maximum": _LARGEST},
            {"type": "string", "pattern": _PERCENT.pattern},
        ]
    },
}


MAX_INCREASE: Final = closed_mapping(
    {
        "tokens": {**_SHARE, "description": "Tokens of a trial: 20% or 0.2."},
        "latency": {**_SHARE, "description": "Seconds of a trial's replies."},
        "first_token": {**_SHARE, "description": "Seconds until an answer begins (streams)."},
    }
)
"""By how much the candidate's answers may cost more than the baseline's."""


def read_max_increase(value: Mapping[str, Any]) -> Mapping[str, float]:
    """Return the limits of a checked value, by measure, as shares."""
    return {name: read_share(limit) for name, limit in value.items()}
