"""The deadline of a whole trial: calls, polls, retries and tool outputs together."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TypeVar

from coze_harness.execution.flow_driver import relay_flow
from coze_harness.messages import message
from coze_harness.model import HttpCall, HttpResponse, Wait, replace
from coze_harness.model.errors import CallTimeoutError, HarnessError, TrialTimeoutError
from coze_harness.model.protocols import CallFlow

Value = TypeVar("Value")


def limit_trial(
    flow: CallFlow[Value], seconds: float, monotonic: Callable[[], float]
) -> CallFlow[Value]:
    """Return a flow that ends with an error when its time is over.

    Each call gets at most the time that remains. A wait that is longer is not begun. Waiting for
    the rate that all trials share does not count: it depends on the other trials.

    `seconds` is how long it may take, from its first call.
    """
    end = inf
    log_id = ""

    def timeout_error() -> TrialTimeoutError:
        return TrialTimeoutError(
            message("trial.timeout", seconds=float(seconds)),
            next_step=message("trial.timeout.next"),
            log_id=log_id,
        )

    def answer(step: HttpCall | Wait) -> CallFlow[HttpResponse | None]:
        nonlocal end, log_id
        start = monotonic()
        if isinstance(step, Wait):
            if not step.is_queue and start + step.seconds > end:
                raise timeout_error()
            yield step
            if step.is_queue:
                end += monotonic() - start
            return None
        end = min(end, start + seconds)
        if start >= end:
            raise timeout_error()
        remaining = end - start
        timeout = remaining if step.timeout is None else min(step.timeout, remaining)
        try:
            response = yield replace(step, timeout=timeout)
        except HarnessError as error:
            log_id = error.log_id or log_id
            if isinstance(error, CallTimeoutError) and monotonic() >= end:
                raise timeout_error() from error.__cause__
            raise
        if response is not None:
            log_id = response.log_id or log_id
        return response

    return relay_flow(flow, answer)
