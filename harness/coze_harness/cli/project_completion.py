"""What shells complete from a project: scenarios, tags, bots, runs. Errors complete nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def complete_paths(
    _ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete names of scenarios, and files and folders."""
    from click.shell_completion import CompletionItem

    from coze_harness.project.project_names import scenario_names

    # First, since bash forgets what stands before it.
    files = CompletionItem(incomplete, type="file")
    return [files, *_complete(scenario_names, incomplete)]


def complete_tags(
    _ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete tags."""
    from coze_harness.project.project_names import tag_names

    return _complete(tag_names, incomplete)


def complete_bots(
    _ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete names of bots."""
    from coze_harness.project.project_names import bot_names

    return _complete(bot_names, incomplete)


def complete_runs(
    _ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete ids of runs."""
    from coze_harness.project.project_names import run_names

    return _complete(run_names, incomplete)


def _complete(find: Callable[..., list[str]], incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from coze_harness.project.current_process import current_process
    from coze_harness.project.opened_project import open_project

    try:
        with open_project(current_process()) as project:
            return [CompletionItem(name) for name in find(project, incomplete)]
    except Exception:  # noqa: BLE001 (an error would be printed in the middle of a command line)
        return []
