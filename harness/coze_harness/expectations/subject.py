"""What an expectation judges, as messages name it: the answer, or a text in its place."""

from __future__ import annotations

from typing import Final

from coze_harness.messages import LocalizedText, Param, message

ANSWER: Final = message("kind.subject.answer")
QUESTION: Final = message("kind.subject.question")
REASONING: Final = message("kind.subject.reasoning")


def with_subject(text: LocalizedText, subject: LocalizedText) -> LocalizedText:
    """Return a message about another subject, the messages inside it included.

    Args:
        text: a message; what it is about is its parameter `subject`, if it has one.
        subject: `QUESTION` or `REASONING`.
    """
    params = {
        name: subject if name == "subject" else _value(value, subject)
        for name, value in text.params.items()
    }
    return LocalizedText(text.id, params)


def _value(value: Param, subject: LocalizedText) -> Param:
    if isinstance(value, LocalizedText):
        return with_subject(value, subject)
    if isinstance(value, tuple):
        return tuple(
            [with_subject(v, subject) if isinstance(v, LocalizedText) else v for v in value]
        )
    return value
