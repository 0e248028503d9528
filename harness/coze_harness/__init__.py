"""Record a conversation with a Coze bot once, replay it offline, judge it, and see what changed.

The names below are the public API; docs/api.md describes them. They are imported when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coze_harness.expectations import (
        ExpectationKind,
        ItemArgument,
        ItemContext,
        Schema,
        register_kind,
    )
    from coze_harness.model import (
        Message,
        Reply,
        Run,
        ToolCall,
        TrialResult,
        TrialStatus,
        TurnResult,
        Usage,
        Verdict,
        VerdictStatus,
    )
    from coze_harness.model.errors import HarnessError
    from coze_harness.model.trial import EvaluationContext
    from coze_harness.project.opened_project import Project
    from coze_harness.project.public_api import open_project, read_results, read_run, replay_project
    from coze_harness.project.selected_trials import select_trials
    from coze_harness.project.trial_selection import TrialSelection

__all__ = [
    "EvaluationContext",
    "ExpectationKind",
    "HarnessError",
    "ItemArgument",
    "ItemContext",
    "Message",
    "Project",
    "Reply",
    "Run",
    "Schema",
    "ToolCall",
    "TrialResult",
    "TrialSelection",
    "TrialStatus",
    "TurnResult",
    "Usage",
    "Verdict",
    "VerdictStatus",
    "open_project",
    "read_results",
    "read_run",
    "register_kind",
    "replay_project",
    "select_trials",
]

_MODULES = {
    "project.public_api": ("open_project", "read_results", "read_run", "replay_project"),
    "project.opened_project": ("Project",),
    "project.selected_trials": ("select_trials",),
    "project.trial_selection": ("TrialSelection",),
    "expectations": ("ExpectationKind", "ItemArgument", "ItemContext", "Schema", "register_kind"),
    "model": (
        "Message", "Reply", "Run", "ToolCall", "TrialResult", "TrialStatus", "TurnResult", "Usage",
        "Verdict", "VerdictStatus",
    ),
    "model.errors": ("HarnessError",),
    "model.trial": ("EvaluationContext",),
}  # fmt: skip


def __getattr__(name: str) -> object:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
