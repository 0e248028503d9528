"""The kind `status`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.parameter import TEXT_SCHEMA, Schema, alternatives
from coze_harness.messages import LocalizedText, literal, message
from coze_harness.model import Reply, Verdict
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
            message("expectation.status.unknown", word=word, nearest=nearest),
            message("expectation.write_one_of", names=STATUSES),
        )
    return word


@dataclass(frozen=True, slots=True, kw_only=True)
class Status(ExpectationKind):
    """The state in which the chat ended."""

    kind = "status"
    summary = message("kind.status.summary")
    example = "status: completed"
    scope = "reply"

    statuses: tuple[str, ...]

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a status or a list of them."""
        argument.reject_wide_comma()
        members = argument.members(message("expectation.list_empty.text"))
        return cls(**item.common, statuses=tuple(map(_parse_status, members)))

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of a status or a list of them."""
        one: Schema = {**TEXT_SCHEMA, "examples": list(STATUSES)}
        return alternatives(one, {"type": "array", "items": one, "minItems": 1})

    @property
    def expected(self) -> LocalizedText:
        """The status, or several to choose from."""
        if len(self.statuses) > 1:
            return message("kind.status.expected.several", statuses=self.statuses)
        return message("kind.status.expected", status=self.statuses[0])

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the reply's status; the reason quotes the error of a failed chat."""
        reply = context.reply
        actual = literal(reply.status) if reply.status else message("kind.status.none")
        is_question = reply.status == "asks" and "requires_action" in self.statuses
        if reply.status in self.statuses or is_question:
            reason = message("kind.status.passed", status=reply.status)
            if code := reply.error_code:
                reason = message("kind.status.passed.code", **reason.params, code=code)
            return self.passed(_with_error(reason, reply), actual)
        reason = message("kind.status.failed", status=reply.status, expected=self.statuses)
        if not reply.status:
            reason = message("kind.status.failed.none", expected=self.statuses)
        elif code := reply.error_code:
            reason = message("kind.status.failed.code", **reason.params, code=code)
        return self.failed(_with_error(reason, reply), actual)


def _with_error(reason: LocalizedText, reply: Reply) -> LocalizedText:
    if not reply.error_message:
        return reason
    hint = message("kind.status.error", text=reply.error_message)
    return message("kind.hint", reason=reason, hint=hint)
