"""What comes before a prompt: a conversation to hold it in, and the upload of its files."""

from __future__ import annotations

from collections.abc import Sequence

from coze_harness.coze import api_calls as requests
from coze_harness.coze import response_parsing as payloads
from coze_harness.coze.prompt_messages import descriptor
from coze_harness.coze.retry_policy import Patience, patiently
from coze_harness.model import Attachment, Call
from coze_harness.model.errors import PayloadError
from coze_harness.model.trial import Conversation


def create_conversation(bot_id: str, patience: Patience) -> Conversation[str]:
    """Make a conversation and return its id; `bot_id` is empty where no bot is asked.

    Raises:
        CozeError: the service or the network did not serve.
    """
    call = requests.create_conversation(bot_id)
    return (yield from _made(call, patience, "to make a conversation"))


def upload(
    attached: Sequence[Attachment], known: dict[Attachment, str], patience: Patience
) -> Conversation[None]:
    """Upload the files among what is attached; `known` are ids of files, and gets the new ones.

    Raises:
        CozeError: the service or the network did not serve.
    """
    for item in attached:
        if item.is_local and item not in known:
            call = requests.upload_file(item.name, descriptor(item))
            known[item] = yield from _made(call, patience, f'the file "{item.name}"')


def _made(call: Call, patience: Patience, what: str) -> Conversation[str]:
    # What is made twice by a repeated call does no harm: only one of the two is used.
    found, _answer = yield from patiently(call, patience, repeatable=True)
    found.raise_for_code(what)
    data = found.data
    made = payloads.text(data.get("id")) if isinstance(data, dict) else ""
    if not made:
        raise PayloadError(
            f"Coze took {what}, and gave no id.",
            next_step="check the base URL: does it lead to Coze's API?",
            log_id=found.log_id,
        )
    return made
