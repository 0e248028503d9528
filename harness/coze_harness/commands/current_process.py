"""The one place that looks at the process: environment, working folder, processors."""

from __future__ import annotations

import os
from pathlib import Path

from coze_harness.auth.credentials import secrets
from coze_harness.cassettes import Redactor
from coze_harness.model.process_context import World


def this_world() -> World:
    """Return the world that this process runs in."""
    return World(
        environment=dict(os.environ),  # noqa: TID251 (read here, handed on)
        folder=Path.cwd(),
        processors=_processors(),
    )


def scrub(text: str, world: World) -> str:
    """Return a text for people without the secrets of this process, or anything shaped like one.

    Works whatever is wrong with the settings, since it stands on the way of every error.
    """
    return Redactor(secrets(world.environment, world.folder)).clean(text)


def _processors() -> int:
    """Return how many processors this process may use, which in a container is not all of them."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
