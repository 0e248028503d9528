"""What a trial sends, as one value: shows whether its recording is stale."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from coze_harness.coze import workflow_calls
from coze_harness.coze.api_calls import CHAT_PATH, UPLOAD_PATH, chat_body
from coze_harness.coze.prompt_messages import build_prompt_messages, describe_attachment
from coze_harness.coze.simulated_user import first_message, tester_options
from coze_harness.model import JSON, ChatOptions, Target
from coze_harness.model.trial import Turn
from coze_harness.text.json_text import dump_json, dump_sorted_json, parse_json

_PROMPT_PATHS: Final = frozenset(
    {
        CHAT_PATH,
        workflow_calls.CHAT_PATH,
        workflow_calls.RUN_PATH,
        workflow_calls.STREAM_RUN_PATH,
        workflow_calls.RESUME_PATH,
        workflow_calls.STREAM_RESUME_PATH,
    }
)
_PROJECT_ROUTES: Final = ("/run", "/stream_run")
_ASSIGNED_KEYS: Final = frozenset({"conversation_id", "event_id", "interrupt_type"})


def prompt_bodies(
    target: Target, options: ChatOptions, turns: Sequence[Turn]
) -> list[dict[str, JSON]]:
    """Return the bodies of a trial's prompts, in order.

    Ids that Coze assigns are replaced or left out: an uploaded file's id is its digest, and a
    workflow's body has no conversation id.
    """
    bodies: list[dict[str, JSON]] = []
    has_run = False
    for index, turn in enumerate(turns):
        has_run = has_run or turn.workflow_input is not None
        bodies.append(_body(target, options, turn, first=not index, has_run=has_run))
    return bodies


def _body(
    target: Target, options: ChatOptions, turn: Turn, *, first: bool, has_run: bool
) -> dict[str, JSON]:
    if target.is_project:
        from coze_harness.coze import project_calls  # rare

        return project_calls.prompt_body(target, options, turn, "")
    if turn.workflow_input is not None:
        return workflow_calls.run_body(target, options, turn.workflow_input)
    if has_run:
        return workflow_calls.resume_body(target, turn.prompt)
    digests = {item: item.sha256 for item in turn.attachments} if turn.attachments else {}
    messages = _without_types(build_prompt_messages(options, turn, digests, first=first))
    if target.is_workflow:
        return workflow_calls.chat_body(target, options, messages)
    return chat_body(target.id, options, messages)


def recorded_prompt_bodies(exchanges: Sequence[tuple[str, bytes, bytes]]) -> list[JSON]:
    """Return the bodies of a recording's prompts, in the form of `prompt_bodies`.

    Args:
        exchanges: path, request body and response body of each interaction, in order.
    """
    bodies: list[JSON] = []
    digests: dict[bytes, bytes] = {}
    for path, request, response in exchanges:
        if path == UPLOAD_PATH:
            with suppress(ValueError, TypeError, KeyError):
                uploaded_file: Any = parse_json(response)
                description: Any = parse_json(request)
                digests[uploaded_file["data"]["id"].encode()] = description["sha256"].encode()
        elif request and (path in _PROMPT_PATHS or path.endswith(_PROJECT_ROUTES)):
            for file_id, digest in digests.items():
                request = request.replace(file_id, digest)
            with suppress(ValueError):
                body = parse_json(request)
                if isinstance(body, dict) and path in _PROMPT_PATHS:
                    body = {k: value for k, value in body.items() if k not in _ASSIGNED_KEYS}
                    if isinstance(messages := body.get("additional_messages"), list):
                        body["additional_messages"] = _without_types(messages)
                elif isinstance(body, dict) and body.get("type") == "query":
                    body = {**body, "session_id": ""}
                bodies.append(body)
    return bodies


def _without_types(messages: Sequence[JSON]) -> list[JSON]:
    """Return messages without their `type`, which older recordings do not have."""
    return [
        {key: value for key, value in message.items() if key != "type"}
        if isinstance(message, Mapping)
        else message
        for message in messages
    ]


def with_bot_version(path: str, request: bytes, bot_id: str, options: ChatOptions) -> bytes:
    """Return a recorded request with the bot version of `options`.

    Only prompts to a bot name a version; all other requests stay equal to the byte, and so does a
    prompt to another bot, or one that names that version already.

    Args:
        path: the request's path.
        request: its body.
        bot_id: the bot whose version it is.
        options: what the scenario sends.
    """
    if path != CHAT_PATH:
        return request
    try:
        body = parse_json(request)
    except ValueError:
        return request
    if not isinstance(body, dict) or body.get("bot_id") != bot_id:
        return request
    fields = {"bot_version": options.bot_version, "publish_status": options.publish_status}
    if all(body.get(name, "") == text for name, text in fields.items()):
        return request
    others = {name: value for name, value in body.items() if name not in fields}
    return dump_json(others | {name: text for name, text in fields.items() if text})


def fingerprint(
    target: Target, options: ChatOptions, turns: Sequence[Turn], tester: Target | None = None
) -> str:
    """Return a hash of everything that a trial sends.

    Expectations have no part in it: they are judged again in each replay. A Python function that
    computes a tool's output is in it by its name; its output is in the recording. Of a simulated
    user it is what the tester is sent first.
    """
    content: list[JSON] = [
        options.conversation_id,
        prompt_bodies(target, options, turns),
        [_tools(turn) for turn in turns],
    ]
    # Added only where a trial has it, so that older fingerprints stay valid.
    if options.create_conversation:
        content.append("a conversation of its own")
    if options.stream and any(turn.workflow_input is not None for turn in turns):
        content.append("streamed runs")
    if files := [describe_attachment(item) for turn in turns for item in turn.attachments]:
        content.append(files)
    if tester is not None:
        content.append({"simulated user": tester_body(tester, options, turns[0])})
    return f"sha256:{hashlib.sha256(dump_sorted_json(content)).hexdigest()}"


def tester_body(tester: Target, options: ChatOptions, turn: Turn) -> dict[str, JSON]:
    """Return the body of the first message to a tester, as far as it is known before a trial."""
    answer = "" if turn.prompt else None
    prompt = Turn(prompt=first_message(turn, answer), expectations=(), location=turn.location)
    return prompt_bodies(tester, tester_options(options), [prompt])[0]


def _tools(turn: Turn) -> dict[str, JSON]:
    if not turn.tools:
        return {}
    return {
        name: tool if isinstance(tool, str) else {"computed": tool.name}
        for name, tool in turn.tools.items()
    }
