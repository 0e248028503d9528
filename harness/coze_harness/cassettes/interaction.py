"""One HTTP request with its response, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from coze_harness.cassettes.redaction import KEPT_RESPONSE_HEADERS, Redactor
from coze_harness.model import HttpCall, HttpResponse, replace
from coze_harness.text import json_text as jsontext


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One request and its response, as they stand in a cassette.

    `target` is path and query. Bodies are decoded bytes (no transfer or content encoding); an empty
    request body is no body. `started` and `elapsed` are whole milliseconds, the former from the
    trial's beginning. `repeat_count` is the number of equal interactions in a row that this
    one stands for. `frame_times` are the arrival times of an event stream's frames, in milliseconds
    from the start of the interaction.
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
        cls, call: HttpCall, answer: HttpResponse, host: str, redactor: Redactor
    ) -> Interaction:
        """Return what may be kept of a call and its answer: allowed headers, and no secret."""
        body = jsontext.dump_json(call.body) if call.body is not None else b""
        return cls(
            method=call.method,
            host=redactor.redact(host),
            target=redactor.redact(call.target),
            request_body=redactor.redact_body(body),
            status=answer.status,
            headers={
                name: redactor.redact(value)
                for name, value in answer.headers.items()
                if name in KEPT_RESPONSE_HEADERS
            },
            response_body=redactor.redact_body(answer.body),
            started=round(answer.started * 1000),
            elapsed=round(answer.elapsed * 1000),
            frame_times=tuple(
                [round((moment - answer.started) * 1000) for moment in answer.frame_times]
            ),
        )

    def answer(self) -> HttpResponse:
        """Return the stored response the way a conversation is sent it, live and replayed."""
        return HttpResponse(
            self.status,
            self.headers,
            self.response_body,
            self.started / 1000,
            self.elapsed / 1000,
            self.repeat_count,
            tuple([(self.started + moment) / 1000 for moment in self.frame_times]),
        )

    def same_request(self, other: Interaction) -> bool:
        """Tell whether both ask the same (bodies compared as text: both are ours)."""
        return (
            self.method == other.method
            and self.target == other.target
            and self.request_body == other.request_body
        )

    def same_exchange(self, other: Interaction) -> bool:
        """Tell whether both ask and answer the same, the log id and the date apart."""
        return (
            self.same_request(other)
            and self.status == other.status
            and (
                self.response_body == other.response_body
                or _without_log_id(self.response_body) == _without_log_id(other.response_body)
            )
        )

    def with_repeat(self, later: Interaction) -> Interaction:
        """Return this interaction standing for a later equal one too."""
        end = later.started + later.elapsed
        return replace(self, elapsed=end - self.started, repeat_count=self.repeat_count + 1)


def split_target(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Return path and sorted query of a target, so that order and encoding do not matter."""
    path, _mark, query = text.partition("?")
    return path, sorted(parse_qsl(query, keep_blank_values=True))


def split_uri(uri: str, base_path: str = "") -> tuple[str, str]:
    """Return host and target of a recorded URI; a base URL's own path belongs to the host."""
    slash = uri.find("/", uri.find("://") + 3)
    if slash < 0:
        return uri, "/"
    if base_path and uri.startswith(f"{base_path}/", slash):
        slash += len(base_path)
    return uri[:slash], uri[slash:]


def base_path_of(host: str) -> str:
    """Return the path that a base URL brings along (`/gateway`); mostly there is none."""
    slash = host.find("/", host.find("://") + 3)
    return host[slash:].rstrip("/") if slash >= 0 else ""


def _without_log_id(body: bytes) -> bytes:
    """Return what a body says, order, spacing and log id apart; `1` and `true` stay different."""
    try:
        value = jsontext.parse_json(body)
        if isinstance(value, dict):
            value = {key: item for key, item in value.items() if key != "detail"}
        return jsontext.dump_sorted_json(value)
    except (ValueError, RecursionError):
        return body
