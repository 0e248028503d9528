"""When a call is tried again, and after how long.

Reads are repeated freely. A prompt is not idempotent: it is sent again only when it was certainly
not taken (connection refused, HTTP 429, a busy code), never after a time-out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Final

from harness.coze import refusals
from harness.coze.payloads import Envelope, envelope
from harness.errors import PayloadError, TransportError
from harness.model import Answer, Call, Wait
from harness.ports import Conversation

_LONGEST_WAIT: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often and how long to try.

    `jitter` gives a number in 0..1 for each wait, so that many conversations that were refused
    together do not come back together; `base` is the first wait in seconds, doubled each time.
    """

    jitter: Callable[[], float]
    tries: int = 5
    base: float = 1.0

    def pause(self, attempt: int, answer: Answer | None) -> float:
        """Return the seconds to wait after the given attempt (counted from 1) was refused."""
        asked = _retry_after(answer)
        if asked is not None:
            return min(asked, _LONGEST_WAIT) + self.jitter() * 0.1
        doubled = self.base * 2.0 ** (attempt - 1)
        return float(min(doubled, _LONGEST_WAIT) * (0.5 + self.jitter() / 2))


def patiently(
    call: Call, patience: Patience, *, repeatable: bool
) -> Conversation[tuple[Envelope, Answer]]:
    """Make a call, again where that helps and does no harm.

    Args:
        call: the call.
        patience: how often and how long.
        repeatable: whether doing it twice is the same as doing it once.

    Raises:
        TransportError: no answer came back.
        PayloadError: the answer was not Coze's JSON.
    """
    attempt = 0
    while True:
        attempt += 1
        last = attempt >= patience.tries
        answer: Answer | None = None
        try:
            answer = yield replace(call, attempt=attempt) if attempt > 1 else call
            assert answer is not None  # noqa: S101 (a Call is always sent an Answer)
            found = envelope(answer)
            if last or not _worth_repeating(found, repeatable=repeatable):
                return found, answer
        except TransportError as fault:
            if last or (fault.taken and not repeatable):
                raise
        except PayloadError:
            refused = answer is not None and answer.status == 429
            if last or not (repeatable or refused):
                raise
        yield Wait(patience.pause(attempt, answer))


def _worth_repeating(found: Envelope, *, repeatable: bool) -> bool:
    if repeatable:
        return (
            found.code in refusals.TRANSIENT_CODES
            or found.http_status in refusals.TRANSIENT_STATUSES
        )
    return found.code in refusals.BUSY_CODES or found.http_status == 429


def _retry_after(answer: Answer | None) -> float | None:
    """Return the seconds that `Retry-After` asks for: a number, or a date after `Date`."""
    value = answer.headers.get("retry-after", "") if answer else ""
    if not value or answer is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(value)
        now = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return None
    return max(0.0, (until - now).total_seconds())
