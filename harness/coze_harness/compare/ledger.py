"""A comparison as a whole, added up from all results of its run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from coze_harness.compare.comparison_summary import ComparisonBuilder
from coze_harness.model import ChangeKind, Run, TrialResult, replace

_MOST_KEPT: Final = 20


class ComparisonSummary:
    """Adds up a comparison's trials, and keeps those worth showing.

    Args:
        baseline, candidate: names of the two sides, for people.
        rates: the share of a scenario's trials that must pass, by scenario.
        resumed: whether the run was resumed; a trial may then be there twice.
    """

    def __init__(
        self, baseline: str, candidate: str, rates: Mapping[str, float], *, resumed: bool
    ) -> None:
        self._builder = ComparisonBuilder(baseline, candidate, rates)
        self._resumed = resumed
        self.kept: dict[ChangeKind, list[TrialResult]] = {}
        self.unusable: list[TrialResult] = []

    def summarize(self, run: Run, results: Callable[[], Iterator[TrialResult]]) -> Run:
        """Return a run with its comparison, made from all results in its folder."""
        for result in self._last(results):
            self._builder.add(result)
            self._keep(result)
        return replace(run, comparison=self._builder.finish())

    def _last(self, results: Callable[[], Iterator[TrialResult]]) -> Iterable[TrialResult]:
        """Yield each trial once: as it was executed last."""
        if not self._resumed:
            yield from results()
            return
        last = {result.key.id: position for position, result in enumerate(results())}
        for position, result in enumerate(results()):
            if last[result.key.id] == position:
                yield result

    def _keep(self, result: TrialResult) -> None:
        kind = result.change.kind if result.change else ChangeKind.NEW
        if result.error is not None or result.warnings:
            self.unusable.append(result)
        if kind in (ChangeKind.SAME, ChangeKind.TEXT_CHANGED):
            return
        kept = self.kept.setdefault(kind, [])
        # The first of each scenario and bot: a change is shown once.
        group = (result.key.scenario, result.key.bot)
        if len(kept) < _MOST_KEPT and all((r.key.scenario, r.key.bot) != group for r in kept):
            kept.append(result)
