"""The transport of a recording: sends calls to the network and keeps the interactions."""

from __future__ import annotations

from coze_harness.cassettes.http_log import build_http_log
from coze_harness.cassettes.interaction import Interaction
from coze_harness.cassettes.recording import Recording
from coze_harness.cassettes.redaction import Redactor
from coze_harness.model import HttpCall, HttpResponse, LoggedCall, replace
from coze_harness.model.protocols import Transport


class RecordingTransport:
    """Sends calls with another transport and records the interactions.

    It returns the response as recorded, not as received, so that recording and replay cannot
    differ.

    Args:
        transport: sends the calls.
        host: scheme and host, with the base URL's path if it has one, without a slash at the end;
            a call with a `service` has that.
        redactor: removes secrets before anything is kept.

    Attributes:
        redactor: that of this recording.
        calls: the number of calls, repeated ones included.
    """

    def __init__(self, transport: Transport, host: str, redactor: Redactor) -> None:
        self._transport = transport
        self._host = host
        self.redactor = redactor.for_recording()
        self._interactions: list[Interaction] = []
        # The last interaction (or none) before the previous attempt of the call in progress was
        # added; `None` if no attempt of this call was answered yet.
        self._before_attempt: list[Interaction] | None = None
        self.calls = 0

    def send(self, call: HttpCall) -> HttpResponse:
        """Return the response to a call as it was recorded.

        A repeated attempt replaces the rejected one. Of equal responses to a poll the first is
        kept, with a count.

        Raises:
            TransportError: there was no response.
        """
        self.calls += 1
        if call.attempt == 1:
            self._before_attempt = None
        response = self._transport.send(call)
        item = Interaction.from_call(call, response, call.service or self._host, self.redactor)
        items = self._interactions
        if self._before_attempt is not None:
            items[-1:] = self._before_attempt
        last = items[-1:]
        if call.method == "GET" and last and last[0].is_same_exchange(item):
            items[-1] = last[0].with_repeat(item)
            self._before_attempt = last
            # The later response's log id is not recorded, so it must not be returned either.
            once = replace(last[0], started=item.started, elapsed=item.elapsed, repeat_count=1)
            return once.response()
        items.append(item)
        self._before_attempt = []
        return item.response()

    @property
    def recording(self) -> Recording:
        """The interactions recorded so far."""
        return Recording(interactions=self._redacted_interactions())

    @property
    def http_log(self) -> tuple[LoggedCall, ...]:
        """The interactions recorded so far, as a trial's HTTP log."""
        return build_http_log(self._redacted_interactions())

    def _redacted_interactions(self) -> tuple[Interaction, ...]:
        """Return the interactions without secrets that were only recognized later."""
        if not self.redactor.has_learned:
            return tuple(self._interactions)
        return tuple([item.redact(self.redactor) for item in self._interactions])
