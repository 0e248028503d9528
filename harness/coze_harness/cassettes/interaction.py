"""One HTTP request with its response, as data."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from msgspec import Struct

from coze_harness.cassettes.redaction import KEPT_RESPONSE_HEADERS, Redactor, without_numbers
from coze_harness.model import HttpCall, HttpResponse, replace
from coze_harness.text.json_text import dump_json, dump_sorted_json, parse_json


class Interaction(Struct, frozen=True, kw_only=True):
    """One request and its response, as a cassette contains them.

    `target` is path and query. Bodies are decoded (no transfer or content encoding); a request
    without a body has an empty one. `started` (since the start of the trial) and `elapsed` are in
    milliseconds. `repeat_count` is the number of equal interactions in a row that this one
    represents. `frame_times` are the times at which the frames of an event stream arrived, in
    milliseconds since the start of the interaction.
    """

    method: str
    host: str
    target: str
    request_body: bytes
    status: int
    headers: Mapping[str, str]
    response_body: bytes
    started: int = 0
    elapsed: int = 0
    repeat_count: int = 1
    frame_times: tuple[int, ...] = ()

    @classmethod
    def from_call(
        cls, call: HttpCall, response: HttpResponse, host: str, redactor: Redactor
    ) -> Interaction:
        """Return a call and its response without secrets and without headers that are not kept."""
        body = dump_json(call.body) if call.body is not None else b""
        started = response.started
        return cls(
            method=call.method,
            host=redactor.redact(host),
            target=redactor.redact(call.target),
            request_body=redactor.redact_body(body),
            status=response.status,
            headers={
                name: redactor.redact(value)
                for name, value in response.headers.items()
                if name in KEPT_RESPONSE_HEADERS
            },
            response_body=redactor.redact_body(response.body),
            started=round(started * 1000),
            elapsed=round(response.elapsed * 1000),
            frame_times=tuple([round((time - started) * 1000) for time in response.frame_times]),
        )

    def redact(self, redactor: Redactor) -> Interaction:
        """Return the interaction without the secrets that a redactor has learned since."""
        return replace(
            self,
            target=redactor.redact(self.target),
            request_body=redactor.redact_body(self.request_body),
            headers={name: redactor.redact(value) for name, value in self.headers.items()},
            response_body=redactor.redact_body(self.response_body),
        )

    def response(self) -> HttpResponse:
        """Return the response for a conversation; its times are in seconds."""
        return HttpResponse(
            self.status,
            self.headers,
            self.response_body,
            self.started / 1000,
            self.elapsed / 1000,
            self.repeat_count,
            tuple([(self.started + time) / 1000 for time in self.frame_times]),
        )

    def is_same_request(self, other: Interaction) -> bool:
        """Return whether method, target and body (as text) are equal."""
        return (
            self.method == other.method
            and self.target == other.target
            and self.request_body == other.request_body
        )

    def is_same_exchange(self, other: Interaction) -> bool:
        """Return whether request and response are equal, except for log id, date and times.

        The numbers of placeholders are not compared either.
        """
        return (
            self.is_same_request(other)
            and self.status == other.status
            and (
                self.response_body == other.response_body
                or _comparable(self.response_body) == _comparable(other.response_body)
            )
        )

    def with_repeat(self, later: Interaction) -> Interaction:
        """Return this interaction, standing for a later equal one as well."""
        end = later.started + later.elapsed
        return replace(self, elapsed=end - self.started, repeat_count=self.repeat_count + 1)


def split_target(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Return path and decoded query of a target; the query is sorted."""
    path, _mark, query = text.partition("?")
    return path, sorted(parse_qsl(query, keep_blank_values=True))


def split_uri(uri: str, base_path: str = "") -> tuple[str, str]:
    """Return host and target of a recorded URI; the base URL's own path belongs to the host."""
    slash = uri.find("/", uri.find("://") + 3)
    if slash < 0:
        return uri, "/"
    if base_path and uri.startswith(f"{base_path}/", slash):
        slash += len(base_path)
    return uri[:slash], uri[slash:]


def base_path_of(host: str) -> str:
    """Return the path of a base URL (`/gateway`), without a slash at the end; mostly empty."""
    slash = host.find("/", host.find("://") + 3)
    return host[slash:].rstrip("/") if slash >= 0 else ""


def _comparable(body: bytes) -> bytes:
    """Return JSON with sorted keys and without the log id; other bodies as they are.

    A secret that changes with each response has another number each time.
    """
    body = without_numbers(body)
    try:
        value = parse_json(body)
        if isinstance(value, dict):
            value = {key: item for key, item in value.items() if key != "detail"}
        return dump_sorted_json(value)
    except (ValueError, RecursionError):
        return body
