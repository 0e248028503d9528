"""index.html: what a reader finds, in which order, under which policy."""

from __future__ import annotations

import io
import os
import pickle
import re
import tracemalloc
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
from builders import failed_verdict, key, message, reply, run, trial, turn, verdict
from report_rendering import Page, rendered, squeezed
from report_samples import everything, full_run

from harness.model import PassRate, Row, Run, Summary, TrialResult, TrialStatus
from harness.report import FORMATS, Renderer, Reports, html
from harness.report.view import anchor

TEMPLATES = Path(html.__file__).parent / "templates"


@pytest.fixture(scope="module")
def source() -> str:
    return rendered("html", everything(), full_run())


@pytest.fixture(scope="module")
def page(source: str) -> Page:
    return Page(source)


def test_a_page_is_well_formed_and_has_one_of_what_there_must_be_one(page: Page) -> None:
    assert page.faults == []
    for tag in ("h1", "main", "header", "title", "style"):
        assert len(page.named(tag)) == 1
    ids = [at["id"] for _, at in page.elements if "id" in at]
    assert len(ids) == len(set(ids))
    assert page.named("html") == [{"lang": "en"}]


def test_the_policy_allows_the_one_style_and_nothing_else(source: str, page: Page) -> None:
    policy = page.named("meta")[1]
    assert policy["http-equiv"] == "Content-Security-Policy"
    style = re.search(r"<style>(.*?)</style>", source, re.S)
    assert style is not None
    digest = b64encode(sha256(style.group(1).encode()).digest()).decode()
    assert policy["content"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert page.elements.index(("meta", {"charset": "utf-8"})) == 2
    assert not page.named("script")


def test_nothing_is_fetched_from_anywhere(source: str) -> None:
    assert "http://" not in source
    assert not re.search(r"https://(?!api\.coze\.com<)", source)
    assert "@import" not in source
    assert "url(" not in source


def test_the_verdict_comes_first_in_a_sentence(page: Page) -> None:
    text = squeezed(page.text)
    assert "2 of 13 trials failed, and 1 could not be judged." in text
    assert text.index("could not be judged.") < text.index("Why") < text.index("Failed 2")


def test_failing_trials_stand_first_and_open_the_others_closed(page: Page) -> None:
    trials = [at for at in page.named("details") if str(at["class"]).startswith("trial ")]
    statuses = [str(at["class"]).split()[1] for at in trials]
    assert (
        statuses == ["failed"] * 2 + ["error", "fixed", "known_failure", "skipped"] + ["passed"] * 7
    )
    assert ["open" in at for at in trials] == [True] * 3 + [False] * 10


def test_every_trial_has_a_place_that_links_lead_to(page: Page) -> None:
    places = {at["id"] for at in page.named("div") if "id" in at} - {"trials"}
    assert places == {anchor(result.key.id) for result in everything()}
    targets = {f"#{at['id']}" for _, at in page.elements if "id" in at}
    links = {str(at["href"]) for at in page.named("a") if str(at["href"]).startswith("#")}
    assert links <= targets
    assert f"#{anchor('hours[北京]')}" in links


def test_reasons_are_counted_and_lead_to_their_trials(source: str) -> None:
    why = source[source.index('id="why"') : source.index('id="rates"')]
    assert why.index("2 ×") < why.index("the answer lacks “九点”.") < why.index("1 ×")
    assert why.count(anchor("hours[北京]")) == why.count(anchor("hours[上海]")) == 1
    assert "0.58 is below" not in why


def test_a_trial_tells_prompt_answer_expected_seen_reason_and_place(page: Page) -> None:
    text = squeezed(page.text)
    for shown in (
        "Prompt 2 of 2北京的店几点开门？",
        "我们每天 10:00 开门，20:00 关门。",
        "the answer lacks “九点”.expected九点seen我们每天 10:00 开门",
        "scenarios/identity.yaml:9:9",
        "close to the approved answer score 0.58",
        "not a stream: no first token was recorded",
        "还想了解周末的时间吗？",
        "log id 20241122103012ABCDEF",
        "633 tokens (500 in, 133 out)",
        "the token lacks the permission getMetadata",
    ):
        assert shown in text


def test_an_error_tells_the_evidence_and_the_next_step(page: Page) -> None:
    text = squeezed(page.text)
    assert "! error (mismatch): The next request is not what the cassette holds" in text
    assert 'now POST /v3/chat content = "我的订单到哪里了？"' in text
    assert "Next: if the new prompt is intended: coze-harness record orders" in text
    assert "No reply." in text


def test_tool_messages_and_reasoning_are_folded_and_complete(page: Page) -> None:
    text = squeezed(page.text)
    assert "Tool call{" in text
    assert "Tool output星期二" in text
    assert "Internal message (verbose)" in text
    assert "Reasoning日历说是星期二" in text
    assert "HTTP: 5 interactions" in text


def test_evidence_is_marked_in_the_answer(source: str) -> None:
    assert '我们每天 <mark class="failed">10:00</mark> 开门' in source
    assert '南京市<mark class="passed">长江大桥</mark>欢迎您' in source


def test_a_status_is_a_word_and_a_sign_and_never_a_colour_alone(page: Page) -> None:
    for badge in ("✗ failed", "! error", "✓ fixed", "≈ known failure", "– skipped", "✓ passed"):
        assert badge in page.text


def test_chinese_is_told_to_the_browser(source: str) -> None:
    assert '<p dir="auto" lang="zh">北京的店几点开门？</p>' in source
    assert 'lang="zh">おはよう' not in rendered("html", [trial(turns=[turn("おはよう、世界")])])


def test_pass_rates_of_repeats_say_whether_they_are_met(page: Page) -> None:
    assert "repeatchatchat6 of 6100 %80 %✓ yes" in squeezed(page.text)
    assert "hourschatchat0 of 20 %100 %✗ no" in squeezed(page.text)


def test_several_answers_are_numbered_and_all_shown() -> None:
    said = reply(messages=[message("一"), message("plugin", type="tool_response"), message("二")])
    text = Page(rendered("html", [trial(turns=[turn(replied=said)])])).text
    assert text.index("Answer 1 of 2") < text.index("plugin") < text.index("Answer 2 of 2")


def test_the_order_of_finishing_does_not_change_a_byte() -> None:
    assert rendered("html", everything(), full_run()) == rendered(
        "html", everything()[::-1], full_run()
    )


def test_the_same_run_gives_the_same_bytes_in_every_format() -> None:
    for name in FORMATS:
        assert rendered(name, everything(), full_run()) == rendered(name, everything(), full_run())


def test_one_pass_for_all_formats_gives_what_each_alone_gives() -> None:
    outs = {name: io.BytesIO() for name in FORMATS}
    with Reports() as reports:
        reports.add_all(everything())
        reports.write(full_run(), outs)
    for name, out in outs.items():
        assert out.getvalue().decode() == rendered(name, everything(), full_run())


def test_pieces_made_in_another_process_give_the_same_reports() -> None:
    renderer = Renderer()
    sent = pickle.dumps([renderer.pieces(result) for result in everything()])
    outs = {name: io.BytesIO() for name in FORMATS}
    with Reports() as reports:
        came = pickle.loads(sent)  # noqa: S301 - packed above
        for result, pieces in zip(everything(), came, strict=True):
            reports.put(result.key.id, pieces)
        reports.write(full_run(), outs)
    assert b"markupsafe" not in sent
    for name, out in outs.items():
        assert out.getvalue().decode() == rendered(name, everything(), full_run())


def test_a_trial_that_was_run_again_is_shown_once_as_it_came_last() -> None:
    first = trial(TrialStatus.FAILED, turns=[turn("first", verdicts=[failed_verdict()])])
    second = trial(turns=[turn("second")])
    source = rendered("html", [first, second], run([second]))
    assert "second" in source
    assert ">first<" not in source
    assert '<h2 id="why">' not in source


def test_a_row_without_a_line_is_shown_and_says_so() -> None:
    known = [trial(), trial(TrialStatus.ERROR, named=key("lost"))]
    page = Page(rendered("html", known[:1], run(known)))
    assert page.faults == []
    assert "trials.jsonl has no line for this trial" in page.text
    for name in FORMATS:
        assert "lost" in rendered(name, known[:1], run(known)) or name == "markdown"


def test_a_run_without_trials_is_a_page() -> None:
    page = Page(rendered("html", []))
    assert page.faults == []
    assert "No trial was executed." in page.text


@pytest.mark.parametrize(
    ("summary", "said"),
    [
        (Summary(trials=1, passed=1), "The only trial passed."),
        (Summary(trials=2000, passed=2000), "All 2,000 trials passed."),
        (Summary(trials=3, passed=1, skipped=2), "No trial failed: 1 of 3 trials passed."),
        (Summary(trials=3, passed=1, failed=2), "2 of 3 trials failed."),
        (Summary(trials=3, passed=2, errors=1), "1 of 3 trials could not be judged."),
    ],
)
def test_the_sentence_says_what_happened(summary: Summary, said: str) -> None:
    assert said in rendered("html", [], replace(run(), summary=summary))
    assert said in rendered("markdown", [], replace(run(), summary=summary))


def test_failures_within_the_rate_that_is_asked_for_are_not_called_a_failed_run() -> None:
    rate = PassRate(scenario="s", bot="b", trials=10, passed=9, required=0.9, met=True)
    of = replace(run(pass_rates=[rate]), summary=Summary(trials=10, passed=9, failed=1))
    source = rendered("html", [], of)
    assert "1 of 10 trials failed, within the pass rates that the scenarios ask for." in source
    assert '<header class="warning">' in source


def test_an_interrupted_run_says_so_first() -> None:
    of = run([trial()], interrupted=True)
    assert "Interrupted: the only trial passed." in rendered("html", [trial()], of)


def test_no_template_takes_a_text_for_markup() -> None:
    for template in TEMPLATES.glob("*.j2"):
        source = template.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe|autoescape|Markup|style=|javascript:", source)


def test_every_class_in_the_templates_is_styled_or_a_status() -> None:
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    for template in TEMPLATES.glob("*.j2"):
        for names in re.findall(r'class="([a-z ]+)"', template.read_text(encoding="utf-8")):
            for name in names.split():
                assert f".{name}" in style, name


def many(number: int) -> Iterator[TrialResult]:
    for n in range(number):
        failing = n % 10 == 0
        yield trial(
            TrialStatus.FAILED if failing else TrialStatus.PASSED,
            named=key(f"t{n}"),
            turns=[
                turn(
                    replied=reply("答" * 5_000),
                    verdicts=[failed_verdict() if failing else verdict()],
                )
            ],
        )


def rows(number: int) -> Run:
    made = tuple(Row(key=r.key, status=r.status, seconds=r.seconds) for r in many(number))
    return replace(run(), rows=made, summary=Summary(trials=number, failed=number // 10))


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_does_not_hold_its_trials_in_memory(name: str) -> None:
    """Held texts would make a difference of some ten megabytes; a full spool is two."""
    peaks = []
    for number in (200, 800):
        of = rows(number)
        tracemalloc.start()
        with Path(os.devnull).open("wb") as out:
            FORMATS[name].render(of, partial(many, number), out)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 2_500_000
