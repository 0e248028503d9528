"""`accept` replaces all recordings or none, at whatever file operation its process is killed."""

from __future__ import annotations

import json
import shutil
from itertools import count
from pathlib import Path

from accepting import NEW, OLD, ComparedProject, accept_killed_at, leftover_files, recording_states
from kill_points import Runner

FINISHED = "Finished the interrupted accept of 6 recordings"
NEXT = (("check",), ("run",), ("list",), ("accept",), ("compare", "--replay"), ("history",))


def test_the_next_command_finds_all_recordings_old_or_all_new(
    comparison: ComparedProject, runner: Runner, tmp_path: Path
) -> None:
    states = set()
    for number in count(1):
        folder, end = accept_killed_at(comparison, runner, number, tmp_path / str(number))
        if not end.is_killed:
            assert (end.code, recording_states(folder), leftover_files(folder)) == (0, NEW, [])
            break
        before = recording_states(folder)
        states.add(before)
        is_begun = ".accept-journal.json" in leftover_files(folder)
        command = NEXT[number % len(NEXT)]
        result = runner.run(folder, *command)
        assert (FINISHED in result.err) is is_begun, (number, command, before, result)
        assert result.err.count("accept of 6") == is_begun
        expected = NEW if is_begun or before == NEW or command == ("accept",) else OLD
        assert recording_states(folder) == expected, (number, command, before, result)
        # What was left in the folder is deleted by the next command that writes there.
        again = runner.run(folder, "accept")
        assert again.code == (0 if expected == OLD else 5), again
        assert (recording_states(folder), leftover_files(folder)) == (NEW, [])
        assert not list((folder / "cassettes/.candidate").rglob("*.yaml"))
    assert number > 20
    assert {OLD, NEW} < states, "accept was killed between two recordings"


def test_finishing_can_be_killed_too(
    comparison: ComparedProject, runner: Runner, tmp_path: Path
) -> None:
    copies = {
        number: accept_killed_at(comparison, runner, number, tmp_path / str(number))[0]
        for number in range(1, 20)
    }
    number = next(number for number, copy in copies.items() if recording_states(copy) == "ooonnn")
    for second in count(1):
        copy, _end = accept_killed_at(comparison, runner, number, tmp_path / f"again{second}")
        end = runner.run(copy, "check", kill_at=second)
        result = runner.run(copy, "run")
        assert (result.code, recording_states(copy)) == (0, NEW), (second, end, result)
        if not end.is_killed:
            break
    assert second > 8


def test_decisions_are_applied_together(
    comparison: ComparedProject, runner: Runner, tmp_path: Path
) -> None:
    project = comparison.copy(tmp_path / "decided")
    assert runner.run(project, "compare", "--replay").code == 0
    run = json.loads((project / "reports/latest/run.json").read_text("utf-8"))["run_id"]
    entries = [
        {"scenario": name, "bot": "chatchat", "decision": decision}
        for name, decision in (("a", "accept"), ("b", "reject"))
    ]
    data = {"format_version": 1, "run_id": run, "decisions": entries}
    (project / "decisions.json").write_text(json.dumps(data), "utf-8")
    states = set()
    for number in count(1, 3):
        folder = Path(shutil.copytree(project, tmp_path / str(number)))
        end = runner.run(folder, "accept", "--from", "decisions.json", kill_at=number)
        assert runner.run(folder, "check").code in (0, 3)
        evidence = sorted(path.name for path in folder.rglob(".evidence/*/candidate/**/*.yaml"))
        left = [path for path in folder.rglob(".candidate/**/*.yaml") if path.name not in evidence]
        states.add((recording_states(folder), len(evidence), len(left)))
        if not end.is_killed:
            break
    assert states == {(OLD, 0, 6), ("ooonnn", 3, 0)}, "all old with their candidates, or decided"
