"""The page without what it needs, its language and theme from the beginning, and its typing."""

from __future__ import annotations

import base64
import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from builders import key, run, trial
from coze_harness.model import TrialStatus
from coze_harness.reporting.report_formats import PageOptions
from playwright.sync_api import Page

from browser import ROOT
from browser.conftest import Visit
from browser.page_files import write_page

HOURS = "s=hours%5B%E5%8C%97%E4%BA%AC%5D"


@pytest.fixture
def blank(visit: Visit, tmp_path: Path) -> Page:
    """A page with nothing in it, and without a policy that would forbid tests to bring code."""
    path = tmp_path / "blank.html"
    path.write_text("<!doctype html><html data-ready='1'><title>blank</title>", "utf-8")
    return visit(path).go()


def with_part(path: Path, to: Path, name: str, text: str) -> Path:
    """Write a copy of a page in which one of its packed parts holds this instead."""
    whole, times = re.subn(
        rf'(<script type="application/octet-stream" id="{name}">)[^<]*',
        lambda match: match[1] + text,
        path.read_text("utf-8"),
    )
    assert times == 1
    to.write_text(whole, "utf-8", newline="\n")
    return to


def pack(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


@pytest.mark.parametrize(
    "broken",
    ["", "%%%", "AAAA", pack("{"), pack('{"forms":[],"trials":[]}'), pack("x" * 99)[:60]],
)
def test_a_broken_chunk_is_reported_and_the_rest_of_the_page_works(
    samples: Path, tmp_path: Path, visit: Visit, broken: str
) -> None:
    path = with_part(samples, tmp_path / "index.html", "c0", broken)
    page = visit(path).go(HOURS)
    message = page.locator("#trial").inner_text()
    assert "damaged" in message
    assert "trials.jsonl" in message
    page.keyboard.press("Escape")
    assert page.locator("#list a.row").first.is_visible()


@pytest.mark.parametrize("broken", ["", "AAAA", pack("[")])
def test_with_a_broken_index_everything_written_stays(
    samples: Path, tmp_path: Path, visit: Visit, broken: str
) -> None:
    page = visit(with_part(samples, tmp_path / "index.html", "index", broken)).go("v=trials")
    assert "damaged" in page.locator("#filter").inner_text()
    for view in ("overview", "trials", "trial"):
        assert page.locator(f"#v-{view}").is_visible(), view
    assert page.locator("#first article").count()
    page.locator("#list a.row").first.click()
    assert page.locator("#first article:visible").count()


def test_a_browser_that_cannot_unpack_shows_what_is_written(samples: Path, visit: Visit) -> None:
    watch = visit(samples, own=True)
    watch.context.add_init_script("delete globalThis.DecompressionStream")
    page = watch.go()
    assert "browser" in page.locator("#filter").inner_text()
    assert page.locator("#list a.row").count() == 13
    assert page.locator("#first article").count()


@pytest.mark.parametrize(
    ("option_lang", "locale", "linked", "lang"),
    [
        ("", "zh-TW", "", "zh-CN"),
        ("", "fr-FR", "", "en"),
        ("", "zh-CN", "lang=en", "en"),
        ("zh", "en-US", "", "zh-CN"),
        ("en", "zh-CN", "", "en"),
        ("zh", "zh-CN", "lang=en", "en"),
    ],
)
def test_the_first_language_is_the_links_else_the_reports_else_the_readers(
    tmp_path: Path, visit: Visit, option_lang: Any, locale: str, linked: str, lang: str
) -> None:
    failing = trial(TrialStatus.FAILED, trial_key=key("场景"))
    path = write_page(
        tmp_path / "index.html", [failing], run([failing]), PageOptions(lang=option_lang)
    )
    page = visit(path, locale=locale).go(linked)
    assert page.evaluate("document.documentElement.lang") == lang
    word = "未通过" if lang == "zh-CN" else "failed"
    assert word in (page.locator("#list a.row").text_content() or "")
    assert page.locator("#list a.row b").text_content() == "场景"


def test_a_chosen_language_and_theme_hold_on_the_way_back(samples: Path, visit: Visit) -> None:
    watch = visit(samples)
    page = watch.go("v=trials")
    page.locator("#list a.row").first.click()
    page.wait_for_selector("#trial article")
    page.keyboard.press("l")
    page.locator("[data-do=theme]").click()
    assert "lang=zh" in page.url
    assert "theme=light" in page.url
    page.go_back()
    page.wait_for_function("() => document.body.dataset.view === 'trials'")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert "未通过" in page.locator("#filter").inner_text()


def test_a_theme_is_kept_for_the_next_page_and_a_link_wins(samples: Path, visit: Visit) -> None:
    watch = visit(samples)
    page = watch.go("v=trials&theme=dark")
    theme = "document.documentElement.dataset.theme"
    assert page.evaluate(theme) == "dark"
    assert watch.go("v=trials").evaluate(theme) == "dark"
    assert watch.go("v=trials&theme=light").evaluate(theme) == "light"


def test_without_storage_everything_works(samples: Path, visit: Visit) -> None:
    watch = visit(samples, own=True)
    watch.context.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('denied'); }})"
    )
    page = watch.go("v=trials")
    page.keyboard.press("t")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.keyboard.press("?")
    page.locator("dialog input").uncheck()
    page.locator("dialog button").click()
    assert page.locator("dialog[open]").count() == 0


