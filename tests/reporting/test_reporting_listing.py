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
    Summary,
    replace,
)
from coze_harness.reporting.page_options import PageOptions
from coze_harness.reporting.run_list_page import (
    render_run_list,
    run_list_charts,
    run_list_rows,
)
from coze_harness.results.run_index import MAX_LISTED_RUNS
from report_rendering import Page, squeezed

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
    return squeezed(page.text)


def compared(*, regressed: bool, **counts: int) -> Run:
    change = ScenarioComparison(
        scenario="退货",
        bot="b",
        before=SHARE,
        after=SHARE,
        assessment=Assessment.REAL if regressed else Assessment.NONE,
        regressed=regressed,
    )
    comparison = Comparison(
        baseline="a",
        candidate="b",
        counts={ChangeKind(kind): n for kind, n in counts.items()},
        scenarios=(change,),
    )
    return a_run(1, mode=Mode.COMPARE, comparison=comparison)


def test_each_number_that_two_runs_have_is_drawn_oldest_on_the_left() -> None:
    newest = a_run(3, GOOD, cost=RunCost(tokens=1_200, polls=4, p50=1.0, p95=3.0))
    oldest = a_run(1, BAD, cost=RunCost(tokens=2_400, polls=4, p50=1.0, p95=6.0))
    page = listing(newest, a_run(2, Summary()), oldest)
    assert page.faults == []
    assert [at["points"] for at in page.named("polyline")] == [
        "0.0,60.0 300.0,0.0",
        "0.0,0.0 300.0,30.0",
        "0.0,0.0 300.0,30.0",
    ]
    labels = [at["aria-label"] or "" for at in page.named("svg")]
    assert [label.split(":")[0] for label in labels] == [
        "Scenarios that passed",
        "Time of a trial, P95",
        "tokens",
    ]
    for words in ("100 %", "50 %", "3.00 s", "6.00 s", "1,200", "2,400"):
        assert words in page.text


def test_runs_before_costs_were_counted_have_no_line_of_them() -> None:
    assert [trend.key for trend in run_list_charts([a_run(2), a_run(1)])] == ["listing.passed"]


def test_spoilt_answers_are_no_part_of_a_trend() -> None:
    runs = [a_run(3), a_run(2, BAD, mode=Mode.MUTATE), a_run(1)]
    (trend,) = run_list_charts(runs)
    assert trend.lines == ["0.0,0.0 300.0,0.0"]


def test_a_row_has_the_counts_the_cost_and_a_link() -> None:
    one = a_run(1, BAD, mode=Mode.LIVE, cost=RunCost(tokens=12_345, polls=9, p50=1.5, p95=75.0))
    page = listing(one)
    for words in ("50.0 %", "1.50 s", "75.0 s", "12,345", "live", "2026-11-22 10:03:12 UTC"):
        assert words in cells(page)
    assert "r1/index.html" in [at["href"] for at in page.named("a")]
    assert page.named("polyline") == []
    assert len(page.named("script")) == 1


@pytest.mark.parametrize(
    ("one", "tone", "said"),
    [
        (compared(regressed=True), "bad", "0 of 0 trials regressed, 0 improved."),
        (compared(regressed=False), "none", "No trial was executed."),
        (compared(regressed=False, same=3), "good", "Nothing changed in 3 trials."),
        (
            compared(regressed=False, same=2, reworded=1, different=1),
            "good",
            "Nothing regressed; 2 of 4 answers changed.",
        ),
        (
            compared(regressed=False, same=2, improved=1),
            "good",
            "Nothing regressed; 1 of 3 trials is better.",
        ),
    ],
)
def test_a_comparison_goes_by_what_changed(one: Run, tone: str, said: str) -> None:
    (row,) = run_list_rows([one])
    assert (row.tone, row.verdict) == (tone, said)


def test_a_comparison_that_regressed_is_bad_and_one_that_may_be_luck_a_warning() -> None:
    counts = {"regressed": 2, "improved": 1, "same": 5}
    found = Comparison(
        baseline="a", candidate="b", counts={ChangeKind(k): n for k, n in counts.items()}
    )
    doubtful = a_run(1, mode=Mode.COMPARE, comparison=found)
    real = compared(regressed=True, improved=1, same=5)
    assert real.comparison is not None
    certain = replace(real, comparison=replace(real.comparison, counts=found.counts))
    rows = run_list_rows([certain, doubtful])
    assert [(row.tone, row.verdict) for row in rows] == [
        ("bad", "2 of 8 trials regressed, 1 improved."),
        ("warning", "2 of 8 trials are worse, which may be chance."),
    ]


@pytest.mark.parametrize(
    ("mutants", "killed", "tone", "said"),
    [
        (9, 9, "good", "All 9 mutants were killed."),
        (9, 7, "warning", "2 of 9 mutants survived."),
        (0, 0, "none", "No answer could be mutated."),
    ],
)
def test_spoilt_answers_go_by_how_many_were_caught(
    mutants: int, killed: int, tone: str, said: str
) -> None:
    scores: Sequence[MutationScore] = (
        (MutationScore(scenario="s", mutants=mutants, killed=killed),) if mutants else ()
    )
    one = a_run(1, mode=Mode.MUTATE, mutation=MutationReport(seed=1, scores=tuple(scores)))
    (row,) = run_list_rows([one])
    assert (row.tone, row.verdict) == (tone, said)


def test_the_list_is_written_in_chinese_when_asked_for() -> None:
    page = listing(a_run(2), a_run(1, BAD), lang="zh")
    assert page.named("html") == [{"lang": "zh-CN", "data-lang": "zh"}]
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
