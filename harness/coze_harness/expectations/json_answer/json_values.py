"""Values of JSON: their text for messages, and whether two are the same."""

from __future__ import annotations

import json
from collections.abc import Mapping

from coze_harness.expectations.item_argument import is_list
from coze_harness.expectations.text_normalization import nfc
from coze_harness.messages import LocalizedText
from coze_harness.model import JSON


class UnfinishedQueryError(Exception):
    """Judging a value exceeds a limit.

    Args:
        reason: one sentence: which expression or pattern, and which limit.
    """

    def __init__(self, reason: LocalizedText) -> None:
        super().__init__(reason)
        self.reason = reason


def as_json(value: JSON) -> str:
    """Return a value as JSON text for a message."""
    return json.dumps(value, ensure_ascii=False, default=dict)


def is_same_value(expected: JSON, actual: JSON) -> bool:
    """Return whether two values of JSON are the same; true is not 1, but 1 is 1.0."""
    if isinstance(expected, str) and isinstance(actual, str):
        return nfc(expected) == nfc(actual)
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if is_list(expected) and is_list(actual):
        pairs = zip(expected, actual, strict=False)
        return len(expected) == len(actual) and all(is_same_value(a, b) for a, b in pairs)
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        same_keys = expected.keys() == actual.keys()
        return same_keys and all(is_same_value(expected[key], actual[key]) for key in expected)
    return expected == actual
