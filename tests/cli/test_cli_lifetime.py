"""Commands that are interrupted or killed: what they save, and that nothing of them stays."""

from __future__ import annotations

import json
import random
import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer
from lifetime import (
    ProcessEnd,
    RunningCommand,
    handles_signals,
    latest_run,
    saved_trial_ids,
    wait_until,
)
from project import ProjectFolder, chatchat_script

from benchmarks.project import build_project

ServeScript = Callable[[ServerScript], RunningServer]
TRIALS = 1_200
POLITE = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> ProjectFolder:
    """A project whose scenarios are loaded, and whose trials are replayed, by two processes."""
    folder = tmp_path_factory.mktemp("lifetime")
    build_project(folder / "project", TRIALS)
    return ProjectFolder(folder / "project", home=folder / "home")


@pytest.fixture(autouse=True)
def _no_runs(request: pytest.FixtureRequest) -> None:
    if "large" in request.fixturenames:
        project = request.getfixturevalue("large")
        shutil.rmtree(project.path("reports"), ignore_errors=True)


def start_command(project: ProjectFolder, *arguments: str, **how: object) -> RunningCommand:
    return RunningCommand(project, *arguments, "--no-progress", **how)  # type: ignore[arg-type]  # as there


def is_clean(process_end: ProcessEnd) -> None:
    """Nothing of a process is left, and it printed no traceback."""
    assert process_end.left == ()
    assert process_end.seconds_open < 1
    for word in ("Traceback", "Exception ignored", "leaked", "Internal error"):
        assert word not in process_end.err, process_end.err


def is_reported(run: Path) -> None:
    """A run's reports are whole and agree with its lines."""
    head = json.loads((run / "run.json").read_text("utf-8"))
    assert head["interrupted"] is True
    result = saved_trial_ids(run)
    assert [row["id"] for row in head["trials"] if row["status"] != "missing"] == sorted(result)
    assert "</html>" in (run / "index.html").read_text("utf-8")[-200:]
    assert (run / "junit.xml").read_text("utf-8").count("<testcase ") >= len(result)
    assert not list(run.glob(".*.tmp"))


@pytest.mark.parametrize("how", [*POLITE, signal.SIGKILL], ids=lambda number: number.name)
def test_a_run_that_is_ended_while_it_replays_leaves_no_process(
    large: ProjectFolder, how: signal.Signals
) -> None:
    run = start_command(large, "run", "--workers", "2")
    wait_until(lambda: len(saved_trial_ids(latest_run(large))) >= 100)
    run.send(how)
    process_end = run.end()
    is_clean(process_end)
    folder = latest_run(large)
    assert folder is not None
    if how is signal.SIGKILL:
        assert process_end.code == -signal.SIGKILL
        return
    assert process_end.code == 130
    assert "--resume" in process_end.err
    is_reported(folder)


MODULES = [
    "click/__pycache__/__init__.", "cli/__pycache__/main.", "cli/__pycache__/run_command.",
    "cassettes/__pycache__/recording.", "reporting/html/__pycache__/__init__.",
    "concurrent/futures/__pycache__/process.", "multiprocessing/__pycache__/connection.",
]  # fmt: skip


@pytest.mark.parametrize("module", MODULES)
def test_a_signal_during_imports_prints_no_traceback(large: ProjectFolder, module: str) -> None:
    number = random.Random(module).choice(POLITE)
    process_end = start_command(large, "run", "--workers", "2", at=("open", module, number)).end()
    is_clean(process_end)
    assert process_end.code == 130


def test_a_signal_while_the_network_is_imported_prints_no_traceback(
    project: ProjectFolder,
) -> None:
    for module in ("requests/__pycache__/__init__.", "urllib3/__pycache__/connection."):
        process_end = start_command(project, "record", at=("open", module, signal.SIGINT)).end()
        is_clean(process_end)
        assert process_end.code == 130


def test_the_exit_code_is_also_130_where_generated_code_is_interrupted(
    recorded_project: ProjectFolder,
) -> None:
    recorded_project.write(
        "own.py",
        "import os, signal\n\n\ndef check(reply):\n"
        "    exec('os.kill(os.getpid(), signal.SIGINT)\\nwhile True: pass')\n",
    )
    recorded_project.write(
        "scenarios/own.yaml",
        "name: own\nturns: [{prompt: 你是谁?, expect: [{python: own:check}]}]\n",
    )
    shutil.copy(
        recorded_project.path("cassettes/identity.yaml"),
        recorded_project.path("cassettes/own.yaml"),
    )
    process_end = start_command(recorded_project, "run", "own").end()
    is_clean(process_end)
    assert process_end.code == 130


STEPS = ["trials.jsonl", ".run.json", ".index.html.tmp", ".junit.xml.tmp", "index.html"]


@pytest.mark.parametrize("file", STEPS)
def test_a_signal_while_reports_are_written_leaves_whole_ones(
    recorded_project: ProjectFolder, file: str
) -> None:
    number = random.Random(file).choice(POLITE)
    process_end = start_command(recorded_project, "run", at=("open", file, number)).end()
    is_clean(process_end)
    assert process_end.code == 130
    run = latest_run(recorded_project)
    assert run is not None
    if file != "trials.jsonl":  # then, there is nothing to report yet
        assert len(saved_trial_ids(run)) == 4
        is_reported(run)
        before = (run / "junit.xml").read_bytes()
        assert recorded_project.run("report", run.name).code == 0
        assert (run / "junit.xml").read_bytes() == before
    assert recorded_project.run("run", "--resume", "latest").code == 1


