"""What the benchmarks compare is the same work on the same files, on both sides."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import requests
import vcr
from coze_harness.server.script_reader import parse_script
from coze_harness.server.server_process import serve

from benchmarks import peer
from benchmarks.comparing import Aim, ratio
from benchmarks.processes import BenchmarkError, Machine, harness_command
from benchmarks.project import BOT, HOST, Exchange, build, build_unrecorded, script
from benchmarks.walkthrough import ask


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def built(tmp_path: Path) -> tuple[Path, list[Exchange]]:
    return tmp_path / "project", build(tmp_path / "project", 3)


def test_a_built_project_is_replayed_and_passes(
    built: tuple[Path, list[Exchange]], machine: Machine
) -> None:
    project, exchanges = built
    machine.takes(harness_command("run", "--no-progress"), project)
    run = json.loads((project / "reports" / "latest" / "run.json").read_bytes())
    assert [row["id"] for row in run["trials"]] == [item.name for item in exchanges]
    assert {row["status"] for row in run["trials"]} == {"passed"}
    lines = (project / "reports" / "latest" / "trials.jsonl").read_bytes().splitlines()
    assert [len(json.loads(line)["turns"][0]["verdicts"]) for line in lines] == [5, 5, 5]


def test_plain_vcrpy_plays_the_same_files_to_their_end(
    built: tuple[Path, list[Exchange]],
) -> None:
    project, exchanges = built
    for exchange in exchanges:
        path = project / "cassettes" / f"{exchange.name}.yaml"
        before = path.read_bytes()
        with (
            vcr.use_cassette(str(path), record_mode="none") as cassette,
            requests.Session() as session,
        ):
            answer, tokens = ask(session, HOST, BOT, exchange.prompt)
        assert cassette.all_played
        assert exchange.name[1:] in answer
        assert tokens == 203
        assert path.read_bytes() == before


@pytest.mark.parametrize("tuned", [False, True])
def test_the_peer_tests_every_trial(
    built: tuple[Path, list[Exchange]], machine: Machine, tmp_path: Path, tuned: bool
) -> None:
    project, exchanges = built
    peer.write_tests(tmp_path / "peer", project / "cassettes", exchanges, tuned=tuned)
    machine.takes(peer.command(), tmp_path / "peer", peer.ENVIRONMENT)
    assert "3 passed" in machine.said()


def test_the_peer_judges_and_does_not_only_ask(
    built: tuple[Path, list[Exchange]], machine: Machine, tmp_path: Path
) -> None:
    project, exchanges = built
    spoilt = project / "cassettes" / "s000001.yaml"
    spoilt.write_text(spoilt.read_text("utf-8").replace("学术助手", "助手"), encoding="utf-8")
    peer.write_tests(tmp_path / "peer", project / "cassettes", exchanges, tuned=True)
    with pytest.raises(BenchmarkError, match="1 failed, 2 passed"):
        machine.takes(peer.command(), tmp_path / "peer", peer.ENVIRONMENT)
    with pytest.raises(BenchmarkError, match="1 of 3 scenarios failed"):
        machine.takes(harness_command("run", "--no-progress"), project)


def test_an_unrecorded_project_is_recorded_from_its_script(
    machine: Machine, tmp_path: Path
) -> None:
    project = tmp_path / "unrecorded"
    build_unrecorded(project, 2, "{interval: 0.05}")
    with serve(parse_script(script(0.0), "script.yaml")) as server:
        given = {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": "pat_" + "a1" * 32}
        machine.takes(harness_command("record", "--no-progress"), project, given)
        walkthrough = [
            sys.executable,
            "-m",
            "benchmarks.walkthrough",
            server.base_url,
            BOT,
            "你是谁?",
        ]
        machine.takes(walkthrough, tmp_path)
        assert server.calls["POST /v3/chat"] == 3
    assert len(list((project / "cassettes").glob("*.yaml"))) == 2


def test_memory_is_the_childs_own_and_adds_up_over_its_processes(
    machine: Machine, tmp_path: Path
) -> None:
    block = "held = b'x' * 60_000_000; import time; time.sleep(0.3)"
    alone = [sys.executable, "-S", "-c", block]
    pair = f"import subprocess; subprocess.run({alone!r}, check=True)"
    small = machine.takes([sys.executable, "-S", "-c", "pass"], tmp_path)
    both = machine.takes(
        [sys.executable, "-S", "-c", f"held = b'x' * 40_000_000; {pair}"], tmp_path, watch=True
    )
    assert small.largest < 20_000_000
    assert 60_000_000 < both.largest < 90_000_000
    assert both.together > 100_000_000
    assert both.together_shared_once <= both.together


def test_a_ratio_is_that_of_the_medians_with_the_rounds_as_its_spread() -> None:
    line = ratio("what", [[10, 12], [30]], [[1], [2, 2]], Aim(6, at_least=True))
    assert (line.value, line.least, line.most) == (6, 6, 15)
    assert line.word == "pass"
    assert ratio("what", [[3]], [[2]], Aim(1.4)).word == "miss"


def test_the_command_knows_its_rows() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--help"],
        cwd=Path(peer.__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    for row in ("suite", "engine", "size", "recording", "calls", "start", "scale"):
        assert row in done.stdout
