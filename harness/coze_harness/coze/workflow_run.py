"""Runs of a workflow: at once, streamed or in the background, with the questions that it asks.

The output is the answer. A run that waits for the user ends its turn with the status `asks`: the
question is the answer, and the next prompt continues the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from coze_harness.coze import response_parsing, workflow_calls
from coze_harness.coze.answer_pace import AnswerGrowth, with_pace
from coze_harness.coze.coze_conversation import PollSchedule
from coze_harness.coze.error_codes import advice_for
from coze_harness.coze.json_fields import fields_of, parse_fields
from coze_harness.coze.retry_policy import RetryPolicy, call_with_retry
from coze_harness.coze.workflow_calls import Interrupt
from coze_harness.messages import message
from coze_harness.model import (
    JSON,
    ChatOptions,
    HttpCall,
    HttpResponse,
    Message,
    Reply,
    Target,
    Usage,
    Wait,
    replace,
)
from coze_harness.model.errors import (
    ChatFailedError,
    ChatTimeoutError,
    PayloadError,
    ScenarioError,
)
from coze_harness.model.protocols import CallFlow
from coze_harness.model.trial import Turn
from coze_harness.text.sse import parse_events

ASKS: Final = "asks"
_RUNNING: Final = "Running"
_SUCCESS: Final = "Success"


class _Outcome(Struct, frozen=True, kw_only=True):
    """What a run came to: its outputs, the question that it stopped with, or its error."""

    outputs: tuple[JSON, ...] = ()
    interrupt: Interrupt | None = None
    usage: Usage | None = None
    error: tuple[int, str] | None = None
    growth: Sequence[tuple[float, int]] = ()
    is_complete: bool = True


@dataclass(slots=True)
class WorkflowRuns:
    """The runs of one conversation with a workflow.

    Args:
        target: the workflow.
        options: what the scenario sends besides its inputs.
        schedule: when an asynchronous run is polled, and how long a run may take.
        policy: how to retry rejected calls.
    """

    target: Target
    options: ChatOptions
    schedule: PollSchedule
    policy: RetryPolicy
    _has_run: bool = field(default=False, init=False)
    _interrupt: Interrupt | None = field(default=None, init=False)
    _rounds: int = field(default=0, init=False)

    def is_for(self, turn: Turn) -> bool:
        """Return whether a turn is a run, or answers the question of one."""
        return turn.workflow_input is not None or self._has_run

    def run_turn(self, turn: Turn) -> CallFlow[Reply]:
        """Run the workflow on a turn's input, or continue it with the turn's prompt.

        Raises:
            CozeError: the service or the network failed, or the run failed and no expectation of
                the turn judges the status.
            ScenarioError: the prompt answers no question.
        """
        if turn.workflow_input is not None:
            call = workflow_calls.start_run(self.target, self.options, turn.workflow_input)
        elif self._interrupt is not None:
            call = workflow_calls.resume_run(
                self.target, self.options, self._interrupt, turn.prompt
            )
        else:
            raise ScenarioError(
                message("coze.run.no_question"),
                where=turn.location,
                next_step=message("coze.run.no_question.next"),
            )
        self._has_run = True
        return (yield from self._run(replace(call, timeout=self.schedule.timeout), turn))

    def _run(self, call: HttpCall, turn: Turn) -> CallFlow[Reply]:
        envelope, response = yield from call_with_retry(call, self.policy, repeatable=False)
        envelope.raise_for_code(message("coze.call.run"))
        started, log_id = response.started, envelope.log_id
        execute_id, polls = "", 0
        if response_parsing.is_stream(response):
            outcome = _parse_run_stream(response)
        else:
            fields = parse_fields(response.body)
            execute_id = response_parsing.text(fields.get("execute_id"))
            outcome = _parse_run(fields)
            if self.options.is_async and execute_id and outcome.interrupt is None:
                outcome, response, polls = yield from self._poll(execute_id, started, log_id)
        self._interrupt = outcome.interrupt
        seconds = response.started + response.elapsed - started
        if not outcome.is_complete:
            raise PayloadError(
                message("coze.run.stream_broke"),
                next_step=message("coze.run.stream_broke.next"),
                log_id=log_id,
            )
        if outcome.error is not None and not turn.checks_status:
            raise _failed_run(outcome.error, log_id)
        messages = _messages(outcome, execute_id)
        if not messages and outcome.error is None:
            raise PayloadError(
                message("coze.run.no_output"),
                next_step=message("coze.run.no_output.next"),
                log_id=log_id,
            )
        code, text = outcome.error or (0, "")
        reply = Reply(
            chat_id=execute_id,
            conversation_id="",
            log_id=log_id,
            status=ASKS if outcome.interrupt else "failed" if outcome.error else "completed",
            messages=messages,
            usage=outcome.usage,
            seconds=round(seconds, 3),
            poll_count=polls,
            error_code=code,
            error_message=text,
        )
        return with_pace(reply, outcome.growth, started)

    def _poll(
        self, execute_id: str, started: float, log_id: str
    ) -> CallFlow[tuple[_Outcome, HttpResponse, int]]:
        """Poll an asynchronous run to its end; return its outcome and the number of polls."""
        call = workflow_calls.retrieve_run(self.target, execute_id)
        polls = count = 0
        now = started
        while True:
            timeout = self.schedule.timeout
            if timeout is not None and now - started >= timeout:
                raise ChatTimeoutError(
                    message("coze.run.timeout", seconds=round(now - started, 1)),
                    next_step=message("coze.run.timeout.next"),
                    detail=(message("coze.run.id", run=execute_id),),
                    log_id=log_id,
                )
            yield Wait(self.schedule.next_delay(self._rounds, polls))
            envelope, response = yield from call_with_retry(call, self.policy, repeatable=True)
            envelope.raise_for_code(message("coze.call.run_state"))
            polls += 1
            count += response.repeat_count
            now = response.started + response.elapsed
            data = envelope.data
            history = fields_of(data[0] if isinstance(data, list) and data else data)
            status = response_parsing.text(history.get("execute_status"))
            if not status:
                raise PayloadError(
                    message("coze.run.no_state"),
                    next_step=message("coze.advice.log_id"),
                    log_id=envelope.log_id,
                )
            if status != _RUNNING:
                self._rounds += 1
                return _parse_history(history, status), response, count


def _parse_run(fields: Mapping[str, JSON]) -> _Outcome:
    output, interrupt = fields.get("data"), _interrupt(fields.get("interrupt_data"))
    return _Outcome(
        outputs=_outputs(output, interrupt),
        interrupt=interrupt,
        usage=response_parsing.parse_usage(fields.get("usage")),
    )


def _parse_history(history: Mapping[str, JSON], status: str) -> _Outcome:
    """Return the outcome of a run that has ended, from its history."""
    output = history.get("output")
    fields = parse_fields(output) if isinstance(output, str) else fields_of(output)
    if "Output" in fields:  # the end node's; others are of output nodes
        output = fields["Output"]
    error = None
    if status != _SUCCESS:
        text = response_parsing.text(history.get("error_message")) or status
        error = response_parsing.number(history.get("error_code")), text
    interrupt = _interrupt(history.get("interrupt_data"))
    return _Outcome(
        outputs=_outputs(output, interrupt or error),
        interrupt=interrupt,
        usage=response_parsing.parse_usage(history.get("usage")),
        error=error,
    )


def _parse_run_stream(response: HttpResponse) -> _Outcome:
    """Return the outcome of a streamed run; the pieces of a node's message are joined."""
    pieces: list[list[str]] = [[]]
    outcome = _Outcome(is_complete=False)
    growth = AnswerGrowth(response.frame_times)
    for event in parse_events(response.body):
        fields = parse_fields(event.data)
        name = event.name.lower()
        if name == "message":
            text = response_parsing.text(fields.get("content"))
            growth.add_piece(event.frame, str(len(pieces)), text)
            pieces[-1].append(text)
            if fields.get("node_is_finish"):
                pieces.append([])
            usage = response_parsing.parse_usage(fields.get("usage"))
            outcome = replace(outcome, usage=usage or outcome.usage)
        elif name == "error":
            code = response_parsing.number(fields.get("error_code"))
            error = code, response_parsing.text(fields.get("error_message"))
            outcome = replace(outcome, error=error, is_complete=True)
        elif name == "interrupt":
            interrupt = _interrupt(fields.get("interrupt_data"))
            outcome = replace(outcome, interrupt=interrupt, is_complete=True)
        elif name == "done":
            outcome = replace(outcome, is_complete=True)
    texts = ("".join(parts) for parts in pieces)
    outputs = tuple(text for text in texts if text)
    return replace(outcome, outputs=outputs, growth=growth.steps)


