"""Two languages: every interface word changes, no word of the data does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from builders import error, failed_verdict, key, trial, turn
from coze_harness.messages import literal, message
from coze_harness.model import (
    Assessment,
    CostChange,
    CostMeasure,
    FactDifference,
    PassShare,
    ScenarioComparison,
    ScenarioState,
    TrialStatus,
    replace,
)
from coze_harness.reporting.html.run_list_page import render_run_list
from coze_harness.reporting.report_formats import PageOptions
from playwright.sync_api import Page, expect
from report_rich import comparison, rich_results, rich_run
from report_samples import everything, full_run

from browser import ROOT
from browser.conftest import Visit
from browser.page_files import write_page
from browser.page_watch import script

WORDS = {
    key: words
    for name in ("page", "decide", "playground", "playback")
    for key, words in json.loads(
        (ROOT / f"harness/coze_harness/messages/{name}.json").read_text("utf-8")
    ).items()
}
STATES = (
    "v=overview", "v=trials", "v=compare", "v=matrix", "v=history", "v=mutations", "s=none",
    *(f"s=hours&tab={tab}" for tab in ("chat", "diff", "http", "json", "history")),
    "s=broken", "s=known", "s=fixed", "s=hours&t=99",
)  # fmt: skip

# All texts and spoken attributes of what is shown, but for data: what stands in bdi, code, pre, a
# bubble's text, or what bot and scenario gave; each with a word about where it stands.
_TEXTS = script("texts.js")

# Names, units and abbreviations that are the same in Chinese.
SAME = re.compile(
    r"coze-harness( \w+)?|known_failure|run\.json|trials\.jsonl|junit\.xml|summary\.md|HTTP|JSON|"
    r"Coze|curl|[Tt]oken|tok|ID|CSV|Markdown|EN|English|UTC|GET|POST|ms|min|bot:|tag:|st:|exp:|code:|"
    r"Esc|Enter|P50|P95|KB|MB|s\b|h\b"
)


def english(text: str) -> list[str]:
    """Return the Latin words of a text that are not the same in both languages."""
    return re.findall(r"[A-Za-z]{2,}", SAME.sub("", text))


def texts(page: Page) -> list[str]:
    page_texts: Any = page.evaluate(_TEXTS)
    return [str(text) for text in page_texts]


@pytest.mark.parametrize("state", STATES)
def test_no_english_word_is_left_in_chinese(page: Path, visit: Visit, state: str) -> None:
    watch = visit(page)
    opened_page = watch.go(f"{state}&lang=zh")
    left = {text: words for text in texts(opened_page) if (words := english(text))}
    names = {"identity", "hours", "broken", "known", "fixed", "attack", "again", "plain", "weather"}
    names |= {"chatchat", "second", "smoke", "tools", "hostile", "repeat", "contains", "similar"}
    names |= {"regex", "not", "length", "none", "missing", "first", "replay", "zh", "code"}
    assert {text: words for text, words in left.items() if not set(words) <= names} == {}


def test_the_switch_changes_every_word_in_place_and_back(page: Path, visit: Visit) -> None:
    watch = visit(page)
    for state in ("v=overview", "v=trials", "s=hours", "s=hours&tab=http"):
        opened_page = watch.go(f"{state}&lang=en")
        before = texts(opened_page)
        opened_page.keyboard.press("l")
        watch.settle()
        chinese = texts(opened_page)
        watch.go(f"{state}&lang=zh")
        assert texts(watch.page) == chinese
        opened_page.keyboard.press("l")
        watch.settle()
        assert texts(opened_page) == before


def test_each_word_that_is_marked_is_the_catalogue_s(page: Path, visit: Visit) -> None:
    watch = visit(page)
    opened_page = watch.go()
    used: set[str] = set()
    for state in STATES:
        watch.move(state)
        marked: Any = opened_page.evaluate(
            """() => [...document.querySelectorAll('*')].flatMap((one) => [...one.attributes]
              .filter(({ name }) => name.startsWith('data-w')).map(({ value }) => value))"""
        )
        used |= set(marked)
    assert used
    assert used - set(WORDS) == set()


def test_what_bots_and_authors_said_is_never_translated(samples: Path, visit: Visit) -> None:
    watch = visit(samples)
    script = """() => [...document.querySelectorAll('#trial bdi, #trial .msg p, #trial .reason')]
      .map((one) => one.textContent)"""
    for state in ("s=hours%5B%E5%8C%97%E4%BA%AC%5D", "s=weekday", "s=orders"):
        assert watch.go(f"{state}&lang=en").evaluate(script) == watch.go(
            f"{state}&lang=zh"
        ).evaluate(script)


def test_texts_of_verdicts_and_errors_change_with_the_language(
    tmp_path: Path, visit: Visit
) -> None:
    expected, reason = message("cause.missing", n=2), message("note.skipped", n=3)
    verdict = replace(failed_verdict(actual="data"), expected=expected, reason=reason)
    note = replace(error(), what=expected, next_step=reason, detail=(reason, literal("data")))
    results = [
        trial(TrialStatus.FAILED, trial_key=key("said"), turns=[turn(verdicts=[verdict])]),
        trial(TrialStatus.ERROR, trial_key=key("broken"), turns=[], note=note),
    ]
    watch = visit(write_page(tmp_path / "index.html", results))
    english_texts = ("2 recordings are missing.", "3 scenarios skipped.")
    chinese_texts = ("缺少 2 个录制文件。", "跳过 3 个场景。")
    for state in ("v=overview", "v=trials", "s=said", "s=broken"):
        for lang, visible, hidden in (
            ("en", english_texts, chinese_texts),
            ("zh", chinese_texts, english_texts),
            ("en", english_texts, chinese_texts),
        ):
            main = watch.go(f"{state}&lang={lang}").locator("main")
            expect(main).to_contain_text(re.compile("|".join(map(re.escape, visible))))
            text = main.inner_text()
            assert not any(one in text for one in hidden), (state, lang)
        if state.startswith("s="):
            assert "data" in text


@pytest.mark.parametrize(("lang", "locale"), [("", "zh-CN"), ("", "en-GB"), ("zh", "en-GB")])
def test_the_list_of_runs_speaks_the_language_of_its_reader_and_has_a_button_for_the_other(
    tmp_path: Path, visit: Visit, lang: str, locale: str
) -> None:
    path = tmp_path / "index.html"
    runs = [full_run(), replace(full_run(), run_id="r0")]
    with path.open("w", encoding="utf-8") as out:
        render_run_list(runs, out, PageOptions(lang=lang))
    watch = visit(path, locale=locale)
    page = watch.go()
    chinese, english_ = "7 个场景中 1 个未通过，1 个无法判定。", "1 of 7 scenarios failed and 1"
    verdicts = ((chinese, "zh-CN"), (english_, "en"))
    if "zh" not in (lang or locale):
        verdicts = verdicts[::-1]
    for text, tag in (*verdicts, verdicts[0]):
        assert text in page.locator(".verdict").inner_text()
        assert page.evaluate("document.documentElement.lang") == tag
        assert page.locator("td[title]").first.get_attribute("title") is not None
        assert page.title().startswith("coze-harness · 2 ")
        page.locator("#tools button").first.click()
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    for theme in ("light", "dark"):
        page.locator("#tools button").last.click()
        assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before


@pytest.mark.parametrize(
    ("option_lang", "locale", "lang"),
    [("", "zh-CN", "zh-CN"), ("", "zh-TW", "zh-CN"), ("", "en-GB", "en"), ("", "fr-FR", "en"),
     ("zh", "en-US", "zh-CN"), ("en", "zh-CN", "en")],
)  # fmt: skip
def test_the_first_language_is_that_of_the_option_or_else_the_reader(
    tmp_path: Path, visit: Visit, option_lang: str, locale: str, lang: str
) -> None:
    path = write_page(
        tmp_path / "index.html", everything(), full_run(), PageOptions(lang=option_lang)
    )
    page = visit(path, locale=locale).go()
    assert page.evaluate("document.documentElement.lang") == lang
    assert ("未通过" in (page.locator("#list").text_content() or "")) is (lang == "zh-CN")


def test_the_title_speaks_the_language_too(samples: Path, visit: Visit) -> None:
    watch = visit(samples)
    assert "failed" in watch.go("lang=en").title()
    title = watch.go("lang=zh").title()
    assert not english(title.replace("r1", "")) or "未通过" in title


def test_facts_and_costs_of_a_comparison_are_in_the_reader_s_language(
    tmp_path: Path, visit: Visit
) -> None:
    shares = PassShare(passed=1, trials=1, low=0.2, high=1.0)
    cost = CostChange(
        measure=CostMeasure.LATENCY, before=2.1, after=7.5, pairs=1, changed=True, limit=0.5,
        exceeded=True,
    )  # fmt: skip
    facts = ScenarioComparison(
        scenario="refund", bot="chatchat", before=shares, after=shares, assessment=Assessment.NONE,
        regressed=False, state=ScenarioState.FACTS_CHANGED,
        facts=(
            FactDifference(kind="number", before="7 天", after="15 天"),
            FactDifference(kind="name", before=None, after="《红楼梦》"),
        ),
    )  # fmt: skip
    costly = replace(
        facts, scenario="hours", state=ScenarioState.COST_CHANGED, facts=(), cost=(cost,)
    )
    compared = replace(
        rich_run(), comparison=replace(comparison(), scenarios=(facts, costly), cost=(cost,))
    )
    path = write_page(tmp_path / "index.html", rich_results(), compared)
    watch = visit(path)
    for language, sentences in {
        "en": (
            "Facts changed.",
            "The cost changed.",
            "The time increased by 257%; max_increase allows 50%.",
            "The cost of 1 pair of trials changed: time 2.1 s → 7.5 s (+257%).",
        ),
        "zh": (
            "事实有变。",
            "开销有变。",
            "耗时增加 257%，max_increase 上限为 50%。",
            "1 对测试的开销有变：耗时 2.1 秒 → 7.5 秒（+257%）。",
        ),
    }.items():
        body = watch.go(f"v=compare&lang={language}").text_content("body") or ""
        for sentence in sentences:
            assert sentence in body
