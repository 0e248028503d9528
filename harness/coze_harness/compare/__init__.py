"""What changed between two sides of trials, and whether it is luck.

`compare_trial` says what changed in one trial. `ComparisonBuilder` adds such results up, one by
one: to an assessment of each scenario and bot, and to the differences of the bots themselves.
"""

from coze_harness.compare.bot_differences import snapshot_differences
from coze_harness.compare.comparison_summary import ComparisonBuilder, build_comparison
from coze_harness.compare.exact_tests import PythonTests, sign_test, wilson_interval
from coze_harness.compare.trial_comparison import compare_trial

__all__ = [
    "ComparisonBuilder",
    "PythonTests",
    "build_comparison",
    "compare_trial",
    "sign_test",
    "snapshot_differences",
    "wilson_interval",
]
