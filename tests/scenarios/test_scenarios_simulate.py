"""`simulate:` in a scenario file: what is accepted, what is refused and where."""

from __future__ import annotations

from pathlib import Path

import pytest
from coze_harness.coze import fingerprint
from coze_harness.expectations.expectation_digest import expectation_digest
from coze_harness.model import Target, TargetKind, replace
from coze_harness.model.errors import ScenarioErrors
from coze_harness.model.trial import Trial
from coze_harness.scenarios import check_bots, expand_trials
from coze_harness.scenarios.target_rules import unsendable_prompts
from scenario_project import BOTS, errors_of, fault_of, load_all, load_one

FLOW = "7403315657221079099"
TARGETS = {
    **BOTS,
    "tester": Target(name="tester", id="7374752000116113459"),
    "run": Target(name="run", id="7374752000116113460", kind=TargetKind.WORKFLOW),
    "flow": Target(name="flow", id=FLOW, kind=TargetKind.CHATFLOW),
    "orders": Target(name="orders", id="orders", kind=TargetKind.PROJECT_WORKFLOW, url="http://a/"),
    "agent": Target(name="agent", id="agent", kind=TargetKind.PROJECT, url="http://a/stream_run"),
}
SIMULATE = "simulate: {bot: tester, goal: 退款, until: [完成]}\n"


def trials(folder: Path, text: str, chosen: list[str] | None = None) -> list[Trial]:
    return expand_trials(load_one(folder, text), TARGETS, "chat", chosen)


def only(folder: Path, text: str) -> Trial:
    (trial,) = trials(folder, text)
    return trial


def test_a_simulated_user_is_one_turn_that_all_turns_are_like(tmp_path: Path) -> None:
    text = (
        "simulate: {bot: tester, goal: 退款, first: 你好, until: [完成, {regex: 工单}]}\n"
        "every_turn: [{length: {max: 99}}]\nexpect: [谢谢]\ntools: {order: '1'}\n"
    )
    trial = only(tmp_path, text)
    assert trial.tester == TARGETS["tester"]
    (turn,) = trial.script.turns({})
    assert (turn.prompt, turn.tools) == ("你好", {"order": "1"})
    assert [one.kind for one in turn.expectations] == ["length"]
    user = turn.user
    assert user is not None
    assert (user.goal, user.max_turns) == ("退款", 10)
    assert [one.kind for one in user.final_expectations] == ["until", "contains"]
    places = [str(one.location) for one in user.final_expectations]
    assert places == ["scenarios/a.yaml:1:53", "scenarios/a.yaml:3:10"]


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        (f"{SIMULATE}turns: [{{prompt: a}}]", "1:1", "options.exclusive"),
        ("simulate: {bot: tester, goal: '  ', until: [a]}", "1:31", "simulate.no_goal"),
        ("simulate: {bot: tester, goal: a}", "1:11", "yaml.missing"),
        ("simulate: {bot: tester, goal: a, until: []}", "1:41", "yaml.empty_list"),
        ("simulate: {bot: tester, goal: a, until: [b], max_turns: 0}", "1:57", "yaml.minimum"),
        ("simulate: {bot: tester, goal: a, until: [b], max_turns: 51}", "1:57", "yaml.maximum"),
        ("simulate: {bot: tester, goal: a, until: [b], turns: 3}", "1:46",
         "yaml.key_belongs_outside"),
        ("goal: a\nturns: [{prompt: a}]", "1:1", "yaml.key_belongs_inside"),
        ("simulate: {bot: tester, goal: a, until: [{contian: b}]}", "1:43", ""),
        (f"{SIMULATE}expect: [{{same_as_baseline: true}}]", "2:10", "simulate.same_as_baseline"),
        (f"{SIMULATE}every_turn: [{{not: {{same_as_baseline: true}}}}]", "2:14",
         "simulate.same_as_baseline"),
        ("simulate:", "1:1", "yaml.empty"),
    ],
)  # fmt: skip
def test_what_cannot_be_simulated_is_refused_where_it_stands(
    tmp_path: Path, text: str, place: str, what: str
) -> None:
    fault = fault_of(tmp_path, text)
    assert str(fault.where) == f"scenarios/a.yaml:{place}", str(fault)
    assert fault.what.id == what or not what
    assert fault.next_step


