"""What tests run in a bounded child: input that a user or a bot wrote, and the faults it gives."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from builders import reply
from coze_harness.cassettes import Redactor
from coze_harness.config import load_settings
from coze_harness.expectations import build_expectation
from coze_harness.model.errors import HarnessError, ScenarioErrors
from coze_harness.model.trial import EvaluationContext
from coze_harness.scenarios import ProjectPaths, find_files, load_scenarios
from coze_harness.yaml_source import read_yaml


def load_scenario(text: str) -> list[list[str]]:
    """Return the faults of a scenario file: place and sentence."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        (root / "scenarios").mkdir()
        (root / "scenarios/a.yaml").write_text(text, "utf-8")
        project = ProjectPaths(root, root / "scenarios")
        try:
            load_scenarios(find_files([], project, root).files, project)
        except ScenarioErrors as errors:
            return [[str(error.where), str(error.what)] for error in errors.errors]
    return []


def judge(text: str, answer: str) -> dict[str, Any]:
    """Return the verdict of an expectation, as a file has it, on an answer."""
    document = read_yaml(text, "scenarios/a.yaml", HarnessError)
    expectation = build_expectation(document.data, document.positions)
    verdict = expectation.judge(EvaluationContext("", reply(answer)))
    return {
        "status": verdict.status.value,
        "reason": str(verdict.reason),
        "place": str(verdict.location),
    }


def redact(config: str, body: str) -> list[str]:
    """Return the fault of redacting a body, by the settings in a harness.yaml."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "harness.yaml").write_text(config, "utf-8")
        try:
            settings = load_settings(Path(folder), {})
            Redactor((), settings.redact.patterns).redact_body(body.encode())
        except HarnessError as error:
            return [str(error.where), str(error.what)]
    return []
