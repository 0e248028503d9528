"""Evidence: what `record`, `live`, `compare` and `accept` write into cassettes/evidence.jsonl."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from comparing_scripts import IDENTITY, after, before
from coze_harness.server.fault_injection import Fault, FaultKind
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer
from project import TOKEN, ProjectFolder

ServeScript = Callable[[ServerScript], RunningServer]
COIN = "name: coin\nturns: [{prompt: 掷硬币, expect: [正面]}]\n"


@pytest.fixture
def asks(empty: ProjectFolder, serve_script: ServeScript) -> ProjectFolder:
    """Two scenarios and the bot that they ask, without recordings."""
    empty.write("scenarios/identity.yaml", IDENTITY)
    empty.write("scenarios/coin.yaml", COIN)
    empty.env |= {"COZE_API_TOKEN": TOKEN, "COZE_API_BASE": serve_script(before()).base_url}
    return empty


def lines(project: ProjectFolder) -> list[dict[str, object]]:
    return [json.loads(line) for line in project.read("cassettes/evidence.jsonl").splitlines()]


def counts(project: ProjectFolder) -> dict[str, tuple[int, int]]:
    """Return the passes and attempts of each trial, of all its keys."""
    passed: Counter[str] = Counter()
    attempts: Counter[str] = Counter()
    for line in lines(project):
        passed[str(line["trial"])] += int(str(line["passed"]))
        attempts[str(line["trial"])] += int(str(line["attempts"]))
    return {trial: (passed[trial], attempts[trial]) for trial in attempts}


def test_record_and_live_add_their_verdicts_by_trial_and_run(asks: ProjectFolder) -> None:
    assert asks.run("record", "--repeat", "4").code == 1  # the coin has two sides
    assert counts(asks) == {"identity": (4, 4), "coin": (2, 4)}
    assert asks.run("live").code == 0
    assert counts(asks) == {"identity": (5, 5), "coin": (3, 5)}
    assert [line["run"] for line in lines(asks)] == [*asks.runs(), *asks.runs()]
    assert len({line["version"] for line in lines(asks)}) == 1
    assert asks.run("run").code == asks.run("run").code
    assert counts(asks) == {"identity": (5, 5), "coin": (3, 5)}


def test_another_version_and_another_expectation_have_lines_of_their_own(
    asks: ProjectFolder, serve_script: ServeScript
) -> None:
    asks.run("record", "identity")
    asks.run("live", "identity", env={"COZE_API_BASE": serve_script(after()).base_url})
    asks.edit("scenarios/identity.yaml", "学术助手", "助手")
    asks.run("live", "identity")
    asks.write(
        "scenarios/identity.yaml", "# moved by a line\n" + asks.read("scenarios/identity.yaml")
    )
    asks.run("live", "identity")
    asks.edit("scenarios/identity.yaml", "你是谁?", "几点开门?")
    asks.run("live", "identity")
    evidence = sorted(lines(asks), key=lambda line: str(line["run"]))
    first, second, third, fourth, fifth = evidence
    assert first["version"] == third["version"] != second["version"]
    assert first["expectations"] == second["expectations"] != third["expectations"]
    assert third["expectations"] == fourth["expectations"] != fifth["expectations"]


def test_what_could_not_be_judged_is_no_attempt(
    asks: ProjectFolder, serve_script: ServeScript
) -> None:
    server = serve_script(before())
    server.inject(Fault(kind=FaultKind.FAILED))
    result = asks.run("record", env={"COZE_API_BASE": server.base_url})
    assert result.code == 4, result
    assert not asks.path("cassettes/evidence.jsonl").exists()


def test_damaged_evidence_is_named_and_the_run_goes_on(asks: ProjectFolder) -> None:
    asks.run("record", "identity")
    asks.write("cassettes/evidence.jsonl", asks.read("cassettes/evidence.jsonl") + "{\n")
    result = asks.run("live", "identity")
    assert result.code == 0, result
    assert "cassettes/evidence.jsonl" in result.err
    assert asks.read("cassettes/evidence.jsonl").endswith("{\n")
    refused = asks.run("compare", "identity")
    assert refused.code == 3
    assert "cassettes/evidence.jsonl:2: " in refused.err


def test_git_merges_the_evidence_of_two_branches(asks: ProjectFolder, tmp_path: Path) -> None:
    assert asks.run("init").code == 0
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]

    def does(*command: str) -> None:
        subprocess.run(
            [*git, *command], cwd=asks.root, env=asks.env, check=True, capture_output=True
        )

    asks.run("record", "identity")
    for command in (("init", "-b", "main"), ("add", "."), ("commit", "-m", "first")):
        does(*command)
    does("checkout", "-b", "other")
    asks.run("live", "identity")
    does("commit", "-a", "-m", "other")
    does("checkout", "main")
    asks.run("live", "identity", "coin")
    does("commit", "-a", "-m", "ours")
    does("merge", "other")
    assert len(lines(asks)) == 4
    asks.run("live", "identity")
    assert counts(asks)["identity"] == (4, 4)


def test_accepting_judges_again_what_edited_expectations_have_no_evidence_of(
    asks: ProjectFolder, serve_script: ServeScript
) -> None:
    asks.run("record", "identity")
    env = {"COZE_API_BASE": serve_script(after()).base_url}
    assert asks.run("compare", "identity", env=env).code == 1
    tried = len(asks.lines())
    asks.edit("scenarios/identity.yaml", "学术助手", "朋友")
    before_it = lines(asks)
    assert asks.run("accept", "identity", drop=["COZE_API_TOKEN"]).code == 0
    added = [line for line in lines(asks) if line not in before_it]
    # The recording that was replaced fails today's expectation; all new answers pass it.
    assert sorted((line["passed"], line["attempts"]) for line in added) == [(0, 1), (tried, tried)]
    assert asks.run("run", "identity").code == 0


def test_nothing_that_was_asked_is_lost_before_it_is_accepted(
    asks: ProjectFolder, serve_script: ServeScript
) -> None:
    asks.run("record", "identity")
    env = {"COZE_API_BASE": serve_script(after()).base_url}
    folder = asks.path("cassettes/.candidate")
    asks.run("compare", "identity", env=env)
    first = {path.read_bytes() for path in folder.rglob("*.yaml")}
    asks.run("compare", "identity", env=env)
    second = {path.read_bytes() for path in folder.rglob("*.yaml")}
    assert first < second
    assert counts(asks)["identity"] == (1, 1 + len(second))
