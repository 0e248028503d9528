"""A reader's browser: how soon a report shows its rows, answers a click, follows the keys.

The page's own clock is used, which starts with the navigation; what is painted counts two frames
after it stands in the document. Memory is that of the page's own process, from the kernel.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

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

# Watches from the first moment on; `bench.rows` is when what is looked for was first painted.
_WATCHING = """(selector, ready) => {
  const bench = (window.bench = { rows: 0, ready: 0, tasks: [] });
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) bench.tasks.push([task.startTime, task.duration]);
  }).observe({ type: 'longtask', buffered: true });
  bench.shown = (wanted) => {
    const found = document.querySelector(wanted);
    return Boolean(found) && found.getBoundingClientRect().height > 0;
  };
  bench.painted = () =>
    new Promise((done) => {
      requestAnimationFrame(() => setTimeout(() => done(performance.now()), 0));
    });
  const look = () => {
    if (!bench.rows && bench.shown(selector)) bench.painted().then((at) => { bench.rows = at; });
    if (!bench.ready && (!ready || document.querySelector(ready))) bench.ready = performance.now();
    if (!bench.rows || !bench.ready) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
_LOADED = """() => {
  const { rows, ready, tasks } = window.bench;
  const long = tasks.filter(([at]) => at < ready).reduce((sum, [, lasted]) => sum + lasted, 0);
  const load = performance.getEntriesByType('navigation')[0].loadEventEnd;
  return { rows, ready, long, load, elements: document.querySelectorAll('*').length };
}"""
_CLICKED = """async ([clicked, shown]) => {
  const target = [...document.querySelectorAll(clicked[0])].at(clicked[1]);
  target.scrollIntoView({ block: 'center' });
  await bench.painted();
  const begun = performance.now();
  target.click();
  while (!bench.shown(shown)) await new Promise((done) => requestAnimationFrame(done));
  return (await bench.painted()) - begun;
}"""
_TYPED = """async ([search, text, listed]) => {
  const field = document.querySelector(search);
  const put = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
  const seen = () => [...document.querySelectorAll(listed)].map((one) => one.textContent).join();
  const taken = [];
  const steps = [...text].map((_, at) => text.slice(0, at + 1));
  for (const value of [...steps, '']) {
    await bench.painted();
    const before = seen();
    const begun = performance.now();
    put.call(field, value);
    field.dispatchEvent(new Event('input', { bubbles: true }));
    while (seen() === before && performance.now() - begun < 2000)
      await new Promise((done) => requestAnimationFrame(done));
    const changed = seen() !== before;
    const lasted = (await bench.painted()) - begun;
    if (changed) taken.push(lasted);
  }
  return taken;
}"""


@dataclass(frozen=True, slots=True)
class Parts:
    """Where things are in a report, as CSS selectors.

    `rows` is the first thing of a list that can be seen; `opener` what has to be clicked where
    results are not listed yet; `row` a result; `body` the text inside an opened result.
    `search` is the field, and what is typed there changes the text of `counted`; it is in sight
    once the address ends in `listing`. `ready` is there when the report's script is done.
    """

    rows: str
    opener: str
    row: str
    body: str
    search: str
    counted: str
    ready: str = ""
    listing: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """One load: milliseconds, and bytes of memory above a blank page's.

    `opening` is what it took to list the results where they were not; `detail` from a click to the
    painted text; `keys` from each key to the painted list, the clearing of the field last.
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
def reader() -> Iterator[Browser]:
    """Start the browser.

    Raises:
        BenchmarkError: there is none on this machine.
    """
    if CHROMIUM is None:
        raise BenchmarkError("there is no Chromium: make test installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def read(browser: Browser, path: Path, parts: Parts, typed: str, results: int) -> Seen:
    """Load a report once in a fresh context, open a result in the middle, type into its search."""
    blank = _blank(browser)
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, locale="en-US")
    context.set_default_timeout(120_000)
    page = context.new_page()
    page.add_init_script(f"({_WATCHING})({parts.rows!r}, {parts.ready!r})")
    page.goto(path.as_uri())
    page.wait_for_function("bench.rows && bench.ready")
    loaded = page.evaluate(_LOADED)
    opening = 0.0
    if not page.evaluate("selector => bench.shown(selector)", parts.row):
        opening = page.evaluate(_CLICKED, [[parts.opener, 0], parts.row])
    memory = _memory(browser) - blank
    detail = page.evaluate(_CLICKED, [[parts.row, results // 2], parts.body])
    page.go_back()
    if parts.listing:
        page.evaluate("hash => { location.hash = hash; }", parts.listing)
    page.wait_for_function("selector => bench.shown(selector)", arg=parts.search)
    keys = _typed(page, parts, typed)
    context.close()
    return Seen(
        **loaded, opening=opening, memory=memory / _MEGABYTE, detail=detail, keys=tuple(keys)
    )


def _typed(page: Page, parts: Parts, typed: str) -> list[float]:
    found = page.evaluate(_TYPED, [parts.search, typed, parts.counted])
    if not found:
        raise BenchmarkError(f"typing {typed!r} changed nothing in {parts.counted}")
    return [float(value) for value in found]


def _blank(browser: Browser) -> float:
    context = browser.new_context()
    page = context.new_page()
    page.goto("data:text/html,<title>blank</title>")
    memory = _memory(browser)
    context.close()
    return memory


def _renderers(browser: Browser) -> set[int]:
    session = browser.new_browser_cdp_session()
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return {int(one["id"]) for one in found if one["type"] == "renderer"}


def _memory(browser: Browser) -> float:
    pages = [Path(f"/proc/{pid}/statm") for pid in _renderers(browser)]
    resident = [int(path.read_text("ascii").split()[1]) for path in pages if path.exists()]
    return max(resident) * os.sysconf("SC_PAGE_SIZE")


def slowest(seen: Seen) -> float:
    """Return the slowest key of a load."""
    return max(seen.keys)


def usual(seen: Seen) -> float:
    """Return a load's median key."""
    return median(seen.keys)
