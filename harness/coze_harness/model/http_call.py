"""What goes over the wire: a conversation's calls and their answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"

# `quote` takes ten times as long to find that there is nothing to do.
_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_.~/%:@!$&'()*+,;=-]*").fullmatch
_PATH_CHARACTERS = "/%:@!$&'()*+,;="


def _quoted(text: str) -> str:
    return text if _PLAIN(text) else quote(text, safe="", errors="replace")


@dataclass(frozen=True, slots=True)
class HttpCall:
    """One HTTP request that a conversation wants made.

    `path` is absolute within the service (`/v3/chat`); host and token are the transport's business.
    `attempt` counts from 1; a higher number repeats the call before it, whose answer was refused.
    `stream` says that the answer may come as server-sent events, to be read as they come, for at
    most `timeout` seconds (`None`: as long as they come). `upload` is the path of a file to send
    (from the project's folder), as the multipart field `file`; the body then describes the file:
    it is what is recorded and compared in place of the file's bytes, and is not sent.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, JSON] | None = None
    attempt: int = 1
    stream: bool = False
    timeout: float | None = None
    upload: str = ""

    @property
    def target(self) -> str:
        """Path and query, percent-encoded as they are sent."""
        path = self.path if _PLAIN_PATH(self.path) else quote(self.path, safe=_PATH_CHARACTERS)
        if not self.query:
            return path
        return f"{path}?{'&'.join([f'{_quoted(n)}={_quoted(value)}' for n, value in self.query])}"


@dataclass(frozen=True, slots=True)
class Wait:
    """A conversation's wish to be woken `seconds` from now; replay does not wait."""

    seconds: float


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came back for a `HttpCall`.

    `headers` have lower-case names. `started` and `elapsed` are seconds, the former from the
    trial's beginning; live and replayed they are the same. `repeat_count` is how many equal answers
    in a row this one was kept for. `frame_times` are the moments, counted like `started`, at which
    each frame of an event stream was there; a stream that broke is as long as what came of it.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    started: float = 0.0
    elapsed: float = 0.0
    repeat_count: int = 1
    frame_times: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """One line of a trial's HTTP log; `start` is seconds from the trial's beginning.

    `code` is Coze's own, where the answer has one: HTTP 200 says nothing. `body` is the request's,
    as JSON text, empty without one. `repeat_count` equal exchanges in a row are kept as one.
    """

    method: str
    path: str
    status: int
    start: float
    elapsed: float
    repeat_count: int = 1
    code: int | None = None
    body: str = ""
