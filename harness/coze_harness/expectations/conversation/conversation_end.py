"""What ends the conversation with a simulated user: `until`, which is not an item of `expect`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coze_harness.expectations.combinator_kinds import AnyOf
from coze_harness.expectations.excerpt import excerpt
from coze_harness.messages import LocalizedText, message
from coze_harness.model import CONVERSATION_END, Verdict
from coze_harness.model.trial import EvaluationContext


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationEnd(AnyOf):
    """The conversation ends with a reply on which one of several expectations passes.

    Where none passes it fails, also if some were skipped: nothing else says how it ended.
    """

    kind = CONVERSATION_END
    summary = message("until.summary")
    example = "until: [工单已创建]"

    max_turns: int

    @property
    def expected(self) -> LocalizedText:
        """What the members expect, and in how many turns."""
        return message("until.expected", n=self.max_turns, expected=self.expected_of_members())

    def accept(self, passed: Verdict, context: EvaluationContext) -> Verdict:
        """Return the verdict where a member passes, with the number of the turn."""
        turn = len(context.previous_replies) + 1
        reason = message("until.passed", turn=turn, reason=passed.reason)
        return self.passed(reason, passed.actual, passed.evidence)

    def conclude(self, verdicts: Sequence[Verdict]) -> Verdict:
        """Return the verdict where no member passes."""
        reasons = tuple([verdict.reason for verdict in verdicts])
        return self.failed(message("until.failed", n=self.max_turns, reasons=reasons), "")

    def explain_failure(self, context: EvaluationContext, failed: Verdict) -> Verdict:
        """Explain each member, and show the last answer."""
        explained = self.conclude([member.judge(context) for member in self.members])
        return self.failed(explained.reason, excerpt(context.reply.answer))
