"""index.html: what a reader finds, in which order, under which policy."""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle
import re
import tracemalloc
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import pytest
from builders import failed_verdict, key, message, reply, run, trial, turn, verdict
from coze_harness.model import (
    Counts,
    RequiredPassRate,
    Run,
    RunSelection,
    Summary,
    TrialResult,
    TrialRow,
    TrialStatus,
    replace,
)
from coze_harness.reporting import html
from coze_harness.reporting.report_formats import FORMATS, PageOptions, ReportSet, TrialRenderer
from coze_harness.reporting.views.view_model import anchor
from coze_harness.results import encode_trial
from report_rendering import (
    Page,
    encode_lines,
    index_of,
    nodes,
    page_of,
    render_formats,
    render_report,
    squeeze,
    text_of,
    trees_of,
)
from report_samples import everything, full_run

# A page has its own script last, and of these the ones that it needs.
PARTS = {"report.js": 14_500, "review.js": 4_500, "playground.js": 9_500, "playback.js": 3_000}
"""The scripts, and how many bytes each may have, gzipped."""
TEMPLATES = Path(html.__file__).parents[1] / "templates"


@pytest.fixture(scope="module")
def source() -> str:
    return render_report("html", everything(), full_run())


@pytest.fixture(scope="module")
def page(source: str) -> Page:
    return Page(source)


def test_a_page_is_well_formed_and_has_one_of_what_there_must_be_one(page: Page) -> None:
    assert page.faults == []
    for tag in ("h1", "main", "nav", "title", "style"):
        assert len(page.elements_named(tag)) == 1
    ids = [at["id"] for _, at in page.elements if "id" in at]
    assert len(ids) == len(set(ids))
    assert page.elements_named("html") == [{"lang": "en"}]
    for view in ("overview", "trials", "trial"):
        assert f"v-{view}" in ids


