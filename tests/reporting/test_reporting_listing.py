"""The list of all runs: its rows, its trend lines, both languages."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import pytest
from builders import run
from coze_harness.model import (
    Assessment,
    ChangeKind,
    Comparison,
    Mode,
    MutationReport,
    MutationScore,
    PassShare,
    Run,
    RunCost,
    ScenarioComparison,
    ScenarioState,
    Summary,
    replace,
)
from coze_harness.reporting.html.run_list_page import (
    render_run_list,
    run_list_charts,
    run_list_rows,
)
from coze_harness.reporting.page_options import PageOptions
from coze_harness.results.run_index import MAX_LISTED_RUNS
from report_rendering import Page, squeeze

GOOD = Summary(trials=10, passed=10)
BAD = Summary(trials=10, passed=5, failed=5)
SHARE = PassShare(passed=6, trials=6, low=0.6, high=1.0)


def a_run(number: int, summary: Summary = GOOD, **fields: object) -> Run:
    return replace(run(run_id=f"r{number}"), summary=summary, **fields)  # type: ignore[arg-type]  # as each test gives them


def listing(*runs: Run, lang: str = "") -> Page:
    out = io.StringIO()
    render_run_list(runs, out, PageOptions(lang=lang))
    return Page(out.getvalue())


def cells(page: Page) -> str:
    return squeeze(page.text)


def comparing_run(**counts: int) -> Run:
    """Return a comparison with this number of scenarios in each state."""
    comparison = Comparison(
        baseline="a",
        candidate="b",
        counts={ChangeKind.SAME: 1} if counts else {},
        states={ScenarioState(state): n for state, n in counts.items()},
    )
    return a_run(1, mode=Mode.COMPARE, comparison=comparison)


def test_each_number_that_two_runs_have_is_drawn_oldest_on_the_left() -> None:
    newest = a_run(3, GOOD, cost=RunCost(tokens=1_200, polls=4, p50=1.0, p95=3.0))
    oldest = a_run(1, BAD, cost=RunCost(tokens=2_400, polls=4, p50=1.0, p95=6.0))
    page = listing(newest, a_run(2, Summary()), oldest)
    assert page.faults == []
    assert [at["points"] for at in page.elements_named("polyline")] == [
        "0.0,60.0 300.0,0.0",
        "0.0,0.0 300.0,30.0",
        "0.0,0.0 300.0,30.0",
    ]
    labels = [at["aria-label"] or "" for at in page.elements_named("svg")]
    assert [label.split(":")[0] for label in labels] == [
        "Scenarios that passed",
        "Time of a trial, P95",
        "Tokens of a run",
    ]
    for words in ("100%", "50%", "3.00 s", "6.00 s", "1,200", "2,400"):
        assert words in page.text


def test_runs_before_costs_were_counted_have_no_line_of_them() -> None:
    assert [trend.key for trend in run_list_charts([a_run(2), a_run(1)])] == ["listing.passed"]


def test_mutants_are_no_part_of_a_trend() -> None:
    runs = [a_run(3), a_run(2, BAD, mode=Mode.MUTATE), a_run(1)]
    (trend,) = run_list_charts(runs)
    assert trend.lines == ["0.0,0.0 300.0,0.0"]


def test_a_row_has_the_counts_the_cost_and_a_link() -> None:
    one = a_run(1, BAD, mode=Mode.LIVE, cost=RunCost(tokens=12_345, polls=9, p50=1.5, p95=75.0))
    page = listing(one)
    for words in ("50.0%", "1.50 s", "75.0 s", "12,345", "live", "2026-11-22 10:03:12 UTC"):
        assert words in cells(page)
    assert "r1/index.html" in [at["href"] for at in page.elements_named("a")]
    assert page.elements_named("polyline") == []
    assert len(page.elements_named("script")) == 1


@pytest.mark.parametrize(
    ("one", "tone", "verdict"),
    [
        (comparing_run(), "none", "No trial was executed."),
        (comparing_run(unchanged=3), "good", "Nothing regressed: 3 scenarios."),
        (comparing_run(text_changed=2, improved=1), "good", "Nothing regressed: 3 scenarios."),
        (
            comparing_run(regressed=1, undecided=1, unchanged=18),
            "bad",
            "1 of 20 scenarios regressed, 1 is undecided, 18 are unchanged.",
        ),
        (
            comparing_run(undecided=1, unchanged=1),
            "warning",
            "0 of 2 scenarios regressed, 1 is undecided, 1 is unchanged.",
        ),
        (
            comparing_run(facts_changed=2, cost_changed=1),
            "warning",
            "0 of 3 scenarios regressed, facts of 2 changed, the cost of 1 changed.",
        ),
    ],
)
def test_a_comparison_goes_by_its_states(one: Run, tone: str, verdict: str) -> None:
    (row,) = run_list_rows([one])
    assert (row.tone, str(row.phrase)) == (tone, verdict)


def test_a_comparison_of_an_older_version_goes_by_its_scenarios() -> None:
    change = ScenarioComparison(
        scenario="退货",
        bot="b",
        before=SHARE,
        after=SHARE,
        assessment=Assessment.REAL,
        regressed=True,
    )
    older = Comparison(
        baseline="a", candidate="b", counts={ChangeKind.REGRESSED: 2}, scenarios=(change,)
    )
    (row,) = run_list_rows([a_run(1, mode=Mode.COMPARE, comparison=older)])
    assert (row.tone, str(row.phrase)) == ("bad", "1 of 1 scenario regressed.")


@pytest.mark.parametrize(
    ("mutants", "killed", "tone", "verdict"),
    [
        (9, 9, "good", "All 9 mutants were killed."),
        (9, 7, "warning", "2 of 9 mutants survived."),
        (0, 0, "none", "No answer could be mutated."),
    ],
)
def test_a_mutation_run_goes_by_how_many_mutants_were_killed(
    mutants: int, killed: int, tone: str, verdict: str
) -> None:
    scores: Sequence[MutationScore] = (
        (MutationScore(scenario="s", mutants=mutants, killed=killed),) if mutants else ()
    )
    one = a_run(1, mode=Mode.MUTATE, mutation=MutationReport(seed=1, scores=tuple(scores)))
    (row,) = run_list_rows([one])
    assert (row.tone, str(row.phrase)) == (tone, verdict)


def test_the_list_is_written_in_chinese_on_request() -> None:
    page = listing(a_run(2), a_run(1, BAD), lang="zh")
    (root,) = page.elements_named("html")
    assert (root["lang"], root["data-lang"]) == ("zh-CN", "zh")
    assert root["data-theme-label"] != root["data-second-theme-label"]
    for words in ("2 次运行", "通过的场景", "回放"):
        assert words in page.text
    body = page.text[page.text.rindex("2 次运行") - 40 :].partition("(()=>")[0]
    assert "2 次运行" in body
    assert not re.search(r"\b(passed|run|runs|trials|oldest)\b", body)


def test_very_many_runs_are_cut_with_a_remark() -> None:
    page = listing(*(a_run(n) for n in range(MAX_LISTED_RUNS + 3)))
    assert "and 3 older ones" in page.text
    assert f"{MAX_LISTED_RUNS + 3} runs" in page.text


def test_the_same_runs_give_the_same_page() -> None:
    first, second = io.StringIO(), io.StringIO()
    for out in (first, second):
        render_run_list([a_run(2), a_run(1, BAD)], out)
    assert first.getvalue() == second.getvalue()
