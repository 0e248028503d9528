"""`mutate`, as users type it: on the shipped scenarios, and on small projects."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from coze_harness.model import MutationClass
from coze_harness.reporting.views.mutation_view import missing_protection
from project import CommandResult, ProjectFolder, chatchat_script, empty_project, record_from
from rich.cells import cell_len

ROOT = Path(__file__).resolve().parents[2]

WEAK = """name: 弱
turns:
  - prompt: 你是谁?
    expect:
      - length: {max: 5000}
"""
STRONG = """name: strong
turns:
  - prompt: 天气杭州
    expect:
      - equals: 杭州天气很好☀️
"""


@pytest.fixture
def repository_copy(tmp_path: Path) -> ProjectFolder:
    """The scenarios and cassettes of this repository, in a folder of their own."""
    project = ProjectFolder(tmp_path / "shipped", home=tmp_path / "home")
    for name in ("scenarios", "cassettes"):
        shutil.copytree(ROOT / name, project.root / name)
    shutil.copy(ROOT / "harness.yaml", project.root)
    return project


@pytest.fixture(scope="module")
def small_once(tmp_path_factory: pytest.TempPathFactory) -> ProjectFolder:
    project = empty_project(tmp_path_factory.mktemp("small"))
    project.write("scenarios/weak.yaml", WEAK)
    project.write("scenarios/strong.yaml", STRONG)
    record_from(chatchat_script(), project)
    return project


@pytest.fixture
def small(small_once: ProjectFolder, tmp_path: Path) -> ProjectFolder:
    """A weak and a strong scenario, recorded; without a token."""
    return small_once.copy_to(tmp_path / "project", home=tmp_path / "home")


def _scores(project: ProjectFolder, *arguments: str, code: int = 0) -> dict[str, dict[str, Any]]:
    result = project.run("mutate", "--json", *arguments)
    assert result.code == code, result
    return _by_scenario(result)


def _by_scenario(result: CommandResult) -> dict[str, dict[str, Any]]:
    return {one["scenario"]: one for one in json.loads(result.out)["mutation"]["scores"]}


def test_a_weak_scenario_scores_low_and_a_strong_one_full(small: ProjectFolder) -> None:
    scores = _scores(small)
    weak, strong = scores["弱"], scores["strong"]
    assert (weak["score"], weak["caught"]) == (0.0, 0)
    assert sum(one["spoilings"] for one in weak["classes"]) == weak["spoilings"]
    assert weak["spoilings"] == len(weak["survivors"]) > 10
    assert (strong["score"], strong["survivors"]) == (1.0, [])
    assert strong["spoilings"] == strong["caught"] > 10
    first = weak["survivors"][0]
    assert set(first) == {
        "spoiling", "answer", "turn", "trial", "original", "expectations", "hint", "class",
            "expectation_messages",
    }  # fmt: skip
    assert (first["spoiling"], first["answer"], first["turn"]) == ("emptied", "", 1)
    assert first["class"] == "omission"
    assert first["hint"]
    assert first["expectations"] == ["at most 5,000 characters"]


def test_the_output_has_scores_survivors_and_what_to_add(small: ProjectFolder) -> None:
    result = small.run("mutate")
    assert result.code == 0, result
    lines = result.out.splitlines()
    weak, strong = sorted(lines[:2], key=lambda line: "█" in line)
    assert weak.startswith("弱       0/")
    assert "░░░░░░░░░░  emptied, cut, " in weak
    assert strong.startswith("strong ")
    assert strong.endswith("██████████")
    assert cell_len(weak.partition("░")[0]) == cell_len(strong.partition("█")[0])
    assert any(line.startswith("弱, turn 1: ") for line in lines)
    assert str(missing_protection(MutationClass.REFUSAL, 1)) in lines
    assert "弱, turn 1 passes with this mutant (emptied):" in lines
    assert "  mutant   (an empty answer)" in lines
    assert '  add      - contains: {none: ["ChatGPT", "OpenAI"]}' in lines
    assert " killed (0." in result.last
    assert result.last.endswith("/index.html")
    assert result.err == ""


def test_the_runs_folder_has_the_scores_and_the_replayed_trials(small: ProjectFolder) -> None:
    scores = _scores(small)
    run = small.run_json()
    assert run["mode"] == "mutate"
    assert "base_url" not in run["environment"]
    stored_scores = {one["scenario"]: one for one in run["mutation"]["scores"]}
    assert run["mutation"]["seed"] == 1
    for name in ("survivors", "classes", "good", "accepted", "rejected"):
        assert stored_scores["弱"][name] == scores["弱"][name]
    assert stored_scores["strong"]["caught"] == scores["strong"]["caught"]
    assert small.statuses() == {"弱": "passed", "strong": "passed"}
    assert set(small.lines()) == {"弱", "strong"}


def test_the_same_seed_gives_the_same_mutants_whatever_other_scenarios_there_are(
    small: ProjectFolder,
) -> None:
    first = _scores(small)
    assert _scores(small) == first
    assert _scores(small, "--seed", "2") != first

    def other_survivors(scores: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
        return [one for one in scores["弱"]["survivors"] if one["spoiling"] != "swapped"]

    assert other_survivors(_scores(small, "弱")) == other_survivors(first)


def test_a_low_score_is_a_failure_only_with_fail_under(small: ProjectFolder) -> None:
    result = small.run("mutate", "-q", "--fail-under", "0.5")
    assert result.code == 1
    below, last = result.out.splitlines()
    assert below.startswith("弱 scores 0.00")
    assert below.endswith(", less than 0.5")
    assert " killed " in last
    assert small.run("mutate", "strong", "--fail-under", "0.9").code == 0
    as_json = small.run("mutate", "--json", "--fail-under", "0.5")
    assert as_json.code == 1
    assert json.loads(as_json.out) == small.run_json()
    assert "弱 scores 0.00" in as_json.err


def test_a_turn_without_expectations_is_reported(small: ProjectFolder) -> None:
    small.edit("scenarios/weak.yaml", "    expect:\n      - length: {max: 5000}\n", "")
    result = small.run("mutate", "弱")
    assert "弱, turn 1: " in result.out


def test_a_turn_that_does_not_pass_is_left_out_and_is_no_failure(
    recorded_project: ProjectFolder,
) -> None:
    result = recorded_project.run("mutate", "--json", "--fail-under", "0")
    assert result.code == 0
    scores = _by_scenario(result)
    assert scores["wrong"] == {
        "scenario": "wrong",
        "score": None,
        "spoilings": 0,
        "caught": 0,
        "survivors": [],
    }
    (warning,) = (line for line in result.err.splitlines() if line.startswith("wrong, turn 1: "))
    assert "绝不会有的话" in warning
    assert {one["trial"] for one in scores["weather"]["survivors"]} == {
        "weather[1]",
        "weather[2]",
    }
    assert {one["turn"] for one in scores["weather"]["survivors"]} == {1, 2}


def test_unusable_recordings_are_reported_and_the_others_continue(small: ProjectFolder) -> None:
    small.write("scenarios/new.yaml", "turns: [{prompt: 新的, expect: [新]}]\n")
    small.path("cassettes/strong.yaml").write_text("{[", "utf-8")
    result = small.run("mutate", "--json", "--fail-under", "0.5")
    assert result.code == 3
    scores = _by_scenario(result)
    assert scores["弱"]["spoilings"] > 10
    assert scores["strong"]["score"] is scores["new"]["score"] is None
    assert any(line.startswith("new: ") for line in result.err.splitlines())
    assert "cassettes/new.yaml: " in result.err
    assert "cassettes/strong.yaml" in result.err
    assert "next: set COZE_API_TOKEN and run coze-harness record scenarios/new.yaml" in result.err
    small.edit("scenarios/weak.yaml", "你是谁?", "你到底是谁?")
    assert "is stale" in small.run("mutate", "弱").err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--fail-under", "1.5"), 2, "--fail-under"),
        (("--seed", "x"), 2, "--seed"),
        (("nowhere",), 2, "nowhere"),
        (("--tag", "none"), 5, 'tag "none"'),
    ],
)
def test_invalid_arguments_are_rejected(
    small: ProjectFolder, arguments: tuple[str, ...], code: int, words: str
) -> None:
    result = small.run("mutate", *arguments)
    assert result.code == code, result
    assert words in result.err


def test_no_secret_of_a_scenarios_author_reaches_the_reports(small: ProjectFolder) -> None:
    secret = "pat_" + "Q7hT2kVw9ZxL4mBn" * 4
    small.edit("scenarios/weak.yaml", "length: {max: 5000}", f"not: {{contains: {secret}}}")
    result = small.run("mutate")
    assert result.code == 0
    assert secret not in result.out
    for path in small.path("reports/latest").iterdir():
        assert secret not in path.read_text("utf-8"), path.name


def test_no_secret_reaches_the_reports_with_a_rejected_answer(
    repository_copy: ProjectFolder,
) -> None:
    secret = "pat_" + "Q7hT2kVw9ZxL4mBn" * 4
    repository_copy.edit("scenarios/identity.yaml", "- 学术助手", f'- regex: "主题,并|{secret}"')
    result = repository_copy.run("mutate", "identity")
    assert result.code == 0, result
    (score,) = repository_copy.run_json()["mutation"]["scores"]
    assert score["rejected"]
    assert secret not in result.out
    for path in repository_copy.path("reports/latest").iterdir():
        assert secret not in path.read_text("utf-8"), path.name


def test_an_answer_cannot_move_the_cursor(project: ProjectFolder) -> None:
    project.write("scenarios/esc.yaml", "turns: [{prompt: '天气\\e[2J杭州', expect: []}]\n")
    project.edit("scenarios/esc.yaml", "'天气\\e[2J杭州'", '"天气\\e[2J杭州"')
    assert project.run("record", "esc").code == 0
    result = project.run("mutate", "esc")
    assert result.code == 0
    assert "\x1b" not in result.out
    assert "⟨ESC⟩[2J" in result.out


def test_it_needs_no_network(small: ProjectFolder, offline: tuple[str, ...]) -> None:
    assert small.run("mutate", wrapper=offline).code == 0


def test_the_shipped_scenarios_have_these_scores(repository_copy: ProjectFolder) -> None:
    scores = _scores(repository_copy)
    counts = {name: (one["caught"], one["spoilings"]) for name, one in scores.items()}
    assert counts == {
        "weather-en": (6, 21),
        "weather-zh": (7, 20),
        "identity": (9, 19),
        "books": (5, 17),
        "memory": (31, 67),
        "cities": (44, 53),
        "weekday": (0, 0),
    }
    assert {one["trial"] for one in scores["books"]["survivors"]} == {"books"}
    assert "不" in next(
        one["answer"] for one in scores["books"]["survivors"] if one["spoiling"] == "negated"
    )
