"""The files of a run, byte for byte: what is written, and what is read again.

A change of these bytes is a change of the format, which older versions and other programs read.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders import error, exchanges, failed_verdict, key, reply, run, snapshot, trial, turn
from builders import verdict as passed_verdict
from coze_harness.messages import Catalogue, literal, message
from coze_harness.model import (
    JSON,
    AnswerChange,
    Assessment,
    BotComparison,
    BotDifference,
    BotVersionChange,
    ChangedScenarios,
    ChangeKind,
    Comparison,
    Counts,
    LoggedCall,
    Mode,
    MutationReport,
    MutationScore,
    PassShare,
    PreviousRun,
    RequiredPassRate,
    Run,
    RunChanges,
    RunCost,
    RunSelection,
    ScenarioComparison,
    ScenarioState,
    ShardInfo,
    Summary,
    SurvivingMutant,
    TrialChange,
    TrialResult,
    TrialRow,
    TrialStatus,
    TurnChange,
    TurnResult,
    VerdictChange,
    VerdictStatus,
    replace,
)
from coze_harness.model.location import Location
from coze_harness.results import decode_trial, encode_trial, scenario_counts
from coze_harness.results.run_codec import decode_run, encode_run

FORMAT = Path(__file__).with_name("format")


def nest(levels: int) -> JSON:
    value: JSON = "x"
    for _ in range(levels):
        value = [value]
    return value


def some_trials() -> list[TrialResult]:
    """Trials that are written in each way there is: in UTF-8, in ASCII, and cut."""
    verdicts = [
        passed_verdict(name="greets", score=0.75, weight=0.5, evidence=((0, 4), (9, 12))),
        failed_verdict(location=Location("scenarios/问候.yaml", 9)),
        passed_verdict(VerdictStatus.SKIPPED, location=Location("whole.yaml")),
    ]
    numbers: dict[str, JSON] = {
        "small": 1e-7,
        "large": 123456789012345.5,
        "long": 2**64 - 1,
        "whole": 5.0,
    }
    rich = turn("第一行\n第二行\u2028\x00", reply(tool_calls={"weather": numbers}), verdicts)
    attached = TurnResult(prompt="?", reply=None, verdicts=(), attached=("map.png",))
    flip = VerdictChange(
        kind="contains",
        name="",
        expected=literal("九点"),
        location=Location("scenarios/a.yaml", 9, 9),
        before=VerdictStatus.PASSED,
        after=None,
    )
    turns = (TurnChange(answer=AnswerChange.SAME, similarity=0.5, verdict_changes=(flip,)),)
    before = trial(trial_key=key(bot="old", cassette="cassettes/a.yaml"), bot_snapshot=snapshot())
    changed = trial(trial_key=key(bot="new", cassette=".candidates/a.yaml"))
    return [
        trial(turns=[rich, attached], bot_snapshot=snapshot(), http=(*exchanges(), chat_call())),
        trial(TrialStatus.ERROR, turns=[turn(no_reply=True)], note=error(detail=["got: 'a'"])),
        trial(turns=[turn("half \ud83d of a pair", reply(tool_calls={"t": 2**80}))]),
        trial(turns=[turn(turn_reply=reply(tool_calls={"t": nest(300)}))]),
        trial(turns=[turn(turn_reply=reply(tool_calls={"t": nest(100_000)}))]),
        with_change(changed, TrialChange(kind=ChangeKind.REGRESSED, baseline=before, turns=turns)),
        with_change(changed, TrialChange(kind=ChangeKind.NEW, baseline=None)),
        trial(turns=[turn(turn_reply=reply("好😀。", pace=((480, 1), (50, 2))))]),
    ]


def chat_call() -> LoggedCall:
    return LoggedCall("POST", "/v3/chat", 200, 1.5, 0.25, 2, 4015, '{"query":"你好"}')


def with_change(result: TrialResult, change: TrialChange) -> TrialResult:
    return TrialResult(
        key=result.key, status=result.status, seconds=0.0, recorded_at="2026", change=change
    )


def some_runs() -> dict[str, Run]:
    scenarios = Counts(trials=1, failed=1, warnings=1)
    summary = Summary(trials=2, passed=1, failed=1, fixed=1, warnings=3, scenarios=scenarios)
    changes = RunChanges(
        recorded=ChangedScenarios(count=1, names=("退货",)),
        versions=(BotVersionChange(bot="b", before="11", after="12"),),
    )
    cost = RunCost(tokens=633, polls=4, p50=1.5, p95=3.25)
    share = PassShare(passed=5, trials=6, low=0.25, high=1.0)
    survivor = SurvivingMutant(
        operator="empty",
        trial="a",
        turn=1,
        answer="",
        original="九点",
        expectations=('contains "有"',),
        expectation_messages=(message("kind.contains.expected", text="有"),),
    )
    parts: dict[str, dict[str, object]] = {
        "plain": {
            "past": (
                PreviousRun(
                    run_id="r0", started_at="2026", mode=Mode.LIVE, summary=summary, cost=cost
                ),
            ),
            "selection": RunSelection(scenarios=1, digest="d41d8cd98f00b204"),
            "bot_versions": {"b": "12"},
            "changes": changes,
        },
        "comparison": {
            "mode": Mode.COMPARE,
            "comparison": Comparison(
                baseline="old",
                candidate="new",
                counts={ChangeKind.REGRESSED: 1},
                states={ScenarioState.REGRESSED: 1},
                calls=7,
                budget=9,
                scenarios=(
                    ScenarioComparison(
                        scenario="退货",
                        bot="b",
                        before=share,
                        after=share,
                        assessment=Assessment.REAL,
                        regressed=True,
                        test="exact",
                        p=0.5,
                        state=ScenarioState.REGRESSED,
                        more_calls=3,
                        assumed_rate=0.5,
                    ),
                ),
                bots=(
                    BotComparison(
                        bot="b",
                        before=snapshot(),
                        after=None,
                        differences=(BotDifference(name="model", before='"a"', after=""),),
                        known=False,
                    ),
                ),
            ),
        },
        "mutation": {
            "mode": Mode.MUTATE,
            "mutation": MutationReport(
                seed=7,
                scores=(
                    MutationScore(scenario="a", mutants=4, killed=3, survivors=(survivor,)),
                    MutationScore(scenario="none", mutants=0, killed=0),
                ),
            ),
        },
        "shard": {
            "shard": ShardInfo(
                number=2, total=3, trials=9, trial_set_digest="3f2a", places=(1, 4, 7)
            )
        },
    }
    rows = (
        TrialRow(key=key("a"), status=TrialStatus.PASSED, seconds=1.5, history="p"),
        TrialRow(key=key("\udcff", tags=()), status=TrialStatus.KNOWN_FAILURE, seconds=0.0),
    )
    rate = RequiredPassRate(scenario="a", bot="b", trials=2, passed=1, required=0.75, met=False)
    common = {
        "run_id": "r1",
        "mode": Mode.REPLAY,
        "started_at": run().started_at,
        "finished_at": run().finished_at,
        "harness_version": "0.1.0",
        "summary": summary,
        "cost": cost,
        "rows": rows,
        "pass_rates": (rate,),
        "environment": {"python": "3.11.7", "路径": "\udcff"},
        "request_count": 3,
        "interrupted": True,
    }
    return {name: Run(**(common | part)) for name, part in parts.items()}  # type: ignore[arg-type]


def test_trials_are_written_with_these_bytes() -> None:
    lines = b"".join(map(encode_trial, some_trials()))
    assert lines == (FORMAT / "trials.jsonl").read_bytes()


def test_trials_of_runs_without_messages_are_read() -> None:
    for line in (FORMAT / "trials-before-messages.jsonl").read_bytes().splitlines(keepends=True):
        result = decode_trial(line)
        stored = json.loads(line)
        for turn_, stored_turn in zip(result.turns, stored["turns"], strict=True):
            for verdict, stored_verdict in zip(
                turn_.verdicts, stored_turn["verdicts"], strict=True
            ):
                for name in ("expected", "actual", "reason"):
                    assert str(getattr(verdict, name)) == stored_verdict[name]
        assert str(result.error and result.error.what) == str(
            stored["error"] and stored["error"]["what"]
        )


def test_a_trial_is_written_in_the_language_of_the_run() -> None:
    what = message("cassette.edited")
    note = replace(error(), what=what, next_step=literal("a"), detail=(what, literal("b")))
    line = encode_trial(trial(TrialStatus.ERROR, note=note), Catalogue("zh"))
    stored = json.loads(line)["error"]
    assert stored["what"] == Catalogue("zh").text(what) == stored["detail"][0]
    assert stored["messages"]["what"] == {"id": "cassette.edited", "params": {}}
    assert decode_trial(line).error == note


def test_trials_are_read_as_they_were() -> None:
    lines = (FORMAT / "trials.jsonl").read_bytes().splitlines(keepends=True)
    for number, (line, result) in enumerate(zip(lines, some_trials(), strict=True)):
        is_cut = number == 4
        assert (decode_trial(line) == result) is not is_cut
        assert encode_trial(decode_trial(line)) == line or is_cut


@pytest.mark.parametrize("name", some_runs())
def test_runs_are_written_with_these_bytes_and_read_again(name: str) -> None:
    content = (FORMAT / f"{name}.json").read_bytes()
    assert b"".join(encode_run(some_runs()[name])) == content
    assert decode_run(content, Location(name)) == some_runs()[name]


def test_a_run_of_a_version_that_did_not_count_scenarios_is_read() -> None:
    run_ = decode_run((FORMAT / "run-before-scenarios.json").read_bytes(), Location("run.json"))
    assert run_.summary.scenarios is None
    assert scenario_counts(run_) == Counts(trials=2, passed=1, known_failures=1)
