"""Expectations as an author writes them: YAML text in, a demand or the refusal's text out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from builders import message, reply
from coze_harness.expectations import ExpectationKind, build_expectation
from coze_harness.messages import LocalizedText
from coze_harness.model import JSON, Message, Reply, ToolCall, Usage, Verdict
from coze_harness.model.errors import ScenarioError
from coze_harness.model.trial import EvaluationContext
from coze_harness.yaml_source import read_yaml

FILE = "scenarios/greet.yaml"


def declare(item: str) -> ExpectationKind:
    """Build the expectation that stands behind a dash on the first line of a file."""
    document = read_yaml("- " + item.replace("\n", "\n  "), FILE, ScenarioError)
    assert isinstance(document.data, list)
    assert len(document.data) == 1
    return build_expectation(document.data[0], document.positions.below(0))


def refusal(item: str) -> str:
    """Return the message with which an item is refused."""
    with pytest.raises(ScenarioError) as caught:
        declare(item)
    return str(caught.value)


def answer_context(answer: str | Reply = "", baseline: str | None = None) -> EvaluationContext:
    bot_reply = reply(answer) if isinstance(answer, str) else answer
    return EvaluationContext(prompt="你好", reply=bot_reply, baseline_answer=baseline)


def ids(text: LocalizedText) -> str:
    """Return the id of a message; of one with a hint those of both."""
    if text.id != "kind.hint":
        return text.id
    reason, hint = text.params["reason"], text.params["hint"]
    assert isinstance(reason, LocalizedText)
    assert isinstance(hint, LocalizedText)
    return f"{reason.id} {hint.id}"


def judge(item: str, answer: str | Reply) -> Verdict:
    return declare(item).judge(answer_context(answer))


def bare(
    *,
    types: Sequence[str] = (),
    usage: Usage | None = None,
    seconds: float | None = None,
    calls: Sequence[tuple[str, JSON]] = (),
) -> Reply:
    """A reply that holds only what is named."""
    messages: list[Message] = [message("?", type=one) for one in types]
    return Reply(
        chat_id="1",
        conversation_id="2",
        log_id="3",
        status="completed",
        messages=tuple(messages),
        usage=usage,
        seconds=seconds,
        tool_calls=tuple(ToolCall(name=name, arguments=arguments) for name, arguments in calls),
    )
