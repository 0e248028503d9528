"""Workflows instead of bots: a chat with one, or a run of one whose output is the answer.

A chat is always streamed, and has the conversation's id in the body; a run is one call without a
conversation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from coze_harness.coze import response_parsing
from coze_harness.coze.retry_policy import RetryPolicy, call_with_retry
from coze_harness.model import JSON, ChatOptions, HttpCall, HttpResponse, Reply
from coze_harness.model.errors import ChatFailedError, PayloadError
from coze_harness.model.protocols import CallFlow
from coze_harness.model.trial import Turn
from coze_harness.text import json_text as jsontext

CHAT_PATH: Final = "/v1/workflows/chat"
RUN_PATH: Final = "/v1/workflow/run"


def start_chat(options: ChatOptions, messages: Sequence[JSON], conversation_id: str) -> HttpCall:
    """Return the call that sends a prompt to a workflow."""
    body = chat_body(options, messages, conversation_id)
    return HttpCall("POST", CHAT_PATH, (), body, stream=True)


def chat_body(
    options: ChatOptions, messages: Sequence[JSON], conversation_id: str = ""
) -> dict[str, JSON]:
    """Return the body of a prompt; `parameters` is required even if empty."""
    body: dict[str, JSON] = {
        "workflow_id": options.workflow,
        "additional_messages": messages,
        "parameters": dict(options.parameters),
        "ext": _ext(options),
    }
    if conversation_id:
        body["conversation_id"] = conversation_id
    return body


def run_body(options: ChatOptions, workflow_input: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return the body of a run; a turn's own input overrides the scenario's `parameters`."""
    return {
        "workflow_id": options.workflow,
        "parameters": {**options.parameters, **workflow_input},
        "ext": _ext(options),
    }


def _ext(options: ChatOptions) -> dict[str, JSON]:
    return {"user_id": options.user_id, **options.extra_params}


def run_workflow(
    options: ChatOptions, turn: Turn, timeout: float | None, policy: RetryPolicy
) -> CallFlow[Reply]:
    """Run a workflow on a turn's input, and return its output as the answer.

    Args:
        options: what the scenario sends besides its inputs.
        turn: its `workflow_input` is sent.
        timeout: how many seconds the run may take.
        policy: how to retry rejected calls.

    Raises:
        CozeError: the service or the network failed, or the run stopped with a question and no
            expectation of the turn judges the status.
    """
    call = HttpCall(
        "POST",
        RUN_PATH,
        (),
        run_body(options, turn.workflow_input or {}),
        timeout=timeout,
        waits_for_chat=True,
    )
    envelope, response = yield from call_with_retry(call, policy, repeatable=False)
    envelope.raise_for_code("to run the workflow")
    source = _fields(response)
    output = source.get("data")
    is_interrupted = bool(source.get("interrupt_data"))
    if is_interrupted and not turn.checks_status:
        raise ChatFailedError(
            "The workflow stopped with a question before it had an output.",
            next_step="give all of its inputs as `input:`, or expect `status: requires_action`.",
            log_id=envelope.log_id,
        )
    if output is None and not is_interrupted:
        raise PayloadError(
            "The workflow ran, but returned no output.",
            next_step="check that the workflow's end node has an output.",
            log_id=envelope.log_id,
        )
    execution = response_parsing.text(source.get("execute_id"))
    message = {"id": execution, "role": "assistant", "type": "answer", "content": output}
    return Reply(
        chat_id=execution,
        conversation_id="",
        log_id=envelope.log_id,
        status="requires_action" if is_interrupted else "completed",
        messages=() if is_interrupted else (response_parsing.parse_message(message),),
        usage=response_parsing.parse_usage(source.get("usage")),
        seconds=round(response.elapsed, 3),
    )


def _fields(response: HttpResponse) -> Mapping[str, JSON]:
    """Return all fields of a response that has been parsed as an envelope."""
    body = jsontext.parse_json(response.body)
    return body if isinstance(body, dict) else {}
