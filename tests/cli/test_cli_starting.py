"""`init`, what is selected, and which setting wins."""

from __future__ import annotations

import json
import shutil

import pytest
from coze_harness.server.server_process import RunningServer
from project import CHATCHAT, SECOND, ProjectFolder


def test_init_makes_a_project_that_runs_at_once_without_network(
    empty: ProjectFolder, offline: tuple[str, ...]
) -> None:
    result = empty.run("init", "demo", wrapper=offline)
    assert result.code == 0, result
    demo = empty.path("demo")
    for name in ("harness.yaml", "scenarios/identity.yaml", ".gitignore", "scenario.schema.json"):
        assert (demo / name).is_file(), name
    assert list((demo / ".github/workflows").iterdir())
    ran = empty.run("run", wrapper=offline, cwd=demo)
    assert (ran.code, ran.err) == (0, ""), ran
    assert "passed" in ran.last
    assert empty.run("check", cwd=demo).code == 0


def test_init_keeps_what_is_there(empty: ProjectFolder) -> None:
    before = empty.read("harness.yaml")
    result = empty.run("init")
    assert result.code == 0
    assert "kept     harness.yaml" in result.out
    assert empty.read("harness.yaml") == before
    again = empty.run("init")
    assert "written" not in again.out


def test_init_into_a_files_path_is_told_in_words(empty: ProjectFolder) -> None:
    result = empty.run("init", "harness.yaml")
    assert result.code == 2
    assert "harness.yaml" in result.err
    assert "next: " in result.err
    assert "Traceback" not in result.err


def _trial_names(project: ProjectFolder, *arguments: str) -> list[str]:
    result = project.run("list", "--json", *arguments)
    assert result.code == 0, result
    return [row["id"] for row in json.loads(result.out)]


@pytest.mark.parametrize(
    ("arguments", "trials"),
    [
        (["scenarios/identity.yaml"], ["identity"]),
        (["scenarios"], ["identity", "weather[1]", "weather[2]", "wrong"]),
        (["weather"], ["weather[1]", "weather[2]"]),
        (["weather", "scenarios/wrong.yaml"], ["weather[1]", "weather[2]", "wrong"]),
        (["-k", "not wrong and not identity"], ["weather[1]", "weather[2]"]),
        (["--tag", "smoke"], ["identity"]),
        (["--tag", "smoke", "--tag", "tools"], ["identity", "weather[1]", "weather[2]"]),
        (["identity", "--repeat", "3"], ["identity", "identity#2", "identity#3"]),
        (
            ["identity", "--bot", "chatchat", "--bot", "second"],
            ["identity@chatchat", "identity@second"],
        ),
    ],
    ids=lambda value: " ".join(value),
)
def test_what_a_command_line_selects(
    project: ProjectFolder, arguments: list[str], trials: list[str]
) -> None:
    names = _trial_names(project, *arguments)
    # A scenario's own bot may go without its name.
    assert sorted(name.replace("@chatchat", "") for name in names) == [
        name.replace("@chatchat", "") for name in trials
    ]


def test_last_failed_goes_by_the_latest_run_of_each_trial(recorded_project: ProjectFolder) -> None:
    recorded_project.path("cassettes/weather+2.yaml").unlink()
    recorded_project.run("run")
    assert _trial_names(recorded_project, "--last-failed") == ["weather[2]", "wrong"]
    recorded_project.run("run", "identity")
    assert _trial_names(recorded_project, "--last-failed") == ["weather[2]", "wrong"]
    recorded_project.edit("scenarios/wrong.yaml", "绝不会有的话", "不知道")
    assert recorded_project.run("run", "wrong").code == 0
    assert _trial_names(recorded_project, "--last-failed") == ["weather[2]"]
    result = recorded_project.run("run", "--last-failed", "wrong")
    assert result.code == 5
    assert "--last-failed" in result.err


def test_last_failed_needs_a_run_that_has_a_selected_trial(recorded_project: ProjectFolder) -> None:
    recorded_project.run("run", "identity")
    assert recorded_project.run("run", "--last-failed", "identity").code == 5
    shutil.rmtree(recorded_project.path("reports"))
    result = recorded_project.run("run", "--last-failed")
    assert result.code == 2
    assert "--last-failed" in result.err


def test_a_trial_is_selected_by_its_id(recorded_project: ProjectFolder) -> None:
    assert _trial_names(recorded_project, "weather[2]") == ["weather[2]"]
    assert _trial_names(recorded_project, "weather[2]", "identity") == ["identity", "weather[2]"]
    assert recorded_project.run("run", "weather[2]").code == 0
    assert list(recorded_project.statuses()) == ["weather[2]"]
    result = recorded_project.run("run", "weather[3]")
    assert result.code == 2
    assert "weather[" in result.err.splitlines()[0].replace("weather[3]", "")


def test_an_option_wins_over_the_environment_and_that_over_the_file(
    project: ProjectFolder, server: RunningServer
) -> None:
    nobody = "http://127.0.0.1:9"
    project.edit("harness.yaml", "https://api.coze.com", nobody)
    assert project.run("ask", "你是谁?", "-q").code == 0
    result = project.run(
        "ask", "你是谁?", "--base-url", server.base_url, env={"COZE_API_BASE": nobody}
    )
    assert result.code == 0, result
    project.edit("harness.yaml", nobody, server.base_url)
    assert project.run("ask", "你是谁?", drop=["COZE_API_BASE"]).code == 0


def test_the_same_prompts_are_put_to_several_bots(project: ProjectFolder) -> None:
    result = project.run("record", "identity", "--bot", "chatchat", "--bot", "second")
    assert result.code == 1, result
    assert sorted(project.statuses().values()) == ["failed", "passed"]
    assert project.run("run", "identity", "--bot", "chatchat", "--bot", "second").code == 1
    bot_ids = {line["bot_id"] for line in project.lines().values()}
    assert bot_ids == {CHATCHAT, SECOND}


def test_cassettes_and_reports_may_lie_elsewhere(project: ProjectFolder) -> None:
    folders = ["--cassettes", "tapes", "--reports", "out"]
    assert project.run("record", "identity", *folders).code == 0
    assert project.path("tapes/identity.yaml").is_file()
    result = project.run("run", "identity", *folders)
    assert result.code == 0
    assert result.last.endswith("/index.html")
    assert project.path("out/latest/run.json").is_file()
    assert not project.path("reports").exists()
    assert project.run("history", "--reports", "out").out.count("\n") == 3
