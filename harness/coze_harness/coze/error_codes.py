"""Coze's error codes: what a user does about them, and which are worth a retry.

Codes and policies are those of Coze's table of error codes and of its SDKs. Texts vary by region
and language, so only the number is used.
"""

from __future__ import annotations

from typing import Final

from coze_harness.messages import literal
from coze_harness.model.errors import ApiError, HarnessError

_SIGN_IN: Final = (
    "check COZE_API_TOKEN (or the OAuth app): it may be wrong, expired (personal tokens live 30 "
    "days at most), or of the other region (api.coze.com and api.coze.cn have separate accounts "
    "and tokens)."
)
_QUOTA: Final = "check the plan and balance of the Coze account; retrying today does not help."
_CALLER: Final = "correct the scenario: Coze rejects the same request every time."
_BUSY: Final = "wait a minute and try again; `rate_limit` in harness.yaml spaces the calls."

_NEXT_STEPS: Final[dict[int, str]] = {
    4000: _CALLER,
    4001: "the chat is unknown, or belongs to another account: record again.",
    4002: "check `conversation_id`: the conversation is unknown, or belongs to another account.",
    4003: "`meta_data` is over its limits: 16 pairs, keys of 64 and values of 512 characters.",
    4004: "send at most 100 messages in one turn.",
    4005: _CALLER,
    4006: "check the bot's id under `bots` in harness.yaml.",
    4007: "keep `auto_save_history: true` unless `stream: true`.",
    4008: _QUOTA,
    4009: _BUSY,
    4010: "shorten the prompt: it is longer than the bot's model accepts.",
    4011: _QUOTA,
    4012: "choose another model for the bot: Coze no longer offers this one.",
    4013: _BUSY,
    4014: "the bot declined the topic (content safety); change the prompt, or expect the refusal.",
    4015: "publish the bot to the channel “API” in Coze, wait a minute, and try again.",
    4016: "another chat is still running in this conversation; wait for it, or cancel it.",
    4019: _QUOTA,
    4020: _BUSY,
    4021: "configure the bot's workflow in Coze.",
    4022: _QUOTA,
    4027: _QUOTA,
    4028: _QUOTA,
    4100: _SIGN_IN,
    4101: f"{_SIGN_IN} Or give it the permission that this call needs.",
    4102: "Coze's risk control blocked the call; ask its support, with the log id.",
    4104: "the chat had ended already.",
    4200: "check the bot's id, and the region: a bot of the other region does not exist here.",
    5000: "an internal error of Coze: try again later; give the log id to its support.",
    700012006: _SIGN_IN,
    103000000: _CALLER,
    103000001: "the conversation or bot belongs to another user of this coze-studio.",
    103000002: "check `conversation_id`: this coze-studio does not know the conversation.",
    103100001: "look into coze-studio's log: the bot could not run (is a model configured?).",
    103100002: "check the bot's id under `bots` in harness.yaml, and publish it as an API.",
    103200001: "record again: coze-studio does not know the message.",
    103200002: "look into coze-studio's log; then record again.",
    103200003: "record again: coze-studio does not know the chat.",
    103200004: "configure the bot's chatflow in coze-studio.",
    103200005: "the chat had ended already.",
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


def advice_for(code: int, http_status: int) -> str:
    """Return what a user does about an error code."""
    if code in _NEXT_STEPS:
        return _NEXT_STEPS[code]
    if http_status in (401, 403):
        return _SIGN_IN
    if http_status == 429:
        return _BUSY
    if http_status == 404:
        return "check the base URL (`base_url` in harness.yaml, COZE_API_BASE or --base-url)."
    return "look up the code in Coze's documentation; give the log id to its support."


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
    others = " or ".join(region for region in _REGIONS if region != base_url)
    error.detail = (
        *error.detail,
        literal(
            f"the address was {base_url}; accounts of {others} are separate "
            "(`base_url` in harness.yaml, COZE_API_BASE or --base-url)"
        ),
    )
