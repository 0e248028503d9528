"""Faults to inject: what they are, and which of them affects which call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from itertools import chain
from typing import Final, Self

from coze_harness.messages import message
from coze_harness.model import JSON, replace
from coze_harness.yaml_source.record_schema import (
    ANY_TEXT,
    Schema,
    key,
    list_of,
    optional,
    record_of,
    required_key,
)


class Route(StrEnum):
    """The calls that a fault can affect."""

    CHAT = "chat"
    RETRIEVE = "retrieve"
    LIST = "list"
    CANCEL = "cancel"
    SUBMIT = "submit"
    BOT = "bot"
    CREATE = "create"
    UPLOAD = "upload"
    WORKFLOW = "workflow"
    TOKEN = "token"  # noqa: S105 - a route, not a secret


class FaultStage(Enum):
    """Where a fault acts."""

    REFUSAL = auto()  # it answers the call, which has no effect
    ANSWER = auto()  # the call has its effect, and its answer is damaged
    RUN = auto()  # the chat runs differently; decided once, when it starts
    STATUS = auto()  # one answer shows another status while the chat runs
    STREAM = auto()  # inside a stream


_ANY = tuple(Route)
_CHAT = (Route.CHAT,)
_TALK = (Route.CHAT, Route.WORKFLOW)
_LIST_OR_ANY = (Route.LIST, *_ANY)


class FaultKind(StrEnum):
    """What can go wrong. The comment after each kind says what the caller sees.

    `routes` are the calls that a kind can affect, its default first. `streamed` is true for kinds
    that affect only streams, false for those that affect only JSON answers.
    """

    stage: FaultStage
    routes: tuple[Route, ...]
    streamed: bool | None

    def __new__(  # noqa: D102 - the class explains the parts
        cls,
        word: str,
        stage: FaultStage = FaultStage.ANSWER,
        routes: tuple[Route, ...] = _ANY,
        streamed: bool | None = None,
    ) -> Self:
        kind = str.__new__(cls, word)
        kind._value_ = word
        kind.stage, kind.routes, kind.streamed = stage, routes, streamed
        return kind

    REFUSE = "refuse", FaultStage.REFUSAL  # `code` in the envelope
    TOO_MANY_REQUESTS = "too_many_requests", FaultStage.REFUSAL  # HTTP 429 with Retry-After
    HTML = "html", FaultStage.REFUSAL  # a gateway's HTML page, HTTP 502
    UNAVAILABLE = "unavailable", FaultStage.REFUSAL  # HTTP 503, empty body
    RESET_BEFORE = "reset_before", FaultStage.REFUSAL  # connection reset
    JSON_FOR_SSE = "json_for_sse", FaultStage.REFUSAL, _CHAT, True  # JSON with `code`, no stream
    RESET_AFTER = "reset_after"  # connection reset
    SLOW = "slow"  # the HTTP answer comes `seconds` later
    HALF_JSON = "half_json", FaultStage.ANSWER, _ANY, False  # HTTP 200 with half of the JSON
    HALF_BODY = "half_body", FaultStage.ANSWER, _ANY, False  # closed in the middle of the body
    EMPTY_BODY = "empty_body"  # HTTP 200 and no byte
    WRONG_CONTENT_TYPE = "wrong_content_type"  # the right body as text/plain
    OMIT_DATA = "omit_data", FaultStage.ANSWER, _LIST_OR_ANY, False  # no `data`
    EMPTY_DATA = "empty_data", FaultStage.ANSWER, _LIST_OR_ANY, False  # `data: []`
    ENDS = "ends", FaultStage.RUN, _CHAT  # the chat ends in `status`
    FAILED = "failed", FaultStage.RUN, _CHAT  # the chat ends failed, with `last_error`
    NEVER_ENDS = "never_ends", FaultStage.RUN, _CHAT  # in progress until it is cancelled
    SLOW_RUN = "slow_run", FaultStage.RUN, _CHAT  # the chat takes `seconds` longer
    UNKNOWN_TYPE = "unknown_type", FaultStage.RUN, _CHAT  # one more message, of an unknown type
    CREATED_FIRST = "created_first", FaultStage.STATUS, (Route.CHAT, Route.RETRIEVE)  # `created`
    UNKNOWN_STATUS = "unknown_status", FaultStage.STATUS, (Route.RETRIEVE, Route.CHAT)  # `status`
    CUT_STREAM = "cut_stream", FaultStage.STREAM, _TALK  # closed between two frames
    CUT_CHARACTER = "cut_character", FaultStage.STREAM, _TALK  # closed inside a character
    ERROR_EVENT = "error_event", FaultStage.STREAM, _TALK  # an `error` event ends the stream
    FAILED_EVENT = "failed_event", FaultStage.STREAM, _TALK  # `chat.failed` without its chat
    OMIT_END = "omit_end", FaultStage.STREAM, _TALK  # no last event of the chat before `done`


_DEFAULTS: Mapping[str, Mapping[str, object]] = {
    FaultKind.TOO_MANY_REQUESTS: {"http": 429, "code": 4013, "retry_after": 1},
    FaultKind.HTML: {"http": 502},
    FaultKind.UNAVAILABLE: {"http": 503},
    FaultKind.CREATED_FIRST: {"status": "created"},
    FaultKind.UNKNOWN_STATUS: {"status": "pondering"},
}


COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
POSITIVE: Final[Schema] = {"type": "integer", "minimum": 1}
SECONDS: Final[Schema] = {"type": "number", "minimum": 0, "make": float}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault `at` one kind of call.

    It skips the first `after` matching calls, affects the next `times` calls (0: all) and then
    stops. Counts are the server's: two chats at once share them. `code` and `message` go into the
    envelope or, for `failed`, into `last_error`. `seconds` belongs to the slow kinds, `status` to
    `ends` and `unknown_status`, `http` and `retry_after` (seconds) to the refusals. What is not
    given has the kind's default.

    Raises:
        ValueError: the kind is not supported at the call, or `ends` has no status.
    """

    kind: FaultKind = required_key({"enum": tuple(FaultKind), "make": FaultKind})
    at: Route | None = key(None, {"enum": tuple(Route), "make": Route})
    times: int = key(0, COUNT)
    after: int = key(0, COUNT)
    code: int | None = key(None, optional(POSITIVE))
    message: str = key("", ANY_TEXT)
    http: int | None = key(None, {"type": ["integer", "null"], "minimum": 200, "maximum": 599})
    retry_after: int | None = key(None, optional(COUNT))
    seconds: float = key(1.0, SECONDS)
    status: str = key("", ANY_TEXT)

    def __post_init__(self) -> None:
        defaults = {"at": self.kind.routes[0], **_DEFAULTS.get(self.kind, {})}
        for name, value in defaults.items():
            if getattr(self, name) in (None, ""):
                object.__setattr__(self, name, value)
        if self.at not in self.kind.routes:
            routes = tuple(map(str, dict.fromkeys(self.kind.routes)))
            raise ValueError(
                message("script.fault_route", fault=str(self.kind), at=str(self.at), routes=routes)
            )
        if self.kind is FaultKind.ENDS and not self.status:
            raise ValueError(message("script.fault_status"))


