"""Before a prompt: create a conversation, and upload the files."""

from __future__ import annotations

from collections.abc import Sequence

from coze_harness.coze import api_calls
from coze_harness.coze.json_fields import fields_of
from coze_harness.coze.prompt_messages import describe_attachment
from coze_harness.coze.response_parsing import text
from coze_harness.coze.retry_policy import RetryPolicy, call_with_retry
from coze_harness.messages import LocalizedText, message
from coze_harness.model import Attachment, HttpCall
from coze_harness.model.errors import PayloadError
from coze_harness.model.protocols import CallFlow


def create_conversation(bot_id: str, policy: RetryPolicy) -> CallFlow[str]:
    """Create a conversation and return its id; `bot_id` is empty for a workflow.

    Raises:
        CozeError: the service or the network failed.
    """
    call = api_calls.create_conversation(bot_id)
    return (yield from _created_id(call, policy, message("coze.call.conversation")))


def upload_attachments(
    attachments: Sequence[Attachment], file_ids: dict[Attachment, str], policy: RetryPolicy
) -> CallFlow[None]:
    """Upload local files that have no id in `file_ids` yet, and add their ids.

    Raises:
        CozeError: the service or the network failed.
    """
    for file in attachments:
        if file.is_local and file not in file_ids:
            call = api_calls.upload_file(file.name, describe_attachment(file))
            name = message("coze.call.file", file=file.name)
            file_ids[file] = yield from _created_id(call, policy, name)


def _created_id(call: HttpCall, policy: RetryPolicy, name: LocalizedText) -> CallFlow[str]:
    # If a retry creates a second one, that does no harm: only one of the two is used.
    envelope, _response = yield from call_with_retry(call, policy, repeatable=True)
    envelope.raise_for_code(name)
    created_id = text(fields_of(envelope.data).get("id"))
    if not created_id:
        raise PayloadError(
            message("coze.no_id", call=name),
            next_step=message("coze.no_id.next"),
            log_id=envelope.log_id,
        )
    return created_id
