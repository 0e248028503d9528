"""What a run looks like to people and to other programs.

`FORMATS` is the table of what can be made of a run; adding one is a line here and a file beside it.
Every format is a sheet: it takes trials in any order, one at a time, and is written when the run's
rows are known, which give the order. So one reading of trials.jsonl serves all formats, and sheets
may be fed while a run still goes on. The same run gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from typing import NamedTuple, Protocol, TextIO

from harness.model import Run, TrialResult
from harness.report.trial_view import trial_view
from harness.report.view import TrialView


class Sheet(Protocol):
    """A report that is being made."""

    def add(self, trial: TrialView) -> None:
        """Take a trial. One that comes again (an error, run again) replaces the first."""
        ...

    def write(self, run: Run, out: TextIO) -> None:
        """Write the report in the order of the run's rows."""
        ...

    def close(self) -> None:
        """Drop what was kept."""
        ...


class Format(NamedTuple):
    """A kind of report: the name of its file in a run's folder, and how a sheet of it begins."""

    file_name: str
    sheet: Callable[[], Sheet]

    def render(self, run: Run, results: Callable[[], Iterator[TrialResult]], out: TextIO) -> None:
        """Write this report of a finished run."""
        with Reports({"": self}) as reports:
            for result in results():
                reports.add(result)
            reports.write(run, {"": out})


class Reports:
    """Several formats, made in one pass. A context manager.

    Args:
        formats: by name; all of `FORMATS` unless told otherwise.
    """

    def __init__(self, formats: Mapping[str, Format] | None = None) -> None:
        chosen = FORMATS if formats is None else formats
        self._stack = ExitStack()
        self._sheets: dict[str, Sheet] = {}
        for name, form in chosen.items():
            self._sheets[name] = sheet = form.sheet()
            self._stack.callback(sheet.close)

    def add(self, result: TrialResult) -> None:
        """Take a trial, as soon as it has finished or as it is read back."""
        view = trial_view(result)
        for sheet in self._sheets.values():
            sheet.add(view)

    def add_all(self, results: Iterable[TrialResult]) -> None:
        """Take several trials."""
        for result in results:
            self.add(result)

    def write(self, run: Run, outs: Mapping[str, TextIO]) -> None:
        """Write the formats that have somewhere to go: files opened as UTF-8, newline LF."""
        for name, out in outs.items():
            self._sheets[name].write(run, out)

    def __enter__(self) -> Reports:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def _html() -> Sheet:
    from harness.report.html import HtmlSheet  # jinja2

    return HtmlSheet()


def _junit() -> Sheet:
    from harness.report.junit import JUnitSheet  # junitparser

    return JUnitSheet()


def _markdown() -> Sheet:
    from harness.report.markdown import MarkdownSheet

    return MarkdownSheet()


FORMATS: Mapping[str, Format] = {
    "html": Format("index.html", _html),
    "junit": Format("junit.xml", _junit),
    "markdown": Format("summary.md", _markdown),
}
