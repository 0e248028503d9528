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

from benchmarks import pytest_recording_peer as peer
from benchmarks.figures import Goal, ratio_figure
from benchmarks.processes import BenchmarkError, CommandRunner, harness_command
from benchmarks.project import (
    BOT,
    HOST,
    Exchange,
    build_project,
    build_unrecorded_project,
    server_script,
)
from benchmarks.walkthrough import ask


@pytest.fixture
def runner(tmp_path: Path) -> CommandRunner:
    return CommandRunner(tmp_path)


@pytest.fixture
def project_with_exchanges(tmp_path: Path) -> tuple[Path, list[Exchange]]:
    return tmp_path / "project", build_project(tmp_path / "project", 3)


def test_a_built_project_is_replayed_and_passes(
    project_with_exchanges: tuple[Path, list[Exchange]], runner: CommandRunner
) -> None:
    project, exchanges = project_with_exchanges
    runner.run(harness_command("run", "--no-progress"), project)
    run = json.loads((project / "reports" / "latest" / "run.json").read_bytes())
    assert [row["id"] for row in run["trials"]] == [item.name for item in exchanges]
    assert {row["status"] for row in run["trials"]} == {"passed"}
    lines = (project / "reports" / "latest" / "trials.jsonl").read_bytes().splitlines()
    assert [len(json.loads(line)["turns"][0]["verdicts"]) for line in lines] == [5, 5, 5]


def test_plain_vcrpy_plays_the_same_files_to_their_end(
    project_with_exchanges: tuple[Path, list[Exchange]],
) -> None:
    project, exchanges = project_with_exchanges
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
    project_with_exchanges: tuple[Path, list[Exchange]],
    runner: CommandRunner,
    tmp_path: Path,
    tuned: bool,
) -> None:
    project, exchanges = project_with_exchanges
    peer.write_tests(tmp_path / "peer", project / "cassettes", exchanges, tuned=tuned)
    runner.run(peer.command(), tmp_path / "peer", peer.ENVIRONMENT)
    assert "3 passed" in runner.output()


def test_the_peer_judges_and_does_not_only_ask(
    project_with_exchanges: tuple[Path, list[Exchange]], runner: CommandRunner, tmp_path: Path
) -> None:
    project, exchanges = project_with_exchanges
    damaged = project / "cassettes" / "s000001.yaml"
    damaged.write_text(damaged.read_text("utf-8").replace("学术助手", "助手"), encoding="utf-8")
    peer.write_tests(tmp_path / "peer", project / "cassettes", exchanges, tuned=True)
    with pytest.raises(BenchmarkError, match="1 failed, 2 passed"):
        runner.run(peer.command(), tmp_path / "peer", peer.ENVIRONMENT)
    with pytest.raises(BenchmarkError, match="1 of 3 scenarios failed"):
        runner.run(harness_command("run", "--no-progress"), project)


def test_an_unrecorded_project_is_recorded_from_its_script(
    runner: CommandRunner, tmp_path: Path
) -> None:
    project = tmp_path / "unrecorded"
    build_unrecorded_project(project, 2, "{interval: 0.05}")
    with serve(parse_script(server_script(0.0), "script.yaml")) as server:
        service = {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": "pat_" + "a1" * 32}
        runner.run(harness_command("record", "--no-progress"), project, service)
        walkthrough = [
            sys.executable,
            "-m",
            "benchmarks.walkthrough",
            server.base_url,
            BOT,
            "你是谁?",
        ]
        runner.run(walkthrough, tmp_path)
        assert server.calls["POST /v3/chat"] == 3
    assert len(list((project / "cassettes").glob("*.yaml"))) == 2


def test_memory_is_the_childs_own_and_adds_up_over_its_processes(
    runner: CommandRunner, tmp_path: Path
) -> None:
    block = "block = b'x' * 60_000_000; import time; time.sleep(0.3)"
    alone = [sys.executable, "-S", "-c", block]
    pair = f"import subprocess; subprocess.run({alone!r}, check=True)"
    small = runner.run([sys.executable, "-S", "-c", "pass"], tmp_path)
    both = runner.run(
        [sys.executable, "-S", "-c", f"block = b'x' * 40_000_000; {pair}"],
        tmp_path,
        samples_memory=True,
    )
    assert small.largest_rss < 20_000_000
    assert 60_000_000 < both.largest_rss < 90_000_000
    assert both.total_rss > 100_000_000
    assert both.total_pss <= both.total_rss


def test_a_ratio_is_that_of_the_medians_with_the_rounds_as_its_spread() -> None:
    figure = ratio_figure("what", [[10, 12], [30]], [[1], [2, 2]], Goal(6, at_least=True))
    assert (figure.value, figure.least, figure.most) == (6, 6, 15)
    assert figure.verdict == "pass"
    assert ratio_figure("what", [[3]], [[2]], Goal(1.4)).verdict == "miss"


def test_the_command_lists_its_benchmarks() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--help"],
        cwd=Path(peer.__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in ("suite", "engine", "size", "recording", "calls", "start", "scale"):
        assert name in process.stdout
