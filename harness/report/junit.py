"""junit.xml, as CI servers read it: a suite for each scenario file, made by junitparser.

A failed expectation is a <failure>, what could not be judged an <error>, a known failure <skipped>
with its reason. Each case is built, written and forgotten, so memory does not grow with the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TextIO

from junitparser import (
    Attr,
    Element,
    Error,
    Failure,
    JUnitXml,
    Properties,
    Property,
    Skipped,
    SystemOut,
    TestCase,
    TestSuite,
)

from harness.model import Row, Run, TrialStatus
from harness.report.overview import Reasons, run_seconds
from harness.report.spool import Pieces
from harness.report.transcript import error_lines, transcript, verdict_lines
from harness.report.view import TrialView
from harness.report.visible import one_line

# Counted as <skipped>: it neither passed nor failed the run.
_SKIPPED = (TrialStatus.SKIPPED, TrialStatus.KNOWN_FAILURE)


class _Case(TestCase):
    """A case that says where it is written, as pytest's own JUnit files do."""

    file = Attr()
    line = Attr()


class JUnitSheet:
    """Makes a <testcase> of each trial, and the suites around them."""

    def piece(self, trial: TrialView) -> str:
        """Return a trial's <testcase>."""
        return _text(_case(trial))

    def write(self, run: Run, pieces: Pieces, reasons: Reasons, out: TextIO) -> None:
        """Write the suites in the order in which the run's rows name their files."""
        suites: dict[str, list[Row]] = {}
        for row in run.rows:
            suites.setdefault(row.key.file, []).append(row)
        out.write("<?xml version='1.0' encoding='utf-8'?>\n")
        root = JUnitXml(name=f"coze-harness {one_line(run.run_id)}")
        _counted(root, run.rows)
        seconds = run_seconds(run)
        if seconds is not None:
            root.time = seconds
        out.write(_opening(root))
        for file, rows in suites.items():
            _write_suite(run, file, rows, pieces, out)
        out.write("</testsuites>\n")


def _write_suite(run: Run, file: str, rows: Sequence[Row], pieces: Pieces, out: TextIO) -> None:
    suite = TestSuite(one_line(file) or "scenarios")
    suite.timestamp = _timestamp(run.started_at)  # type: ignore[assignment]  # None: left out
    suite.time = round(sum(row.seconds for row in rows), 3)
    _counted(suite, rows)
    out.write(_opening(suite))
    about = {"mode": run.mode.value, "run_id": one_line(run.run_id)}
    out.write(_text(_property_list(about)) + "\n")
    for row in rows:
        if row.key.id in pieces:
            out.write(pieces.get(row.key.id))
        else:
            out.write(_text(_Case(one_line(row.key.id), one_line(row.key.scenario))))
        out.write("\n")
    out.write("</testsuite>\n")


def _case(trial: TrialView) -> TestCase:
    case = _Case(trial.name, trial.scenario, trial.seconds)
    file, _, line = trial.place.rpartition(":")
    if line.isdigit():
        case.file, case.line = file, line
    _put(case, _properties(trial))
    if trial.status is TrialStatus.FAILED:
        failure = Failure(trial.reason, "expectation")
        failure.text = "\n".join(transcript(trial, all_verdicts=False))
        _put(case, failure)
    elif trial.status is TrialStatus.ERROR:
        error = Error(trial.reason, trial.error.kind if trial.error else "error")
        error.text = "\n".join(error_lines(trial.error)) if trial.error else trial.reason
        _put(case, error)
    elif trial.status in _SKIPPED:
        why = f"known failure: {one_line(trial.known_failure)}" if trial.known_failure else ""
        skipped = Skipped(why or trial.reason or "skipped")
        skipped.text = "\n".join(
            line
            for turn in trial.turns
            for verdict in turn.verdicts
            if verdict.status != "passed"
            for line in verdict_lines(verdict)
        )
        _put(case, skipped)
    if trial.status is not TrialStatus.PASSED or trial.warnings:
        note = [trial.reason] if trial.status is TrialStatus.FIXED else []
        _put(case, SystemOut("\n".join([*note, *transcript(trial)])))
    return case


def _properties(trial: TrialView) -> Properties:
    return _property_list(
        {
            "bot": trial.bot,
            "case": trial.case,
            "tags": ", ".join(trial.tags),
            "tokens": str(trial.tokens) if trial.tokens else "",
            "log_id": ", ".join(trial.log_ids),
            "cassette": trial.cassette,
        }
    )


def _property_list(values: Mapping[str, str]) -> Properties:
    properties = Properties()  # type: ignore[no-untyped-call]  # junitparser is half typed
    for name, value in values.items():
        if value:
            _put(properties, Property(name, value))
    return properties


def _put(parent: Element, child: Element) -> None:
    parent.append(child)  # type: ignore[no-untyped-call]  # junitparser is half typed


def _counted(element: JUnitXml | TestSuite, rows: Sequence[Row]) -> None:
    statuses = [row.status for row in rows]
    element.tests = len(statuses)
    element.failures = statuses.count(TrialStatus.FAILED)
    element.errors = statuses.count(TrialStatus.ERROR)
    element.skipped = sum(statuses.count(status) for status in _SKIPPED)


def _timestamp(iso: str) -> str | None:
    """Return a time as the JUnit schema has it, without a zone; None if it is no time."""
    try:
        return datetime.fromisoformat(iso).strftime("%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return None


def _text(element: Element) -> str:
    text: bytes = element.tostring()  # type: ignore[no-untyped-call]  # junitparser is half typed
    return text.decode()


def _opening(element: Element) -> str:
    """Return an element's opening tag: it is empty so far, and its content is streamed."""
    return _text(element).rstrip().removesuffix("/>").rstrip() + ">\n"
