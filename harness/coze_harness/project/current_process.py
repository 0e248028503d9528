"""The one place that reads the process: environment, working folder, processors."""

from __future__ import annotations

import os
from pathlib import Path

from coze_harness.model.process_context import ProcessContext


def current_process() -> ProcessContext:
    """Return the context of this process."""
    return ProcessContext(
        environment=dict(os.environ),  # noqa: TID251 (read here, passed on)
        folder=Path.cwd(),
        processors=_processors(),
    )


def process_to_redact() -> ProcessContext:
    """Return the context whose secrets must not be printed, the project's `.env` included."""
    # As in `redact_for_display`.
    from coze_harness.config.env_file import with_env_file
    from coze_harness.model.errors import SettingsError

    process = current_process()
    try:
        return with_env_file(process)
    except SettingsError:
        return process


def redact_for_display(text: str, process: ProcessContext) -> str:
    """Return a text without the secrets of a process, or anything of a secret's shape.

    Works whatever is wrong with the settings, since every error passes through it.
    """
    # Only errors need these, and every command starts here.
    from coze_harness.auth.credentials import environment_secrets
    from coze_harness.cassettes import Redactor

    return Redactor(environment_secrets(process.environment, process.folder)).redact(text)


def _processors() -> int:
    """Return how many processors this process may use; in a container, not all of them."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
