"""The length up to which an answer is judged by kinds whose time grows with every character."""

from __future__ import annotations

from typing import Final

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.kind import ExpectationKind
from coze_harness.expectations.subject import ANSWER
from coze_harness.messages import message
from coze_harness.model import Verdict

MAX_JUDGED: Final = 200_000
"""Characters; a kind that reads more of them takes longer than half a second."""


def reject_long_answer(
    kind: ExpectationKind, answer: str, most: int = MAX_JUDGED
) -> Verdict | None:
    """Return the verdict on an answer that is too long to be judged; `None` for any other.

    Args:
        kind: the expectation.
        answer: the answer.
        most: characters up to which it is judged.
    """
    if len(answer) <= most:
        return None
    reason = message("kind.text.long", subject=ANSWER, n=len(answer), most=most)
    return kind.inconclusive(reason, excerpt(answer))
