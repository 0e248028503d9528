"""Writes a run while it goes on: each result to disk first, then to the counts and the reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol, TypeAlias, TypeVar

from msgspec import Struct

from coze_harness.messages import Catalogue, UserText
from coze_harness.model import Run, ScenarioState, TrialKey, TrialResult, TrialStatus, replace
from coze_harness.model.errors import CassetteEditedError
from coze_harness.model.protocols import TextRedactor
from coze_harness.reporting.encoded_result import EncodedResult, ResultEncoder
from coze_harness.reporting.page_options import PageOptions
from coze_harness.reporting.report_formats import ReportSet
from coze_harness.reporting.run_reports import update_run_list, write_reports
from coze_harness.results import (
    RunFolder,
    RunTotals,
    decode_trial,
    encode_trial,
    read_earlier_answers,
    read_results,
    update_latest,
    with_history,
)
from coze_harness.storage.remote_folder import RemoteFolder

INTERRUPTED: Final = 130


class SelectedTrial(Protocol):
    """A trial to execute, or a pair of trials to compare."""

    @property
    def key(self) -> TrialKey:
        """The trial's key."""
        ...

    @property
    def min_pass_rate(self) -> float:
        """The share of its scenario's trials that must pass, 0..1."""
        ...


Item = TypeVar("Item", bound=SelectedTrial)

Summarize: TypeAlias = Callable[[Run, Callable[[], Iterator[TrialResult]]], Run]
"""Adds to a run what only all its results can tell; the second argument reads them."""


class RunListener(Protocol):
    """Receives a run's progress, in the thread that executes the run."""

    def on_start(self, total: int, already: int) -> None:
        """A run of `total` trials begins; `already` of them were done before it was resumed."""
        ...

    def on_progress(self, count: int) -> None:
        """`count` more trials are done."""
        ...

    def on_result(self, result: TrialResult) -> None:
        """A trial did anything but pass."""
        ...

    def on_warning(self, text: UserText) -> None:
        """A warning that is not an error."""
        ...

    def on_note(self, text: UserText, *, essential: bool = False) -> None:
        """Something to know before the run begins; if essential, even with little output."""
        ...

    def on_estimate(self, requests: int) -> None:
        """About how many requests to Coze the run takes."""
        ...


class RunOutcome(Struct, frozen=True):
    """The result of a run: the run, its folder and its exit code.

    `location` is where people find the run: the same folder, or the store that it was uploaded to.
    """

    run: Run
    folder: Path
    exit_code: int
    location: Path | RemoteFolder


class RunWriter:
    """Writes the folder of one run. A context manager.

    Args:
        folder: the run's folder; the writer closes it.
        opening: the run as it is known before the first trial.
        options: the options of the reports.
        redactor: removes secrets from the results.
    """

    def __init__(
        self, folder: RunFolder, opening: Run, options: PageOptions, redactor: TextRedactor
    ) -> None:
        self.requests = 0
        self.exit_codes: set[int] = set()
        self._folder = folder
        self._opening = opening
        self._options = options
        self._reports = ReportSet(options=options)
        self._totals = RunTotals({rate.scenario: rate.required for rate in opening.pass_rates})
        self.encode = ResultEncoder(redactor, self._reports.renderer, options)
        # At once, so that a run which is killed is the latest too, and can be resumed.
        update_latest(folder.path)

    def __enter__(self) -> RunWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._reports.close()
        self._folder.close()

    def remaining(self, trials: Sequence[Item]) -> Sequence[Item]:
        """Return the trials still to be executed; add those that an interrupted run had judged."""
        judged = self._folder.done
        if not judged:
            return trials
        words = Catalogue(self._options.language)
        for result in read_results(self._folder.path):
            self.requests += result.request_count
            if result.status is not TrialStatus.ERROR:
                self._totals.add(result)
                self._reports.add(result, encode_trial(result, words))
        return [
            trial
            for trial in trials
            if judged.get(trial.key.id, TrialStatus.ERROR) is TrialStatus.ERROR
        ]

    def add(self, batch: Sequence[EncodedResult], keys: Mapping[str, TrialKey]) -> None:
        """Add finished trials; they are on disk before anything else happens with them."""
        self._folder.append(*(item.line for item in batch))
        for item in batch:
            # By the trial's own id: the equal one that came with the item need not be kept.
            key = keys[item.id]
            self._reports.add_fragments(key.id, item.fragments)
            self._totals.add_row(
                item.row(key),
                item.warnings,
                item.spent,
                edited=item.edited,
                bot_version=item.bot_version,
            )
            self.requests += item.requests
            self.exit_codes.add(item.exit_code)

    def conclude(
        self,
        trials: Iterable[SelectedTrial],
        finished_at: str,
        *,
        interrupted: bool,
        summarize: Summarize | None,
    ) -> Run:
        """Return the run as its finished trials make it; nothing is written.

        Args:
            trials: all trials of the run, in their order.
            finished_at: ISO 8601 in UTC.
            interrupted: whether trials are missing.
            summarize: adds what only all results can tell.

        Raises:
            ResultsError: the results cannot be read again.
        """
        folder, totals = self._folder.path, self._totals
        run = replace(
            self._opening,
            run_id=folder.name,
            finished_at=finished_at,
            planned_trials=0,
            summary=totals.summary(),
            rows=totals.rows(trial.key.id for trial in trials),
            pass_rates=totals.pass_rates(),
            request_count=self.requests,
            interrupted=interrupted,
            cost=totals.cost(),
            bot_versions=totals.bot_versions,
            edited_recordings=totals.edited_recordings(),
        )
        return summarize(run, lambda: read_results(folder)) if summarize else run

    def finish(self, run: Run, before_history: Callable[[Path], None] | None = None) -> Run:
        """Write run.json and all reports; return the run with its history.

        Args:
            run: what `conclude` returned.
            before_history: called with the folder before the earlier runs next to it are read.

        Raises:
            ResultsError: something cannot be written; finished trials are kept.
        """
        folder = self._folder.path
        if before_history is not None:
            before_history(folder)
        run = with_history(run, folder.parent)
        self._folder.finish(run)
        write_reports(self._reports, run, folder, read_earlier_answers(run, folder))
        update_run_list(folder, self._options)
        return run


def notify(batch: Sequence[EncodedResult], listener: RunListener) -> None:
    """Pass finished trials on to a listener."""
    for item in batch:
        if item.is_notable:
            listener.on_result(decode_trial(item.line))
    listener.on_progress(len(batch))


def exit_code(
    run: Run, error_codes: Iterable[int], *, strict_known: bool = False, strict: bool = False
) -> int:
    """Return a run's exit code: 130 if interrupted, else the gravest error's, else 0 or 1.

    A comparison's is 1 if a regression was decided or a cost exceeds its `max_increase`, whatever
    its trials came to. With
    `strict_known`, a known failure that passes is a failure. With `strict`, a recording that was
    edited since it was recorded is an error of the recording, and what is undecided counts as a
    regression.
    """
    if run.interrupted:
        return INTERRUPTED
    codes = set(error_codes)
    if strict and run.edited_recordings:
        codes.add(CassetteEditedError.exit_code)
    for code in (4, 3, 2):
        if code in codes:
            return code
    if strict_known and run.summary.fixed:
        return 1
    if run.comparison is not None:
        bad = {ScenarioState.REGRESSED, *([ScenarioState.UNDECIDED] if strict else [])}
        scenarios = run.comparison.scenarios
        return int(any(one.state in bad or one.exceeds_cost for one in scenarios))
    return 0 if all(rate.met for rate in run.pass_rates) else 1
