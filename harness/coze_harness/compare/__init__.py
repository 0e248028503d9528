"""What changed between two sides of trials, and whether it is luck.

`compared` says what changed in one trial. `Comparing` adds such results up while they stream by: to
a finding for each scenario and bot, and to what is different about the bots themselves.
"""

from coze_harness.compare.bot_differences import differences
from coze_harness.compare.comparison_summary import Comparing, comparison
from coze_harness.compare.exact_tests import Plain, sign_test, wilson
from coze_harness.compare.trial_comparison import compared

__all__ = ["Comparing", "Plain", "compared", "comparison", "differences", "sign_test", "wilson"]
