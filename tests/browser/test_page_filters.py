"""The list shows what is asked for, says how many that are, and in what order."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from browser.conftest import Visit
from browser.page_watch import Watch


def visible_rows(page: Page) -> list[str]:
    return page.locator("#list li:not([hidden]) a.row b").all_text_contents()


def search(watch: Watch, query: str) -> list[str]:
    field = watch.page.locator("#filter input")
    field.fill(query)
    watch.settle()
    return visible_rows(watch.page)


QUERIES: list[tuple[str, set[str] | None]] = [
    ("", None),
    ("st:failed", {"hours[北京]", "hours[上海]"}),
    ("st:failed,error", {"hours[北京]", "hours[上海]", "orders"}),
    ("st:未通过", {"hours[北京]", "hours[上海]"}),
    ("-st:passed -st:failed", {"orders", "weekday", "greeting", "voice"}),
    ("tag:营业", {"hours[北京]"}),
    ("hours", {"hours[北京]", "hours[上海]"}),
    ("HOURS 北京", {"hours[北京]"}),
    ("hours -北京", {"hours[上海]"}),
    ('"the answer lacks"', {"hours[北京]", "hours[上海]", "weekday"}),
    ("exp:contains tag:known", {"weekday"}),
    ("exp:similar", {"hours[北京]"}),
    (">5s", {"hours[北京]"}),
    ("＞５ｓ", {"hours[北京]"}),
    (">5s <7s", set()),
    ("code:mismatch", {"orders"}),
    ("nothing has this in it", set()),
    ("订单", {"orders"}),
    ("bot:chatchat st:error", {"orders"}),
    ('"unfinished', set()),
    ("tag:", None),
]


def test_a_query_shows_what_it_says(samples: Path, visit: Visit) -> None:
    watch = visit(samples)
    page = watch.go("v=trials")
    everything = visible_rows(page)
    assert len(everything) == 13
    count = page.locator("#count")
    assert count.get_attribute("role") == "status" or count.get_attribute("aria-live") == "polite"
    for query, names in QUERIES:
        rows = search(watch, query)
        assert set(rows) == (set(everything) if names is None else names), query
        assert str(len(rows)) in count.inner_text() or not rows, query
        assert count.inner_text().strip(), query


def test_chips_say_the_same_as_the_query_and_change_it(samples: Path, visit: Visit) -> None:
    watch = visit(samples)
    page = watch.go("v=trials&st=failed")
    pressed = page.locator("#filter .chip[aria-pressed=true]")
    assert pressed.count() == 1
    assert "failed" in pressed.inner_text()
    error = page.locator("#filter .chip[data-key=st][data-value=error]")
    error.click()
    watch.settle()
    assert set(visible_rows(page)) == {"hours[北京]", "hours[上海]", "orders"}
    assert "st=failed,error" in page.url
    error.click()
    watch.settle()
    assert set(visible_rows(page)) == {"hours[北京]", "hours[上海]"}


@pytest.mark.parametrize("key", ["name", "seconds", "tokens", "turns"])
def test_sorting_goes_up_and_down_and_keeps_every_row(page: Path, visit: Visit, key: str) -> None:
    watch = visit(page)
    before = visible_rows(watch.go("v=trials"))
    up = visible_rows(watch.go(f"v=trials&sort={key}"))
    down = visible_rows(watch.go(f"v=trials&sort=-{key}"))
    assert sorted(up) == sorted(down) == sorted(before)
    assert up != down
    if key == "name":
        assert down == up[::-1]


def test_what_must_be_looked_at_first_comes_first(samples: Path, visit: Visit) -> None:
    names = visible_rows(visit(samples).go("v=trials"))
    failing = {"hours[北京]", "hours[上海]", "orders"}
    assert set(names[:3]) == failing


def test_a_filter_stays_while_a_trial_is_open_and_the_pager_keeps_to_it(
    samples: Path, visit: Visit
) -> None:
    watch = visit(samples)
    page = watch.go("v=trials&tag=smoke&st=failed,error")
    names = visible_rows(page)
    page.locator("#list li:not([hidden]) a.row").first.click()
    page.wait_for_selector("#trial article")
    assert page.locator("#trial h2").inner_text() == names[0]
    page.keyboard.press("Escape")
    watch.settle()
    assert visible_rows(page) == names