def test_the_policy_allows_the_one_style_and_the_scripts(source: str, page: Page) -> None:
    policy = page.elements_named("meta")[1]
    assert policy["http-equiv"] == "Content-Security-Policy"
    (style,) = re.findall(r"<style>(.*?)</style>", source, re.S)
    scripts = re.findall(r"<script>(.*?)</script>", source, re.S)
    assert len(scripts) == 2
    allowed = [b64encode(sha256(text.encode()).digest()).decode() for text in (*scripts, style)]
    assert policy["content"] == (
        f"default-src 'none'; script-src 'sha256-{allowed[0]}' 'sha256-{allowed[1]}'; "
        f"style-src 'sha256-{allowed[2]}'; "
        "img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    assert page.elements.index(("meta", {"charset": "utf-8"})) == 2


def test_a_folder_has_style_and_script_next_to_the_page() -> None:
    options = PageOptions(layout="folder")
    page = Page(page_of(everything(), full_run(), options))
    with ReportSet({"html": FORMATS["html"]}, options) as reports:
        files = reports.extra_files()
    assert page.faults == []
    assert {"rel": "stylesheet", "href": "report.css"} in page.elements_named("link")
    assert {"src": "report.js"} in page.elements_named("script")
    assert not page.elements_named("style")
    assert "script-src 'self'; style-src 'self';" in str(page.elements_named("meta")[1]["content"])
    assert set(files) == {"report.css", *PARTS}
    assert b"--page" in files["report.css"]


def test_nothing_is_fetched_from_anywhere(source: str, page: Page) -> None:
    for _, attributes in page.elements:
        assert not {"src", "srcset", "poster", "data", "background"} & set(attributes)
    (style,) = re.findall(r"<style>(.*?)</style>", source, re.S)
    assert "@import" not in style
    assert re.findall(r"url\((?!\"?data:image/svg)", style) == []


def test_style_script_and_skeleton_are_small() -> None:
    shell = render_report("html", [])
    assert len(shell.encode()) < 95_000
    assert len(gzip.compress(shell.encode())) < 30_500


@pytest.mark.parametrize("name", PARTS)
def test_each_script_is_small(name: str) -> None:
    with ReportSet({"html": FORMATS["html"]}, PageOptions(layout="folder")) as reports:
        source = reports.extra_files()[name]
    assert len(gzip.compress(source, 9)) <= PARTS[name]


def test_the_verdict_comes_first_in_a_sentence(page: Page) -> None:
    text = squeeze(page.text)
    assert "1 of 7 scenarios failed and 1 could not be judged." in text
    assert text.index("could not be judged.") < text.index("Why") < text.index("hours[上海]")


def test_rows_come_in_the_order_in_which_they_are_to_be_looked_at(page: Page, source: str) -> None:
    rows = [at for at in page.elements_named("a") if str(at.get("class", "")).startswith("row ")]
    statuses = [str(at["class"]).split()[1] for at in rows]
    assert (
        statuses == ["failed"] * 2 + ["error", "fixed", "known_failure", "skipped"] + ["passed"] * 7
    )
    assert [entry[1] for entry in index_of(source)] == statuses
    assert [f"#s={quote(entry[0], safe='')}" for entry in index_of(source)] == [
        at["href"] for at in rows
    ]


def test_the_first_failing_trials_stand_in_full_and_rows_lead_there(page: Page) -> None:
    places = [str(at["id"]) for at in page.elements_named("article")]
    assert places == [f"s={anchor(name)}" for name in ("hours[北京]", "hours[上海]", "orders")]
    links = [at["href"] for at in page.elements_named("a")]
    assert all(f"#{place}" in links for place in places)


def test_the_chunks_hold_every_trial_with_its_line(source: str) -> None:
    results = {result.key.id: result for result in everything()}
    names = [entry[0] for entry in index_of(source)]
    assert sorted(names) == sorted(results)
    for name, (tree, record) in zip(names, trees_of(source), strict=True):
        assert record == json.loads(encode_trial(results[name]))
        assert tree[:2] == ["article", tree[1]]
        assert tree[1]["data-id"] == anchor(name)
        for turn_ in results[name].turns:
            assert turn_.prompt in text_of(tree)


def test_the_index_tells_what_filters_need(source: str) -> None:
    (entry,) = [entry for entry in index_of(source) if entry[0] == "hours[北京]"]
    assert entry[:11] == [
        "hours[北京]", "failed", "chatchat", ["smoke", "营业"], 7.5, 1266, 2,
        ["contains", "similar"], "", "", "",
    ]  # fmt: skip
    assert entry[11] == "hours[北京]\ncontains\nthe answer lacks “九点”.\n你好"
    (error_entry,) = [entry for entry in index_of(source) if entry[0] == "orders"]
    assert error_entry[8] == "mismatch"


def test_a_search_matches_full_width_and_half_width_alike() -> None:
    known = trial(trial_key=key("ＡＢＣ１２３"))
    assert index_of(render_report("html", [known]))[0][11].startswith("abc123\n")


def test_reasons_are_counted_and_lead_to_their_trials(source: str) -> None:
    why = source[source.index('id="why"') : source.index('id="rates"')]
    assert why.index("九点") < why.index("× 2") < why.index("The next request")
    assert why.count(f'href="#s={anchor("hours[上海]")}"') == 1
    assert "at least 0.60 like" not in why


def test_a_trial_tells_prompt_answer_expected_seen_reason_and_place(page: Page) -> None:
    text = squeeze(page.text)
    for part in (
        "Prompt 2 of 2北京的店几点开门？",
        "我们每天 10:00 开门，20:00 关门。",
        "the answer lacks “九点”.expected九点seen10:00at",
        "scenarios/identity.yaml:9:9",
        "close to the approved answer similar score 0.58",
        "not a stream: no first token was recorded",
        "还想了解周末的时间吗？",
        "log id 20241122103012ABCDEF",
        "tokens (in + out) 633 = 500 + 133",
        "the token lacks the permission getMetadata",
    ):
        assert part in text


def test_an_error_tells_the_evidence_and_the_next_step(page: Page) -> None:
    text = squeeze(page.text)
    assert "error (mismatch) The next request is not what the cassette holds" in text
    assert 'now POST /v3/chat content = "我的订单到哪里了？"' in text
    assert "Next: if the new prompt is intended: coze-harness record orders" in text
    assert "No reply." in text


def test_tool_messages_and_reasoning_are_folded_and_complete(source: str) -> None:
    trees = {
        entry[0]: tree for entry, (tree, _) in zip(index_of(source), trees_of(source), strict=True)
    }
    tree = trees["weekday"]
    text = text_of(tree)
    for part in ("calendar", "星期二", "generate_answer_finish", "日历说是星期二"):
        assert part in text
    words = [at["data-w"] for _, at in nodes(tree) if "data-w" in at]
    for word in ("message.function_call", "message.tool_output", "message.inner"):
        assert word in words
    assert "generate_answer_finish" in text[text.index("日历说是星期二") :]
    assert sum(at.get("class") == "wait" for _, at in nodes(tree)) == 4


def test_evidence_is_marked_in_the_answer_and_names_its_verdicts(source: str) -> None:
    assert '我们每天 <mark class="failed" data-e="1" tabindex="0">10:00</mark> 开门' in source
    trees = {
        entry[0]: tree for entry, (tree, _) in zip(index_of(source), trees_of(source), strict=True)
    }
    marks = [at for tag, at in nodes(trees["repeat#1"]) if tag == "mark"]
    assert marks == [{"class": "passed", "data-e": "1", "tabindex": "0"}]


def test_a_status_is_a_word_and_never_a_colour_alone(page: Page) -> None:
    rows = squeeze(page.text[page.text.index("Scenarios") :])
    for word in ("failed", "error", "fixed", "known failure", "skipped", "passed"):
        assert word in rows


def test_chinese_text_has_its_language(source: str) -> None:
    assert '<p lang="zh">北京的店几点开门？</p>' in source.replace(' dir="auto"', "")
    assert 'lang="zh">おはよう' not in render_report(
        "html", [trial(turns=[turn("おはよう、世界")])]
    )


def test_pass_rates_of_repeats_say_whether_they_are_met(page: Page) -> None:
    assert "repeatchatchat6/6100%80%yes" in squeeze(page.text)
    assert "hourschatchat0/20%100%no" in squeeze(page.text)


def test_a_page_in_chinese_says_the_same_and_translates_no_data() -> None:
    page = Page(page_of(everything(), full_run(), PageOptions(lang="zh")))
    assert page.faults == []
    assert page.elements_named("html") == [{"lang": "zh-CN"}]
    assert "7 个场景中 1 个未通过，1 个无法判定。" in page.text
    assert "the answer lacks “九点”." in page.text
    english = Page(render_report("html", everything(), full_run()))
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in english.elements]


