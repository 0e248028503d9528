"""Scenario files into trials: finds, reads and checks them, fills in their cases, names trials."""

from coze_harness.scenarios.file_discovery import FileSelection, find_files
from coze_harness.scenarios.generated_values import GENERATED_NAMES, generate_values
from coze_harness.scenarios.parallel_loader import ScenarioBatch, load_batch, merge_batches
from coze_harness.scenarios.project_paths import ProjectPaths
from coze_harness.scenarios.scenario import Scenario
from coze_harness.scenarios.scenario_files import load_scenarios
from coze_harness.scenarios.scenario_keys import scenario_schema
from coze_harness.scenarios.trial_expansion import check_bots, expand_trials

__all__ = [
    "GENERATED_NAMES",
    "FileSelection",
    "ProjectPaths",
    "Scenario",
    "ScenarioBatch",
    "check_bots",
    "expand_trials",
    "find_files",
    "generate_values",
    "load_batch",
    "load_scenarios",
    "merge_batches",
    "scenario_schema",
]
