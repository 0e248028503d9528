"""A trial's <testcase>, made by junitparser: for whatever did not simply pass."""

from __future__ import annotations

from collections.abc import Mapping

from junitparser import (
    Attr,
    Element,
    Error,
    Failure,
    Properties,
    Property,
    Skipped,
    TestCase,
)

from coze_harness.model import TrialStatus
from coze_harness.reporting.junit_text import SAID, unattached
from coze_harness.reporting.transcript import error_lines, said, transcript, verdict_lines
from coze_harness.reporting.view_model import TrialView
from coze_harness.reporting.visible import one_line


class _Case(TestCase):
    """A case that says where it is written, as pytest's own JUnit files do."""

    file = Attr()
    line = Attr()


def case(trial: TrialView, properties: Mapping[str, str]) -> bytes:
    """Return a trial's <testcase>; properties without a value are left out."""
    made = _Case(trial.name, trial.scenario, trial.seconds)
    file, _, line = trial.place.rpartition(":")
    if line.isdigit():
        made.file, made.line = file, line
    listed = Properties()  # type: ignore[no-untyped-call]  # junitparser is half typed
    for name, value in properties.items():
        if value:
            _put(listed, Property(name, value))
    _put(made, listed)
    if trial.status is TrialStatus.FAILED:
        failure = Failure(trial.reason, "expectation")
        failure.text = "\n".join(transcript(trial, all_verdicts=False))
        _put(made, failure)
    elif trial.status is TrialStatus.ERROR:
        error = Error(trial.reason, trial.error.kind if trial.error else "error")
        error.text = "\n".join(error_lines(trial.error)) if trial.error else trial.reason
        _put(made, error)
    elif trial.status in (TrialStatus.SKIPPED, TrialStatus.KNOWN_FAILURE):
        _put(made, _skipped(trial))
    if out := unattached(_out(trial)):
        made.system_out = out
    return _written(made)


def _out(trial: TrialView) -> str:
    if trial.status is TrialStatus.PASSED and not trial.warnings:
        return said(trial, SAID)
    note = [trial.reason] if trial.status is TrialStatus.FIXED else []
    return "\n".join([*note, *transcript(trial)])


def bare(name: str, scenario: str) -> bytes:
    """Return the <testcase> of a trial of which trials.jsonl says nothing."""
    return _written(_Case(name, scenario))


def _skipped(trial: TrialView) -> Skipped:
    why = f"known failure: {one_line(trial.known_failure)}" if trial.known_failure else ""
    message = why or trial.reason or "skipped"
    skipped = Skipped(message)
    lines = [
        line
        for turn in trial.turns
        for verdict in turn.verdicts
        if verdict.status != "passed"
        for line in verdict_lines(verdict)
    ]
    skipped.text = "\n".join([message, *lines])
    return skipped


def _put(parent: Element, child: Element) -> None:
    parent.append(child)  # type: ignore[no-untyped-call]  # junitparser is half typed


def _written(element: Element) -> bytes:
    written: bytes = element.tostring()  # type: ignore[no-untyped-call]  # junitparser is half typed
    return written
