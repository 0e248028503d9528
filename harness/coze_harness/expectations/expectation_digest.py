"""A digest of what a trial sends and expects, as it is written, without places in the file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final

from coze_harness.expectations.kind import ExpectationKind
from coze_harness.model import JSON, replace
from coze_harness.model.location import Location
from coze_harness.model.record import field_names
from coze_harness.model.trial import Trial
from coze_harness.text.json_text import dump_sorted_json

_LENGTH: Final = 12


def expectation_digest(trial: Trial) -> str:
    """Return the digest of a trial's expectations and of what it sends: 12 hexadecimal digits.

    Moving an expectation to another line does not change it; anything that could change a verdict
    does. The bot and its version have no part in it.
    """
    options = replace(trial.options, user_id="", bot_version="", publish_status="")
    contents = [trial.script.written_turns, options]
    if trial.judge is not None:
        contents.append(trial.judge.id)
    text = dump_sorted_json(_plain(contents))
    return hashlib.sha256(text).hexdigest()[:_LENGTH]


def _plain(value: object) -> JSON:
    if isinstance(value, Enum):
        return _plain(value.value)
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    name = value.kind if isinstance(value, ExpectationKind) else type(value).__qualname__
    names = field_names(value)
    if names is None or isinstance(value, Location):
        return name
    items = {one: getattr(value, one) for one in names}
    return {
        "": name,
        **{key: _plain(item) for key, item in items.items() if not isinstance(item, Location)},
    }
