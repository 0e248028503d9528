"""What can be pressed in an opened trial: links to copy, raw answers, sides of a diff, its past."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest
from builders import key, reply, trial, turn, verdict
from coze_harness.model import TrialStatus, VerdictStatus
from coze_harness.reporting.run_reports import render_reports
from earlier_runs import FAILED, PASSED, add_runs, outcome
from playwright.sync_api import Page

from browser.conftest import Visit
from browser.page_files import write_page
from browser.page_watch import Watch

HOURS = "s=hours%5B%E5%8C%97%E4%BA%AC%5D"
NO_CLIPBOARD = "Object.defineProperty(Navigator.prototype, 'clipboard', {value: undefined});"


def row_named(page: Page, name: str) -> str:
    """Return the hash of the first row with this in its name."""
    link = page.locator("#list a.row", has_text=name).first.get_attribute("href")
    return str(link)[1:]


def copy_with(watch: Watch, selector: str) -> str:
    """Press a button that copies, and return what the clipboard holds then."""
    watch.page.locator(selector).first.click()
    watch.page.locator("#note", has_text="Copied").wait_for()
    return str(watch.page.evaluate("navigator.clipboard.readText()"))


def with_clipboard(watch: Watch) -> Watch:
    watch.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return watch


def test_links_to_trial_turn_and_expectation_are_copied_without_the_readers_own_choices(
    samples: Path, visit: Visit
) -> None:
    watch = with_clipboard(visit(samples, own=True))
    watch.go(f"v=trials&q=hours&{HOURS}&tab=diff&lang=en&theme=dark")
    assert (
        unquote(copy_with(watch, ".pager [data-do=link]")) == f"{watch.at}#s=hours[北京]&tab=diff"
    )
    watch.page.keyboard.press("1")
    turn = copy_with(watch, ".turn[data-t='2'] .msg.user [data-do=link]")
    assert unquote(turn) == f"{watch.at}#s=hours[北京]&t=2"
    expectation = copy_with(watch, ".turn[data-t='2'] li[data-e='3'] [data-do=link]")
    assert unquote(expectation) == f"{watch.at}#s=hours[北京]&t=2&e=3"
    watch.go(expectation.partition("#")[2])
    assert watch.page.locator("#trial li.here").get_attribute("data-e") == "3"


def test_c_copies_a_link_to_the_list_as_it_is_filtered(samples: Path, visit: Visit) -> None:
    watch = with_clipboard(visit(samples, own=True))
    page = watch.go("v=trials&st=failed&sort=-seconds&lang=en")
    page.keyboard.press("c")
    page.locator("#note", has_text="Copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == f"{watch.at}#v=trials&st=failed&sort=-seconds"


def test_without_a_clipboard_the_text_is_shown_and_marked(samples: Path, visit: Visit) -> None:
    watch = visit(samples, own=True)
    watch.context.add_init_script(NO_CLIPBOARD)
    page = watch.go(HOURS)
    page.keyboard.press("c")
    page.locator("#note code").wait_for()
    marked = page.evaluate("getSelection().toString()")
    assert unquote(marked) == f"{watch.at}#s=hours[北京]"
    assert "Ctrl+C" in page.locator("#note").inner_text()


def test_a_command_and_the_record_are_copied_whole(page: Path, visit: Visit) -> None:
    watch = with_clipboard(visit(page, own=True))
    opened_page = watch.go("s=hours&tab=http")
    opened_page.locator("#trial details", has=opened_page.locator("pre.curl")).locator(
        "summary"
    ).click()
    command = copy_with(watch, "#trial [data-do=curl]")
    assert command == opened_page.locator("#trial pre.curl").first.text_content()
    watch.move("s=hours&tab=json")
    record = copy_with(watch, "#trial [data-do=record]")
    assert record == opened_page.locator("#trial pre.json").text_content()
    assert '"id": "hours"' in record


def test_one_answer_can_be_raw_and_the_others_not(tmp_path: Path, visit: Visit) -> None:
    two = trial(
        trial_key=key("two"), turns=[turn(turn_reply=reply("# 一")), turn(turn_reply=reply("# 二"))]
    )
    page = visit(write_page(tmp_path / "index.html", [two])).go("s=two")
    first, second = page.locator("#trial .msg.bot").all()
    first.locator("[data-do=raw]").click()
    assert first.locator(".raw").inner_text() == "# 一"
    assert not first.locator(".md").is_visible()
    assert second.locator(".md").is_visible()
    assert not second.locator(".raw").is_visible()
    page.keyboard.press("r")
    assert second.locator(".raw").is_visible()
    page.keyboard.press("r")
    assert first.locator(".md").is_visible()
    assert first.locator("[data-do=raw]").get_attribute("aria-pressed") == "false"


@pytest.mark.parametrize(
    ("answer", "evidence", "marked", "is_raw"),
    [
        ("# 一 ChatGPT", (4, 11), "ChatGPT", False),
        ("**7 天** 内，非 *7 天* 外", (13, 18), "7 天", False),
        ("见 [政策](https://example.com/7)", (7, 28), "https://example.com/7", True),
    ],
)
def test_evidence_is_marked_in_rendered_markdown_or_else_in_its_raw_text(
    tmp_path: Path, visit: Visit, answer: str, evidence: tuple[int, int], marked: str, is_raw: bool
) -> None:
    bad = verdict(VerdictStatus.FAILED, kind="not", actual=answer, evidence=(evidence,))
    result = trial(
        TrialStatus.FAILED,
        trial_key=key("m"),
        turns=[turn(turn_reply=reply(answer), verdicts=[bad])],
    )
    watch = visit(write_page(tmp_path / "index.html", [result]))
    page = watch.go("s=m")
    mark = page.locator("#trial mark.failed:visible")
    assert mark.text_content() == marked
    assert page.locator("#trial .md").is_visible() == (not is_raw)
    assert page.locator("#trial .raw").is_visible() == is_raw
    if not is_raw:
        before = mark.evaluate("one => one.parentElement.previousSibling?.textContent ?? ''")
        assert before == ("" if answer.startswith("#") else " 内，非 ")
        page.locator("#trial [data-do=raw]").click()
        assert page.locator("#trial .raw").inner_text() == answer


def test_a_diff_stands_in_one_text_or_side_by_side(rich: Path, visit: Visit) -> None:
    watch = visit(rich)
    page = watch.go("v=trials&st=regressed")
    watch.move(f"{row_named(page, 'refund')}&tab=diff")
    panel = page.locator("#trial [data-panel=diff]")
    panel.locator(".diff ins").first.wait_for()
    one = panel.locator(".diff:visible")
    assert one.count() == 1
    removed = panel.locator(".diff del").all_text_contents()
    added = panel.locator(".diff ins").all_text_contents()
    assert removed
    assert added
    panel.locator("[data-do=sides]").click()
    before, after = panel.locator(".before"), panel.locator(".after")
    assert before.is_visible()
    assert after.is_visible()
    assert all(text in before.inner_text() for text in removed)
    assert all(text in after.inner_text() for text in added)
    assert not before.locator("ins:visible").count()
    assert not after.locator("del:visible").count()
    panel.locator("[data-do=sides]").click()
    assert panel.locator(".diff:visible").count() == 1
    assert not before.is_visible()


def test_the_layout_of_a_diff_stays_for_the_next_trial(rich: Path, visit: Visit) -> None:
    watch = visit(rich)
    page = watch.go("v=trials")
    regressed, reworded = row_named(page, "refund"), row_named(page, "steps")
    watch.move(f"{regressed}&tab=diff")
    page.locator("[data-do=sides]").click()
    watch.move(f"{reworded}&tab=diff")
    page.locator("#trial .before").first.wait_for()
    assert page.locator("[data-do=sides]").get_attribute("aria-pressed") == "true"


def test_the_history_of_a_trial_links_to_the_reports_of_other_runs(
    page: Path, visit: Visit
) -> None:
    opened_page = visit(page).go("s=hours&tab=history")
    lines = opened_page.locator("#trial .strip li")
    assert lines.count() == 2, "the replays, and not the recording"
    assert lines.first.locator("b").inner_text() == "this run"
    links = opened_page.locator("#trial .strip a").all()
    assert links
    for link in links:
        address, _, place = str(link.get_attribute("href")).partition("#")
        assert place == "s=hours"
        report = page.parent / address
        assert report.resolve().is_file(), report


def test_a_failing_trial_shows_what_was_answered_when_it_passed(
    tmp_path: Path, visit: Visit
) -> None:
    hostile = "<img src=x onerror=window.__xss=1> 7 days"
    one, folder = add_runs(
        tmp_path,
        {"fails": outcome(PASSED, hostile), "passes": outcome(PASSED, "old")},
        {"fails": outcome(FAILED, "<b>15</b> days"), "passes": outcome(PASSED, "new")},
    )
    render_reports(folder, one)
    watch = visit(folder / "index.html")
    page = watch.go("s=fails")
    earlier = page.locator("#trial [data-panel=chat] [data-earlier] .card")
    assert earlier.is_visible()
    assert "7" in earlier.locator(".diff").inner_text()
    assert earlier.locator("img, b").count() == 0
    assert earlier.locator(".st.passed").inner_text() == "passed"
    assert earlier.locator("a").get_attribute("href") == "../20260001/index.html#s=fails"
    watch.move("s=fails&tab=history&lang=zh")
    copy = page.locator("#trial [data-panel=history] [data-earlier]")
    assert copy.locator(".card").is_visible()
    assert "之前的 1 个回答" in copy.inner_text()
    watch.move("s=passes&lang=en")
    earlier_answers = page.locator("#trial [data-panel=chat] [data-earlier]")
    assert not earlier_answers.locator(".card").is_visible()
    earlier_answers.locator("summary").click()
    assert "old" in earlier_answers.locator(".card").inner_text()


def test_a_trial_without_a_past_says_what_would_fill_it(samples: Path, visit: Visit) -> None:
    opened_page = visit(samples).go(f"{HOURS}&tab=history")
    assert "No other run" in opened_page.locator("#trial [data-panel=history]").inner_text()


def test_the_pager_counts_the_failing_trials_that_are_shown(samples: Path, visit: Visit) -> None:
    watch = visit(samples)
    page = watch.go("v=trials")
    page.locator("#list a.row").first.click()
    page.wait_for_selector("#trial article")
    where = page.locator(".pager .where")
    assert where.inner_text() == "1/3 failing"
    assert page.locator(".pager [data-do=back]").is_disabled()
    page.locator(".pager [data-do=on]").click()
    page.locator(".where", has_text="2/3").wait_for()
    page.keyboard.press("n")
    page.locator(".where", has_text="3/3").wait_for()
    assert page.locator(".pager [data-do=on]").is_disabled()
    watch.go(f"v=trials&tag=营业&{HOURS}")
    assert where.inner_text() == "1/1 failing"


def test_a_click_on_evidence_leads_to_its_expectation(samples: Path, visit: Visit) -> None:
    watch = visit(samples)
    page = watch.go(HOURS)
    mark = page.locator("#trial .turn[data-t='2'] mark").first
    number = str(mark.get_attribute("data-e")).split()[0]
    mark.click()
    watch.settle()
    expectation = page.locator("#trial li.here")
    assert expectation.get_attribute("data-e") == number
    assert f"t=2&e={number}" in page.url
    mark.focus()
    page.keyboard.press("Enter")
    watch.settle()
    assert page.evaluate("document.activeElement.matches('li.here, mark')")
