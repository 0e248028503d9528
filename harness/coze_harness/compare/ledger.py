"""A comparison as a whole: added up from the lines of its run, when all are there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from coze_harness.compare import ComparisonBuilder
from coze_harness.model import ChangeKind, Run, TrialResult, replace
from coze_harness.results import read_results

_MOST_KEPT: Final = 20


class ComparisonSummary:
    """Adds a comparison's trials up when all are there, and keeps those worth showing.

    Args:
        baseline, candidate: name the two sides for people.
        rates: by scenario, the share of its trials that must pass.
        again: whether a run is gone on with, in which a trial may stand twice.
    """

    def __init__(
        self, baseline: str, candidate: str, rates: Mapping[str, float], *, again: bool
    ) -> None:
        self._comparing = ComparisonBuilder(baseline, candidate, rates)
        self._again = again
        self.kept: dict[ChangeKind, list[TrialResult]] = {}
        self.unusable: list[TrialResult] = []

    def complete(self, run: Run, folder: Path) -> Run:
        """Return a run with its comparison, made from the lines in its folder."""
        for result in self._settled(folder):
            self._comparing.add(result)
            self._keep(result)
        return replace(run, comparison=self._comparing.finish())

    def _settled(self, folder: Path) -> Iterable[TrialResult]:
        """Yield each trial once: as it was executed last."""
        if not self._again:
            yield from read_results(folder)
            return
        last = {result.key.id: at for at, result in enumerate(read_results(folder))}
        for at, result in enumerate(read_results(folder)):
            if last[result.key.id] == at:
                yield result

    def _keep(self, result: TrialResult) -> None:
        kind = result.change.kind if result.change else ChangeKind.NEW
        if result.error is not None or result.warnings:
            self.unusable.append(result)
        if kind in (ChangeKind.SAME, ChangeKind.TEXT_CHANGED):
            return
        kept = self.kept.setdefault(kind, [])
        # The first of each scenario: what is shown of a change is shown once.
        place = (result.key.scenario, result.key.bot)
        if len(kept) < _MOST_KEPT and all((r.key.scenario, r.key.bot) != place for r in kept):
            kept.append(result)
