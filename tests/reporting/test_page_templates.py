"""Page templates: compiled by `make assets` or from their sources, they render the same pages."""

from __future__ import annotations

import io
from functools import partial

import pytest
from builders import run
from coze_harness.model import Run, TrialResult, TrialStatus
from coze_harness.reporting.html import HtmlWriter, PageRenderer
from coze_harness.reporting.html.page_templates import (
    create_environment,
    installed_jinja2,
    template_loader,
)
from coze_harness.reporting.html.run_list_page import run_list_charts, run_list_rows
from coze_harness.reporting.report_formats import ReportFormat
from jinja2 import BaseLoader, FileSystemLoader, ModuleLoader
from report_hostile import hostile_trial
from report_rendering import encode_lines
from report_rich import rich_results, rich_run
from report_samples import everything, full_run

HOSTILE = [hostile_trial("<&\u202e\x00>", status) for status in TrialStatus]


@pytest.fixture(scope="session")
def compiled_templates() -> BaseLoader:
    """The compiled templates. They stay: jinja2 leaves a weak reference in `sys.modules`, and
    Hypothesis reads what is there in whichever test comes next.
    """
    return template_loader(installed_jinja2())


@pytest.mark.parametrize(
    ("version", "loader"),
    [
        ("3.1.0", ModuleLoader),
        ("3.1.6", ModuleLoader),
        ("3.1.99", ModuleLoader),
        ("3.2.0", FileSystemLoader),
        ("3.11.0", FileSystemLoader),
        ("4.0", FileSystemLoader),
        ("", FileSystemLoader),
    ],
)
def test_compiled_templates_are_used_with_the_series_they_were_compiled_for(
    version: str, loader: type[BaseLoader]
) -> None:
    assert type(template_loader(version)) is loader


@pytest.mark.parametrize(
    ("results", "of"),
    [
        (everything(), full_run()),
        (rich_results(), rich_run()),
        (HOSTILE, run(HOSTILE)),
        ([], run([])),
    ],
    ids=["everything", "rich", "hostile", "none"],
)
def test_compiled_templates_render_what_their_sources_do(
    results: list[TrialResult], of: Run, compiled_templates: BaseLoader
) -> None:
    assert _page(compiled_templates, results, of) == _page(template_loader(""), results, of)


def test_a_compiled_list_of_runs_is_what_its_source_renders(compiled_templates: BaseLoader) -> None:
    runs = [rich_run(), full_run()]
    pages = [
        PageRenderer("zh", create_environment(loader)).render(
            "listing.html.j2",
            lang="zh",
            rows=run_list_rows(runs),
            more=1,
            runs=3,
            charts=run_list_charts(runs),
        )
        for loader in (compiled_templates, template_loader(""))
    ]
    assert pages[0] == pages[1]


def _page(loader: BaseLoader, results: list[TrialResult], of: Run) -> bytes:
    renderer = PageRenderer("zh", create_environment(loader))
    out = io.BytesIO()
    form = ReportFormat("index.html", partial(HtmlWriter, renderer=renderer))
    form.render(of, lambda: encode_lines(results), out)
    return out.getvalue()
