"""What a trial asks, as one value: tells whether a recording still answers it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from coze_harness.coze import prompt_messages as prompts
from coze_harness.coze import workflow_calls as workflows
from coze_harness.coze.api_calls import CHAT_PATH, UPLOAD_PATH, chat_body
from coze_harness.model import JSON, ChatOptions
from coze_harness.model.trial import Turn
from coze_harness.text import json_text as jsontext

_ASKING: Final = frozenset({CHAT_PATH, workflows.CHAT_PATH, workflows.RUN_PATH})


def prompt_bodies(
    bot_id: str, options: ChatOptions, turns: Sequence[Turn]
) -> list[dict[str, JSON]]:
    """Return the bodies that a trial's prompts are sent with, in order.

    Of what is known only once Coze has answered, an uploaded file's id is its digest here, and the
    conversation's id, which a workflow takes in the body, is left out.
    """
    return [_body(bot_id, options, turn, first=not at) for at, turn in enumerate(turns)]


def _body(bot_id: str, options: ChatOptions, turn: Turn, *, first: bool) -> dict[str, JSON]:
    if turn.workflow_input is not None:
        return workflows.run_body(options, turn.workflow_input)
    digests = {item: item.sha256 for item in turn.attachments} if turn.attachments else {}
    said = prompts.build_prompt_messages(options, turn, digests, first=first)
    if options.workflow:
        return workflows.chat_body(options, said)
    return chat_body(bot_id, options, said)


def recorded_prompt_bodies(exchanges: Sequence[tuple[str, bytes, bytes]]) -> list[JSON]:
    """Return the bodies that a recording's prompts were sent with, as `prompt_bodies` has them.

    Args:
        exchanges: path, request body and response body of each interaction, in order.
    """
    found: list[JSON] = []
    digests: dict[bytes, bytes] = {}
    for path, request, response in exchanges:
        if path == UPLOAD_PATH:
            with suppress(ValueError, TypeError, KeyError):
                made: Any = jsontext.parse_json(response)
                sent: Any = jsontext.parse_json(request)
                digests[made["data"]["id"].encode()] = sent["sha256"].encode()
        elif path in _ASKING and request:
            for file_id, digest in digests.items():
                request = request.replace(file_id, digest)
            with suppress(ValueError):
                body = jsontext.parse_json(request)
                if isinstance(body, dict):
                    body = {key: value for key, value in body.items() if key != "conversation_id"}
                found.append(body)
    return found


def with_bot_version(path: str, request: bytes, options: ChatOptions) -> bytes:
    """Return a recorded request with the bot's version asked for as options say.

    Only a prompt to a bot says which version shall answer; all else stays to the byte, and so does
    a prompt that asks for that version already.

    Args:
        path: where it was sent.
        request: its body.
        options: what the scenario sends.
    """
    if path != CHAT_PATH:
        return request
    try:
        body = jsontext.parse_json(request)
    except ValueError:
        return request
    if not isinstance(body, dict):
        return request
    wanted = {"bot_version": options.bot_version, "publish_status": options.publish_status}
    if all(body.get(name, "") == text for name, text in wanted.items()):
        return request
    kept = {name: value for name, value in body.items() if name not in wanted}
    return jsontext.dump_json(kept | {name: text for name, text in wanted.items() if text})


def fingerprint(bot_id: str, options: ChatOptions, turns: Sequence[Turn]) -> str:
    """Return a hash of everything that a trial would ask: equal questions, equal fingerprints.

    What is expected of the answers has no part in it: judging again is free. A tool that is
    computed has its name in it and not what it gave: that stands in the recording.
    """
    asked: list[JSON] = [
        options.conversation_id,
        prompt_bodies(bot_id, options, turns),
        [_tools(turn) for turn in turns],
    ]
    # What few trials have is added only to theirs: all others keep the fingerprint they had.
    if options.create_conversation:
        asked.append("a conversation of its own")
    if files := [prompts.describe_attachment(item) for turn in turns for item in turn.attachments]:
        asked.append(files)
    return f"sha256:{hashlib.sha256(jsontext.dump_sorted_json(asked)).hexdigest()}"


def _tools(turn: Turn) -> dict[str, JSON]:
    if not turn.tools:
        return {}
    return {
        name: tool if isinstance(tool, str) else {"computed": tool.name}
        for name, tool in turn.tools.items()
    }
