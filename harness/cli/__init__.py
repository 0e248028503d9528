"""The command line: arguments in, one call of wiring, words and an exit code out."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

__all__ = ["run"]


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code (design: 0, 1, 2, 3, 4, 5, 130)."""
    _speak_utf8()
    words = [word for word in arguments if word != "--debug"]
    debug = len(words) != len(arguments)
    import click

    from harness.cli.commands import coze_harness
    from harness.errors import HarnessError

    try:
        code = coze_harness.main(words, prog_name="coze-harness", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except HarnessError as fault:
        if debug:
            raise
        _complain(fault.lines())
        return fault.exit_code
    except click.UsageError as fault:
        fault.show()
        return 2
    except click.ClickException as fault:
        fault.show()
        return 2
    except (KeyboardInterrupt, click.Abort):
        _complain(["Interrupted."])
        return 130
    except BrokenPipeError:
        # The reader (head, less) has gone; nothing more can be said, and that is no fault.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as fault:
        if debug:
            raise
        _complain(
            [
                f"An error of coze-harness itself: {type(fault).__name__}: {fault}",
                "  next: run the command again with --debug, and report what it prints.",
            ]
        )
        return 2


def _speak_utf8() -> None:
    """Print UTF-8 whatever the locale says; what even UTF-8 cannot hold is shown escaped."""
    import io

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _complain(lines: Sequence[str]) -> None:
    from harness.report.visible import visible

    for line in lines:
        print(visible(line), file=sys.stderr)  # noqa: T201 (the command line speaks here)
