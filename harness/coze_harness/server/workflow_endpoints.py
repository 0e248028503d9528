"""Workflows, scripted simply: a run that answers its output, and a chat that always streams."""

from __future__ import annotations

from starlette.requests import Request

from coze_harness.model import JSON
from coze_harness.server import request_validation as checks
from coze_harness.server.chat_endpoints import asked_now, uploaded
from coze_harness.server.conversation_store import usage
from coze_harness.server.event_stream_writer import Style, frames
from coze_harness.server.fault_schema import Route
from coze_harness.server.message_builder import as_text
from coze_harness.server.prompt_matching import filler, last_defaults
from coze_harness.server.response_envelope import Refused
from coze_harness.server.response_writer import Outcome, Streamed, Told
from coze_harness.server.script_schema import Workflow
from coze_harness.server.server_state import Desk, Question

_DEBUG = "https://www.coze.com/work_flow?execute_id="
_MOST_MESSAGES = 50


def _known(desk: Desk, body: checks.Body) -> Workflow:
    workflow_id = checks.needed(body, "workflow_id")
    if checks.word(body, "bot_id") and checks.word(body, "app_id"):
        raise Refused(4000, "give bot_id or app_id, not both.")
    found = desk.workflows.get(workflow_id)
    if found is None:
        raise Refused(
            4200,
            f"Requested resource workflow_id={workflow_id} does not exist. "
            "Ensure you are the correct resource identifier.",
        )
    return found


async def run(desk: Desk, request: Request) -> Outcome:
    """`POST /v1/workflow/run`: `data` is JSON text; parameters fill ``{{ name }}`` in it."""
    checks.authorize(request)
    body = await checks.body_of(request)
    workflow = _known(desk, body)
    words = {name: as_text(value) for name, value in checks.table(body, "parameters").items()}
    fault = desk.strike(Route.WORKFLOW, "", workflow.faults)
    execute_id = desk.ids.new()
    fields: dict[str, JSON] = {
        "data": filler(words)(as_text(workflow.output)),
        "debug_url": _DEBUG + execute_id,
        "execute_id": execute_id,
        "usage": usage((0, 0)),
    }
    return Told(fields, fault)


async def chat(desk: Desk, request: Request) -> Outcome:
    """`POST /v1/workflows/chat`: always a stream, with blanks after the colons and no bot id."""
    checks.authorize(request)
    body = await checks.body_of(request)
    workflow = _known(desk, body)
    messages = checks.inputs(body, "additional_messages", saved=True, most=_MOST_MESSAGES)
    checks.table(body, "parameters")
    conversation_id = checks.word(body, "conversation_id")
    conversation = desk.conversation(conversation_id) if conversation_id else None
    if conversation and conversation.running(desk.clock.monotonic()):
        raise Refused(4016)
    uploaded(desk, messages)
    prompt = next((item.text for item in reversed(messages) if item.role == "user"), "")
    asked = asked_now(desk, conversation, messages, prompt)
    fit = desk.fit(last_defaults(workflow.answers), asked)
    faults = (*fit.answer.faults, *workflow.faults)
    fault = desk.strike(Route.WORKFLOW, "", faults, stream=True)
    begun = desk.begin(Question(messages, asked, fit), None, conversation)
    style = Style(blank=" ", bot_id=False, done={"debug_url": _DEBUG + begun.id})
    line = desk.lines.of(request.scope)
    return Streamed(frames(begun, desk.clock, line, style=style), fault)
