"""An interrupted `accept`, and what happens to its files before another command finishes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import coze_harness
import pytest
from accepting import NEW, OLD, ComparedProject, accept_killed_at, leftover_files, recording_states
from coze_harness import TrialStatus, replay_project
from coze_harness.model.errors import CassetteError
from coze_harness.project.public_api import open_project
from kill_points import Runner

JOURNAL = "cassettes/.accept-journal.json"


@pytest.fixture(scope="module")
def interrupted_project(
    comparison: ComparedProject, runner: Runner, tmp_path_factory: pytest.TempPathFactory
) -> ComparedProject:
    """A copy of the project in which three of six recordings are replaced."""
    for number in range(1, 20):
        folder = tmp_path_factory.mktemp("interrupted") / "project"
        accept_killed_at(comparison, runner, number, folder)
        if recording_states(folder) == "ooonnn":
            return ComparedProject(type(comparison.project)(folder, home=folder.parent / "home"))
    raise AssertionError


@pytest.fixture
def folder(interrupted_project: ComparedProject, tmp_path: Path) -> Path:
    return interrupted_project.copy(tmp_path / "project")


def test_restored_recordings_are_replaced_again(
    comparison: ComparedProject, folder: Path, runner: Runner
) -> None:
    for name in ("a+2.yaml", "a+3.yaml"):
        (folder / "cassettes" / name).write_bytes(
            comparison.project.path(f"cassettes/{name}").read_bytes()
        )
    result = runner.run(folder, "check")
    assert (result.code, recording_states(folder), leftover_files(folder)) == (0, NEW, [])


def test_an_edited_recording_is_kept_and_its_candidate_too(folder: Path, runner: Runner) -> None:
    for name in ("a+2", "deep/b+1"):
        path = folder / f"cassettes/{name}.yaml"
        path.write_text(path.read_text("utf-8") + "# mine\n", encoding="utf-8")
    (folder / "cassettes/deep/b+2.yaml").write_bytes(b"")
    result = runner.run(folder, "run")
    (line,) = [line for line in result.err.splitlines() if "accept" in line]
    for name in ("a+2", "deep/b+1", "deep/b+2"):
        assert f"cassettes/{name}.yaml" in line
    assert (folder / "cassettes/a+2.yaml").read_text("utf-8").endswith("# mine\n")
    assert recording_states(folder)[2:4] + recording_states(folder)[5] == "nnn"
    candidates = (folder / "cassettes/.candidate").rglob("*.yaml")
    assert sorted(path.stem for path in candidates) == ["a+2", "b+1", "b+2"]
    assert runner.run(folder, "accept").code == 0
    assert recording_states(folder) == NEW


def test_a_newer_candidate_is_kept(folder: Path, runner: Runner) -> None:
    path = folder / "cassettes/.candidate/a+1.yaml"
    path.write_text(path.read_text("utf-8").replace("新答", "更新"), encoding="utf-8")
    assert runner.run(folder, "list").code == 0
    assert recording_states(folder) == NEW
    assert [one.name for one in (folder / "cassettes/.candidate").rglob("*.yaml")] == ["a+1.yaml"]


def test_where_one_cannot_be_written_all_old_recordings_come_back(
    folder: Path, runner: Runner
) -> None:
    target = folder / "cassettes/deep/b+3.yaml"
    target.unlink()
    target.mkdir()
    (target / "in the way").touch()
    result = runner.run(folder, "list")
    (line,) = [line for line in result.err.splitlines() if "accept" in line]
    assert "Undid" in line
    assert "cassettes/deep/b+3.yaml" in line
    assert (recording_states(folder)[:2], recording_states(folder)[3:], leftover_files(folder)) == (
        OLD[:2],
        OLD[3:],
        [],
    )
    assert len(list((folder / "cassettes/.candidate").rglob("*.yaml"))) == 6


def test_a_mixed_baseline_is_not_judged_where_it_cannot_be_finished(
    folder: Path, runner: Runner
) -> None:
    # Root may write everywhere, but not into a file that is a folder.
    (folder / "cassettes/.lock").unlink()
    (folder / "cassettes/.lock").mkdir()
    for command in (("run",), ("check",), ("list",), ("mutate",), ("accept",), ("live",)):
        result = runner.run(folder, *command)
        assert result.code == 3, (command, result)
        assert "accept of 6 recordings" in result.err
        assert result.out == ""
    history = runner.run(folder, "history")
    assert history.code == 0
    assert "accept of 6 recordings" in history.err
    with (
        open_project(folder, environment={}) as project,
        pytest.raises(CassetteError, match="accept of 6 recordings"),
    ):
        list(replay_project(project))
    assert recording_states(folder) == "ooonnn"
    (folder / "cassettes/.lock").rmdir()
    assert (runner.run(folder, "run").code, recording_states(folder)) == (0, NEW)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_mixed_baseline_is_not_judged_in_a_folder_without_permission(
    folder: Path, runner: Runner
) -> None:
    (folder / "cassettes/.lock").unlink()
    (folder / "cassettes").chmod(0o500)
    try:
        result = runner.run(folder, "run")
    finally:
        (folder / "cassettes").chmod(0o700)
    assert result.code == 3
    assert "Permission denied" in result.err


def test_the_python_api_finishes_it(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with open_project(folder, environment={}) as project:
        results = list(replay_project(project))
    assert {result.status for result in results} == {TrialStatus.PASSED}
    assert recording_states(folder) == NEW
    assert "accept of 6 recordings" in caplog.text


def test_pytest_finishes_it(folder: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "scenarios"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(coze_harness.__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result
    assert "Finished the interrupted accept of 6 recordings" in result.stdout
    assert recording_states(folder) == NEW


def _entry(**changes: object) -> dict[str, object]:
    new = b64encode(b"x").decode()
    return {"target": "evil.yaml", "old": None, "new": new, "candidates": {}} | changes


@pytest.mark.parametrize(
    "entries",
    [
        [_entry(target="../evil.yaml")],
        [_entry(target="/evil.yaml")],
        [_entry(target="a/../../evil.yaml")],
        [_entry(target="evil.py")],
        [_entry(target="link/evil.yaml")],
        [_entry(candidates={"a+1.yaml": ""})],
        [_entry(candidates={".candidate/../../harness.yaml": ""})],
        [_entry(new="not base64")],
        [_entry(old=7)],
        [7],
        7,
    ],
    ids=str,
)
def test_a_journal_that_leads_elsewhere_is_refused(
    comparison: ComparedProject, runner: Runner, tmp_path: Path, entries: object
) -> None:
    folder = comparison.copy(tmp_path / "project")
    (tmp_path / "outside").mkdir()
    (folder / "cassettes/link").symlink_to(tmp_path / "outside")
    journal = {"format": 1, "pid": 1, "started": "2026", "replacements": entries}
    (folder / JOURNAL).write_text(json.dumps(journal))
    result = runner.run(folder, "check")
    assert result.code == 3, result
    assert ".accept-journal.json" in result.err or "link/evil.yaml" in result.err
    assert not list(tmp_path.rglob("evil.*"))
    assert not Path("/evil.yaml").exists()
    assert recording_states(folder) == OLD


@pytest.mark.parametrize(
    "moved",
    [
        {".candidate/a+1.yaml": "../evil.yaml"},
        {".candidate/a+1.yaml": ".candidate/../../evil.yaml"},
        {".candidate/a+1.yaml": "a+1.yaml"},
        {"a+2.yaml": ".candidate/evil.yaml"},
        {".candidate/a+1.yaml": 7},
        [7],
    ],
    ids=str,
)
def test_a_journal_that_moves_files_elsewhere_is_refused(
    comparison: ComparedProject, runner: Runner, tmp_path: Path, moved: object
) -> None:
    folder = comparison.copy(tmp_path / "project")
    journal = {"format": 1, "pid": 1, "started": "2026", "replacements": [], "moved": moved}
    (folder / JOURNAL).write_text(json.dumps(journal))
    result = runner.run(folder, "check")
    assert result.code == 3, result
    assert not list(tmp_path.rglob("evil.*"))
    assert recording_states(folder) == OLD


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 2}', b"\xff"])
def test_a_damaged_journal_is_an_error(
    comparison: ComparedProject, runner: Runner, tmp_path: Path, content: bytes
) -> None:
    folder = comparison.copy(tmp_path / "project")
    (folder / JOURNAL).write_bytes(content)
    for command in ("run", "check", "accept"):
        result = runner.run(folder, command)
        assert result.code == 3, result
        assert ".accept-journal.json: " in result.err
    assert recording_states(folder) == OLD
