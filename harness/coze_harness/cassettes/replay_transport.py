"""The transport of a replay: responses come from a recording. No session, no socket, no sleep."""

from __future__ import annotations

from collections.abc import Mapping

from coze_harness.cassettes.http_log import build_http_log
from coze_harness.cassettes.recording import Recording
from coze_harness.cassettes.redaction import Redactor
from coze_harness.cassettes.request_difference import (
    describe_mismatch,
    matches_redacted_request,
    matches_request,
)
from coze_harness.messages import LocalizedText, message
from coze_harness.model import JSON, HttpCall, HttpResponse, LoggedCall
from coze_harness.model.errors import CassetteMismatchError, UnplayedInteractionsError
from coze_harness.model.location import Location
from coze_harness.text.json_text import dump_json, parse_json


class ReplayTransport:
    """Plays the interactions of a recording in their order.

    Args:
        recording: the recording to play.
        path: the cassette's path, for messages.
        redactor: applied to a call that does not match: the recording was redacted, too.
    """

    def __init__(self, recording: Recording, path: str, redactor: Redactor) -> None:
        self._interactions = recording.interactions
        self._path = path
        self._redactor = redactor
        self._next = 0

    def send(self, call: HttpCall) -> HttpResponse:
        """Return the response of the next interaction.

        Raises:
            CassetteMismatchError: its request differs from the call, or there is no interaction
                left; the transport stays where it is.
        """
        if self._next == len(self._interactions):
            raise self._mismatch(
                message("cassette.call.none_left", n=self._next),
                [message("difference.now", text=f"{call.method} {call.target}")],
                message("cassette.call.none_left_next"),
            )
        item = self._interactions[self._next]
        target = call.target
        body = dump_json(call.body) if call.body is not None else b""
        if not matches_request(item, call.method, target, body):
            redact = self._redactor
            target, body = redact.redact(target), redact.redact_body(body)
            if not matches_redacted_request(item, call.method, target, body):
                raise self._mismatch(
                    message("cassette.call", number=self._next + 1),
                    describe_mismatch(item, call),
                    message("cassette.call.next"),
                )
        self._next += 1
        return item.response()

    def _mismatch(
        self, what: LocalizedText, detail: list[LocalizedText], next_step: LocalizedText
    ) -> CassetteMismatchError:
        # The lines show the call, which was not redacted before.
        lines = [self._redactor.redact_message(line) for line in detail]
        return CassetteMismatchError(
            what, where=Location(self._path), detail=lines, next_step=next_step
        )

    @property
    def next_request(self) -> Mapping[str, JSON]:
        """The object in the next recorded request; empty if there is none."""
        if self.is_at_end:
            return {}
        try:
            body = parse_json(self._interactions[self._next].request_body)
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}

    @property
    def is_at_end(self) -> bool:
        """Whether all interactions were played."""
        return self._next == len(self._interactions)

    def check_all_played(self) -> None:
        """Check that all interactions were played.

        Raises:
            UnplayedInteractionsError: some were not.
        """
        if remaining := self._interactions[self._next :]:
            first = remaining[0]
            raise UnplayedInteractionsError(
                message(
                    "cassette.unplayed",
                    n=len(remaining),
                    count=len(self._interactions),
                    method=first.method,
                    target=first.target,
                ),
                where=Location(self._path),
                next_step=message("cassette.unplayed.next"),
            )

    @property
    def http_log(self) -> tuple[LoggedCall, ...]:
        """The interactions played so far, as a trial's HTTP log."""
        return build_http_log(self._interactions[: self._next])
