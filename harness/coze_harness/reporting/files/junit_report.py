"""junit.xml for CI servers: a suite for each scenario (per target), a case for each trial.

A failed expectation is a <failure>, a trial that could not be judged an <error>, a known failure
<skipped> with its reason. GitLab shows the text of these elements and not their `message`, Jenkins
shows both. A failure has the whole conversation, so that it is in the file once; other trials have
it in <system-out>. That of a passed trial is short and left out of large runs. Cases are written
one by one, so memory does not grow with the run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from coze_harness.messages import Catalogue, Language, message
from coze_harness.model import Run, TrialRow, TrialStatus
from coze_harness.reporting.fragment_spool import Fragments, TextOutput
from coze_harness.reporting.report_writer import ReportWriter
from coze_harness.reporting.views.run_view import RunView
from coze_harness.reporting.views.safe_text import run_seconds, single_line
from coze_harness.reporting.views.transcript import (
    conversation_text,
    error_lines,
    transcript,
    verdict_lines,
)
from coze_harness.reporting.views.view_model import TrialView

# Neither passed nor failed.
_SKIPPED: Final = (TrialStatus.SKIPPED, TrialStatus.KNOWN_FAILURE)

LARGE: Final = 1_000
"""With more trials, passed ones have no <system-out>: GitLab reads up to 30 MB."""
PASSED_OUTPUT: Final = 1_000
"""Jenkins keeps as many characters of a passed test's output."""
# Between what is always written of a passed trial and what a large run leaves out. XML has no NUL.
_SPLIT: Final = b"\0"
_END: Final = "</testcase>"
_SPECIAL: Final = re.compile('[&<>"\r\n\t]')
_ENTITIES: Final = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\r": "&#13;",
    "\n": "&#10;",
    "\t": "&#09;",
}


class JUnitWriter(ReportWriter):
    """Writes a <testcase> for each trial, and the suites around them.

    Args:
        language: of the texts.
    """

    def __init__(self, language: Language = "en") -> None:
        self.language: Language = language
        self._words = Catalogue(language)

    def render_trial(self, trial: TrialView, _line: bytes, /) -> bytes:
        """Return a trial's <testcase>."""
        begin = _opening(trial)
        if trial.status is TrialStatus.PASSED and not trial.warnings:
            output = _system_out(conversation_text(trial, self._words, PASSED_OUTPUT))
            return begin.encode() + _SPLIT + f"{output}{_END}".encode()
        outcome = _outcome(trial, self._words)
        if trial.status is TrialStatus.FAILED:
            return f"{begin}{outcome}{_END}".encode()
        note = [trial.reason] if trial.status is TrialStatus.FIXED else []
        lines = transcript(trial._replace(error=None), self._words)
        return f"{begin}{outcome}{_system_out(chr(10).join([*note, *lines]))}{_END}".encode()

    def write(self, run: Run, view: RunView, fragments: Fragments, out: TextOutput, /) -> None:
        """Write the suites in the order in which the run's rows name their scenarios."""
        root = {"name": f"coze-harness {single_line(run.run_id)}", **_counts(run.rows)}
        seconds = run_seconds(run)
        if seconds is not None:
            root["time"] = str(seconds)
        out.write(f"<?xml version='1.0' encoding='utf-8'?>\n{_tag('testsuites', root)}\n".encode())
        properties = _properties(
            {"mode": run.mode.value, "run_id": _escape(single_line(run.run_id))}
        )
        timestamp = _timestamp(run.started_at)
        labels = {
            (one.rows[0].key.scenario, one.rows[0].key.bot): one.label for one in view.scenarios
        }
        suites: dict[tuple[str, str], list[TrialRow]] = {}
        for row in run.rows:
            suites.setdefault((row.key.scenario, row.key.bot), []).append(row)
        for key, rows in suites.items():
            suite = {"name": labels[key] or "scenario", **timestamp}
            suite["time"] = str(round(sum([row.seconds for row in rows]), 3))
            opening = _tag("testsuite", suite | _counts(rows))
            out.write(f"{opening}\n{properties}\n".encode())
            for row in rows:
                always, split, output = _case(row, fragments).partition(_SPLIT)
                out.write(always)
                if split:
                    out.write(output if len(run.rows) <= LARGE else _END.encode())
                out.write(b"\n")
            out.write(b"</testsuite>\n")
        out.write(b"</testsuites>\n")


