"""Typical mistakes on the command line: what is said, the exit code, and that the advice works."""

from __future__ import annotations

import shlex

import pytest
from project import ProjectFolder


def _advice(output: str) -> str:
    """Return the first next step of an output."""
    return output.partition("next: ")[2].split("\n")[0]


def test_the_nearest_option_is_suggested(empty: ProjectFolder) -> None:
    result = empty.run("run", "--wrokers", "2")
    assert result.code == 2
    assert result.err.splitlines()[0].endswith("Did you mean --workers?")


def test_a_misspelt_tag_is_named_with_the_tags_there_are(recorded_project: ProjectFolder) -> None:
    result = recorded_project.run("run", "--tag", "smok")
    assert result.code == 5
    assert '"smok"' in result.err
    assert '"smoke"' in result.err
    assert "smoke, tools, zh" in _advice(result.err)
    # Each tag is one of a scenario, so the selection as a whole is what is empty.
    both = recorded_project.run("run", "--tag", "smoke", "-k", "nothing")
    assert (both.code, "-k and --tag" in both.err) == (5, True)
    output = recorded_project.run("list", "identity").out
    assert all(tag in output for tag in ("smoke", "zh"))


def test_a_project_without_tags_says_how_to_add_one(empty: ProjectFolder) -> None:
    empty.write("scenarios/a.yaml", "turns: [{prompt: hi}]\n")
    result = empty.run("run", "--tag", "smoke")
    assert result.code == 5
    empty.write("scenarios/a.yaml", "tags: [smoke]\nturns: [{prompt: hi}]\n")
    assert "tags: [smoke]" in _advice(result.err)
    assert empty.run("check", "--no-recordings", "--tag", "smoke").code == 0


def test_a_recording_in_place_of_a_scenario_names_the_scenario(
    recorded_project: ProjectFolder,
) -> None:
    result = recorded_project.run("run", "cassettes/identity.yaml")
    assert result.code == 2
    assert len(result.err.splitlines()) == 2
    name = _advice(result.err).rpartition(": ")[2]
    assert recorded_project.run("run", *shlex.split(name)).code == 0


def test_the_settings_in_place_of_a_scenario(recorded_project: ProjectFolder) -> None:
    result = recorded_project.run("check", "harness.yaml")
    assert (result.code, len(result.err.splitlines())) == (2, 2)


def test_a_folder_without_scenarios_is_named(recorded_project: ProjectFolder) -> None:
    (recorded_project.root / "notes").mkdir()
    result = recorded_project.run("run", "notes")
    assert result.code == 5
    assert "in notes." in result.err
    assert _advice(result.err).endswith("such as scenarios.")


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--cassettes", "harness.yaml"),
        ("run", "--reports", "harness.yaml"),
        ("history", "--reports", "harness.yaml"),
        ("init", "harness.yaml"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_file_in_place_of_a_folder(
    recorded_project: ProjectFolder, arguments: tuple[str, ...], language: str
) -> None:
    result = recorded_project.run("--lang", language, *arguments)
    assert result.code == 2
    assert {"en": "is a file", "zh": "是文件"}[language] in result.err


def test_a_base_url_without_its_scheme_is_completed(recorded_project: ProjectFolder) -> None:
    result = recorded_project.run("ask", "hi", "--base-url", "api.coze.cn")
    assert (result.code, _advice(result.err)) == (2, "Write https://api.coze.cn")


def test_an_empty_prompt_is_not_sent(project: ProjectFolder) -> None:
    result = project.run("ask", " ")
    assert (result.code, result.out) == (2, "")
    assert "coze-harness ask" in _advice(result.err)


def test_a_repeated_attempt_says_so(project: ProjectFolder) -> None:
    project.write("harness.yaml", f"{project.read('harness.yaml')}\nlimits: {{trial: 2}}\n")
    result = project.run("ask", "hi", "--base-url", "http://127.0.0.1:1")
    assert result.code == 4
    steps = [line for line in result.err.splitlines() if line.startswith("Asking")]
    assert len(set(steps)) == len(steps) > 1


def test_history_counts_what_its_head_says(recorded_project: ProjectFolder) -> None:
    recorded_project.write(
        "scenarios/twice.yaml", "cases: [{a: 1}, {a: 2}]\nturns: [{prompt: '{{ a }}'}]\n"
    )
    recorded_project.run("run", "twice")
    head, row, *_ = recorded_project.run("history").out.splitlines()
    assert head.split()[2] == "scenarios"
    assert row.split()[2] == "1"


def test_all_faults_of_a_file_with_several_scenarios_are_reported(empty: ProjectFolder) -> None:
    empty.write(
        "scenarios/a.yaml",
        "scenarios:\n"
        "  - name: a\n    turns:\n      - prompt: issue #1\n"
        "  - name: b\n    turns: [{prompt: hi, expect: [{contians: x}]}]\n",
    )
    result = empty.run("check", "--no-recordings")
    assert [line[:22] for line in result.err.splitlines() if line.startswith("scenarios/")] == [
        "scenarios/a.yaml:4:23:",
        "scenarios/a.yaml:6:36:",
    ]
