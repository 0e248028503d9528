"""junit.xml, as CI servers read it: a suite for each scenario file.

A failed expectation is a <failure>, what could not be judged an <error>, a known failure <skipped>
with its reason; GitLab shows the text in these and not their `message`, Jenkins both. <system-out>
has the whole transcript of such a trial, and what was said of one that passed, in short and only in
a run that is not large. Those are made by junitparser; the suites' tags and the cases that simply
passed, which are nearly all, are written here, byte for byte as it would write them. Each case is
built, written and forgotten, so memory does not grow with the run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from coze_harness.model import Run, TrialRow, TrialStatus
from coze_harness.reporting.failure_reasons import Reasons
from coze_harness.reporting.junit_text import SAID, unattached
from coze_harness.reporting.piece_spool import Fragments, TextOutput
from coze_harness.reporting.safe_text import run_seconds
from coze_harness.reporting.transcript import said
from coze_harness.reporting.view_model import TrialView
from coze_harness.reporting.visible import single_line

# Counted as <skipped>: it neither passed nor failed the run.
_SKIPPED: Final = (TrialStatus.SKIPPED, TrialStatus.KNOWN_FAILURE)

LARGE: Final = 1_000
"""With more trials than this, nothing is said of those that passed: GitLab reads up to 30 MB."""
# Between what is always written of a passed trial, and what is not in a large run. XML has no NUL.
_SPLIT: Final = b"\0"
_END: Final = b"</testcase>"
# What the standard library's ElementTree, which junitparser writes with, escapes in an attribute.
_SPECIAL = re.compile('[&<>"\r\n\t]')
_ENTITIES: Final = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\r": "&#13;",
    "\n": "&#10;",
    "\t": "&#09;",
}


class JUnitSheet:
    """Makes a <testcase> of each trial, and the suites around them."""

    def piece(self, trial: TrialView, _line: bytes) -> bytes:
        """Return a trial's <testcase>."""
        properties = {
            "bot": trial.bot,
            "case": trial.case,
            "tags": ", ".join(trial.tags),
            "tokens": str(trial.tokens) if trial.tokens else "",
            "log_id": ", ".join(trial.log_ids),
            "cassette": trial.cassette,
        }
        if trial.status is TrialStatus.PASSED and not trial.warnings:
            return _passed(trial, properties).encode() + _SPLIT + _short(trial)
        # junitparser: most runs have no need of it
        from coze_harness.reporting.junit_cases import case

        return case(trial, properties)

    def beside(self) -> Mapping[str, bytes]:
        """Return the files that go beside the report: none."""
        return {}

    def fresh(self) -> Mapping[bytes, bytes]:
        """Return what the pieces have in common: nothing."""
        return {}

    def write(self, run: Run, pieces: Fragments, reasons: Reasons, out: TextOutput) -> None:
        """Write the suites in the order in which the run's rows name their files."""
        root = {"name": f"coze-harness {single_line(run.run_id)}", **_counts(run.rows)}
        seconds = run_seconds(run)
        if seconds is not None:
            root["time"] = str(seconds)
        out.write(f"<?xml version='1.0' encoding='utf-8'?>\n{_tag('testsuites', root)}\n".encode())
        about = {"mode": run.mode.value, "run_id": single_line(run.run_id)}
        listed = "".join(_property(name, value) for name, value in about.items() if value)
        timestamp = _timestamp(run.started_at)
        for file, rows in _by_file(run.rows):
            suite = {"name": single_line(file) or "scenarios", **timestamp}
            suite["time"] = str(round(sum([row.seconds for row in rows]), 3))
            opening = _tag("testsuite", suite | _counts(rows))
            out.write(f"{opening}\n<properties>{listed}</properties>\n".encode())
            for row in rows:
                always, split, short = _case(row, pieces).partition(_SPLIT)
                out.write(always)
                if split:
                    out.write(short if len(run.rows) <= LARGE else _END)
                out.write(b"\n")
            out.write(b"</testsuite>\n")
        out.write(b"</testsuites>\n")


def _passed(trial: TrialView, properties: Mapping[str, str]) -> str:
    """Return the <testcase> of a trial that passed and has nothing else to tell."""
    file, _, line = trial.place.rpartition(":")
    name, scenario = trial.name, trial.scenario
    if _SPECIAL.search("".join((name, scenario, file, *properties.values()))):
        name, scenario, file = _escaped(name), _escaped(scenario), _escaped(file)
        properties = {key: _escaped(value) for key, value in properties.items()}
    place = f' file="{file}" line="{line}"' if line.isdigit() else ""
    listed = "".join(
        [f'<property name="{key}" value="{value}" />' for key, value in properties.items() if value]
    )
    return (
        f'<testcase name="{name}" classname="{scenario}" time="{float(trial.seconds)}"{place}>'
        + (f"<properties>{listed}</properties>" if listed else "<properties />")
    )


def _short(trial: TrialView) -> bytes:
    """Return the end of a passed trial's <testcase>, with what was said."""
    # A table for translate() would be looked into for every letter.
    text = unattached(said(trial, SAID)).replace("&", "&amp;")
    text = text.replace("<", "&lt;").replace(">", "&gt;")
    return f"<system-out>{text}</system-out></testcase>".encode() if text else _END


def _case(row: TrialRow, pieces: Fragments) -> bytes:
    if row.key.id in pieces:
        return pieces.get(row.key.id)
    from coze_harness.reporting.junit_cases import bare

    return bare(single_line(row.key.id), single_line(row.key.scenario))


def _by_file(rows: Sequence[TrialRow]) -> Iterator[tuple[str, Sequence[TrialRow]]]:
    """Yield each file's rows: files in the order of their first row, rows as they come."""
    first: dict[str, int] = {}
    for row in rows:
        first.setdefault(row.key.file, len(first))
    for file, group in groupby(
        sorted(rows, key=lambda row: first[row.key.file]), key=lambda row: row.key.file
    ):
        yield file, list(group)


def _counts(rows: Sequence[TrialRow]) -> dict[str, str]:
    statuses = [row.status for row in rows]
    return {
        "tests": str(len(statuses)),
        "failures": str(statuses.count(TrialStatus.FAILED)),
        "errors": str(statuses.count(TrialStatus.ERROR)),
        "skipped": str(sum([statuses.count(status) for status in _SKIPPED])),
    }


def _timestamp(iso: str) -> dict[str, str]:
    """Return a time as the JUnit schema has it, without a zone; nothing if it is no time."""
    try:
        return {"timestamp": datetime.fromisoformat(iso).strftime("%Y-%m-%dT%H:%M:%S")}
    except ValueError:
        return {}


def _tag(name: str, attributes: Mapping[str, str]) -> str:
    """Return an element's opening tag."""
    shown = "".join([f' {key}="{_escaped(value)}"' for key, value in attributes.items()])
    return f"<{name}{shown}>"


def _property(name: str, value: str) -> str:
    return f'<property name="{name}" value="{_escaped(value)}" />'


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ENTITIES[found.group()], text)
