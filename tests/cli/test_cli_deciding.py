"""`compare` with bots that pass at known rates: what is decided, and how many calls that takes."""

from __future__ import annotations

import random
import shlex
import time
from collections.abc import Callable

import pytest
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer
from deciding_scripts import add_evidence, bot, letters, names, states, write_scenarios
from project import ProjectFolder, interrupt
from scale import scale_down

ServeScript = Callable[[ServerScript], RunningServer]
ALWAYS, NEVER = "p", "f"


@pytest.fixture
def suite(empty: ProjectFolder, serve_script: ServeScript) -> ProjectFolder:
    """Three scenarios, recorded from version 100, which always passed in eleven attempts."""
    write_scenarios(empty, names(3))
    empty.env["COZE_API_BASE"] = serve_script(bot(dict.fromkeys(names(3), ALWAYS))).base_url
    assert empty.run("record").code == 0
    add_evidence(empty, dict.fromkeys(names(3), "p" * 10))
    return empty


def compare_with(
    project: ProjectFolder, serve_script: ServeScript, script: ServerScript, *options: str
) -> tuple[int, str]:
    """Compare with what a server answers; return the exit code and the output."""
    result = project.run("compare", *options, env={"COZE_API_BASE": serve_script(script).base_url})
    return result.code, result.out


def test_a_scenario_that_broke_is_decided_in_four_trials(
    suite: ProjectFolder, serve_script: ServeScript
) -> None:
    code, out = compare_with(
        suite, serve_script, bot({"s00": "p", "s01": "f", "s02": "p"}, version="200")
    )
    assert code == 1, out
    assert states(suite) == {"s00": "unchanged", "s01": "regressed", "s02": "unchanged"}
    assert sorted(suite.lines()) == ["s00", "s01", "s01#2", "s01#3", "s01#4", "s02"]
    comparison = suite.run_json()["comparison"]
    assert (comparison["calls"], comparison["budget"]) == (6, 0)
    assert comparison["states"] == {"regressed": 1, "unchanged": 2}
    (worst, *_) = comparison["scenarios"]
    assert (worst["before"]["passed"], worst["before"]["trials"]) == (11, 11)
    assert (worst["after"]["passed"], worst["after"]["trials"]) == (0, 4)
    assert "s01 regressed: the baseline passed 11 of 11, the candidate 0 of 4." in out
    assert out.splitlines()[-1].startswith("1 of 3 scenarios regressed, 2 are unchanged. 6 calls.")


def test_a_single_failure_is_not_a_regression(
    suite: ProjectFolder, serve_script: ServeScript
) -> None:
    script = bot({"s00": "p", "s01": "fpppppppppp", "s02": "p"}, version="200")
    code, out = compare_with(suite, serve_script, script)
    assert code == 0, out
    assert states(suite)["s01"] == "not_regressed"
    assert suite.run_json()["comparison"]["calls"] == 7
    assert "s01 has not regressed" in out
    assert "1 suspect: " in out


def test_a_bot_that_failed_before_and_fails_again_is_flaky(
    suite: ProjectFolder, serve_script: ServeScript
) -> None:
    add_evidence(suite, dict.fromkeys(names(3), "pppppfff"))
    script = bot({"s00": "p", "s01": "fppppppppp", "s02": "p"}, version="200")
    code, out = compare_with(suite, serve_script, script)
    assert (code, states(suite)["s01"]) == (0, "flaky"), out
    assert "s01 is flaky: the unchanged bot passed only " in out


def test_an_unchanged_bot_that_fails_is_flaky_and_one_that_never_passes_regressed(
    suite: ProjectFolder, serve_script: ServeScript
) -> None:
    script = bot({"s00": "p", "s01": "fpppppp", "s02": "f"})
    code, out = compare_with(suite, serve_script, script)
    assert code == 1, out
    assert states(suite) == {"s00": "unchanged", "s01": "flaky", "s02": "regressed"}


def test_without_evidence_a_stated_rate_is_used(
    empty: ProjectFolder, serve_script: ServeScript
) -> None:
    write_scenarios(empty, ["s00"])
    empty.env["COZE_API_BASE"] = serve_script(bot({"s00": ALWAYS})).base_url
    empty.run("record")
    # The service has no version 100 any more, so the baseline cannot be asked.
    code, out = compare_with(empty, serve_script, bot({"s00": NEVER}, version="200"))
    assert (code, states(empty)["s00"]) == (1, "regressed"), out
    (scenario,) = empty.run_json()["comparison"]["scenarios"]
    assert scenario["assumed_rate"] == pytest.approx(2 / 3)