def test_all_errors_are_reported_at_once(tmp_path: Path) -> None:
    text = (
        "simulate: {bot: tester, goal: a, until: [{contian: b}]}\n"
        "every_turn: [{lenght: 1}]\nexpect: [{json: [1]}]\n"
    )
    assert len(errors_of(tmp_path, text)) == 3


@pytest.mark.parametrize(
    ("tester", "what"),
    [
        ("nobody", "bot.unknown"),
        ("run", "simulate.no_chat"),
        ("orders", "simulate.no_chat"),
        ("chat", "simulate.same_bot"),
        (f"'{BOTS['chat'].id}'", "simulate.same_bot"),
    ],
)
def test_a_target_that_cannot_play_the_user_is_refused_before_any_call(
    tmp_path: Path, tester: str, what: str
) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        trials(tmp_path, SIMULATE.replace("tester", tester))
    (error,) = caught.value.errors
    assert error.what.id == what or (what == "bot.unknown" and "nobody" in str(error.what))
    assert str(error.where) == "scenarios/a.yaml:1:17"
    assert error.next_step


@pytest.mark.parametrize("tester", ["tester", "助手", "flow", "agent", "'7374752000116113999'"])
def test_every_chat_can_play_the_user(tmp_path: Path, tester: str) -> None:
    trial = only(tmp_path, SIMULATE.replace("tester", tester))
    assert trial.tester is not None
    unsendable = [error.what.id for error in unsendable_prompts([trial])]
    # A chatflow without a bot or an app is refused by Coze.
    assert unsendable == (["target.not_associated"] if tester == "flow" else [])


def test_a_bot_that_takes_no_prompt_cannot_be_tested(tmp_path: Path) -> None:
    (scenario,) = load_one(tmp_path, f"{SIMULATE}bot: orders\n")
    with pytest.raises(ScenarioErrors) as caught:
        check_bots(TARGETS)(scenario)
    (error,) = caught.value.errors
    assert (error.what.id, str(error.where)) == ("target.unsupported", "scenarios/a.yaml:1:1")


def test_a_chosen_bot_replaces_the_tested_one_and_not_the_tester(tmp_path: Path) -> None:
    (trial,) = trials(tmp_path, SIMULATE, ["助手"])
    assert (trial.bot.name, trial.tester and trial.tester.name) == ("助手", "tester")
    with pytest.raises(ScenarioErrors):
        trials(tmp_path, SIMULATE, ["tester"])


def test_turns_and_simulate_of_defaults_replace_each_other(tmp_path: Path) -> None:
    suite = (
        f"defaults: {{{SIMULATE.strip()}}}\n"
        "scenarios: [{name: x}, {name: y, turns: [{prompt: a}]}]\n"
    )
    x, y = expand_trials(load_all(tmp_path, {"scenarios/a.yaml": suite}), TARGETS, "chat")
    assert (x.tester, y.tester) == (TARGETS["tester"], None)


def fingerprint_of(trial: Trial) -> str:
    return fingerprint(trial.bot, trial.options, trial.script.turns({}), trial.tester)


@pytest.mark.parametrize(
    ("old", "new", "is_sent"),
    [
        ("退款", "换货", True),
        ("goal", "first: 你好, goal", True),
        ("完成", "结束", False),
        ("goal", "max_turns: 3, goal", False),
    ],
)
def test_what_is_sent_changes_the_fingerprint_and_all_of_it_the_digest(
    tmp_path: Path, old: str, new: str, is_sent: bool
) -> None:
    before, after = only(tmp_path, SIMULATE), only(tmp_path, SIMULATE.replace(old, new))
    assert (fingerprint_of(before) != fingerprint_of(after)) is is_sent
    assert expectation_digest(before) != expectation_digest(after)


def test_another_tester_changes_the_fingerprint(tmp_path: Path) -> None:
    trial = only(tmp_path, SIMULATE)
    other = replace(trial, tester=BOTS["助手"])
    assert fingerprint_of(trial) != fingerprint_of(other)
