"""`--json`: stdout has only the result, whatever goes wrong; exit codes stay the same."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from project import CommandResult, ProjectFolder

STALE = "turns: [{prompt: 换了, expect: [好]}]\n"


def _read(result: CommandResult) -> Any:
    return json.loads(result.out)


@pytest.mark.parametrize("command", ["run", "mutate"])
def test_a_run_without_the_network_prints_its_run_json(
    recorded_project: ProjectFolder, command: str
) -> None:
    result = recorded_project.run(command, "--json", "--lang", "zh")
    assert result.code == (1 if command == "run" else 0), result
    assert _read(result) == recorded_project.run_json()
    assert "index.html" in result.err


@pytest.mark.parametrize("command", ["record", "live", "compare"])
def test_a_run_with_coze_prints_its_run_json(project: ProjectFolder, command: str) -> None:
    if command == "compare":
        assert project.run("record", "identity").code == 0
    result = project.run(command, "identity", "--json", env={"GITHUB_ACTIONS": "true"})
    assert result.code == 0, result
    record = _read(result)
    assert record == project.run_json()
    assert record["mode"] == command
    assert (record.get("comparison") is not None) is (command == "compare")
    assert "index.html" in result.err


def test_two_runs_are_compared_as_json(recorded_project: ProjectFolder) -> None:
    recorded_project.run("run")
    recorded_project.run("run")
    result = recorded_project.run("compare", *recorded_project.runs()[-2:], "--json")
    assert result.code == 0, result
    assert _read(result)["comparison"]["counts"] == {"same": 4}


def test_a_command_that_cannot_run_prints_nothing_on_stdout(
    recorded_project: ProjectFolder,
) -> None:
    for command in ("run", "list", "mutate"):
        result = recorded_project.run(command, "nowhere", "--json")
        assert (result.code, result.out) == (2, "")
        assert "nowhere" in result.err
    recorded_project.path("cassettes/wrong.yaml").unlink()
    result = recorded_project.run("run", "--json", env={"GITHUB_ACTIONS": "true"})
    assert result.code == 3
    assert _read(result)["summary"]["errors"] == 1
    assert "::error file=" in result.err


def test_check_prints_an_array_of_messages(recorded_project: ProjectFolder) -> None:
    assert _read(recorded_project.run("check", "--json")) == []
    recorded_project.path("cassettes/identity.yaml").unlink()
    recorded_project.write("scenarios/wrong.yaml", STALE)
    result = recorded_project.run("check", "--json")
    assert (result.code, result.err) == (3, "")
    messages = {one["kind"]: one for one in _read(result)}
    assert set(messages) == {"missing", "stale"}
    on_github = recorded_project.run("check", "--json", env={"GITHUB_ACTIONS": "true"})
    assert on_github.out == result.out
    assert on_github.err.count("::error file=") == 2
    missing = messages["missing"]
    assert set(missing) == {
        *("file", "line", "column", "kind", "severity", "message", "detail", "next_step"),
    }
    assert (missing["file"], missing["line"]) == ("cassettes/identity.yaml", None)
    assert "coze-harness record" in missing["next_step"]


def test_check_prints_errors_in_files_as_messages(recorded_project: ProjectFolder) -> None:
    recorded_project.write("scenarios/new.yaml", "turns: [{promt: x}]\n")
    recorded_project.write("scenarios/other.yaml", "trns: []\n")
    result = recorded_project.run("check", "--json")
    assert (result.code, result.err) == (2, "")
    places = {(one["file"], one["line"], one["kind"]) for one in _read(result)}
    assert {
        ("scenarios/new.yaml", 1, "scenario"),
        ("scenarios/other.yaml", 1, "scenario"),
    } <= places
    recorded_project.write("harness.yaml", "lang: fr\n")
    (one,) = _read(recorded_project.run("check", "--json"))
    assert (one["file"], one["line"], one["column"], one["kind"]) == (
        "harness.yaml",
        1,
        7,
        "settings",
    )


def test_history_prints_an_array_of_runs(recorded_project: ProjectFolder) -> None:
    recorded_project.run("run")
    result = recorded_project.run("history", "--json", "--lang", "zh")
    newest, oldest = _read(result)
    assert (newest["mode"], oldest["mode"]) == ("replay", "record")
    assert newest["run_id"] == recorded_project.runs()[-1]
    assert (newest["trials"], newest["failed"], newest["tone"]) == (4, 1, "bad")
    assert "个场景" in newest["verdict"]
    assert len(_read(recorded_project.run("history", "--json", "-n", "1"))) == 1


def test_list_prints_an_array_of_trials(recorded_project: ProjectFolder) -> None:
    trials = _read(recorded_project.run("list", "--json"))
    assert {one["id"]: one["state"] for one in trials} == dict.fromkeys(
        ("identity", "weather[1]", "weather[2]", "wrong"), "recorded"
    )


def test_every_key_that_is_printed_is_documented(recorded_project: ProjectFolder) -> None:
    page = (Path(__file__).parents[2] / "docs/json.md").read_text("utf-8")
    recorded_project.write("scenarios/wrong.yaml", STALE)
    (message,) = _read(recorded_project.run("check", "--json"))
    output_keys = (
        set(recorded_project.run_json())
        | set(recorded_project.run_json()["trials"][0])
        | set(message)
    )
    for command in ("list", "history"):
        output_keys |= set(_read(recorded_project.run(command, "--json"))[0])
    page_keys = set(re.findall(r'[`"](\w+)[`"]', page))
    assert output_keys - page_keys == set()