@pytest.mark.parametrize("way", ["draft", "version"])
def test_without_evidence_both_sides_are_asked_in_turn(
    way: str, empty: ProjectFolder, serve_script: ServeScript
) -> None:
    write_scenarios(empty, ["s00"])
    empty.env["COZE_API_BASE"] = serve_script(bot({"s00": ALWAYS})).base_url
    empty.run("record")
    if way == "draft":
        code, out = compare_with(
            empty, serve_script, bot({"s00": ALWAYS}, draft={"s00": NEVER}), "--draft"
        )
    else:
        script = bot({"s00": NEVER}, version="200", old=("100", {"s00": ALWAYS}))
        code, out = compare_with(empty, serve_script, script)
    assert (code, states(empty)["s00"]) == (1, "regressed"), out
    (scenario,) = empty.run_json()["comparison"]["scenarios"]
    assert scenario["before"]["passed"] == scenario["before"]["trials"] == 5
    assert scenario["after"]["trials"] == 5
    # The baseline's answers are kept: edited expectations can judge them again.
    recordings = empty.path("cassettes/.candidate/.evidence").rglob("baseline/*.yaml")
    assert len(list(recordings)) == 4


def test_a_budget_is_kept_and_what_it_left_open_continues(
    suite: ProjectFolder, serve_script: ServeScript
) -> None:
    script = bot({"s00": "p", "s01": "fpfpf", "s02": "p"}, version="200")
    code, out = compare_with(suite, serve_script, script, "--budget", "5")
    assert (code, states(suite)["s01"]) == (0, "undecided"), out
    comparison = suite.run_json()["comparison"]
    assert (comparison["calls"], comparison["budget"]) == (5, 5)
    assert "The budget of 5 calls is used up. 1 scenario is undecided; about " in out
    assert compare_with(suite, serve_script, script, "--budget", "5", "--strict")[0] == 1


@pytest.mark.parametrize(("rate", "seed"), [(0.0, 1), (0.5, 2), (0.5, 3), (0.92, 4)])
def test_the_printed_advice_decides(
    suite: ProjectFolder, serve_script: ServeScript, rate: float, seed: int
) -> None:
    order = f"f{letters(random.Random(seed), rate)}"
    server = serve_script(bot({"s00": "p", "s01": order, "s02": "p"}, version="200"))
    env = {"COZE_API_BASE": server.base_url}
    result = suite.run("compare", "--budget", "4", env=env)
    assert states(suite)["s01"] == "undecided", result
    command = next(line for line in result.out.splitlines() if "--budget" in line)
    words = shlex.split(command.partition("coze-harness ")[2].partition("   ")[0])
    assert words[:3] == ["compare", "s01", "--budget"]
    again = suite.run(*words, env=env)
    assert states(suite)["s01"] in ("regressed", "not_regressed"), again
    assert suite.run_json()["comparison"]["calls"] <= int(words[3])


def test_a_budget_of_the_project_holds_unless_an_option_gives_one(suite: ProjectFolder) -> None:
    suite.write("harness.yaml", suite.read("harness.yaml") + "compare: {budget: 2}\n")
    result = suite.run("compare")
    assert result.code == 2
    assert "--budget" in result.err
    suite.edit("harness.yaml", "budget: 2", "budget: 0")
    assert suite.run("compare").err.startswith("harness.yaml:")


def test_a_budget_below_the_first_trials_is_refused(suite: ProjectFolder) -> None:
    result = suite.run("compare", "--budget", "2")
    assert result.code == 2
    assert "--budget" in result.err


def test_thorough_asks_twice_what_passes(suite: ProjectFolder, serve_script: ServeScript) -> None:
    script = bot({"s00": "p", "s01": "pffffff", "s02": "p"}, version="200")
    assert compare_with(suite, serve_script, script)[0] == 0
    code, out = compare_with(suite, serve_script, script, "--thorough")
    assert (code, states(suite)["s01"]) == (1, "regressed"), out
    assert {"s00#2", "s02#2"} <= suite.lines().keys()


def test_thorough_keeps_to_its_budget(suite: ProjectFolder, serve_script: ServeScript) -> None:
    script = bot({"s00": "p", "s01": "pf", "s02": "p"}, version="200")
    assert suite.run("compare", "--thorough", "--budget", "5").code == 2
    code, out = compare_with(suite, serve_script, script, "--thorough", "--budget", "8")
    assert (code, states(suite)["s01"]) == (0, "undecided"), out
    assert suite.run_json()["comparison"]["calls"] <= 8


def test_each_case_of_a_scenario_is_decided(
    empty: ProjectFolder, serve_script: ServeScript
) -> None:
    write_scenarios(empty, ["s00"])
    empty.write(
        "scenarios/s00.yaml",
        "name: s00\nstream: true\ncases: [{q: 甲}, {q: 乙}, {q: 丙}]\n"
        "turns: [{prompt: '{{ q }}', expect: [对]}]\n",
    )
    empty.env["COZE_API_BASE"] = serve_script(bot(dict.fromkeys("甲乙丙", ALWAYS))).base_url
    empty.run("record")
    add_evidence(empty, {f"s00[{case}]": "p" * 10 for case in "123"})
    code, out = compare_with(
        empty, serve_script, bot({"甲": "p", "乙": "f", "丙": "p"}, version="200")
    )
    assert (code, states(empty)) == (1, {"s00": "regressed"}), out
    again = [f"s00[2]#{number}" for number in (2, 3, 4)]
    assert sorted(empty.lines()) == ["s00[1]", "s00[2]", *again, "s00[3]"]
    empty.edit("scenarios/s00.yaml", "stream:", "min_pass_rate: 0.6\nstream:")
    assert empty.run("compare", "--replay").code == 0
    assert states(empty) == {"s00": "not_regressed"}


