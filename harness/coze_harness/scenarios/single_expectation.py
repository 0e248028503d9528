"""Judge one text by an expectation, without a scenario and a recording."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from coze_harness.expectations import build_expectation, judge_expectation
from coze_harness.messages import message
from coze_harness.messages.os_error_reason import os_error_reason
from coze_harness.model import Message, Reply, TurnResult
from coze_harness.model.errors import ScenarioError, UsageError
from coze_harness.model.location import Location
from coze_harness.model.project_code import ProjectCode
from coze_harness.model.trial import EvaluationContext, Expectation
from coze_harness.scenarios.error_collector import ErrorCollector, text_errors
from coze_harness.scenarios.template_renderer import has_template
from coze_harness.yaml_source import read_yaml

MAX_ANSWER: Final = 10_000_000
"""Bytes of an answer that is read from a file or a pipe."""


def read_expectations(text: str, code: ProjectCode) -> list[Expectation]:
    """Return the expectations of a text: an item of `expect:`, or a list of items.

    Args:
        text: YAML, as in a scenario.
        code: the code of the project, which may have functions and kinds.

    Raises:
        ScenarioErrors: it is not an expectation; the places are those in the text.
    """
    document = read_yaml(text, "EXPECTATION", ScenarioError)
    errors = ErrorCollector()
    errors.extend(text_errors(document))
    items = [(document.data, document.positions)]
    if isinstance(document.data, list):
        items = [(one, document.positions.below(i)) for i, one in enumerate(document.data)]
    expectations: list[Expectation] = []
    for item, positions in items:
        with errors:
            if has_template(item):
                raise ScenarioError(
                    message("try.template"),
                    where=positions.at(),
                    next_step=message("try.template.next"),
                )
            expectations.append(build_expectation(item, positions, code))
    errors.raise_all()
    return expectations


def judge_text(expectations: list[Expectation], answer: str, prompt: str) -> TurnResult:
    """Return the verdicts on a text, as if it were a bot's whole answer to a prompt.

    Raises:
        HarnessError: an expectation cannot be evaluated.
    """
    reply = reply_of_text(answer)
    context = EvaluationContext(prompt, reply)
    verdicts = tuple(judge_expectation(one, context) for one in expectations)
    return TurnResult(prompt=prompt, reply=reply, verdicts=verdicts)


def reply_of_text(answer: str) -> Reply:
    """Return the reply of a bot whose whole answer is a text."""
    messages = (Message(id="", role="assistant", type="answer", content=answer),)
    return Reply(chat_id="", conversation_id="", log_id="", status="completed", messages=messages)


def read_answer_file(path: Path) -> str:
    """Return the text of a file, see `decode_answer`.

    Raises:
        UsageError: it cannot be read, is too large or not UTF-8.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_ANSWER + 1)
    except OSError as error:
        reason = os_error_reason(error)
        raise UsageError(
            message("try.unreadable", reason=reason),
            where=Location(str(path)),
            next_step=message("try.unreadable.next"),
        ) from error
    return decode_answer(content, str(path))


def decode_answer(content: bytes, source: str) -> str:
    """Return an answer as text, without a byte order mark and without its last line break.

    Args:
        content: UTF-8, at most `MAX_ANSWER` bytes.
        source: what it is read from, for errors.

    Raises:
        UsageError: it is larger, or not UTF-8.
    """
    if len(content) > MAX_ANSWER:
        raise UsageError(
            message("try.too_large", limit=MAX_ANSWER),
            where=Location(source),
            next_step=message("try.too_large.next"),
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            message("try.encoding", at=error.start + 1),
            where=Location(source),
            next_step=message("try.encoding.next"),
        ) from error
    return text.replace("\r\n", "\n").removesuffix("\n")