def _opening(trial: TrialView) -> str:
    """Return a <testcase> up to its properties."""
    file, _, line = trial.place.rpartition(":")
    properties = {
        "bot": trial.bot,
        "case": trial.case,
        "tags": ", ".join(trial.tags),
        "tokens": str(trial.tokens) if trial.tokens else "",
        "log_id": ", ".join(trial.log_ids),
        "cassette": trial.cassette,
    }
    name, scenario = trial.name, trial.scenario
    # Most trials need no escapes, and one search for all texts is faster than one for each.
    if _SPECIAL.search("".join((name, scenario, file, *properties.values()))):
        name, scenario, file = _escape(name), _escape(scenario), _escape(file)
        properties = {key: _escape(value) for key, value in properties.items()}
    place = f' file="{file}" line="{line}"' if line.isdigit() else ""
    start = f'<testcase name="{name}" classname="{scenario}" time="{float(trial.seconds)}"{place}>'
    return start + _properties(properties)


def _properties(values: Mapping[str, str]) -> str:
    """Return <properties> of escaped values; empty values are left out."""
    elements = "".join(
        [f'<property name="{key}" value="{value}" />' for key, value in values.items() if value]
    )
    return f"<properties>{elements}</properties>" if elements else "<properties />"


def _outcome(trial: TrialView, words: Catalogue) -> str:
    """Return the element that marks a trial that did not pass; empty for others."""
    if trial.status is TrialStatus.FAILED:
        text = "\n".join(transcript(trial, words))
        return _element("failure", text, message=trial.reason, type="expectation")
    if trial.status is TrialStatus.ERROR:
        error = trial.error
        text = "\n".join(error_lines(error, words)) if error else trial.reason
        kind = error.kind if error else "error"
        return _element("error", text, message=trial.reason, type=kind)
    if trial.status not in _SKIPPED:
        return ""
    title = trial.reason or words.word("status.skipped")
    if trial.known_failure:
        reason = single_line(trial.known_failure)
        title = words.text(message("report.known_failure", reason=reason))
    lines = [
        line
        for turn in trial.turns
        for verdict in turn.verdicts
        if verdict.status != "passed"
        for line in verdict_lines(verdict, words)
    ]
    return _element("skipped", "\n".join([title, *lines]), message=title)


def _case(row: TrialRow, fragments: Fragments) -> bytes:
    """Return a row's <testcase>; a bare one if trials.jsonl has no line for it."""
    if row.key.id in fragments:
        return fragments.get(row.key.id)
    names = {"name": single_line(row.key.id), "classname": single_line(row.key.scenario)}
    return _tag("testcase", names, end=" />").encode()


def _counts(rows: Sequence[TrialRow]) -> dict[str, str]:
    statuses = [row.status for row in rows]
    return {
        "tests": str(len(statuses)),
        "failures": str(statuses.count(TrialStatus.FAILED)),
        "errors": str(statuses.count(TrialStatus.ERROR)),
        "skipped": str(sum([statuses.count(status) for status in _SKIPPED])),
    }


def _timestamp(iso: str) -> dict[str, str]:
    """Return a time without a zone, as the JUnit schema has it; empty if it is no time."""
    try:
        return {"timestamp": datetime.fromisoformat(iso).strftime("%Y-%m-%dT%H:%M:%S")}
    except ValueError:
        return {}


def _tag(name: str, attributes: Mapping[str, str], *, end: str = ">") -> str:
    pairs = "".join([f' {key}="{_escape(value)}"' for key, value in attributes.items()])
    return f"<{name}{pairs}{end}"


def _element(name: str, text: str, **attributes: str) -> str:
    """Return an element with text; empty attributes are left out."""
    tag = _tag(name, {key: value for key, value in attributes.items() if value}, end="")
    return f"{tag}>{_escape_text(text)}</{name}>" if text else f"{tag} />"


def _system_out(text: str) -> str:
    """Return <system-out>; empty without text."""
    return f"<system-out>{_escape_text(text)}</system-out>" if text else ""


def _escape_text(text: str) -> str:
    """Return text for XML, in which GitLab finds no path of an attachment."""
    if "[[A" in text:
        text = text.replace("[[ATTACHMENT|", "[[ATTACHMENT¦")
    # str.translate() would look up every character.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _escape(text: str) -> str:
    return _SPECIAL.sub(lambda match: _ENTITIES[match.group()], text)
