"""What a run prints: a progress bar in a terminal, plain lines in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from shutil import get_terminal_size
from types import TracebackType
from typing import TYPE_CHECKING, Final

from coze_harness.cli.shared_options import DisplayOptions
from coze_harness.messages import UserText, as_message, message
from coze_harness.model import TrialResult, TrialStatus
from coze_harness.project.opened_project import Project
from coze_harness.reporting.github_job import on_github
from coze_harness.reporting.terminal.terminal_failures import (
    ErrorBlocks,
    FailureBlocks,
    failure_line,
)
from coze_harness.reporting.terminal.terminal_writer import TerminalWriter, TextStyle
from coze_harness.reporting.views.failure_causes import RECORDING_KINDS
from coze_harness.reporting.views.line_wrapping import cell_width, wrap_line
from coze_harness.reporting.views.safe_text import show_control_characters

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_COLOURS: Final[Mapping[TrialStatus, str]] = {
    TrialStatus.FAILED: "31",
    TrialStatus.ERROR: "35",
    TrialStatus.KNOWN_FAILURE: "33",
    TrialStatus.FIXED: "32",
}
_INKS: Final[Mapping[TextStyle, str]] = {
    TextStyle.BAD: "31",
    TextStyle.GOOD: "32",
    TextStyle.DOUBT: "33",
    TextStyle.HEAD: "1",
    # Struck out and underlined: not by colour alone.
    TextStyle.REMOVED: "9;31",
    TextStyle.ADDED: "4;32",
}
_BAD: Final = frozenset({TrialStatus.FAILED, TrialStatus.ERROR})


class ProgressDisplay:
    """Shows a run's progress and results. A context manager: the progress bar ends with the run.

    In a job on GitHub, a bot's answer is escaped where GitHub would read it as one of its commands.

    Args:
        project: has the language, and the environment with NO_COLOR and TERM.
        options: what is shown.
        ticking: whether the bar's clock runs between results. It needs a thread, and a process
            with threads cannot fork workers for a replay.
        shows_results: whether trials are printed as they finish; else only errors, at the end.
    """

    def __init__(
        self,
        project: Project,
        options: DisplayOptions,
        *,
        ticking: bool,
        shows_results: bool = True,
    ) -> None:
        environment = project.process.environment
        self.words = project.words
        # With --json, stdout has only the result.
        self._stream = sys.stderr if options.as_json else sys.stdout
        self._terminal = self._stream.isatty() and environment.get("TERM") != "dumb"
        self._colour = self._terminal and not environment.get("NO_COLOR")
        self._verbose = options.verbose
        self._quiet = options.quiet
        self._ticking = ticking
        self._shows_results = shows_results
        self._has_bar = self._terminal and not (options.no_progress or options.quiet)
        self._on_github = on_github(environment)
        self._stack = ExitStack()
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._errors = ErrorBlocks()
        self._failures = FailureBlocks()

    def __enter__(self) -> ProgressDisplay:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def on_start(self, total: int, already: int) -> None:
        """Start the progress bar."""
        if already and not self._quiet:
            self._print(message("progress.resumed", done=already, n=total))
        if not self._has_bar:
            return
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(self.words.word("progress.trials")),
            TimeElapsedColumn(),
            TextColumn(self.words.word("progress.left")),
            TimeRemainingColumn(),
            console=Console(
                file=self._stream, no_color=not self._colour, highlight=False, markup=False
            ),
            transient=True,
            auto_refresh=self._ticking,
        )
        self._stack.enter_context(self._bar)
        self._task = self._bar.add_task("", total=total, completed=already)

    def on_progress(self, count: int) -> None:
        """Advance the progress bar."""
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task, count)
            task = self._bar.tasks[0]
            if task.total is not None and task.completed > task.total:
                # A comparison runs more trials than it began with.
                self._bar.update(self._task, total=task.completed)
            self._bar.refresh()

    def on_result(self, result: TrialResult) -> None:
        """Print a trial that did not simply pass."""
        if result.error:
            self._errors.add(result)
            if not self._quiet and result.error.kind in RECORDING_KINDS:
                return
        if not self._shows_results or (self._quiet and result.status not in _BAD):
            return
        lines = [failure_line(result, self.words)]
        if not (self._quiet or result.error):
            lines = self._failures.lines(
                result, width=self.width, words=self.words, all_verdicts=self._verbose
            )
        head = self._colour_text(lines[0], _COLOURS.get(result.status, ""))
        # One call: the bar is redrawn after each.
        self.line("\n".join([head, *lines[1:]]))

    def on_warning(self, text: UserText) -> None:
        """Print a warning on stderr."""
        warning = self.words.text(message("main.warning", text=as_message(text)))
        print(self._safe(warning), file=sys.stderr)  # noqa: T201 (the command's output)

    def on_note(self, text: UserText, *, essential: bool = False) -> None:
        """Print a note; with `--quiet` only an essential one."""
        if essential or not self._quiet:
            self._print(text)

    def on_estimate(self, requests: int) -> None:
        """Print the expected number of calls to Coze on stderr."""
        if not self._quiet:
            estimate = self.words.text(message("progress.estimate", n=requests))
            print(estimate, file=sys.stderr)  # noqa: T201 (as above)

    def line(self, text: str) -> None:
        """Print a line above the bar."""
        if self._bar is not None:
            # `out` neither wraps nor restyles: the text is the same as in a pipe.
            self._bar.console.out(text, highlight=False)
        else:
            print(self._safe(text), file=self._stream)

    def commands(self, lines: Sequence[str]) -> None:
        """Print workflow commands for GitHub, unescaped."""
        for line in lines:
            print(line, file=self._stream)

    @property
    def width(self) -> int:
        """The terminal's width in cells; 0 in a pipe, where lines are not cut."""
        return get_terminal_size().columns if self._terminal else 0

    @property
    def writer(self) -> TerminalWriter:
        """A writer for this terminal: cuts lines to its width, adds colours."""
        return TerminalWriter(self.width, self._ink if self._colour else None)

    def _ink(self, style: TextStyle, text: str) -> str:
        return self._colour_text(text, _INKS.get(style, ""))

    def finish(self, text: str, *, good: bool) -> None:
        """Print the run's last line, after the details of errors (on stderr)."""
        self.print_errors()
        if self._terminal and cell_width(text) > self.width:
            # A path that is wrapped can neither be clicked nor copied.
            summary, _, report = text.rpartition("  ")
            for part in wrap_line(summary, self.width):
                self.line(self._colour_text(part, "32" if good else "31"))
            self.line(report)
            return
        self.line(self._colour_text(text, "32" if good else "31"))

    def print_errors(self) -> None:
        """Stop the progress bar, and print the errors on stderr."""
        self._stack.close()
        self._bar = None
        for line in self._errors.lines(width=self.width, words=self.words):
            text = self._safe(show_control_characters(line))
            print(text, file=sys.stderr)  # noqa: T201 (the command's output)
        self._errors = ErrorBlocks()

    def _print(self, text: UserText) -> None:
        self.line(self.words.text(as_message(text)))

    def _safe(self, text: str) -> str:
        if not self._on_github:
            return text
        from coze_harness.reporting.files.github_actions import disarm_commands

        return disarm_commands(text)

    def _colour_text(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour and code else text
