"""The call that lists a chat's messages: by `POST`, or by `GET` where the service has only that.

The walkthrough that this project grew out of uses `POST`; Coze documents `GET`, and a self-hosted
server has nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from coze_harness.coze import api_calls
from coze_harness.coze.response_parsing import Envelope
from coze_harness.coze.retry_policy import RetryPolicy, call_with_retry
from coze_harness.model import HttpResponse, replace
from coze_harness.model.errors import PayloadError
from coze_harness.model.protocols import CallFlow

_NO_SUCH_ROUTE: Final = frozenset({404, 405})


@dataclass(slots=True)
class ListMethod:
    """How the service at one base URL lists messages; conversations share what one found out."""

    uses_get: bool = False


def list_messages(
    conversation_id: str,
    chat_id: str,
    policy: RetryPolicy,
    timeout: float | None,
    list_method: ListMethod | None,
) -> CallFlow[tuple[Envelope, HttpResponse]]:
    """List a chat's messages.

    `GET` is tried once `POST` got HTTP 404 or 405, or a response that is not JSON. The recording
    has only the call that was answered, and its replay accepts either method.

    Args:
        conversation_id: the conversation.
        chat_id: the chat.
        policy: how to retry rejected calls.
        timeout: how long it may take, in seconds; `None`: no limit.
        list_method: what is known of the service; `None` in replay, where nothing is tried out.

    Raises:
        TransportError: no response came.
        PayloadError: the response was not Coze's JSON.
    """
    call = api_calls.list_messages(conversation_id, chat_id, timeout)
    if list_method is not None and list_method.uses_get:
        call = replace(call, method="GET")
    if list_method is None or list_method.uses_get:
        return (yield from call_with_retry(call, policy, repeatable=True))
    try:
        envelope, response = yield from call_with_retry(
            call, policy, repeatable=True, retries_payload=False
        )
        if response.status not in _NO_SUCH_ROUTE:
            return envelope, response
    except PayloadError:
        pass
    # The next attempt of the same call: it replaces the rejected one in the recording.
    call = replace(call, method="GET", attempt=2)
    envelope, response = yield from call_with_retry(call, policy, repeatable=True)
    list_method.uses_get = envelope.code == 0 and envelope.http_status < 400
    return envelope, response
