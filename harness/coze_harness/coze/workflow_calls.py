"""The calls of workflows, as data: a chat with one, a run of one, and what continues a run.

A chat is always streamed, and has the conversation's id in the body.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from coze_harness.model import JSON, ChatOptions, HttpCall, Target

CHAT_PATH: Final = "/v1/workflows/chat"
RUN_PATH: Final = "/v1/workflow/run"
STREAM_RUN_PATH: Final = "/v1/workflow/stream_run"
RESUME_PATH: Final = "/v1/workflows/resume"
STREAM_RESUME_PATH: Final = "/v1/workflow/stream_resume"


class Interrupt(Struct, frozen=True):
    """A run that waits for the user: what continues it, and the question."""

    event_id: str
    type: int
    question: str


def start_chat(
    target: Target, options: ChatOptions, messages: Sequence[JSON], conversation_id: str
) -> HttpCall:
    """Return the call that sends a prompt to a workflow."""
    body = chat_body(target, options, messages, conversation_id)
    return HttpCall("POST", CHAT_PATH, (), body, stream=True)


def chat_body(
    target: Target, options: ChatOptions, messages: Sequence[JSON], conversation_id: str = ""
) -> dict[str, JSON]:
    """Return the body of a prompt; `parameters` is required even if empty."""
    body: dict[str, JSON] = {
        "workflow_id": target.id,
        "additional_messages": messages,
        "parameters": dict(options.parameters),
        "ext": _ext(options),
        **_association(target),
    }
    if conversation_id:
        body["conversation_id"] = conversation_id
    return body


def start_run(target: Target, options: ChatOptions, workflow_input: Mapping[str, JSON]) -> HttpCall:
    """Return the call that runs a workflow."""
    path = STREAM_RUN_PATH if options.stream else RUN_PATH
    body = run_body(target, options, workflow_input)
    return HttpCall("POST", path, (), body, stream=options.stream, waits_for_chat=True)


def run_body(
    target: Target, options: ChatOptions, workflow_input: Mapping[str, JSON]
) -> dict[str, JSON]:
    """Return the body of a run; a turn's own input overrides the scenario's `parameters`."""
    body: dict[str, JSON] = {
        "workflow_id": target.id,
        "parameters": {**options.parameters, **workflow_input},
        "ext": _ext(options),
        **_association(target),
    }
    if options.is_async:
        body["is_async"] = True
    return body


def resume_run(target: Target, options: ChatOptions, interrupt: Interrupt, prompt: str) -> HttpCall:
    """Return the call that answers the question of a run."""
    path = STREAM_RESUME_PATH if options.stream else RESUME_PATH
    body = {
        **resume_body(target, prompt),
        "event_id": interrupt.event_id,
        "interrupt_type": interrupt.type,
    }
    return HttpCall("POST", path, (), body, stream=options.stream, waits_for_chat=True)


def resume_body(target: Target, prompt: str) -> dict[str, JSON]:
    """Return the body of an answer to a question, without the ids that Coze assigns."""
    return {"workflow_id": target.id, "resume_data": prompt}


def retrieve_run(target: Target, execute_id: str) -> HttpCall:
    """Return the call that retrieves the state of an asynchronous run (a poll)."""
    return HttpCall("GET", f"/v1/workflows/{target.id}/run_histories/{execute_id}")


def _association(target: Target) -> dict[str, JSON]:
    """Return the app or bot of a workflow, its version and its channel, as far as it has them."""
    ids = (
        ("bot_id", target.bot_id),
        ("app_id", target.app_id),
        ("workflow_version", target.version),
        ("connector_id", target.connector_id),
    )
    return {name: value for name, value in ids if value}


def _ext(options: ChatOptions) -> dict[str, JSON]:
    return {"user_id": options.user_id, **options.extra_params}
