"""What comes before a prompt: a conversation to hold it in, and the upload of its files."""

from __future__ import annotations

from collections.abc import Sequence

from coze_harness.coze import api_calls as requests
from coze_harness.coze import response_parsing as payloads
from coze_harness.coze.prompt_messages import describe_attachment
from coze_harness.coze.retry_policy import RetryPolicy, call_with_retry
from coze_harness.model import Attachment, HttpCall
from coze_harness.model.errors import PayloadError
from coze_harness.model.trial import CallFlow


def create_conversation(bot_id: str, patience: RetryPolicy) -> CallFlow[str]:
    """Make a conversation and return its id; `bot_id` is empty where no bot is asked.

    Raises:
        CozeError: the service or the network did not serve.
    """
    call = requests.create_conversation(bot_id)
    return (yield from _made(call, patience, "to make a conversation"))


def upload_attachment(
    attached: Sequence[Attachment], known: dict[Attachment, str], patience: RetryPolicy
) -> CallFlow[None]:
    """Upload the files among what is attached; `known` are ids of files, and gets the new ones.

    Raises:
        CozeError: the service or the network did not serve.
    """
    for item in attached:
        if item.is_local and item not in known:
            call = requests.upload_file(item.name, describe_attachment(item))
            known[item] = yield from _made(call, patience, f'the file "{item.name}"')


def _made(call: HttpCall, patience: RetryPolicy, what: str) -> CallFlow[str]:
    # What is made twice by a repeated call does no harm: only one of the two is used.
    found, _answer = yield from call_with_retry(call, patience, repeatable=True)
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
