"""`min_score`: every output and every command has the same result, and gives the same cause."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest
from project import ProjectFolder
from pytest_plugin.plugin_running import run_pytest_in

HEAD = "turns:\n  - prompt: %s\n    min_score: %s\n    expect:\n"
FAILS = "      - {name: cat, contains: 猫, weight: %s}\n"
PASSES = "      - length: {min: 1}\n"
LOW = "The score of the turn is 0.2; at least 0.5 is required."


@pytest.fixture
def scored_project(recorded_project: ProjectFolder) -> ProjectFolder:
    """`identity` passes although an expectation fails; `wrong` fails, as its score is 0.2."""
    recorded_project.write("scenarios/identity.yaml", HEAD % ("你是谁?", 0.5) + FAILS % 1 + PASSES)
    recorded_project.write("scenarios/wrong.yaml", HEAD % ("说点什么", 0.5) + FAILS % 4 + PASSES)
    recorded_project.path("scenarios/weather.yaml").unlink()
    return recorded_project


def failed_cases(junit: ET.Element) -> list[str | None]:
    return [one.get("name") for one in junit.iter("testcase") if one.find("failure") is not None]


def test_run_junit_and_pytest_have_the_same_result(scored_project: ProjectFolder) -> None:
    result = scored_project.run("run")
    assert result.code == 1
    assert scored_project.statuses() == {"identity": "passed", "wrong": "failed"}
    assert scored_project.run_json()["summary"]["warnings"] == 1
    junit = ET.parse(scored_project.path("reports/latest/junit.xml")).getroot()  # noqa: S314 (our own)
    (failure,) = junit.iter("failure")
    assert failure.get("message") == f"min_score: {LOW}"
    assert "cat (contains)" in (failure.text or "")
    tested = run_pytest_in(scored_project, "scenarios", "--junitxml=pytest.xml")
    assert tested.code == 1
    assert LOW in tested.out
    from_pytest = ET.parse(scored_project.path("pytest.xml")).getroot()  # noqa: S314 (our own)
    assert failed_cases(from_pytest) == failed_cases(junit) == ["wrong"]
    lines = scored_project.lines()
    passed, failed = (lines[name]["turns"][0]["verdicts"] for name in ("identity", "wrong"))
    assert [(one["kind"], one["status"], one["score"]) for one in passed] == [
        ("contains", "failed", None), ("length", "passed", None), ("min_score", "passed", 0.5),
    ]  # fmt: skip
    assert (failed[-1]["reason"], failed[-1]["score"]) == (LOW, 0.2)
    assert failed[-1]["location"] == "scenarios/wrong.yaml:3:16"


def test_outputs_show_a_tolerated_failure_as_a_warning_and_no_cause(
    scored_project: ProjectFolder,
) -> None:
    quiet = scored_project.run("run", "-q").out.splitlines()
    assert quiet[0] == f"FAILED  wrong  min_score: {LOW}  scenarios/wrong.yaml:3:16"
    result = scored_project.run("run", env={"GITHUB_ACTIONS": "true"})
    annotations = [
        line.partition("::")[0] + line.partition("::")[2].partition(" ")[0]
        for line in (result.out + result.err).splitlines()
        if line.startswith(("::error ", "::warning "))
    ]
    assert sorted(annotations) == ["error", "error", "warning"]
    summary = scored_project.read("reports/latest/summary.md")
    assert "| `identity` |" not in summary
    assert LOW in summary
    page = scored_project.read("reports/latest/index.html")
    assert LOW in page
    assert "warning" in page
    chinese = scored_project.run("run", "--lang", "zh").out
    assert "本轮得分为 0.2，要求至少 0.5。" in chinese


def test_a_score_decides_what_a_comparison_says(scored_project: ProjectFolder) -> None:
    before = set(scored_project.runs())
    assert scored_project.run("run", "scenarios/identity.yaml").code == 0
    (base,) = set(scored_project.runs()) - before
    scored_project.edit("scenarios/identity.yaml", "min_score: 0.5", "min_score: 0.6")
    assert scored_project.run("run", "scenarios/identity.yaml").code == 1
    (candidate,) = set(scored_project.runs()) - before - {base}
    output = scored_project.run("compare", f"reports/{base}", f"reports/{candidate}").out
    assert "The score of the turn is 0.5; at least 0.6 is required." in output
    change = scored_project.lines()["identity"]["change"]
    assert change["kind"] == "regressed"
    assert [flip["kind"] for flip in change["turns"][0]["flips"]] == ["min_score"]


def test_a_turn_with_a_low_score_ends_a_conversation_that_stops_on_failure(
    recorded_project: ProjectFolder,
) -> None:
    text = recorded_project.read("scenarios/weather.yaml").replace(
        "cases:", "stop_on_failure: true\ncases:"
    )
    tolerant = text.replace("    expect:\n", "    min_score: 0.5\n    expect:\n      - 猫\n", 1)
    recorded_project.write("scenarios/weather.yaml", tolerant)
    assert recorded_project.run("run", "scenarios/weather.yaml").code == 0
    recorded_project.write(
        "scenarios/weather.yaml", tolerant.replace("min_score: 0.5", "min_score: 0.6")
    )
    recorded_project.run("run", "scenarios/weather.yaml")
    assert {len(line["turns"]) for line in recorded_project.lines().values()} == {1}


def test_mutants_are_killed_by_the_score(scored_project: ProjectFolder) -> None:
    def score(at_least: float) -> tuple[int, int]:
        items = "      - {contains: 学术助手, weight: 3}\n      - {contains: chatchat, weight: 2}\n"
        scored_project.write(
            "scenarios/identity.yaml", HEAD % ("你是谁?", at_least) + items + PASSES
        )
        result = scored_project.run("mutate", "scenarios/identity.yaml", "--json")
        (scenario,) = json.loads(result.out)["mutation"]["scores"]
        return scenario["caught"], scenario["spoilings"]

    strict, lax = score(1.0), score(0.1)
    assert strict[1] == lax[1]
    assert strict[0] > lax[0]


def test_a_min_score_without_anything_to_count_is_an_error(scored_project: ProjectFolder) -> None:
    head = HEAD % ("你是谁?", 0.5)
    for items in ("      - {contains: a, severity: warning}\n", "      []\n"):
        scored_project.write("scenarios/identity.yaml", head.rstrip("\n") + "\n" + items)
        result = scored_project.run("check")
        assert result.code == 2
        assert "scenarios/identity.yaml:3:5: " in result.err
    for value in ("0", "1.1", "high"):
        scored_project.write("scenarios/identity.yaml", HEAD % ("你是谁?", value) + PASSES)
        assert "scenarios/identity.yaml:3:16: " in scored_project.run("check").err
