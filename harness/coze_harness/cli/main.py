"""The command line's entry: runs a command, prints its errors, returns its exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from coze_harness.cli.interruption import INTERRUPTED

if TYPE_CHECKING:
    import click

__all__ = ["run"]


def run(arguments: Sequence[str]) -> int:
    """Run a command; every exception becomes an exit code.

    Args:
        arguments: the command's name and its arguments, without the program's name.

    Returns:
        0 passed, 1 an expectation failed, 2 a file or option is wrong, 3 a recording is missing,
        stale or unreadable, 4 Coze or the network failed, 5 nothing to run, 130 interrupted.
    """
    _use_utf8()
    words = [word for word in arguments if word != "--debug"]
    debug = len(words) != len(arguments)
    import click

    from coze_harness.cli.command_table import coze_harness
    from coze_harness.model.errors import HarnessError

    try:
        code = coze_harness.main(words, prog_name="coze-harness", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except HarnessError as error:
        _print_error(error.lines(), debug=debug)
        return error.exit_code
    except click.ClickException as error:
        _print_error(_usage_lines(error), debug=debug)
        return 2
    except (KeyboardInterrupt, click.Abort):
        _print_error(["Interrupted."], debug=debug)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) closed the pipe: not an error.
        _discard_output()
        return 0
    except OSError as error:
        from coze_harness.storage.atomic_write import is_disk_full

        if not is_disk_full(error):
            _print_error(_internal_error(error), debug=debug)
            return 2
        place = f"{error.filename}: " if error.filename else ""
        _print_error(
            [f"{place}The disk is full.", "  next: free some space, then run the command again."],
            debug=debug,
        )
        # It may be the output that cannot be written, and Python writes the rest at its end.
        _discard_output()
        return 2
    except Exception as error:  # noqa: BLE001 (users never see a traceback without --debug)
        _print_error(_internal_error(error), debug=debug)
        return 2


def _discard_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _internal_error(error: Exception) -> list[str]:
    return [
        f"Internal error of coze-harness: {type(error).__name__}: {error}",
        "  next: run the command again with --debug, and report what it prints.",
    ]


def _use_utf8() -> None:
    """Print UTF-8 in any locale; lone surrogates are escaped."""
    import io

    # A stream closed by the caller (`>&-`) is None; the command still runs.
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (open until exit)
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (open until exit)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _usage_lines(error: click.ClickException) -> list[str]:
    """Format an error of click like every other error: what happened, then the next step."""
    import click

    message = " ".join(error.format_message().split())
    command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else ""
    return [message, f"  next: {command or 'coze-harness'} --help"]


def _print_error(lines: Sequence[str], *, debug: bool) -> None:
    """Print an error on stderr, after its traceback with --debug; secrets are redacted in both."""
    from coze_harness.commands.current_process import process_to_redact, redact_for_display
    from coze_harness.reporting.safe_text import show_control_characters

    if debug:
        import traceback

        lines = [*traceback.format_exc().splitlines(), *lines]
    process = process_to_redact()
    for line in lines:
        print(show_control_characters(redact_for_display(line, process)), file=sys.stderr)  # noqa: T201 (the command's output)
