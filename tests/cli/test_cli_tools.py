"""Tools of a scenario in commands: functions are called when recording, and never in replay."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer
from project import TOKEN, ProjectFolder, chatchat_script

ANSWERS = """
- prompt: [天气?, 还有呢?]
  requires_action:
    calls:
    - {id: same, name: weather, arguments: {city: 杭州}}
    - {name: clock, arguments: {}}
    then: {answer: '{{ weather }} {{ clock }}'}
"""

SCENARIO = """
stream: %s
tools: {clock: {hour: 12}, weather: {python: "own.tools:weather"}}
turns:
  - {prompt: 天气?, expect: [杭州1, '{"hour": 12}']}
  - {prompt: 还有呢?, expect: [杭州2]}
"""

FUNCTION = """
from pathlib import Path

def weather(arguments):
    with Path("calls.txt").open("a", encoding="utf-8") as calls:
        calls.write("x")
    return {"at": arguments["city"] + str(Path("calls.txt").stat().st_size)}
"""


@pytest.fixture
def tool_project(
    empty: ProjectFolder, serve_script: Callable[[ServerScript], RunningServer]
) -> ProjectFolder:
    server = serve_script(chatchat_script(ANSWERS))
    empty.env |= {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN}
    empty.write("own/tools.py", FUNCTION)
    return empty


@pytest.mark.parametrize("stream", ["false", "true"])
def test_a_function_s_outputs_are_recorded_and_replayed_without_it(
    tool_project: ProjectFolder, stream: str
) -> None:
    tool_project.write("scenarios/tools.yaml", SCENARIO % stream)
    result = tool_project.run("record")
    assert result.code == 0, result
    assert tool_project.read("calls.txt") == "xx"
    (live,) = tool_project.lines().values()
    shutil.rmtree(tool_project.path("own"))
    for _again in range(2):
        result = tool_project.run("run", drop=["COZE_API_BASE", "COZE_API_TOKEN"])
        assert result.code == 0, result
        (replayed,) = tool_project.lines().values()
        assert replayed["turns"] == live["turns"]
    assert tool_project.read("calls.txt") == "xx"
    tool_project.edit("scenarios/tools.yaml", "own.tools:weather", "own.tools:other")
    result = tool_project.run("run")
    assert result.code == 3
    assert "tools" in result.err + result.out


def test_a_function_that_fails_is_its_trial_s_error_and_no_other_s(
    tool_project: ProjectFolder,
) -> None:
    tool_project.write("scenarios/tools.yaml", SCENARIO % "false")
    tool_project.write("scenarios/bad.yaml", (SCENARIO % "false").replace(":weather", ":wether"))
    tool_project.write("scenarios/plain.yaml", "turns: [{prompt: 好, expect: [不知道]}]")
    result = tool_project.run("record")
    assert result.code == 2
    assert tool_project.statuses() == {"bad": "error", "plain": "passed", "tools": "passed"}
    assert tool_project.lines()["bad"]["error"]["where"] == "scenarios/bad.yaml:3:46"
    assert "own.tools:wether is not in its module" in result.out + result.err
    assert not tool_project.path("cassettes/bad.yaml").exists()
    assert tool_project.path("cassettes/tools.yaml").exists()
