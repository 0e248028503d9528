"""The one place that looks at the process: environment, working folder, processors."""

from __future__ import annotations

import os
from pathlib import Path

from coze_harness.auth.credentials import environment_secrets
from coze_harness.cassettes import Redactor
from coze_harness.model.process_context import ProcessContext


def current_process() -> ProcessContext:
    """Return the world that this process runs in."""
    return ProcessContext(
        environment=dict(os.environ),  # noqa: TID251 (read here, handed on)
        folder=Path.cwd(),
        processors=_processors(),
    )


def redact_for_display(text: str, world: ProcessContext) -> str:
    """Return a text for people without the secrets of this process, or anything shaped like one.

    Works whatever is wrong with the settings, since it stands on the way of every error.
    """
    return Redactor(environment_secrets(world.environment, world.folder)).redact(text)


def _processors() -> int:
    """Return how many processors this process may use, which in a container is not all of them."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
