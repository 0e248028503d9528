"""The calls of a project on coze.site, as data. Its URL is its route; it has no bot id."""

from __future__ import annotations

from typing import Final

from coze_harness.model import JSON, ChatOptions, HttpCall, Target, TargetKind
from coze_harness.model.trial import Turn

RUN_ROUTE: Final = "/run"


def send_prompt(target: Target, options: ChatOptions, turn: Turn, session_id: str) -> HttpCall:
    """Return the call that sends a turn's prompt to an agent, or its input to a workflow."""
    body = prompt_body(target, options, turn, session_id)
    is_stream = not target.path.endswith(RUN_ROUTE)
    return HttpCall("POST", target.path, (), body, stream=is_stream, waits_for_chat=True)


def prompt_body(
    target: Target, options: ChatOptions, turn: Turn, session_id: str
) -> dict[str, JSON]:
    """Return the body of a turn: a workflow's is its input alone.

    Files go as URLs; `session_id` continues a conversation, or begins it.
    """
    if target.kind is TargetKind.PROJECT_WORKFLOW:
        return {**options.parameters, **(turn.workflow_input or {})}
    blocks: list[JSON] = []
    if turn.prompt:
        blocks.append({"type": "text", "content": {"text": turn.prompt}})
    for file in turn.attachments:
        name = file.name.partition("?")[0].rpartition("/")[2]
        upload: JSON = {"file_name": name, "file_path": "", "url": file.name}
        blocks.append({"type": "upload_file", "content": {"upload_file": upload}})
    body: dict[str, JSON] = {
        "type": "query",
        "session_id": session_id,
        "content": {"query": {"prompt": blocks}},
    }
    if target.project_id:
        body["project_id"] = target.project_id
    return body


def cancel_run(target: Target, execute_id: str) -> HttpCall:
    """Return the call that cancels a reply or a run."""
    return HttpCall("POST", f"{target.path.rpartition('/')[0]}/cancel/{execute_id}")
