"""Streamed answers play at their pace; those of a comparison side by side."""

from __future__ import annotations

import json
from itertools import accumulate
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page
from report_rich import rich_results, rich_run, with_pace

from browser.conftest import Visit
from browser.page_files import hostile_results, hostile_run, write_page
from browser.page_watch import Scheme, Watch, script
from browser.streamed_project import BEFORE, NOW

LONG = 60_000  # milliseconds: nothing ends during a test


@pytest.fixture(scope="session")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a comparison whose answers take a minute."""
    results = [with_pace(result, LONG) for result in rich_results()]
    return write_page(tmp_path_factory.mktemp("slow") / "index.html", results, rich_run())


def opener_in(page: Page, place: str) -> Locator:
    return page.locator(f"{place} .opener").first


def stopped_clock(watch: Watch, fragment: str) -> Page:
    """Open the page, in which time goes on only when a test says so."""
    watch.page.clock.install(time=0)
    page = watch.go(fragment)
    page.clock.pause_at(3600)
    return page


def columns(page: Page) -> list[str]:
    return [str(text.text_content()) for text in page.locator(".player .raw").all()]


def recorded_steps(page: Path, *, of_baseline: bool = False) -> list[tuple[int, int]]:
    """Return when, since the first prompt, how many characters of its answer had arrived."""
    record = json.loads(page.with_name("trials.jsonl").read_text("utf-8"))
    turn = (record["change"]["baseline"] if of_baseline else record)["turns"][0]
    times, counts = [list(accumulate(numbers)) for numbers in zip(*turn["pace"], strict=True)]
    return list(zip(times, counts, strict=True))


def test_a_turn_plays_at_its_pace_and_shows_the_rendered_answer_again(
    streamed_page: Path, visit: Visit
) -> None:
    page = stopped_clock(visit(streamed_page, own=True), "s=refund")
    opener = opener_in(page, "#trial .turn")
    bubble = page.locator("#trial .msg.bot:not(.player)").first
    answer = bubble.inner_text()
    opener.click()
    assert columns(page) == [""]
    steps = recorded_steps(streamed_page)
    assert len(steps) > 3
    now = 0
    for time, count in steps[:-1]:
        page.clock.run_for(time + 30 - now)  # a frame or two later, before the next step
        now = time + 30
        assert columns(page) == [NOW[:count]]
    clock = page.locator("[role=timer]").inner_text()
    assert clock.endswith(f" / {steps[-1][0] / 1000:.1f} s")
    assert not bubble.is_visible()
    page.clock.run_for(steps[-1][0] + 30 - now)
    assert page.locator(".player, [role=timer]").count() == 0
    assert bubble.inner_text() == answer
    assert opener.get_attribute("data-w") == "playback.one"
    assert page.locator("#note [data-w='playback.done']").count() == 1
    assert page.locator("#trial .turn .opener").count() == 2


@pytest.mark.parametrize(
    ("fragment", "place"), [("c=refund", "#v-compare"), ("s=refund&tab=diff", "#trial .change")]
)
def test_a_comparison_plays_both_answers_side_by_side(
    streamed_page: Path, visit: Visit, fragment: str, place: str
) -> None:
    page = stopped_clock(visit(streamed_page, own=True), fragment)
    opener_in(page, place).click()
    page.locator(".player").wait_for()
    before, now = recorded_steps(streamed_page, of_baseline=True), recorded_steps(streamed_page)
    page.clock.run_for(now[1][0] + 30)
    first, second = columns(page)
    assert BEFORE.startswith(first)
    assert NOW.startswith(second)
    assert 0 < len(second) < len(NOW)
    # The faster one is whole while the other still grows.
    assert now[-1][0] + 100 < before[-1][0]
    page.clock.run_for(now[-1][0] - now[1][0])
    first, second = columns(page)
    assert 0 < len(first) < len(BEFORE)
    assert BEFORE.startswith(first)
    assert second == NOW
    page.clock.run_for(before[-1][0])
    assert page.locator(".player").count() == 0
    assert page.locator(f"{place} :is(.diff, .answer)").first.is_visible()
    assert page.locator("#note [data-w='playback.done_both']").count() == 1


def test_a_higher_speed_plays_in_less_time(slow: Path, visit: Visit) -> None:
    page = stopped_clock(visit(slow, own=True), "s=refund")
    opener_in(page, "#trial .turn").click()
    page.clock.run_for(10_000)
    assert page.locator("[role=timer]").inner_text().startswith("10.0 s")
    page.locator("[data-speed='4']").click()
    page.clock.run_for(10_000)
    assert page.locator("[role=timer]").inner_text().startswith("50.0 s")
    page.clock.run_for(2_600)
    assert page.locator(".player").count() == 0


@pytest.mark.parametrize(("width", "is_stacked"), [(1400, False), (390, True)])
def test_the_two_answers_are_columns_and_on_a_phone_one_below_the_other(
    slow: Path, visit: Visit, width: int, is_stacked: bool
) -> None:
    page = visit(slow, width=width).go("c=refund")
    opener_in(page, "#v-compare").click()
    page.locator(".player").wait_for()
    first, second = [one.bounding_box() for one in page.locator(".player .pair > div").all()]
    assert first is not None
    assert second is not None
    assert (first["x"] == second["x"]) is is_stacked
    assert (first["y"] == second["y"]) is not is_stacked
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_keyboard_plays_changes_the_speed_and_stops_without_leaving(
    slow: Path, visit: Visit
) -> None:
    watch = visit(slow)
    page = watch.go("s=refund")
    opener = opener_in(page, "#trial .turn")
    opener.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    fast = page.locator("[data-speed='2']")
    assert fast.evaluate("one => one === document.activeElement")
    page.keyboard.press("Enter")
    assert fast.get_attribute("aria-pressed") == "true"
    assert page.locator("[aria-pressed=true][data-speed]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".player").count() == 0
    assert opener.evaluate("one => one === document.activeElement")
    assert page.locator("#trial article").count() == 1
    page.keyboard.press("Escape")
    watch.settle()
    assert page.locator("#trial article").count() == 0


@pytest.mark.parametrize(
    "leave",
    [
        "() => { location.hash = 's=refund&tab=http'; }",
        "() => { location.hash = 'v=trials'; }",
        "() => document.querySelector('#trial .turn .opener').click()",
        "() => dispatchEvent(new Event('beforeprint'))",
    ],
)
def test_what_leaves_or_stops_the_player_brings_the_answer_back(
    slow: Path, visit: Visit, leave: str
) -> None:
    watch = visit(slow)
    page = watch.go("s=refund")
    opener_in(page, "#trial .turn").click()
    assert page.locator(".player").count() == 1
    page.evaluate(leave)
    watch.until("() => !document.querySelector('.player')")
    assert page.locator("#trial .msg.bot[hidden]").count() == 0
    assert page.locator("#note > *").count() == 0


def test_only_one_answer_plays_at_a_time_and_the_diff_stays_as_it_was_chosen(
    slow: Path, visit: Visit
) -> None:
    page = visit(slow).go("s=refund&tab=diff")
    opener_in(page, "#trial .change").click()
    page.locator("[data-do=sides]").click()
    assert page.locator(".player").count() == 0
    assert not page.locator("#trial .change > .diff").first.is_visible()
    assert page.locator("#trial .change > .pair").first.is_visible()
    opener_in(page, "#trial .change").click()
    assert page.locator("#trial .pair").first.is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#trial .change > .pair").first.is_visible()


def test_there_is_no_button_without_a_script_or_on_paper(slow: Path, visit: Visit) -> None:
    page = visit(slow).go("c=refund")
    assert opener_in(page, "#v-compare").is_visible()
    page.emulate_media(media="print")
    assert not opener_in(page, "#v-compare").is_visible()
    page.emulate_media(media="screen")
    assert visit(slow, script=False).go("c=refund").locator(".opener").count() == 0


def test_hostile_answers_stay_text_while_they_play(tmp_path: Path, visit: Visit) -> None:
    results = [with_pace(result, 10) for result in hostile_results()]
    path = write_page(tmp_path / "index.html", results, hostile_run(results))
    watch = visit(path)
    page = watch.go("v=trials")
    for link in page.locator("#list a.row").all()[:8]:
        watch.move(str(link.get_attribute("href"))[1:])
        page.evaluate("() => document.querySelector('#trial .opener')?.click()")
        watch.settle()
        assert page.locator(".player :is(img, script, object, a)").count() == 0


@pytest.mark.parametrize(("scheme", "lang", "width"), [("light", "en", 1400), ("dark", "zh", 390)])
def test_axe_has_nothing_to_say_while_answers_play(
    slow: Path, visit: Visit, axe_source: str, scheme: Scheme, lang: str, width: int
) -> None:
    watch: Watch = visit(slow, scheme=scheme, width=width, reduced_motion="reduce")
    for place, fragment in (("#v-compare", "c=refund"), ("#trial", "s=refund")):
        page = watch.go(f"{fragment}&lang={lang}")
        opener_in(page, place).click()
        page.locator(".player").wait_for()
        page.evaluate(axe_source)
        assert page.evaluate(script("axe_run.js")) == []
        assert page.locator(".player").get_attribute("aria-live") == "off"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
