"""Streamed answers play at their pace; those of a comparison side by side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import TypedDict

import pytest
from playwright.sync_api import Locator, Page
from report_rich import paced, rich_results, rich_run

from browser.conftest import Visit
from browser.making import hostile_results, hostile_run, write_page
from browser.streamed import BEFORE, NOW
from browser.watching import Scheme, Watch, script

LONG = 60_000  # milliseconds: nothing ends while a test looks at it

# What the columns show in each frame, from the click to the end.
_WATCHED = """opener => new Promise(done => {
  const seen = [], clocks = [];
  opener.click();
  const look = () => {
    const player = document.querySelector('.player');
    if (!player && seen.length) return done({ seen, clocks });
    if (player) {
      seen.push([...player.querySelectorAll('.raw')].map(text => text.textContent));
      clocks.push(document.querySelector('[role=timer]').textContent);
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""


class Watched(TypedDict):
    """What the columns and the clock showed, frame by frame."""

    seen: list[list[str]]
    clocks: list[str]


@pytest.fixture(scope="session")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a comparison whose answers take a minute."""
    results = [paced(result, LONG) for result in rich_results()]
    return write_page(tmp_path_factory.mktemp("slow") / "index.html", results, rich_run())


def opener_in(page: Page, place: str) -> Locator:
    return page.locator(f"{place} .opener").first


def played(opener: Locator) -> Watched:
    watched: Watched = opener.evaluate(_WATCHED)
    return watched


def grows(texts: Sequence[str], whole: str) -> bool:
    """Return whether texts begin with little, grow, and each is the beginning of the whole."""
    some = [text for text in dict.fromkeys(texts) if text != whole]
    in_order = all(len(a) < len(b) for a, b in pairwise(some))
    return len(some) > 1 and in_order and all(whole.startswith(text) for text in some)


def test_a_turn_plays_at_its_pace_and_shows_the_rendered_answer_again(
    streamed: Path, visit: Visit
) -> None:
    page = visit(streamed).go("s=refund")
    opener = opener_in(page, "#trial .turn")
    bubble = page.locator("#trial .msg.bot").first
    shown = bubble.inner_text()
    begun = monotonic()
    watched = played(opener)
    assert grows([one for (one,) in watched["seen"]], NOW)
    assert monotonic() - begun > 0.35
    assert watched["clocks"][0].startswith("0.")
    assert watched["clocks"][0].split(" / ")[1] == watched["clocks"][-1].split(" / ")[1]
    assert page.locator(".player, [role=timer]").count() == 0
    assert bubble.inner_text() == shown
    assert opener.get_attribute("data-w") == "playback.one"
    assert page.locator("#note [data-w='playback.done']").count() == 1
    assert page.locator("#trial .turn .opener").count() == 2


@pytest.mark.parametrize(
    ("fragment", "place"), [("c=refund", "#v-compare"), ("s=refund&tab=diff", "#trial .change")]
)
def test_a_comparison_plays_both_answers_side_by_side(
    streamed: Path, visit: Visit, fragment: str, place: str
) -> None:
    page = visit(streamed).go(fragment)
    watched = played(opener_in(page, place))
    before, now = zip(*watched["seen"], strict=True)
    assert grows(before, BEFORE)
    assert grows(now, NOW)
    # The faster one is whole while the other still grows.
    assert any(b != BEFORE and n == NOW for b, n in watched["seen"])
    assert page.locator(f"{place} :is(.diff, .answer)").first.is_visible()
    assert page.locator("#note [data-w='playback.done_both']").count() == 1


@pytest.mark.parametrize(("width", "is_stacked"), [(1400, False), (390, True)])
def test_the_two_answers_are_columns_and_on_a_phone_one_below_the_other(
    slow: Path, visit: Visit, width: int, is_stacked: bool
) -> None:
    page = visit(slow, width=width).go("c=refund")
    opener_in(page, "#v-compare").click()
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
    results = [paced(result, 10) for result in hostile_results()]
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
        page.evaluate(axe_source)
        assert page.evaluate(script("axe_run.js")) == []
        assert page.locator(".player").get_attribute("aria-live") == "off"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
