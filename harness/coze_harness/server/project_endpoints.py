"""The calls of projects on coze.site: an agent's reply, a workflow's run. They have no envelope."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

import orjson
from starlette.responses import Response, StreamingResponse

from coze_harness.model import JSON
from coze_harness.server.event_stream_writer import cut_text
from coze_harness.server.fault_injection import Fault, FaultKind, Route
from coze_harness.server.message_builder import as_text, fill_all
from coze_harness.server.prompt_matching import Fill, filler, match_answer
from coze_harness.server.request_validation import Body, IncomingCall, mapping_field, text_field
from coze_harness.server.response_envelope import ApiRefusal
from coze_harness.server.script_schema import ScriptedAnswer, ScriptedProject, ScriptedTool

_JWT: Final = re.compile(r"Bearer\s+[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_FRAME_FAULTS: Final = (FaultKind.FAILED, FaultKind.ERROR_EVENT, FaultKind.CUT_STREAM)
_DEFAULT_CODES: Final = {FaultKind.FAILED: 301001, FaultKind.ERROR_EVENT: 900001}


async def handle_project(call: IncomingCall, project: ScriptedProject, action: str) -> Response:
    """Answer a call of a project; `action` is ``stream_run``, ``run`` or ``cancel``."""
    if not _JWT.fullmatch(call.authorization):
        return _json({"message": "the token is invalid"}, call, 401)
    if action == "cancel":
        return _json({"status": "success"}, call)
    try:
        body = await call.body()
        call.trigger_fault(Route.CHAT, project.faults, stream=action == "stream_run")
        if project.answers:
            return _events(call, _reply_frames(call, project, body), project)
        if action == "run":
            return _json(_output(project, body), call)
        return _events(call, _run_frames(call, project, body), project)
    except ApiRefusal as refusal:
        return _json({"message": refusal.msg}, call, 422)


def _events(
    call: IncomingCall, frames: AsyncIterator[Mapping[str, JSON]], project: ScriptedProject
) -> Response:
    async def lines() -> AsyncIterator[bytes]:
        async for frame in frames:
            yield b"event: message\ndata: %b\n\n" % orjson.dumps(frame)
        if project.done:
            yield b"data: [DONE]\n\n"

    return StreamingResponse(lines(), headers={"content-type": "text/event-stream"})


def _json(body: object, call: IncomingCall, http: int = 200) -> Response:
    headers = {"content-type": "application/json", "x-tt-logid": call.log_id}
    return Response(orjson.dumps(body), http, headers=headers)


def _output(project: ScriptedProject, body: Body) -> JSON:
    return fill_all(project.output, filler({name: as_text(value) for name, value in body.items()}))


def _reply_frames(
    call: IncomingCall, project: ScriptedProject, body: Body
) -> AsyncIterator[Mapping[str, JSON]]:
    """Check a prompt and return the frames of its reply.

    Raises:
        ApiRefusal: the body is of another shape, or no answer fits.
    """
    state, prompt = call.state, _prompt(body)
    project_id = body.get("project_id")
    if project.id and project_id not in (None, "") and str(project_id) != project.id:
        raise ApiRefusal(4000, f"The project {project_id} does not exist.")
    # Without a session, all callers share one memory, as in the deployed service.
    session_id = text_field(body, "session_id")
    history = state.project_sessions[project.path, session_id]
    answer, groups = match_answer(project.answers, prompt, len(history) // 2 + 1, history)
    words = {"prompt": prompt, "turn": str(len(history) // 2 + 1), **groups}
    texts = [filler(words)(text) for text in state.next_answers(answer)]
    history += (prompt, "\n".join(texts))
    fault = state.faults.find(_FRAME_FAULTS, Route.CHAT, (*answer.faults, *project.faults))
    query_id = text_field(body, "local_msg_id")
    contents = [*_contents(call, answer, texts, filler(words))]
    common: dict[str, JSON] = {
        "session_id": session_id,
        "query_msg_id": query_id,
        "reply_id": state.ids.uuid(),
        "log_id": call.log_id,
    }
    start: JSON = {
        "local_msg_id": query_id,
        "msg_id": query_id,
        "execute_id": state.ids.uuid(),
    }
    seconds = state.script.defaults.delay if answer.delay is None else answer.delay
    opening = [(state.ids.uuid(), "message_start", start, True)]
    ending = [(state.ids.uuid(), "message_end", _message_end(answer, seconds), True)]
    frames = _apply_fault([*opening, *contents, *ending], fault, query_id)
    return _pace_frames(call, common, frames, seconds, fault)


def _prompt(body: Body) -> str:
    if body.get("type") != "query":
        raise ApiRefusal(4000, "type must be query.")
    blocks = mapping_field(mapping_field(body, "content"), "query").get("prompt")
    if not isinstance(blocks, list) or not blocks:
        raise ApiRefusal(4000, "content.query.prompt must be an array of blocks.")
    texts: list[str] = []
    for block in blocks:
        if not isinstance(block, dict) or block.get("type") not in ("text", "upload_file"):
            raise ApiRefusal(4000, "a block's type must be text or upload_file.")
        texts.append(text_field(mapping_field(block, "content"), "text"))
    return "".join(texts)


_Frame = tuple[str, str, JSON, bool]
"""Message id, type, content, whether it is the last piece of its message."""


def _contents(
    call: IncomingCall, answer: ScriptedAnswer, texts: Sequence[str], fill: Fill
) -> list[_Frame]:
    ids, size = call.state.ids, answer.delta or call.state.script.defaults.delta
    frames: list[_Frame] = []

    def add(kind: str, text: str) -> None:
        message_id = ids.uuid()
        frames.extend((message_id, kind, piece, False) for piece in cut_text(text, size))
        frames.append((message_id, kind, "", True))

    if answer.reasoning:
        add("thinking", answer.reasoning)
    for tool in answer.tools:
        frames += _tool_frames(call, tool, fill)
    for text in texts:
        add("answer", text)
    return frames


def _tool_frames(call: IncomingCall, tool: ScriptedTool, fill: Fill) -> list[_Frame]:
    ids = call.state.ids
    call_id = f"call_{ids.uuid()}"
    request: JSON = {
        "tool_call_id": call_id,
        "tool_name": tool.name,
        "parameters": {tool.name: fill_all(tool.arguments, fill)},
    }
    response: JSON = {
        "tool_call_id": call_id,
        "code": "0",
        "message": "",
        "result": as_text(fill_all(tool.output, fill)),
        "time_cost_ms": None,
    }
    return [
        (ids.uuid(), "tool_request", request, True),
        (ids.uuid(), "tool_response", response, True),
    ]


def _message_end(answer: ScriptedAnswer, seconds: float) -> dict[str, JSON]:
    """Return the content of `message_end`; the service counts no tokens unless the script does."""
    input_tokens, output_tokens = answer.usage.input or 0, answer.usage.output or 0
    cost: JSON = {
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "total_tokens": input_tokens + output_tokens,
    }
    return {"code": "0", "message": "", "token_cost": cost, "time_cost_ms": int(seconds * 1000)}


def _apply_fault(frames: Sequence[_Frame], fault: Fault | None, query_id: str) -> Sequence[_Frame]:
    """Return the frames up to the middle, and how the fault ends them."""
    if fault is None:
        return frames
    code = str(fault.code or _DEFAULT_CODES.get(fault.kind, 0))
    kept_frames, last_frame = [*frames[: max(1, len(frames) // 2)]], frames[-1]
    if fault.kind is FaultKind.FAILED and isinstance(last_frame[2], dict):
        end = {**last_frame[2], "code": code, "message": fault.message or "the model failed"}
        kept_frames.append((last_frame[0], "message_end", end, True))
    elif fault.kind is FaultKind.ERROR_EVENT:
        words = fault.message or "unknown error"
        error: JSON = {"local_msg_id": query_id, "code": code, "error_msg": words}
        kept_frames.append(("", "error", error, True))
    return kept_frames


_CONTENT_KEYS: Final = (
    "answer", "thinking", "tool_request", "tool_response", "error", "message_start", "message_end",
)  # fmt: skip


async def _pace_frames(
    call: IncomingCall,
    common: Mapping[str, JSON],
    frames: Sequence[_Frame],
    seconds: float,
    fault: Fault | None,
) -> AsyncIterator[Mapping[str, JSON]]:
    pause = seconds / len(frames)
    for number, (message_id, kind, content, finish) in enumerate(frames, 1):
        contents: dict[str, JSON] = dict.fromkeys(_CONTENT_KEYS)
        contents[kind] = content
        yield {
            "type": kind,
            **common,
            "msg_id": message_id,
            "sequence_id": number,
            "finish": finish,
            "content": contents,
        }
        await call.state.clock.sleep(pause)
    if fault and fault.kind is FaultKind.CUT_STREAM:
        await call.connection.close()


async def _run_frames(
    call: IncomingCall, project: ScriptedProject, body: Body
) -> AsyncIterator[Mapping[str, JSON]]:
    run_id, seconds = call.state.ids.uuid(), call.state.script.defaults.delay
    fault = call.state.faults.find(_FRAME_FAULTS, Route.CHAT, project.faults)

    def event(kind: str, **fields: JSON) -> Mapping[str, JSON]:
        timestamp = int(call.state.clock.now() * 1000)
        common: dict[str, JSON] = {"type": kind, "timestamp": timestamp}
        return {**common, "log_id": call.log_id, "run_id": run_id, **fields}

    yield event("workflow_start")
    await call.state.clock.sleep(seconds)
    yield event("ping")
    if fault is None:
        output = _output(project, body)
        yield event("workflow_end", output=output, time_cost_ms=int(seconds * 1000))
    elif fault.kind is FaultKind.CUT_STREAM:
        await call.connection.close()
    else:
        code = str(fault.code or 601002)
        yield event("error", code=code, error_msg=fault.message or "a node failed")
