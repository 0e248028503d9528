"""What a CI server gets: annotations, a step's summary, workflows, a pre-commit hook."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import click
import pytest
import yaml
from coze_harness.cli.command_table import coze_harness
from project import ProjectFolder

GITHUB = {"GITHUB_ACTIONS": "true", "CI": "true"}
ROOT = Path(__file__).resolve().parents[2]


def _commands(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip().startswith("::")]


def test_a_run_on_github_points_at_the_failed_expectation(recorded_project: ProjectFolder) -> None:
    result = recorded_project.run("run", env=GITHUB)
    assert result.code == 1
    (annotation,) = _commands(result.out)
    assert annotation.startswith(
        "::error file=scenarios/wrong.yaml,line=5,col=9,title=wrong%3A contains::"
    )
    assert "%0Aprompt: 说点什么%0A" in annotation
    assert "1 failed" in result.last
    assert result.last.endswith("/index.html")
    assert _commands(recorded_project.run("run").out) == []


def test_paths_are_those_of_the_checked_out_repository(
    recorded_project: ProjectFolder, tmp_path: Path
) -> None:
    result = recorded_project.run("run", env=GITHUB | {"GITHUB_WORKSPACE": str(tmp_path)})
    assert _commands(result.out)[0].startswith("::error file=project/scenarios/wrong.yaml,line=5,")
    elsewhere = recorded_project.run(
        "run", env=GITHUB | {"GITHUB_WORKSPACE": str(tmp_path / "other")}
    )
    assert _commands(elsewhere.out)[0].startswith("::error file=scenarios/wrong.yaml,line=5,")
    below = recorded_project.run(
        "run",
        env=GITHUB | {"GITHUB_WORKSPACE": str(recorded_project.root)},
        cwd=recorded_project.path("scenarios"),
    )
    assert _commands(below.out)[0].startswith("::error file=scenarios/wrong.yaml,line=5,")


def test_errors_warnings_and_fixed_known_failures_are_told_apart(
    recorded_project: ProjectFolder,
) -> None:
    recorded_project.path("cassettes/weather+1.yaml").unlink()
    recorded_project.edit("scenarios/identity.yaml", "tags:", "known_failure: 从来没过\ntags:")
    recorded_project.edit(
        "scenarios/wrong.yaml", "- 绝不会有的话", "- {contains: 绝不会有的话, severity: warning}"
    )
    result = recorded_project.run("run", "-q", env=GITHUB)
    assert result.code == 3
    annotations = {
        re.sub("::([a-z]+) .*title=([^:,]+).*", r"\1 \2", line) for line in _commands(result.out)
    }
    assert annotations == {
        "warning identity",
        "error weather[1]%3A missing",
        "warning wrong%3A contains",
    }
    strict = recorded_project.run("run", "identity", "--strict-known", env=GITHUB)
    assert strict.code == 1
    assert _commands(strict.out)[0].startswith("::error file=scenarios/identity.yaml,line=1,")


def test_check_and_errors_in_files_are_annotated(recorded_project: ProjectFolder) -> None:
    recorded_project.path("cassettes/wrong.yaml").unlink()
    result = recorded_project.run("check", env=GITHUB)
    assert result.code == 3
    (annotation,) = _commands(result.err)
    assert annotation.startswith(
        "::error file=cassettes/wrong.yaml,title=coze-harness%3A missing::"
    )
    assert _commands(recorded_project.run("check").err) == []
    recorded_project.write("scenarios/new.yaml", "turns: [{promt: x}]\n")
    for command in ("check", "run"):
        result = recorded_project.run(
            command, env=GITHUB | {"GITHUB_WORKSPACE": str(recorded_project.root.parent)}
        )
        assert result.code == 2
        places = [line.partition(",title=")[0] for line in _commands(result.err)]
        assert places
        assert all(
            one.startswith("::error file=project/scenarios/new.yaml,line=1") for one in places
        )


def test_no_answer_is_taken_for_a_command(recorded_project: ProjectFolder) -> None:
    answer = "::add-mask::a\\n  ::error::b\\n##[add-path]c"
    recorded_project.edit("cassettes/wrong.yaml", "不知道。", answer)
    result = recorded_project.run("run", "wrong", "-v", env=GITHUB)
    assert "answer:   ::add-mask::a" in result.out
    assert ": :error::b" in result.out
    levels = [command.split(" ")[0] for command in _commands(result.out)]
    assert levels == ["::warning", "::error"]  # the edit, and the failed expectation
    assert not any("##[" in line for line in result.out.splitlines() if not line.startswith("::"))


def test_the_steps_summary_gets_each_runs_markdown(
    recorded_project: ProjectFolder, tmp_path: Path
) -> None:
    summary = tmp_path / "step.md"
    env = GITHUB | {"GITHUB_STEP_SUMMARY": str(summary)}
    recorded_project.run("run", "identity", env=env)
    first = recorded_project.read("reports/latest/summary.md")
    assert summary.read_text("utf-8") == first
    recorded_project.run("run", "wrong", env=env)
    second = recorded_project.read("reports/latest/summary.md")
    assert summary.read_text("utf-8") == f"{first}\n{second}"


def test_a_summary_that_is_full_or_cannot_be_written_does_not_fail_the_run(
    recorded_project: ProjectFolder, tmp_path: Path
) -> None:
    full = tmp_path / "step.md"
    full.write_bytes(b"x" * 1_048_576)
    result = recorded_project.run("run", "identity", env={"GITHUB_STEP_SUMMARY": str(full)})
    assert result.code == 0
    assert "summary is full" in result.err
    assert full.stat().st_size == 1_048_576
    nowhere = str(tmp_path / "none" / "step.md")
    result = recorded_project.run("run", "identity", env={"GITHUB_STEP_SUMMARY": nowhere})
    assert result.code == 0
    assert nowhere in result.err


@pytest.mark.parametrize("command", ["record", "live"])
def test_conversations_with_coze_are_annotated_too(project: ProjectFolder, command: str) -> None:
    force = ["--force"] if command == "record" else []
    result = project.run(command, *force, env=GITHUB)
    assert result.code == 1
    assert len([line for line in _commands(result.out) if line.startswith("::error ")]) == 1


def test_junit_has_properties_and_the_transcript(recorded_project: ProjectFolder) -> None:
    recorded_project.run("run")
    root = ElementTree.parse(recorded_project.path("reports/latest/junit.xml")).getroot()  # noqa: S314 (ours)
    cases = {case.attrib["name"]: case for case in root.iter("testcase")}
    properties = {
        item.attrib["name"]: item.attrib["value"] for item in cases["identity"].iter("property")
    }
    assert {"bot", "tokens", "log_id"} <= set(properties)
    assert "学术助手" in (cases["identity"].findtext("system-out") or "")
    wrong = cases["wrong"].findtext("failure") or ""
    assert "说点什么" in wrong
    assert "绝不会有的话" in wrong


def _command_words(script: list[str]) -> list[list[str]]:
    """Return the commands of ours in a job's script."""
    return [line.split() for line in script if line.startswith("coze-harness ")]


