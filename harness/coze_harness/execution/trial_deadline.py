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

    Args:
        flow: the flow.
        seconds: how long it may take, from its first call.
        monotonic: the clock, in seconds.
    """
    deadline = _TrialDeadline(seconds, monotonic)

    def answer(step: HttpCall | Wait) -> CallFlow[HttpResponse | None]:
        if error := deadline.error_before(step):
            raise error
        try:
            response = yield deadline.shorten(step)
        except HarnessError as failure:
            # Mostly the same error, which keeps its cause.
            raise deadline.error_after(failure) from failure.__cause__
        deadline.note(step, response)
        return response

    return relay_flow(flow, answer)


class _TrialDeadline:
    """The time of one trial, which begins with its first call."""

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._end = inf
        self._step_start = 0.0
        self._log_id = ""

    def error_before(self, step: HttpCall | Wait) -> HarnessError | None:
        """Return an error if there is no time for a step."""
        self._step_start = now = self._monotonic()
        if isinstance(step, HttpCall):
            if self._end == inf:
                self._end = now + self._seconds
            is_late = now >= self._end
        else:
            is_late = not step.is_queue and now + step.seconds > self._end
        return self._error() if is_late else None

    def shorten(self, step: HttpCall | Wait) -> HttpCall | Wait:
        """Return a step that takes at most the remaining time."""
        if isinstance(step, Wait):
            return step
        left = self._end - self._step_start
        if step.timeout is not None and step.timeout <= left:
            return step
        return replace(step, timeout=left)

    def note(self, step: HttpCall | Wait, response: HttpResponse | None) -> None:
        """Take in what came of a step."""
        if isinstance(step, Wait):
            if step.is_queue:
                self._end += self._monotonic() - self._step_start
        elif response is not None:
            self._log_id = response.headers.get("x-tt-logid") or self._log_id

    def error_after(self, error: HarnessError) -> HarnessError:
        """Return the error of a call, or that of the trial if its time caused it."""
        self._log_id = error.log_id or self._log_id
        is_over = isinstance(error, CallTimeoutError) and self._monotonic() >= self._end
        return self._error() if is_over else error

    def _error(self) -> TrialTimeoutError:
        return TrialTimeoutError(
            message("trial.timeout", seconds=float(self._seconds)),
            next_step=message("trial.timeout.next"),
            log_id=self._log_id,
        )
