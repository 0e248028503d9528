"""Cassettes and reports by URL, in this process: recorded, replayed, reported, listed, broken."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from coze_harness.baseline.cassette_check import check_cassettes
from coze_harness.cassettes.cassette_files import check_cassettes_reachable
from coze_harness.commands.check_project import list_trials
from coze_harness.commands.record_trials import record_trials
from coze_harness.commands.report_runs import all_runs, render_runs
from coze_harness.commands.run_options import RunOptions
from coze_harness.commands.run_trials import replay_trials, replay_workers
from coze_harness.execution.recording_facts import inspect_recordings
from coze_harness.messages import UserText
from coze_harness.model import (
    CassetteState,
    Mode,
    RecordScope,
    TrialResult,
    TrialStatus,
    replace,
)
from coze_harness.model.errors import CassetteError, HarnessError, ResultsError, UsageError
from coze_harness.model.process_context import ProcessContext
from coze_harness.model.settings_overrides import SettingsOverrides
from coze_harness.project.opened_project import Project, open_project
from coze_harness.project.selected_trials import select_trials
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.project.viewed_run import find_viewed_run
from coze_harness.reporting.encoded_result import ResultEncoder
from coze_harness.reporting.run_writer import RunOutcome
from coze_harness.results.run_upload import RunUpload
from coze_harness.server.server_process import RunningServer
from coze_harness.storage import remote_folder as remote
from project import IDENTITY, SETTINGS, TOKEN, WEATHER, WRONG, ProjectFolder

from storage import stores

_NUMBERS = count(1)


def fail(text: UserText) -> None:
    pytest.fail(str(text))


class Quiet:
    def on_start(self, total: int, already: int) -> None: ...
    def on_progress(self, count: int) -> None: ...
    def on_result(self, result: TrialResult) -> None: ...
    def on_warning(self, text: UserText) -> None:
        fail(text)

    def on_note(self, text: UserText, *, essential: bool = False) -> None: ...
    def on_estimate(self, requests: int) -> None: ...


class Interrupts(Quiet):
    """Presses Ctrl-C when so many trials are done."""

    def __init__(self, after: int) -> None:
        self._left = after

    def on_progress(self, count: int) -> None:
        self._left -= count
        if self._left <= 0:
            raise KeyboardInterrupt


@pytest.fixture
def folders() -> str:
    """A URL of its own for each test."""
    return f"memory://remote-{next(_NUMBERS)}"


@pytest.fixture
def opening(tmp_path: Path, server: RunningServer, folders: str) -> Callable[..., Project]:
    """Opens a project whose cassettes and reports are at these URLs."""
    files = ProjectFolder(tmp_path / "project", home=tmp_path / "home")
    files.write("harness.yaml", SETTINGS)
    files.write("scenarios/identity.yaml", IDENTITY)
    files.write("scenarios/weather.yaml", WEATHER)
    files.write("scenarios/wrong.yaml", WRONG)
    (tmp_path / "temporary").mkdir()

    def open_with(**overrides: Any) -> Project:
        process = ProcessContext(
            environment={"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN},
            folder=files.root,
            processors=2,
            temporary=tmp_path / "temporary",
        )
        places = {"cassettes": f"{folders}/录音", "reports": f"{folders}/reports"}
        return open_project(process, SettingsOverrides(**(places | overrides)))

    return open_with


def done(
    project: Project,
    mode: Mode = Mode.REPLAY,
    selection: TrialSelection | None = None,
    listener: Quiet | None = None,
    **options: Any,
) -> RunOutcome:
    trials = select_trials(project, selection or TrialSelection())
    listener = listener or Quiet()
    if mode is Mode.REPLAY:
        return replay_trials(project, trials, RunOptions(**options), listener)
    outcome = record_trials(project, trials, RunOptions(**options), listener, RecordScope.ALL)
    assert outcome is not None
    return outcome


@pytest.fixture
def recorded_project(opening: Callable[..., Project]) -> Project:
    project = opening()
    assert done(project, Mode.RECORD).exit_code == 1
    return project


def places(project: Project) -> list[str]:
    assert isinstance(project.settings.reports, remote.RemoteFolder)
    return remote.list_files(project.settings.reports)


def whole_runs(project: Project) -> list[str]:
    matches = (re.fullmatch(r"(2[^/]+)/run\.json", name) for name in places(project))
    return [match[1] for match in matches if match]


def lines(folder: Path) -> dict[str, Any]:
    records = map(json.loads, (folder / "trials.jsonl").read_text("utf-8").splitlines())
    return {record.pop("id"): record for record in records}


def test_a_recording_goes_to_the_store_and_is_replayed_from_there(
    recorded_project: Project,
) -> None:
    cassettes = recorded_project.settings.cassettes
    assert isinstance(cassettes, remote.RemoteFolder)
    assert remote.list_files(cassettes) == [
        "identity.yaml", "weather+1.yaml", "weather+2.yaml", "wrong.yaml",
    ]  # fmt: skip
    outcome = done(recorded_project)
    assert outcome.exit_code == 1
    assert outcome.run.summary.passed == 3
    assert not (recorded_project.settings.root / "cassettes").exists()
    assert not (recorded_project.settings.root / "reports").exists()


def test_verdicts_and_lines_are_those_of_local_folders(
    recorded_project: Project, opening: Callable[..., Project], tmp_path: Path
) -> None:
    cassettes, folder = recorded_project.settings.cassettes, tmp_path / "录音"
    assert isinstance(cassettes, remote.RemoteFolder)
    folder.mkdir()
    for name in remote.list_files(cassettes):
        (folder / name).write_bytes(remote.read_file(str(cassettes / name)))
    local = done(opening(cassettes=folder.as_uri(), reports="here"))
    away = done(recorded_project)
    local_lines, remote_lines = lines(local.folder), lines(away.folder)
    for record in local_lines.values():
        record["cassette"] = record["cassette"].replace(str(folder), str(cassettes))
    assert remote_lines == local_lines
    assert away.run.summary == local.run.summary
    assert (away.exit_code, away.run.pass_rates) == (local.exit_code, local.run.pass_rates)


def test_the_uploaded_run_equals_the_local_one_and_the_latest(
    recorded_project: Project,
) -> None:
    outcome = done(recorded_project)
    assert isinstance(outcome.location, remote.RemoteFolder)
    reports = outcome.location.parent
    names = remote.list_files(outcome.location)
    assert names == ["index.html", "junit.xml", "run.json", "summary.md", "trials.jsonl"]
    for name in names:
        content = (outcome.folder / name).read_bytes()
        assert remote.read_file(str(outcome.location / name)) == content
        assert remote.read_file(str(reports / "latest" / name)) == content
    listing = remote.read_file(str(reports / "index.html")).decode()
    assert all(run in listing for run in whole_runs(recorded_project))


def test_no_file_stays_on_this_machine(recorded_project: Project) -> None:
    outcome = done(recorded_project)
    copy = outcome.folder.parent
    assert copy.is_dir()
    recorded_project.resources.close()
    assert not copy.exists()


def test_the_past_runs_are_those_in_the_store(recorded_project: Project) -> None:
    first = done(recorded_project)
    second = done(recorded_project)
    assert [past.run_id for past in second.run.past][-1] == first.run.run_id
    assert {row.history for row in second.run.rows} == {"p", "f"}
    runs = all_runs(recorded_project, fail)
    assert [run.run_id for run in runs] == whole_runs(recorded_project)[::-1]
    assert {run.summary.trials for run in runs} == {4}


def test_heads_longer_than_the_first_read_are_fetched_whole(recorded_project: Project) -> None:
    reports = recorded_project.settings.reports
    assert isinstance(reports, remote.RemoteFolder)
    (name,) = whole_runs(recorded_project)
    text = json.loads(remote.read_file(str(reports / name / "run.json")))
    text["environment"]["note"] = "长" * 9000
    remote.write_file(str(reports / name / "run.json"), json.dumps(text).encode())
    (run,) = all_runs(recorded_project, fail)
    assert run.environment["note"] == "长" * 9000


def test_last_failed_uses_the_latest_run_in_the_store(recorded_project: Project) -> None:
    (trial,) = select_trials(recorded_project, TrialSelection(last_failed=True))
    assert trial.key.id == "wrong"


def test_a_run_is_rendered_again_where_it_is(
    recorded_project: Project, opening: Callable[..., Project]
) -> None:
    page = str(recorded_project.settings.reports) + "/latest/index.html"
    before = remote.read_file(page)
    location = recorded_project.locate_run("latest")
    new_page = render_runs(opening(lang="zh"), ["latest"], None)
    assert str(new_page) == str(location.origin) + "/index.html"
    assert remote.read_file(str(new_page)) != before
    assert remote.read_file(page) == remote.read_file(str(new_page))


def test_a_run_in_a_store_can_be_viewed(recorded_project: Project) -> None:
    outcome = done(recorded_project)
    run = find_viewed_run(recorded_project, "latest")
    assert (run.name, run.is_current) == (outcome.run.run_id, True)
    page = remote.read_file(str(outcome.location / "index.html"))
    assert (run.root / run.name / "index.html").read_bytes() == page


def test_runs_are_merged_from_urls_into_a_url(
    recorded_project: Project, opening: Callable[..., Project], folders: str
) -> None:
    parts = [
        done(opening(reports=f"{folders}/{name}"), selection=TrialSelection(paths=(name,))).location
        for name in ("identity", "weather")
    ]
    into = f"{folders}/merged"
    render_runs(recorded_project, [str(part) for part in parts], into)
    merged = json.loads(remote.read_file(f"{into}/run.json"))
    assert merged["summary"]["trials"] == 3
    assert remote.read_file(f"{into}/index.html")


def test_an_interrupted_run_is_uploaded_and_resumed(
    recorded_project: Project, tmp_path: Path
) -> None:
    stopped = done(recorded_project, listener=Interrupts(1), stop_at_first=True)
    assert stopped.exit_code == 130
    name = stopped.run.run_id
    assert name in whole_runs(recorded_project)
    recorded_project.resources.close()
    assert not list((tmp_path / "temporary").rglob(name))
    resumed = done(recorded_project, resume="latest")
    assert resumed.run.run_id == name
    assert resumed.run.summary.trials == 4
    assert not resumed.run.interrupted
    assert whole_runs(recorded_project).count(name) == 1


def test_a_killed_run_is_found_by_its_id_or_as_the_latest(recorded_project: Project) -> None:
    """What kill -9 leaves: the folder on this machine, and nothing in the store."""
    reports = recorded_project.settings.reports
    assert isinstance(reports, remote.RemoteFolder)
    whole = done(recorded_project)
    run_id = "20990101T000000000Z-abcd"
    opening = replace(whole.run, run_id=run_id, rows=(), past=())
    with RunUpload(reports, recorded_project.process).begin(opening) as folder:
        first, *_ = (whole.folder / "trials.jsonl").read_bytes().splitlines(keepends=True)
        folder.append(first)
    assert run_id not in whole_runs(recorded_project)
    for name in (run_id, "latest"):
        assert recorded_project.run_to_resume(name) == folder.path
    again = done(recorded_project, resume=run_id)
    assert again.run.run_id == run_id
    assert again.run.summary == whole.run.summary
    assert lines(again.folder) == lines(whole.folder)
    assert run_id in whole_runs(recorded_project)


@pytest.fixture
def flaky(recorded_project: Project, opening: Callable[..., Project]) -> Iterator[Project]:
    """The recorded project with its reports in a store that may go away."""
    stores.register()
    stores.Flaky.left = 1_000_000
    yield opening(reports=f"flaky://store-{next(_NUMBERS)}/reports")
    stores.Flaky.left = 1_000_000


@pytest.mark.parametrize("left", range(6))
def test_an_upload_that_breaks_leaves_the_old_run_the_latest(flaky: Project, left: int) -> None:
    old = done(flaky)
    stores.Flaky.left = left
    with pytest.raises(ResultsError, match="has gone away") as caught:
        done(flaky)
    reports = flaky.settings.reports
    assert isinstance(reports, remote.RemoteFolder)
    location = flaky.locate_run("latest")
    if left < 5:
        assert whole_runs(flaky) == [old.run.run_id]
        assert (location.folder / "run.json").read_bytes() == (old.folder / "run.json").read_bytes()
        assert lines(location.folder) == lines(old.folder)
    match = re.search(r"the run is kept in (.*)", "\n".join(caught.value.lines()))
    assert match
    name = Path(match[1]).name
    assert f"--resume {name}" in str(caught.value.next_step)

    stores.Flaky.left = 1_000_000
    sent = done(flaky, resume="latest")
    assert sent.run.run_id == name
    assert flaky.locate_run("latest").folder.name == name
    assert sent.run.summary == old.run.summary


def test_cassettes_are_listed_and_unused_ones_reported(recorded_project: Project) -> None:
    cassettes = recorded_project.settings.cassettes
    assert isinstance(cassettes, remote.RemoteFolder)
    trials = select_trials(recorded_project, TrialSelection())
    text = remote.read_file(str(cassettes / "identity.yaml"))
    remote.write_file(str(cassettes / "旧/gone.yaml"), text)
    remote.write_file(str(cassettes / ".gone.1.tmp"), b"half")
    remote.write_file(str(cassettes / "wrong.yaml"), text[: len(text) // 2])
    remote.remove_file(str(cassettes / "weather+1.yaml"))
    states = {
        trial.key.id: state.value
        for trial, state, _ in inspect_recordings(trials, recorded_project.replayer)
    }
    assert states == {
        "identity": "recorded", "weather[1]": "missing", "weather[2]": "recorded",
        "wrong": "unreadable",
    }  # fmt: skip
    findings = {
        str(finding.error.where)
        for finding in check_cassettes(trials, recorded_project.replayer, folder=cassettes)
    }
    assert findings == {
        str(cassettes / name)
        for name in ("旧/gone.yaml", ".gone.1.tmp", "wrong.yaml", "weather+1.yaml")
    }


def test_a_cassette_that_is_missing_or_torn_is_an_error_of_its_trial(
    recorded_project: Project,
) -> None:
    cassettes = recorded_project.settings.cassettes
    assert isinstance(cassettes, remote.RemoteFolder)
    remote.remove_file(str(cassettes / "identity.yaml"))
    remote.write_file(str(cassettes / "wrong.yaml"), b"")
    outcome = done(recorded_project)
    assert outcome.exit_code == 3
    statuses = {row.key.id: row.status for row in outcome.run.rows}
    assert statuses["identity"] is statuses["wrong"] is TrialStatus.ERROR
    assert statuses["weather[1]"] is TrialStatus.PASSED
    states = list_trials(recorded_project, TrialSelection(), "")
    missing = [one.trial.key.id for one in states if one.state is CassetteState.MISSING]
    assert missing == ["identity"]


def test_commands_that_move_recordings_reject_remote_ones(recorded_project: Project) -> None:
    with pytest.raises(UsageError, match="memory://"):
        _ = recorded_project.local_cassettes


@pytest.mark.parametrize("key", ["cassettes", "reports"])
def test_an_unreachable_store_is_reported_before_anything_is_done(
    opening: Callable[..., Project], key: str, tmp_path: Path
) -> None:
    project = opening(**{key: "zzz://bucket/x"})
    kind: type[HarnessError] = CassetteError if key == "cassettes" else ResultsError
    with pytest.raises(kind, match="zzz") as caught:
        done(project)
    assert str(caught.value.where) == "zzz://bucket/x"
    assert caught.value.next_step
    assert not list((tmp_path / "temporary").rglob("run.json"))


def test_a_missing_run_is_reported_with_the_existing_ones(recorded_project: Project) -> None:
    with pytest.raises(ResultsError, match="no run") as caught:
        recorded_project.locate_run("20200101T000000000Z-0000")
    assert whole_runs(recorded_project)[0] in str(caught.value.next_step)


def test_a_folder_for_staging_that_others_may_read_is_refused(
    recorded_project: Project, tmp_path: Path
) -> None:
    (folder,) = (tmp_path / "temporary").glob("coze-harness-*")
    folder.chmod(0o755)
    with pytest.raises(ResultsError, match="Other users"):
        done(recorded_project)


def test_a_store_of_this_process_is_replayed_in_it(recorded_project: Project) -> None:
    check_cassettes_reachable(recorded_project.settings.cassettes)
    identity, *_ = select_trials(recorded_project, TrialSelection())
    runner = recorded_project.replayer
    workers, size = replay_workers(recorded_project, RunOptions(workers=2))
    assert workers == 1
    results = runner.results(
        [identity] * 400, ResultEncoder(runner.redactor), workers=workers, size=size
    )
    trial_results = [item for batch in results for item in batch]
    assert {item.status for item in trial_results} == {TrialStatus.PASSED}
    assert len(trial_results) == 400
