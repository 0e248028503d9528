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
def scored(recorded: ProjectFolder) -> ProjectFolder:
    """`identity` passes although an expectation fails; `wrong` fails, as its score is 0.2."""
    recorded.write("scenarios/identity.yaml", HEAD % ("你是谁?", 0.5) + FAILS % 1 + PASSES)
    recorded.write("scenarios/wrong.yaml", HEAD % ("说点什么", 0.5) + FAILS % 4 + PASSES)
    recorded.path("scenarios/weather.yaml").unlink()
    return recorded


def failed_cases(junit: ET.Element) -> list[str | None]:
    return [one.get("name") for one in junit.iter("testcase") if one.find("failure") is not None]


def test_run_junit_and_pytest_have_the_same_result(scored: ProjectFolder) -> None:
    done = scored.run("run")
    assert done.code == 1
    assert scored.statuses() == {"identity": "passed", "wrong": "failed"}
    assert scored.run_json()["summary"]["warnings"] == 1
    junit = ET.parse(scored.path("reports/latest/junit.xml")).getroot()  # noqa: S314 (our own)
    (failure,) = junit.iter("failure")
    assert failure.get("message") == f"min_score: {LOW}"
    assert "cat (contains)" in (failure.text or "")
    tested = run_pytest_in(scored, "scenarios", "--junitxml=pytest.xml")
    assert tested.code == 1
    assert LOW in tested.out
    from_pytest = ET.parse(scored.path("pytest.xml")).getroot()  # noqa: S314 (our own)
    assert failed_cases(from_pytest) == failed_cases(junit) == ["wrong"]
    lines = scored.lines()
    passed, failed = (lines[name]["turns"][0]["verdicts"] for name in ("identity", "wrong"))
    assert [(one["kind"], one["status"], one["score"]) for one in passed] == [
        ("contains", "failed", None), ("length", "passed", None), ("min_score", "passed", 0.5),
    ]  # fmt: skip
    assert (failed[-1]["reason"], failed[-1]["score"]) == (LOW, 0.2)
    assert failed[-1]["location"] == "scenarios/wrong.yaml:3:16"


def test_outputs_show_a_tolerated_failure_as_a_warning_and_no_cause(scored: ProjectFolder) -> None:
    quiet = scored.run("run", "-q").out.splitlines()
    assert quiet[0] == f"FAILED  wrong  min_score: {LOW}  scenarios/wrong.yaml:3:16"
    shown = scored.run("run", env={"GITHUB_ACTIONS": "true"})
    annotations = [
        line.partition("::")[0] + line.partition("::")[2].partition(" ")[0]
        for line in (shown.out + shown.err).splitlines()
        if line.startswith(("::error ", "::warning "))
    ]
    assert sorted(annotations) == ["error", "error", "warning"]
    summary = scored.read("reports/latest/summary.md")
    assert "| `identity` |" not in summary
    assert LOW in summary
    page = scored.read("reports/latest/index.html")
    assert LOW in page
    assert "warning" in page
    chinese = scored.run("run", "--lang", "zh").out
    assert "本轮得分为 0.2，要求至少 0.5。" in chinese


def test_a_score_decides_what_a_comparison_says(scored: ProjectFolder) -> None:
    before = set(scored.runs())
    assert scored.run("run", "scenarios/identity.yaml").code == 0
    (base,) = set(scored.runs()) - before
    scored.edit("scenarios/identity.yaml", "min_score: 0.5", "min_score: 0.6")
    assert scored.run("run", "scenarios/identity.yaml").code == 1
    (candidate,) = set(scored.runs()) - before - {base}
    shown = scored.run("compare", f"reports/{base}", f"reports/{candidate}").out
    assert "The score of the turn is 0.5; at least 0.6 is required." in shown
    change = scored.lines()["identity"]["change"]
    assert change["kind"] == "regressed"
    assert [flip["kind"] for flip in change["turns"][0]["flips"]] == ["min_score"]


def test_a_turn_with_a_low_score_ends_a_conversation_that_stops_on_failure(
    recorded: ProjectFolder,
) -> None:
    text = recorded.read("scenarios/weather.yaml").replace(
        "cases:", "stop_on_failure: true\ncases:"
    )
    tolerant = text.replace("    expect:\n", "    min_score: 0.5\n    expect:\n      - 猫\n", 1)
    recorded.write("scenarios/weather.yaml", tolerant)
    assert recorded.run("run", "scenarios/weather.yaml").code == 0
    recorded.write("scenarios/weather.yaml", tolerant.replace("min_score: 0.5", "min_score: 0.6"))
    recorded.run("run", "scenarios/weather.yaml")
    assert {len(line["turns"]) for line in recorded.lines().values()} == {1}


def test_mutants_are_killed_by_the_score(scored: ProjectFolder) -> None:
    def score(at_least: float) -> tuple[int, int]:
        items = "      - {contains: 学术助手, weight: 3}\n      - {contains: chatchat, weight: 2}\n"
        scored.write("scenarios/identity.yaml", HEAD % ("你是谁?", at_least) + items + PASSES)
        done = scored.run("mutate", "scenarios/identity.yaml", "--json")
        (found,) = json.loads(done.out)["mutation"]["scores"]
        return found["caught"], found["spoilings"]

    strict, lax = score(1.0), score(0.1)
    assert strict[1] == lax[1]
    assert strict[0] > lax[0]


def test_a_min_score_without_anything_to_count_is_an_error(scored: ProjectFolder) -> None:
    head = HEAD % ("你是谁?", 0.5)
    for items in ("      - {contains: a, severity: warning}\n", "      []\n"):
        scored.write("scenarios/identity.yaml", head.rstrip("\n") + "\n" + items)
        done = scored.run("check")
        assert done.code == 2
        assert "scenarios/identity.yaml:3:5: " in done.err
    for value in ("0", "1.1", "high"):
        scored.write("scenarios/identity.yaml", HEAD % ("你是谁?", value) + PASSES)
        assert "scenarios/identity.yaml:3:16: " in scored.run("check").err
