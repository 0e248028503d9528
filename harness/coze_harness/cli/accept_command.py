"""`accept`: replaces recordings in the baseline with candidates, all at once or one by one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial

import click

from coze_harness.baseline.promotion import CandidateReview, Promotion
from coze_harness.cli import shared_options
from coze_harness.cli.progress_display import ProgressDisplay
from coze_harness.cli.project_access import lock_for_writing, note, opened_project
from coze_harness.cli.shared_options import DisplayOptions
from coze_harness.commands.accept_candidates import promote_candidates, review_candidates
from coze_harness.commands.project import Project
from coze_harness.config import SettingsOverrides
from coze_harness.model import ChangeKind, TrialResult
from coze_harness.model.errors import HarnessError
from coze_harness.reporting.safe_text import format_count, show_control_characters, single_line
from coze_harness.reporting.terminal_trials import change_lines
from coze_harness.reporting.terminal_writer import StyledText, TerminalWriter, TextStyle

_STYLES = {
    ChangeKind.REGRESSED: TextStyle.BAD,
    ChangeKind.BROKEN: TextStyle.BAD,
    ChangeKind.IMPROVED: TextStyle.GOOD,
}


@click.command(epilog="Example: coze-harness accept identity --interactive")
@click.argument("names", nargs=-1, metavar="[NAME]…")
@click.option(
    "--interactive", is_flag=True, help="Show each change and ask: a (accept), s (skip), q (quit)."
)
@shared_options.wait
@shared_options.folders
def accept(
    names: tuple[str, ...], interactive: bool, wait: bool, overrides: SettingsOverrides
) -> int:
    """Replace recordings in the baseline with candidates that `compare` recorded.

    NAME is a scenario, a trial's id, or the path of a scenario file, a folder, a cassette or a
    candidate. Default: all candidates. If one of them is unusable, for example because its scenario
    has changed, none is accepted.
    """
    with opened_project(overrides, uses_baseline=True) as project:
        lock_for_writing(project, "accept", wait=wait)
        review = review_candidates(project)
        promote = partial(_promote, project, review, wait=wait)
        found = review.find(names)
        promotions = [one for one in found if isinstance(one, Promotion)]
        errors = [one for one in found if isinstance(one, HarnessError)]
        for error in errors:
            for line in error.lines():
                print(show_control_characters(line), file=sys.stderr)  # noqa: T201 (the command's output)
        code = max((error.exit_code for error in errors), default=0)
        if interactive:
            environment, options = project.process.environment, DisplayOptions(verbose=True)
            display = ProgressDisplay(environment, options, ticking=False)
            return _ask_for_each(review, promotions, display.writer, promote) or code
        if errors:
            unusable = format_count(len(errors), "candidate is unusable", "candidates are unusable")
            click.echo(f"Nothing was accepted: {unusable}.", err=True)
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
        click.echo(f"accepted  {single_line(str(path), 1_000)}")
        overridden |= dict.fromkeys(
            f"{name}: {text}" for name, text in promotion.origin.overridden_options.items() if text
        )
        if promotion.extra:
            repeats = format_count(len(promotion.extra), "further repeat", "further repeats")
            click.echo(f"          {repeats} for the comparison only: deleted")
    if overridden:
        click.echo(
            f"Recorded with {', '.join(overridden)}; the recordings replay the scenarios as they"
            " are written."
        )
    click.echo(f"{format_count(len(promotions), 'recording')} accepted. Next: coze-harness run")


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
        _show(result, writer, f"{number} of {len(changed)}")
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
        click.echo("Nothing was accepted.")
    remaining = skipped + same
    if remaining:
        unchanged = f", {same:,} of them with the same answers" if same else ""
        candidates = format_count(remaining, "candidate remains", "candidates remain")
        click.echo(f"{candidates}{unchanged}. Accept all of them: coze-harness accept")
    return 0


def _show(result: TrialResult, writer: TerminalWriter, position: str) -> None:
    change = result.change
    kind = change.kind if change else ChangeKind.NEW
    before = change.baseline.status.value if change and change.baseline else "no baseline"
    click.echo("")
    click.echo(
        writer.line(
            f"{position}  ",
            StyledText(kind.value.upper(), _STYLES.get(kind, TextStyle.DOUBT)),
            f"  {single_line(result.key.id)}: {before} → {result.status.value}",
        )
    )
    if result.error:
        click.echo(writer.line(f"  {single_line(str(result.error.what), 600)}"))
    for line in change_lines(result, writer):
        click.echo(line)


def _read_answer() -> str:
    """Ask until the answer is a, s or q; the end of the input counts as q."""
    while True:
        click.echo("a accept   s skip   q quit > ", nl=False)
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