def test_words_in_rows_have_the_language_of_the_page() -> None:
    source = page_of([trial()], run([trial()]), PageOptions(lang="zh"))
    assert '<span class="st passed" data-w="status.passed">通过</span>' in source
    assert "\x01" not in source


def test_several_answers_are_numbered_and_all_shown() -> None:
    answers = reply(
        messages=[message("一"), message("plugin", type="function_call"), message("二")]
    )
    source = render_report("html", [trial(TrialStatus.FAILED, turns=[turn(turn_reply=answers)])])
    text = Page(source).text
    assert text.index("Answer 1 of 2") < text.index("plugin") < text.index("Answer 2 of 2")


def test_the_order_of_finishing_does_not_change_a_byte() -> None:
    assert render_report("html", everything(), full_run()) == render_report(
        "html", everything()[::-1], full_run()
    )


def test_the_same_run_gives_the_same_bytes_in_every_format() -> None:
    for name in FORMATS:
        assert render_report(name, everything(), full_run()) == render_report(
            name, everything(), full_run()
        )


def test_one_pass_for_all_formats_gives_what_each_alone_gives() -> None:
    for name, source in render_formats(everything(), full_run()).items():
        assert source == render_report(name, everything(), full_run())


def test_pieces_made_in_another_process_give_the_same_reports() -> None:
    renderer = TrialRenderer()
    sent = pickle.dumps([renderer.render(result, encode_trial(result)) for result in everything()])
    outs = {name: io.BytesIO() for name in FORMATS}
    with ReportSet() as reports:
        came = pickle.loads(sent)  # noqa: S301 - packed above
        for result, pieces in zip(everything(), came, strict=True):
            reports.add_fragments(result.key.id, pieces)
        reports.write(full_run(), outs)
    assert b"markupsafe" not in sent
    for name, out in outs.items():
        assert out.getvalue().decode() == render_report(name, everything(), full_run())


def test_a_trial_that_was_run_again_is_shown_once_as_it_came_last() -> None:
    first = trial(TrialStatus.FAILED, turns=[turn("first", verdicts=[failed_verdict()])])
    second = trial(turns=[turn("second")])
    source = render_report("html", [first, second], run([second]))
    ((tree, _),) = trees_of(source)
    assert "second" in text_of(tree)
    assert "first" not in text_of(tree)
    assert 'id="why"' not in source


def test_a_row_without_a_line_is_shown_and_says_so() -> None:
    known = [trial(), trial(TrialStatus.ERROR, trial_key=key("lost"))]
    source = render_report("html", known[:1], run(known))
    page = Page(source)
    assert page.faults == []
    assert [record is None for _, record in trees_of(source)] == [True, False]
    assert "trials.jsonl has no line for this trial" in page.text
    for name in FORMATS:
        assert "lost" in render_report(name, known[:1], run(known)) or name == "markdown"


def test_a_run_without_trials_is_a_page() -> None:
    page = Page(render_report("html", []))
    assert page.faults == []
    assert "No trial was executed." in page.text


