"""The messages of a prompt: history, text and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from coze_harness.model import JSON, Attachment, ChatOptions
from coze_harness.model.trial import Turn
from coze_harness.text.json_text import dump_json

_TYPES: Final = {"user": "question", "assistant": "answer"}


def build_prompt_messages(
    options: ChatOptions, turn: Turn, file_ids: Mapping[Attachment, str], *, first: bool
) -> list[JSON]:
    """Return a prompt's messages in order; the last one is the user's.

    Args:
        options: what the scenario sends besides its prompts.
        turn: the prompt and its files.
        file_ids: the ids of uploaded files.
        first: whether this is the conversation's first prompt; the history is sent before it.
    """
    messages: list[JSON] = []
    if first and options.history:
        messages += [
            {"role": role, "type": _TYPES[role], "content": content, "content_type": "text"}
            for role, content in options.history
        ]
    if turn.attachments:
        content = dump_json(_objects(turn, file_ids)).decode()
        messages.append({"role": "user", "content": content, "content_type": "object_string"})
    elif turn.prompt or not options.shortcut_command:  # a shortcut may contain the question
        messages.append({"role": "user", "content": turn.prompt, "content_type": "text"})
    return messages


def _objects(turn: Turn, file_ids: Mapping[Attachment, str]) -> Sequence[JSON]:
    items: list[JSON] = [{"type": "text", "text": turn.prompt}] if turn.prompt.strip() else []
    for file in turn.attachments:
        key, source = ("file_id", file_ids[file]) if file.is_local else ("file_url", file.name)
        items.append({"type": file.kind, key: source})
    return items


def describe_attachment(attachment: Attachment) -> dict[str, JSON]:
    """Return what replaces a file's bytes where they are recorded, compared and hashed."""
    name = attachment.name.rpartition("/")[2]
    return {"file": name, "bytes": attachment.size, "sha256": attachment.sha256}
