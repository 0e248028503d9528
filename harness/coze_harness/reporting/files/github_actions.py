"""Annotations of a run for GitHub Actions: workflow commands on stdout.

An expectation that fails the job and a trial that could not be judged are errors. A failed
expectation that does not fail the job and a known failure that passes are warnings. GitHub shows
ten of each for a step and drops the rest silently, so a notice reports how many there are.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from posixpath import isabs, normpath
from typing import Final, NamedTuple

from coze_harness.messages import Catalogue, LocalizedText, message
from coze_harness.model import ChangeKind, Run, TrialResult, TrialRow, TrialStatus, VerdictStatus
from coze_harness.model.errors import HarnessError, ScenarioErrors
from coze_harness.reporting.views.transcript import error_lines, labelled_text
from coze_harness.reporting.views.trial_view import trial_view
from coze_harness.reporting.views.view_model import TrialView, TurnView, VerdictView
from coze_harness.reporting.views.wording import Wording

MAX_ANNOTATIONS: Final = 10
"""How many errors, and how many warnings, GitHub shows for a step."""

_TEXT_LIMIT: Final = 600
_PLACE: Final = re.compile(r"(?P<file>.+?)(?::(?P<line>\d+)(?::(?P<col>\d+))?)?", re.DOTALL)
_COMMAND: Final = re.compile(r"^(\s*)::", re.MULTILINE)
_ERROR: Final = "error"
_WARNING: Final = "warning"
# A failed expectation of severity error; the whole run decides whether it fails the job.
_FAILURE: Final = "failure"


class _Annotation(NamedTuple):
    level: str
    place: str
    title: str
    text: str
    cause: str = ""

    def with_note(self, note: str) -> _Annotation:
        """Return the annotation with a line after its text."""
        return self._replace(text=f"{self.text}\n{note}") if note else self


def workflow_commands(
    run: Run,
    results: Iterable[TrialResult],
    prefix: str = "",
    *,
    strict_known: bool = False,
    words: Catalogue,
) -> list[str]:
    """Return a finished run's workflow commands, in the order of its rows.

    Args:
        run: the run.
        results: its trials; of one that was executed again, the last result counts.
        prefix: the project's folder in the repository, with forward slashes; empty for its root.
        strict_known: whether a known failure that passes fails the run.
        words: the texts of the language.
    """
    wording = Wording(words.language)
    annotations: dict[str, list[_Annotation]] = {}
    for result in results:
        # Trials that simply passed are most of a run.
        if result.key.id in annotations or _has_annotations(result):
            trial = trial_view(result, wording)
            annotations[trial.id] = list(_annotations(trial, words, strict_known=strict_known))
    lines: list[str] = []
    counts = {_ERROR: 0, _WARNING: 0}
    fails_job = _job_failures(run)
    for group in _by_cause(run.rows, annotations):
        annotation, row = group[0]
        level = annotation.level
        if level == _FAILURE:
            level = _ERROR if fails_job(row) else _WARNING
        counts[level] += 1
        if counts[level] <= MAX_ANNOTATIONS:
            more = len(group) - 1
            text = message("annotation.same_cause", n=more) if more else LocalizedText()
            lines.append(_command(level, annotation.with_note(words.text(text)), prefix))
    errors, warnings = (max(counts[level] - MAX_ANNOTATIONS, 0) for level in (_ERROR, _WARNING))
    if notice := _notice(errors, warnings):
        lines.append(f"::notice title=coze-harness::{_escape_data(words.text(notice))}")
    return lines


def error_commands(
    errors: Iterable[HarnessError],
    notices: Iterable[HarnessError],
    words: Catalogue,
    prefix: str = "",
) -> list[str]:
    """Return the workflow commands of errors in files, and of notices, as far as GitHub shows them.

    Args:
        errors: what prevents a run, or what a check found; those without a file are left out.
        notices: what is no error.
        words: the texts.
        prefix: the project's folder in the repository, with forward slashes; empty for its root.
    """
    lines: list[str] = []
    for level, group in ((_ERROR, errors), (_WARNING, notices)):
        in_files = [one for error in group for one in _each(error) if _is_in_file(one)]
        for one in in_files[:MAX_ANNOTATIONS]:
            texts = [words.text(one.what), *map(words.text, one.detail)]
            if one.next_step:
                step = words.text(one.next_step)
                texts.append(words.word("error.next", {"step": step}))
            text = _truncate("\n".join(texts), 2 * _TEXT_LIMIT)
            annotation = _Annotation(level, str(one.where), f"coze-harness: {one.kind}", text)
            lines.append(_command(level, annotation, prefix))
    return lines


def _by_cause(
    rows: Iterable[TrialRow], annotations: Mapping[str, Sequence[_Annotation]]
) -> Sequence[Sequence[tuple[_Annotation, TrialRow]]]:
    """Return the annotations in the order of the rows.

    Those of one scenario's trials at one place for one reason are together: GitHub shows few.
    """
    groups: dict[tuple[str, ...], list[tuple[_Annotation, TrialRow]]] = {}
    for row in rows:
        for number, one in enumerate(annotations.get(row.key.id, ())):
            own = () if one.cause else (row.key.id, str(number))
            key = (row.key.scenario, row.key.bot, one.level, one.place, one.cause, *own)
            groups.setdefault(key, []).append((one, row))
    return list(groups.values())


def _each(error: HarnessError) -> Sequence[HarnessError]:
    return error.errors if isinstance(error, ScenarioErrors) else (error,)


def _is_in_file(error: HarnessError) -> bool:
    return error.where is not None and "://" not in error.where.path


def _notice(errors: int, warnings: int) -> LocalizedText:
    """Return how many errors and warnings GitHub does not show."""
    counts: list[LocalizedText] = []
    if errors:
        counts.append(message("annotation.errors", n=errors))
    if warnings:
        counts.append(message("annotation.warnings", n=warnings))
    if len(counts) == 2:
        return message("annotation.more_of_both", errors=counts[0], warnings=counts[1])
    return message("annotation.more", count=counts[0]) if counts else LocalizedText()


def disarm_commands(text: str) -> str:
    """Return text in which GitHub finds no command, whatever a bot answered.

    A command is a line that begins with ``::``, or ``##[`` anywhere.
    """
    if "::" not in text and "##[" not in text:
        return text
    return _COMMAND.sub(r"\1: :", text.replace("##[", "## ["))


def _has_annotations(result: TrialResult) -> bool:
    if result.status is not TrialStatus.PASSED or result.warnings or result.edited:
        return True
    return any(v.status is VerdictStatus.FAILED for turn in result.turns for v in turn.verdicts)


def _annotations(
    trial: TrialView, words: Catalogue, *, strict_known: bool
) -> Iterator[_Annotation]:
    if trial.change == ChangeKind.MISSING.value:
        return
    if trial.error is not None:
        where = trial.error.where
        # GitHub can only show a line of a file, not a whole file or a URL.
        place = where if re.search(r":\d+$", where) and "://" not in where else trial.place
        text = _truncate("\n".join(error_lines(trial.error, words)), 2 * _TEXT_LIMIT)
        yield _Annotation(_ERROR, place, f"{trial.name}: {trial.error.kind}", text)
    if trial.status is TrialStatus.FIXED:
        level = _ERROR if strict_known else _WARNING
        yield _Annotation(level, trial.place, trial.name, trial.reason)
    for warning, _ in trial.warnings:
        yield _Annotation(_WARNING, trial.place, trial.name, _truncate(warning))
    for turn in trial.turns:
        for verdict in turn.verdicts:
            if verdict.status == "warning":
                yield _verdict_annotation(_WARNING, trial, turn, verdict, words)
            elif verdict.status == "failed" and trial.status is TrialStatus.FAILED:
                yield _verdict_annotation(_FAILURE, trial, turn, verdict, words)


def _verdict_annotation(
    level: str, trial: TrialView, turn: TurnView, verdict: VerdictView, words: Catalogue
) -> _Annotation:
    parts = [verdict.reason or verdict.expected, labelled_text("prompt", turn.prompt, words)]
    if verdict.reason and verdict.expected:
        parts.append(labelled_text("expected", verdict.expected, words))
    if verdict.actual:
        parts.append(labelled_text("seen", verdict.actual, words))
    title = f"{trial.name}: {verdict.name or verdict.kind}"
    text = "\n".join(map(_truncate, parts))
    cause = verdict.reason or verdict.expected
    return _Annotation(level, verdict.place or trial.place, title, text, cause)


def _job_failures(run: Run) -> Callable[[TrialRow], bool]:
    """Return a test whether a failed trial fails the job.

    In a comparison it does if its scenario regressed, else if its pass rate is missed.
    """
    if run.comparison is not None:
        failing = {(one.scenario, one.bot) for one in run.comparison.scenarios if one.regressed}
    else:
        failing = {(rate.scenario, rate.bot) for rate in run.pass_rates if not rate.met}
    return lambda row: (row.key.scenario, row.key.bot) in failing


def _command(level: str, annotation: _Annotation, prefix: str) -> str:
    properties: dict[str, str] = {}
    if match := _PLACE.fullmatch(annotation.place):
        place = match.groupdict(default="")
        file = place["file"]
        properties["file"] = normpath(f"{prefix}/{file}") if prefix and not isabs(file) else file
        properties |= {name: place[name] for name in ("line", "col") if place[name]}
    properties["title"] = annotation.title
    pairs = ",".join(f"{name}={_escape_property(value)}" for name, value in properties.items())
    return f"::{level} {pairs}::{_escape_data(annotation.text)}"


def _truncate(text: str, limit: int = _TEXT_LIMIT) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…"


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
