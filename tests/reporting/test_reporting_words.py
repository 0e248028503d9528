"""JUnit, Markdown, terminal lines and the list of runs, on a run that shows everything."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET

import junitparser
import pytest
from builders import error, failed_verdict, key, reply, run, trial, turn, verdict
from coze_harness.messages import Catalogue
from coze_harness.model import Mode, Summary, TrialStatus, VerdictStatus, replace
from coze_harness.model.location import Location
from coze_harness.reporting.html.run_list_page import render_run_list, run_list_rows
from coze_harness.reporting.terminal.terminal_failures import failure_block, failure_line
from coze_harness.reporting.terminal.terminal_summary import summary_line
from report_rendering import Page, render_report
from report_samples import everything, full_run
from rich.cells import cell_len


def junit() -> tuple[ET.Element, junitparser.JUnitXml]:
    source = render_report("junit", everything(), full_run()).encode()
    return ET.fromstring(source), junitparser.JUnitXml.fromstring(source)  # noqa: S314 - ours


def case(root: ET.Element, name: str) -> ET.Element:
    (element,) = [c for c in root.iter("testcase") if c.get("name") == name]
    return element


def test_junit_has_a_suite_for_each_scenario_with_its_counts() -> None:
    root, suites = junit()
    assert {key: root.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "13",
        "failures": "2",
        "errors": "1",
        "skipped": "2",
    }
    assert [suite.name for suite in suites][:3] == [
        "identity",
        "hours",
        "orders",
    ]
    for suite in suites:
        counts = (suite.tests, suite.failures, suite.errors, suite.skipped)
        suite.update_statistics()  # type: ignore[no-untyped-call]  # junitparser is half typed
        assert counts == (suite.tests, suite.failures, suite.errors, suite.skipped)


def test_junit_keeps_failures_errors_and_known_failures_apart() -> None:
    root, _ = junit()
    children = {
        name: [child.tag for child in case(root, name)]
        for name in ("identity", "hours[北京]", "orders", "weekday", "greeting", "voice")
    }
    assert children == {
        "identity": ["properties", "system-out"],
        "hours[北京]": ["properties", "failure"],
        "orders": ["properties", "error", "system-out"],
        "weekday": ["properties", "skipped", "system-out"],
        "greeting": ["properties", "system-out"],
        "voice": ["properties", "skipped", "system-out"],
    }


def test_a_junit_failure_holds_prompt_answer_and_verdict() -> None:
    root, _ = junit()
    failure = case(root, "hours[北京]").find("failure")
    assert failure is not None
    assert failure.get("message") == "contains: the answer lacks “九点”."
    assert failure.text is not None
    for line in (
        "turn 2 of 2",
        "prompt:   北京的店几点开门？",
        "answer:   我们每天 10:00 开门，20:00 关门。节假日请以公告为准。",
        "  expected: 九点",
        "✗ failed contains  scenarios/identity.yaml:9:9",
    ):
        assert line in failure.text.split("\n")
    assert failure.text.count("您好！有什么可以帮您？") == 1
    assert render_report("junit", everything(), full_run()).count("早上十点。") == 1


def test_a_junit_error_names_its_kind_and_the_next_step() -> None:
    root, _ = junit()
    element = case(root, "orders").find("error")
    assert element is not None
    assert element.get("type") == "mismatch"
    assert element.text is not None
    assert "next:     if the new prompt is intended: coze-harness record orders" in element.text


def test_a_junit_case_says_where_it_is_written_and_what_it_took() -> None:
    root, _ = junit()
    element = case(root, "hours[北京]")
    assert (element.get("classname"), element.get("file"), element.get("line")) == (
        "hours",
        "scenarios/hours.yaml",
        "2",
    )
    assert element.get("time") == "7.5"
    properties = {p.get("name"): p.get("value") for p in element.iter("property")}
    assert properties["bot"] == "chatchat"
    assert properties["case"] == "北京"
    assert properties["tokens"] == "1266"
    assert "20241122103012ABCDEF" in str(properties["log_id"])


def test_a_known_failure_is_skipped_with_its_reason() -> None:
    root, _ = junit()
    element = case(root, "weekday").find("skipped")
    assert element is not None
    assert "the documentation's own sample" in str(element.get("message"))


def test_markdown_begins_with_the_verdict_and_counts() -> None:
    lines = render_report("markdown", everything(), full_run()).splitlines()
    assert lines[0] == "## ❌ 1 of 7 scenarios failed and 1 could not be judged."
    assert lines[2].startswith("(13 trials: 8 passed, 2 failed, 1 not judged, 1 skipped,")
    assert "| `hours` | ✗ failed 0/2 | `九点` ×2 |" in lines
    assert any(line.startswith("| `orders` | ! error | `The next request") for line in lines)


def test_markdown_shows_each_failure_with_expected_seen_and_why() -> None:
    text = render_report("markdown", everything(), full_run())
    block = text[text.index("### ✗ failed `hours[北京]`") :]
    assert "```text\n北京的店几点开门？\n```" in block
    assert "  - why: `the answer lacks “九点”.`\n  - expected: `九点`\n" in block
    assert "next: `if the new prompt is intended: coze-harness record orders`" in text
    assert "hours[上海]" not in text, "one trial shows the cause of a scenario"
    assert "identity" not in text.replace("scenarios/identity.yaml:9:9", "")


def test_a_good_run_is_a_short_comment() -> None:
    text = render_report("markdown", [trial()], run([trial()]))
    assert text.startswith("## ✅ The only scenario passed.\n")
    assert len(text) < 250


def test_a_failure_is_one_line_for_a_pipe() -> None:
    assert [failure_line(result, words=Catalogue()) for result in everything()[1:6]] == [
        "FAILED  hours[北京]  contains: the answer lacks “九点”.  scenarios/identity.yaml:9:9",
        "FAILED  hours[上海]  contains: the answer lacks “九点”.  scenarios/identity.yaml:9:9",
        "ERROR  orders  The next request is not what the cassette holds (interaction 4 of 6)."
        "  cassettes/orders.yaml:88",
        "KNOWN FAILURE  weekday  contains: the answer lacks “星期二”.  scenarios/identity.yaml:9:9",
        "FIXED  greeting  known failure now passes: remove known_failure"
        "  scenarios/greeting.yaml:2",
    ]


def test_a_line_without_a_place_of_its_own_names_the_scenario() -> None:
    result = trial(TrialStatus.ERROR, turns=[], note=error(where=""))
    assert failure_line(result, words=Catalogue()).endswith("  scenarios/identity.yaml:2")


def test_a_block_shows_the_turn_that_failed_and_not_the_others() -> None:
    lines = failure_block(everything()[1], words=Catalogue())
    assert lines[0] == "✗ failed  hours[北京]  scenarios/hours.yaml:2"
    assert "  turn 2 of 2" in lines
    assert "  prompt:   北京的店几点开门？" in lines
    assert "  answer:   我们每天 10:00 开门，20:00 关门。节假日请以公告为准。" in lines
    assert "    expected: 九点" in lines
    assert not any("您好" in line for line in lines)


def test_a_block_of_an_error_ends_with_what_to_do() -> None:
    lines = failure_block(everything()[3], words=Catalogue())
    assert lines[-1] == "  next:     if the new prompt is intended: coze-harness record orders"
    assert any('now       POST /v3/chat  content = "我的订单到哪里了？"' in line for line in lines)


@pytest.mark.parametrize("width", [40, 41, 80])
def test_a_block_fits_the_terminal_in_cells(width: int) -> None:
    lines = failure_block(everything()[1], width=width, words=Catalogue())
    assert [line for line in lines if cell_len(line) > width and " " in line.strip()] == []
    assert "".join(lines).replace(" ", "").count("节假日请以公告为准。") >= 1, "nothing is cut"


def test_a_long_answer_is_folded_in_the_terminal() -> None:
    long = trial(
        TrialStatus.FAILED,
        turns=[
            turn(
                turn_reply=reply("\n".join(f"第{n}行" for n in range(500))),
                verdicts=[failed_verdict()],
            )
        ],
    )
    lines = failure_block(long, words=Catalogue())
    assert len(lines) < 40
    assert any("the report has it all" in line for line in lines)
    assert any("expected:" in line for line in lines)


def test_the_last_line_has_the_counts_and_the_path() -> None:
    line = summary_line(full_run(), "reports/r1/", words=Catalogue())
    assert line == (
        "1 of 7 scenarios failed and 1 could not be judged. (13 trials: 8 passed, 2 failed,"
        " 1 not judged, 1 skipped, 1 known failure) 1 known failure now passes: remove"
        " known_failure. 2 warnings."
        "  report: reports/r1/index.html"
    )
    assert summary_line(run([trial()]), "reports/r1", words=Catalogue()) == (
        "The only scenario passed.  report: reports/r1/index.html"
    )


def test_history_says_of_each_run_how_it_went() -> None:
    good = replace(run(run_id="r2"), summary=Summary(trials=4, passed=4))
    bad = replace(
        run(run_id="r 1#", mode=Mode.RECORD), summary=Summary(trials=4, passed=3, failed=1)
    )
    rows = run_list_rows([good, bad])
    assert [(row.run_id, row.share, row.tone, row.link) for row in rows] == [
        ("r2", "100.0%", "good", "r2/index.html"),
        ("r 1#", "75.0%", "bad", "r%201%23/index.html"),
    ]
    assert rows[0].started == "2026-11-22 10:03:12 UTC"
    assert rows[0].duration == "2.00 s"


def listing(*summaries: Summary) -> Page:
    out = io.StringIO()
    runs = [replace(run(run_id=f"r{n}"), summary=s) for n, s in enumerate(summaries)]
    render_run_list(runs, out)
    return Page(out.getvalue())


def test_the_list_of_runs_draws_the_trend_oldest_on_the_left() -> None:
    page = listing(Summary(trials=10, passed=10), Summary(), Summary(trials=10, passed=5, failed=5))
    assert page.faults == []
    assert [at["points"] for at in page.elements_named("polyline")] == ["0.0,60.0 300.0,0.0"]
    assert "100%" in page.text
    assert "50%" in page.text
    assert (
        len([at for at in page.elements_named("a") if str(at["href"]).endswith("/index.html")]) == 4
    )


def test_the_list_of_runs_can_be_empty_or_of_one() -> None:
    assert "No run yet" in listing().text
    assert listing(Summary(trials=1, passed=1)).elements_named("polyline") == []


def test_a_place_without_a_line_is_the_file_alone() -> None:
    judged = verdict(VerdictStatus.FAILED, location=Location("scenarios/a.yaml"))
    result = trial(TrialStatus.FAILED, trial_key=key(line=0), turns=[turn(verdicts=[judged])])
    assert failure_line(result, words=Catalogue()).endswith("  scenarios/a.yaml")
