"""Reports into a run's folder: every format, the link to the newest, the list of all runs."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from coze_harness.messages import Catalogue, message
from coze_harness.model import Run
from coze_harness.model.errors import UsageError
from coze_harness.reporting.html.run_list_page import render_run_list
from coze_harness.reporting.page_options import PageOptions
from coze_harness.reporting.report_formats import FORMATS, ReportSet
from coze_harness.results import (
    EarlierAnswers,
    encode_trial,
    list_runs,
    merge_runs,
    read_earlier_answers,
    read_results,
    read_run,
    update_latest,
)
from coze_harness.results.run_folder import wrap_os_errors
from coze_harness.storage import atomic_write as wholefile


def render_reports(
    folder: Path, run: Run, into: Path | None = None, options: PageOptions | None = None
) -> None:
    """Make every report of a run from what its folder holds.

    Args:
        folder: where run.json and trials.jsonl are.
        run: what run.json says.
        into: the folder of the reports; by default the run's own.
        options: language and layout of the page.

    Raises:
        ResultsError: the folder cannot be read or written.
    """
    options = options or PageOptions()
    words = Catalogue(options.language)
    with ReportSet(options=options) as reports:
        reports.add_all((result, encode_trial(result, words)) for result in read_results(folder))
        write_reports(reports, run, into or folder, read_earlier_answers(run, folder))


def render_runs_into(folders: Sequence[Path], output: Path | None, options: PageOptions) -> Path:
    """Render one run, or merge several; return the page.

    A shard in another folder would look like the whole run: that takes all of them.

    Args:
        folders: of the runs.
        output: the folder of the result; `None`: that of the one run.
        options: language and layout of the page.

    Raises:
        UsageError: there is no place for the result.
        ResultsError: a run cannot be read, the runs not be merged, or reports not be written.
    """
    if len(folders) == 1:
        run = read_run(folders[0])
        if output is None or run.shard is None:
            render_reports(folders[0], run, output, options)
            return (output or folders[0]) / "index.html"
    if output is None:
        raise UsageError(message("report.folder"), next_step=message("report.folder.next"))
    render_reports(output, merge_runs(folders, output, output.name), options=options)
    return output / "index.html"


def write_reports(
    reports: ReportSet, run: Run, folder: Path, earlier: Mapping[str, EarlierAnswers]
) -> None:
    """Write every report of a run, each whole or not at all.

    Args:
        reports: what they say about each trial.
        run: the run.
        folder: where they are written.
        earlier: what the bots answered before, by the id of the trial.

    Raises:
        ResultsError: the folder cannot be written.
    """
    with wrap_os_errors("results.failed.reports", folder):
        folder.mkdir(parents=True, exist_ok=True)
        temporaries = {
            name: folder / f".{form.file_name}{wholefile.TEMPORARY_SUFFIX}"
            for name, form in FORMATS.items()
        }
        try:
            with ExitStack() as stack:
                outs = {
                    name: stack.enter_context(path.open("wb")) for name, path in temporaries.items()
                }
                reports.write(run, outs, earlier)
            for name, data in reports.extra_files().items():
                wholefile.write_atomically(folder / name, [data])
            for name, form in FORMATS.items():
                temporaries[name].replace(folder / form.file_name)
        except BaseException:
            for path in temporaries.values():
                path.unlink(missing_ok=True)
            raise


def update_run_list(folder: Path, options: PageOptions | None = None) -> None:
    """Make a run that has just ended the one that `latest` shows, and renew the list of runs.

    Args:
        folder: the run's.
        options: how pages are to be; of the list, the language.

    Raises:
        ResultsError: something cannot be written; the results themselves are kept.
    """
    update_latest(folder)
    page = io.StringIO()
    render_run_list(list_runs(folder.parent), page, options or PageOptions())
    with wrap_os_errors("results.failed.run_list", folder.parent):
        # The temporary file is in the run's folder: a killed run leaves nothing next to others.
        content = page.getvalue().encode()
        wholefile.write_atomically(folder.parent / "index.html", [content], temporaries=folder)
