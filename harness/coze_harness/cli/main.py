"""The command line: arguments in, one call of wiring, words and an exit code out."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

__all__ = ["run"]


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code (design: 0, 1, 2, 3, 4, 5, 130)."""
    _speak_utf8()
    words = [word for word in arguments if word != "--debug"]
    debug = len(words) != len(arguments)
    import click

    from coze_harness.cli.command_table import coze_harness
    from coze_harness.model.errors import HarnessError

    try:
        code = coze_harness.main(words, prog_name="coze-harness", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except HarnessError as fault:
        _complain(fault.lines(), debug=debug)
        return fault.exit_code
    except click.ClickException as fault:
        _complain(_usage(fault), debug=debug)
        return 2
    except (KeyboardInterrupt, click.Abort):
        _complain(["Interrupted."], debug=debug)
        return 130
    except BrokenPipeError:
        # The reader (head, less) has gone; nothing more can be said, and that is no fault.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as fault:  # noqa: BLE001 (the last door: no user shall see a traceback)
        _complain(
            [
                f"An error of coze-harness itself: {type(fault).__name__}: {fault}",
                "  next: run the command again with --debug, and report what it prints.",
            ],
            debug=debug,
        )
        return 2


def _speak_utf8() -> None:
    """Print UTF-8 whatever the locale says; what even UTF-8 cannot hold is shown escaped."""
    import io

    # Closed by the caller (`>&-`): there is nobody to talk to, and everything else goes on.
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (to the end)
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (to the end)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _usage(fault: click.ClickException) -> list[str]:
    """Return what click says as every error is said: one block, with the next step."""
    import click

    said = " ".join(fault.format_message().split())
    command = fault.ctx.command_path if isinstance(fault, click.UsageError) and fault.ctx else ""
    return [said, f"  next: {command or 'coze-harness'} --help"]


def _complain(lines: Sequence[str], *, debug: bool) -> None:
    """Print an error on stderr, and with --debug the traceback behind it; no secret in either."""
    from coze_harness.commands.current_process import current_process, redact_for_display
    from coze_harness.reporting.safe_text import show_control_characters

    if debug:
        import traceback

        lines = [*traceback.format_exc().splitlines(), *lines]
    world = current_process()
    for line in lines:
        print(show_control_characters(redact_for_display(line, world)), file=sys.stderr)  # noqa: T201 (the command line speaks here)
