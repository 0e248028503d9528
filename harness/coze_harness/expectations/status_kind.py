"""The kind `status`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Self

from coze_harness.expectations.item_argument import ItemArgument, is_list, listed, nearest, quoted
from coze_harness.expectations.kind import ExpectationKind, ItemContext, Schema
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext

STATUSES: Final = (
    "completed",
    "failed",
    "requires_action",
    "canceled",
    "in_progress",
    "created",
)
"""What Coze documents; a status that it may add is taken, a misspelt one is not."""


def _status(argument: ItemArgument) -> str:
    word = argument.text()
    if word not in STATUSES and (near := nearest(word, STATUSES, alike=0.8)):
        raise argument.error_at(
            f'Coze has no status {quoted(word)}; did you mean "{near}"?',
            f"write one of: {listed(STATUSES)}",
        )
    return word


@dataclass(frozen=True, slots=True, kw_only=True)
class Status(ExpectationKind):
    """The state in which the chat ended."""

    kind: ClassVar[str] = "status"
    summary: ClassVar[str] = "The chat's last status is this one, or one of a list."
    example: ClassVar[str] = "status: completed"
    subject = "reply"
    verbs: ClassVar[tuple[str, str]] = ("ends as", "end as")

    statuses: tuple[str, ...]

    @classmethod
    def parse(cls, given: ItemArgument, item: ItemContext) -> Self:
        """Build from a status or a list of them."""
        if is_list(given.value):
            given.texts()
            statuses = tuple(_status(given.child(i, one)) for i, one in enumerate(given.value))
        else:
            statuses = (_status(given),)
        return cls(**item.common, description=" or ".join(statuses), statuses=statuses)

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of a status or a list of them."""
        one: Schema = {"anyOf": [{"enum": list(STATUSES)}, {"type": "string", "minLength": 1}]}
        return {
            "description": cls.summary,
            "anyOf": [one, {"type": "array", "items": one, "minItems": 1}],
        }

    def evaluate(self, seen: EvaluationContext) -> Verdict:
        """Judge the reply's status; a failed chat's own words stand in the reason."""
        reply = seen.reply
        said = f"the chat ended as {reply.status or 'nothing'}"
        if reply.error_code or reply.error_message:
            said += f" (code {reply.error_code}: {reply.error_message})"
        if reply.status in self.statuses:
            return self.passed(said, reply.status)
        return self.failed(said, reply.status)
