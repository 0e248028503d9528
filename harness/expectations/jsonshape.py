"""The kind `json`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from harness.expectations.arguments import Argument
from harness.expectations.excerpt import excerpt
from harness.expectations.kind import Item, Kind, Schema
from harness.model import Verdict
from harness.ports import Seen

_TO_COME: Final = ("schema", "where")
_FENCED: Final = re.compile(r"```\w*\n(.*?)```", re.DOTALL)


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def fault(text: str) -> str:
    """Return why a text is not JSON (RFC 8259), or empty text.

    Numbers stay text: Python refuses to read very long ones, JSON does not.
    """
    try:
        json.loads(text, parse_constant=_no_constant, parse_int=len, parse_float=len)
    except json.JSONDecodeError as error:
        return f"{error.msg} at line {error.lineno}, column {error.colno}"
    except RecursionError:
        return "it is nested too deeply to be read"
    except ValueError as error:
        return str(error)
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Json(Kind):
    """The answer is JSON."""

    kind: ClassVar[str] = "json"
    summary: ClassVar[str] = "The whole answer is valid JSON."
    example: ClassVar[str] = "json: true"
    verbs: ClassVar[tuple[str, str]] = ("parses as", "parse as")

    @classmethod
    def parse(cls, given: Argument, item: Item) -> Self:
        """Build from `true`, nothing, or an empty mapping."""
        if isinstance(given.value, dict):
            for key in given.value:
                if key in _TO_COME:
                    raise given.key_refusal(
                        key, f'"json.{key}" is not available in this version.', "write json: true"
                    )
            given.fields((), "json: true")
        elif given.value is not None and not given.flag():
            raise given.refusal('"json" cannot be false.', "write not: {json: true}")
        return cls(**item.common, wanted="JSON")

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of `true`."""
        empty: Schema = {"type": "object", "maxProperties": 0}
        return {"description": cls.summary, "anyOf": [{"const": True}, {"type": "null"}, empty]}

    def glance(self, seen: Seen) -> Verdict:
        """Judge the whole answer."""
        answer = seen.reply.answer
        why = fault(answer)
        if not why:
            return self.passed("it is", excerpt(answer))
        if not answer.strip():
            why = "the answer is empty"
        elif any(not fault(block) for block in _FENCED.findall(answer[:100_000])):
            why = "the JSON stands in a code block, with other text around it"
        return self.failed(f"the answer is not JSON: {why}", excerpt(answer))
