"""A loaded cassette with a head: the transport of replay. No session, no socket, no sleep."""

from __future__ import annotations

import json
from collections.abc import Mapping

import orjson

from coze_harness.cassettes.interaction import Interaction, split_target
from coze_harness.cassettes.recording import Recording
from coze_harness.cassettes.redaction import Redactor
from coze_harness.model import JSON, HttpCall, HttpResponse, LoggedCall
from coze_harness.model.errors import CassetteMismatchError, UnplayedInteractionsError
from coze_harness.model.location import Location
from coze_harness.text import json_text as jsontext


class ReplayTransport:
    """Plays a recording in strict order.

    Method, path, query and JSON body of a call must equal the interaction under the head; the host
    is left out, so that a recording serves any base URL.

    Args:
        recording: what is played.
        path: the file's name, for messages.
        redactor: applied to a call that does not fit at first sight, since what was recorded has
            had its secrets taken out.
    """

    def __init__(self, recording: Recording, path: str, redactor: Redactor) -> None:
        self._interactions = recording.interactions
        self._path = path
        self._redactor = redactor
        self._head = 0

    def send(self, call: HttpCall) -> HttpResponse:
        """Return the recorded answer to a call and move the head on.

        Raises:
            CassetteMismatchError: the interaction under the head is another one, or there is none.
        """
        if self._head == len(self._interactions):
            raise CassetteMismatchError(
                f"The recording ends after {self._head} interactions, but more is asked now.",
                where=Location(self._path),
                detail=self._scrubbed([f"now       {call.method} {call.target}"]),
                next_step="record it again: the conversation takes another course than it did.",
            )
        recorded = self._interactions[self._head]
        if not (_equal(recorded, call) or self._equal_redacted(recorded, call)):
            raise CassetteMismatchError(
                f"Interaction {self._head + 1} of the recording is not what is asked now.",
                where=Location(self._path),
                detail=self._scrubbed(_difference(recorded, call)),
                next_step="if the change is intended, record it again.",
            )
        self._head += 1
        return recorded.answer()

    @property
    def next_request_body(self) -> bytes:
        """The recorded request body of the interaction under the head; empty where there is none.

        What was sent once and cannot be made again (a tool's output) is read back from here.
        """
        left = self._interactions[self._head : self._head + 1]
        return left[0].request_body if left else b""

    def _equal_redacted(self, recorded: Interaction, call: HttpCall) -> bool:
        body = jsontext.dump_json(call.body) if call.body is not None else b""
        cleaned = self._redactor.redact_body(body)
        return (
            recorded.method == call.method
            and split_target(recorded.target) == split_target(self._redactor.redact(call.target))
            and _same_json(recorded.request_body, cleaned)
        )

    def _scrubbed(self, lines: list[str]) -> list[str]:
        """Return lines for a message: what is asked now has not been through the redactor yet."""
        return [self._redactor.redact(line) for line in lines]

    def check_all_played(self) -> None:
        """Make sure that everything was played.

        Raises:
            CassetteLeftoverError: interactions are left.
        """
        left = len(self._interactions) - self._head
        if left:
            first = self._interactions[self._head]
            raise UnplayedInteractionsError(
                f"{left} of {len(self._interactions)} recorded interactions were never played; "
                f"the first is {first.method} {first.target}.",
                where=Location(self._path),
                next_step="record it again: the scenario is shorter than its recording.",
            )

    @property
    def http_log(self) -> tuple[LoggedCall, ...]:
        """What has been played so far, as lines of a trial's HTTP log."""
        return build_http_log(self._interactions[: self._head])


def build_http_log(
    interactions: tuple[Interaction, ...] | list[Interaction],
) -> tuple[LoggedCall, ...]:
    """Return interactions as lines of a trial's HTTP log (seconds, not milliseconds)."""
    return tuple(
        [
            LoggedCall(
                item.method,
                item.target.partition("?")[0],
                item.status,
                item.started / 1000,
                item.elapsed / 1000,
                item.repeat_count,
                _code(item.response_body),
                _as_written(item.request_body) if item.request_body else "",
            )
            for item in interactions
        ]
    )


