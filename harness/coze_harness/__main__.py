"""`python -m coze_harness`, and the command `coze-harness`."""

from __future__ import annotations

import gc
import sys


def main() -> int:
    """Run the command line and return its exit code."""
    # Before all other imports, which take most of a short command's time.
    from coze_harness.cli.interruption import INTERRUPTED, end_on_signals

    end_on_signals()
    from coze_harness.cli.main import run

    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = INTERRUPTED
    finally:
        end_on_signals()
    # CPython notes that it was interrupted in generated code, such as that of a dataclass of a
    # module being imported, and would end by SIGINT whatever the exit code. This resets the note.
    exec("")  # noqa: S102 (nothing is executed)
    # The process ends here: its objects need no last search for cycles, which takes up to 20 ms.
    gc.freeze()
    return code


if __name__ == "__main__":
    sys.exit(main())
