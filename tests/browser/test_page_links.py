"""The address is the state: every link opens cold, and back leads back to the same place."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from browser.conftest import Visit

HOURS = "hours%5B%E5%8C%97%E4%BA%AC%5D"


def view(page: Page) -> str:
    return page.locator("body").get_attribute("data-view") or ""


def in_sight(page: Page, selector: str) -> bool:
    """Tell whether an element's top stands within the window."""
    top = page.locator(selector).first.evaluate("one => one.getBoundingClientRect().top")
    height = page.evaluate("innerHeight")
    return bool(-1 <= top < height)


@pytest.mark.parametrize("name", ["overview", "trials", "compare", "history", "mutations"])
def test_each_view_opens_cold_and_alone(rich: Path, visit: Visit, name: str) -> None:
    page = visit(rich).go(f"v={name}")
    assert view(page) == name
    visible_views = {
        one.get_attribute("id") for one in page.locator("section.view").all() if one.is_visible()
    }
    assert visible_views == {f"v-{name}"}
    current = [one.get_attribute("href") for one in page.locator("#tabs [aria-current]").all()]
    assert current == [f"#v={name}"]
    assert len(page.locator("main").inner_text().strip()) > 20


def test_a_view_that_a_page_lacks_is_its_first_one(samples: Path, visit: Visit) -> None:
    page = visit(samples).go("v=compare")
    assert view(page) == "overview"
    assert page.locator("#v-overview").is_visible()


def test_a_trial_opens_cold_with_its_chat(samples: Path, visit: Visit) -> None:
    page = visit(samples).go(f"s={HOURS}")
    assert view(page) == "trial"
    assert page.locator("#trial h2").inner_text() == "hours[北京]"
    text = page.locator("#trial [data-panel=chat]").inner_text()
    assert "北京的店几点开门？" in text
    assert "我们每天 10:00 开门，20:00 关门。节假日请以公告为准。" in text
    assert "the answer lacks “九点”." in text
    assert "hours[北京]" in page.title()


def test_a_turn_and_an_expectation_open_cold_in_sight_and_marked(
    samples: Path, visit: Visit
) -> None:
    watch = visit(samples, height=400)
    page = watch.go(f"s={HOURS}&t=2")
    watch.settle()
    assert page.locator(".turn[data-t='2'].here").count() == 1
    assert page.locator("#trial .here").evaluate(
        """one => {
          const box = one.getBoundingClientRect();
          return box.bottom > 0 && box.top < innerHeight;
        }"""
    )
    page = watch.go(f"s={HOURS}&t=2&e=3")
    watch.settle()
    assert in_sight(page, ".turn[data-t='2'] li[data-e='3'].here")
    assert page.locator("#trial .here").count() == 1


@pytest.mark.parametrize("tab", ["chat", "diff", "http", "json", "history"])
def test_each_tab_opens_cold_and_alone(samples: Path, visit: Visit, tab: str) -> None:
    page = visit(samples).go(f"s={HOURS}&tab={tab}")
    panels = page.locator("#trial [data-panel]").all()
    assert [one.get_attribute("data-panel") for one in panels if one.is_visible()] == [tab]
    selected = page.locator("#trial [role=tab][aria-selected=true]")
    assert selected.get_attribute("data-tab") == tab
    assert page.locator(f"#trial [data-panel={tab}]").inner_text().strip()


def test_the_json_tab_has_the_trial_s_line_of_trials_jsonl(samples: Path, visit: Visit) -> None:
    page = visit(samples).go(f"s={HOURS}&tab=json")
    record = page.evaluate(
        "JSON.parse(document.querySelector('#trial [data-panel=json] pre').textContent)"
    )
    assert record["id"] == "hours[北京]"
    assert record["turns"][1]["prompt"] == "北京的店几点开门？"


def test_the_http_tab_has_each_call_its_bar_and_a_command_without_a_token(
    page: Path, visit: Visit
) -> None:
    opened_page = visit(page).go("s=hours&tab=http")
    panel = opened_page.locator("#trial [data-panel=http]")
    assert panel.locator("table tbody tr").count() >= 9
    assert panel.locator("tbody svg rect").count() == panel.locator("table tbody tr").count()
    commands = panel.locator("pre.curl").all_text_contents()
    assert commands
    assert all("$COZE_API_TOKEN" in command for command in commands)
    assert "pat_" not in (panel.text_content() or "")


