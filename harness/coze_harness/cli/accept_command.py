"""`accept`: replaces recordings in the baseline with candidates, all at once or one by one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from coze_harness.baseline.candidate_review import CandidateReview, DecidedCandidates
from coze_harness.baseline.decisions import read_decisions
from coze_harness.baseline.promotion import Promotion, find_failing
from coze_harness.baseline.review_outcome import ReviewOutcome, apply_decisions
from coze_harness.cli import shared_options
from coze_harness.cli.command_help import DONE, RUN, argument, command, option
from coze_harness.cli.command_output import current_output, echo, print_errors
from coze_harness.cli.interactive_review import InteractiveReview
from coze_harness.cli.key_reader import pressed_keys
from coze_harness.cli.progress_display import ProgressDisplay
from coze_harness.cli.project_access import lock_for_writing, note, opened_project
from coze_harness.cli.project_completion import complete_paths
from coze_harness.cli.shared_options import DisplayOptions
from coze_harness.commands.accept_candidates import (
    compare_reviewed,
    find_decided,
    review_candidates,
)
from coze_harness.messages import message
from coze_harness.model.errors import HarnessError, UsageError
from coze_harness.model.location import Location
from coze_harness.model.settings_overrides import SettingsOverrides
from coze_harness.project.opened_project import Project
from coze_harness.reporting.views.comparison_view import comparison_view
from coze_harness.reporting.views.safe_text import single_line

_FAILING_CODE = 1


@command(
    description=(
        message("help.accept"),
        message("help.accept_all"),
        message("help.accept_failing"),
    ),
    example="coze-harness accept identity --interactive",
    exit_codes={
        0: DONE[0],
        _FAILING_CODE: message("exit.candidate_fails"),
        2: DONE[2],
        3: message("exit.recording"),
        5: message("exit.no_candidate"),
        130: message("exit.interrupted"),
    },
)
@argument(
    "names",
    message("option.candidates"),
    nargs=-1,
    metavar="[NAME]…",
    shell_complete=complete_paths,
)
@option(
    "--from",
    "decisions",
    metavar="FILE",
    type=click.Path(path_type=Path),
    section=RUN,
    text=message("option.decisions"),
)
@option("--interactive", is_flag=True, section=RUN, text=message("option.interactive"))
@option("--failing", is_flag=True, section=RUN, text=message("option.failing"))
@shared_options.wait
@shared_options.cassettes
def accept(
    names: tuple[str, ...],
    decisions: Path | None,
    interactive: bool,
    failing: bool,
    wait: bool,
    overrides: SettingsOverrides,
) -> int:
    """Replace recordings in the baseline with candidates that `compare` recorded."""
    if decisions is not None and (names or interactive):
        raise UsageError(
            message("accept.from_alone"),
            where=Location("--from"),
            next_step=message("accept.from_alone.next"),
        )
    with opened_project(overrides, uses_baseline=True) as project:
        lock_for_writing(project, "accept", wait=wait)
        review = review_candidates(project)
        if decisions is not None:
            file = project.folders.working / decisions
            outcome = _read_decisions(project, review, file, str(decisions))
            if isinstance(outcome, int):
                return outcome
            return _apply(project, review, outcome, failing=failing, wait=wait)
        matches = review.find(names)
        promotions = [one for one in matches if isinstance(one, Promotion)]
        errors = [one for one in matches if isinstance(one, HarnessError)]
        code = print_errors(errors)
        if interactive:
            outcome = _ask_for_each(project, review, promotions, failing=failing)
            return _apply(project, review, outcome, failing=failing, wait=wait) or code
        if errors:
            echo(message("accept.unusable", n=len(errors)), err=True)
            return code
        return _apply(project, review, ReviewOutcome(promotions), failing=failing, wait=wait)


def _read_decisions(
    project: Project, review: CandidateReview, file: Path, name: str
) -> ReviewOutcome | int:
    """Return the decisions of a file; if one cannot be applied, the exit code."""
    entries = find_decided(project, review, read_decisions(file, name))
    if code := print_errors([one for one in entries if isinstance(one, HarnessError)]):
        echo(message("accept.nothing_decided"), err=True)
        return code
    return ReviewOutcome.of_decisions(one for one in entries if isinstance(one, DecidedCandidates))


def _ask_for_each(
    project: Project,
    review: CandidateReview,
    promotions: Sequence[Promotion],
    *,
    failing: bool,
) -> ReviewOutcome:
    """Show the scenarios, worst first, and return what the user decides.

    Raises:
        KeyboardInterrupt: the input ended before that.
    """
    comparison, items = compare_reviewed(project, review, promotions, note)
    writer = ProgressDisplay(project, DisplayOptions(verbose=True), ticking=False).writer
    words = current_output().words
    walk = InteractiveReview(items, comparison_view(comparison), writer, words, failing)
    with pressed_keys() as keys:
        is_finished = walk.run(keys)
    if not is_finished:
        echo(message("accept.nothing"))
        raise KeyboardInterrupt
    outcome = ReviewOutcome()
    for number, item in enumerate(items):
        files = [path for one in item.promotions for path in one.files]
        decision = walk.decisions.get(number)
        outcome.add(decision, item.promotions, files, name=item.scenario)
    return outcome


def _apply(
    project: Project, review: CandidateReview, outcome: ReviewOutcome, *, failing: bool, wait: bool
) -> int:
    """Apply decisions, all or none, and print each; return the exit code."""
    if not failing and (refused := find_failing(outcome.accepted)):
        for one in refused:
            where = str(one.trial.location)
            text = message("accept.fails", trial=single_line(one.trial.key.id), location=where)
            echo(text, err=True)
        echo(message("accept.refused", n=len(refused)), err=True)
        return _FAILING_CODE
    if outcome.accepted or outcome.rejected:
        paths = apply_decisions(
            review,
            project.cassette_access,
            outcome.accepted,
            outcome.rejected_files,
            wait=wait,
            note=note,
        )
        _print_accepted(paths, outcome.accepted)
    for name in outcome.rejected:
        echo(message("accept.rejected", name=single_line(name)))
    for location, remark in outcome.edits.items():
        if remark:
            echo(message("accept.to_edit.note", location=location, note=single_line(remark, 600)))
        else:
            echo(message("accept.to_edit", location=location))
    if outcome.accepted:
        echo(message("accept.done", n=len(outcome.accepted), command="coze-harness run"))
    elif not outcome:
        echo(message("accept.nothing"))
    _print_remaining(review)
    return 0


def _print_accepted(paths: Sequence[Path], promotions: Sequence[Promotion]) -> None:
    overridden: dict[str, None] = {}
    for path, promotion in zip(paths, promotions, strict=True):
        echo(message("accept.accepted", path=single_line(str(path), 1_000)))
        overridden |= dict.fromkeys(
            f"{name}: {text}" for name, text in promotion.origin.overridden_options.items() if text
        )
        if promotion.extra_files:
            echo(message("accept.repeats_deleted", n=len(promotion.extra_files)), indent=10)
    if overridden:
        echo(message("accept.overridden", options=tuple(overridden)))


def _print_remaining(review: CandidateReview) -> None:
    candidates = review.candidates.find(review.trials)
    # Further repeats are for the comparison only.
    groups = {
        (one.trial.key.scenario, one.trial.key.bot) if one.trial else one.path for one in candidates
    }
    if groups:
        command = "coze-harness accept --interactive"
        echo(message("accept.remaining", n=len(groups), command=command))
