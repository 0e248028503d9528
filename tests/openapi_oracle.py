"""Coze's own OpenAPI description, as an oracle for requests and responses.

The file is not part of this repository. It is looked for in the environment variable
`COZE_OPENAPI`, then next to the repository, in `shared/coze-openapi.yaml`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import yaml
from coze_harness.text.sse import parse_events
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

_DEFAULT_PATH = Path(__file__).parent.parent.parent / "shared" / "coze-openapi.yaml"
_WORKFLOW_CHAT = "/v1/workflows/chat"
_RUN_STREAMS = ("/v1/workflow/stream_run", "/v1/workflow/stream_resume")
_CHAT, _MESSAGE = "ChatV3ChatDetail", "ChatV3MessageDetail"


def openapi_path() -> Path | None:
    """Return the file's path, or `None` if there is no such file."""
    path = Path(os.environ.get("COZE_OPENAPI") or _DEFAULT_PATH)
    return path if path.is_file() else None


MISSING = (
    f"Coze's OpenAPI description is neither in COZE_OPENAPI nor at {_DEFAULT_PATH.parent.name}/"
    f"{_DEFAULT_PATH.name} next to the repository"
)


@dataclass(frozen=True)
class Deviation:
    """A difference that is no fault of ours, and why the description is not right there.

    `operation` and `error` are regular expressions for the whole of both texts.
    """

    operation: str
    error: str
    reason: str

    def covers(self, operation: str, error: str) -> bool:
        return bool(re.fullmatch(self.operation, operation) and re.fullmatch(self.error, error))


DEVIATIONS = (
    Deviation(
        r"POST /v3/chat/message/list",
        "no such method",
        "The walkthrough of August 2024 lists messages by POST, and was answered; the client tries"
        " GET, which Coze documents, where POST is not there.",
    ),
    Deviation(
        r"POST /v3/chat",
        r"request\.additional_messages\.\d+: 'type' is a required property",
        "The samples of the page chat_v3 have no `type` in the user's message, and neither has the"
        " walkthrough. In history, where its default would be ambiguous, it is sent.",
    ),
    Deviation(
        r"POST /v1/workflows/chat",
        r"stream\.[a-z_.]+: 'bot_id' is a required property",
        "The samples of the page workflow_chat have no bot_id in a workflow's events.",
    ),
    Deviation(
        r"(POST|GET) /v[13]/.*",
        r"(response|stream)\S*\.required_action\.submit_tool_outputs\.tool_calls\.\d+"
        r"(\.function: None is not of type 'object'|: .*'require_info' was unexpected.*)",
        "The page workflow_chat shows both as null, with reply_message.",
    ),
    Deviation(
        r"POST /v3/chat",
        r"stream\.conversation\.chat\.failed: .*",
        "Coze reports some failures as `code` and `msg` without a chat (page workflow_chat).",
    ),
    Deviation(
        r"POST /v3/chat",
        r"stream: no event conversation\.chat\.canceled",
        "A fault of the scripted server: its caller asked for a status that streams may report one"
        " day.",
    ),
    Deviation(
        r"POST /v1/files/upload",
        r"response\.data: .*",
        "The description has an empty object here; the page upload_files has the one that it calls"
        " File.",
    ),
)