@pytest.mark.parametrize("seed", range(6))
def test_a_run_that_is_ended_at_any_moment_leaves_no_process(
    large: ProjectFolder, seed: int
) -> None:
    end_at_random(large, seed)


def end_at_random(project: ProjectFolder, seed: int) -> None:
    """Send a signal after a random time."""
    rng = random.Random(seed)
    how = (*POLITE, signal.SIGKILL)[seed % 4]
    run = start_command(project, "run", "--workers", "2")
    pause = rng.random() * 1.5
    # Before that, the signal would meet Python's own start.
    wait_until(lambda: handles_signals(run.process.pid))
    try:
        run.process.wait(pause)
    except Exception:  # noqa: BLE001 (it still runs)
        run.send(how)
    process_end = run.end()
    is_clean(process_end)
    assert process_end.code in (0, -signal.SIGKILL if how is signal.SIGKILL else 130)
    ids = saved_trial_ids(latest_run(project))
    assert len(set(ids)) == len(ids)


def test_a_second_signal_ends_a_run_at_once(large: ProjectFolder) -> None:
    run = start_command(
        large, "run", "--workers", "2", at=("open", ".index.html.tmp", signal.SIGTERM)
    )
    folder = large.path("reports")
    wait_until(lambda: bool(list(folder.glob("2*/.index.html.tmp"))))
    run.send(signal.SIGTERM)
    process_end = run.end()
    is_clean(process_end)
    assert process_end.code == 130
    assert process_end.err.endswith("Interrupted.\n")


def test_the_last_words_are_in_the_language_of_the_project(large: ProjectFolder) -> None:
    large.write("harness.yaml", f"lang: zh\n{large.read('harness.yaml')}")
    run = start_command(
        large, "run", "--workers", "2", at=("open", ".index.html.tmp", signal.SIGTERM)
    )
    folder = large.path("reports")
    wait_until(lambda: bool(list(folder.glob("2*/.index.html.tmp"))))
    run.send(signal.SIGTERM)
    process_end = run.end()
    assert process_end.code == 130
    assert process_end.err.endswith("已中断。\n")


@pytest.mark.parametrize("number", POLITE, ids=lambda number: number.name)
def test_an_ignored_signal_stays_ignored(
    recorded_project: ProjectFolder, number: signal.Signals
) -> None:
    """As of nohup, or of a shell's background job."""
    run = start_command(
        recorded_project, "run", at=("open", "trials.jsonl", number), ignored=number
    )
    process_end = run.end()
    is_clean(process_end)
    assert process_end.code == 1
    assert len(saved_trial_ids(latest_run(recorded_project))) == 4


def _slow(project: ProjectFolder, serve_script: ServeScript) -> None:
    """Make a scenario of five trials of which the last two take very long."""
    project.write(
        "scenarios/many.yaml",
        "cases: [{n: '0'}, {n: '1'}, {n: '2'}, {n: '3'}, {n: '4'}]\n"
        "turns: [{prompt: '问题{{ n }}', expect: [好]}]\n",
    )
    quick, slow = (
        "- {regex: '^问题', answer: 好。}",
        "- {regex: '^问题[34]$', delay: 30, answer: 好。}",
    )
    project.edit("harness.yaml", "timeout: 2", "timeout: 60")
    project.env["COZE_API_BASE"] = serve_script(chatchat_script(quick)).base_url
    assert project.run("record", "many", "-q").code == 0
    project.env["COZE_API_BASE"] = serve_script(chatchat_script(f"{slow}\n{quick}")).base_url
    shutil.rmtree(project.path("reports"))


@pytest.mark.parametrize(
    ("command", "how"),
    [("record", signal.SIGTERM), ("live", signal.SIGHUP), ("compare", signal.SIGTERM)],
)
def test_a_terminated_command_saves_and_reports_what_is_finished(
    project: ProjectFolder, serve_script: ServeScript, command: str, how: signal.Signals
) -> None:
    _slow(project, serve_script)
    options = ("--all",) if command == "record" else ()
    run = start_command(project, command, *options, "many")
    wait_until(lambda: len(saved_trial_ids(latest_run(project))) == 3)
    run.send(how)
    process_end = run.end()
    is_clean(process_end)
    assert process_end.code == 130
    folder = latest_run(project)
    assert folder is not None
    is_reported(folder)
    assert sorted(saved_trial_ids(folder)) == [f"many[{number}]" for number in (1, 2, 3)]


def test_a_terminated_mutation_saves_and_reports_what_is_finished(large: ProjectFolder) -> None:
    run = start_command(large, "mutate", "-k", "s0000 or s0001")
    wait_until(lambda: len(saved_trial_ids(latest_run(large))) >= 20)
    run.send(signal.SIGTERM)
    process_end = run.end()
    is_clean(process_end)
    assert process_end.code == 130
    folder = latest_run(large)
    assert folder is not None
    is_reported(folder)


@pytest.mark.parametrize("how", POLITE, ids=lambda number: number.name)
def test_a_terminated_server_stops_and_prints_its_counts(
    empty: ProjectFolder, how: signal.Signals
) -> None:
    server = RunningCommand(empty, "serve", "--demo", "--port", "0")
    assert server.process.stdout is not None
    assert "http://127.0.0.1:" in server.process.stdout.readline()
    server.send(how)
    process_end = server.end()
    is_clean(process_end)
    assert process_end.code == 130
    assert re.search(r"^requests: 0", process_end.out, re.M)
