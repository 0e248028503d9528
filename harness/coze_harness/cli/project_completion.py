"""What shells complete from a project: scenarios, tags, bots, runs. Errors complete nothing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def _complete(
    kind: str, _ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from coze_harness.project.current_process import current_process
    from coze_harness.project.opened_project import open_project
    from coze_harness.project.project_names import FINDERS

    try:
        with open_project(current_process()) as project:
            return [CompletionItem(name) for name in FINDERS[kind](project, incomplete)]
    except Exception:  # noqa: BLE001 (an error would be printed in the middle of a command line)
        return []


complete_tags = partial(_complete, "tags")
complete_bots = partial(_complete, "bots")
complete_runs = partial(_complete, "runs")


def complete_paths(
    ctx: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete names of scenarios, and files and folders."""
    from click.shell_completion import CompletionItem

    # First, since bash forgets what stands before it.
    files = CompletionItem(incomplete, type="file")
    return [files, *_complete("scenarios", ctx, parameter, incomplete)]
