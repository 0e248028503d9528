"""The JSON envelope around every answer (`code`, `msg`, `data`, `detail.logid`), and refusals."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from starlette.responses import Response

from coze_harness.model import JSON

JSON_TYPE = "application/json; charset=utf-8"

MESSAGES: Mapping[int, str] = {
    4000: "Request parameter error",
    4001: "The chat does not exist or is not yours.",
    4002: "The conversation does not exist or is not yours.",
    4003: "meta_data is over its limits: 16 pairs, keys of 1-64 and values of 1-512 characters.",
    4004: "additional_messages is over its limit of 100 messages.",
    4005: "Invalid message id or content.",
    4006: "The bot does not exist or is not yours.",
    4007: "auto_save_history must be true when stream is false.",
    4008: "You have used up your bot calls for today. Please come back tomorrow.",
    4009: "The service is busy. Please try again later.",
    4010: "The prompt is longer than the model takes.",
    4011: "The Coze token balance is too low.",
    4012: "The model is invalid or withdrawn.",
    4013: "Rate limit reached, please retry later.",
    4014: "The bot cannot answer this.",
    4015: "The bot has not been published to the channel Agent As API.",
    4016: "The current conversation already has a chat running.",
    4019: "The account balance is empty.",
    4020: "Requests per minute are above what was bought.",
    4028: "Your free quota has been used up. Please upgrade to a paid plan to continue.",
    4100: "authentication is invalid",
    4101: (
        "The token you entered is incorrect. Please double-check and try again. "
        "For more information, refer to https://coze.com/docs/developer_guides/authentication"
    ),
    4104: "The current chat cannot be canceled.",
    4200: "Requested resource does not exist. Ensure you are the correct resource identifier.",
    4300: "There is no file in the upload.",
    4301: "Only one file can be uploaded at a time.",
    4302: "The file is too big.",
    5000: (
        "We're currently experiencing server issues. "
        "Please try your request again after a short delay."
    ),
    700012006: "access token invalid",
    720702222: "We're currently experiencing server issues. Please try your request again later.",
}
"""English texts by code. Coze documents the codes only; match on those."""

_HTTP = {4100: 401, 700012006: 401}
"""Codes seen with another HTTP status than 200."""


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault of this program
    """A call is answered by an error code."""

    def __init__(
        self, code: int, msg: str = "", *, http: int = 0, retry_after: int | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.msg = msg or MESSAGES.get(code, f"error {code}")
        self.http = http or _HTTP.get(code, 200)
        self.retry_after = retry_after


def json_response(
    body: bytes, log_id: str, *, http: int = 200, retry_after: int | None = None
) -> Response:
    """Return an HTTP answer with the headers that every answer of Coze has."""
    headers = {"x-tt-logid": log_id, "content-type": JSON_TYPE}
    if retry_after is not None:
        headers["retry-after"] = str(retry_after)
    return Response(body, status_code=http, headers=headers)


def success(fields: Mapping[str, JSON], log_id: str) -> bytes:
    """Return a successful envelope; `fields` are `data` and what stands beside it."""
    return orjson.dumps({**fields, "code": 0, "msg": "", "detail": {"logid": log_id}})


def refusal(refused: Refused, log_id: str) -> Response:
    """Return a refusal as an HTTP answer."""
    body = {"code": refused.code, "msg": refused.msg, "detail": {"logid": log_id}}
    return json_response(
        orjson.dumps(body), log_id, http=refused.http, retry_after=refused.retry_after
    )