def test_screens_without_content_have_no_tab(page: Page) -> None:
    def tabs(page: Page) -> set[str]:
        links = {str(at.get("href", "")) for at in page.elements_named("a")}
        return {link for link in links if re.fullmatch(r"#v=\w+", link)}

    always = {"#v=overview", "#v=trials"}
    assert tabs(Page(render_report("html", []))) == always
    assert tabs(page) >= always


@pytest.mark.parametrize(
    ("summary", "sentence"),
    [
        (Summary(trials=1, passed=1), "The only scenario passed."),
        (Summary(trials=2000, passed=2000), "All 2,000 scenarios passed."),
        (Summary(trials=3, passed=1, skipped=2), "No scenario failed: 1 of 3 passed."),
        (Summary(trials=3, passed=1, failed=2), "2 of 3 scenarios failed."),
        (Summary(trials=3, passed=2, errors=1), "1 of 3 scenarios could not be judged."),
        (
            Summary(trials=30, passed=2, failed=28, scenarios=Counts(trials=3, failed=1)),
            "1 of 3 scenarios failed.",
        ),
    ],
)
def test_the_sentence_says_what_happened(summary: Summary, sentence: str) -> None:
    assert sentence in render_report("html", [], replace(run(), summary=summary))
    assert sentence in render_report("markdown", [], replace(run(), summary=summary))


def test_failures_within_the_required_rate_are_not_a_failed_run() -> None:
    rate = RequiredPassRate(scenario="s", bot="b", trials=10, passed=9, required=0.9, met=True)
    counts = Counts(trials=1, passed=1)
    summary = Summary(trials=10, passed=9, failed=1, scenarios=counts)
    source = render_report("html", [], replace(run(pass_rates=[rate]), summary=summary))
    assert "The only scenario passed." in source
    assert "(10 trials: 9 passed, 1 failed)" in source
    assert '<div class="verdict warning">' in source


def test_an_interrupted_run_says_so_first() -> None:
    of = run([trial()], interrupted=True)
    assert "Interrupted: 1 of 1 scenario finished." in render_report("html", [trial()], of)
    of = replace(of, selection=RunSelection(scenarios=11, digest=""))
    assert "Interrupted: 1 of 11 scenarios finished." in render_report("html", [trial()], of)


def test_no_template_takes_a_text_for_markup() -> None:
    for template in TEMPLATES.glob("*.j2"):
        source = template.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe|autoescape|Markup|style=|javascript:", source)


def test_markup_is_made_of_our_own_files_and_of_escaped_json_alone() -> None:
    lines = [
        (path.name, line.strip())
        for path in sorted(TEMPLATES.parent.rglob("*.py"))
        if "assets" not in path.relative_to(TEMPLATES.parent).parts
        for line in path.read_text(encoding="utf-8").splitlines()
        if "Markup(" in line
    ]
    assert [name for name, _ in lines] == ["page_templates.py"]


def test_every_class_in_the_templates_is_styled_or_a_status() -> None:
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    style += (TEMPLATES / "controls.css").read_text(encoding="utf-8")
    style += (TEMPLATES / "listing.css").read_text(encoding="utf-8")
    # For the page without a script, which leaves it out.
    unstyled = {"nothing", "whole", "eg"}
    for template in TEMPLATES.glob("*.j2"):
        for names in re.findall(r'class="([a-z -]+)"', template.read_text(encoding="utf-8")):
            for name in names.split():
                assert f".{name}" in style or name in unstyled, name


def many(number: int) -> Iterator[TrialResult]:
    for n in range(number):
        failing = n % 10 == 0
        yield trial(
            TrialStatus.FAILED if failing else TrialStatus.PASSED,
            trial_key=key(f"t{n}"),
            turns=[
                turn(
                    turn_reply=reply("答" * 5_000),
                    verdicts=[failed_verdict() if failing else verdict()],
                )
            ],
        )


def rows(number: int) -> Run:
    rows = tuple(TrialRow(key=r.key, status=r.status, seconds=r.seconds) for r in many(number))
    return replace(run(), rows=rows, summary=Summary(trials=number, failed=number // 10))


def test_reports_do_not_hold_their_trials_in_memory() -> None:
    """Held texts would make a difference of some ten megabytes; a full spool is two.

    From 600 on, as many chunks of a page as ever are on their way to be packed.
    """
    peaks = []
    for number in (600, 1_200):
        of = rows(number)
        tracemalloc.start()
        with Path(os.devnull).open("wb") as out, ReportSet() as reports:
            reports.add_all(encode_lines(many(number)))
            reports.write(of, dict.fromkeys(FORMATS, out))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 2_500_000
