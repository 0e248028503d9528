"""Scenario files into trials: found, read, checked, filled with their cases, and named."""

from coze_harness.scenarios.file_discovery import Found, find
from coze_harness.scenarios.generated_values import DRAWABLE, draw
from coze_harness.scenarios.parallel_loader import Share, join_shares, load_share
from coze_harness.scenarios.project_paths import Project
from coze_harness.scenarios.scenario import Scenario
from coze_harness.scenarios.scenario_files import LoadedScenarios, load
from coze_harness.scenarios.schema import scenario_schema
from coze_harness.scenarios.trial_expansion import bots_known, trials

__all__ = [
    "DRAWABLE",
    "Found",
    "LoadedScenarios",
    "Project",
    "Scenario",
    "Share",
    "bots_known",
    "draw",
    "find",
    "join_shares",
    "load",
    "load_share",
    "scenario_schema",
    "trials",
]
