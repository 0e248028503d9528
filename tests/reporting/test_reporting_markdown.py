"""summary.md: it fits a comment whatever the run, and says first what a reviewer wants to know."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence

import pytest
from builders import failed_verdict, key, reply, run, snapshot, trial, turn, verdict
from coze_harness.messages import LocalizedText, literal, message
from coze_harness.model import (
    AnswerChange,
    Assessment,
    BotComparison,
    BotDifference,
    ChangeKind,
    ClassScore,
    Comparison,
    Mode,
    MutationReport,
    MutationScore,
    PassShare,
    Run,
    RunCost,
    ScenarioComparison,
    ScenarioState,
    SurvivingMutant,
    TrialChange,
    TrialResult,
    TrialStatus,
    TurnChange,
    VerdictChange,
    VerdictStatus,
    replace,
)
from coze_harness.model.location import Location
from coze_harness.reporting.files.markdown_comparison import diff_fence
from coze_harness.reporting.report_formats import FORMATS, PageOptions
from coze_harness.reporting.views.comparison_view import comparison_view
from coze_harness.reporting.views.diff_view import diff_tree
from coze_harness.results import encode_trial
from coze_harness.text import diff_lines, diff_texts
from hypothesis import example, given, settings
from hypothesis import strategies as st
from report_rendering import page_of
from scale import scale_down

PASSED, FAILED = VerdictStatus.PASSED, VerdictStatus.FAILED
PLACE = Location("scenarios/refund.yaml", 9, 9)
BEFORE = "退货期限是 7 天，请联系客服。"
AFTER = "退货期限是 14 天，请联系客服。"


def summary(of: Run, results: Sequence[TrialResult]) -> str:
    out = io.BytesIO()
    lines = [(result, encode_trial(result)) for result in results]
    FORMATS["markdown"].render(of, lambda: iter(lines), out)
    return out.getvalue().decode()


def compared_trial(
    name: str,
    kind: ChangeKind,
    before: str = BEFORE,
    after: str = AFTER,
    *,
    scenario: str = "refund",
) -> TrialResult:
    """A trial beside its baseline; where it regressed or improved, `contains "7 天"` flipped."""
    was, now = {
        ChangeKind.REGRESSED: (PASSED, FAILED),
        ChangeKind.IMPROVED: (FAILED, PASSED),
    }.get(kind, (PASSED, PASSED))
    flips = (
        VerdictChange(
            kind="contains",
            name="",
            expected=literal("7 天"),
            location=PLACE,
            before=was,
            after=now,
        ),
    )

    def side(answer: str, status: VerdictStatus) -> TrialResult:
        judged = (
            failed_verdict("the answer lacks “7 天”.", expected="7 天", location=PLACE)
            if status is FAILED
            else verdict(expected="7 天", location=PLACE)
        )
        result = TrialStatus.FAILED if status is FAILED else TrialStatus.PASSED
        return trial(
            result,
            trial_key=key(name, scenario=scenario),
            turns=[turn("几天能退货?", reply(answer), [judged])],
        )

    new_answer = AnswerChange.SAME if before == after else AnswerChange.TEXT_CHANGED
    change = TrialChange(
        kind=kind,
        baseline=side(before, was),
        turns=(
            TurnChange(
                answer=new_answer,
                similarity=0.94,
                verdict_changes=flips if was is not now else (),
            ),
        ),
    )
    return replace(side(after, now), change=change)


def share(passed: int, trials: int) -> PassShare:
    return PassShare(passed=passed, trials=trials, low=0.1, high=0.9)


def scenario(
    name: str, before: int, after: int, state: ScenarioState, **fields: object
) -> ScenarioComparison:
    return ScenarioComparison(
        scenario=name,
        bot="chatchat",
        before=share(before, 6),
        after=share(after, 6),
        assessment=Assessment.NONE,
        regressed=state is ScenarioState.REGRESSED,
        state=state,
        **fields,  # type: ignore[arg-type]  # as each test gives them
    )


def a_comparison(
    results: Sequence[TrialResult],
    scenarios: Sequence[ScenarioComparison] = (),
    bots: Sequence[BotComparison] = (),
) -> Run:
    kinds = [result.change.kind for result in results if result.change]
    comparison = Comparison(
        baseline="cassettes",
        candidate=".candidates",
        counts={kind: kinds.count(kind) for kind in ChangeKind if kind in kinds},
        scenarios=tuple(scenarios),
        states=Counter(one.state for one in scenarios),
        bots=tuple(bots),
    )
    return replace(run(results, mode=Mode.COMPARE), comparison=comparison)


def fence(before: str, after: str) -> list[str]:
    return diff_fence(diff_tree(diff_texts(before, after).pieces))[1:-2]


# --- differences --------------------------------------------------------------------------------


def test_a_changed_word_is_marked_in_the_line_that_went_and_the_line_that_came() -> None:
    (text,) = fence(BEFORE, AFTER)
    assert text.split("\n") == [
        "- 退货期限是 [-7-] 天，请联系客服。",
        "+ 退货期限是 {+14+} 天，请联系客服。",
    ]


def test_what_is_all_new_needs_no_marks() -> None:
    assert fence("", "全新\n两行") == ["+ 全新\n+ 两行"]
    assert fence("Good morning.", "今天不营业。") == ["- Good morning.\n+ 今天不营业。"]


def test_unchanged_lines_are_left_out_but_the_next_ones() -> None:
    lines = [f"{number}. 这一行没有变化" for number in range(9)]
    after = [*lines[:4], "4. 这一行有变化", *lines[5:]]
    (text,) = fence("\n".join(lines), "\n".join(after))
    assert text.split("\n") == [
        "  …",
        "  3. 这一行没有变化",
        "- 4. 这一行[-没-]有变化",
        "+ 4. 这一行有变化",
        "  5. 这一行没有变化",
        "  …",
    ]


def test_a_long_unchanged_stretch_is_shortened_around_the_change() -> None:
    long = "这是一段很长的说明文字。" * 30
    (text,) = fence(f"{long}7{long}", f"{long}14{long}")
    assert max(map(len, text.split("\n"))) < 80
    assert "[-7-]" in text
    assert "{+14+}" in text


def test_nothing_different_is_nothing_to_show() -> None:
    assert diff_fence(diff_tree(diff_texts("同", "同").pieces)) == []


@settings(max_examples=scale_down(400), deadline=None)
@given(st.lists(st.sampled_from(["天", "7", "a b", "```", "", "- x", "。"]), max_size=6),
       st.lists(st.sampled_from(["天", "14", "a b", "```", "", "+ y"]), max_size=6))  # fmt: skip
@example(old=["天", "天"], new=["天", "", "天"])
@example(old=["天", "", "天"], new=["天", "天"])
def test_no_line_is_lost_and_none_closes_the_fence(old: list[str], new: list[str]) -> None:
    before, after = "\n".join(old), "\n".join(new)
    fence = diff_fence(diff_tree(diff_lines(before, after)))
    if not fence:
        assert before.strip("\n") == after.strip("\n")
        return
    opening, text, closing, _ = fence
    ticks = opening.removesuffix("diff")
    assert closing == ticks
    assert ticks not in text
    lines = text.split("\n")
    assert {line[:2] for line in lines} <= {"  ", "- ", "+ "}
    removed = [line[2:] for line in lines if line[0] == "-"]
    assert set(removed) <= set(old) | {""}


# --- runs ---------------------------------------------------------------------------------------


def test_a_failure_has_the_expected_and_the_actual_text() -> None:
    result = trial(TrialStatus.FAILED, turns=[turn(verdicts=[failed_verdict()])])
    text = summary(
        replace(run([result]), cost=RunCost(tokens=633, polls=4, p50=3.25, p95=3.25)), [result]
    )
    assert text.startswith("## ❌ The only scenario failed.")
    assert "tokens 633 · P50 3.25 s · P95 3.25 s" in text
    assert "expected: `九点`" in text
    assert "seen: `我们每天 10:00 开门。`" in text


def test_a_comparison_says_first_what_regressed_word_by_word_and_why_it_may_have() -> None:
    results = [
        compared_trial("hours", ChangeKind.SAME, AFTER, AFTER, scenario="hours"),
        compared_trial("tone", ChangeKind.IMPROVED, scenario="tone"),
        compared_trial("refund#2", ChangeKind.REGRESSED, "七天。", "两周。"),
        compared_trial("refund", ChangeKind.REGRESSED),
    ]
    before, after = snapshot(version="1"), snapshot(version="2", prompt="你是一个客服。")
    of = a_comparison(
        results,
        [
            scenario("refund", 6, 0, ScenarioState.REGRESSED),
            scenario("tone", 2, 4, ScenarioState.IMPROVED),
            scenario("name", 6, 5, ScenarioState.UNDECIDED, more_calls=30),
        ],
        [
            BotComparison(
                bot="chatchat",
                before=before,
                after=after,
                differences=(BotDifference(name="model.temperature", before="0.7", after="1"),),
            )
        ],
    )
    text = summary(of, results)
    expected = [
        "## ❌ 1 of 3 scenarios regressed, 1 improved, 1 is undecided.",
        "`cassettes` → `.candidates`",
        "- ✗ `refund` regressed: the baseline passed 6 of 6, the candidate 0 of 6.",
        "- ✓ `tone` improved: the baseline passed 2 of 6, the candidate 4 of 6.",
        "- ! `name` is undecided: the baseline passed 6 of 6, the candidate 5 of 6. About 30 more",
        "### ✗ now fails `refund#2`",
        "### ✗ now fails `refund`",
        "- ✗ `contains` `scenarios/refund.yaml:9`: passed before, failed now",
        "  - expected: `7 天`",
        "  - why: `the answer lacks “7 天”.`",
        "- 退货期限是 [-7 天-]，请联系客服。",
        "+ 退货期限是 {+14 天+}，请联系客服。",
        "**Bot** `chatchat`",
        "`1` → `2`",
        "- `model.temperature`: `0.7` → `1`",
        "- 你是一个学术助手。",
        "+ 你是一个客服。",
        "### ✓ now passes `tone`",
    ]
    at = 0
    for words in expected:
        assert words in text[at:], words
        at = text.index(words, at)
    assert "hours" not in text
    chinese = page_of(results, of, PageOptions(language="zh"), "markdown")
    assert re.findall(r".*(?:[\u4e00-\u9fff`] ?:\s|[：。] ).*", chinese) == []


def test_a_comparison_in_which_nothing_changed_is_short() -> None:
    results = [compared_trial("a", ChangeKind.SAME, AFTER, AFTER)]
    bot = BotComparison(bot="chatchat", before=snapshot(), after=snapshot())
    same = scenario("a", 6, 6, ScenarioState.UNCHANGED)
    text = summary(a_comparison(results, [same], bots=[bot]), results)
    assert text.startswith("## ✅ Nothing regressed: 1 scenario.")
    assert "**Bot** `chatchat`: The bot is the same on both sides." in text
    assert "###" not in text


def test_mutants_are_reported_by_score_with_expectations_that_would_kill_them() -> None:
    survivor = SurvivingMutant(
        operator="number",
        trial="refund",
        turn=1,
        answer=AFTER,
        original=BEFORE,
        expectations=('contains "退货"',),
        hint='contains: "7 天"',
    )
    scores = (
        MutationScore(scenario="refund", mutants=4, killed=3, survivors=(survivor,)),
        MutationScore(scenario="hours", mutants=4, killed=4),
    )
    of = replace(run([trial()], mode=Mode.MUTATE), mutation=MutationReport(seed=1, scores=scores))
    text = summary(of, [trial()])
    assert text.startswith("## ⚠️ 1 of 8 mutants survived.")
    assert "| `refund` | 0.75 | 3/4 |" in text
    assert "{+14+}" in text
    assert '- `contains "退货"`' in text
    assert 'contains: "7 天"' in text
    assert "hours" not in text


def test_mutants_are_reported_in_the_language_of_the_run() -> None:
    survivor = SurvivingMutant(
        operator="number",
        trial="refund",
        turn=1,
        answer=AFTER,
        original=BEFORE,
        expectations=('contains "退货"',),
        hint='contains: "7 天"',
        expectation_messages=(message("kind.contains.expected", text="退货"),),
    )
    scores = (MutationScore(scenario="refund", mutants=4, killed=3, survivors=(survivor,)),)
    of = replace(run([trial()], mode=Mode.MUTATE), mutation=MutationReport(seed=1, scores=scores))
    text = page_of([trial()], of, PageOptions(language="zh"), "markdown")
    assert "包含“退货”" in text
    assert "第 1 轮" in text
    assert not re.search(r"survived|contains \"|turn 1|passes", text)
    assert 'data-second="包含“退货”"' in page_of([trial()], of, PageOptions(lang="en"))


def test_missing_protection_has_one_example_each() -> None:
    def survivor(operator: str, group: str, hint: str) -> SurvivingMutant:
        return SurvivingMutant(
            operator=operator,
            trial="refund",
            turn=1,
            answer=AFTER,
            original=BEFORE,
            expectations=(),
            hint=hint,
            mutation_class=group,
        )

    refused = survivor("refused", "refusal", "")
    first = survivor("refused-first", "refusal", 'not: {contains: "抱歉"}')
    number = survivor("number-changed", "number", 'contains: "7 天"')
    scores = (
        MutationScore(
            scenario="refund",
            mutants=4,
            killed=1,
            survivors=(refused, first, number),
            classes=(ClassScore(name="refusal", mutants=2, killed=0),),
            good=3,
            accepted=2,
        ),
        MutationScore(scenario="hours", mutants=4, killed=3, survivors=(refused,)),
    )
    of = replace(run([trial()], mode=Mode.MUTATE), mutation=MutationReport(seed=1, scores=scores))
    text = summary(of, [trial()])
    assert text.startswith("## ⚠️ The expectations find 50% of wrong answers and reject 1 good one.")
    assert text.count("### ") == 2
    assert text.index("### 1 scenario would accept a wrong number.") < text.index(
        "### 2 scenarios would accept a refusal."
    )
    assert 'not: {contains: "抱歉"}' in text


# --- any run fits -------------------------------------------------------------------------------

hostile = st.sampled_from(
    [
        "`" * 300,
        "|" * 300,
        "<script>" * 80,
        "退货" * 400,
        "a\n" * 500,
        "```\n# x",
        "@all #1",
        "\ud83d",
    ]
)
kinds = st.sampled_from(ChangeKind)


def outside_code(text: str) -> str:
    """What Markdown itself is made of: all that stands in no fence and no code span."""
    outside: list[str] = []
    closing = ""
    for line in text.split("\n"):
        mark = re.match(r"(`{3,})(\w*)$", line)
        if closing:
            closing = "" if line == closing else closing
        elif mark:
            closing = mark[1]
        else:
            outside.append(re.sub(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)", "", line))
    assert not closing
    return "\n".join(outside)


@settings(max_examples=scale_down(40), deadline=None)
@given(hostile, hostile, hostile, st.integers(1, 60), st.integers(1, 30), kinds, st.booleans())
def test_any_run_fits_a_comment_and_no_text_of_it_is_markdown(
    name: str, before: str, after: str, trials: int, turns: int, kind: ChangeKind, whole: bool
) -> None:
    one = compared_trial(name, kind, before, after, scenario=name)
    assert one.change is not None
    long = replace(
        one, turns=one.turns * turns, change=replace(one.change, turns=one.change.turns * turns)
    )
    results = [
        replace(long, key=key(f"{name}{number}", scenario=name, bot=f"{name}{number % 9}"))
        for number in range(trials)
    ]
    bot = BotComparison(
        bot=name,
        before=snapshot(version=name, prompt=before),
        after=snapshot(version=after, prompt=after),
        differences=(BotDifference(name=name, before=before, after=after),) * turns,
    )
    if whole:
        of = a_comparison(
            results, [scenario(name, 6, 0, ScenarioState.REGRESSED)] * trials, [bot] * turns
        )
    else:
        results = [replace(result, change=None) for result in results]
        of = run(results)
    text = summary(replace(of, run_id=name, harness_version=name), results)
    assert len(text) < 65_536
    left = outside_code(text)
    for sign in ("<script", "@all", "# x"):
        assert sign not in left


@pytest.mark.parametrize("survivors", [1, 500])
def test_any_number_of_survivors_fits_a_comment(survivors: int) -> None:
    one = SurvivingMutant(
        operator="x" * 400,
        trial="`" * 300,
        turn=1,
        answer="好" * 5_000,
        original="坏" * 5_000,
        expectations=("`|" * 500,) * 90,
        hint="x\n" * 900,
    )
    scores = (
        MutationScore(scenario="s", mutants=999, killed=1, survivors=(one,) * survivors),
    ) * 30
    of = replace(run([], mode=Mode.MUTATE), mutation=MutationReport(seed=1, scores=scores))
    text = summary(of, [])
    assert len(text) < 65_536
    assert "survived" in text


@pytest.mark.parametrize(
    "side",
    [
        message("compare.recordings", what="cassettes"),
        message("compare.side.candidates", what="cassettes/.candidates"),
        message("compare.side.run", what="20261126T060802983Z-8ad4"),
        message("compare.draft"),
        message("compare.side.candidate"),
        message(
            "compare.side.of_bots", side=message("compare.side.version", what="3"), bots=("a", "b")
        ),
        message("compare.side", what="main"),
    ],
)
def test_the_name_of_a_side_is_the_message_that_it_was_written_from(side: LocalizedText) -> None:
    comparison = Comparison(baseline=str(side), candidate="", counts={})
    assert comparison_view(comparison).sides[0] == side


def test_the_name_of_a_version_is_that_of_a_side() -> None:
    assert str(message("candidate.version", version="3")) == str(
        message("compare.side.version", what="3")
    )
