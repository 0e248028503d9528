"""The JSON envelope of every answer (`code`, `msg`, `data`, `detail.logid`), and refusals."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import orjson
from starlette.responses import Response

from coze_harness.model import JSON

ApiAnswer = Mapping[str, JSON] | AsyncIterator[bytes] | Response
"""What an endpoint answers: fields for an envelope, the frames of a stream, or any response."""

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
    4314: "The workflow run record does not exist.",
    4315: "The workflow run has ended already.",
    5000: (
        "We're currently experiencing server issues. "
        "Please try your request again after a short delay."
    ),
    700012006: "access token invalid",
    720702222: "We're currently experiencing server issues. Please try your request again later.",
}
"""English texts by code. Coze documents only the codes."""

_HTTP_STATUS = {4100: 401, 700012006: 401}
"""Codes that come with another HTTP status than 200."""


class ApiRefusal(Exception):  # noqa: N818 - an answer, not an error of this program
    """A call is answered with an error code."""

    def __init__(
        self, code: int, msg: str = "", *, http: int | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.msg = msg or MESSAGES.get(code, f"error {code}")
        self._http = http or _HTTP_STATUS.get(code, 200)
        self._retry_after = retry_after

    def response(self, log_id: str) -> Response:
        """Return the refusal as an HTTP response."""
        body = envelope({}, log_id, self.code, self.msg)
        return json_response(body, log_id, self._http, retry_after=self._retry_after)


def missing_resource(name: str) -> ApiRefusal:
    """Return the refusal (4200) of a bot or workflow that does not exist."""
    return ApiRefusal(
        4200,
        f"Requested resource {name} does not exist. "
        "Ensure you are the correct resource identifier.",
    )


def unpublished_bot(bot_id: str) -> ApiRefusal:
    """Return the refusal (4015) of a bot that is not published."""
    return ApiRefusal(
        4015, f"The bot_id {bot_id} has not been published to the channel Agent As API."
    )


def envelope(fields: Mapping[str, JSON], log_id: str, code: int = 0, msg: str = "") -> bytes:
    """Return fields (`data` and others) in an envelope."""
    return orjson.dumps({**fields, "code": code, "msg": msg, "detail": {"logid": log_id}})


def json_response(
    body: bytes, log_id: str, http: int = 200, *, retry_after: int | None = None
) -> Response:
    """Return a JSON response with the headers that every answer of Coze has."""
    headers = {"x-tt-logid": log_id, "content-type": "application/json; charset=utf-8"}
    if retry_after is not None:
        headers["retry-after"] = str(retry_after)
    return Response(body, status_code=http, headers=headers)
