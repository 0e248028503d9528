"""A browser for each worker process, pages that collect errors, and the reports that they show."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from project import ProjectFolder
from report_rich import rich_results, rich_run
from report_samples import everything, full_run

from benchmarks.browser_timing import ARGUMENTS, CHROMIUM
from browser import ROOT
from browser.compared_project import compared_project
from browser.page_files import hostile_results, hostile_run, write_page
from browser.page_watch import Watch, address
from browser.recorded_project import recorded_project
from browser.streamed_project import streamed_project


def _do_without(what: str) -> None:
    """Skip, and say why; where CI is set, nothing may be missing."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}: CI must install it (make test does)")
    pytest.skip(f"{what}: make test installs it")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A browser that ends with the last test of this package on this worker.

    Not later: as long as Playwright runs, its event loop is that of the whole process, and no
    other test could have one of its own.
    """
    if CHROMIUM is None:
        _do_without("there is no Chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="package")
def spare_watches(browser: Browser) -> list[Watch]:
    """Pages for the next tests: to make one takes longer than most tests need it."""
    return []


Visit = Callable[..., Watch]
"""Opens a file or an address under watch: `visit(path, **how)`; see `Watch`.

Options other than a width and a height, or `own=True`, mean a page that no other test will have.
"""


@pytest.fixture
def visit(browser: Browser, spare_watches: list[Watch]) -> Iterator[Visit]:
    """Opens pages, and fails the test if any of them did what no report may do."""
    own_watches: list[Watch] = []
    lent_watches: list[Watch] = []

    def open_page(at: Path | str, **how: Any) -> Watch:
        where = address(at) if isinstance(at, Path) else at
        if how.pop("own", False) or how.keys() - {"width", "height"}:
            own_watches.append(Watch(browser, where, **how))
            return own_watches[-1]
        lent_watches.append(spare_watches.pop() if spare_watches else Watch(browser, where))
        lent_watches[-1].turn_to(where, **how)
        return lent_watches[-1]

    yield open_page
    for watch in lent_watches:
        watch.forget()
    faults = [fault for watch in own_watches + lent_watches for fault in watch.faults]
    for watch in own_watches:
        watch.close()
    assert faults == []
    spare_watches += lent_watches


@pytest.fixture(scope="session")
def axe_source() -> str:
    """The text of axe-core, which judges whether a page can be used by everyone."""
    path = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        _do_without("there is no axe-core")
    return path.read_text("utf-8")


@pytest.fixture(scope="session")
def reported_project(tmp_path_factory: pytest.TempPathFactory) -> ProjectFolder:
    """A project recorded, replayed three times and reported; `reports/latest` is the last run."""
    return recorded_project(tmp_path_factory.mktemp("reported"))


@pytest.fixture(scope="session")
def page(reported_project: ProjectFolder) -> Path:
    """The page of that run."""
    return reported_project.path("reports/latest/index.html").resolve()


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the sample results, which have something of everything."""
    path = tmp_path_factory.mktemp("samples") / "index.html"
    return write_page(path, everything(), full_run())


@pytest.fixture(scope="session")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a comparison with mutants and runs before it."""
    path = tmp_path_factory.mktemp("rich") / "index.html"
    return write_page(path, rich_results(), rich_run())


@pytest.fixture(scope="session")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> ProjectFolder:
    """A project whose bot was worked on, recorded and compared; `reports/latest` is that run."""
    return compared_project(tmp_path_factory.mktemp("compared"))


@pytest.fixture(scope="session")
def streamed_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a comparison whose answers were streamed, in up to a second."""
    project = streamed_project(tmp_path_factory.mktemp("streamed"))
    return project.path("reports/latest/index.html").resolve()


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a run in which every field of every trial is an attack."""
    results = hostile_results()
    path = tmp_path_factory.mktemp("hostile") / "index.html"
    return write_page(path, results, hostile_run(results))