def _exists(words: list[str]) -> bool:
    command = coze_harness.get_command(click.Context(coze_harness), words[1])
    return command is not None and bool(command.make_context(words[1], words[2:]))


def test_init_writes_workflows_that_run_offline_and_keep_the_report(
    empty: ProjectFolder, offline: tuple[str, ...]
) -> None:
    demo = empty.path("demo")
    assert empty.run("init", "demo").code == 0
    github = yaml.safe_load((demo / ".github/workflows/coze-harness.yml").read_text("utf-8"))
    steps = github["jobs"]["replay"]["steps"]
    gitlab = yaml.safe_load((demo / ".gitlab-ci.yml").read_text("utf-8"))["bot"]
    on_github = _command_words([step["run"] for step in steps if "run" in step])
    assert on_github == _command_words(gitlab["script"])
    assert all(_exists(words) for words in on_github)
    assert "COZE_API_TOKEN" not in str(github) + str(gitlab)
    # Spoilt, so that the job fails: what it keeps must be there all the same.
    scenario = demo / "scenarios/identity.yaml"
    scenario.write_text(scenario.read_text("utf-8").replace("学术助手", "九点开门"), "utf-8")
    assert [words[1:] for words in on_github] == [["run", "--strict"]]
    for words in on_github:
        code = empty.run(*words[1:], cwd=demo, wrapper=offline, env={"CI": "true"}).code
    assert code == 1
    upload = steps[-1]
    assert upload["if"] == "always()"
    assert (demo / upload["with"]["path"] / "index.html").is_file()
    artifacts = gitlab["artifacts"]
    assert artifacts["when"] == "always"
    assert (demo / artifacts["reports"]["junit"]).is_file()
    # GitLab shows a folder in the merge request only if its name ends with a slash.
    assert all(path.endswith("/") and (demo / path).is_dir() for path in artifacts["paths"])
    assert artifacts["expose_as"]


def test_the_pre_commit_hook_is_a_command_and_looks_at_what_it_checks() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert (hook["id"], hook["language"]) == ("coze-harness-check", "python")
    assert hook["pass_filenames"] is False
    assert _exists(hook["entry"].split())
    looks_at = re.compile(hook["files"])
    for path in ("harness.yaml", "bots/harness.yaml", "scenarios/a/b.yaml", "cases/城市.csv",
                 "cassettes/identity.yaml"):  # fmt: skip
        assert looks_at.search(path), path
    assert not any(looks_at.search(path) for path in ("README.md", "src/harness.yaml.py"))


def test_a_comparison_warns_of_a_single_failure_and_of_what_failed_before(
    recorded_project: ProjectFolder,
) -> None:
    recorded_project.run("run")
    before = recorded_project.run_json()["run_id"]
    same = recorded_project.run("compare", before, before, env=GITHUB)
    assert same.code == 0
    assert [line.split(" ")[0] for line in _commands(same.out)] == ["::warning"]
    recorded_project.edit("scenarios/identity.yaml", "- 学术助手", "- 九点开门")
    recorded_project.run("run")
    result = recorded_project.run(
        "compare", before, recorded_project.run_json()["run_id"], env=GITHUB
    )
    # One trial on each side decides nothing.
    assert result.code == 0
    levels = {
        re.sub("::([a-z]+) file=([^,]+),.*", r"\1 \2", line) for line in _commands(result.out)
    }
    assert levels == {"warning scenarios/identity.yaml", "warning scenarios/wrong.yaml"}
    assert result.last.endswith("/index.html")
