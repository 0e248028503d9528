"""The kind `status`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from coze_harness.expectations.item_argument import ItemArgument, is_list, listed, quoted
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.parameter import TEXT_SCHEMA, Schema
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext
from coze_harness.text.spelling import nearest_word

STATUSES: Final = (
    "completed",
    "failed",
    "asks",
    "requires_action",
    "canceled",
    "in_progress",
    "created",
)
"""What Coze documents; another status, which Coze may add, is valid, and a misspelled one is not.

`asks` is not Coze's own word, but a `requires_action` in which a question waits for the user.
"""


def _parse_status(argument: ItemArgument) -> str:
    word = argument.text()
    if word not in STATUSES and (nearest := nearest_word(word, STATUSES, min_similarity=0.8)):
        raise argument.error_at(
            f'Coze has no status {quoted(word)}. Did you mean "{nearest}"?',
            f"Write one of: {listed(STATUSES)}.",
        )
    return word


@dataclass(frozen=True, slots=True, kw_only=True)
class Status(ExpectationKind):
    """The state in which the chat ended."""

    kind = "status"
    summary = (
        "The chat's last status is this one, or one of a list. `asks`: the bot stopped with a "
        "question."
    )
    example = "status: completed"
    scope = "reply"
    verb_forms = ("ends as", "end as")

    statuses: tuple[str, ...]

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a status or a list of them."""
        if is_list(argument.value):
            argument.texts()
            children = [argument.child(i, one) for i, one in enumerate(argument.value)]
        else:
            children = [argument]
        statuses = tuple(map(_parse_status, children))
        return cls(**item.common, description=" or ".join(statuses), statuses=statuses)

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of a status or a list of them."""
        one: Schema = {"anyOf": [{"enum": list(STATUSES)}, TEXT_SCHEMA]}
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the reply's status; the reason quotes the error of a failed chat."""
        reply = context.reply
        reason = f"the chat ended as {reply.status or 'nothing'}"
        if reply.error_code or reply.error_message:
            reason += f" (code {reply.error_code}: {reply.error_message})"
        is_question = reply.status == "asks" and "requires_action" in self.statuses
        if reply.status in self.statuses or is_question:
            return self.passed(reason, reply.status)
        return self.failed(reason, reply.status)
