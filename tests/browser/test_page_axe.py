"""axe-core finds nothing, on every screen, light and dark, in both languages, wide and narrow."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from project import ProjectFolder
from scale import SCALE

from browser.conftest import Visit
from browser.watching import Scheme, script

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
    shown = watch.go(f"lang={lang}")
    shown.evaluate(axe_source)
    found: dict[str, Any] = {}
    for state in STATES:
        watch.move(f"{state}&lang={lang}")
        if violations := shown.evaluate(_RUN):
            found[state] = violations
    shown.keyboard.press("?")
    if violations := shown.evaluate(_RUN):
        found["the sheet of keys"] = violations
    assert found == {}


@pytest.mark.parametrize(("scheme", "lang", "width"), FEW if SCALE >= 1 else FEW[:1])
def test_axe_has_nothing_to_say_about_a_comparison_and_mutants(
    compared: ProjectFolder,
    rich: Path,
    visit: Visit,
    axe_source: str,
    scheme: Scheme,
    lang: str,
    width: int,
) -> None:
    found: dict[str, Any] = {}
    for path, views in (
        (compared.path("reports/latest/index.html").resolve(), ("compare", "overview")),
        (rich, ("compare", "mutations", "history")),
    ):
        # As high as the page: what the bar at the bottom covers for now can be scrolled to.
        watch = visit(path, scheme=scheme, width=width, height=12_000)
        shown = watch.go(f"lang={lang}")
        shown.evaluate(axe_source)
        for view in views:
            watch.move(f"v={view}&lang={lang}")
            shown.evaluate(
                "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
            )
            if view == "compare":
                for key in ("j", "i", "e"):
                    shown.keyboard.press(key)
            if violations := shown.evaluate(_RUN):
                found[f"{path} {view}"] = violations
    assert found == {}


def test_axe_has_nothing_to_say_without_a_script(
    samples: Path, tmp_path: Path, visit: Visit, axe_source: str
) -> None:
    """The page as it is written: its script has not begun, or never does."""
    head, _, _ = samples.read_text("utf-8").rpartition("<script>")
    path = tmp_path / "index.html"
    path.write_text(f"{head}</body></html>", encoding="utf-8")
    for width in (1400, 390):
        shown = visit(path, width=width).go(ready=False)
        shown.evaluate(axe_source)
        assert shown.evaluate(_RUN) == []


def test_axe_would_find_something(samples: Path, visit: Visit, axe_source: str) -> None:
    shown = visit(samples).go()
    shown.evaluate(axe_source)
    shown.evaluate("document.querySelector('h1').replaceWith(document.createElement('button'))")
    found = shown.evaluate(_RUN)
    assert any(one.startswith("button-name") for one in found)
