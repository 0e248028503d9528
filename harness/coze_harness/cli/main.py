"""The command line's entry: runs a command, prints its errors, returns its exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from coze_harness.cli.interruption import INTERRUPTED

if TYPE_CHECKING:
    from coze_harness.cli.command_output import CommandOutput
    from coze_harness.model.errors import HarnessError

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
    import click

    from coze_harness.cli.command_output import CommandOutput
    from coze_harness.cli.command_table import COMPLETION_VARIABLE, PROGRAM, coze_harness
    from coze_harness.messages import message
    from coze_harness.project.current_process import current_process

    environment = current_process().environment
    output = CommandOutput(arguments, environment)
    try:
        if COMPLETION_VARIABLE in environment:
            from coze_harness.cli.shell_completion import answer_shell

            if (code := answer_shell(output, environment)) is not None:
                return code
        code = coze_harness.main(
            list(arguments), prog_name=PROGRAM, standalone_mode=False, obj=output
        )
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except (KeyboardInterrupt, click.Abort):
        print(output.words.text(message("main.interrupted")), file=sys.stderr)  # noqa: T201 (the command's output)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) closed the pipe: not an error.
        _discard_output()
        return 0
    except Exception as error:  # noqa: BLE001 (users never see a traceback without --debug)
        from coze_harness.cli.usage_errors import as_harness_error
        from coze_harness.messages.os_error_reason import is_disk_full

        harness_error = as_harness_error(error)
        _print_error(harness_error, output)
        if isinstance(error, OSError) and is_disk_full(error):
            # It may be the output that cannot be written, and Python writes the rest at its end.
            _discard_output()
        return harness_error.exit_code


def _discard_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _use_utf8() -> None:
    """Print UTF-8 in any locale; lone surrogates are escaped."""
    import io

    # A stream closed by the caller (`>&-`) is None; the command still runs.
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (open until exit)
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (open until exit)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _print_error(error: HarnessError, output: CommandOutput) -> None:
    """Print an error on stderr, after its traceback with --debug; secrets are redacted in both."""
    from coze_harness.project.current_process import process_to_redact, redact_for_display
    from coze_harness.reporting.files.github_actions import disarm_commands
    from coze_harness.reporting.github_job import on_github
    from coze_harness.reporting.views.safe_text import show_control_characters

    lines = error.lines(output.words)
    if output.debug:
        import traceback

        lines = [*traceback.format_exc().splitlines(), *lines]
    process = process_to_redact()
    output.annotate([error])
    if on_github(process.environment):
        lines = [disarm_commands(line) for line in lines]
    for line in lines:
        print(show_control_characters(redact_for_display(line, process)), file=sys.stderr)  # noqa: T201 (the command's output)
