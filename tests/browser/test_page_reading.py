"""Who reads the page otherwise: without script, on paper, on a telephone, in own colours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from builders import failed_verdict, key, run, trial, turn
from coze_harness.model import TrialStatus
from coze_harness.reporting.report_formats import PageOptions
from playwright.sync_api import Page

from browser.conftest import Visit
from browser.page_files import write_page

HOURS = "s=hours%5B%E5%8C%97%E4%BA%AC%5D"
STATES = (
    "v=overview", "v=trials", "v=matrix", "v=history", "v=compare", "v=mutations", "s=none",
    *(f"s=hours&tab={tab}" for tab in ("chat", "diff", "http", "json", "history")),
)  # fmt: skip


def test_without_a_script_everything_that_matters_can_be_read(samples: Path, visit: Visit) -> None:
    page = visit(samples, script=False).go()
    text = page.locator("body").inner_text()
    assert "1 of 7 scenarios failed and 1 could not be judged." in text
    assert "the answer lacks “九点”." in text
    rows = page.locator("#list a.row")
    assert rows.count() == 13
    assert all(row.is_visible() for row in rows.all())
    for name in ("overview", "trials"):
        assert page.locator(f"#v-{name}").is_visible(), name
    assert not page.locator("#filter input").count()
    assert "{" not in re.sub(r"\{\"name\".*?\}\}|\{'.*?\}", "", text)


def test_without_a_script_a_failing_row_leads_to_its_chat(samples: Path, visit: Visit) -> None:
    page = visit(samples, script=False).go()
    for name, text in (
        ("hours[北京]", "我们每天 10:00 开门，20:00 关门。节假日请以公告为准。"),
        ("hours[上海]", "早上十点。"),
        ("orders", "The next request is not what the cassette holds"),
    ):
        page.locator("#list a.row", has_text=name).first.click()
        article = page.locator("article.trial:visible", has_text=name).first
        assert text in article.inner_text()
        box = article.bounding_box()
        assert box is not None
        assert box["y"] < 1000
        assert not any(tab.is_visible() for tab in article.locator("[role=tablist]").all())


def test_without_a_script_rows_beyond_the_first_lead_nowhere_by_mistake(
    samples: Path, visit: Visit
) -> None:
    page = visit(samples, script=False).go()
    page.locator("#list a.row", has_text="identity").first.click()
    assert page.locator("#list a.row").first.is_visible()


def test_each_language_is_there_without_a_script(tmp_path: Path, visit: Visit) -> None:
    failing = trial(
        TrialStatus.FAILED, trial_key=key("营业"), turns=[turn(verdicts=[failed_verdict()])]
    )
    path = write_page(tmp_path / "index.html", [failing], run([failing]), PageOptions(lang="zh"))
    page = visit(path, script=False).go()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    text = page.locator("body").inner_text()
    assert "未通过" in text
    assert "failed" not in text.replace("known_failure", "")


def test_on_paper_verdict_list_and_first_failures_are_there(samples: Path, visit: Visit) -> None:
    watch = visit(samples, own=True)
    page = watch.go("v=trials&st=failed,error")
    page.emulate_media(media="print")
    text = page.locator("body").inner_text()
    assert "1 of 7 scenarios failed" in text
    assert "hours[北京]" in text
    assert not page.locator("#filter").is_visible()
    assert not page.locator("#tools").is_visible()
    assert not page.locator("#tabs").is_visible()
    colour = page.evaluate("getComputedStyle(document.body).color")
    assert sum(map(int, re.findall(r"\d+", colour)[:3])) < 150
    assert "identity" not in [
        one.inner_text() for one in page.locator("#list a.row b:visible").all()
    ]
    assert len(page.pdf()) > 10_000


def test_an_opened_trial_prints_its_chat(samples: Path, visit: Visit) -> None:
    page = visit(samples, own=True).go(HOURS)
    page.emulate_media(media="print")
    text = page.locator("body").inner_text()
    assert "我们每天 10:00 开门，20:00 关门。节假日请以公告为准。" in text
    assert "the answer lacks “九点”." in text


def test_an_opened_trial_prints_no_buttons(page: Path, visit: Visit) -> None:
    opened_page = visit(page, own=True).go("s=hours")
    opened_page.locator("button.try:visible").first.wait_for()
    opened_page.emulate_media(media="print")
    assert opened_page.locator("button:visible").count() == 0


def sideways(page: Page) -> float:
    """Return by how many pixels the page itself is wider than its window."""
    wide = page.evaluate(
        "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
    )
    return float(wide)


@pytest.mark.parametrize("width", [320, 390, 1400, 3840])
def test_nothing_makes_the_page_scroll_sideways(page: Path, visit: Visit, width: int) -> None:
    """320 pixels are also what is left of 1,280 at 400 %."""
    watch = visit(page, width=width, height=256 if width == 320 else 800)
    opened_page = watch.go()
    wide = {}
    for state in STATES:
        watch.move(state)
        wide[state] = sideways(opened_page)
    assert {state: by for state, by in wide.items() if by > 0} == {}


@pytest.mark.parametrize("width", [320, 1400])
def test_hostile_texts_do_not_widen_the_page_either(
    hostile: Path, visit: Visit, width: int
) -> None:
    watch = visit(hostile, width=width)
    opened_page = watch.go("v=trials")
    assert sideways(opened_page) <= 0
    rows = opened_page.locator("#list a.row").all()
    links = [str(row.get_attribute("href"))[1:] for row in rows]
    for link in links[::6]:
        watch.move(link)
        opened_page.wait_for_selector("#trial article")
        assert sideways(opened_page) <= 0, link


def test_what_is_to_be_pressed_is_large_enough(page: Path, visit: Visit) -> None:
    """WCAG 2.5.8: 24 pixels, but for links in running text."""
    watch = visit(page, width=390)
    opened_page = watch.go()
    for state in ("v=trials", "s=hours"):
        watch.move(state)
        small = opened_page.evaluate(
            """() => [...document.querySelectorAll('button, summary, select, input, nav a, a.row')]
              .filter((one) => one.checkVisibility())
              .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
              .filter(([, box]) => box.height < 23.5 || box.width < 23.5)
              .map(([name, box]) => `${name} ${box.width} × ${box.height}`)"""
        )
        assert small == []


def test_in_the_reader_s_own_colours_statuses_are_words(samples: Path, visit: Visit) -> None:
    watch = visit(samples, forced_colors="active")
    page = watch.go("v=trials")
    row = page.locator("#list a.row").first
    assert "failed" in row.inner_text()
    page = watch.go(HOURS)
    mark = page.locator("#trial mark").first
    border = mark.evaluate(
        """one => {
          const style = getComputedStyle(one);
          return style.borderBottomStyle + style.textDecorationLine + style.outlineStyle;
        }"""
    )
    assert border != "nonenonenone", "evidence is marked by colour alone"
    selected = page.locator("#trial [role=tab][aria-selected=true]")
    other = page.locator("#trial [role=tab][aria-selected=false]").first
    look = """one => {
      const { borderBottom, fontWeight, textDecorationLine, outline } = getComputedStyle(one);
      return [borderBottom, fontWeight, textDecorationLine, outline].join();
    }"""
    assert selected.evaluate(look) != other.evaluate(look), (
        "the chosen tab is marked by colour alone"
    )


def test_who_wants_no_motion_gets_none(samples: Path, visit: Visit) -> None:
    watch = visit(samples, reduced_motion="reduce")
    page = watch.go()
    for state in ("v=trials", HOURS, f"{HOURS}&tab=http"):
        watch.move(state)
        moving = page.evaluate(
            """() => [...document.querySelectorAll('*')].filter((one) => {
              const style = getComputedStyle(one);
              return parseFloat(style.transitionDuration) > 0.01
                || parseFloat(style.animationDuration) > 0.01
                || style.scrollBehavior === 'smooth';
            }).map((one) => one.outerHTML.slice(0, 80))"""
        )
        assert moving == []


def test_chinese_is_set_as_chinese(page: Path, visit: Visit) -> None:
    opened_page = visit(page, locale="zh-CN").go("s=hours")
    assert opened_page.evaluate("document.documentElement.lang") == "zh-CN"
    answer = opened_page.locator("#trial .msg.bot [lang]").first
    assert (answer.get_attribute("lang") or "").startswith("zh")
    style = answer.evaluate("one => getComputedStyle(one).fontFamily")
    assert "CJK" in style or "PingFang" in style
    assert answer.evaluate("one => getComputedStyle(one).fontStyle") == "normal"
