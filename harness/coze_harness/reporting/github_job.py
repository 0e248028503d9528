"""What a run leaves in its job on GitHub: annotations and the step's summary.

Apart from `github_actions`, so that a run elsewhere does not import what annotations need.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from coze_harness.messages import Catalogue, LocalizedText, message
from coze_harness.messages.os_error_reason import os_error_reason
from coze_harness.model import Run
from coze_harness.model.errors import HarnessError
from coze_harness.reporting.report_formats import FORMATS
from coze_harness.reporting.run_writer import RunOutcome
from coze_harness.results import read_results

_LIMIT: Final = 1024 * 1024
"""Bytes: GitHub ignores a step's summary that is larger."""


def on_github(environment: Mapping[str, str]) -> bool:
    """Return whether GitHub Actions (or a compatible runner) reads what is printed."""
    return environment.get("GITHUB_ACTIONS", "").lower() not in ("", "0", "false")


def annotation_lines(
    outcome: RunOutcome,
    root: Path,
    environment: Mapping[str, str],
    *,
    strict_known: bool = False,
    words: Catalogue,
) -> list[str]:
    """Return the lines for stdout that annotate the scenario files; none outside of GitHub.

    Args:
        outcome: the run.
        root: the project's folder.
        environment: has GitHub's variables in a job on GitHub.
        strict_known: whether a known failure that passes fails the run.
        words: the texts of the language.

    Raises:
        ResultsError: the run's folder cannot be read.
    """
    if not on_github(environment) or not _has_annotations(outcome.run):
        return []
    from coze_harness.reporting.files.github_actions import workflow_commands

    return workflow_commands(
        outcome.run,
        read_results(outcome.folder),
        _prefix(root, environment.get("GITHUB_WORKSPACE", "")),
        strict_known=strict_known,
        words=words,
    )


def error_annotations(
    errors: Sequence[HarnessError],
    notices: Sequence[HarnessError],
    words: Catalogue,
    root: Path | None,
    environment: Mapping[str, str],
) -> list[str]:
    """Return the lines that annotate the files which errors are about; none outside of GitHub.

    Args:
        errors: each becomes an error.
        notices: each becomes a warning.
        words: the texts.
        root: the project's folder; `None` if it is not known.
        environment: has GitHub's variables in a job on GitHub.
    """
    if not on_github(environment):
        return []
    from coze_harness.reporting.files.github_actions import error_commands

    prefix = _prefix(root, environment.get("GITHUB_WORKSPACE", "")) if root else ""
    return error_commands(errors, notices, words, prefix)


def append_step_summary(folder: Path, environment: Mapping[str, str]) -> Iterator[LocalizedText]:
    """Append a run's summary.md to the step's summary; yield a warning where that fails."""
    name = environment.get("GITHUB_STEP_SUMMARY", "")
    if not name:
        return
    path = Path(name)
    try:
        text = (folder / FORMATS["markdown"].file_name).read_bytes()
        before = path.stat().st_size if path.exists() else 0
        if before + len(text) + 1 > _LIMIT:
            yield message("summary_step.full", bytes=before)
            return
        with path.open("ab") as file:
            file.write(b"\n" + text if before else text)
    except OSError as fault:
        yield message("summary_step.unwritable", path=str(path), reason=os_error_reason(fault))


def _has_annotations(run: Run) -> bool:
    counts = run.summary
    is_notable = counts.failed or counts.errors or counts.fixed or counts.warnings
    return bool(is_notable or run.edited_recordings)


def _prefix(root: Path, workspace: str) -> str:
    """Return the project's path in the checked-out repository; empty at its root."""
    if not workspace:
        return ""
    project, top = root.resolve(), Path(workspace).resolve()
    if project == top or top not in project.parents:
        return ""
    return project.relative_to(top).as_posix()
