"""The report formats, and how the reports of a run are made.

`FORMATS` lists the formats; a new one is a line there and a module. A writer renders each trial on
its own, in any process, and writes the report from these fragments in the order of the run's rows.
So trials.jsonl is read once for all formats, trials may be added while the run goes on, and the
same run gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from coze_harness.model import Run, TrialResult
from coze_harness.reporting.fragment_spool import Fragments, FragmentSpool, TextOutput
from coze_harness.reporting.page_options import PageOptions
from coze_harness.reporting.report_writer import ReportWriter
from coze_harness.reporting.views.failure_causes import Causes, TrialCauses, trial_causes
from coze_harness.reporting.views.run_view import run_view
from coze_harness.reporting.views.trial_view import trial_view
from coze_harness.reporting.views.wording import Wording
from coze_harness.results import EarlierAnswers

__all__ = [
    "FORMATS",
    "PageOptions",
    "ReportFormat",
    "ReportSet",
    "ReportWriter",
    "ResultLine",
    "TrialFragments",
    "TrialRenderer",
]

ResultLine: TypeAlias = tuple[TrialResult, bytes]
"""A trial and its line of trials.jsonl."""


_DEFAULTS: Final = PageOptions()


class ReportFormat(NamedTuple):
    """The file name of a report in a run's folder, and what makes its writer."""

    file_name: str
    make_writer: Callable[[PageOptions], ReportWriter]

    def render(
        self, run: Run, results: Callable[[], Iterator[ResultLine]], out: TextOutput
    ) -> None:
        """Write this report of a finished run."""
        with ReportSet({"": self}) as reports:
            reports.add_all(results())
            reports.write(run, {"": out})


class TrialFragments(NamedTuple):
    """What the formats say about one trial: plain bytes, which can be sent between processes.

    `parts` has a fragment for each format, in the renderer's order. `shared` are parts that later
    trials use, too; they come with the first trial that needs them.
    """

    causes: TrialCauses | None
    tokens: int
    change: str
    parts: Sequence[bytes]
    shared: Mapping[bytes, bytes]


class TrialRenderer:
    """Renders trials. Each process may have its own.

    Args:
        formats: by name; by default `FORMATS`.
        options: the languages of the reports.
    """

    def __init__(
        self, formats: Mapping[str, ReportFormat] | None = None, options: PageOptions = _DEFAULTS
    ) -> None:
        formats = FORMATS if formats is None else formats
        self.writers = {name: form.make_writer(options) for name, form in formats.items()}
        languages = [writer.language for writer in self.writers.values()] or [options.language]
        self._wordings = {one: Wording(one, both=True) for one in languages}

    def render(self, result: TrialResult, line: bytes) -> TrialFragments:
        """Return a trial's fragments for all formats; `line` is its line of trials.jsonl."""
        views = {one: trial_view(result, wording) for one, wording in self._wordings.items()}
        writers = self.writers.values()
        parts = [one.render_trial(views[one.language], line) for one in writers]
        shared = {key: part for one in writers for key, part in one.new_shared_parts().items()}
        view = next(iter(views.values()))
        return TrialFragments(trial_causes(result), view.tokens, view.change, parts, shared)


class ReportSet:
    """Several formats of a run's report, made in one pass. A context manager.

    Args:
        formats: by name; by default `FORMATS`.
        options: of the page.
    """

    def __init__(
        self, formats: Mapping[str, ReportFormat] | None = None, options: PageOptions = _DEFAULTS
    ) -> None:
        self.renderer = TrialRenderer(formats, options)
        self._spool = FragmentSpool()
        self._causes = Causes()

    def add(self, result: TrialResult, line: bytes) -> None:
        """Add a trial with its line of trials.jsonl, or replace it if it was executed again."""
        self.add_fragments(result.key.id, self.renderer.render(result, line))

    def add_all(self, results: Iterable[ResultLine]) -> None:
        """Add trials with their lines."""
        for result, line in results:
            self.add(result, line)

    def add_fragments(self, trial_id: str, fragments: TrialFragments) -> None:
        """Add a trial that a `TrialRenderer` of the same formats rendered."""
        self._causes.add(trial_id, fragments.causes, fragments.tokens, fragments.change)
        self._spool.add(trial_id, fragments.parts, fragments.shared)

    def write(
        self,
        run: Run,
        outs: Mapping[str, TextOutput],
        earlier: Mapping[str, EarlierAnswers] = {},
    ) -> None:
        """Write the formats that have an output.

        Args:
            run: the run.
            outs: where each format is written, by name.
            earlier: what the bots answered before, by the id of the trial.
        """
        view = run_view(run, self._causes, earlier)
        for position, (name, writer) in enumerate(self.renderer.writers.items()):
            if name in outs:
                writer.write(run, view, Fragments(self._spool, position), outs[name])

    def extra_files(self) -> Mapping[str, bytes]:
        """Return files that the reports refer to, by their names."""
        writers = self.renderer.writers.values()
        return {name: data for one in writers for name, data in one.extra_files().items()}

    def close(self) -> None:
        """Delete the fragments."""
        self._spool.close()

    def __enter__(self) -> ReportSet:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _html(options: PageOptions) -> ReportWriter:
    from coze_harness.reporting.html import HtmlWriter  # jinja2

    return HtmlWriter(options)


def _junit(options: PageOptions) -> ReportWriter:
    from coze_harness.reporting.files.junit_report import JUnitWriter

    return JUnitWriter(options.language)


def _markdown(options: PageOptions) -> ReportWriter:
    from coze_harness.reporting.files.markdown_report import MarkdownWriter

    return MarkdownWriter(options.language)


FORMATS: Final[Mapping[str, ReportFormat]] = {
    "html": ReportFormat("index.html", _html),
    "junit": ReportFormat("junit.xml", _junit),
    "markdown": ReportFormat("summary.md", _markdown),
}