_CODE_KEY = b'\n  "code": '
# Up to so many bytes, reading it all takes no longer than looking for the envelope's end.
_SHORT = 400


def _code(body: bytes) -> int | None:
    """Return Coze's code in a response's envelope; `None` for what is no JSON object or has none.

    It mostly stands behind a long list of messages, so the end is tried first: from the last line
    that begins with the key. JSON has no line feed inside a string, so the key is one; and where
    all from there on, with a brace before it, is an object, nothing opened earlier is still open
    but the envelope itself. (What stands before is not checked to be JSON: the conversation does.)
    """
    at = body.rfind(_CODE_KEY) if len(body) > _SHORT and body[:1] == b"{" else -1
    envelope: JSON
    try:
        envelope = orjson.loads(b"{" + body[at:] if at > 0 else body)
    except ValueError:
        if body[:1].isalpha() or body[:1] in b"<:":  # a stream or a page, or nothing at all
            return None
        try:
            envelope = jsontext.parse_json(body)
        except ValueError:
            return None
    code = envelope.get("code") if isinstance(envelope, dict) else None
    return code if type(code) is int else None


def _as_written(body: bytes) -> str:
    """Return a request's body as a cassette shows it: over several lines where it is JSON.

    So a trial's log is the same when it is recorded, from one line, and when it is replayed.
    """
    text = body.decode("utf-8", "replace")
    return text if "\n" in text else jsontext.reindent_json(text) or text


def _equal(recorded: Interaction, call: HttpCall) -> bool:
    if recorded.method != call.method:
        return False
    now = call.target
    if recorded.target != now and split_target(recorded.target) != split_target(now):
        return False
    if call.body is None:
        return not recorded.request_body
    return _same_json(recorded.request_body, jsontext.dump_json(call.body))


def _same_json(one: bytes, other: bytes) -> bool:
    """Tell whether two JSON texts say the same: order and spacing apart, but `1` is not `true`."""
    if one == other:
        return True
    try:
        if orjson.dumps(orjson.loads(one)) == other:
            return True
    except (ValueError, TypeError):
        pass  # orjson takes no lone surrogate; the exact way does.
    try:
        return jsontext.dump_sorted_json(json.loads(one)) == jsontext.dump_sorted_json(
            json.loads(other)
        )
    except (ValueError, RecursionError):
        return False


def _difference(recorded: Interaction, call: HttpCall) -> list[str]:
    """Return recorded against now: the requests, or where they are alike, what in their bodies."""
    now = call.target
    lines = [
        f"recorded  {recorded.method} {recorded.target}",
        f"now       {call.method} {now}",
    ]
    if recorded.method != call.method or split_target(recorded.target) != split_target(now):
        return lines
    try:
        before = jsontext.parse_json(recorded.request_body) if recorded.request_body else None
    except ValueError:
        before = recorded.request_body.decode("utf-8", "replace")
    body = jsontext.parse_json(jsontext.dump_json(call.body)) if call.body is not None else None
    changed = request_differences(before, body)
    return [lines[1], *changed[:6]]


def request_differences(before: JSON, now: JSON, path: str = "") -> list[str]:
    """Return, for each place in which two JSON values differ, a line `recorded` and one `now`."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        keys = [*before, *(key for key in now if key not in before)]
        found: list[str] = []
        for key in keys:
            inner = f"{path}.{key}" if path else key
            if key not in now:
                found += [
                    f"recorded  {inner} = {_shown(before[key])}",
                    f"now       {inner} is absent",
                ]
            elif key not in before:
                found += [f"recorded  {inner} is absent", f"now       {inner} = {_shown(now[key])}"]
            else:
                found += request_differences(before[key], now[key], inner)
        return found
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        pairs = enumerate(zip(before, now, strict=True))
        return [line for i, (a, b) in pairs for line in request_differences(a, b, f"{path}[{i}]")]
    if before == now and type(before) is type(now):
        return []
    name = path or "body"
    return [f"recorded  {name} = {_shown(before)}", f"now       {name} = {_shown(now)}"]


def _shown(value: JSON) -> str:
    text = jsontext.dump_json(value).decode()
    return text if len(text) <= 200 else f"{text[:200]}… ({len(text)} characters)"
