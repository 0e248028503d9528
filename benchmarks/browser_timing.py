"""Times a report in a browser: until its rows are painted, after a click, after each key.

The page's own clock is used, which starts with the navigation. An element counts as painted two
frames after it is in the document. Memory is that of the page's own process, from the kernel.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.processes import BenchmarkError

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None)
"""The program of the browser; None if there is none on this machine."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_MEGABYTE = 1_000_000

# Runs before the page's own scripts; `bench.rows` is when the selected element was first painted.
_WATCH_SCRIPT = """(selector, ready) => {
  const bench = (window.bench = { rows: 0, ready: 0, tasks: [] });
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) bench.tasks.push([task.startTime, task.duration]);
  }).observe({ type: 'longtask', buffered: true });
  bench.isVisible = (selector) => {
    const element = document.querySelector(selector);
    return Boolean(element) && element.getBoundingClientRect().height > 0;
  };
  bench.paint = () =>
    new Promise((done) => {
      requestAnimationFrame(() => setTimeout(() => done(performance.now()), 0));
    });
  const look = () => {
    if (!bench.rows && bench.isVisible(selector)) bench.paint().then((at) => { bench.rows = at; });
    if (!bench.ready && (!ready || document.querySelector(ready))) bench.ready = performance.now();
    if (!bench.rows || !bench.ready) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
_LOAD_SCRIPT = """() => {
  const { rows, ready, tasks } = window.bench;
  const long = tasks.filter(([at]) => at < ready).reduce((sum, [, duration]) => sum + duration, 0);
  const load = performance.getEntriesByType('navigation')[0].loadEventEnd;
  return { rows, ready, long, load, elements: document.querySelectorAll('*').length };
}"""
_CLICK_SCRIPT = """async ([clickable, target]) => {
  const element = [...document.querySelectorAll(clickable[0])].at(clickable[1]);
  element.scrollIntoView({ block: 'center' });
  await bench.paint();
  const start = performance.now();
  element.click();
  while (!bench.isVisible(target)) await new Promise((done) => requestAnimationFrame(done));
  return (await bench.paint()) - start;
}"""
_TYPE_SCRIPT = """async ([search, text, listed]) => {
  const field = document.querySelector(search);
  const setValue = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
  const listText = () =>
    [...document.querySelectorAll(listed)].map((one) => one.textContent).join();
  const durations = [];
  const steps = [...text].map((_, at) => text.slice(0, at + 1));
  for (const value of [...steps, '']) {
    await bench.paint();
    const before = listText();
    const start = performance.now();
    setValue.call(field, value);
    field.dispatchEvent(new Event('input', { bubbles: true }));
    while (listText() === before && performance.now() - start < 2000)
      await new Promise((done) => requestAnimationFrame(done));
    const changed = listText() !== before;
    const duration = (await bench.paint()) - start;
    if (changed) durations.push(duration);
  }
  return durations;
}"""


@dataclass(frozen=True, slots=True)
class PageSelectors:
    """Where things are in a report, as CSS selectors.

    `rows` is the first visible part of a list; `opener` has to be clicked if results are not listed
    yet; `row` is a result, `body` the text inside an opened one. Typing into the field `search`,
    which is visible once the address ends in `listing`, changes the text of `count`. `ready` exists
    when the report's script is done.
    """

    rows: str
    opener: str
    row: str
    body: str
    search: str
    count: str
    ready: str = ""
    listing: str = ""


@dataclass(frozen=True, slots=True)
class PageTimings:
    """The timings of one load in milliseconds, and its megabytes of memory above a blank page.

    `long` is the sum of long tasks until the script is done. `opening` is the time to list results
    that were not listed, `detail` that from a click to the painted text, `keys` those from each key
    to the painted list; the last one clears the field.
    """

    rows: float
    ready: float
    load: float
    long: float
    elements: float
    opening: float
    memory: float
    detail: float
    keys: Sequence[float]


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start a browser.

    Raises:
        BenchmarkError: there is none on this machine.
    """
    if CHROMIUM is None:
        raise BenchmarkError("there is no Chromium: make test installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def time_page(
    browser: Browser, path: Path, selectors: PageSelectors, text: str, results: int
) -> PageTimings:
    """Load a report once in a fresh context, open a result in the middle, type into its search."""
    blank = _blank_memory(browser)
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, locale="en-US")
    context.set_default_timeout(120_000)
    page = context.new_page()
    page.add_init_script(f"({_WATCH_SCRIPT})({selectors.rows!r}, {selectors.ready!r})")
    page.goto(path.as_uri())
    page.wait_for_function("bench.rows && bench.ready")
    load = page.evaluate(_LOAD_SCRIPT)
    opening = 0.0
    if not page.evaluate("selector => bench.isVisible(selector)", selectors.row):
        opening = page.evaluate(_CLICK_SCRIPT, [[selectors.opener, 0], selectors.row])
    memory = _memory(browser) - blank
    detail = page.evaluate(_CLICK_SCRIPT, [[selectors.row, results // 2], selectors.body])
    page.go_back()
    if selectors.listing:
        page.evaluate("hash => { location.hash = hash; }", selectors.listing)
    page.wait_for_function("selector => bench.isVisible(selector)", arg=selectors.search)
    keys = _type_text(page, selectors, text)
    context.close()
    return PageTimings(
        **load, opening=opening, memory=memory / _MEGABYTE, detail=detail, keys=tuple(keys)
    )


def _type_text(page: Page, selectors: PageSelectors, text: str) -> list[float]:
    durations = page.evaluate(_TYPE_SCRIPT, [selectors.search, text, selectors.count])
    if not durations:
        raise BenchmarkError(f"typing {text!r} changed nothing in {selectors.count}")
    return [float(value) for value in durations]


def _blank_memory(browser: Browser) -> float:
    context = browser.new_context()
    page = context.new_page()
    page.goto("data:text/html,<title>blank</title>")
    memory = _memory(browser)
    context.close()
    return memory


def _renderers(browser: Browser) -> set[int]:
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return {int(one["id"]) for one in processes if one["type"] == "renderer"}


def _memory(browser: Browser) -> float:
    pages = [Path(f"/proc/{pid}/statm") for pid in _renderers(browser)]
    resident = [int(path.read_text("ascii").split()[1]) for path in pages if path.exists()]
    return max(resident) * os.sysconf("SC_PAGE_SIZE")
