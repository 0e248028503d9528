"""The calls of workflows: chats, and runs at once, streamed or in the background."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Final

import orjson

from coze_harness.model import JSON
from coze_harness.server.chat_builder import build_chat
from coze_harness.server.event_stream_writer import FrameStyle, chat_frames, cut_text
from coze_harness.server.fault_injection import STREAM_KINDS, FaultKind, Route
from coze_harness.server.message_builder import as_text
from coze_harness.server.request_validation import (
    Body,
    IncomingCall,
    flag_field,
    mapping_field,
    required_text,
    text_field,
    text_mapping,
    workflow_chat_request,
)
from coze_harness.server.response_envelope import ApiAnswer, ApiRefusal, missing_resource
from coze_harness.server.script_schema import ScriptedWorkflow
from coze_harness.server.server_state import WorkflowRun
from coze_harness.server.stored_conversation import usage_json

_DEBUG_URL: Final = "https://www.coze.com/work_flow?execute_id="
_ASYNCHRONOUS: Final = 2
_INTERRUPT_TYPES: Final = (1, 2, 3, 4, 5, 6, 7)


async def handle_workflow_chat(call: IncomingCall) -> ApiAnswer:
    """Answer `POST /v1/workflows/chat`: a stream with blanks after the colons and no bot id."""
    body = await call.body()
    workflow = _workflow(call, body)
    if not text_field(body, "bot_id") and not text_field(body, "app_id"):
        raise ApiRefusal(4000, "app_id or bot_id is required.")
    chat = build_chat(call, Route.WORKFLOW, workflow_chat_request(body), workflow)
    style = FrameStyle(blank=b" ", bot_id=False, done={"debug_url": _DEBUG_URL + chat.id})
    fault = call.state.faults.find(STREAM_KINDS, Route.WORKFLOW, chat.faults)
    return chat_frames(call, chat, style=style, fault=fault)


async def handle_workflow_run(call: IncomingCall) -> ApiAnswer:
    """Answer `run` and `stream_run`: the output is text in which parameters fill ``{{ name }}``."""
    body = await call.body()
    workflow = _workflow(call, body)
    parameters = mapping_field(body, "parameters")
    ext = text_mapping(body, "ext")
    stream = call.path.endswith("/stream_run")
    call.trigger_fault(Route.WORKFLOW, workflow.faults, stream=stream)
    run = WorkflowRun(
        call.state.ids.new(),
        workflow,
        {name: as_text(value) for name, value in parameters.items()},
        call.state.ids.second(),
        bot_id=text_field(body, "bot_id"),
        user_id=ext.get("user_id", ""),
        is_async=flag_field(body, "is_async"),
    )
    if workflow.question is not None:
        run.event_id = call.state.ids.new()
    _begin(call, run)
    return _frames(call, run, {"debug_url": _DEBUG_URL + run.id}) if stream else _answer(run)


async def handle_workflow_resume(call: IncomingCall) -> ApiAnswer:
    """Answer `resume` and `stream_resume` (4315)."""
    body = await call.body()
    workflow = _workflow(call, body)
    event_id, answer = required_text(body, "event_id"), required_text(body, "resume_data")
    if body.get("interrupt_type") not in _INTERRUPT_TYPES:
        raise ApiRefusal(4000, "interrupt_type is required.")
    stream = call.path.endswith("/stream_resume")
    call.trigger_fault(Route.WORKFLOW, workflow.faults, stream=stream)
    runs = call.state.workflow_runs.values()
    run = next((run for run in runs if run.event_id == event_id), None)
    if run is None or run.workflow is not workflow:
        raise ApiRefusal(4315, "The run has ended already, or waits for nothing.")
    run.event_id, run.words["answer"] = "", answer
    _begin(call, run)
    return _frames(call, run, {}) if stream else _answer(run)


async def handle_run_history(call: IncomingCall) -> ApiAnswer:
    """Answer `GET /v1/workflows/{id}/run_histories/{execute_id}` (4314)."""
    workflow_id, _, execute_id = call.path.split("/")[3:6]
    run = call.state.workflow_runs.get(execute_id)
    if run is None or run.workflow.id != workflow_id or not run.is_async:
        raise ApiRefusal(4314)
    is_running = call.now < run.ends
    status = "Running" if is_running else "Fail" if run.error else "Success"
    code, words = run.error or ("", "")
    history: dict[str, JSON] = {
        "execute_id": run.id,
        "execute_status": status,
        "bot_id": run.bot_id or "0",
        "connector_id": "1024",
        "connector_uid": run.user_id,
        "create_time": run.created_at,
        "update_time": call.state.ids.second(),
        "is_output_trimmed": False,
        "node_execute_status": {},
        "run_mode": _ASYNCHRONOUS,
        "logid": call.log_id,
        "output": "",
        "error_code": "" if is_running else str(code),
        "error_message": "" if is_running else words,
        "debug_url": _DEBUG_URL + run.id,
        "usage": usage_json(),
    }
    if status == "Success":
        if interrupt := run.interrupt:
            history["interrupt_data"] = interrupt
        else:
            output = {"Output": run.output, "node_status": "{}"}
            history["output"] = orjson.dumps(output).decode()
    histories: JSON = [history]
    return {"data": histories}


def _begin(call: IncomingCall, run: WorkflowRun) -> None:
    run.ends = call.now + call.state.script.defaults.delay
    fault = call.state.faults.find((FaultKind.FAILED,), Route.CHAT, run.workflow.faults)
    if fault:
        run.error = fault.code or 5000, fault.message or "the workflow failed"
    call.state.remember_run(run)


def _answer(run: WorkflowRun) -> ApiAnswer:
    if run.is_async:
        return {"data": "", "debug_url": _DEBUG_URL + run.id, "execute_id": run.id}
    if run.error:
        raise ApiRefusal(*run.error)
    interrupt = run.interrupt
    return {
        "data": "" if interrupt else run.output,
        "debug_url": _DEBUG_URL + run.id,
        "execute_id": run.id,
        "usage": usage_json(),
        **({"interrupt_data": interrupt} if interrupt else {}),
    }


async def _frames(
    call: IncomingCall, run: WorkflowRun, done: Mapping[str, JSON]
) -> AsyncIterator[bytes]:
    """Yield the frames of a streamed run, each with its number; `done` is in the last one."""
    await call.state.clock.sleep(run.ends - call.now)
    events = _events(run, call.state.script.defaults.delta, done)
    for number, (event, data) in enumerate(events):
        yield b"id: %d\nevent: %b\ndata: %b\n\n" % (number, event.encode(), orjson.dumps(data))


def _events(
    run: WorkflowRun, delta: int, done: Mapping[str, JSON]
) -> Iterator[tuple[str, Mapping[str, JSON]]]:
    if run.error:
        code, words = run.error
        yield "Error", {"error_code": code, "error_message": words}
        return
    interrupt = run.interrupt
    if interrupt:
        yield "Interrupt", {"interrupt_data": interrupt, "node_title": "Question"}
        return
    pieces = [*cut_text(run.output, delta)] or [""]
    for at, piece in enumerate(pieces):
        last = at == len(pieces) - 1
        fields: dict[str, JSON] = {
            "content": piece,
            "node_title": "End",
            "node_seq_id": str(at),
            "node_is_finish": last,
        }
        if last:
            fields["usage"] = usage_json()
        yield "Message", fields
    yield "Done", done


def _workflow(call: IncomingCall, body: Body) -> ScriptedWorkflow:
    workflow_id = required_text(body, "workflow_id")
    if text_field(body, "bot_id") and text_field(body, "app_id"):
        raise ApiRefusal(4000, "give bot_id or app_id, not both.")
    workflow = call.state.workflows.get(workflow_id)
    if workflow is None:
        raise missing_resource(f"workflow_id={workflow_id}")
    return workflow
