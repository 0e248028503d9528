"""What a scenario sends along: history, conversations, files, and workflows in place of bots."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from coze_harness.model import Attachment, Target, TargetKind
from coze_harness.scenarios import expand_trials
from scenario_project import BOTS, fault_of, load_all, load_one, trials_of

WORKFLOW = "7403315657221079099"
ASK = "turns: [{prompt: a}]"
FLOW = f"workflow: '{WORKFLOW}'\n"


def test_history_is_filled_case_by_case(tmp_path: Path) -> None:
    one, two = trials_of(
        tmp_path,
        "cases: [{city: 杭州}, {city: 北京}]\n"
        "history: [{role: user, content: '我在{{ city }}。'}, {role: assistant, content: 好。}]\n"
        f"{ASK}",
    )
    assert one.options.history == (("user", "我在杭州。"), ("assistant", "好。"))
    assert two.options.history == (("user", "我在北京。"), ("assistant", "好。"))


def test_a_conversation_is_made_if_that_is_asked_for(tmp_path: Path) -> None:
    (trial,) = trials_of(tmp_path, f"conversation: create\n{ASK}")
    assert trial.options.create_conversation
    (trial,) = trials_of(tmp_path, ASK)
    assert not trial.options.create_conversation


def test_a_file_is_known_by_size_and_digest_and_a_url_by_itself(tmp_path: Path) -> None:
    (trial,) = trials_of(
        tmp_path,
        "turns: [{prompt: a, attach: [b.txt, 'HTTPS://example.com/{{ 1 + 1 }}.png']}]",
        b__txt="天",
    )
    (turn,) = trial.script.turns({})
    assert turn.attachments == (
        Attachment("scenarios/b.txt", 3, hashlib.sha256("天".encode()).hexdigest()),
        Attachment("HTTPS://example.com/2.png"),
    )
    assert [item.is_local for item in turn.attachments] == [True, False]


def test_a_workflow_stands_in_for_a_bot(tmp_path: Path) -> None:
    loaded = load_one(tmp_path, f"{FLOW}{ASK}")
    (trial,) = expand_trials(loaded, BOTS, "chat")
    kind = TargetKind.CHATFLOW
    assert trial.bot == Target(name=f"workflow:{WORKFLOW}", id=WORKFLOW, kind=kind)
    assert (trial.key.id, trial.key.bot) == ("a", f"workflow:{WORKFLOW}")
    (chosen,) = expand_trials(loaded, BOTS, chosen_bots=["助手"])
    assert chosen.key == trial.key


def test_a_scenarios_workflow_takes_the_place_of_the_defaults_bot(tmp_path: Path) -> None:
    suite = (
        "defaults: {bot: chat, conversation_id: '1'}\n"
        f"scenarios: [{{name: x, workflow: '{WORKFLOW}', conversation: create, {ASK}}},"
        f" {{name: y, {ASK}}}]"
    )
    x, y = expand_trials(load_all(tmp_path, {"scenarios/a.yaml": suite}), BOTS)
    assert (x.bot.id, x.options.conversation_id) == (WORKFLOW, "")
    assert (y.bot.id, y.options.conversation_id) == (BOTS["chat"].id, "1")


def test_an_input_is_filled_and_shown_as_its_json(tmp_path: Path) -> None:
    (trial,) = trials_of(
        tmp_path,
        f"{FLOW}cases: [{{city: 杭州}}]\n"
        "turns: [{input: {city: '{{ city }}', deep: [{n: 1}], day: '{{ today }}'}}]",
    )
    (turn,) = trial.script.turns({"today": "2024-10-01"})
    assert turn.workflow_input == {"city": "杭州", "deep": [{"n": 1}], "day": "2024-10-01"}
    assert json.loads(turn.prompt) == turn.workflow_input
    assert "杭州" in turn.prompt


@pytest.mark.parametrize(
    ("text", "place", "what", "next_step"),
    [
        (f"conversation_id: '1'\nconversation: create\n{ASK}", "2:1", "Both", "Keep one"),
        (f"conversation: new\n{ASK}", "1:15", "create", ""),
        (f"history: [{{role: system, content: x}}]\n{ASK}", "1:18", "assistant", ""),
        (f"history: [{{role: user}}]\n{ASK}", "1:11", "content", ""),
        (
            f"history: [{{role: user, content: '{{{{ today }}}}'}}]\n{ASK}",
            "1:10",
            "generated",
            "prompt",
        ),
        (f"bot: chat\n{FLOW}{ASK}", "2:1", 'Both "bot" and "workflow"', "Keep one"),
        (f"{FLOW}bots: [chat]\n{ASK}", "1:1", 'Both "bots" and "workflow"', "Keep one"),
        (f"workflow: reverse\n{ASK}", "1:11", "not the id of a workflow", "in quotes"),
        (f"workflow: 7403315657221079099\n{ASK}", "1:11", "text", "quotes"),
        (f"{FLOW}bot_version: '1'\n{ASK}", "2:1", "not supported by a chatflow", "Remove it"),
        (
            f"{FLOW}custom_variables: {{a: b}}\n{ASK}",
            "2:1",
            "not supported by a chatflow",
            "Remove it",
        ),
        (f"{FLOW}tools: {{f: x}}\n{ASK}", "2:1", "not supported by a chatflow", "Remove it"),
        (f"{FLOW}turns: [{{input: {{}}, prompt: a}}]", "2:21", "Both", "Keep one"),
        (f"{FLOW}turns: [{{prompt: a, tools: {{f: x}}}}]", "2:21", "not supported", "Remove"),
        (
            f"{FLOW}history: [{{role: user, content: x}}]\nturns: [{{input: {{}}}}]",
            "2:1",
            "not supported by a workflow",
            "another target: a bot, a chatflow",
        ),
        ("turns: [{prompt: a, attach: [c.txt]}]", "1:30", "is empty", "not empty"),
    ],
)
def test_what_cannot_be_sent_is_refused_where_it_stands(
    tmp_path: Path, text: str, place: str, what: str, next_step: str
) -> None:
    fault = fault_of(tmp_path, text, c__txt="")
    assert str(fault.where) == f"scenarios/a.yaml:{place}"
    assert what in f"{fault.what} {fault.next_step}"
    assert next_step in str(fault.next_step)


@pytest.mark.parametrize(("start", "most"), [("", 99), (FLOW, 49)])
def test_history_and_prompt_keep_within_cozes_limit(tmp_path: Path, start: str, most: int) -> None:
    history_item = "  - {role: user, content: x}\n"
    assert len(load_one(tmp_path, f"{start}history:\n{history_item * most}{ASK}")) == 1
    fault = fault_of(tmp_path, f"{start}history:\n{history_item * (most + 1)}{ASK}")
    assert f"{most + 1} messages" in str(fault.what)


def test_a_file_larger_than_coze_takes_is_refused(tmp_path: Path) -> None:
    load_all(tmp_path, {})
    with (tmp_path / "scenarios" / "big.bin").open("wb") as big:
        big.truncate(512 * 1024 * 1024 + 1)  # sparse: it takes no room
    fault = fault_of(tmp_path, "turns: [{prompt: a, attach: [big.bin]}]")
    assert "512 MB" in str(fault.what)
    assert str(fault.where) == "scenarios/a.yaml:1:30"


@pytest.mark.parametrize("name", ["a.wav", "b.MP3", "https://example.com/c.ogg?x=1"])
def test_speech_needs_a_stream(tmp_path: Path, name: str) -> None:
    text = f"turns: [{{prompt: a, attach: ['{name}']}}]"
    if "/" not in name:
        (tmp_path / "scenarios").mkdir()
        (tmp_path / "scenarios" / name).write_text("x")
    fault = fault_of(tmp_path, text)
    assert "stream: true" in str(fault.next_step)
    assert fault.where is not None
    assert (fault.where.line, fault.where.column) == (1, 30)
    (trial,) = trials_of(tmp_path, f"stream: true\n{text}")
    assert len(trial.script.turns({})[0].attachments) == 1