def _outputs(output: JSON, stop: object) -> tuple[JSON, ...]:
    """Return the output, if there is one; a run that was stopped may have an empty one."""
    return () if output is None or (stop and output == "") else (output,)


def _messages(outcome: _Outcome, execute_id: str) -> tuple[Message, ...]:
    """Return the outputs as answers; of a run that asks, the question comes last."""
    texts: list[JSON] = [*outcome.outputs]
    question = outcome.interrupt.question if outcome.interrupt else ""
    if question and question not in texts:
        texts.append(question)
    return tuple(
        response_parsing.parse_message(
            {"id": execute_id, "role": "assistant", "type": "answer", "content": text}
        )
        for text in texts
    )


def _interrupt(data: JSON) -> Interrupt | None:
    fields = fields_of(data)
    if not fields:
        return None
    question = response_parsing.text(fields.get("data"))
    if isinstance(content := parse_fields(question).get("content"), str):
        question = content
    return Interrupt(
        response_parsing.text(fields.get("event_id")),
        response_parsing.number(fields.get("type")),
        question,
    )


def _failed_run(error: tuple[int, str], log_id: str) -> ChatFailedError:
    code, text = error
    return ChatFailedError(
        message("coze.run.failed", code=code, text=text),
        next_step=advice_for(code, 200) if code else message("coze.run.failed.next"),
        log_id=log_id,
    )
