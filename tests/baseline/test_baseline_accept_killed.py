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
    compared: ComparedProject, runner: Runner, tmp_path: Path
) -> None:
    states = set()
    for number in count(1):
        folder, ended = accept_killed_at(compared, runner, number, tmp_path / str(number))
        if not ended.is_killed:
            assert (ended.code, recording_states(folder), leftover_files(folder)) == (0, NEW, [])
            break
        before = recording_states(folder)
        states.add(before)
        is_begun = ".accept-journal.json" in leftover_files(folder)
        command = NEXT[number % len(NEXT)]
        done = runner.run(folder, *command)
        assert (FINISHED in done.err) is is_begun, (number, command, before, done)
        assert done.err.count("accept of 6") == is_begun
        expected = NEW if is_begun or before == NEW or command == ("accept",) else OLD
        assert recording_states(folder) == expected, (number, command, before, done)
        # What was left in the folder is deleted by the next command that writes there.
        again = runner.run(folder, "accept")
        assert again.code == (0 if expected == OLD else 5), again
        assert (recording_states(folder), leftover_files(folder)) == (NEW, [])
        assert not list((folder / "cassettes/.candidate").rglob("*.yaml"))
    assert number > 20
    assert {OLD, NEW} < states, "accept was killed between two recordings"


def test_finishing_can_be_killed_too(
    compared: ComparedProject, runner: Runner, tmp_path: Path
) -> None:
    copies = {
        number: accept_killed_at(compared, runner, number, tmp_path / str(number))[0]
        for number in range(1, 20)
    }
    number = next(number for number, copy in copies.items() if recording_states(copy) == "ooonnn")
    for second in count(1):
        copy, _ended = accept_killed_at(compared, runner, number, tmp_path / f"again{second}")
        ended = runner.run(copy, "check", kill_at=second)
        done = runner.run(copy, "run")
        assert (done.code, recording_states(copy)) == (0, NEW), (second, ended, done)
        if not ended.is_killed:
            break
    assert second > 8


def test_decisions_are_applied_together(
    compared: ComparedProject, runner: Runner, tmp_path: Path
) -> None:
    decided = compared.copy(tmp_path / "decided")
    assert runner.run(decided, "compare", "--replay").code == 0
    run = json.loads((decided / "reports/latest/run.json").read_text("utf-8"))["run_id"]
    entries = [
        {"scenario": name, "bot": "chatchat", "decision": decision}
        for name, decision in (("a", "accept"), ("b", "reject"))
    ]
    data = {"format_version": 1, "run_id": run, "decisions": entries}
    (decided / "decisions.json").write_text(json.dumps(data), "utf-8")
    states = set()
    for number in count(1, 3):
        folder = Path(shutil.copytree(decided, tmp_path / str(number)))
        ended = runner.run(folder, "accept", "--from", "decisions.json", kill_at=number)
        assert runner.run(folder, "check").code in (0, 3)
        kept = sorted(path.name for path in folder.rglob(".evidence/*/candidate/**/*.yaml"))
        left = [path for path in folder.rglob(".candidate/**/*.yaml") if path.name not in kept]
        states.add((recording_states(folder), len(kept), len(left)))
        if not ended.is_killed:
            break
    assert states == {(OLD, 0, 6), ("ooonnn", 3, 0)}, "all old with their candidates, or decided"