def _expand(value: JSON) -> JSON:
    """Return a fault's full form: it may be its kind only, and `code` alone means a refusal."""
    if isinstance(value, str):
        return {"kind": value}
    return {"kind": "refuse", **value} if isinstance(value, dict) and "code" in value else value


FAULTS: Final = list_of(
    {
        **record_of(Fault),
        "expand": _expand,
        "written": {
            "type": ["string", "object"],
            "required": [],
            "if": {"type": "string"},
            "then": {"enum": list(FaultKind)},
            "else": {"anyOf": [{"required": ["kind"]}, {"required": ["code"]}]},
        },
    }
)


class FaultTriggered(Exception):  # noqa: N818 - an answer, not an error of this program
    """A fault answers a call in place of the service."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.kind)
        self.fault = fault


def _kinds(*stages: FaultStage, stream: bool = False) -> tuple[FaultKind, ...]:
    return tuple(
        kind for kind in FaultKind if kind.stage in stages and kind.streamed in (None, stream)
    )


ANSWER_KINDS = {
    stream: _kinds(FaultStage.REFUSAL, FaultStage.ANSWER, stream=stream) for stream in (False, True)
}
"""Kinds that affect an answer, by whether it is a stream."""
RUN_KINDS = _kinds(FaultStage.RUN)
STATUS_KINDS = _kinds(FaultStage.STATUS)
STREAM_KINDS = _kinds(FaultStage.STREAM)


class FaultInjector:
    """The faults of a script, those injected by tests, and how often each matched a call."""

    def __init__(self, script_faults: Sequence[Fault]) -> None:
        self._script_faults = script_faults
        self._injected: list[Fault] = []
        self._matches: Counter[int] = Counter()

    def inject(self, fault: Fault) -> None:
        """Add a fault."""
        # A copy: the same fault injected twice counts twice.
        self._injected.append(replace(fault))

    def clear(self) -> None:
        """Remove every injected fault; those of the script stay."""
        for fault in self._injected:
            del self._matches[id(fault)]
        self._injected.clear()

    def find(
        self, kinds: Container[FaultKind], route: Route, faults: Iterable[Fault]
    ) -> Fault | None:
        """Return the fault of some kinds that affects a call now, and count the call.

        Args:
            kinds: one of the constants above, or single kinds.
            route: the call.
            faults: those of the script for the answer and the bot or workflow.
        """
        for fault in chain(self._injected, faults, self._script_faults):
            if fault.at is not route or fault.kind not in kinds:
                continue
            self._matches[id(fault)] += 1
            count = self._matches[id(fault)] - fault.after
            if count > 0 and (not fault.times or count <= fault.times):
                return fault
        return None
