"""Functions for the kind `python`, as an author writes them: its example names this module."""

from __future__ import annotations

from collections.abc import Sequence

from coze_harness import EvaluationContext, Reply

POLITE = ("请", "您", "please", "thank")


def is_polite(reply: Reply) -> bool:
    return any(word in reply.answer.lower() for word in POLITE)


def says_all(reply: Reply, words: Sequence[str]) -> tuple[bool, str]:
    missing = [word for word in words if word not in reply.answer]
    return not missing, f"missing: {', '.join(missing)}" if missing else ""


def brevity(reply: Reply) -> float:
    """Return 1 for an empty answer, and 0 from 100 characters on."""
    return max(0.0, 1 - len(reply.answer) / 100)


def is_new(reply: Reply, context: EvaluationContext) -> bool:
    """Return whether no earlier turn has the same answer."""
    return all(earlier.answer != reply.answer for earlier in context.previous_replies)
