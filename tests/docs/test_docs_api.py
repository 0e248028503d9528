"""docs/api.md: its examples run, and its names are the public ones."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import coze_harness
import doc_pages
import pytest
from doc_pages import ROOT
from project import ProjectFolder

PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
REPLAY, READ, CHECKS, KIND = EXAMPLES


@pytest.fixture
def starter_project(project: ProjectFolder) -> ProjectFolder:
    """The project that `init` writes."""
    assert project.run("init").code == 0
    return project


@pytest.fixture
def project(tmp_path: Path) -> ProjectFolder:
    return ProjectFolder(tmp_path / "project", home=tmp_path / "home")


def python(project: ProjectFolder, code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=project.root,
        env=project.env,
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout


def test_every_public_name_is_there_and_on_the_page() -> None:
    for name in coze_harness.__all__:
        assert getattr(coze_harness, name) is not None
        assert f"`{name}" in PAGE or f"    {name}," in PAGE, name
    assert set(coze_harness.__all__) <= set(dir(coze_harness))


def test_a_project_is_replayed(starter_project: ProjectFolder) -> None:
    code = REPLAY.replace('TrialSelection(tags=("smoke",))', "TrialSelection()")
    lines = python(starter_project, code).splitlines()
    assert lines[0] == "identity passed"
    assert {line.split()[1] for line in lines[1:]} == {"passed"}


def test_a_project_elsewhere_is_replayed(starter_project: ProjectFolder, tmp_path: Path) -> None:
    code = REPLAY.replace('open_project(".")', f"open_project({str(starter_project.root)!r})")
    code = code.replace('TrialSelection(tags=("smoke",))', "TrialSelection()")
    elsewhere = ProjectFolder(tmp_path / "elsewhere", home=tmp_path / "home")
    assert python(elsewhere, code).splitlines()[0] == "identity passed"


def test_a_run_is_read(starter_project: ProjectFolder) -> None:
    assert starter_project.run("run").code == 0
    lines = python(starter_project, READ).splitlines()
    assert lines[0].endswith(" 1 of 1")
    assert re.fullmatch(r"identity \d+\.\d s passed", lines[1])


def test_functions_and_a_kind_of_ones_own_judge(starter_project: ProjectFolder) -> None:
    (functions, settings) = (one.text for one in doc_pages.blocks("docs/api.md", "yaml"))
    own = "".join(f"    {line}\n" for line in functions.splitlines())
    own += "      - polite: [学术助手]\n      - not: {polite: [滚]}\n"
    starter_project.write("scenarios/identity.yaml", f"turns:\n  - prompt: 你是谁?\n{own}")
    starter_project.write("harness.yaml", starter_project.read("harness.yaml") + settings)
    starter_project.write("my_checks.py", CHECKS)
    starter_project.write("my_kinds.py", KIND)
    use = textwrap.dedent(
        """
        from coze_harness import open_project, replay_project

        with open_project() as project:
            for result in replay_project(project):
                print(result.error or [one.status.value for one in result.turns[0].verdicts])
                print([one.kind for one in result.turns[0].failures])
        """
    )
    statuses, failures = python(starter_project, use).splitlines()
    # The recorded answer says "请告诉我", and 论文.
    assert statuses == str(["passed"] * 5)
    assert failures == "[]"


def test_importing_the_package_imports_no_room() -> None:
    code = (
        "import sys, coze_harness; print([m for m in sys.modules if m.startswith('coze_harness.')])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
