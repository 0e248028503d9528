"""What a run looks like to people and to other programs.

`FORMATS` is the table of what can be made of a run; adding one is a line here and a file beside it.
A format is a sheet: it makes a piece of text of each trial, on its own and so in any process, and
is written from those pieces in the order of the run's rows. So one reading of trials.jsonl serves
all formats, trials may be added while the run goes on, and the same run gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from coze_harness.model import Run, TrialResult
from coze_harness.reporting.failure_reasons import Reasons, TrialReasons, reasons_of
from coze_harness.reporting.page_options import PageOptions
from coze_harness.reporting.piece_spool import Fragments, FragmentSpool, TextOutput
from coze_harness.reporting.trial_view import trial_view
from coze_harness.reporting.view_model import TrialView

__all__ = [
    "FORMATS",
    "Format",
    "PageOptions",
    "ReportSet",
    "ReportWriter",
    "ResultLine",
    "TrialFragments",
    "TrialRenderer",
]

_PLAIN = PageOptions()

ResultLine: TypeAlias = tuple[TrialResult, bytes]
"""A trial, and its line of trials.jsonl."""


class ReportWriter(Protocol):
    """Renders one format. It keeps nothing of a trial."""

    def piece(self, trial: TrialView, line: bytes, /) -> bytes:
        """Return what the report says of a trial, as UTF-8; nothing where it says nothing.

        Args:
            trial: as it is to be shown.
            line: its line of trials.jsonl.
        """
        ...

    def write(self, run: Run, pieces: Fragments, reasons: Reasons, out: TextOutput) -> None:
        """Write the report in the order of the run's rows."""
        ...

    def beside(self) -> Mapping[str, bytes]:
        """Return the files that go beside the report, by their names."""
        ...

    def fresh(self) -> Mapping[bytes, bytes]:
        """Return what the pieces have in common, as far as it is new since the last time."""
        ...


class Format(NamedTuple):
    """A kind of report: the name of its file in a run's folder, and how its sheet is made."""

    file_name: str
    sheet: Callable[[PageOptions], ReportWriter]

    def render(
        self, run: Run, results: Callable[[], Iterator[ResultLine]], out: TextOutput
    ) -> None:
        """Write this report of a finished run."""
        with ReportSet({"": self}) as reports:
            reports.add_all(results())
            reports.write(run, {"": out})


class TrialFragments(NamedTuple):
    """What every chosen format says of one trial: plain bytes, to be sent between processes.

    `record` has a piece for each format, in the order in which the renderer has them. `shared` is
    what it has in common with those of later trials; it comes with the first of them.
    """

    reasons: TrialReasons | None
    tokens: int
    change: str
    record: Sequence[bytes]
    shared: Mapping[bytes, bytes]


class TrialRenderer:
    """Makes the pieces of trials. Any number of processes may each have one.

    Args:
        formats: by name; all of `FORMATS` unless told otherwise.
        options: how the page is to be. The pieces do not depend on it.
    """

    def __init__(
        self, formats: Mapping[str, Format] | None = None, options: PageOptions = _PLAIN
    ) -> None:
        chosen = FORMATS if formats is None else formats
        self.sheets = {name: form.sheet(options) for name, form in chosen.items()}

    def pieces(self, result: TrialResult, line: bytes) -> TrialFragments:
        """Return what every format says of a trial, whose line of trials.jsonl goes with it."""
        view = trial_view(result)
        record = [sheet.piece(view, line) for sheet in self.sheets.values()]
        shared: dict[bytes, bytes] = {}
        for sheet in self.sheets.values():
            if fresh := sheet.fresh():
                shared.update(fresh)
        return TrialFragments(reasons_of(view), view.tokens, view.change, record, shared)


class ReportSet:
    """Several formats, made in one pass. A context manager.

    Args:
        formats: by name; all of `FORMATS` unless told otherwise.
        options: how the page is to be.
    """

    def __init__(
        self, formats: Mapping[str, Format] | None = None, options: PageOptions = _PLAIN
    ) -> None:
        self.renderer = TrialRenderer(formats, options)
        self._spool = FragmentSpool(len(self.renderer.sheets))
        self._reasons = Reasons()

    def add(self, result: TrialResult, line: bytes) -> None:
        """Take a trial, with its line of trials.jsonl.

        One that comes again (an error, run again) replaces the first.
        """
        self.put(result.key.id, self.renderer.pieces(result, line))

    def add_all(self, results: Iterable[ResultLine]) -> None:
        """Take several trials, each with its line."""
        for result, line in results:
            self.add(result, line)

    def put(self, trial_id: str, pieces: TrialFragments) -> None:
        """Take a trial that was rendered elsewhere, by a `TrialRenderer` of the same formats."""
        self._reasons.put(trial_id, pieces.reasons, pieces.tokens, pieces.change)
        self._spool.put(trial_id, pieces.record, pieces.shared)

    def write(self, run: Run, outs: Mapping[str, TextOutput]) -> None:
        """Write the formats that have somewhere to go."""
        for position, (name, sheet) in enumerate(self.renderer.sheets.items()):
            if name in outs:
                sheet.write(run, self._spool.column(position), self._reasons, outs[name])

    def beside(self) -> Mapping[str, bytes]:
        """Return the files that belong to the formats' own, by their names."""
        files: dict[str, bytes] = {}
        for sheet in self.renderer.sheets.values():
            files.update(sheet.beside())
        return files

    def close(self) -> None:
        """Drop the pieces."""
        self._spool.close()

    def __enter__(self) -> ReportSet:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _html(options: PageOptions) -> ReportWriter:
    from coze_harness.reporting.html import HtmlSheet  # jinja2

    return HtmlSheet(options)


def _junit(_options: PageOptions) -> ReportWriter:
    from coze_harness.reporting.junit_report import JUnitSheet  # junitparser

    return JUnitSheet()


def _markdown(_options: PageOptions) -> ReportWriter:
    from coze_harness.reporting.markdown_report import MarkdownSheet

    return MarkdownSheet()


FORMATS: Mapping[str, Format] = {
    "html": Format("index.html", _html),
    "junit": Format("junit.xml", _junit),
    "markdown": Format("summary.md", _markdown),
}
