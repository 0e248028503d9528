"""What a run shows while it goes on: progress on a terminal, plain lines in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from shutil import get_terminal_size
from types import TracebackType
from typing import TYPE_CHECKING, Final

from coze_harness.model import TrialResult, TrialStatus
from coze_harness.reporting.hosted import on_github
from coze_harness.reporting.safe_text import format_count, show_control_characters
from coze_harness.reporting.terminal_trials import failure_block, failure_line
from coze_harness.reporting.terminal_writer import TerminalWriter, TextStyle

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
    # Struck out and underlined: never by colour alone.
    TextStyle.REMOVED: "9;31",
    TextStyle.ADDED: "4;32",
}
_QUIET: Final = frozenset({TrialStatus.FAILED, TrialStatus.ERROR})


@dataclass(slots=True)
class _Errors:
    """Errors of one kind: the first of them, told in full, stands for the others."""

    first: TrialResult
    count: int = 0

    def lines(self) -> list[str]:
        note = self.first.error
        if note is None:
            return []
        key = self.first.key
        shown = [f"{note.where or f'{key.file}:{key.line}'}: {note.what}"]
        shown += [f"  {line}" for line in note.detail]
        if note.log_id:
            shown.append(f"  log id: {note.log_id}")
        if note.next_step:
            shown.append(f"  next: {note.next_step}")
        if self.count > 1:
            shown.append(f"  and {format_count(self.count - 1, 'other error')} of this kind")
        return shown


class ProgressDisplay:
    """Listens to a run and shows it; a context manager, so that the bar goes when the run does.

    Args:
        environment: NO_COLOR and TERM are looked at, and whether GitHub reads what is printed:
            then nothing that a bot has answered may pass for one of its commands.
        quiet: a line a failed trial, and nothing of the rest.
        verbose: every verdict of what did not pass, in a pipe too.
        bar: whether a terminal may show a bar.
        ticking: whether the bar moves on while nothing happens. That takes a thread, and with one
            there can be no forked processes to share a replay.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        quiet: bool,
        verbose: bool,
        bar: bool,
        ticking: bool,
    ) -> None:
        terminal = sys.stdout.isatty() and environment.get("TERM") != "dumb"
        self._terminal = terminal
        self._colour = terminal and not environment.get("NO_COLOR")
        self._blocks = verbose or (terminal and not quiet)
        self._quiet = quiet
        self._ticking = ticking
        self._wants_bar = bar and terminal and not quiet
        self._hosted = on_github(environment)
        self._stack = ExitStack()
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._errors: dict[str, _Errors] = {}

    def __enter__(self) -> ProgressDisplay:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def on_start(self, total: int, already: int) -> None:
        """Show the bar, where there is one."""
        if already and not self._quiet:
            self.line(f"Going on: {already} of {total} trials were done before.")
        if not self._wants_bar:
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
            TextColumn("trials"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=Console(no_color=not self._colour, highlight=False, markup=False),
            transient=True,
            auto_refresh=self._ticking,
        )
        self._stack.enter_context(self._bar)
        self._task = self._bar.add_task("", total=total, completed=already)

    def on_progress(self, count: int) -> None:
        """Move the bar on."""
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task, count)
            self._bar.refresh()

    def on_result(self, result: TrialResult) -> None:
        """Show a trial that did not simply pass."""
        if self._quiet and result.status not in _QUIET:
            return
        if result.error and not self._blocks:
            same = self._errors.setdefault(result.error.kind, _Errors(result))
            same.count += 1
        lines = failure_block(result) if self._blocks else [failure_line(result)]
        head = self._coloured(lines[0], _COLOURS.get(result.status, ""))
        # In one piece: the bar is drawn anew for each.
        self.line("\n".join([head, *lines[1:]]))

    def on_warning(self, words: str) -> None:
        """Show a remark on stderr."""
        print(self._safe(f"warning: {words}"), file=sys.stderr)  # noqa: T201 (the command line speaks here)

    def line(self, text: str) -> None:
        """Print a line above the bar."""
        if self._bar is not None:
            # `out` neither wraps nor restyles: the line must be the same as in a pipe.
            self._bar.console.out(text, highlight=False)
        else:
            print(self._safe(text))  # noqa: T201 (the command line speaks here)

    def commands(self, lines: Sequence[str]) -> None:
        """Print what GitHub is to take for its commands."""
        for line in lines:
            print(line)  # noqa: T201 (the command line speaks here)

    @property
    def width(self) -> int:
        """Cells in a line of the terminal; 0 in a pipe, where no line is too long."""
        return get_terminal_size().columns if self._terminal else 0

    @property
    def pen(self) -> TerminalWriter:
        """What writes lines for this screen: cut to its width, in its colours."""
        return TerminalWriter(self.width, self._ink if self._colour else None)

    def _ink(self, style: TextStyle, text: str) -> str:
        return self._coloured(text, _INKS.get(style, ""))

    def finish(self, text: str, *, good: bool) -> None:
        """Print the last line; before it, on stderr, what to do about errors told on one line."""
        self._stack.close()
        self._bar = None
        for errors in self._errors.values():
            for line in errors.lines():
                shown = self._safe(show_control_characters(line))
                print(shown, file=sys.stderr)  # noqa: T201 (the command line speaks here)
        said, mark, report = text.rpartition("  report: ")
        if self._terminal and _width(text) > get_terminal_size().columns:
            # A path that the terminal breaks in two can neither be clicked nor copied.
            self.line(self._coloured(said, "32" if good else "31"))
            self.line(f"{mark}{report}")
            return
        self.line(self._coloured(text, "32" if good else "31"))

    def _safe(self, text: str) -> str:
        if not self._hosted:
            return text
        from coze_harness.reporting.github_actions import disarm_commands

        return disarm_commands(text)

    def _coloured(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour and code else text


def _width(text: str) -> int:
    from rich.cells import cell_len  # a run in a pipe has no need of rich

    return cell_len(text)
