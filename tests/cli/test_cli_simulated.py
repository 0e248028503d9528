"""A simulated user, as users type it: record, run without a network, compare, accept, suggest."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer
from project import TOKEN, ProjectFolder, script_server
from simulating import (
    COMPLAINT,
    PROMPTS,
    SETTINGS,
    SHOP_ANSWERS,
    TESTER_ANSWERS,
    two_bot_script,
)


@pytest.fixture(scope="module")
def recorded_once(tmp_path_factory: pytest.TempPathFactory) -> ProjectFolder:
    folder = tmp_path_factory.mktemp("simulated")
    project = ProjectFolder(folder / "project", home=folder / "home")
    project.write("harness.yaml", SETTINGS)
    project.write("scenarios/complaint.yaml", COMPLAINT)
    with script_server(two_bot_script()) as server:
        result = project.run("record", env=to(server))
    assert result.code == 0, result
    return project


@pytest.fixture
def recorded_project(recorded_once: ProjectFolder, tmp_path: Path) -> ProjectFolder:
    """A recorded project of its own; its server has stopped."""
    return recorded_once.copy_to(tmp_path / "project", home=tmp_path / "home")


def to(server: RunningServer) -> dict[str, str]:
    return {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN}


def test_a_recorded_conversation_runs_without_a_network(
    recorded_project: ProjectFolder, offline: tuple[str, ...]
) -> None:
    result = recorded_project.run("run", wrapper=offline)
    assert result.code == 0, result
    (line,) = recorded_project.lines().values()
    assert [turn["prompt"] for turn in line["turns"]] == PROMPTS
    trials = json.loads(recorded_project.run("list", "--json").out)
    assert [one["state"] for one in trials] == ["recorded"]
    assert recorded_project.run("check").code == 0


def test_a_stale_side_is_printed_in_both_languages(recorded_project: ProjectFolder) -> None:
    recorded_project.edit("scenarios/complaint.yaml", "态度配合", "态度强硬")
    for language, words in (("en", "simulated user tester"), ("zh", "模拟用户 tester")):
        result = recorded_project.run("run", "--lang", language)
        assert result.code == 3
        output = " ".join(result.err.split())
        assert words.replace(" ", "") in output.replace(" ", "")
        assert "态度配合" in output
        assert "态度强硬" in output


def test_record_renews_a_conversation_that_no_longer_reaches_its_end(
    recorded_project: ProjectFolder, serve_script: Callable[[ServerScript], RunningServer]
) -> None:
    recorded_project.edit("scenarios/complaint.yaml", "until: [工单已创建]", "until: [再见]")
    assert recorded_project.run("run").code == 3
    env = to(serve_script(two_bot_script(SHOP_ANSWERS.replace("工单已创建", "工单已创建，再见"))))
    assert recorded_project.run("record", env=env).code == 0
    assert recorded_project.run("run").code == 0


def test_a_draft_that_never_ends_the_conversation_has_failed(
    recorded_project: ProjectFolder, serve_script: Callable[[ServerScript], RunningServer]
) -> None:
    recorded_project.edit("scenarios/complaint.yaml", "max_turns: 8", "max_turns: 4")
    script = two_bot_script(draft="- {regex: 12 元, answer: 请稍候。}")
    result = recorded_project.run(
        "compare", "--draft", "--budget", "30", env=to(serve_script(script))
    )
    assert result.code == 0, result  # one failure may be luck
    assert '✗ now fails: the conversation ends within 4 turns: contains "工单已创建"' in result.out
    assert "undecided" in result.out
    line = recorded_project.lines()["complaint"]
    assert line["status"] == "failed"
    assert [turn["prompt"] for turn in line["turns"]] == [*PROMPTS, "我不知道。"]
    assert [turn["answer"] for turn in line["change"]["turns"]] == [
        "same", "same", "different", "unknown"
    ]  # fmt: skip


def test_an_accepted_candidate_is_the_new_baseline(
    recorded_project: ProjectFolder, serve_script: Callable[[ServerScript], RunningServer]
) -> None:
    answers = SHOP_ANSWERS.replace("请问多扣了多少？", "请问一共多扣了多少元？")
    tester = TESTER_ANSWERS.replace("regex: 多扣了多少", "regex: 多扣了多少元").replace(
        "多扣了 12 元。", "一共 12 元。"
    )
    result = recorded_project.run("compare", env=to(serve_script(two_bot_script(answers, tester))))
    assert result.code == 0, result
    assert recorded_project.run("accept").code == 0
    assert recorded_project.run("run").code == 0
    (line,) = recorded_project.lines().values()
    assert line["turns"][2]["prompt"] == "一共 12 元。"


def test_suggestions_belong_to_every_turn_of_the_scenario(recorded_project: ProjectFolder) -> None:
    result = recorded_project.run("suggest", "--write", "--json")
    assert result.code == 0, result
    (turns,) = json.loads(result.out)["turns"]
    assert (turns["line"], turns["key"], turns["written"]) == (1, "every_turn", True)
    assert turns["suggestions"]
    last = recorded_project.read("scenarios/complaint.yaml").splitlines()[-1]
    assert last.startswith("every_turn: [{not: {contains: ChatGPT}}, {")
    assert recorded_project.run("run").code == 0
    assert recorded_project.run("mutate").code == 0