@pytest.mark.parametrize(
    ("order", "state", "code"), [("f", "regressed", 1), ("fpppp", "undecided", 0)]
)
def test_repeats_are_a_fixed_design_on_both_sides(
    suite: ProjectFolder, serve_script: ServeScript, order: str, state: str, code: int
) -> None:
    script = bot(
        {"s00": "p", "s01": order, "s02": "p"},
        version="200",
        old=("100", dict.fromkeys(names(3), ALWAYS)),
    )
    # The evidence has eleven attempts of s00 and s01, and one of s02.
    evidence = suite.read("cassettes/evidence.jsonl").splitlines(keepends=True)
    own_lines = [line for line in evidence if "s02" not in line or "earlier" not in line]
    suite.write("cassettes/evidence.jsonl", "".join(own_lines))
    result = compare_with(suite, serve_script, script, "--repeat", "5")
    assert (result[0], states(suite)["s01"]) == (code, state), result
    assert len(suite.lines()) == 15
    assert suite.run_json()["comparison"]["calls"] == 15 + 4
    (scenario,) = [
        one for one in suite.run_json()["comparison"]["scenarios"] if one["scenario"] == "s01"
    ]
    assert scenario["test"] == "Fisher's exact"
    assert scenario["after"]["trials"] == 5


def test_an_interruption_keeps_what_was_decided(
    suite: ProjectFolder, serve_script: ServeScript
) -> None:
    script = bot({"s00": "f", "s01": "fp", "s02": "p"}, version="200")
    server = serve_script(script)
    suite.edit("harness.yaml", "base_url:", "rate_limit: 4\nbase_url:")
    process = suite.start("compare", env={"COZE_API_BASE": server.base_url})
    deadline = time.monotonic() + 30
    while server.calls.get("POST /v3/chat", 0) < 7 and time.monotonic() < deadline:
        time.sleep(0.02)
    interrupt(process)
    out, _err = process.communicate(timeout=30)
    assert process.returncode == 130, out
    current = states(suite)
    assert current["s02"] == "unchanged"
    assert current["s01"] in ("undecided", "not_regressed")
    assert out.splitlines()[-1].startswith("Interrupted: ")
    suite.edit("harness.yaml", "rate_limit: 4\n", "")
    result = suite.run("compare", "--resume", "latest", env={"COZE_API_BASE": server.base_url})
    assert result.code == 1, result
    assert states(suite)["s00"] == "regressed"
    assert "Interrupted" not in result.out


def test_a_replay_decides_as_the_comparison_did(
    suite: ProjectFolder, serve_script: ServeScript
) -> None:
    script = bot({"s00": "f", "s01": "fppppp", "s02": "p"}, version="200")
    assert compare_with(suite, serve_script, script)[0] == 1
    before = states(suite)
    assert suite.run("compare", "--replay", drop=["COZE_API_TOKEN"]).code == 1
    assert states(suite) == before


def test_edited_expectations_judge_stored_answers_again(
    suite: ProjectFolder, serve_script: ServeScript
) -> None:
    script = bot({"s00": "f", "s01": "p", "s02": "p"}, version="200")
    assert compare_with(suite, serve_script, script)[0] == 1
    suite.edit("scenarios/s00.yaml", "[对]", "[{contains: {any: [对, 错]}}]")
    server = serve_script(script)
    result = suite.run("compare", "s00", env={"COZE_API_BASE": server.base_url})
    assert result.code == 0, result
    lines = [line for line in suite.read("cassettes/evidence.jsonl").splitlines() if "s00" in line]
    judged = [line for line in lines if '"run":"recordings"' in line]
    # The recording of version 100, and the four candidates of version 200.
    assert sorted(line.partition('"attempts":')[2] for line in judged) == [
        '1,"passed":1}',
        '4,"passed":4}',
    ]


def test_an_unchanged_bot_of_twenty_scenarios_takes_few_trials(
    empty: ProjectFolder, serve_script: ServeScript
) -> None:
    scenarios, rounds = names(20), scale_down(12)
    write_scenarios(empty, scenarios)
    empty.env["COZE_API_BASE"] = serve_script(bot(dict.fromkeys(scenarios, ALWAYS))).base_url
    empty.run("record")
    rng = random.Random(95)
    recorded = empty.read("cassettes/evidence.jsonl")
    trials = 0
    for number in range(rounds):
        empty.write("cassettes/evidence.jsonl", recorded)
        add_evidence(empty, {name: letters(rng, 0.95)[:10] for name in scenarios})
        verdicts = {name: letters(rng, 0.95) for name in scenarios}
        code, out = compare_with(empty, serve_script, bot(verdicts, version=str(200 + number)))
        assert code == 0, out
        trials += len(empty.lines())
    assert trials / rounds <= 35
