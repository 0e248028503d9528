"""Two runs that have been, compared from what their folders hold."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from coze_harness.cassettes import Redactor
from coze_harness.commands.project import Project
from coze_harness.compare import compare_trial
from coze_harness.model import ChangeKind, TrialKey, TrialResult, replace
from coze_harness.model.errors import NothingSelectedError, ResultsError, UsageError
from coze_harness.reporting.encoded_result import EncodedResult, encode_result
from coze_harness.reporting.report_formats import TrialRenderer
from coze_harness.results import read_results, read_run
from coze_harness.scenarios.trial_filter import TrialFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTrialPair:
    """A trial of the candidate's run, of the baseline's, or of both."""

    baseline: TrialResult | None
    candidate: TrialResult | None
    key: TrialKey
    min_pass_rate: float


def find_two_runs(project: Project, words: Sequence[str]) -> tuple[Path, Path] | None:
    """Return the folders of two runs where two words name them; `None` where they are PATHs.

    Raises:
        UsageError: one of the two names a run, and the other does not.
    """
    if len(words) != 2:
        return None
    found = [_folder(project, word) for word in words]
    if found[0] and found[1]:
        return found[0], found[1]
    if any(found):
        run, other = words if found[0] else reversed(words)
        raise UsageError(
            f'"{run}" is a run, and "{other}" is none.',
            next_step="name two runs (ids, folders, latest), or files, folders and scenarios;"
            " coze-harness history shows the runs",
        )
    return None


def _folder(project: Project, word: str) -> Path | None:
    try:
        return project.run_folder(word)
    except ResultsError:
        return None


def pair_runs(baseline: Path, candidate: Path, wanted: TrialFilter) -> list[RunTrialPair]:
    """Return the trials of two runs, paired: by id, else by scenario, case and repeat.

    Raises:
        ArchiveError: a folder cannot be read.
        NothingToRunError: no trial is left.
    """
    before = list(_results(baseline, wanted))
    by_id = {result.key.id: result for result in before}
    by_place: dict[tuple[str, str, int], TrialResult] = {}
    for result in before:
        by_place.setdefault(_place(result.key), result)
    required = {rate.scenario: rate.required for rate in read_run(candidate).pass_rates}
    found = []
    used = set()
    for result in _results(candidate, wanted):
        other = by_id.get(result.key.id) or by_place.get(_place(result.key))
        if other is not None:
            used.add(other.key.id)
        found.append(_recalled(other, result, required.get(result.key.scenario, 1.0)))
    found += [
        _recalled(result, None, required.get(result.key.scenario, 1.0))
        for result in before
        if result.key.id not in used
    ]
    if not found:
        raise NothingSelectedError(
            "The two runs have no trial that is chosen.",
            next_step="compare them without -k and --tag",
        )
    return found


def _recalled(
    baseline: TrialResult | None, candidate: TrialResult | None, required: float
) -> RunTrialPair:
    either = candidate or baseline
    assert either is not None  # noqa: S101 (one side is always there)
    return RunTrialPair(
        baseline=baseline, candidate=candidate, key=either.key, min_pass_rate=required
    )


def _place(key: TrialKey) -> tuple[str, str, int]:
    return key.scenario, key.case, key.trial


def _results(folder: Path, wanted: TrialFilter) -> Iterable[TrialResult]:
    """Return a run's own results, each as it was executed last."""
    found: dict[str, TrialResult] = {}
    for result in read_results(folder):
        # Of a run that was a comparison itself, what it lacked is no result of its own.
        missing = result.change is not None and result.change.kind is ChangeKind.MISSING
        if wanted.matches(result.key) and not missing:
            found[result.key.id] = replace(result, change=None)
    return found.values()


def compare_run_pairs(
    redactor: Redactor,
    todo: Sequence[RunTrialPair],
    renderer: TrialRenderer,
) -> Generator[Sequence[EncodedResult], None, None]:
    """Yield each trial of two runs, compared."""
    for one in todo:
        item = encode_result(compare_trial(one.baseline, one.candidate), renderer, redactor)
        # What a run lacked, or could not judge then, is no fault of the other.
        yield (item if one.candidate else replace(item, exit_code=0),)
