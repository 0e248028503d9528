"""JSON Schemas (draft 2020-12) for editors, made from the declarations that check a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from coze_harness.model import JSON
from coze_harness.yaml_source.record_schema import Schema

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_OWN_WORDS: Final = ("expand", "make", "make_at", "written")


def document_schema(schema: Schema, title: str) -> dict[str, JSON]:
    """Return the JSON Schema of a whole file.

    Args:
        schema: of the file's data, as it is declared.
        title: of the schema.
    """
    exporter = _Exporter()
    json_schema = exporter.export(schema, "file")
    return {
        "$schema": DIALECT,
        "title": title,
        **json_schema,
        **({"$defs": exporter.definitions} if exporter.definitions else {}),
    }


def key_schema(schema: Schema) -> dict[str, JSON]:
    """Return the JSON Schema of one key, without the words that are functions."""
    return _Exporter().export(schema, "key")


class _Exporter:
    """Turns declared schemas into plain JSON; what contains itself becomes a definition."""

    def __init__(self) -> None:
        self.definitions: dict[str, JSON] = {}
        self._open: list[int] = []
        self._names: dict[int, str] = {}

    def export(self, schema: Schema, name: str) -> dict[str, JSON]:
        """Return a schema without the words that are functions; `name` is its key's."""
        if id(schema) in self._open:
            self._names.setdefault(id(schema), name)
            return {"$ref": f"#/$defs/{self._names[id(schema)]}"}
        self._open.append(id(schema))
        json_schema: dict[str, JSON] = {
            word: self._value(word, value)
            for word, value in _editor_schema(schema).items()
            if word != "default" or _is_json(value)
        }
        self._open.pop()
        if id(schema) in self._names:
            definition = self._names[id(schema)]
            self.definitions[definition] = json_schema
            return {"$ref": f"#/$defs/{definition}"}
        return json_schema

    def _value(self, word: str, value: object) -> JSON:
        if word == "pattern":
            return f"^(?:{value})$"
        if word == "properties" and isinstance(value, Mapping):
            return {name: self.export(inner, name) for name, inner in value.items()}
        if isinstance(value, Mapping):
            return self.export(value, word)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [self.export(v, word) if isinstance(v, Mapping) else v for v in value]
        return value  # type: ignore[return-value]  # text, a number or a boolean


def _editor_schema(schema: Schema) -> dict[str, Any]:
    """Return the schema of what authors write, short forms included."""
    editor_schema = {word: value for word, value in schema.items() if word not in _OWN_WORDS}
    editor_schema.update(schema.get("written", {}))
    types = editor_schema.get("type")
    if "null" in schema.get("type", ()) and isinstance(types, Sequence) and "null" not in types:
        editor_schema["type"] = [*types, "null"]
    if "enum" in editor_schema:
        editor_schema["enum"] = [
            *editor_schema["enum"],
            *([None] if "null" in editor_schema.get("type", ()) else []),
        ]
    return editor_schema


def _is_json(value: object) -> bool:
    """Return whether a default is one that JSON has; records are not."""
    return isinstance(value, str | int | float | list | dict)
