"""The exact tests by scipy, if it is installed (extra `stats`)."""

from __future__ import annotations

from importlib.util import find_spec

from coze_harness.compare.exact_tests import ExactTests, PythonTests


def best_available_tests() -> ExactTests:
    """Return scipy's tests if it is installed, else our own; the results are equal."""
    return ScipyTests() if find_spec("scipy") else PythonTests()


class ScipyTests:
    """The tests by scipy, which is imported late because that takes a second.

    A call takes 0.2 ms, and most scenarios of a comparison have the same few tables, so results
    are cached.
    """

    def __init__(self) -> None:
        self._cache: dict[tuple[int, ...], float] = {}

    def binomial(self, successes: int, trials: int) -> float:
        """Return the probability of at most so many successes with even odds."""
        if not trials:
            return 1.0
        p = self._cache.get((successes, trials))
        if p is None:
            from scipy.stats import binomtest  # type: ignore[import-untyped]  # has no types

            p = self._cache[successes, trials] = float(
                binomtest(successes, trials, alternative="less").pvalue
            )
        return p

    def fisher(self, before: tuple[int, int], after: tuple[int, int]) -> float:
        """Return the one-sided p-value of Fisher's exact test; see `ExactTests`."""
        p = self._cache.get((*before, *after))
        if p is None:
            from scipy.stats import fisher_exact

            table = [[passed, trials - passed] for passed, trials in (before, after)]
            p = self._cache[*before, *after] = float(
                fisher_exact(table, alternative="greater").pvalue
            )
        return p
