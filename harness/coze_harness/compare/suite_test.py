"""Whether all scenarios together pass less often than the baseline lets expect.

A small drop in many scenarios is decided in none of them. So the first trials of all cases are
tested together: with the pass rate that the baseline's attempts show for each case, the number that
pass has a Poisson binomial distribution, and few enough passes are unlikely. Further trials of
suspects are left out, since these were chosen for having failed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from coze_harness.compare.case_counts import CaseAttempts
from coze_harness.model import SuiteChange
from coze_harness.model.trial_key import CaseKey

_MIN_CASES: Final = 5


def compare_suite(
    first: Mapping[CaseKey, bool], attempts: Mapping[CaseKey, CaseAttempts]
) -> SuiteChange | None:
    """Compare the first trials of all cases with the baseline; `None` if there are too few.

    Args:
        first: whether the candidate's first trial of each case passed.
        attempts: the attempts of all cases. A case's pass rate is (passed + 1) / (attempts + 2), as
            in the sequential test: below what was seen, the more so with little evidence.
    """
    known = {key: attempts[key].baseline for key in first if attempts[key].baseline.total}
    if len(known) < _MIN_CASES:
        return None
    rates = [(one.passed + 1) / (one.total + 2) for one in known.values()]
    passed = sum(first[key] for key in known)
    return SuiteChange(
        passed=passed, trials=len(rates), expected=sum(rates), p=few_passes_p(rates, passed)
    )


def few_passes_p(rates: Sequence[float], passed: int) -> float:
    """Return how likely at most `passed` trials pass, 0..1, given the pass rate of each."""
    shares = [1.0]
    for rate in rates:
        none, more = [share * (1 - rate) for share in shares], [share * rate for share in shares]
        shares = [a + b for a, b in zip([*none, 0.0], [0.0, *more], strict=True)]
    return min(1.0, sum(shares[: passed + 1]))
