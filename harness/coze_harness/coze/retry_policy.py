"""When a call is retried, and after how long.

Reads are retried freely. A prompt is not idempotent: it is sent again only if it was certainly not
received (connection refused, HTTP 429, a busy code), never after a timeout.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Final

from msgspec import Struct

from coze_harness.coze import error_codes
from coze_harness.coze.response_parsing import Envelope, parse_envelope
from coze_harness.model import HttpCall, HttpResponse, Wait, replace
from coze_harness.model.errors import CallTimeoutError, PayloadError, TransportError
from coze_harness.model.protocols import CallFlow

_MAX_DELAY: Final = 60.0
_GROWTH: Final = 2.0
_MINUTE_LIMIT_GROWTH: Final = 4.0
_MIN_TIMEOUT: Final = 1.0


class RetryPolicy(Struct, frozen=True, kw_only=True):
    """How often a call is tried, and how long the delays are.

    `jitter` returns a number in 0..1 for each delay, so that conversations that were rejected
    together do not come back together. `base` is the first delay in seconds. Delays double; after a
    per-minute limit they grow faster, or all tries would fall into that minute.
    """

    jitter: Callable[[], float]
    tries: int = 5
    base: float = 1.0

    def retry_delay(
        self, tries: int, response: HttpResponse | None, *, is_minute_limit: bool = False
    ) -> float:
        """Return the seconds to wait after `tries` tries."""
        requested_delay = _retry_after(response)
        if requested_delay is not None:
            return min(requested_delay, _MAX_DELAY) + self.jitter() * 0.1
        growth = _MINUTE_LIMIT_GROWTH if is_minute_limit else _GROWTH
        delay = min(self.base * growth ** (tries - 1), _MAX_DELAY)
        return delay * (0.5 + self.jitter() / 2)


def call_with_retry(
    call: HttpCall, policy: RetryPolicy, *, repeatable: bool, retries_payload: bool = True
) -> CallFlow[tuple[Envelope, HttpResponse]]:
    """Make a call, and retry it where that helps and does no harm.

    Args:
        call: the call.
        policy: how often and how long.
        repeatable: whether the call is idempotent. Its timeout then counts for all attempts
            together, as far as they are known to have taken long.
        retries_payload: whether a response that is not JSON is worth a retry, too.

    Raises:
        TransportError: no response came.
        ResponseTooLargeError: the response is larger than the limit; so would the next be.
        PayloadError: the response was not Coze's JSON.
    """
    tries = responses = 0
    seconds = 0.0
    limit = call.timeout if repeatable and call.timeout is not None else inf
    while True:
        tries += 1
        is_last = tries >= policy.tries
        response: HttpResponse | None = None
        is_minute_limit = False
        try:
            # The attempt counts responses: without one, the retry replaces no recorded interaction.
            response = yield replace(call, attempt=call.attempt + responses) if responses else call
            assert response is not None  # noqa: S101 (a call is always sent a response)
            responses += 1
            is_minute_limit = response.status == 429
            envelope = parse_envelope(response)
            if is_last or not _is_worth_retrying(envelope, repeatable=repeatable):
                return replace(envelope, tries=tries) if tries > 1 else envelope, response
            is_minute_limit = is_minute_limit or envelope.code in error_codes.MINUTE_CODES
        except TransportError as error:
            if isinstance(error, CallTimeoutError):
                seconds += error.seconds
                error.seconds = seconds
            if is_last or (error.may_have_arrived and not repeatable) or seconds >= limit:
                raise
        except PayloadError:
            if is_last or not (repeatable or is_minute_limit) or not retries_payload:
                raise
        delay = policy.retry_delay(tries, response, is_minute_limit=is_minute_limit)
        seconds += delay
        if limit - seconds < inf:
            call = replace(call, timeout=max(limit - seconds, _MIN_TIMEOUT))
        yield Wait(delay)


def _is_worth_retrying(envelope: Envelope, *, repeatable: bool) -> bool:
    if repeatable:
        return envelope.code in error_codes.TRANSIENT_CODES or (
            envelope.http_status in error_codes.TRANSIENT_STATUSES
            and envelope.code not in error_codes.STUDIO_FINAL_CODES
        )
    return envelope.code in error_codes.BUSY_CODES or envelope.http_status == 429


def _retry_after(response: HttpResponse | None) -> float | None:
    """Return the seconds of a `Retry-After` header: a number, or a date relative to `Date`."""
    value = response.headers.get("retry-after", "") if response else ""
    if not value or response is None:
        return None
    try:
        seconds = float(value)
        return seconds if seconds > 0 else 0.0
    except ValueError:
        pass
    from email.utils import parsedate_to_datetime  # few services write a date

    try:
        retry_time = parsedate_to_datetime(value)
        now = parsedate_to_datetime(response.headers.get("date", ""))
        return max(0.0, (retry_time - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        # No date, one without a time zone, or one out of range.
        return None
