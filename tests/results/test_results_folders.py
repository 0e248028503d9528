"""A run's folder on a real disk: growing, killed, resumed, damaged, listed, merged."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

import pytest
from builders import error, failed_verdict, key, run, trial, turn
from coze_harness.messages import UserText
from coze_harness.model import (
    Mode,
    RequiredPassRate,
    Run,
    Severity,
    TrialResult,
    TrialStatus,
    replace,
)
from coze_harness.model.errors import ResultsError
from coze_harness.results import (
    RunFolder,
    RunTotals,
    encode_trial,
    find_run,
    list_runs,
    merge_runs,
    read_results,
    read_run,
    update_latest,
)

RUN_KEYS = {
    "format_version",
    "run_id",
    "mode",
    "started_at",
    "finished_at",
    "harness_version",
    "summary",
    "cost",
    "trials",
    "pass_rates",
    "environment",
    "calls",
    "interrupted",
}
ROW_KEYS = [
    "id",
    "scenario",
    "file",
    "line",
    "bot",
    "case",
    "trial",
    "tags",
    "status",
    "cassette",
    "seconds",
]


def several() -> list[TrialResult]:
    return [
        trial(trial_key=key("问候", file="scenarios/问候.yaml")),
        trial(
            TrialStatus.FAILED,
            trial_key=key(
                "hours[北京]", scenario="hours", case="北京", file="scenarios/hours.yaml"
            ),
            turns=[turn(verdicts=[failed_verdict(), failed_verdict(severity=Severity.WARNING)])],
            warnings=["no permission to read the bot"],
        ),
        trial(TrialStatus.ERROR, trial_key=key("broken"), turns=[], note=error()),
    ]


def write_whole_run(
    reports: Path, results: Sequence[TrialResult], run_id: str = "r1"
) -> tuple[Path, Run]:
    """Write a whole run as the pipeline does: open, lines, finish."""
    tally = RunTotals()
    with RunFolder.create(reports, run(run_id=run_id)) as folder:
        for result in results:
            tally.add(result)
            folder.add(result)
        finished = replace(
            run(run_id=run_id),
            summary=tally.summary(),
            cost=tally.cost(),
            rows=tally.rows(result.key.id for result in results),
            pass_rates=tally.pass_rates(),
        )
        folder.finish(finished)
    return folder.path, finished


def test_what_was_written_is_read_back_equal(tmp_path: Path) -> None:
    folder, finished = write_whole_run(tmp_path / "reports", several())
    assert read_run(folder) == finished
    assert list(read_results(folder)) == several()


def test_run_json_has_the_keys_that_readers_are_promised(tmp_path: Path) -> None:
    folder, _ = write_whole_run(tmp_path / "reports", several())
    text = (folder / "run.json").read_text(encoding="utf-8")
    document = json.loads(text)
    assert set(document) == RUN_KEYS
    assert document["format_version"] == 1
    assert [list(row)[:11] for row in document["trials"]] == [ROW_KEYS] * 3
    assert document["summary"]["scenarios"] == {
        "trials": 3,
        "passed": 1,
        "failed": 1,
        "errors": 1,
        "skipped": 0,
        "known_failures": 0,
        "fixed": 0,
        "warnings": 1,
    }
    assert {key: document["summary"][key] for key in ("trials", "passed", "failed", "errors")} == {
        "trials": 3,
        "passed": 1,
        "failed": 1,
        "errors": 1,
    }
    assert document["summary"]["warnings"] == 2
    assert "hours[北京]" in text


def test_a_name_that_is_not_utf8_does_not_stop_a_run(tmp_path: Path) -> None:
    trial_with_surrogates = trial(trial_key=key("\udcff", file="scenarios/\udcff.yaml"))
    folder, finished = write_whole_run(tmp_path / "reports", [trial_with_surrogates, *several()])
    assert read_run(folder) == finished
    assert next(read_results(folder)) == trial_with_surrogates


def test_nothing_but_the_two_files_is_left_in_a_folder(tmp_path: Path) -> None:
    folder, _ = write_whole_run(tmp_path / "reports", several())
    assert sorted(path.name for path in folder.iterdir()) == ["run.json", "trials.jsonl"]
    assert (tmp_path / "reports" / ".gitignore").read_text(encoding="utf-8") == "*\n"


@pytest.mark.parametrize(
    "run_id",
    [
        "",
        ".",
        "..",
        "../x",
        "a/b",
        "a\\b",
        "/etc",
        ".hidden",
        "latest",
        "Latest",
        "CON",
        "nul.txt",
        "a:b",
        "a\nb",
        "a.",
        "x" * 129,
        "\u202ea",
        "a\u200bb",
        "-rf",
    ],
)
def test_an_id_that_leads_out_or_cannot_be_a_folder_is_rejected(
    tmp_path: Path, run_id: str
) -> None:
    with pytest.raises(ResultsError, match="valid id") as caught:
        RunFolder.create(tmp_path / "reports", run(run_id=run_id))
    assert caught.value.next_step
    assert not (tmp_path / "reports").exists()


def test_a_run_never_writes_into_another_ones_folder(tmp_path: Path) -> None:
    folder, _ = write_whole_run(tmp_path, several())
    before = (folder / "trials.jsonl").read_bytes()
    with pytest.raises(ResultsError, match="exists already"):
        RunFolder.create(tmp_path, run(run_id="r1"))
    assert (folder / "trials.jsonl").read_bytes() == before


def test_a_file_at_the_path_of_the_reports_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("", encoding="utf-8")
    with pytest.raises(ResultsError, match="failed") as caught:
        RunFolder.create(tmp_path / "reports", run())
    assert "--reports" in str(caught.value.next_step)


def leave_killed_run(reports: Path, results: Sequence[TrialResult], torn: bytes = b"") -> Path:
    """Leave a folder as a process does that was killed while it ran."""
    opening = replace(
        run(run_id="killed", mode=Mode.RECORD, finished_at=""),
        pass_rates=(
            RequiredPassRate(
                scenario="hours", bot="chatchat", trials=0, passed=0, required=0.0, met=True
            ),
        ),
    )
    folder = RunFolder.create(reports, opening)
    for result in results:
        folder.add(result)
    folder.append(torn)
    folder.close()
    return folder.path


TORN = [
    b"",
    b"{",
    encode_trial(several()[0])[:-1],
    encode_trial(several()[0])[:300],
    b"\x00" * 4096,
    b"\x00\n",
]


@pytest.mark.parametrize("torn", TORN)
def test_a_killed_run_can_be_reported(tmp_path: Path, torn: bytes) -> None:
    folder = leave_killed_run(tmp_path, several(), torn)
    killed_run = read_run(folder)
    assert (killed_run.mode, killed_run.interrupted, killed_run.finished_at) == (
        Mode.RECORD,
        True,
        "",
    )
    assert (killed_run.summary.trials, killed_run.summary.failed, killed_run.summary.errors) == (
        3,
        1,
        1,
    )
    assert killed_run.summary.warnings == 2
    assert {rate.scenario: rate.met for rate in killed_run.pass_rates} == {
        "hours": True,
        "broken": True,
        "问候": True,
    }
    assert list(read_results(folder)) == several()


@pytest.mark.parametrize("torn", TORN)
def test_resume_cuts_off_a_torn_line_and_goes_on(tmp_path: Path, torn: bytes) -> None:
    path = leave_killed_run(tmp_path, several()[:2], torn)
    with RunFolder.resume(path) as folder:
        assert dict(folder.done) == {
            "问候": TrialStatus.PASSED,
            "hours[北京]": TrialStatus.FAILED,
        }
        folder.add(several()[2])
    assert list(read_results(path)) == several()


def test_a_folder_with_lines_alone_can_be_reported(tmp_path: Path) -> None:
    path = leave_killed_run(tmp_path, several())
    (path / "run.json").unlink()
    killed_run = read_run(path)
    assert killed_run.summary.trials == 3
    assert killed_run.interrupted
    assert killed_run.run_id == "killed"


def test_kill_9_loses_at_most_the_line_that_was_being_written(tmp_path: Path) -> None:
    script = textwrap.dedent(
        """
        import sys
        from coze_harness.model import replace
        from pathlib import Path
        sys.path.insert(0, sys.argv[2])
        from builders import key, message, reply, run, trial, turn
        from coze_harness.results import RunFolder
        folder = RunFolder.create(Path(sys.argv[1]), run(run_id="k", finished_at=""))
        n = 0
        while True:
            n += 1
            folder.add(trial(trial_key=key(f"t{n}"), turns=[turn(turn_reply=reply("答" * 50_000))]))
            print(n, flush=True)
        """
    )
    tests_folder = str(Path(__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path), tests_folder],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    count = 0
    while count < 20:
        count = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    count = int((process.stdout.read().split() or [str(count)])[-1])
    process.wait()
    process.stdout.close()
    ids = [result.key.id for result in read_results(tmp_path / "k")]
    assert ids[:count] == [f"t{n}" for n in range(1, count + 1)]
    assert len(ids) <= count + 1
    with RunFolder.resume(tmp_path / "k") as folder:
        assert list(folder.done) == ids


def test_a_full_disk_leaves_whole_lines(tmp_path: Path) -> None:
    """A limit on file size refuses the write in the middle, as a full disk does."""
    script = textwrap.dedent(
        """
        import resource, signal, sys
        from pathlib import Path
        sys.path.insert(0, sys.argv[2])
        from builders import reply, run, trial, turn
        from coze_harness.results import RunFolder
        from coze_harness.model.errors import ResultsError
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        folder = RunFolder.create(Path(sys.argv[1]), run(run_id="k", finished_at=""))
        folder.add(trial())
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
        try:
            folder.add(trial(turns=[turn(turn_reply=reply("答" * 50_000))]))
        except ResultsError as fault:
            print(fault)
        """
    )
    tests_folder = str(Path(__file__).parents[1])
    process = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), tests_folder],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Writing a trial failed" in process.stdout
    assert (tmp_path / "k" / "trials.jsonl").read_bytes() == encode_trial(trial())


def test_a_damaged_line_in_the_middle_is_named(tmp_path: Path) -> None:
    folder, _ = write_whole_run(tmp_path, several())
    lines = (folder / "trials.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "trials.jsonl").write_bytes(lines[0] + b"<<<<<<< HEAD\n" + lines[1])
    with pytest.raises(ResultsError) as caught:
        list(read_results(folder))
    assert str(caught.value.where).endswith("trials.jsonl:2")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "cannot be read"),
        (b"[]", "Expected `object`"),
        (b"{", "cannot be read"),
        (b'{"stats": {}}', "no format_version"),
        (b'{"format_version": "1"}', "no format_version"),
        (b'{"format_version": 2}', "has format 2"),
        (b'{"format_version": 1}', "run_id"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_an_invalid_run_json_is_an_error_with_a_reason(
    tmp_path: Path, text: bytes, reason: str
) -> None:
    folder, _ = write_whole_run(tmp_path, several())
    (folder / "run.json").write_bytes(text)
    with pytest.raises(ResultsError, match=reason) as caught:
        read_run(folder)
    assert str(caught.value.where).endswith("run.json")
    assert caught.value.next_step
    assert (folder / "run.json").read_bytes() == text


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("mode", "guess", "mode"),
        ("summary", {"trials": -1}, "summary"),
        ("trials", [1], r"\$\.trials"),
        ("trials", [{"id": "a"}], r"\$\.trials"),
        ("started_at", None, "started_at"),
    ],
)
def test_a_wrong_value_in_run_json_is_named(
    tmp_path: Path, name: str, value: object, reason: str
) -> None:
    folder, _ = write_whole_run(tmp_path, several())
    document = json.loads((folder / "run.json").read_bytes())
    document[name] = value
    (folder / "run.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ResultsError, match=reason):
        read_run(folder)


def test_keys_of_a_later_version_are_left_alone(tmp_path: Path) -> None:
    folder, finished = write_whole_run(tmp_path, several())
    document = json.loads((folder / "run.json").read_bytes())
    document["new"] = document["summary"]["new"] = document["trials"][0]["new"] = {"a": 1}
    (folder / "run.json").write_text(json.dumps(document), encoding="utf-8")
    assert read_run(folder) == finished


def test_a_folder_without_a_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="not a run's folder"):
        read_run(tmp_path)
    with pytest.raises(ResultsError, match="not a run's folder"):
        RunFolder.resume(tmp_path / "nowhere")


def test_latest_is_a_relative_link_to_the_newest_run(tmp_path: Path) -> None:
    for run_id in ("r1", "r2"):
        folder, _ = write_whole_run(tmp_path, several(), run_id)
        update_latest(folder)
    assert (tmp_path / "latest").readlink() == Path("r2")
    assert read_run(tmp_path / "latest").run_id == "r2"
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [".gitignore", "latest", "r1", "r2"]


def test_latest_takes_the_place_of_an_earlier_copy(tmp_path: Path) -> None:
    folder, _ = write_whole_run(tmp_path, several())
    (tmp_path / "latest").mkdir()
    (tmp_path / "latest" / "run.json").write_bytes(b"{}")
    update_latest(folder)
    assert (tmp_path / "latest").readlink() == Path("r1")


def test_a_foreign_latest_is_not_deleted(tmp_path: Path) -> None:
    folder, _ = write_whole_run(tmp_path, several())
    (tmp_path / "latest").mkdir()
    (tmp_path / "latest" / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ResultsError, match="not replaced"):
        update_latest(folder)
    assert (tmp_path / "latest" / "thesis.txt").exists()


def test_runs_are_listed_newest_first_and_foreign_folders_left_out(tmp_path: Path) -> None:
    for hour, run_id in ((9, "a"), (11, "b"), (10, "c")):
        path = tmp_path / run_id
        with RunFolder.create(tmp_path, run(run_id=run_id)) as folder:
            folder.finish(run(run_id=run_id, started_at=f"2026-11-22T{hour:02}:00:00Z"))
        update_latest(path)
    leave_killed_run(tmp_path, several())
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "run.json").write_bytes(b"{")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "note.txt").write_text("", encoding="utf-8")
    (tmp_path / "b").rename(tmp_path / "renamed")
    remarks: list[UserText] = []
    runs = list_runs(tmp_path, remarks.append)
    assert [entry.run_id for entry in runs] == ["renamed", "killed", "c", "a"]
    assert runs[1].summary.trials == 3
    assert all(not entry.rows for entry in runs)
    assert len(remarks) == 1
    assert str(remarks[0]).startswith("broken is left out")


def test_a_missing_reports_folder_has_no_runs(tmp_path: Path) -> None:
    assert list_runs(tmp_path / "reports") == []


def test_a_run_is_found_by_id_by_path_and_as_latest(tmp_path: Path) -> None:
    folder, _ = write_whole_run(tmp_path / "reports", several())
    update_latest(folder)
    reports = tmp_path / "reports"
    for name in ("r1", str(folder), str(folder / "run.json"), str(reports / "latest")):
        assert find_run(reports, name).resolve() == folder
    assert find_run(reports, "latest").resolve() == folder
    with pytest.raises(ResultsError, match='no run "r2"') as caught:
        find_run(reports, "r2")
    assert "r1" in str(caught.value.next_step)


def test_shards_become_one_run(tmp_path: Path) -> None:
    first, _ = write_whole_run(tmp_path, several()[:1], "s1")
    second = leave_killed_run(tmp_path, several()[1:], b"{torn")
    document = json.loads((second / "run.json").read_bytes())
    (second / "run.json").write_text(json.dumps(document | {"mode": "replay"}), encoding="utf-8")
    merged = merge_runs([first, second], tmp_path / "all", "all")
    assert read_run(tmp_path / "all") == merged
    assert list(read_results(tmp_path / "all")) == several()
    assert merged.interrupted
    assert (merged.summary.trials, merged.summary.failed, merged.summary.warnings) == (3, 1, 2)
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == [
        "run.json",
        "trials.jsonl",
    ]


def test_a_trial_in_two_shards_is_refused(tmp_path: Path) -> None:
    first, _ = write_whole_run(tmp_path, several(), "s1")
    second, _ = write_whole_run(tmp_path, several()[1:], "s2")
    with pytest.raises(ResultsError, match=r"Two runs have the trial") as caught:
        merge_runs([first, second], tmp_path / "all", "all")
    assert "compare" in str(caught.value.next_step)
    assert not (tmp_path / "all").exists()


def test_runs_of_different_modes_and_none_at_all_are_refused(tmp_path: Path) -> None:
    first, _ = write_whole_run(tmp_path, several()[:1], "s1")
    second = leave_killed_run(tmp_path, several()[1:])
    with pytest.raises(ResultsError, match="record, replay"):
        merge_runs([first, second], tmp_path / "all", "all")
    with pytest.raises(ResultsError, match="no run to merge"):
        merge_runs([], tmp_path / "all", "all")
    with pytest.raises(ResultsError, match="into itself"):
        merge_runs([first], first, "s1")
    assert read_run(first).summary.trials == 1


def test_a_tally_counts_each_status_and_rates_only_what_was_judged() -> None:
    statuses = [
        *[TrialStatus.PASSED] * 3,
        TrialStatus.FAILED,
        TrialStatus.ERROR,
        TrialStatus.SKIPPED,
        TrialStatus.KNOWN_FAILURE,
        TrialStatus.FIXED,
    ]
    tally = RunTotals({"s": 0.66})
    for number, status in enumerate(statuses):
        tally.add(trial(status, trial_key=key(f"s#{number}", scenario="s", trial=number)))
    summary = tally.summary()
    assert (summary.trials, summary.passed, summary.failed, summary.errors) == (8, 4, 1, 1)
    assert (summary.skipped, summary.known_failures, summary.fixed) == (1, 1, 1)
    rate = tally.pass_rates()[0]
    assert (rate.trials, rate.passed, rate.met) == (6, 4, True)


@pytest.mark.parametrize(
    ("passed", "required", "met"), [(9, 0.9, True), (8, 0.9, False), (3, 0.3, True), (7, 0.7, True)]
)
def test_a_pass_rate_that_is_reached_exactly_is_met(
    passed: int, required: float, met: bool
) -> None:
    tally = RunTotals({"s": required})
    for number in range(10):
        status = TrialStatus.PASSED if number < passed else TrialStatus.FAILED
        tally.add(trial(status, trial_key=key(f"s#{number}", scenario="s", trial=number)))
    assert tally.pass_rates()[0].met is met


def test_rows_do_not_depend_on_the_order_of_finishing() -> None:
    results = [trial(trial_key=key(f"t{number}", trial=number)) for number in range(5)]
    forwards, backwards = RunTotals(), RunTotals()
    for result in results:
        forwards.add(result)
    for result in reversed(results):
        backwards.add(result)
    assert forwards.rows() == backwards.rows()
    assert [row.key.id for row in backwards.rows(["t3", "gone", "t1"])][:2] == ["t3", "t1"]


def test_a_trial_that_is_run_again_counts_once() -> None:
    tally = RunTotals()
    tally.add(trial(TrialStatus.ERROR))
    tally.add(trial(TrialStatus.PASSED))
    assert (tally.summary().trials, tally.summary().errors) == (1, 0)


def test_a_list_of_runs_knows_a_missed_rate_among_thousands(tmp_path: Path) -> None:
    tally = RunTotals()
    for number in range(2_000):
        status = TrialStatus.FAILED if number == 1_500 else TrialStatus.PASSED
        tally.add(trial(status, trial_key=key(f"s{number}", scenario=f"s{number}")))
    of = replace(run(), rows=tally.rows(), pass_rates=tally.pass_rates(), summary=tally.summary())
    with RunFolder.create(tmp_path, of) as folder:
        folder.finish(of)
    assert read_run(folder.path) == of
    (listed_run,) = list_runs(tmp_path)
    assert listed_run == replace(of, rows=(), pass_rates=listed_run.pass_rates)
    assert [(rate.scenario, rate.met) for rate in listed_run.pass_rates] == [("s1500", False)]


@pytest.mark.parametrize("size", [0, 1, 7_900, 8_192, 20_000])
def test_a_head_of_any_size_is_read(tmp_path: Path, size: int) -> None:
    rate = RequiredPassRate(scenario="九" * 40, bot="b", trials=1, passed=1, required=1.0, met=True)
    rates = (rate, replace(rate, bot="c"))
    of = replace(run(), environment={"note": "x" * size}, pass_rates=rates)
    for run_id, entry in (("with", of), ("without", replace(of, pass_rates=()))):
        with RunFolder.create(tmp_path, replace(entry, run_id=run_id)) as folder:
            folder.finish(replace(entry, run_id=run_id))
    runs = {entry.run_id: entry for entry in list_runs(tmp_path)}
    assert runs["with"].environment == runs["without"].environment == {"note": "x" * size}
    assert runs["with"].pass_rates[0] == rate
    assert runs["without"].pass_rates == ()
