"""What a job on GitHub gets beside the run's folder: annotations, and the step's summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from coze_harness.commands.run_trials import RunOutcome
from coze_harness.config import Settings
from coze_harness.model import Run
from coze_harness.model.process_context import ProcessContext
from coze_harness.reporting.report_formats import FORMATS
from coze_harness.results import read_results

_LIMIT: Final = 1024 * 1024
"""Bytes: GitHub takes none of a step's summary if it is larger."""


def on_github(environment: Mapping[str, str]) -> bool:
    """Tell whether GitHub Actions (or a runner that takes its commands) reads what is printed."""
    return environment.get("GITHUB_ACTIONS", "").lower() not in ("", "0", "false")


def annotation_lines(
    outcome: RunOutcome, settings: Settings, world: ProcessContext, *, strict_known: bool = False
) -> list[str]:
    """Return the lines for stdout that annotate the scenario files; none outside of GitHub.

    Raises:
        ArchiveError: the run's folder cannot be read.
    """
    if not on_github(world.environment) or not _anything_to_say(outcome.run):
        return []
    from coze_harness.reporting.github_actions import workflow_commands

    return workflow_commands(
        outcome.run,
        read_results(outcome.folder),
        _prefix(settings.root, world.environment.get("GITHUB_WORKSPACE", "")),
        strict_known=strict_known,
    )


def append_step_summary(folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Append a run's summary.md to the step's, where there is one; yield remarks on why not."""
    name = environment.get("GITHUB_STEP_SUMMARY", "")
    if not name:
        return
    path = Path(name)
    try:
        text = (folder / FORMATS["markdown"].file_name).read_bytes()
        before = path.stat().st_size if path.exists() else 0
        if before + len(text) + 1 > _LIMIT:
            yield f"the step's summary is full ({before:,} bytes), so this run is not in it"
            return
        with path.open("ab") as file:
            file.write(b"\n" + text if before else text)
    except OSError as fault:
        yield f"the step's summary, {path}, cannot be written: {fault.strerror}"


def _anything_to_say(run: Run) -> bool:
    counts = run.summary
    return bool(counts.failed or counts.errors or counts.fixed or counts.warnings)


def _prefix(root: Path, workspace: str) -> str:
    """Return where the project is in the repository that is checked out; empty at its top."""
    if not workspace:
        return ""
    here, top = root.resolve(), Path(workspace).resolve()
    if here == top or top not in here.parents:
        return ""
    return here.relative_to(top).as_posix()
