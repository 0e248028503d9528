"""Small projects on disk for the loader's tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from coze_harness.model import Target
from coze_harness.model.errors import ScenarioError, ScenarioErrors
from coze_harness.model.trial import Trial
from coze_harness.scenarios import (
    ProjectPaths,
    Scenario,
    expand_trials,
    find_files,
    load_scenarios,
)

BOTS = {
    "chat": Target(name="chat", id="7374752000116113452"),
    "助手": Target(name="助手", id="7374752000116113453"),
}


def project_in(root: Path, files: Mapping[str, str | bytes]) -> ProjectPaths:
    """Write files, named from the project's folder."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (root / "scenarios").mkdir(parents=True, exist_ok=True)
    return ProjectPaths(root.resolve(), root.resolve() / "scenarios")


def load_all(root: Path, files: Mapping[str, str | bytes]) -> Sequence[Scenario]:
    """Load every scenario of a project."""
    project = project_in(root, files)
    return load_scenarios(find_files([], project, project.root).files, project)


def load_one(root: Path, text: str | bytes, **others: str | bytes) -> Sequence[Scenario]:
    """Load one scenario file; `others` are files beside it (`__` stands for a dot)."""
    files = {f"scenarios/{name.replace('__', '.')}": other for name, other in others.items()}
    return load_all(root, {"scenarios/a.yaml": text, **files})


def trials_of(root: Path, text: str, **others: str | bytes) -> list[Trial]:
    """Return the trials of one scenario file with the bot `chat` for default."""
    return expand_trials(load_one(root, text, **others), BOTS, "chat")


def faults_of(root: Path, files: Mapping[str, str | bytes]) -> Sequence[ScenarioError]:
    """Return the faults of a project."""
    with pytest.raises(ScenarioErrors) as caught:
        load_all(root, files)
    assert caught.value.exit_code == 2
    return caught.value.errors


def errors_of(root: Path, text: str) -> Sequence[ScenarioError]:
    """Return every error of one scenario file, by place; nothing for a file without errors."""
    try:
        load_one(root, text)
    except ScenarioErrors as error:
        return error.errors
    return ()


def fault_of(root: Path, text: str | bytes, **others: str | bytes) -> ScenarioError:
    """Return the only fault of one scenario file."""
    files = {f"scenarios/{name.replace('__', '.')}": other for name, other in others.items()}
    faults = faults_of(root, {"scenarios/a.yaml": text, **files})
    assert len(faults) == 1, [str(fault) for fault in faults]
    return faults[0]


def prompts(trial: Trial, **values: str) -> list[str]:
    """Return a trial's prompts."""
    return [turn.prompt for turn in trial.script.turns(values)]
