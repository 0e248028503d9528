"""A large project, whose files several processes load, behaves as a small one does."""

from __future__ import annotations

from pathlib import Path

import pytest
from coze_harness.scenarios.parallel_loader import LARGE_PROJECT
from project import ProjectFolder

from benchmarks.project import build_project

COUNT = LARGE_PROJECT + 230
NAMES = [f"s{number:06}" for number in range(COUNT)]


@pytest.fixture(scope="module")
def recorded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large") / "project"
    build_project(folder, COUNT)
    return folder


@pytest.fixture
def project(recorded_once: Path, tmp_path: Path) -> ProjectFolder:
    """A project of its own with the one set of recordings."""
    project = ProjectFolder(tmp_path / "project", home=tmp_path / "home")
    for name in ("cassettes", "harness.yaml"):
        project.path(name).symlink_to(recorded_once / name)
    project.path("scenarios").mkdir()
    for path in (recorded_once / "scenarios").iterdir():
        project.path(f"scenarios/{path.name}").hardlink_to(path)
    return project


@pytest.mark.parametrize("workers", ["1", "3"])
def test_its_trials_are_replayed_and_stand_in_order(project: ProjectFolder, workers: str) -> None:
    done = project.run("run", "--workers", workers, "--no-progress")
    assert (done.code, done.err) == (0, "")
    assert [row["id"] for row in project.run_json()["trials"]] == NAMES
    assert sorted(project.lines()) == NAMES


def test_chosen_trials_are_replayed_alone(project: ProjectFolder) -> None:
    done = project.run("run", "-k", "s00010", "--no-progress")
    assert (done.code, done.err) == (0, "")
    assert [row["id"] for row in project.run_json()["trials"]] == NAMES[100:110]


def test_all_faults_of_all_files_are_told_in_one_go_and_nothing_is_replayed(
    project: ProjectFolder,
) -> None:
    rewrite(project, 3, "turns: [{promt: hi}]\n")
    rewrite(project, COUNT - 1, "bot: nobody\nturns: [{prompt: hi}]\n")
    done = project.run("run", "--no-progress")
    assert done.code == 2
    assert "scenarios/s000003.yaml:1:10: " in done.err
    assert f"scenarios/{NAMES[-1]}.yaml:1:6: " in done.err
    assert "2 errors in the files" in done.err
    assert not project.path("reports").exists()


def test_a_name_taken_by_a_file_far_away_is_told_with_both_places(project: ProjectFolder) -> None:
    rewrite(project, COUNT - 1, "name: S000001\nturns: [{prompt: hi}]\n")
    done = project.run("run", "--no-progress")
    assert done.code == 2
    assert 'The name "S000001" is taken by the scenario "s000001"' in done.err
    assert "scenarios/s000001.yaml:1:1" in done.err
    assert not project.path("reports").exists()


def rewrite(project: ProjectFolder, number: int, text: str) -> None:
    path = project.path(f"scenarios/{NAMES[number]}.yaml")
    path.unlink()
    path.write_text(text, encoding="utf-8")
