"""Workflows in place of bots: a chat with one, and a run of one whose output is the answer.

A chat always comes as a stream, and takes the conversation's id in the body; a run is one call
without a conversation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from coze_harness.coze import response_parsing as payloads
from coze_harness.coze.retry_policy import RetryPolicy, call_with_retry
from coze_harness.model import JSON, ChatOptions, HttpCall, HttpResponse, Reply
from coze_harness.model.errors import ChatFailedError, PayloadError
from coze_harness.model.trial import CallFlow, Turn
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
    """Return the body of a prompt; `parameters` must be there even if there are none."""
    body: dict[str, JSON] = {
        "workflow_id": options.workflow,
        "additional_messages": messages,
        "parameters": dict(options.parameters),
        "ext": _ext(options),
    }
    if conversation_id:
        body["conversation_id"] = conversation_id
    return body


def run_body(options: ChatOptions, given: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return the body of a run; a turn's own input stands over the scenario's `parameters`."""
    return {
        "workflow_id": options.workflow,
        "parameters": {**options.parameters, **given},
        "ext": _ext(options),
    }


def _ext(options: ChatOptions) -> dict[str, JSON]:
    return {"user_id": options.user_id, **options.extra_params}


def run_workflow(
    options: ChatOptions, turn: Turn, timeout: float | None, patience: RetryPolicy
) -> CallFlow[Reply]:
    """Run a workflow on a turn's input, and return its output as the answer.

    Args:
        options: what the scenario sends besides its inputs.
        turn: its `input` is what is sent.
        timeout: how many seconds the run may take.
        patience: how to repeat a call that was refused.

    Raises:
        CozeError: the service or the network did not serve; also when the run stops with a
            question, unless the turn judges the status itself.
    """
    call = HttpCall(
        "POST", RUN_PATH, (), run_body(options, turn.workflow_input or {}), timeout=timeout
    )
    found, answer = yield from call_with_retry(call, patience, repeatable=False)
    found.raise_for_code("to run the workflow")
    source = _fields(answer)
    output = source.get("data")
    stopped = bool(source.get("interrupt_data"))
    if stopped and not turn.checks_status:
        raise ChatFailedError(
            "The workflow stopped with a question before it had an output.",
            next_step="give all it needs as `input:`, or expect `status: requires_action`.",
            log_id=found.log_id,
        )
    if output is None and not stopped:
        raise PayloadError(
            "Coze ran the workflow, and gave no output.",
            next_step="look whether the workflow's end node has an output.",
            log_id=found.log_id,
        )
    execution = payloads.text(source.get("execute_id"))
    said = {"id": execution, "role": "assistant", "type": "answer", "content": output}
    return Reply(
        chat_id=execution,
        conversation_id="",
        log_id=found.log_id,
        status="requires_action" if stopped else "completed",
        messages=() if stopped else (payloads.parse_message(said),),
        usage=payloads.parse_usage(source.get("usage")),
        seconds=round(answer.elapsed, 3),
    )


def _fields(answer: HttpResponse) -> Mapping[str, JSON]:
    """Return everything beside `data`; that it is a JSON object has been seen to."""
    body = jsontext.parse_json(answer.body)
    return body if isinstance(body, dict) else {}
