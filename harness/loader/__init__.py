"""Scenario files into trials: found, read, checked, filled with their cases, and named."""

from harness.loader.discovery import Found, find
from harness.loader.draws import DRAWABLE, draw
from harness.loader.project import Project
from harness.loader.reading import LoadedScenarios, load
from harness.loader.scenario import Scenario
from harness.loader.schema import scenario_schema
from harness.loader.shares import Share, join_shares, load_share
from harness.loader.trials import bots_known, trials

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