class OpenApi:
    """The description: what each operation takes and answers."""

    def __init__(self, path: Path) -> None:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        document: Any = yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506 (safe)
        self._paths: Mapping[str, Any] = document["paths"]
        self._components: Mapping[str, Any] = _strict(document["components"])
        self._validators: dict[str, Draft202012Validator] = {}

    def has(self, method: str, path: str) -> bool:
        """Return whether the path is described, with any method."""
        return self._template(path) is not None

    def request_schema(self, method: str, path: str) -> Mapping[str, Any] | None:
        """Return the schema of an operation's JSON body, with references resolved by hand."""
        operation = self._operation(method, path) or {}
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        return self.resolve(schema) if schema else None

    def named_schema(self, name: str) -> Mapping[str, Any]:
        """Return one of the schemas that the description names."""
        schema: Mapping[str, Any] = self._components["schemas"][name]
        return schema

    def resolve(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a schema, or the one that it refers to."""
        while "$ref" in schema:
            schema = self.named_schema(schema["$ref"].rpartition("/")[2])
        return schema

    def request_errors(
        self, method: str, target: str, body: object, *, is_upload: bool = False
    ) -> Iterator[str]:
        """Yield what is wrong with a request, but for known deviations."""
        path, _, query = target.partition("?")
        operation = self._operation(method, path)
        if operation is None:
            yield from self._unknown(method, path, "no such method")
            operation = self._any_operation(path)
        yield from self._query_errors(method, path, query, operation)
        content = operation.get("requestBody", {}).get("content", {})
        if is_upload:
            if "multipart/form-data" not in content:
                yield from self._unknown(method, path, "request: no upload")
        elif body is not None:
            schema = content.get("application/json", {}).get("schema", {"not": {}})
            yield from self._errors(method, path, "request", f"{method} {path} body", schema, body)

    def response_errors(
        self, method: str, target: str, content_type: str, body: bytes
    ) -> Iterator[str]:
        """Yield what is wrong with a response, but for known deviations."""
        path = target.partition("?")[0]
        operation = self._operation(method, path) or self._any_operation(path)
        content = operation["responses"]["200"]["content"]
        if content_type.startswith("text/event-stream"):
            yield from self._stream_errors(method, path, content, body)
            return
        schema = content["application/json"]["schema"]
        if path == _WORKFLOW_CHAT:  # JSON only where it refuses
            schema = {"required": ["code", "msg"], "type": "object"}
        value = json.loads(body)
        yield from self._errors(method, path, "response", f"{method} {path} 200", schema, value)

    def _stream_errors(
        self, method: str, path: str, content: Mapping[str, Any], body: bytes
    ) -> Iterator[str]:
        if path in _RUN_STREAMS:  # described by one object with the fields of all events
            schema = content["application/json"]["schema"]
            for event in parse_events(body):
                value, part = json.loads(event.data), f"stream.{event.name}"
                yield from self._errors(method, path, part, f"{path} stream", schema, value)
            return
        described = content.get("text/event-stream", {}).get("schema", {}).get("properties", {})
        names = described.get("event", {}).get("enum")
        for event in parse_events(body):
            if names and event.name not in names:
                yield from self._unknown(method, path, f"stream: no event {event.name}")
            if event.name in ("done", "error"):
                continue
            schema_name = _CHAT if event.name.startswith("conversation.chat.") else _MESSAGE
            reference = {"$ref": f"#/components/schemas/{schema_name}"}
            part = f"stream.{event.name}"
            yield from self._errors(
                method, path, part, schema_name, reference, json.loads(event.data)
            )

    def _query_errors(
        self, method: str, path: str, query: str, operation: Mapping[str, Any]
    ) -> Iterator[str]:
        described = [one for one in operation.get("parameters", ()) if one["in"] == "query"]
        sent = dict(parse_qsl(query, keep_blank_values=True))
        for one in described:
            if one.get("required") and not sent.get(one["name"]):
                yield from self._unknown(method, path, f"query: {one['name']} is required")
        for name in sent.keys() - {one["name"] for one in described}:
            yield from self._unknown(method, path, f"query: there is no {name}")

    def _errors(
        self, method: str, path: str, part: str, key: str, schema: Mapping[str, Any], value: object
    ) -> Iterator[str]:
        if key not in self._validators:
            whole = {**_strict(schema), "components": self._components}
            self._validators[key] = Draft202012Validator(whole)
        for error in self._validators[key].iter_errors(value):
            place = ".".join([part, *map(str, error.absolute_path)])
            yield from self._unknown(method, path, f"{place}: {error.message}")

    def _unknown(self, method: str, path: str, error: str) -> Iterator[str]:
        operation = f"{method} {path}"
        if not any(one.covers(operation, error) for one in DEVIATIONS):
            yield f"{operation}: {error}"

    def _template(self, path: str) -> str | None:
        if path in self._paths:
            return path
        for template in self._paths:
            if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path):
                return template
        return None

    def _operation(self, method: str, path: str) -> Mapping[str, Any] | None:
        operation: Mapping[str, Any] | None = self._paths[self._template(path) or path].get(
            method.lower()
        )
        return operation

    def _any_operation(self, path: str) -> Mapping[str, Any]:
        operation: Mapping[str, Any] = next(
            iter(self._paths[self._template(path) or path].values())
        )
        return operation


def _strict(schema: Any) -> Any:
    """Return a schema in which objects have no other properties than those that it names."""
    if isinstance(schema, list):
        return [_strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {name: _strict(one) for name, one in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        strict.setdefault("additionalProperties", False)
    return strict


@cache
def load_openapi() -> OpenApi | None:
    """Return the description, read once for all tests of a process."""
    path = openapi_path()
    return OpenApi(path) if path else None
