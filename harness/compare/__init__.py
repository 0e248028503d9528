"""What changed between two sides of trials, and whether it is luck.

`compared` says what changed in one trial. `Comparing` adds such results up while they stream by: to
a finding for each scenario and bot, and to what is different about the bots themselves.
"""

from harness.compare.comparing import Comparing, comparison
from harness.compare.exact import Plain, sign_test, wilson
from harness.compare.snapshots import differences
from harness.compare.trials import compared

__all__ = ["Comparing", "Plain", "compared", "comparison", "differences", "sign_test", "wilson"]
