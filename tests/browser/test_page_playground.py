"""An expectation can be edited in the page, and the stored answers are judged by it at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from coze_harness.expectations import build_expectation
from coze_harness.model.errors import ScenarioError
from coze_harness.yaml_source import read_yaml
from playwright.sync_api import Locator, Page
from project import ProjectFolder

from browser.conftest import Visit
from browser.page_watch import Scheme, Watch, script


def open_playground(watch: Watch, fragment: str, at: int = 1) -> Locator:
    page = watch.go(fragment)
    item = page.locator(f'#trial li[data-e="{at}"]').first
    if not item.is_visible():
        page.locator("#trial .kept-list summary").first.click()
    item.locator(".try").click()
    panel = page.locator(".play")
    panel.locator(".again li").first.wait_for()
    return panel


def verdicts(panel: Locator) -> list[str]:
    return [str(one.get_attribute("class")) for one in panel.locator(".again > li").all()]


def edit(watch: Watch, panel: Locator, text: str, then: str) -> None:
    """Write an expectation, and wait until the page has said something with a word."""
    panel.locator(".yaml").fill(text)
    watch.until("word => document.querySelector('.play .live').dataset.w === word", then)


def test_an_edited_expectation_judges_all_answers_of_the_scenario(page: Path, visit: Visit) -> None:
    watch = visit(page)
    panel = open_playground(watch, "s=again")
    assert panel.locator(".yaml").input_value() == '- contains: "99 元"'
    assert panel.locator(".again li").count() >= 2
    before = verdicts(panel)
    edit(watch, panel, "regex: '每月 \\d+ 元|重新'", "play.all")
    assert set(verdicts(panel)) == {"passed"}
    edit(watch, panel, "contains: 重新说", "play.some")
    assert verdicts(panel) != before
    assert {"passed", "failed"} == set(verdicts(panel))
    edit(watch, panel, "length: {max: 2}", "play.none")
    panel.get_by_text("Reset").click()
    assert verdicts(panel) == before


def test_what_the_page_cannot_judge_has_no_verdict_but_a_command(page: Path, visit: Visit) -> None:
    watch = visit(page)
    panel = open_playground(watch, "s=again")
    for text, word in (
        ("similar: {to: 好, at_least: 0.5}", "play.kind"),
        ("regex: '(\\d)\\1'", "play.regex"),
        ("contains: [", "play.syntax"),
        ('contains: "{{ city }}"', "play.template"),
    ):
        edit(watch, panel, text, word)
        assert set(verdicts(panel)) == {"none"}
    command = panel.locator(".next code").inner_text()
    assert command.startswith("coze-harness try 'contains: \"{{ city }}\"' '")


def test_a_card_of_a_comparison_judges_both_sides(comparison: ProjectFolder, visit: Visit) -> None:
    watch = visit(comparison.path("reports/latest/index.html").resolve())
    page = watch.go("c=refund-days")
    page.keyboard.press("e")
    panel = page.locator("[data-card=refund-days] .play")
    panel.locator(".again li").first.wait_for()
    source = panel.locator(".yaml").input_value()
    assert "failed" in verdicts(panel)
    assert "passed" in verdicts(panel)
    edit(watch, panel, 'contains: {any: ["7 天", "15 天"]}', "play.all")
    assert panel.locator("[data-w='decide.before']").count()
    assert panel.locator("[data-w='decide.now']").count()
    if panel.locator("select").count():
        panel.locator("select").select_option(index=0)
    assert source.startswith("- ")
    stored = page.evaluate("JSON.stringify(sessionStorage)")
    assert "15 天" not in stored


def items(page: Page) -> list[str]:
    return [str(one.input_value()) for one in page.locator(".yaml").all()]


def test_every_offered_item_is_one_that_a_scenario_may_have(page: Path, visit: Visit) -> None:
    watch = visit(page)
    opened_page = watch.go("s=identity%40chatchat")
    for opener in opened_page.locator("#trial .try").all():
        opener.evaluate("one => one.click()")  # those in a fold, too
    watch.until("() => document.querySelectorAll('.play .again li').length > 2")
    sources = items(opened_page)
    assert sources
    for source in sources:
        document = read_yaml(source.encode(), "item.yaml", ScenarioError)
        data: Any = document.data
        build_expectation(data[0], document.positions.below(0))  # raises if it may not
    assert any("not:" in source for source in sources)
    assert any("length:" in source for source in sources)


def test_hostile_texts_stay_texts(hostile: Path, visit: Visit) -> None:
    watch = visit(hostile)
    page = watch.go("v=trials")
    for link in page.locator("#list a.row").all()[:6]:
        watch.move(str(link.get_attribute("href"))[1:])
        page.evaluate("() => document.querySelector('#trial .try')?.click()")
        watch.settle()
    # Of hostile records, too, what is offered is only ever the value of a text field.
    assert page.locator(".play :is(img, script, object)").count() == 0


@pytest.mark.parametrize(("scheme", "lang", "width"), [("light", "en", 1400), ("dark", "zh", 390)])
def test_axe_has_nothing_to_say_and_nothing_is_too_wide(
    page: Path, visit: Visit, axe_source: str, scheme: Scheme, lang: str, width: int
) -> None:
    watch = visit(page, scheme=scheme, width=width)
    panel = open_playground(watch, f"s=again&lang={lang}")
    opened_page = watch.page
    opened_page.evaluate(axe_source)
    assert opened_page.evaluate(script("axe_run.js")) == []
    edit(watch, panel, "similar: {to: 好, at_least: 0.5}", "play.kind")
    assert opened_page.evaluate(script("axe_run.js")) == []
    assert opened_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
