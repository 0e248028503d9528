"""One thing that shall go wrong: its kind, at which call, how often, and its particulars."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Route(StrEnum):
    """The calls on which something can go wrong."""

    CHAT = "chat"
    RETRIEVE = "retrieve"
    LIST = "list"
    CANCEL = "cancel"
    SUBMIT = "submit"
    BOT = "bot"
    CREATE = "create"
    UPLOAD = "upload"
    WORKFLOW = "workflow"
    TOKEN = "token"  # noqa: S105 (a route, and no secret)


class Kind(StrEnum):
    """What can go wrong. The comment after each says what the caller sees."""

    REFUSE = "refuse"  # `code` in the envelope; the call has no effect
    TOO_MANY_REQUESTS = "too_many_requests"  # HTTP 429 with Retry-After
    HTML = "html"  # a gateway's HTML page, HTTP 502
    UNAVAILABLE = "unavailable"  # HTTP 503, empty body
    RESET_BEFORE = "reset_before"  # connection reset; the call has no effect
    RESET_AFTER = "reset_after"  # connection reset; the call has had its effect
    SLOW = "slow"  # the HTTP answer comes `seconds` later
    HALF_JSON = "half_json"  # a whole HTTP answer holding half of its JSON
    HALF_BODY = "half_body"  # the connection closes in the middle of the body
    EMPTY_BODY = "empty_body"  # HTTP 200 and no byte
    WRONG_CONTENT_TYPE = "wrong_content_type"  # the right body called text/plain
    OMIT_DATA = "omit_data"  # no `data` in the envelope
    EMPTY_DATA = "empty_data"  # `data: []`
    FAILED = "failed"  # the chat ends failed, with `last_error`
    ENDS = "ends"  # the chat ends in `status`
    SLOW_RUN = "slow_run"  # the chat takes `seconds` longer
    NEVER_ENDS = "never_ends"  # the chat stays in progress until it is cancelled
    CREATED_FIRST = "created_first"  # status `created` where `in_progress` is usual
    UNKNOWN_STATUS = "unknown_status"  # a status word that no page knows
    UNKNOWN_TYPE = "unknown_type"  # one more message, of a type that no page knows
    JSON_FOR_SSE = "json_for_sse"  # a stream is asked for and JSON with `code` comes
    CUT_STREAM = "cut_stream"  # the stream's connection closes between two frames
    CUT_CHARACTER = "cut_character"  # the same in the middle of a character
    ERROR_EVENT = "error_event"  # the stream ends with an `error` event


ANSWERED_AT_ONCE = frozenset(
    {
        Kind.REFUSE,
        Kind.TOO_MANY_REQUESTS,
        Kind.HTML,
        Kind.UNAVAILABLE,
        Kind.RESET_BEFORE,
        Kind.JSON_FOR_SSE,
    }
)
"""The call is not carried out."""

SPOILT_AFTERWARDS = frozenset(
    {
        Kind.RESET_AFTER,
        Kind.SLOW,
        Kind.HALF_JSON,
        Kind.HALF_BODY,
        Kind.EMPTY_BODY,
        Kind.WRONG_CONTENT_TYPE,
        Kind.OMIT_DATA,
        Kind.EMPTY_DATA,
    }
)
"""The call is carried out, and its answer spoilt."""

RUN = frozenset(
    {
        Kind.FAILED,
        Kind.ENDS,
        Kind.SLOW_RUN,
        Kind.NEVER_ENDS,
        Kind.UNKNOWN_TYPE,
    }
)
"""The chat itself runs differently; drawn once, when it begins."""

STREAM_ONLY = frozenset({Kind.JSON_FOR_SSE, Kind.CUT_STREAM, Kind.CUT_CHARACTER, Kind.ERROR_EVENT})
"""Asked about only when the caller wants a stream."""

JSON_ONLY = frozenset({Kind.HALF_JSON, Kind.HALF_BODY, Kind.OMIT_DATA, Kind.EMPTY_DATA})
"""Asked about only when the caller does not want a stream."""

STATUS_WORDS = frozenset({Kind.CREATED_FIRST, Kind.UNKNOWN_STATUS})
"""The status word of one answer differs while the chat runs."""

_ANYWHERE = tuple(Route)
_ROUTES: Mapping[Kind, tuple[Route, ...]] = {
    **dict.fromkeys(RUN | STREAM_ONLY, (Route.CHAT,)),
    Kind.OMIT_DATA: (Route.LIST, *_ANYWHERE),
    Kind.EMPTY_DATA: (Route.LIST, *_ANYWHERE),
    Kind.CREATED_FIRST: (Route.CHAT, Route.RETRIEVE),
    Kind.UNKNOWN_STATUS: (Route.RETRIEVE, Route.CHAT),
}
"""Where a kind may stand; the first is where it stands when nothing is said."""


class Fault(BaseModel):
    """A fault switch, `at` one kind of call.

    It skips the first `after` calls that it fits, strikes `times` calls (0: for ever), and then
    has healed. Counting is for the whole server: two chats at once share one count.
    `code` and `message` go into the envelope or, for `failed`, into `last_error`. `seconds` belongs
    to the slow kinds, `status` to `ends` and `unknown_status`, `http` and `retry_after` (seconds)
    to the refusals.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    at: Route = Route.CHAT
    times: Annotated[int, Field(strict=True, ge=0)] = 0
    after: Annotated[int, Field(strict=True, ge=0)] = 0
    code: Annotated[int, Field(strict=True, ge=1)] | None = None
    message: str | None = None
    http: Annotated[int, Field(strict=True, ge=200, le=599)] | None = None
    retry_after: Annotated[int, Field(strict=True, ge=0)] | None = None
    seconds: Annotated[float, Field(strict=True, ge=0)] = 1.0
    status: str = ""

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: object) -> object:
        if isinstance(value, str):
            value = {"kind": value}
        if not isinstance(value, dict):
            return value
        if "code" in value and "kind" not in value:
            value = {"kind": Kind.REFUSE, **value}
        kind = value.get("kind")
        if "at" not in value and kind in set(Kind):
            value = {**value, "at": _ROUTES.get(Kind(kind), _ANYWHERE)[0]}
        return value

    @model_validator(mode="after")
    def _stands_where_it_can(self) -> Self:
        allowed = _ROUTES.get(self.kind, _ANYWHERE)
        if self.at not in allowed:
            places = ", ".join(dict.fromkeys(allowed))
            msg = f"{self.kind} cannot stand at {self.at}; it stands at {places}"
            raise ValueError(msg)
        if self.kind is Kind.ENDS and not self.status:
            msg = "ends needs a status (canceled, expired, …)"
            raise ValueError(msg)
        return self
