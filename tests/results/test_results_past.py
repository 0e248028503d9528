"""The status of trials in earlier runs, found by a scan of the rows of their run.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from builders import key, run
from coze_harness.model import (
    BotVersionChange,
    ChangedScenarios,
    Mode,
    Run,
    RunChanges,
    TrialRow,
    TrialStatus,
    replace,
)
from coze_harness.results import read_run, select_scenarios, with_history, write_run
from coze_harness.results.run_history import MAX_PREVIOUS_RUNS
from hypothesis import given, settings
from hypothesis import strategies as st
from scale import scale_down

PASSED, FAILED = TrialStatus.PASSED, TrialStatus.FAILED


def a_run(
    number: int, statuses: Mapping[str, TrialStatus], *, scenario: str = "s", **fields: object
) -> Run:
    rows = tuple(
        TrialRow(
            key=key(name, scenario=scenario, tags=['","status":"failed"', "b"]),
            status=status,
            seconds=1.0,
        )
        for name, status in statuses.items()
    )
    run_fields = {
        name: fields.pop(name) for name in ("selection", "bot_versions") if name in fields
    }
    one = replace(run(run_id=f"2026{number:04}", **fields), rows=rows, **run_fields)  # type: ignore[arg-type]  # checked by run
    return replace(one, summary=replace(one.summary, trials=len(rows)))


def write_runs(reports: Path, *runs: Run) -> None:
    for one in runs:
        (reports / one.run_id).mkdir()
        write_run(reports / one.run_id, one)


def histories(one: Run) -> dict[str, str]:
    return {row.key.id: row.history for row in one.rows}


def test_a_trial_has_a_letter_for_each_run_before_it_the_oldest_first(tmp_path: Path) -> None:
    write_runs(
        tmp_path,
        a_run(1, {"问候": FAILED, "b": PASSED}),
        a_run(2, {"问候": PASSED}),
        a_run(3, {"问候": TrialStatus.FIXED, "b": TrialStatus.KNOWN_FAILURE}),
    )
    latest_run = with_history(a_run(4, {"问候": PASSED, "b": PASSED, "new": FAILED}), tmp_path)
    assert [past.run_id for past in latest_run.past] == ["20260001", "20260002", "20260003"]
    assert histories(latest_run) == {"问候": "fpx", "b": "p.k", "new": "..."}
    assert [past.summary.trials for past in latest_run.past] == [2, 1, 2]


def test_without_any_run_before_there_is_no_past(tmp_path: Path) -> None:
    one = a_run(1, {"a": PASSED})
    assert with_history(one, tmp_path) == one
    assert with_history(one, tmp_path / "nowhere") == one


def test_later_runs_and_the_run_itself_are_not_its_past(tmp_path: Path) -> None:
    one = a_run(2, {"a": PASSED})
    write_runs(tmp_path, one, a_run(3, {"a": FAILED}))
    (tmp_path / "latest").symlink_to("20260003")
    assert with_history(one, tmp_path) == one


def test_runs_that_are_not_comparable_are_left_out(tmp_path: Path) -> None:
    write_runs(
        tmp_path,
        a_run(1, {"a": FAILED}, interrupted=True),
        a_run(2, {"a": FAILED}, finished_at=""),
        a_run(3, {"a": FAILED}, scenario="other"),
        a_run(4, {"a": FAILED}, mode=Mode.LIVE),
        a_run(5, {"a": FAILED}),
        a_run(6, {"a": FAILED}),
        a_run(7, {"a": PASSED}),
    )
    (tmp_path / "20260005" / "run.json").write_bytes(b"{")
    torn = (tmp_path / "20260006" / "run.json").read_bytes()[:-40]
    (tmp_path / "20260006" / "run.json").write_bytes(torn)
    (tmp_path / "20260007x").mkdir()
    (tmp_path / "20260007y").write_text("", encoding="utf-8")
    latest_run = with_history(a_run(8, {"a": PASSED}), tmp_path)
    assert histories(latest_run) == {"a": "p"}
    assert [past.run_id for past in latest_run.past] == ["20260007"]


def test_the_number_of_runs_in_the_history_is_limited(tmp_path: Path) -> None:
    write_runs(
        tmp_path,
        *(a_run(n, {"a": FAILED if n == 1 else PASSED}) for n in range(1, MAX_PREVIOUS_RUNS + 2)),
    )
    latest_run = with_history(a_run(99, {"a": PASSED}), tmp_path)
    assert histories(latest_run) == {"a": "p" * MAX_PREVIOUS_RUNS}
    assert latest_run.past[0].run_id == "20260002"


def test_mutation_runs_have_no_history(tmp_path: Path) -> None:
    write_runs(tmp_path, a_run(1, {"a": PASSED}))
    one = a_run(2, {"a": PASSED}, mode=Mode.MUTATE)
    assert with_history(one, tmp_path) == one


def test_a_run_json_with_another_layout_is_left_out(tmp_path: Path) -> None:
    write_runs(tmp_path, a_run(1, {"a": PASSED}))
    file = tmp_path / "20260001" / "run.json"
    file.write_text(json.dumps(json.loads(file.read_bytes()), indent=2), encoding="utf-8")
    one = a_run(2, {"a": PASSED})
    assert with_history(one, tmp_path) == one


def with_digests(one: Run, **digests: str) -> Run:
    rows = [replace(row, digests=digests.get(row.key.id, "")) for row in one.rows]
    return replace(one, rows=tuple(rows))


def test_what_was_recorded_or_edited_since_the_last_comparable_run_is_kept(tmp_path: Path) -> None:
    names = {"same": PASSED, "new": PASSED, "edited": PASSED, "stopped": PASSED, "unknown": FAILED}
    rows = dict.fromkeys(names, f"aaaaaaaa{'b' * 12}")
    before = with_digests(a_run(1, names, bot_versions={"chatchat": "11"}), **rows)
    now = with_digests(
        a_run(2, names, bot_versions={"chatchat": "12"}),
        **rows
        | {
            "new": f"cccccccc{'b' * 12}",
            "edited": f"aaaaaaaabbbbbb{'c' * 6}",
            "stopped": f"aaaaaaaa{'b' * 6}",
            "unknown": "",
        },
    )
    separate = [
        tuple(replace(r, key=replace(r.key, scenario=r.key.id)) for r in one.rows)
        for one in (before, now)
    ]
    write_runs(tmp_path, replace(before, rows=separate[0]))
    second_run = with_history(replace(now, rows=separate[1]), tmp_path)
    assert second_run.changes == RunChanges(
        recorded=ChangedScenarios(count=1, names=("new",)),
        edited=ChangedScenarios(count=1, names=("edited",)),
        versions=(BotVersionChange(bot="chatchat", before="11", after="12"),),
    )
    write_runs(tmp_path, second_run)
    later = with_history(replace(second_run, run_id="20260003", changes=None), tmp_path)
    assert [past.changes for past in later.past] == [None, second_run.changes]
    assert later.changes == RunChanges()


def test_another_selection_or_mode_is_not_comparable(tmp_path: Path) -> None:
    selected = select_scenarios([key("a"), key("b")])
    write_runs(
        tmp_path,
        a_run(1, {"a": PASSED}, selection=selected),
        a_run(2, {"a": PASSED}, selection=select_scenarios([key("a")])),
        a_run(3, {"a": PASSED}, selection=selected, mode=Mode.LIVE),
    )
    latest_run = with_history(a_run(4, {"a": FAILED}, selection=selected), tmp_path)
    assert [past.run_id for past in latest_run.past] == ["20260001"]


def test_a_past_is_written_and_read_back(tmp_path: Path) -> None:
    write_runs(tmp_path, a_run(1, {"a": FAILED}))
    latest_run = with_history(a_run(2, {"a": PASSED}), tmp_path)
    write_runs(tmp_path, latest_run)
    assert read_run(tmp_path / latest_run.run_id) == latest_run


names = st.text(max_size=6) | st.sampled_from(
    ["\udcff", '"', "\\", '\\"', "\n", "\u2028", '","status":"failed', '"}\n  {"id":"b', "🤖", "Ａ"]
)
statuses = st.dictionaries(names, st.sampled_from(TrialStatus), max_size=5)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    reports = tmp_path_factory.mktemp("reports")
    (reports / "20260001").mkdir()
    return reports


@settings(max_examples=scale_down(200), deadline=None)
@given(statuses, statuses)
def test_the_scan_finds_what_a_full_reading_finds(
    shelf: Path, before: dict[str, TrialStatus], now: dict[str, TrialStatus]
) -> None:
    write_run(shelf / "20260001", a_run(1, before))
    latest_run = with_history(a_run(2, now), shelf)
    known = {row.key.id: row.status.letter for row in read_run(shelf / "20260001").rows}
    if known and now:
        assert histories(latest_run) == {name: known.get(name, ".") for name in now}
    else:
        assert latest_run.past == ()
        assert set(histories(latest_run).values()) <= {""}
