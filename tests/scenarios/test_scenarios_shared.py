"""Expectations of a whole scenario: on every turn, and once after the last one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from coze_harness.coze import fingerprint
from coze_harness.expectations.expectation_digest import expectation_digest
from coze_harness.model.trial import Expectation, Trial
from scenario_project import errors_of, fault_of, load_all, trials_of

TURNS = "turns: [{prompt: a, expect: [one]}, {prompt: b}]\n"


def places(trial: Trial, generated: Mapping[str, str] | None = None) -> list[list[tuple[str, str]]]:
    """Return the kind and place of each expectation, by turn."""

    def describe(expectation: Expectation) -> tuple[str, str]:
        return expectation.kind, str(expectation.location).removeprefix("scenarios/a.yaml:")

    turns = trial.script.turns(generated or {})
    return [[describe(one) for one in turn.expectations] for turn in turns]


def test_every_turn_and_the_last_one_get_shared_expectations(tmp_path: Path) -> None:
    text = (
        f"{TURNS}every_turn: [{{not: {{contains: x}}}}]\nexpect: [done, {{length: {{max: 9}}}}]\n"
    )
    (trial,) = trials_of(tmp_path, text)
    first, last = places(trial)
    assert first == [("contains", "1:30"), ("not", "2:14")]
    assert last == [("not", "2:14"), ("contains", "3:10"), ("length", "3:16")]


def test_shared_expectations_are_filled_case_by_case(tmp_path: Path) -> None:
    text = (
        "turns: [{prompt: a}, {prompt: b}]\n"
        "cases: [{city: 杭州, n: 3}, {city: 北京, n: 4}]\n"
        "every_turn: ['{{ city }}']\nexpect: [{length: {max: '{{ n }}'}}]\n"
    )
    one, two = trials_of(tmp_path, text)
    described = [
        [str(item.expected) for turn in trial.script.turns({}) for item in turn.expectations]  # type: ignore[attr-defined]
        for trial in (one, two)
    ]
    assert ["杭州" in item for item in described[0]] == [True, True, False]
    assert ["北京" in item for item in described[1]] == [True, True, False]
    assert described[0][2] != described[1][2]


def test_shared_expectations_may_use_generated_values(tmp_path: Path) -> None:
    text = "turns: [{prompt: a}]\nexpect: ['{{ today }}']\n"
    (trial,) = trials_of(tmp_path, text)
    assert trial.script.generated_names == {"today"}
    assert places(trial, {"today": "2026-11-22"}) == [[("contains", "2:10")]]


def test_defaults_of_a_suite_are_replaced_by_a_scenarios_own(tmp_path: Path) -> None:
    suite = (
        "defaults: {expect: [a], every_turn: [b], turns: [{prompt: p}]}\n"
        "scenarios: [{name: x}, {name: y, expect: [c]}]\n"
    )
    x, y = load_all(tmp_path, {"scenarios/a.yaml": suite})
    (turn,) = x.cases[0].script.turns({})
    assert [str(one.location) for one in turn.expectations] == [
        "scenarios/a.yaml:1:38",
        "scenarios/a.yaml:1:21",
    ]
    (turn,) = y.cases[0].script.turns({})
    assert [str(one.location) for one in turn.expectations] == [
        "scenarios/a.yaml:1:38",
        "scenarios/a.yaml:2:43",
    ]


@pytest.mark.parametrize("key", ["expect", "every_turn"])
def test_a_changed_expectation_changes_its_digest_but_not_the_fingerprint(
    tmp_path: Path, key: str
) -> None:
    (before,) = trials_of(tmp_path, f"{TURNS}{key}: [a]\n")
    (after,) = trials_of(tmp_path, f"{TURNS}{key}: [b]\n")
    assert expectation_digest(before) != expectation_digest(after)
    sent = [fingerprint(one.bot, one.options, one.script.turns({})) for one in (before, after)]
    assert sent[0] == sent[1]


def test_all_errors_of_shared_expectations_are_reported_with_those_of_turns(tmp_path: Path) -> None:
    text = (
        "turns: [{prompt: a, expect: [{contian: x}]}]\n"
        "every_turn: [{lenght: 1}]\nexpect: [ok, {json: [1]}]\n"
    )
    assert [
        str(one.where).removeprefix("scenarios/a.yaml:") for one in errors_of(tmp_path, text)
    ] == [
        "1:31",
        "2:15",
        "3:21",
    ]


def test_an_error_in_every_turn_is_reported_once_with_the_cases_it_concerns(tmp_path: Path) -> None:
    text = (
        "turns: [{prompt: a}, {prompt: b}]\n"
        "cases: [{case: one, n: x}, {case: two, n: x}]\n"
        "every_turn: [{length: {max: '{{ n }}'}}]\n"
    )
    fault = fault_of(tmp_path, text)
    assert str(fault.where) == "scenarios/a.yaml:3:29"
    assert [line.params.get("n") for line in fault.detail] == [1]
