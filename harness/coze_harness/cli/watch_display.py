"""`run --watch`: judges again after each change, until Ctrl-C."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Sequence

from coze_harness.cli.command_output import echo, print_errors
from coze_harness.cli.progress_display import ProgressDisplay
from coze_harness.cli.project_access import opened_project, project_to_read
from coze_harness.cli.shared_options import DisplayOptions
from coze_harness.commands.watch_trials import judge_again
from coze_harness.messages import LocalizedText, message
from coze_harness.model import TrialResult, TrialStatus
from coze_harness.model.errors import HarnessError, SettingsError
from coze_harness.model.settings_overrides import SettingsOverrides
from coze_harness.project.changed_files import wait_for_changes
from coze_harness.project.trial_selection import TrialSelection


def run_and_watch(
    run_all: Callable[[], object],
    selection: TrialSelection,
    overrides: SettingsOverrides,
    display: DisplayOptions,
) -> None:
    """Run all trials, then judge those again whose files change; ends only by an interruption.

    Args:
        run_all: runs them and shows the result.
        selection: the trials.
        overrides: settings from options.
        display: what is shown.

    Raises:
        SettingsError: the settings are wrong at the start.
        UsageError: the package that watches is missing.
    """
    with opened_project(overrides) as project:
        changes = wait_for_changes(project)
        # Changes during the first run must not be missed.
        next(changes)
        try:
            run_all()
        except SettingsError:
            raise
        except HarnessError as error:
            print_errors([error])
        echo(message("watch.waiting", folder=str(project.root)), err=True)
        for files in filter(None, changes):
            try:
                with project_to_read(overrides) as current:
                    results = judge_again(current, selection, files)
                    with ProgressDisplay(current, display, ticking=False) as progress:
                        for result in results:
                            if result.status is not TrialStatus.PASSED:
                                progress.on_result(result)
                        progress.print_errors()
                        progress.line(progress.words.text(_conclusion(files, results)))
            except HarnessError as error:
                print_errors([error])
            sys.stdout.flush()


def _conclusion(files: Collection[str], results: Sequence[TrialResult]) -> LocalizedText:
    statuses = [result.status for result in results]
    failed, errors = statuses.count(TrialStatus.FAILED), statuses.count(TrialStatus.ERROR)
    names, n = tuple(sorted(files)), len(statuses)
    if failed or errors:
        return message("watch.judged", files=names, n=n, failed=failed, errors=errors)
    return message("watch.judged_all_passed", files=names, n=n)