def test_letters_that_are_still_being_put_together_do_not_filter(
    samples: Path, visit: Visit
) -> None:
    """Pinyin on its way to Chinese would make the list flicker through nothing."""
    watch = visit(samples)
    page = watch.go("v=trials")
    box = page.locator("#filter input")
    box.evaluate(
        """box => {
          box.dispatchEvent(new CompositionEvent('compositionstart'));
          box.value = 'dingdan';
          box.dispatchEvent(new InputEvent('input', {bubbles: true, isComposing: true}));
        }"""
    )
    visible_rows = page.locator("#list li:not([hidden])")
    assert visible_rows.count() == 13
    box.evaluate(
        """box => {
          box.value = '订单';
          box.dispatchEvent(new CompositionEvent('compositionend'));
        }"""
    )
    assert visible_rows.count() == 1


def test_a_chip_pressed_joins_what_was_typed(samples: Path, visit: Visit) -> None:
    watch = visit(samples)
    page = watch.go("v=trials")
    box = page.locator("#filter input")
    box.fill("hours -北京")
    page.locator("#filter .chip[data-value=failed]").click()
    assert box.input_value() == "hours -北京 st:failed"
    assert page.locator("#list li:not([hidden])").count() == 1
    box.fill("")
    assert page.locator("#filter .chip[aria-pressed=true]").count() == 0


_BUILT = """
({ source, trees }) => {
  const { build } = new Function(source + '; return { build };')();
  return trees.map(([tree, own]) => {
    const box = document.createElement('div');
    box.append(build(tree, own));
    return box.innerHTML;
  });
}
"""
_NOWHERE = [
    "javascript:1",
    "JaVaScRiPt:1",
    "java\tscript:1",
    " https://x.example/",
    "https:x",
    "http://",
    "//x.example",
    "data:text/html,1",
    "file:///x",
    "#s=a",
]
_LINK = 'rel="noopener noreferrer nofollow" target="_blank"'


@pytest.mark.parametrize(
    ("tree", "own", "html"),
    [
        ("<b>&amp;", True, "&lt;b&gt;&amp;amp;"),
        (["script", 0, "window.__xss=1"], True, "<span>window.__xss=1</span>"),
        (["iframe", {"src": "http://127.0.0.1:8933/", "srcdoc": "<p>"}], True, "<span></span>"),
        (["img", {"src": "x", "onerror": "1", "style": "a"}], True, "<span></span>"),
        (["p", {"id": "i", "onclick": "1", "dir": "auto"}, "t"], False, '<p dir="auto">t</p>'),
        (["p", {"id": "i", "ONCLICK": "1"}, "t"], True, '<p id="i">t</p>'),
        *[(["a", {"href": to}, "a"], False, "<a>a</a>") for to in _NOWHERE],
        *[
            (["a", {"href": to}, "a"], False, f'<a href="{to}" {_LINK}>a</a>')
            for to in ("HTTPS://x.example/", "http://x.example", "mailto:a@x.example")
        ],
        (["a", {"href": "#s=a"}, "a"], True, '<a href="#s=a">a</a>'),
    ],
)  # fmt: skip
def test_trees_become_elements_by_allow_lists_alone(
    blank: Page, tree: object, own: bool, html: str
) -> None:
    source = (ROOT / "harness/coze_harness/reporting/browser/tree.js").read_text("utf-8")
    source = re.sub(r"^export ", "", source, flags=re.MULTILINE)
    assert blank.evaluate(_BUILT, {"source": source, "trees": [[tree, own]]}) == [html]
