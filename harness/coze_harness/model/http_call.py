"""HTTP requests of a conversation, and their responses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote

from msgspec import Struct

if TYPE_CHECKING:
    JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"
else:
    JSON = Any  # msgspec decodes any value here; it has no recursive aliases

# `quote` takes ten times as long where nothing is to be quoted.
_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_.~/%:@!$&'()*+,;=-]*").fullmatch
_PATH_CHARACTERS = "/%:@!$&'()*+,;="


def _quote(text: str) -> str:
    return text if _PLAIN(text) else quote(text, safe="", errors="replace")


class HttpCall(Struct, frozen=True):
    """One HTTP request of a conversation.

    `path` is absolute within the service (``/v3/chat``); the transport adds host and token.
    `attempt` counts from 1; a higher number repeats the call before it, which Coze rejected.
    With `stream`, the response may be server-sent events, which are read as they come.
    `timeout` is how many seconds the whole call may take. A call that lasts as long as its chat
    (`stream` or `waits_for_chat`) may take that long; for others the transport's own limit counts
    too. `upload` is the path of a file, from the project's
    folder, that is sent as the multipart field ``file``. The body then describes the file; it is
    recorded and compared in place of the file's bytes, and is not sent. `service` is the address of
    another service than that of the trial's target, as recordings have it; mostly empty. A call
    with `is_for_judge` goes to the trial's judge.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, JSON] | None = None
    attempt: int = 1
    stream: bool = False
    timeout: float | None = None
    waits_for_chat: bool = False
    upload: str = ""
    service: str = ""
    is_for_judge: bool = False

    @property
    def target(self) -> str:
        """Path and query, percent-encoded as they are sent."""
        path = self.path if _PLAIN_PATH(self.path) else quote(self.path, safe=_PATH_CHARACTERS)
        if not self.query:
            return path
        return f"{path}?{'&'.join([f'{_quote(n)}={_quote(value)}' for n, value in self.query])}"


class Wait(Struct, frozen=True):
    """A conversation's request to continue in `seconds`; replay does not wait.

    `is_queue`: for the rate that all trials share, and so not the conversation's own time.
    """

    seconds: float
    is_queue: bool = False


class HttpResponse(Struct, frozen=True):
    """The response to an `HttpCall`.

    The names of `headers` are in lower case. `started` (since the start of the trial) and `elapsed`
    are in seconds, and the same live and replayed. `repeat_count` is the number of equal responses
    in a row that this one represents. `frame_times` has the time at which each frame of an event
    stream was complete, in seconds since the start of the trial; a broken stream has fewer frames.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    started: float = 0.0
    elapsed: float = 0.0
    repeat_count: int = 1
    frame_times: tuple[float, ...] = ()

    @property
    def log_id(self) -> str:
        """What identifies the request for Coze's support; empty if the service does not say it."""
        return self.headers.get("x-tt-logid", "") or self.headers.get("x-log-id", "")


class LoggedCall(Struct, frozen=True, rename={"repeat_count": "repeats"}):
    """One entry of a trial's HTTP log.

    `status` is HTTP's, `code` Coze's own where the response has one (an error may come with HTTP
    200). `start` (since the start of the trial) and `elapsed` are in seconds. `body` is the
    request's, as JSON text, empty without one. `repeat_count` equal calls in a row are one entry.
    """

    method: str
    path: str
    status: int
    start: float
    elapsed: float
    repeat_count: int = 1
    code: int | None = None
    body: str = ""
