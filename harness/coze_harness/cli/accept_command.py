"""`accept`: replaces recordings in the baseline with candidates, all at once or one by one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial

import click

from coze_harness.baseline.promotion import CandidateReview, Promotion
from coze_harness.cli import shared_options
from coze_harness.cli.command_help import DONE, RUN, argument, command, option
from coze_harness.cli.command_output import current_output, echo
from coze_harness.cli.progress_display import progress_display
from coze_harness.cli.project_access import lock_for_writing, note, opened_project
from coze_harness.cli.project_completion import complete_paths
from coze_harness.cli.shared_options import DisplayOptions
from coze_harness.commands.accept_candidates import promote_candidates, review_candidates
from coze_harness.commands.project import Project
from coze_harness.config import SettingsOverrides
from coze_harness.messages import message
from coze_harness.model import ChangeKind, TrialResult
from coze_harness.model.errors import HarnessError
from coze_harness.reporting.safe_text import show_control_characters, single_line
from coze_harness.reporting.terminal_trials import change_lines
from coze_harness.reporting.terminal_writer import StyledText, TerminalWriter, TextStyle

_STYLES = {
    ChangeKind.REGRESSED: TextStyle.BAD,
    ChangeKind.BROKEN: TextStyle.BAD,
    ChangeKind.IMPROVED: TextStyle.GOOD,
}


@command(
    description=(message("help.accept"), message("help.accept_all")),
    example="coze-harness accept identity --interactive",
    exit_codes={**DONE, 3: message("exit.recording")},
)
@argument(
    "names",
    message("option.candidates"),
    nargs=-1,
    metavar="[NAME]…",
    shell_complete=complete_paths,
)
@option("--interactive", is_flag=True, section=RUN, text=message("option.interactive"))
@shared_options.wait
@shared_options.cassettes
def accept(
    names: tuple[str, ...], interactive: bool, wait: bool, overrides: SettingsOverrides
) -> int:
    """Replace recordings in the baseline with candidates that `compare` recorded."""
    with opened_project(overrides, uses_baseline=True) as project:
        lock_for_writing(project, "accept", wait=wait)
        review = review_candidates(project)
        promote = partial(_promote, project, review, wait=wait)
        found = review.find(names)
        promotions = [one for one in found if isinstance(one, Promotion)]
        errors = [one for one in found if isinstance(one, HarnessError)]
        for error in errors:
            for line in error.lines(project.words):
                print(show_control_characters(line), file=sys.stderr)  # noqa: T201 (the command's output)
        code = max((error.exit_code for error in errors), default=0)
        if interactive:
            display = progress_display(project, DisplayOptions(verbose=True), ticking=False)
            return _ask_for_each(review, promotions, display.writer, promote) or code
        if errors:
            echo(message("accept.unusable", n=len(errors)), err=True)
            return code
        promote(promotions)
        return 0


def _promote(
    project: Project, review: CandidateReview, promotions: Sequence[Promotion], *, wait: bool
) -> None:
    """Promote candidates, and print each."""
    overridden: dict[str, None] = {}
    paths = promote_candidates(project, review, promotions, wait=wait, note=note)
    for path, promotion in zip(paths, promotions, strict=True):
        echo(message("accept.accepted", path=single_line(str(path), 1_000)))
        overridden |= dict.fromkeys(
            f"{name}: {text}" for name, text in promotion.origin.overridden_options.items() if text
        )
        if promotion.extra:
            echo(message("accept.repeats_deleted", n=len(promotion.extra)), indent=10)
    if overridden:
        echo(message("accept.overridden", options=tuple(overridden)))
    echo(message("accept.done", n=len(promotions), command="coze-harness run"))


def _ask_for_each(
    review: CandidateReview,
    promotions: Sequence[Promotion],
    writer: TerminalWriter,
    promote: Callable[[Sequence[Promotion]], None],
) -> int:
    """Show changes one by one, and promote those that the user accepts."""
    changed = []
    same = 0
    for promotion in promotions:
        result = review.compare(promotion)
        if result.change and result.change.kind is ChangeKind.SAME:
            same += 1
        else:
            changed.append((promotion, result))
    accepted: list[Promotion] = []
    skipped = 0
    for number, (promotion, result) in enumerate(changed, 1):
        _show(result, writer, f"{number}/{len(changed)}")
        answer = _read_answer()
        if answer == "q":
            skipped += len(changed) - number + 1
            break
        if answer == "a":
            accepted.append(promotion)
        else:
            skipped += 1
    if accepted:
        promote(accepted)
    else:
        echo(message("accept.nothing"))
    remaining = skipped + same
    if remaining:
        accept_all = "coze-harness accept"
        if same:
            echo(message("accept.remaining_same", n=remaining, same=same, command=accept_all))
        else:
            echo(message("accept.remaining", n=remaining, command=accept_all))
    return 0


def _show(result: TrialResult, writer: TerminalWriter, position: str) -> None:
    change = result.change
    kind = change.kind if change else ChangeKind.NEW
    words = current_output().words
    if change and change.baseline:
        before = words.word(f"status.{change.baseline.status.value}")
    else:
        before = words.text(message("accept.no_baseline"))
    after = words.word(f"status.{result.status.value}")
    head = words.word(f"change.{kind.value}").upper()
    click.echo("")
    click.echo(
        writer.line(
            f"{position}  ",
            StyledText(head, _STYLES.get(kind, TextStyle.DOUBT)),
            f"  {single_line(result.key.id)}: {before} → {after}",
        )
    )
    if result.error:
        click.echo(writer.line(f"  {single_line(words.text(result.error.what), 600)}"))
    for line in change_lines(result, writer):
        click.echo(line)


def _read_answer() -> str:
    """Ask until the answer is a, s or q; the end of the input counts as q."""
    question = current_output().words.text(message("accept.question"))
    while True:
        click.echo(f"{question} > ", nl=False)
        if sys.stdin.isatty():
            answer = click.getchar().lower()
            click.echo(answer if answer.isprintable() else "")
        else:
            line = sys.stdin.readline()
            answer = line.strip().lower()[:1] if line else "q"
            click.echo("")
        if answer in ("a", "s", "q"):
            return answer
        if answer in ("\x03", "\x04"):
            raise KeyboardInterrupt
