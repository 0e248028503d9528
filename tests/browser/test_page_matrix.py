"""The matrix of several bots shows what each of them answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import key, reply, run, trial, turn

from browser.conftest import Visit
from browser.page_files import write_page

LONG = "商品需保持完好，不影响二次销售。" * 5
ANSWERS = {"doubao": LONG, "deepseek": "七天内可退。"}


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    results = [
        trial(
            trial_key=key(f"refund@{bot}", scenario="refund", bot=bot),
            turns=[turn("退货?", reply(a))],
        )
        for bot, a in ANSWERS.items()
    ]
    return write_page(tmp_path_factory.mktemp("matrix") / "index.html", results, run(results))


def test_a_cell_has_the_beginning_of_the_answer_and_the_rest_by_key(
    matrix: Path, visit: Visit
) -> None:
    page = visit(matrix).go("v=matrix")
    cells = page.locator(".matrix tbody td")
    assert ANSWERS["deepseek"] in cells.nth(1).inner_text()
    assert LONG[:60] in cells.nth(0).inner_text()
    assert LONG not in cells.nth(0).inner_text()
    cells.nth(0).locator("summary").focus()
    page.keyboard.press("Enter")
    assert cells.nth(0).inner_text().count(LONG[:60]) == 1
    assert LONG in cells.nth(0).inner_text()


def test_a_phone_shows_the_answers_of_all_bots_below_each_other(matrix: Path, visit: Visit) -> None:
    page = visit(matrix, width=390).go("v=matrix")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    table = page.locator(".matrix").bounding_box()
    assert table is not None
    assert table["width"] <= 390
    for bot, answer in ANSWERS.items():
        cell = page.locator(".matrix td", has_text=bot)
        assert answer[:60] in cell.inner_text()


def test_the_answers_need_no_script(matrix: Path, visit: Visit) -> None:
    page = visit(matrix, script=False).go()
    page.locator(".matrix summary").click()
    assert page.locator(".matrix td").first.inner_text().count(LONG) == 1
