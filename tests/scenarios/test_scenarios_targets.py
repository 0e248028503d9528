"""What a scenario may use with a kind of target, and where it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from coze_harness.model import CAPABILITIES, LIMITED_KEYS, Target, TargetKind
from coze_harness.model.errors import ScenarioErrors
from coze_harness.scenarios import check_bots, expand_trials
from coze_harness.scenarios.target_rules import unsendable_prompts
from scenario_project import load_one

ID = "7374752000116113452"
TARGETS = {
    "bot": Target(name="bot", id=ID),
    "flow": Target(name="flow", id=ID, kind=TargetKind.CHATFLOW, bot_id="1"),
    "run": Target(name="run", id=ID, kind=TargetKind.WORKFLOW),
    "agent": Target(name="agent", id=ID, kind=TargetKind.PROJECT, url="http://a/stream_run"),
    "orders": Target(name="orders", id="orders", kind=TargetKind.PROJECT_WORKFLOW),
    "own": Target(name="own", id=ID, kind=TargetKind.STUDIO, url="http://a"),
}
ASK = "turns: [{prompt: a}]"
RUN = "turns: [{input: {a: 1}}]"
REFUSED = [
    ("own", f"publish_status: unpublished_draft\n{ASK}", "2:1", "publish_status"),
    ("own", f"bot_version: '1'\n{ASK}", "2:1", "bot_version"),
    ("own", f"tools: {{f: x}}\n{ASK}", "2:1", "tools"),
    ("own", "turns: [{prompt: a, tools: {f: x}}]", "2:21", "tools"),
    ("own", f"stream: true\nauto_save_history: false\n{ASK}", "3:1", "auto_save_history"),
    ("bot", RUN, "2:10", "input"),
    ("bot", f"is_async: true\n{ASK}", "2:1", "is_async"),
    ("flow", f"custom_variables: {{a: b}}\n{ASK}", "2:1", "custom_variables"),
    ("run", ASK, "2:10", "prompt"),
    ("agent", f"history: [{{role: user, content: x}}]\n{ASK}", "2:1", "history"),
    ("agent", f"conversation: create\n{ASK}", "2:1", "conversation"),
    ("agent", RUN, "2:10", "input"),
    ("orders", ASK, "2:10", "prompt"),
    ("orders", "turns: [{input: {}}, {prompt: a}]", "2:23", "prompt"),
]


@pytest.mark.parametrize(("name", "text", "place", "key"), REFUSED)
def test_what_a_target_does_not_take_is_refused_where_it_stands(
    tmp_path: Path, name: str, text: str, place: str, key: str
) -> None:
    (scenario,) = load_one(tmp_path, f"bot: {name}\n{text}")
    with pytest.raises(ScenarioErrors) as caught:
        check_bots(TARGETS)(scenario)
    (error,) = caught.value.errors
    assert str(error.where) == f"scenarios/a.yaml:{place}"
    assert error.what.id == "target.unsupported"
    assert error.what.params == {
        "key": key,
        "target": CAPABILITIES[TARGETS[name].kind].title,
    }
    used = "resume" if "}, {prompt" in text else key
    others = tuple(one.title for one in CAPABILITIES.values() if used in one.scenario_keys)
    assert error.next_step.params["targets"] == others


@pytest.mark.parametrize(("name", "text", "place", "key"), REFUSED[:1])
def test_a_target_of_the_command_line_is_checked_too(
    tmp_path: Path, name: str, text: str, place: str, key: str
) -> None:
    (scenario,) = load_one(tmp_path, f"bot: bot\n{text}")
    assert expand_trials([scenario], TARGETS)
    with pytest.raises(ScenarioErrors) as caught:
        expand_trials([scenario], TARGETS, chosen_bots=[name])
    assert str(caught.value.errors[0].where) == f"scenarios/a.yaml:{place}"
    assert key in str(caught.value.errors[0].what)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("own", f"publish_status: ''\nauto_save_history: true\nstream: false\n{ASK}"),
        ("flow", "turns: [{prompt: a}, {input: {}}, {prompt: b}]"),
        ("run", "is_async: true\nturns: [{input: {}}, {prompt: b}]"),
        ("agent", f"stream: true\nconversation_id: x\n{ASK}"),
        ("orders", f"parameters: {{a: 1}}\n{RUN}"),
    ],
)
def test_what_a_target_takes_is_accepted(tmp_path: Path, name: str, text: str) -> None:
    (scenario,) = load_one(tmp_path, f"bot: {name}\n{text}")
    (trial,) = expand_trials([scenario], TARGETS)
    assert trial.bot is TARGETS[name]
    assert not unsendable_prompts([trial])


def test_a_chat_with_a_scenarios_own_workflow_loads_and_cannot_be_sent(tmp_path: Path) -> None:
    (scenario,) = load_one(tmp_path, f"workflow: '{ID}'\n{ASK}")
    (trial,) = expand_trials([scenario], TARGETS)
    (error,) = unsendable_prompts([trial])
    assert error.where == trial.location
    assert "bot_id" in str(error.next_step)


def test_every_key_that_a_kind_takes_is_one_of_a_scenario() -> None:
    assert {"prompt", "input", "resume", "publish_status", "bot_version"} <= LIMITED_KEYS
    assert set(CAPABILITIES) == set(TargetKind)
