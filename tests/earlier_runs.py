"""Runs in a folder, one after the other, whose bots answered as given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from builders import failed_verdict, key, reply, run, trial, turn, verdict
from coze_harness.model import Mode, Run, TrialResult, TrialStatus, replace
from coze_harness.results import encode_trial, trial_digests, with_history, write_run

PASSED, FAILED = TrialStatus.PASSED, TrialStatus.FAILED

Outcome = tuple[TrialStatus, Sequence[str]]
"""A trial's status and the answers of its turns."""


def outcome(status: TrialStatus, *answers: str) -> Outcome:
    return status, answers


def result_of(name: str, one: Outcome, recorded_at: str = "") -> TrialResult:
    """A trial with these answers; if it failed, by its last turn."""
    status, answers = one
    turns = [
        turn(
            f"prompt {number}",
            reply(answer),
            [failed_verdict() if status is FAILED and number == len(answers) else verdict()],
        )
        for number, answer in enumerate(answers, 1)
    ]
    return replace(trial(status, trial_key=key(name), turns=turns), recorded_at=recorded_at)


def add_run(
    reports: Path, results: Sequence[TrialResult], *, mode: Mode = Mode.REPLAY, lines: bytes = b""
) -> tuple[Run, Path]:
    """Write the next run of a folder; return it with its history, and its folder.

    `lines` are written before those of the results.
    """
    number = len([path for path in reports.iterdir() if path.is_dir()]) + 1
    one = run(
        results,
        run_id=f"2026{number:04}",
        mode=mode,
        started_at=f"2026-11-{number:02}T10:03:12Z",
    )
    rows = [
        replace(row, digests=trial_digests(result))
        for row, result in zip(one.rows, results, strict=True)
    ]
    one = with_history(replace(one, rows=tuple(rows)), reports)
    folder = reports / one.run_id
    folder.mkdir()
    write_run(folder, one)
    (folder / "trials.jsonl").write_bytes(lines + b"".join(map(encode_trial, results)))
    return one, folder


def add_runs(
    reports: Path, *runs: Mapping[str, Outcome], mode: Mode = Mode.REPLAY
) -> tuple[Run, Path]:
    """Write runs, the oldest first; return the last."""
    last = [add_run(reports, [result_of(*one) for one in each.items()], mode=mode) for each in runs]
    return last[-1]
