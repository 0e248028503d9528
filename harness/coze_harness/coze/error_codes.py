"""Coze's error codes: what a user does about them, and which are worth a retry.

Codes and policies are those of Coze's table of error codes and of its SDKs. Texts vary by region
and language, so only the number is used.
"""

from __future__ import annotations

from typing import Final

from coze_harness.messages import LocalizedText, message
from coze_harness.model.errors import ApiError, HarnessError

_SIGN_IN: Final = message("coze.advice.sign_in")
_QUOTA: Final = message("coze.advice.quota")
_CALLER: Final = message("coze.advice.caller")
_BUSY: Final = message("coze.advice.busy")

_NEXT_STEPS: Final[dict[int, LocalizedText]] = {
    4000: _CALLER,
    4001: message("coze.advice.chat_unknown"),
    4002: message("coze.advice.conversation"),
    4003: message("coze.advice.meta_data"),
    4004: message("coze.advice.turn_messages"),
    4005: _CALLER,
    4006: message("coze.advice.bot_id"),
    4007: message("coze.advice.history"),
    4008: _QUOTA,
    4009: _BUSY,
    4010: message("coze.advice.prompt_length"),
    4011: _QUOTA,
    4012: message("coze.advice.model"),
    4013: _BUSY,
    4014: message("coze.advice.declined"),
    4015: message("coze.advice.channel"),
    4016: message("coze.advice.chat_running"),
    4019: _QUOTA,
    4020: _BUSY,
    4021: message("coze.advice.workflow"),
    4022: _QUOTA,
    4027: _QUOTA,
    4028: _QUOTA,
    4100: _SIGN_IN,
    4101: message("coze.advice.permission"),
    4102: message("coze.advice.blocked"),
    4104: message("coze.advice.ended"),
    4200: message("coze.advice.bot_region"),
    5000: message("coze.advice.internal"),
    700012006: _SIGN_IN,
    103000000: _CALLER,
    103000001: message("coze.advice.studio_user"),
    103000002: message("coze.advice.studio_conversation"),
    103100001: message("coze.advice.studio_model"),
    103100002: message("coze.advice.studio_bot"),
    103200001: message("coze.advice.studio_message"),
    103200002: message("coze.advice.studio_log"),
    103200003: message("coze.advice.studio_chat"),
    103200004: message("coze.advice.studio_chatflow"),
    103200005: message("coze.advice.ended"),
}

_NEXT_STEPS_BY_STATUS: Final = {
    401: _SIGN_IN,
    403: _SIGN_IN,
    404: message("coze.advice.address"),
    429: _BUSY,
}

BUSY_CODES: Final = frozenset({4009, 4013, 4016, 4020})
"""The request was certainly not accepted: safe to retry even for a prompt."""

MINUTE_CODES: Final = frozenset({4013, 4020})
"""A per-minute limit was reached: worth waiting for the next minute."""

TRANSIENT_CODES: Final = BUSY_CODES | {5000, 720702222}
"""Worth a retry if the call is idempotent (reads)."""

STUDIO_FINAL_CODES: Final = frozenset(
    {103000000, 103000001, 103000002, 103100002, 103200001, 103200003, 103200004, 103200005}
)
"""Errors of coze-studio that a retry does not change, whatever their HTTP status."""

ENDED_CODES: Final = frozenset({4104, 103200005})
"""The chat had ended before it could be cancelled."""

TRANSIENT_STATUSES: Final = frozenset({429, 500, 502, 503, 504})


def advice_for(code: int, http_status: int) -> LocalizedText:
    """Return what a user does about an error code."""
    advice = _NEXT_STEPS.get(code) or _NEXT_STEPS_BY_STATUS.get(http_status)
    return advice or message("coze.advice.lookup")


_REGION_CODES: Final = frozenset({401, 4100, 4101, 4200, 700012006})
_REGIONS: Final = ("https://api.coze.com", "https://api.coze.cn")


def add_region_hint(error: HarnessError | None, base_url: str) -> None:
    """Add the address to an error that an account of the other region would get too.

    Args:
        error: the error, if there is one.
        base_url: the service's address.
    """
    if not isinstance(error, ApiError) or error.code not in _REGION_CODES:
        return
    others = tuple([region for region in _REGIONS if region != base_url])
    hint = message("coze.region", address=base_url, others=others)
    error.detail = (*error.detail, hint)