def test_every_trial_of_a_real_run_opens(page: Path, visit: Visit) -> None:
    watch = visit(page)
    opened_page = watch.go("v=trials")
    links = [one.get_attribute("href") for one in opened_page.locator("#list a.row").all()]
    names = opened_page.locator("#list a.row b").all_text_contents()
    assert len(links) > 25
    for link, name in zip(links, names, strict=True):
        watch.move(str(link)[1:])
        watch.until("name => document.querySelector('#trial h2')?.textContent === name", name)
        assert opened_page.locator("#trial [data-panel=chat]").is_visible()


def test_an_unknown_link_says_so_and_leads_on(samples: Path, visit: Visit) -> None:
    page = visit(samples).go("s=no-such-trial")
    message = page.locator("#v-trial")
    assert "no-such-trial" in message.inner_text()
    message.locator("a[href^='#']").first.click()
    assert view(page) in ("trials", "overview")
    assert page.locator("#list a.row").first.is_visible()


def test_an_unknown_turn_of_a_known_trial_says_so(samples: Path, visit: Visit) -> None:
    page = visit(samples).go(f"s={HOURS}&t=99")
    assert page.locator("#trial h2").inner_text() == "hours[北京]"
    assert page.locator("#trial .nowhere").is_visible()


def test_back_and_forward_lead_to_the_same_place_of_the_page(page: Path, visit: Visit) -> None:
    watch = visit(page, height=500)
    opened_page = watch.go("v=trials")
    row = opened_page.locator("#list a.row").nth(20)
    row.scroll_into_view_if_needed()
    watch.settle()
    before = opened_page.evaluate("scrollY")
    assert before > 100
    row.click()
    opened_page.wait_for_selector("#trial article")
    assert view(opened_page) == "trial"
    opened_page.go_back()
    watch.settle()
    assert view(opened_page) == "trials"
    assert abs(opened_page.evaluate("scrollY") - before) < 5
    opened_page.go_forward()
    opened_page.wait_for_selector("#trial article")
    assert view(opened_page) == "trial"
    opened_page.go_back()
    watch.settle()
    assert abs(opened_page.evaluate("scrollY") - before) < 5


def test_back_from_a_filter_that_was_typed_leaves_no_step_a_letter(
    samples: Path, visit: Visit
) -> None:
    watch = visit(samples)
    opened_page = watch.go("v=overview")
    opened_page.locator("#tabs a[href='#v=trials']").click()
    opened_page.locator("#filter input").press_sequentially("repeat")
    watch.until("() => location.hash.includes('q=repeat')")
    opened_page.go_back()
    watch.settle()
    assert view(opened_page) == "overview"


def test_what_is_typed_and_chosen_is_in_the_address_and_comes_back_from_it(
    samples: Path, visit: Visit
) -> None:
    watch = visit(samples)
    opened_page = watch.go("v=trials")
    opened_page.locator("#filter input").fill("repeat")
    watch.until("() => location.hash.includes('q=repeat')")
    rows = "() => [...document.querySelectorAll('#list li')].filter(li => !li.hidden).length"
    row_count = opened_page.evaluate(rows)
    assert 0 < row_count < 13
    fragment = opened_page.evaluate("location.hash.slice(1)")
    assert watch.go(fragment).evaluate(rows) == row_count
    assert opened_page.locator("#filter input").input_value() == "repeat"


def test_links_of_the_overview_lead_to_filtered_lists(page: Path, visit: Visit) -> None:
    watch = visit(page)
    opened_page = watch.go()
    links = {
        str(one.get_attribute("href"))
        for one in opened_page.locator("#v-overview a[href^='#']").all()
    }
    assert links
    for link in links:
        watch.move("v=overview")
        watch.move(link[1:])
        if "s=" in link:
            opened_page.wait_for_selector("#trial article")
            assert opened_page.locator("#trial article").count() == 1, link
        elif "&" in link:
            count = opened_page.locator("#list li:not([hidden])").count()
            assert count > 0, f"{link} leads to nothing"
