"""The scenario as the unit of reports: status, causes, and what changed since the last run."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

import pytest
from builders import error, failed_verdict, key, reply, run, trial, turn
from coze_harness.messages import Catalogue, literal, message
from coze_harness.model import (
    BotVersionChange,
    ChangedScenarios,
    Counts,
    Mode,
    PreviousRun,
    RequiredPassRate,
    Run,
    RunChanges,
    RunCost,
    Summary,
    TrialResult,
    TrialStatus,
    VerdictStatus,
    replace,
)
from coze_harness.model.location import Location
from coze_harness.reporting.encoded_result import ResultEncoder
from coze_harness.reporting.files.markdown_report import RUN_LIMIT
from coze_harness.reporting.page_options import PageOptions
from coze_harness.reporting.report_formats import FORMATS, ReportSet
from coze_harness.reporting.terminal.terminal_failures import (
    ErrorBlocks,
    FailureBlocks,
    failure_block,
    failure_line,
)
from coze_harness.reporting.terminal.terminal_summary import share_lines, since_lines, verdict_line
from coze_harness.reporting.views.failure_causes import Causes, trial_causes
from coze_harness.reporting.views.history_view import history_view
from coze_harness.reporting.views.line_wrapping import cell_width, wrap_line
from coze_harness.reporting.views.run_verdict import run_notes, trials_phrase, verdict_phrase
from coze_harness.reporting.views.run_view import run_view
from coze_harness.reporting.views.scenario_results import ScenarioResult, scenario_results
from coze_harness.results import scenario_status
from report_rendering import encode_lines, page_of, render_report

P, F, E = TrialStatus.PASSED, TrialStatus.FAILED, TrialStatus.ERROR
K, X, S = TrialStatus.KNOWN_FAILURE, TrialStatus.FIXED, TrialStatus.SKIPPED


def collect_causes(results: Sequence[TrialResult]) -> Causes:
    causes = Causes()
    for result in results:
        causes.add(result.key.id, trial_causes(result))
    return causes


def failing_trial(name: str, scenario: str, *, line: int = 9, expectation: str = "") -> TrialResult:
    place = Location(f"scenarios/{scenario}.yaml", line, 9)
    verdict = failed_verdict("no", expected='contains "7 天"', location=place, name=expectation)
    return trial(F, trial_key=key(name, scenario=scenario), turns=[turn(verdicts=[verdict])])


def missing(name: str) -> TrialResult:
    return trial(
        E, trial_key=key(name), turns=[], note=error(f'There is no recording for "{name}".')
    )


def with_past(of: Run, *histories: str) -> Run:
    """A run with as many comparable runs before it as each history has letters."""
    past = tuple(
        PreviousRun(
            run_id=f"r{number}",
            started_at=f"2026-11-{number + 1:02}T00:00:00Z",
            mode=Mode.REPLAY,
            summary=Summary(trials=4, passed=3, failed=1, scenarios=Counts(trials=2, passed=1)),
            cost=RunCost(),
        )
        for number in range(len(histories[0]))
    )
    rows = [replace(row, history=one) for row, one in zip(of.rows, histories, strict=True)]
    return replace(of, past=past, rows=tuple(rows))


@pytest.mark.parametrize(
    ("statuses", "required", "expected"),
    [
        ([P], None, P), ([F], None, F), ([F], 0.0, P), ([E], None, E), ([S], None, S),
        ([P, F], None, F), ([P, F], 0.5, P), ([P, F, F], 0.5, F), ([P, E], 0.5, E),
        ([P, F, E], 0.5, E), ([F, E], None, F), ([K, P], None, K), ([X, P], None, X),
        ([S, P], None, P), ([S, S], None, S),
    ],
)  # fmt: skip
def test_the_status_of_a_scenario_is_that_of_its_trials_and_its_required_rate(
    statuses: list[TrialStatus], required: float | None, expected: TrialStatus
) -> None:
    assert scenario_status(statuses, required) is expected


def test_trials_fold_into_scenarios_the_most_urgent_first() -> None:
    results = [
        trial(trial_key=key("a")),
        *(
            failing_trial(f"r#{n}", "r") if n < 3 else trial(trial_key=key(f"r#{n}", scenario="r"))
            for n in range(6)
        ),
        missing("lost"),
    ]
    results_of_run = scenario_results(run(results), collect_causes(results))
    assert [(one.label, one.status, one.share) for one in results_of_run] == [
        ("r", F, "3/6"), ("lost", E, ""), ("a", P, ""),
    ]  # fmt: skip
    (cause,) = results_of_run[0].causes
    assert (cause.times, cause.more) == (3, 0)


def test_the_headline_counts_scenarios_and_the_last_line_trials_too() -> None:
    rates = [RequiredPassRate(scenario="r", bot="", trials=2, passed=1, required=0.5, met=True)]
    of = run(
        [failing_trial("r", "r"), trial(trial_key=key("r#2", scenario="r")), trial()],
        pass_rates=rates,
    )
    assert verdict_phrase(of) == message("run.all_passed", n=2)
    assert trials_phrase(of).params["n"] == 3
    assert (
        verdict_line(of, words=Catalogue())
        == "All 2 scenarios passed. (3 trials: 2 passed, 1 failed)"
    )
    assert verdict_line(of, words=Catalogue("zh")) == (
        "2 个场景全部通过。（共 3 次测试：2 次通过、1 次未通过）"
    )
    assert not trials_phrase(run([trial(), missing("b")]))


def test_a_mutation_run_does_not_report_what_failed_before() -> None:
    from report_rich import rich_run

    of = replace(rich_run(), comparison=None)
    assert of.mutation is not None
    view = run_view(of, collect_causes([failing_trial("r", "r")]))
    assert view.sentence.id.startswith("mutations.")
    assert (view.counts, view.since) == ((), None)
    assert not {"note.known_failures", "note.skipped"} & {note.id for note in run_notes(of)}


def test_causes_are_grouped_by_scenario_and_expectation() -> None:
    results = [
        failing_trial("a#1", "a"), failing_trial("a#2", "a"),
        failing_trial("a#3", "a", line=12, expectation="退货期限"), failing_trial("b", "b"),
    ]  # fmt: skip
    view = run_view(run(results), collect_causes(results))
    causes = [(str(one.title), one.scenario, one.times) for one in view.causes]
    assert causes == [
        ('contains "7 天"', "a", 2),
        ("退货期限", "a", 1),
        ('contains "7 天"', "b", 1),
    ]
    assert str(view.causes[1].expected) == 'contains "7 天"'
    assert not view.causes[0].expected, "the title says it"


def test_all_missing_recordings_are_one_cause_with_one_command() -> None:
    results = [missing(f"s{n:03}") for n in range(138)]
    (cause,) = run_view(run(results), collect_causes(results)).causes
    assert cause.title == message("cause.missing", n=138)
    assert [name for name, _ in cause.trials] == ["s000", "s001", "s002"]
    assert (cause.more, str(cause.next_step)) == (135, "coze-harness record")
    blocks = ErrorBlocks()
    for result in results:
        blocks.add(result)
    assert blocks.lines(words=Catalogue()) == [
        "! error  138 recordings are missing.",
        "  s000, s001, s002, and 135 more",
        "  next: coze-harness record",
    ]
    assert len(render_report("markdown", results, run(results))) < 4_000


def test_a_few_missing_recordings_are_named_in_the_command() -> None:
    results = [missing("a"), missing("b")]
    (cause,) = run_view(run(results), collect_causes(results)).causes
    assert str(cause.next_step) == "coze-harness record a b"


def test_errors_of_one_kind_with_other_words_are_other_causes() -> None:
    results = [
        trial(E, trial_key=key(name), note=error(what, kind="api", detail=["d"], log_id="L"))
        for name, what in (("a", "code 1"), ("b", "code 2"), ("c", "code 1"))
    ]
    blocks = ErrorBlocks()
    for result in results:
        blocks.add(result)
    text = "\n".join(blocks.lines(words=Catalogue()))
    assert text.count("code 1") == text.count("code 2") == 1
    assert "  a, c\n  d\n  log id: L\n" in text


def test_what_changed_since_the_last_comparable_run() -> None:
    results = [
        failing_trial("new", "new"), failing_trial("still", "still"), missing("error"),
        trial(trial_key=key("fixed")),
        trial(trial_key=key("good")), failing_trial("case[1]", "case"),
        trial(trial_key=key("case[2]", scenario="case")),
    ]  # fmt: skip
    of = with_past(run(results), "ppp", "pff", "..e", "ffe", "ppp", "ppf", "ppp")
    view = run_view(of, collect_causes(results)).since
    assert view is not None

    def names(group: Sequence[ScenarioResult]) -> list[tuple[str, int]]:
        return [(one.label, one.failing_runs) for one in group]

    assert names(view.newly_failing) == [("new", 1)]
    assert [one.label for one in view.fixed] == ["fixed"]
    assert names(view.still_failing) == [("still", 3), ("case", 2), ("error", 2)]
    assert since_lines(of, words=Catalogue()) == [
        "Since the last comparable run, 2026-11-03 00:00:00 UTC:",
        "  newly failing: new",
        "  fixed:         fixed",
        "  still failing: still (for 3 runs), case (for 2 runs), error (for 2 runs)",
    ]
    assert "still（连续 3 次运行）" in since_lines(of, words=Catalogue("zh"))[3]
    assert "newly failing: `new`" in render_report("markdown", results, of)
    assert 'aria-labelledby="since"' in render_report("html", results, of)


def test_without_an_earlier_run_or_a_change_nothing_is_printed() -> None:
    good = run([trial()])
    assert since_lines(good, words=Catalogue()) == []
    assert run_view(good, Causes()).since is None
    assert since_lines(with_past(good, "pp"), words=Catalogue()) == []


def test_the_trend_has_the_scenarios_and_what_was_edited() -> None:
    changes = RunChanges(
        recorded=ChangedScenarios(count=31, names=("a", "b", "c")),
        edited=ChangedScenarios(count=1, names=("json-cart",)),
        versions=(BotVersionChange(bot="chatchat", before="11", after="12"),),
    )
    of = replace(with_past(run([trial()]), "pf"), changes=changes)
    view = history_view(of)
    assert view is not None
    assert [(one.passed, one.failed) for one in view.runs] == [
        ("1/1", 0),
        ("1/2", 0),
        ("1/2", 0),
    ]
    assert list(map(str, view.runs[0].events)) == [
        "version of chatchat: 11 → 12",
        "new recordings of 31 scenarios: a, b, c, and 28 more",
        "expectations edited: json-cart",
    ]
    assert view.marks == ["300.0"]
    chinese = "".join(line.strip() for line in since_lines(of, words=Catalogue("zh")))
    assert "修改了 1 个场景的期望：json-cart" in chinese


def test_the_last_nine_runs_of_a_scenario() -> None:
    of = with_past(run([failing_trial("a", "a")]), "pfe.pppppppp")
    (result,) = scenario_results(of)
    assert len(result.last_runs) == 9
    assert result.last_runs[-1] == ("failed", "✗")
    assert scenario_results(with_past(run([trial()]), ".e"))[0].last_runs == [
        ("none", "·"), ("error", "!"), ("passed", "✓"),
    ]  # fmt: skip


# --- both languages -----------------------------------------------------------------------------


def bilingual(status: TrialStatus = F) -> TrialResult:
    """A trial whose verdict and error are messages."""
    expected, reason = message("cause.missing", n=2), message("note.skipped", n=3)
    verdict = replace(failed_verdict(), expected=expected, reason=reason)
    if status is E:
        note = replace(error(), what=expected, next_step=reason, detail=(reason, literal("data")))
        return trial(E, trial_key=key("broken"), turns=[], note=note)
    return trial(F, trial_key=key("said"), turns=[turn(verdicts=[verdict])])


def test_each_report_is_written_in_the_language_of_the_run() -> None:
    results = [bilingual(), bilingual(E)]
    for language, phrase, other in (
        ("zh", "缺少 2 个录制文件。", "2 recordings are missing."),
        ("en", "2 recordings are missing.", "缺少 2 个录制文件。"),
    ):
        options = PageOptions(language=language)  # type: ignore[arg-type]  # two literals
        with ReportSet(FORMATS, options) as reports:
            from io import BytesIO

            outs = {name: BytesIO() for name in FORMATS}
            reports.add_all(encode_lines(results))
            reports.write(run(results), outs)
        for name in ("junit", "markdown"):
            text = outs[name].getvalue().decode()
            assert phrase in text, name
            assert other not in text, name
        page = outs["html"].getvalue().decode()
        assert f'data-second="{other}">{phrase}</bdi>' in page
        words = Catalogue(language)  # type: ignore[arg-type]  # as above
        assert phrase in "\n".join(failure_block(bilingual(), words=words))
        assert phrase in failure_line(bilingual(E), words)


def test_the_page_is_in_its_own_language_where_that_is_another_one() -> None:
    results = [bilingual()]
    page = page_of(results, run(results), PageOptions(lang="zh", language="en"))
    assert 'data-second="2 recordings are missing.">缺少 2 个录制文件。</bdi>' in page


def test_an_encoder_that_was_pickled_writes_the_same_language() -> None:
    import pickle

    from coze_harness.cassettes import Redactor

    encoder = ResultEncoder(Redactor(()), options=PageOptions(language="zh"))
    again: ResultEncoder = pickle.loads(pickle.dumps(encoder))  # noqa: S301 - our own
    one, other = encoder(bilingual()), again(bilingual())
    assert one.line == other.line
    assert "缺少 2 个录制文件。".encode() in one.line
    assert one.fragments.parts == other.fragments.parts


# --- sizes and widths ---------------------------------------------------------------------------


def test_the_summary_of_a_run_stays_below_ten_kilobytes() -> None:
    results = [failing_trial(f"场景{n}", f"场景{n}") for n in range(60)]
    text = render_report("markdown", results, run(results))
    assert len(text.encode()) < RUN_LIMIT
    assert "+40 more" in text, "of the table"
    assert "more: see `20261122-100312-3f2a/index.html`" in text


def test_a_failing_conversation_is_in_junit_once() -> None:
    answer = "这是一个很长的回答。" * 50
    result = trial(
        F,
        trial_key=key("long"),
        turns=[turn("问题", reply(answer), [failed_verdict(actual=answer)])],
    )
    root = ET.fromstring(render_report("junit", [result], run([result])).encode())  # noqa: S314 - our own
    assert "".join(root.itertext()).count(answer) == 1


def test_a_long_answer_is_shown_where_it_failed() -> None:
    answer = "甲" * 1_000 + "15 天" + "乙" * 1_000
    verdict = replace(failed_verdict(actual="…15 天…"), evidence=((1_000, 1_004),))
    result = trial(F, turns=[turn("?", reply(answer), [verdict])])
    text = "".join(line.strip() for line in failure_block(result, words=Catalogue()))
    assert "15 天" in text
    assert text.count("甲") < 200
    assert verdict.status is VerdictStatus.FAILED


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("short", 80, ["short"]),
        ("one two three", 8, ["one two", "three"]),
        ("unbreakable-word next", 8, ["unbreakable-word", "next"]),
        ("他说：“你好”。再见", 10, ["他说：“你", "好”。再见"]),
        ("编号ABC-123结束", 8, ["编号", "ABC-123", "结束"]),
    ],
)
def test_lines_are_wrapped_between_words_and_wide_characters(
    text: str, width: int, lines: list[str]
) -> None:
    assert list(wrap_line(text, width)) == lines
    assert cell_width("编号A") == 5


def test_equal_failures_of_a_scenario_are_printed_once_and_counted() -> None:
    """Another answer is another failure, and so is the same one of another scenario."""
    results = [
        trial_without_seven(name, scenario=scenario, answer=answer)
        for name, scenario, answer in (
            ("a", "a", "八点"),
            ("a#2", "a", "九点"),
            ("a#3", "a", "八点"),
            ("b", "b", "八点"),
        )
    ]
    blocks = FailureBlocks()
    lines = [blocks.lines(result, words=Catalogue()) for result in results]
    assert [len(block) > 2 for block in lines] == [True, True, False, True]
    assert lines[2][1] == "  Prompt, answer and verdicts are the same as those of a."
    assert share_lines(run(results), words=Catalogue()) == [
        "a: 0 of 3 trials passed, 100% required."
    ]
    assert share_lines(run(results), words=Catalogue("zh")) == [
        "a：3 次测试通过 0 次，要求通过率 100%。"
    ]
    assert share_lines(run(results[3:]), words=Catalogue()) == []


def trial_without_seven(name: str, *, scenario: str, answer: str) -> TrialResult:
    verdict = failed_verdict("It is not 7.", expected="7")
    trial_key = key(name, scenario=scenario)
    return trial(
        TrialStatus.FAILED, trial_key=trial_key, turns=[turn("几点?", reply(answer), [verdict])]
    )


def test_trials_that_a_reason_does_not_name_are_one_link_away() -> None:
    results = [trial_without_seven(f"a b#{n}", scenario="a b", answer="八点") for n in range(1, 8)]
    source = page_of(results, run(results), PageOptions())
    assert 'href="#v=trials&amp;st=failed,error&amp;q=%22a%20b%22"' in source
