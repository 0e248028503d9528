"""Fields of JSON that may have any shape."""

from __future__ import annotations

from collections.abc import Mapping

from coze_harness.model import JSON
from coze_harness.text.json_text import parse_json


def fields_of(value: JSON) -> Mapping[str, JSON]:
    """Return an object's fields; none for another value."""
    return value if isinstance(value, dict) else {}


def parse_fields(source: str | bytes) -> Mapping[str, JSON]:
    """Return the fields of the object in a JSON text; none if there is no object."""
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    try:
        value = parse_json(data)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
