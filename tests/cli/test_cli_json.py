"""`--json`: stdout has only the result, whatever goes wrong; exit codes stay the same."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from project import CommandResult, ProjectFolder

STALE = "turns: [{prompt: 换了, expect: [好]}]\n"


def _read(done: CommandResult) -> Any:
    return json.loads(done.out)


@pytest.mark.parametrize("command", ["run", "mutate"])
def test_a_run_without_the_network_prints_its_run_json(
    recorded: ProjectFolder, command: str
) -> None:
    done = recorded.run(command, "--json", "--lang", "zh")
    assert done.code == (1 if command == "run" else 0), done
    assert _read(done) == recorded.run_json()
    assert "index.html" in done.err


@pytest.mark.parametrize("command", ["record", "live", "compare"])
def test_a_run_with_coze_prints_its_run_json(project: ProjectFolder, command: str) -> None:
    if command == "compare":
        assert project.run("record", "identity").code == 0
    done = project.run(command, "identity", "--json", env={"GITHUB_ACTIONS": "true"})
    assert done.code == 0, done
    printed = _read(done)
    assert printed == project.run_json()
    assert printed["mode"] == command
    assert (printed.get("comparison") is not None) is (command == "compare")
    assert "index.html" in done.err


def test_two_runs_are_compared_as_json(recorded: ProjectFolder) -> None:
    recorded.run("run")
    recorded.run("run")
    done = recorded.run("compare", *recorded.runs()[-2:], "--json")
    assert done.code == 0, done
    assert _read(done)["comparison"]["counts"] == {"same": 4}


def test_a_command_that_cannot_run_prints_nothing_on_stdout(recorded: ProjectFolder) -> None:
    for command in ("run", "list", "mutate"):
        done = recorded.run(command, "nowhere", "--json")
        assert (done.code, done.out) == (2, "")
        assert "nowhere" in done.err
    recorded.path("cassettes/wrong.yaml").unlink()
    done = recorded.run("run", "--json", env={"GITHUB_ACTIONS": "true"})
    assert done.code == 3
    assert _read(done)["summary"]["errors"] == 1
    assert "::error file=" in done.err


def test_check_prints_an_array_of_messages(recorded: ProjectFolder) -> None:
    assert _read(recorded.run("check", "--json")) == []
    recorded.path("cassettes/identity.yaml").unlink()
    recorded.write("scenarios/wrong.yaml", STALE)
    done = recorded.run("check", "--json")
    assert (done.code, done.err) == (3, "")
    messages = {one["kind"]: one for one in _read(done)}
    assert set(messages) == {"missing", "stale"}
    on_github = recorded.run("check", "--json", env={"GITHUB_ACTIONS": "true"})
    assert on_github.out == done.out
    assert on_github.err.count("::error file=") == 2
    missing = messages["missing"]
    assert set(missing) == {
        *("file", "line", "column", "kind", "severity", "message", "detail", "next_step"),
    }
    assert (missing["file"], missing["line"]) == ("cassettes/identity.yaml", None)
    assert "coze-harness record" in missing["next_step"]


def test_check_prints_errors_in_files_as_messages(recorded: ProjectFolder) -> None:
    recorded.write("scenarios/new.yaml", "turns: [{promt: x}]\n")
    recorded.write("scenarios/other.yaml", "trns: []\n")
    done = recorded.run("check", "--json")
    assert (done.code, done.err) == (2, "")
    places = {(one["file"], one["line"], one["kind"]) for one in _read(done)}
    assert {
        ("scenarios/new.yaml", 1, "scenario"),
        ("scenarios/other.yaml", 1, "scenario"),
    } <= places
    recorded.write("harness.yaml", "lang: fr\n")
    (one,) = _read(recorded.run("check", "--json"))
    assert (one["file"], one["line"], one["column"], one["kind"]) == (
        "harness.yaml",
        1,
        7,
        "settings",
    )


def test_history_prints_an_array_of_runs(recorded: ProjectFolder) -> None:
    recorded.run("run")
    done = recorded.run("history", "--json", "--lang", "zh")
    newest, oldest = _read(done)
    assert (newest["mode"], oldest["mode"]) == ("replay", "record")
    assert newest["run_id"] == recorded.runs()[-1]
    assert (newest["trials"], newest["failed"], newest["tone"]) == (4, 1, "bad")
    assert "个场景" in newest["verdict"]
    assert len(_read(recorded.run("history", "--json", "-n", "1"))) == 1


def test_list_prints_an_array_of_trials(recorded: ProjectFolder) -> None:
    found = _read(recorded.run("list", "--json"))
    assert {one["id"]: one["state"] for one in found} == dict.fromkeys(
        ("identity", "weather[1]", "weather[2]", "wrong"), "recorded"
    )


def test_every_key_that_is_printed_is_documented(recorded: ProjectFolder) -> None:
    page = (Path(__file__).parents[2] / "docs/json.md").read_text("utf-8")
    recorded.write("scenarios/wrong.yaml", STALE)
    (message,) = _read(recorded.run("check", "--json"))
    printed = set(recorded.run_json()) | set(recorded.run_json()["trials"][0]) | set(message)
    for command in ("list", "history"):
        printed |= set(_read(recorded.run(command, "--json"))[0])
    written = set(re.findall(r'[`"](\w+)[`"]', page))
    assert printed - written == set()
