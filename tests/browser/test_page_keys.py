"""Everything can be done from the keyboard, and one sees where one is."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from browser.conftest import Visit
from browser.page_watch import Watch

# Where the focus was last is where Tab goes on from; so it is put at the very beginning.
_TO_THE_TOP = """() => {
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute('tabindex');
  scrollTo(0, 0);
}"""


def focused_row(page: Page) -> int:
    """Return which of the shown rows has the focus; -1 if none."""
    index = page.evaluate(
        """[...document.querySelectorAll('#list li:not([hidden]) a.row')]
          .indexOf(document.activeElement)"""
    )
    return int(index)


def trial(page: Page) -> str:
    page.wait_for_selector("#trial article h2")
    return page.locator("#trial h2").inner_text()


def press(watch: Watch, *keys: str) -> Page:
    for key in keys:
        watch.page.keyboard.press(key)
        watch.settle()
    return watch.page


def test_slash_goes_to_the_search_and_letters_typed_there_are_letters(
    samples: Path, visit: Visit
) -> None:
    watch = visit(samples)
    watch.go()
    page = press(watch, "/")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.type("jknp?tl")
    assert page.locator("#filter input").input_value() == "jknp?tl"
    assert page.locator("dialog[open]").count() == 0


def test_j_and_k_walk_the_rows_and_enter_opens(samples: Path, visit: Visit) -> None:
    watch = visit(samples)
    page = watch.go("v=trials")
    press(watch, "j")
    assert focused_row(page) == 0
    press(watch, "j", "j")
    assert focused_row(page) == 2
    press(watch, "k")
    assert focused_row(page) == 1
    name = page.locator("#list a.row b").nth(1).inner_text()
    press(watch, "Enter")
    assert trial(page) == name
    press(watch, "Escape")
    assert page.locator("body").get_attribute("data-view") == "trials"
    assert focused_row(page) == 1


def test_n_and_p_walk_the_failing_trials_and_filters_hold(samples: Path, visit: Visit) -> None:
    watch = visit(samples)
    page = watch.go("v=trials")
    press(watch, "n", "Enter")
    first = trial(page)
    press(watch, "n")
    watch.until("name => document.querySelector('#trial h2')?.textContent !== name", first)
    second = trial(page)
    press(watch, "p")
    watch.until("name => document.querySelector('#trial h2')?.textContent === name", first)
    assert first != second
    for name in (first, second):
        row = page.locator("#list a.row", has_text=name).first
        assert (row.get_attribute("class") or "").split()[1] in ("failed", "error")


def test_digits_and_d_choose_tabs_in_a_trial_and_views_elsewhere(
    samples: Path, visit: Visit
) -> None:
    watch = visit(samples)
    page = watch.go("s=identity")
    for key, tab in (
        ("2", "diff"),
        ("3", "http"),
        ("4", "json"),
        ("5", "history"),
        ("1", "chat"),
        ("d", "diff"),
    ):
        press(watch, key)
        assert page.locator("#trial [aria-selected=true]").get_attribute("data-tab") == tab
    press(watch, "Escape", "1")
    assert page.locator("body").get_attribute("data-view") == "overview"
    press(watch, "2", "4")
    assert page.locator("body").get_attribute("data-view") == "trials"


def test_brackets_walk_the_turns(samples: Path, visit: Visit) -> None:
    watch = visit(samples)
    page = watch.go("s=hours%5B%E5%8C%97%E4%BA%AC%5D")
    press(watch, "]")
    assert page.locator("#trial .here").get_attribute("data-t") == "1"
    press(watch, "]", "]")
    assert page.locator("#trial .here").get_attribute("data-t") == "2"
    press(watch, "[")
    assert page.locator("#trial .here").get_attribute("data-t") == "1"


def test_r_shows_the_letters_of_a_rendered_answer(page: Path, visit: Visit) -> None:
    watch = visit(page)
    opened_page = watch.go("s=hours")
    rendered, raw = (
        opened_page.locator("#trial .md").first,
        opened_page.locator("#trial .raw").first,
    )
    assert rendered.is_visible()
    assert rendered.locator("table").count() == 1
    assert not raw.is_visible()
    press(watch, "r")
    assert "| 店 | 开门 |" in raw.inner_text()
    assert not rendered.is_visible()
    press(watch, "r")
    assert rendered.is_visible()


def test_t_and_l_change_theme_and_language(samples: Path, visit: Visit) -> None:
    watch = visit(samples)
    page = watch.go()
    themes = set()
    for _ in range(3):
        press(watch, "t")
        themes.add(
            (page.evaluate("document.documentElement.dataset.theme"),
             page.evaluate("getComputedStyle(document.body).backgroundColor"))
        )  # fmt: skip
    assert len({theme for theme, _ in themes}) == 3
    assert len({colour for _, colour in themes}) == 2
    assert page.evaluate("document.documentElement.lang") == "en"
    press(watch, "l")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


def test_question_mark_shows_all_keys_and_esc_takes_them_away(samples: Path, visit: Visit) -> None:
    watch = visit(samples)
    page = watch.go()
    press(watch, "?")
    sheet = page.locator("dialog[open]")
    signs = set(" ".join(sheet.locator("kbd").all_inner_texts()).split())
    assert signs >= {
        "/",
        "j",
        "k",
        "n",
        "p",
        "Enter",
        "Esc",
        "d",
        "r",
        "[",
        "]",
        "c",
        "t",
        "l",
        "?",
    }
    assert page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
    press(watch, "Escape")
    assert page.locator("dialog[open]").count() == 0


def test_letters_can_be_switched_off(samples: Path, visit: Visit) -> None:
    """WCAG 2.1.4: who speaks to the machine must not have each letter mean something."""
    watch = visit(samples)
    page = watch.go("v=trials")
    press(watch, "?")
    page.locator("dialog input[type=checkbox]").uncheck()
    press(watch, "Escape", "j")
    assert focused_row(page) == -1


@pytest.mark.parametrize("modifier", ["Control", "Alt", "Meta"])
def test_letters_with_a_modifier_belong_to_the_browser(
    samples: Path, visit: Visit, modifier: str
) -> None:
    watch = visit(samples)
    page = watch.go("v=trials")
    page.keyboard.press(f"{modifier}+j")
    page.keyboard.press(f"{modifier}+l")
    watch.settle()
    assert focused_row(page) == -1
    assert page.evaluate("document.documentElement.lang") == "en"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_tab_reaches_everything_and_the_focus_can_be_seen(
    samples: Path, visit: Visit, scheme: str
) -> None:
    watch = visit(samples, scheme=scheme)
    page = watch.go("s=hours%5B%E5%8C%97%E4%BA%AC%5D")
    page.evaluate(_TO_THE_TOP)
    elements: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        name, is_visible, high, wide = page.evaluate(
            """() => {
              const one = document.activeElement;
              const style = getComputedStyle(one);
              const box = one.getBoundingClientRect();
              const drawn = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
              const seen = drawn || style.boxShadow !== 'none';
              return [one.outerHTML.slice(0, 90), seen, box.height, box.width];
            }"""
        )
        if name.startswith(("<body", "<html")):
            break
        elements.append(name)
        assert is_visible, f"nothing shows that {name} has the focus"
        assert high > 0, name
        assert wide > 0, name
    elements_text = "\n".join(elements)
    for part in ("skip", "#v=overview", 'data-do="language"', 'data-tab="chat"', "<mark"):
        assert part in elements_text, elements_text


def test_the_tabs_of_a_trial_are_one_stop_with_arrows(samples: Path, visit: Visit) -> None:
    watch = visit(samples)
    page = watch.go("s=identity")
    page.locator("#trial [role=tab][aria-selected=true]").focus()
    for key, tab in (
        ("ArrowRight", "diff"),
        ("End", "history"),
        ("ArrowRight", "chat"),
        ("ArrowLeft", "history"),
        ("Home", "chat"),
    ):
        press(watch, key)
        assert page.evaluate("document.activeElement.dataset.tab") == tab
        assert page.locator(f"#trial [data-panel={tab}]").is_visible()
    assert page.locator("#trial [role=tab][tabindex='0']").count() == 1


def test_evidence_and_expectation_light_each_other_up(samples: Path, visit: Visit) -> None:
    watch = visit(samples)
    page = watch.go("s=hours%5B%E5%8C%97%E4%BA%AC%5D")
    mark = page.locator("#trial .turn[data-t='2'] mark").first
    mark.focus()
    number = (mark.get_attribute("data-e") or "").split()[0]
    lit = page.locator("#trial .turn[data-t='2'] li.lit")
    assert lit.get_attribute("data-e") == number
    page.locator(f"#trial .turn[data-t='2'] li[data-e='{number}']").hover()
    assert page.locator("#trial .turn[data-t='2'] mark.lit").count() == 1
    assert mark.inner_text() == "10:00"
