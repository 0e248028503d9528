"""`view`: a run's report on loopback, with buttons that accept and reject candidates."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import click

from coze_harness.cli import shared_options
from coze_harness.cli.command_help import REPORT, RUN, argument, command, option
from coze_harness.cli.command_output import current_output, echo
from coze_harness.cli.interruption import INTERRUPTED
from coze_harness.cli.project_access import note, opened_project
from coze_harness.cli.project_completion import complete_runs
from coze_harness.messages import Catalogue, Language, LocalizedText, UserText, as_message, message
from coze_harness.model import JSON, replace
from coze_harness.model.errors import HarnessError, UsageError
from coze_harness.model.settings_overrides import SettingsOverrides
from coze_harness.project.current_process import redact_for_display
from coze_harness.project.opened_project import Project, open_project
from coze_harness.reporting.views.safe_text import single_line

if TYPE_CHECKING:
    from coze_harness.baseline.applied_decisions import AppliedDecisions
    from coze_harness.project.viewed_run import ViewedRun
    from coze_harness.server.report_app import Decide, PostedDecisions
    from coze_harness.server.report_files import ServedReports

_PORT: Final = 8788
_TOKEN_BITS: Final = 192


@command(
    description=(message("help.view"), message("help.view_decide"), message("help.view_stop")),
    example="coze-harness view latest --open",
    exit_codes={2: message("exit.input"), 130: message("exit.interrupted")},
)
@argument(
    "run",
    message("option.view_run"),
    required=False,
    default="latest",
    metavar="[RUN]",
    shell_complete=complete_runs,
)
@option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    section=RUN,
    text=message("option.view_port", port=_PORT),
)
@option("--open", "is_opened", is_flag=True, section=REPORT, text=message("option.view_open"))
@shared_options.folders
def view(run: str, port: int | None, is_opened: bool, overrides: SettingsOverrides) -> int:
    """Show the report of a run in a browser, and apply decisions that are made on its page."""
    try:
        from coze_harness.server.report_process import serve_reports
    except ImportError as error:
        raise UsageError(
            message("serve.not_installed", package=error.name or ""),
            next_step="pip install 'coze-harness[serve]'",
        ) from error
    from coze_harness.project.viewed_run import find_viewed_run

    with opened_project(overrides) as project:
        viewed_run = find_viewed_run(project, run)
        if not viewed_run.is_current:
            text = message("view.other_version", command=f"coze-harness report {run}")
            note(message("main.warning", text=text))

        def print_start(url: str) -> None:
            echo(message("view.started", url=url))
            echo(message("view.stop"))
            sys.stdout.flush()
            if is_opened:
                import webbrowser

                # In a thread: a browser in the terminal returns at its end.
                threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

        serve_reports(
            served_reports(viewed_run, project.language),
            f"{project.process.rng.getrandbits(_TOKEN_BITS):0{_TOKEN_BITS // 4}x}",
            _decide_in(project, replace(overrides, lang=current_output().lang or None)),
            print_start,
            port=port,
            default_port=_PORT,
        )
    return INTERRUPTED


def served_reports(viewed_run: ViewedRun, language: Language) -> ServedReports:
    """Return what the server has to know about runs and their pages."""
    from coze_harness.project.viewed_run import planned_trials
    from coze_harness.reporting.html.page_templates import PageLayout
    from coze_harness.reporting.html.served_page import served_policy
    from coze_harness.reporting.html.waiting_page import render_waiting_page
    from coze_harness.server.report_files import PageParts, ServedReports

    return ServedReports(
        root=viewed_run.root,
        run=viewed_run.name,
        language=language,
        parts=PageParts(
            policy=served_policy(),
            assets=PageLayout("folder").files(),
            render_waiting=render_waiting_page,
        ),
        find=viewed_run.find,
        planned_trials=planned_trials,
    )


def _decide_in(project: Project, overrides: SettingsOverrides) -> Decide:
    """Return what applies the decisions of a page to a project."""
    from coze_harness.baseline.applied_decisions import AppliedDecisions
    from coze_harness.commands.page_decisions import apply_page_decisions

    words, process = project.words, project.process

    def print_note(text: UserText) -> None:
        _print_line(as_message(text), words, err=True)

    def apply(decisions: PostedDecisions) -> AppliedDecisions:
        try:
            # Opened for each: files may have been edited since.
            with open_project(process, overrides) as current:
                return apply_page_decisions(
                    current, decisions.body, failing=decisions.failing, note=print_note
                )
        except HarnessError as error:
            return AppliedDecisions(errors=[error])

    redact = partial(redact_for_display, process=process)
    return answering(apply, words, redact, is_debugging=current_output().debug)


def answering(
    apply: Callable[[PostedDecisions], AppliedDecisions],
    words: Catalogue,
    redact: Callable[[str], str],
    *,
    is_debugging: bool,
) -> Decide:
    """Return what applies decisions, prints in the terminal what was done, and answers the page.

    Args:
        apply: applies decisions; whatever it raises is an error of this program.
        words: the terminal's language.
        redact: removes secrets from a text.
        is_debugging: whether the terminal shows the traceback of such an error.
    """
    from coze_harness.baseline.applied_decisions import AppliedDecisions, decisions_json

    def decide(decisions: PostedDecisions) -> tuple[HTTPStatus, JSON]:
        try:
            applied = apply(decisions)
            status = HTTPStatus.CONFLICT if applied.errors else HTTPStatus.OK
        except Exception as error:  # noqa: BLE001 (the page shows it, and the server goes on)
            if is_debugging:
                import traceback

                click.echo(redact(traceback.format_exc()), err=True)
            what = message("main.internal", type=type(error).__name__, text=str(error))
            internal = HarnessError(what, next_step=message("view.internal.next"))
            applied = AppliedDecisions(errors=[internal])
            status = HTTPStatus.INTERNAL_SERVER_ERROR
        for line in _applied_lines(applied):
            _print_line(line, words)
        return status, decisions_json(applied, Catalogue(decisions.language), redact)

    return decide


def _print_line(text: LocalizedText, words: Catalogue, *, err: bool = False) -> None:
    # Not through `echo`: a thread has no current command.
    click.echo(single_line(words.text(text), 2_000), err=err)


def _applied_lines(applied: AppliedDecisions) -> Iterator[LocalizedText]:
    for path in applied.paths:
        yield message("accept.accepted", path=str(path))
    for name in applied.outcome.rejected:
        yield message("accept.rejected", name=name)
    for location, text in applied.outcome.edits.items():
        if text:
            yield message("accept.to_edit.note", location=location, note=text)
        else:
            yield message("accept.to_edit", location=location)
