"""Functions for the kind `python`: the documentation's examples and samples name this module."""

from __future__ import annotations

from collections.abc import Sequence

from coze_harness import EvaluationContext, Reply

POLITE = ("请", "您", "please", "thank")


def is_polite(reply: Reply) -> bool:
    return any(word in reply.answer.lower() for word in POLITE)


def covers(reply: Reply, words: Sequence[str]) -> tuple[float, str]:
    missing = [word for word in words if word not in reply.answer]
    return 1 - len(missing) / len(words), f"missing: {', '.join(missing) or 'nothing'}"


def is_new(reply: Reply, context: EvaluationContext) -> bool:
    return all(earlier.answer != reply.answer for earlier in context.previous_replies)
