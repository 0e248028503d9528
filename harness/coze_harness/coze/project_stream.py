"""Parses the frames of a project on coze.site: the reply of an agent, or the run of a workflow.

Unknown frames are ignored, and so are `ping` and `[DONE]`. An answer's text is kept unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from coze_harness.coze.answer_pace import AnswerGrowth
from coze_harness.coze.json_fields import fields_of, parse_fields
from coze_harness.coze.response_parsing import number, text
from coze_harness.model import JSON, HttpResponse, Message, ToolCall, Usage
from coze_harness.text.json_text import dump_json
from coze_harness.text.sse import parse_events


@dataclass(slots=True)
class ProjectReply:
    """What a project answered.

    `is_complete` is whether it said that it has ended, with `error` (code and text) if it failed.
    `output` is a workflow's. `growth` is that of the answer (see `AnswerGrowth.steps`).
    """

    session_id: str = ""
    reply_id: str = ""
    execute_id: str = ""
    log_id: str = ""
    messages: list[Message] = field(default_factory=list)
    tool_calls: list[ToolCall] = field(default_factory=list)
    usage: Usage | None = None
    growth: Sequence[tuple[float, int]] = ()
    error: tuple[str, str] | None = None
    output: JSON = None
    is_complete: bool = False


def parse_agent_reply(response: HttpResponse) -> ProjectReply:
    """Parse the frames of an agent's reply."""
    reply = ProjectReply()
    parser = _AgentParser(reply)
    growth = AnswerGrowth(response.frame_times)
    for kind, frame, frame_number in _frames(response.body):
        reply.session_id = text(frame.get("session_id")) or reply.session_id
        reply.reply_id = text(frame.get("reply_id")) or reply.reply_id
        reply.log_id = text(frame.get("log_id")) or reply.log_id
        values = fields_of(frame.get("content"))
        message_id = text(frame.get("msg_id"))
        if kind == "answer":
            growth.add_piece(frame_number, message_id, text(values.get("answer")))
        parser.add(kind, message_id, values.get(kind))
    parser.finish()
    reply.growth = growth.steps
    return reply


def parse_workflow_run(response: HttpResponse) -> ProjectReply:
    """Parse the frames of a workflow's run; those of its nodes are not part of the answer."""
    reply = ProjectReply()
    for kind, frame, _frame_number in _frames(response.body):
        reply.execute_id = text(frame.get("run_id")) or reply.execute_id
        reply.log_id = text(frame.get("log_id")) or reply.log_id
        if kind == "workflow_end":
            reply.output, reply.is_complete = frame.get("output"), True
        elif kind == "error":
            # A run that is cancelled or times out has `message` instead.
            error_text = text(frame.get("error_msg")) or text(frame.get("message"))
            reply.error, reply.is_complete = (text(frame.get("code")), error_text), True
    return reply


def answer_pieces(body: bytes) -> Iterator[str]:
    """Yield the pieces of an agent's answer in some frames, to show them as they arrive."""
    for kind, frame, _frame_number in _frames(body):
        if kind == "answer":
            yield text(fields_of(frame.get("content")).get("answer"))


def _frames(body: bytes) -> Iterator[tuple[str, Mapping[str, JSON], int]]:
    """Yield the type, the object and the number of each frame that has one."""
    for event in parse_events(body):
        if frame := parse_fields(event.data):
            yield text(frame.get("type")), frame, event.frame


class _AgentParser:
    """Joins the pieces of messages, which share an id, and keeps their order."""

    def __init__(self, reply: ProjectReply) -> None:
        self._reply = reply
        self._pieces: dict[tuple[str, str], list[str]] = {}
        self._calls: dict[str, ToolCall] = {}

    def add(self, kind: str, message_id: str, value: JSON) -> None:
        """Add the content of one frame."""
        details = fields_of(value)
        if kind == "answer":
            self._pieces.setdefault((kind, message_id), []).append(text(value))
        elif kind == "thinking":
            self._pieces.setdefault((kind, message_id), []).append(_thought(value))
        elif kind == "tool_request":
            self._add_request(message_id, details)
        elif kind == "tool_response":
            piece = _as_text(details.get("result")) or text(details.get("message"))
            self._pieces.setdefault((kind, message_id), []).append(piece)
        elif kind == "message_start":
            self._reply.execute_id = text(details.get("execute_id"))
        elif kind == "error":
            error_text = text(details.get("error_msg"))
            self._reply.error = text(details.get("code")), error_text
            self._reply.is_complete = True
        elif kind == "message_end":
            self._end(details)

    def _add_request(self, message_id: str, details: Mapping[str, JSON]) -> None:
        name = text(details.get("tool_name"))
        arguments = details.get("parameters")
        if isinstance(arguments, dict) and isinstance(arguments.get(name), dict):
            arguments = arguments[name]
        call_id = text(details.get("tool_call_id")) or message_id
        if call_id not in self._calls or arguments:
            self._calls[call_id] = ToolCall(name=name, arguments=arguments)
        self._pieces.setdefault(("tool_request", call_id), [])

    def _end(self, details: Mapping[str, JSON]) -> None:
        reply = self._reply
        reply.is_complete = True
        code = text(details.get("code"))
        if code not in ("", "0") and reply.error is None:
            reply.error = code, text(details.get("message"))
        counts = fields_of(details.get("token_cost"))
        input_tokens, output_tokens = (
            number(counts.get("input_tokens")),
            number(counts.get("output_tokens")),
        )
        total = number(counts.get("total_tokens")) or input_tokens + output_tokens
        if total:  # 0/0/0 is what the service sends where it does not count
            reply.usage = Usage(total=total, input=input_tokens, output=output_tokens)

    def finish(self) -> None:
        """Set the messages and tool calls of the reply; thoughts belong to the next answer."""
        thoughts: list[str] = []
        for (kind, message_id), pieces in self._pieces.items():
            content = "".join(pieces)
            if kind == "thinking":
                thoughts.append(content)
                continue
            reasoning = ""
            if kind != "tool_response":
                reasoning, thoughts = "\n".join(thoughts), []
            if kind == "tool_request":
                call = self._calls[message_id]
                self._reply.tool_calls.append(call)
                kind = "function_call"
                content = dump_json({"name": call.name, "arguments": call.arguments}).decode()
            self._add_message(message_id, kind, content, reasoning)
        if thoughts:
            self._add_message("", "thinking", "", "\n".join(thoughts))

    def _add_message(self, message_id: str, kind: str, content: str, reasoning: str) -> None:
        self._reply.messages.append(
            Message(
                id=message_id, role="assistant", type=kind, content=content, reasoning=reasoning
            )
        )


def _thought(value: JSON) -> str:
    """Return reasoning: a text, or an object that holds one."""
    if isinstance(value, dict):
        for key in ("content", "text", "thinking"):
            if isinstance(value.get(key), str):
                return str(value[key])
    return _as_text(value)


def _as_text(value: JSON) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return dump_json(value).decode()
