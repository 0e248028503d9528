"""The deadline of a trial, in a time that only waits and calls move."""

from __future__ import annotations

import pytest
from coze_harness.execution.trial_deadline import limit_trial
from coze_harness.model import HttpCall, HttpResponse, Wait
from coze_harness.model.errors import CallTimeoutError, HarnessError, TrialTimeoutError
from coze_harness.model.protocols import CallFlow

CALL = HttpCall("GET", "/")
ANSWER = HttpResponse(200, {"x-tt-logid": "LOG7"}, b"")


def flow(*steps: HttpCall | Wait) -> CallFlow[object]:
    """Return a flow of some steps, and then the error that ended it."""
    try:
        for step in steps:  # noqa: UP028 (a tuple takes no answers)
            yield step
    except HarnessError as error:
        return error
    return "done"


def drive(steps: list[HttpCall | Wait], *, latency: float) -> tuple[object, list[HttpCall | Wait]]:
    """Return what a flow with ten seconds came to, and the steps it was allowed."""
    now = 100.0
    limited_flow = limit_trial(flow(*steps), 10.0, lambda: now)
    steps_taken: list[HttpCall | Wait] = []
    try:
        step = next(limited_flow)
        while True:
            steps_taken.append(step)
            if isinstance(step, Wait):
                now += step.seconds
                step = limited_flow.send(None)
            else:
                now += latency
                step = limited_flow.send(ANSWER)
    except StopIteration as end:
        return end.value, steps_taken


def test_each_call_gets_what_remains() -> None:
    outcome, steps = drive([CALL, Wait(4), CALL, CALL], latency=2)
    assert outcome == "done"
    timeouts = [step.timeout for step in steps if isinstance(step, HttpCall)]
    assert timeouts == [10, 4, 2]


def test_a_shorter_timeout_of_a_call_stays() -> None:
    short = HttpCall("GET", "/", timeout=3)
    _outcome, steps = drive([short, Wait(6), short], latency=2)
    assert [step.timeout for step in steps if isinstance(step, HttpCall)] == [3, 2]


@pytest.mark.parametrize("late", [CALL, Wait(8.1)])
def test_a_step_that_comes_too_late_is_not_begun(late: HttpCall | Wait) -> None:
    latency = 2 if isinstance(late, Wait) else 10
    outcome, steps = drive([CALL, late], latency=latency)
    assert len(steps) == 1
    assert isinstance(outcome, TrialTimeoutError)
    assert "within 10 s" in str(outcome.what)
    assert (outcome.log_id, outcome.exit_code) == ("LOG7", 4)


def test_waiting_for_the_shared_rate_does_not_count() -> None:
    queue = Wait(500, is_queue=True)
    outcome, _steps = drive([queue, CALL, queue, Wait(3), queue, CALL], latency=3)
    assert outcome == "done"


@pytest.mark.parametrize(("latency", "kind"), [(10, TrialTimeoutError), (9, CallTimeoutError)])
def test_a_call_that_ran_into_the_deadline_is_the_trials_error(
    latency: float, kind: type[HarnessError]
) -> None:
    now = 0.0
    limited_flow = limit_trial(flow(CALL), 10.0, lambda: now)
    next(limited_flow)
    now = latency
    error = CallTimeoutError("late", may_have_arrived=True, seconds=latency, log_id="LOG8")
    with pytest.raises(StopIteration) as end:
        limited_flow.throw(error)
    assert type(end.value.value) is kind
    assert end.value.value.log_id == "LOG8"
