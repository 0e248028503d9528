"""When a call is tried again, and after how long.

Reads are repeated freely. A prompt is not idempotent: it is sent again only when it was certainly
not taken (connection refused, HTTP 429, a busy code), never after a time-out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Final

from coze_harness.coze import error_codes as refusals
from coze_harness.coze.response_parsing import Envelope, parse_envelope
from coze_harness.model import HttpCall, HttpResponse, Wait
from coze_harness.model.errors import PayloadError, TransportError
from coze_harness.model.trial import CallFlow

_LONGEST_WAIT: Final = 60.0
_GROWTH: Final = 2.0
_GROWTH_BY_THE_MINUTE: Final = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how long to try.

    `jitter` gives a number in 0..1 for each wait, so that many conversations that were refused
    together do not come back together; `base` is the first wait in seconds. The next ones double;
    where a limit by the minute was met they grow faster, or all tries would fall into that minute.
    """

    jitter: Callable[[], float]
    tries: int = 5
    base: float = 1.0

    def retry_delay(
        self, tried: int, answer: HttpResponse | None, *, by_the_minute: bool = False
    ) -> float:
        """Return the seconds to wait after so many tries."""
        asked = _retry_after(answer)
        if asked is not None:
            return min(asked, _LONGEST_WAIT) + self.jitter() * 0.1
        growth = _GROWTH_BY_THE_MINUTE if by_the_minute else _GROWTH
        grown = min(self.base * growth ** (tried - 1), _LONGEST_WAIT)
        return grown * (0.5 + self.jitter() / 2)


def call_with_retry(
    call: HttpCall, patience: RetryPolicy, *, repeatable: bool
) -> CallFlow[tuple[Envelope, HttpResponse]]:
    """Make a call, again where that helps and does no harm.

    Args:
        call: the call.
        patience: how often and how long.
        repeatable: whether doing it twice is the same as doing it once.

    Raises:
        TransportError: no answer came back.
        PayloadError: the answer was not Coze's JSON.
    """
    tried = refused = 0
    while True:
        tried += 1
        last = tried >= patience.tries
        answer: HttpResponse | None = None
        by_the_minute = False
        try:
            # Counted by answers: where none came, there is none for the repeated call to replace.
            answer = yield replace(call, attempt=refused + 1) if refused else call
            assert answer is not None  # noqa: S101 (a Call is always sent an Answer)
            refused += 1
            by_the_minute = answer.status == 429
            found = parse_envelope(answer)
            if last or not _worth_repeating(found, repeatable=repeatable):
                return replace(found, tries=tried) if tried > 1 else found, answer
            by_the_minute = by_the_minute or found.code in refusals.MINUTE_CODES
        except TransportError as fault:
            if last or (fault.taken and not repeatable):
                raise
        except PayloadError:
            if last or not (repeatable or by_the_minute):
                raise
        yield Wait(patience.retry_delay(tried, answer, by_the_minute=by_the_minute))


def _worth_repeating(found: Envelope, *, repeatable: bool) -> bool:
    if repeatable:
        return (
            found.code in refusals.TRANSIENT_CODES
            or found.http_status in refusals.TRANSIENT_STATUSES
        )
    return found.code in refusals.BUSY_CODES or found.http_status == 429


def _retry_after(answer: HttpResponse | None) -> float | None:
    """Return the seconds that `Retry-After` asks for: a number, or a date after `Date`."""
    value = answer.headers.get("retry-after", "") if answer else ""
    if not value or answer is None:
        return None
    try:
        seconds = float(value)
        return seconds if seconds > 0 else 0.0
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(value)
        now = parsedate_to_datetime(answer.headers.get("date", ""))
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        # No date, one of the two without a time zone, or one beyond the calendar.
        return None
