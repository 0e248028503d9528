"""What a run says beside the lines of a change: workflow commands that GitHub reads on stdout.

An error stands where an expectation is written that fails the job, and where a trial could not be
judged; a warning where one fails that does not fail the job, and where a known failure passes.
GitHub shows ten of each for a step, and leaves out the rest without a word; here a notice says how
many there are.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from posixpath import isabs, normpath
from typing import Final, NamedTuple

import orjson

from coze_harness.model import ChangeKind, Run, TrialResult, TrialRow, TrialStatus, VerdictStatus
from coze_harness.reporting.failure_reasons import Reasons
from coze_harness.reporting.piece_spool import Fragments, TextOutput
from coze_harness.reporting.report_formats import Format, ResultLine
from coze_harness.reporting.transcript import error_lines
from coze_harness.reporting.view_model import TrialView, TurnView, VerdictView
from coze_harness.reporting.visible import format_count

MOST: Final = 10
"""So many errors, and so many warnings, does GitHub show for a step."""

_TEXT: Final = 600
_PLACE: Final = re.compile(r"(?P<file>.+?)(?::(?P<line>\d+)(?::(?P<col>\d+))?)?", re.DOTALL)
_ERROR: Final = "error"
_WARNING: Final = "warning"
# Of severity error; whether it fails the job can only be told from the whole of a run.
_FAILURE: Final = "failure"


class _Annotation(NamedTuple):
    level: str
    place: str
    title: str
    message: str


class AnnotationSheet:
    """Makes annotations as any report is made; it is written to stdout, not into a run's folder.

    Args:
        prefix: the project's folder from the repository's root, with forward slashes; empty where
            they are one.
        strict_known: whether a known failure that passes fails the run.
    """

    def __init__(self, prefix: str = "", *, strict_known: bool = False) -> None:
        self._prefix = prefix
        self._fixed = _ERROR if strict_known else _WARNING

    def piece(self, trial: TrialView, _line: bytes) -> bytes:
        """Return what is to be said of a trial, as JSON; nothing of one that simply passed."""
        if trial.change == ChangeKind.MISSING.value:
            return b""
        found = [tuple(annotation) for annotation in self._of(trial)]
        return orjson.dumps(found) if found else b""

    def write(self, run: Run, pieces: Fragments, _reasons: Reasons, out: TextOutput) -> None:
        """Write the first commands of each kind, and a notice of how many more there are."""
        counts = {_ERROR: 0, _WARNING: 0}
        fails = _failing(run)
        for row in run.rows:
            if row.key.id not in pieces:
                continue
            for fields in orjson.loads(pieces.get(row.key.id)):
                annotation = _Annotation(*fields)
                level = annotation.level
                if level == _FAILURE:
                    level = _ERROR if fails(row) else _WARNING
                counts[level] += 1
                if counts[level] <= MOST:
                    out.write(f"{self._command(level, annotation)}\n".encode())
        more = [
            format_count(count - MOST, f"more {level}")
            for level, count in counts.items()
            if count > MOST
        ]
        if more:
            said = f"{' and '.join(more)}: see the report."
            out.write(f"::notice title=coze-harness::{_data(said)}\n".encode())

    def beside(self) -> Mapping[str, bytes]:
        """Return the files that go beside the report: none."""
        return {}

    def fresh(self) -> Mapping[bytes, bytes]:
        """Return what the pieces have in common: nothing."""
        return {}

    def _of(self, trial: TrialView) -> Iterator[_Annotation]:
        if trial.error is not None:
            where = trial.error.where
            # A place in a file; of a whole file, or an address, GitHub has no line to show it at.
            place = where if re.search(r":\d+$", where) and "://" not in where else trial.place
            message = "\n".join(error_lines(trial.error))
            title = f"{trial.name}: {trial.error.kind}"
            yield _Annotation(_ERROR, place, title, _cut(message, 2 * _TEXT))
        if trial.status is TrialStatus.FIXED:
            yield _Annotation(self._fixed, trial.place, trial.name, trial.reason)
        for warning in trial.warnings:
            yield _Annotation(_WARNING, trial.place, trial.name, _cut(warning))
        for turn in trial.turns:
            for verdict in turn.verdicts:
                if verdict.status == "warning":
                    yield _of_verdict(_WARNING, trial, turn, verdict)
                elif verdict.status == "failed" and trial.status is TrialStatus.FAILED:
                    yield _of_verdict(_FAILURE, trial, turn, verdict)

    def _command(self, level: str, annotation: _Annotation) -> str:
        properties: dict[str, str] = {}
        if found := _PLACE.fullmatch(annotation.place):
            given = found.groupdict(default="")
            properties["file"] = _below(self._prefix, given["file"])
            properties |= {name: given[name] for name in ("line", "col") if given[name]}
        properties["title"] = annotation.title
        shown = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        return f"::{level} {shown}::{_data(annotation.message)}"


def workflow_commands(
    run: Run, results: Iterable[TrialResult], prefix: str = "", *, strict_known: bool = False
) -> list[str]:
    """Return a finished run's workflow commands, in the order of its rows.

    Args:
        run: the run.
        results: its trials; one that was executed again counts as it was executed last.
        prefix: the project's folder from the repository's root; empty where they are one.
        strict_known: whether a known failure that passes fails the run.
    """
    out = io.BytesIO()
    sheet = Format("", lambda _options: AnnotationSheet(prefix, strict_known=strict_known))
    sheet.render(run, lambda: _worth_saying(results), out)
    return out.getvalue().decode().split("\n")[:-1]


def harmless(text: str) -> str:
    """Return text of which GitHub takes no line for a command, whatever a bot has answered.

    A command is a line that begins with ``::``, or holds ``##[`` anywhere.
    """
    if "::" not in text and "##[" not in text:
        return text
    return _COMMAND.sub(r"\1: :", text.replace("##[", "## ["))


_COMMAND: Final = re.compile(r"^(\s*)::", re.MULTILINE)


def _worth_saying(results: Iterable[TrialResult]) -> Iterator[ResultLine]:
    """Leave out what simply passed: nothing would be said of it, and it is most of a run."""
    said: set[str] = set()
    for result in results:
        if result.key.id in said or _is_worth_saying(result):
            said.add(result.key.id)
            yield result, b""


def _is_worth_saying(result: TrialResult) -> bool:
    if result.status is not TrialStatus.PASSED or result.warnings:
        return True
    return any(v.status is VerdictStatus.FAILED for turn in result.turns for v in turn.verdicts)


def _failing(run: Run) -> Callable[[TrialRow], bool]:
    """Return what tells whether a failed trial fails the job; with a rate that is met it does not.

    Of a comparison that does whose scenario has become worse beyond luck.
    """
    if run.comparison is not None:
        bad = {(one.scenario, one.bot) for one in run.comparison.scenarios if one.regressed}
    else:
        bad = {(rate.scenario, rate.bot) for rate in run.pass_rates if not rate.met}
    return lambda row: (row.key.scenario, row.key.bot) in bad


def _of_verdict(level: str, trial: TrialView, turn: TurnView, verdict: VerdictView) -> _Annotation:
    parts = [verdict.reason or verdict.expected, f"prompt: {turn.prompt}"]
    if verdict.reason and verdict.expected:
        parts.append(f"expected: {verdict.expected}")
    if verdict.actual:
        parts.append(f"seen: {verdict.actual}")
    title = f"{trial.name}: {verdict.name or verdict.kind}"
    return _Annotation(level, verdict.place or trial.place, title, "\n".join(map(_cut, parts)))


def _below(prefix: str, file: str) -> str:
    return normpath(f"{prefix}/{file}") if prefix and not isabs(file) else file


def _cut(text: str, limit: int = _TEXT) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
