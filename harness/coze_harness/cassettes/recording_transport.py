"""The transport of recording: the wire, and every exchange is kept."""

from __future__ import annotations

from coze_harness.cassettes.interaction import Interaction
from coze_harness.cassettes.recording import Recording
from coze_harness.cassettes.redaction import Redactor
from coze_harness.cassettes.replay_transport import build_http_log
from coze_harness.model import HttpCall, HttpResponse, LoggedCall, replace
from coze_harness.model.protocols import Transport


class RecordingTransport:
    """Passes calls on and keeps what may be kept.

    The conversation is sent what the stored interaction says, not what the wire said: a recording
    comes back through the door that its replay will use, so the two cannot differ.

    Args:
        wire: answers the calls.
        host: scheme and host (and any path prefix) that the recording names, without a slash.
        redactor: takes secrets out before anything is kept.
    """

    def __init__(self, wire: Transport, host: str, redactor: Redactor) -> None:
        self._wire = wire
        self._host = host
        self._redactor = redactor
        self._kept: list[Interaction] = []
        # What the kept end was before the call under way was answered: `None` while it was not.
        self._last: list[Interaction] | None = None
        self.calls = 0

    def send(self, call: HttpCall) -> HttpResponse:
        """Return the answer to a call as it was stored.

        A repeated attempt takes the place of the refused one, and an answer equal to the one before
        it is kept once, with a count.
        """
        self.calls += 1
        if call.attempt == 1:
            self._last = None
        answer = self._wire.send(call)
        item = Interaction.from_call(call, answer, self._host, self._redactor)
        if self._last is not None:
            self._kept[-1:] = self._last
        last = self._kept[-1:]
        if call.method == "GET" and last and last[0].same_exchange(item):
            self._kept[-1] = last[0].with_repeat(item)
            self._last = last
            # What is news in an equal answer (its log id) is not kept, so it is not told either.
            return replace(
                last[0], started=item.started, elapsed=item.elapsed, repeat_count=1
            ).answer()
        self._kept.append(item)
        self._last = []
        return item.answer()

    @property
    def recording(self) -> Recording:
        """Everything kept so far."""
        return Recording(interactions=tuple(self._kept))

    @property
    def http_log(self) -> tuple[LoggedCall, ...]:
        """What was kept so far, as lines of a trial's HTTP log."""
        return build_http_log(self._kept)
