"""Whatever a bot, a file or a person writes stays text: nothing runs, nothing is asked for."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from urllib.parse import quote

import pytest
from coze_harness.reporting.views.safe_text import show_control_characters

from browser.conftest import Visit
from browser.page_files import TEXTS
from browser.page_watch import Scheme, script

# Opens every trial and each tab, shows answers raw and rendered, and returns what was there.
_WALK = script("walk.js")


def plain(text: str) -> str:
    """Return text without white space, in which a page may differ."""
    return re.sub(r"\s+", "", text)


def beginning(text: str) -> str:
    """Return what must be read of an attack: its beginning, as it is shown."""
    return plain(show_control_characters(text))[:300]


@pytest.mark.parametrize(("scheme", "every"), [("light", 1), ("dark", 5)])
def test_every_attack_in_every_field_is_text_on_every_screen(
    hostile: Path, visit: Visit, scheme: Scheme, every: int
) -> None:
    """In the dark a few are enough: what runs there and not in the light is hard to think of."""
    watch = visit(hostile, scheme=scheme)
    page = watch.go()
    for view in ("trials", "compare", "matrix", "history", "mutations", "overview"):
        watch.move(f"v={view}")
    trials = page.evaluate(_WALK, every)
    assert len(trials) == -(-len(set(TEXTS)) // every)
    assert [one["bad"] for one in trials if one["bad"]] == []
    for href, rel, target in (link for one in trials for link in one["links"]):
        assert re.match(r"https?://|mailto:|#|\.\./[^/:]+/", href), href
        if not href.startswith(("#", "../")):
            assert set(rel.split()) == {"noopener", "noreferrer", "nofollow"}
            assert target == "_blank"
    if every == 1:
        everything = "\n".join(plain(one["text"]) for one in trials)
        assert [text for text in TEXTS if beginning(text) not in everything] == []


def test_every_attack_is_text_without_a_script(hostile: Path, visit: Visit) -> None:
    page = visit(hostile, script=False).go()
    names = [plain(text) for text in page.locator("#list a.row b").all_text_contents()]
    assert len(names) == len(set(TEXTS))
    first = page.locator("#first > details")
    assert first.count() == 20
    for fold in first.all():
        if fold.get_attribute("open") is None:
            fold.locator("summary").first.click()
    assert all(len(text) > 200 for text in first.all_inner_texts())
    whole = plain(page.locator("body").inner_text())
    assert "window.__xss" in whole
    assert page.locator("img, iframe, object, embed, base, form, video, audio").count() == 0


@pytest.mark.parametrize("raw", [False, True], ids=["encoded", "raw"])
def test_a_hostile_address_is_only_an_address(samples: Path, visit: Visit, raw: bool) -> None:
    watch = visit(samples)
    page = watch.go()
    keys = ("v", "q", "st", "bot", "tag", "sort", "t", "e", "tab", "lang", "theme")
    hashes = []
    for text in TEXTS:
        value = text[:300].encode("utf-8", "replace").decode()
        value = value if raw else quote(value, safe="")
        hashes.append("&".join(f"{key}={value}" for key in keys))
        hashes.append(f"v=trials&s={value}&" + "&".join(f"{key}={value}" for key in keys))
    alive = """async (hashes) => {
      const dead = [];
      for (const hash of hashes) {
        location.hash = hash;
        await new Promise((done) => setTimeout(() => setTimeout(() => done(0), 0), 0));
        const view = document.body.dataset.view;
        const shown = document.querySelector(`#v-${view}`)?.textContent.trim();
        if (!shown && view !== 'trials') dead.push([hash, view]);
      }
      return dead;
    }"""
    assert page.evaluate(alive, hashes) == []
    watch.go("v=overview")
    assert page.locator("#list a.row").count() > 0


@pytest.mark.parametrize(
    "fragment",
    [
        "s=%3Cimg%20src=x%20onerror=window.__xss=1%3E",
        "s=<script>window.__xss=1</script>",
        "s=%E0%A4%A",
        "s=__proto__",
        "s=constructor&tab=__proto__",
        "s=..%2F..%2Fx",
        "__proto__=1&constructor=2",
        "=&=&&",
        "s=",
    ],
)
def test_a_hostile_address_opened_cold_leaves_a_page_that_speaks(
    samples: Path, visit: Visit, fragment: str
) -> None:
    page = visit(samples).go(fragment)
    view = page.locator("body").get_attribute("data-view")
    assert page.locator(f"#v-{view}").inner_text().strip()


def test_the_names_of_objects_are_ids_like_any_other(hostile: Path, visit: Visit) -> None:
    watch = visit(hostile)
    for name in ("__proto__", "constructor", "toString", "../../x", "CON"):
        page = watch.go(f"s={quote(name, safe='')}")
        assert page.locator("#trial h2").inner_text() == name


def test_what_is_compared_after_folding_is_found_in_any_width(samples: Path, visit: Visit) -> None:
    page = visit(samples).go("v=trials&q=" + quote("ＨＯＵＲＳ"))
    visible_rows = [row for row in page.locator("#list a.row").all() if row.is_visible()]
    assert visible_rows
    assert all("hours" in unicodedata.normalize("NFKC", row.inner_text()) for row in visible_rows)
