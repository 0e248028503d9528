"""axe-core finds nothing, on every screen, light and dark, in both languages, wide and narrow."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from project import ProjectFolder
from scale import SCALE

from browser.conftest import Visit
from browser.page_watch import Scheme, script

STATES = (
    "v=overview", "v=trials", "v=compare", "v=matrix", "v=history", "v=mutations",
    *(f"s=hours&tab={tab}" for tab in ("chat", "diff", "http", "json", "history")),
    "s=broken", "s=no-such-trial", "v=trials&q=nothing-has-this",
)  # fmt: skip
_RUN = script("axe_run.js")


COMBINATIONS = list(product(("light", "dark"), ("en", "zh"), (1400, 390)))
# Each value is in one of these.
FEW = [("light", "en", 1400), ("dark", "zh", 390)]


@pytest.mark.parametrize(("scheme", "lang", "width"), COMBINATIONS if SCALE >= 1 else FEW)
def test_axe_has_nothing_to_say(
    page: Path, visit: Visit, axe_source: str, scheme: Scheme, lang: str, width: int
) -> None:
    watch = visit(page, scheme=scheme, width=width)
    opened_page = watch.go(f"lang={lang}")
    opened_page.evaluate(axe_source)
    violations_by_state: dict[str, Any] = {}
    for state in STATES:
        watch.move(f"{state}&lang={lang}")
        if violations := opened_page.evaluate(_RUN):
            violations_by_state[state] = violations
    opened_page.keyboard.press("?")
    if violations := opened_page.evaluate(_RUN):
        violations_by_state["the sheet of keys"] = violations
    assert violations_by_state == {}


@pytest.mark.parametrize(("scheme", "lang", "width"), FEW if SCALE >= 1 else FEW[:1])
def test_axe_has_nothing_to_say_about_a_comparison_and_mutants(
    comparison: ProjectFolder,
    rich: Path,
    visit: Visit,
    axe_source: str,
    scheme: Scheme,
    lang: str,
    width: int,
) -> None:
    violations_by_view: dict[str, Any] = {}
    for path, views in (
        (comparison.path("reports/latest/index.html").resolve(), ("compare", "overview")),
        (rich, ("compare", "mutations", "history")),
    ):
        # As high as the page: what the bar at the bottom covers for now can be scrolled to.
        watch = visit(path, scheme=scheme, width=width, height=12_000)
        opened_page = watch.go(f"lang={lang}")
        opened_page.evaluate(axe_source)
        for view in views:
            watch.move(f"v={view}&lang={lang}")
            opened_page.evaluate(
                "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
            )
            if view == "compare":
                for key in ("j", "i", "e"):
                    opened_page.keyboard.press(key)
            if violations := opened_page.evaluate(_RUN):
                violations_by_view[f"{path} {view}"] = violations
    assert violations_by_view == {}


def test_axe_has_nothing_to_say_without_a_script(
    samples: Path, tmp_path: Path, visit: Visit, axe_source: str
) -> None:
    """The page as it is written: its script has not begun, or never does."""
    head, _, _ = samples.read_text("utf-8").rpartition("<script>")
    path = tmp_path / "index.html"
    path.write_text(f"{head}</body></html>", encoding="utf-8")
    for width in (1400, 390):
        opened_page = visit(path, width=width).go(ready=False)
        opened_page.evaluate(axe_source)
        assert opened_page.evaluate(_RUN) == []


def test_axe_would_find_something(samples: Path, visit: Visit, axe_source: str) -> None:
    page = visit(samples).go()
    page.evaluate(axe_source)
    page.evaluate("document.querySelector('h1').replaceWith(document.createElement('button'))")
    violations = page.evaluate(_RUN)
    assert any(one.startswith("button-name") for one in violations)
