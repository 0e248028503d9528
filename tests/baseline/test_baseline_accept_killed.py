"""`accept` replaces all recordings or none, at whatever file operation its process is killed."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from accepting import NEW, OLD, Compared, accept_killed_at, left_over, state
from kill_points import Runner

FINISHED = "Finished the interrupted accept of 6 recordings"
NEXT = (("check",), ("run",), ("list",), ("accept",), ("compare", "--replay"), ("history",))


def test_the_next_command_finds_all_recordings_old_or_all_new(
    compared: Compared, runner: Runner, tmp_path: Path
) -> None:
    states = set()
    for number in count(1):
        folder, ended = accept_killed_at(compared, runner, number, tmp_path / str(number))
        if not ended.is_killed:
            assert (ended.code, state(folder), left_over(folder)) == (0, NEW, [])
            break
        before = state(folder)
        states.add(before)
        is_begun = ".accept-journal.json" in left_over(folder)
        command = NEXT[number % len(NEXT)]
        done = runner.run(folder, *command)
        assert (FINISHED in done.err) is is_begun, (number, command, before, done)
        assert done.err.count("accept of 6") == is_begun
        expected = NEW if is_begun or before == NEW or command == ("accept",) else OLD
        assert state(folder) == expected, (number, command, before, done)
        # What was left in the folder is deleted by the next command that writes there.
        again = runner.run(folder, "accept")
        assert again.code == (0 if expected == OLD else 5), again
        assert (state(folder), left_over(folder)) == (NEW, [])
        assert not list((folder / "cassettes/.candidate").rglob("*.yaml"))
    assert number > 20
    assert {OLD, NEW} < states, "accept was killed between two recordings"


def test_finishing_can_be_killed_too(compared: Compared, runner: Runner, tmp_path: Path) -> None:
    copies = {
        number: accept_killed_at(compared, runner, number, tmp_path / str(number))[0]
        for number in range(1, 20)
    }
    number = next(number for number, copy in copies.items() if state(copy) == "ooonnn")
    for second in count(1):
        copy, _ended = accept_killed_at(compared, runner, number, tmp_path / f"again{second}")
        ended = runner.run(copy, "check", kill_at=second)
        done = runner.run(copy, "run")
        assert (done.code, state(copy)) == (0, NEW), (second, ended, done)
        if not ended.is_killed:
            break
    assert second > 8
