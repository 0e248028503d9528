"""`python -m coze_harness`, and the command `coze-harness`."""

from __future__ import annotations

import gc
import sys


def main() -> int:
    """Run the command line and return its exit code."""
    from coze_harness.cli.main import run

    code = run(sys.argv[1:])
    # The process ends here: its objects need no last search for cycles, which takes up to 20 ms.
    gc.freeze()
    return code


if __name__ == "__main__":
    sys.exit(main())
