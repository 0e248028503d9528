"""What must hold after `run` and `record` were killed at a file operation."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from accepting import ComparedProject, leftover_files, recording_states
from kill_points import Runner


def check_run_killed(
    compared: ComparedProject, runner: Runner, folder: Path, numbers: Iterable[int]
) -> int:
    """Kill `run` at file operations; return the number of the last one that there was."""
    for number in numbers:
        copy = compared.copy(folder / str(number))
        end = runner.run(copy, "run", kill_at=number)
        for path in (copy / "reports").glob("2*/trials.jsonl"):
            assert all(json.loads(line) for line in path.read_bytes().splitlines())
        for path in (copy / "reports").glob("2*/*.json"):
            assert path.stat().st_size == 0 or json.loads(path.read_bytes())
        if (copy / "reports/latest/run.json").exists():
            resumed = runner.run(copy, "run", "--resume", "latest")
            assert resumed.code == 3, (number, resumed)
        result = runner.run(copy, "run")
        assert result.code == 3, (number, result)  # one has no recording
        left = [path.name for path in (copy / "reports").iterdir() if path.name[0] == "."]
        assert left == [".gitignore"], (number, left)
        assert leftover_files(copy) == []
        assert not list((copy / "reports/latest").glob(".*"))
        if not end.is_killed:
            return number - 1
    return 0


def check_record_killed(
    compared: ComparedProject, runner: Runner, folder: Path, numbers: Iterable[int]
) -> int:
    """Kill `record` at file operations; return the number of the last one that there was."""
    for number in numbers:
        copy = compared.copy(folder / str(number))
        end = runner.run(copy, "record", "--all", kill_at=number)
        assert "?" not in recording_states(copy), number
        checked = runner.run(copy, "check")
        assert checked.code == (3 if "." in recording_states(copy) else 0), (number, checked)
        again = runner.run(copy, "record", "--all")
        assert again.code == 0, (number, again)
        assert (recording_states(copy), leftover_files(copy)) == ("nnnnnn", []), number
        if not end.is_killed:
            return number - 1
    return 0
