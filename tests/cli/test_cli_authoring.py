"""`new`, `ask --save`, `check --no-recordings`, `prune` and `run --watch`."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
from coze_harness.server.server_process import RunningServer
from project import ProjectFolder


def test_a_new_scenario_is_in_order_and_is_recorded_next(project: ProjectFolder) -> None:
    prompt = '他说 "你是谁?"\n好吗 # 1'
    result = project.run("new", "orders/refund", "--prompt", prompt, "--tag", "新")
    assert result.code == 0, result
    assert result.out.startswith("scenarios/orders/refund.yaml")
    assert "coze-harness record refund" in result.err
    checked = project.run("check", "--no-recordings", "refund")
    assert checked.code == 0, checked
    assert project.run("check", "refund").code == 3
    assert project.run("record", "refund").code == 1
    assert project.lines()["refund"]["turns"][0]["prompt"] == prompt


@pytest.mark.parametrize("name", ["order refund", "it's (new)", "退款 $HOME", "[a]#2"])
def test_a_printed_command_works_for_any_name(project: ProjectFolder, name: str) -> None:
    creation = project.run("new", name, "--prompt", "你是谁?")
    assert creation.code == 0, creation
    commands = [creation.err.partition("coze-harness ")[2]]
    for command in (("run", name), ("check", name)):
        result = project.run(*command)
        assert result.code == 3, result
        commands.append((result.out + result.err).rpartition("coze-harness ")[2])
    for line in commands:
        words = shlex.split(line.split("\n")[0])
        selected = project.run("list", *words[1:])
        assert (words[0], selected.code) == ("record", 0), line
        assert "1 trial:" in selected.out, selected


def test_a_new_scenario_points_editors_to_the_schema(tmp_path: Path) -> None:
    project = ProjectFolder(tmp_path / "p", home=tmp_path / "home")
    assert project.run("init").code == 0
    assert project.run("new", "orders/refund").code == 0
    first = project.read("scenarios/orders/refund.yaml").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../../scenario.schema.json"
    assert project.run("check", "--no-recordings").code == 0


@pytest.mark.parametrize(
    "name", ["identity", "Identity", "sub/identity", "../x", "/x", "", "a//b", "a\nb"]
)
def test_a_name_that_is_taken_or_leads_elsewhere_is_refused(
    project: ProjectFolder, name: str
) -> None:
    before = {path: path.read_bytes() for path in project.root.rglob("*.yaml")}
    result = project.run("new", name)
    assert result.code == 2
    assert {path: path.read_bytes() for path in project.root.rglob("*.yaml")} == before


def test_a_prompt_is_saved_with_its_recording(
    project: ProjectFolder, server: RunningServer
) -> None:
    result = project.run("ask", "你是谁?", "--save", "who")
    assert result.code == 0, result
    assert "学术助手" in result.out
    assert server.calls["POST /v3/chat"] == 1
    assert "similar" in project.read("scenarios/who.yaml")
    assert project.run("run", "who").code == 0
    assert project.run("check", "who").code == 0
    again = project.run("ask", "你是谁?", "--save", "who")
    assert again.code == 2
    assert server.calls["POST /v3/chat"] == 1


def test_a_prompt_without_an_answer_leaves_no_file(project: ProjectFolder) -> None:
    result = project.run("ask", "你是谁?", "--save", "who", env={"COZE_API_TOKEN": ""})
    assert result.code == 2
    assert not project.path("scenarios/who.yaml").exists()
    assert project.run("ask", "a", "--save", "b", "--conversation", "1").code == 2


def _runs(project: ProjectFolder) -> list[str]:
    return sorted(path.parent.name for path in project.root.glob("reports/2*/run.json"))


def test_old_runs_are_deleted_by_count_and_age(recorded_project: ProjectFolder) -> None:
    for _ in range(3):
        recorded_project.run("run", "identity")
    before = _runs(recorded_project)
    assert recorded_project.run("prune").code == 2
    assert recorded_project.run("prune", "--older-than", "soon").code == 2
    dry_run = recorded_project.run("prune", "--keep", "2", "--dry-run")
    assert dry_run.out.split() == before[:-2][::-1]
    assert _runs(recorded_project) == before
    assert recorded_project.run("prune", "--keep", "1", "--older-than", "1d").code == 0
    assert _runs(recorded_project) == before
    assert recorded_project.run("prune", "--keep", "2").code == 0
    assert _runs(recorded_project) == before[-2:]
    assert before[0] not in recorded_project.read("reports/index.html")
    assert recorded_project.path("reports/latest/run.json").exists()
    assert recorded_project.run("prune", "--older-than", "0h").code == 0
    assert _runs(recorded_project) == before[-1:]


class WatchProcess:
    """A running `run --watch`; `wait` reads its output until a text comes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.text = ""
        assert process.stdout is not None
        assert process.stderr is not None
        self._arrived = threading.Condition()
        streams = (process.stdout, process.stderr)
        self._readers = [
            threading.Thread(target=self._read, args=(one.fileno(),)) for one in streams
        ]
        for reader in self._readers:
            reader.start()

    def interrupt(self) -> int:
        """Send Ctrl-C; return the exit code."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(30)
        for reader in self._readers:
            reader.join(30)
        self.process.communicate()
        return code

    def _read(self, descriptor: int) -> None:
        while data := os.read(descriptor, 65536):
            with self._arrived:
                self.text += data.decode()
                self._arrived.notify_all()

    def wait(self, pattern: str, seconds: float = 30) -> str:
        with self._arrived:
            assert self._arrived.wait_for(lambda: re.search(pattern, self.text), seconds), self.text
            text, self.text = self.text, ""
        return text


def test_watch_calls_an_edited_function(recorded_project: ProjectFolder) -> None:
    pytest.importorskip("watchfiles", reason="needs the extra watch")
    recorded_project.write("checks/__init__.py", "")
    recorded_project.write("checks/tone.py", 'def formal(reply):\n    return False, "no 您"\n')
    recorded_project.edit("scenarios/identity.yaml", "- 学术助手", "- python: checks.tone:formal")
    process = WatchProcess(recorded_project.start("run", "identity", "--watch"))
    process.wait("Ctrl-C")
    recorded_project.write(
        "checks/tone.py", 'def formal(reply):\n    return True, "formal enough"\n'
    )
    assert "checks/tone.py changed" in process.wait("1 trial passed")
    assert process.interrupt() == 130


def test_watch_judges_an_edit_again_and_goes_on_after_an_error(
    recorded_project: ProjectFolder,
) -> None:
    pytest.importorskip("watchfiles", reason="needs the extra watch")
    process = WatchProcess(recorded_project.start("run", "identity", "--watch"))
    process.wait("Ctrl-C")
    runs = _runs(recorded_project)
    recorded_project.edit("scenarios/identity.yaml", "- 学术助手", "- 物理老师")
    began = time.monotonic()
    text = process.wait("identity.yaml changed: .*\n")
    assert time.monotonic() - began < 5
    assert "物理老师" in text
    recorded_project.edit("scenarios/identity.yaml", "- 物理老师", "- {contanis: x}")
    assert "contains" in process.wait("identity.yaml:.*\n")
    recorded_project.edit("scenarios/identity.yaml", "- {contanis: x}", "- 学术助手")
    process.wait("1 trial passed")
    assert _runs(recorded_project) == runs
    assert process.interrupt() == 130
    assert recorded_project.run("run", "--watch", "--shard", "1/2").code == 2
