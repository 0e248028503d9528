"""`accept`: candidates become the baseline, all at once or one by one after a look."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from coze_harness.baseline.promotion import CandidateReview, Promotion
from coze_harness.cli import shared_options as options
from coze_harness.cli.progress_display import ProgressDisplay
from coze_harness.commands.current_process import current_process
from coze_harness.commands.project import open_project
from coze_harness.model import ChangeKind, TrialResult
from coze_harness.model.errors import HarnessError
from coze_harness.reporting.safe_text import format_count, show_control_characters, single_line
from coze_harness.reporting.terminal_trials import change_lines
from coze_harness.reporting.terminal_writer import StyledText, TerminalWriter, TextStyle

_TONES = {
    ChangeKind.REGRESSED: TextStyle.BAD,
    ChangeKind.BROKEN: TextStyle.BAD,
    ChangeKind.IMPROVED: TextStyle.GOOD,
}


@click.command(epilog="Example: coze-harness accept identity --interactive")
@click.argument("names", nargs=-1, metavar="[NAME]…")
@click.option(
    "--interactive", is_flag=True, help="Show each change, and ask: a accept, s skip, q quit."
)
@options.folders
def accept(
    names: tuple[str, ...], interactive: bool, cassettes: str | None, reports: str | None
) -> int:
    """Make candidates the baseline: whole recordings, all of those named, or none of them.

    NAME is a scenario, a trial's id, or the path of a scenario file, a folder, a cassette or a
    candidate; without one, all candidates are meant. A candidate whose scenario has changed since
    is refused.
    """  # fmt: skip
    project = open_project(current_process(), cassettes=cassettes, reports=reports)
    desk = CandidateReview(project)
    found = desk.find(names)
    promotions = [one for one in found if isinstance(one, Promotion)]
    faults = [one for one in found if isinstance(one, HarnessError)]
    for fault in faults:
        for line in fault.lines():
            print(show_control_characters(line), file=sys.stderr)  # noqa: T201 (the command line speaks here)
    code = max((fault.exit_code for fault in faults), default=0)
    if interactive:
        environment = project.world.environment
        screen = ProgressDisplay(environment, quiet=False, verbose=True, bar=False, ticking=False)
        return _walk(desk, promotions, screen.pen) or code
    if faults:
        bad = format_count(len(faults), "candidate does", "candidates do")
        click.echo(f"Nothing was accepted: {bad} not serve.", err=True)
        return code
    _told(desk, promotions)
    return 0


def _told(desk: CandidateReview, promotions: Sequence[Promotion]) -> None:
    """Promote candidates, and tell of each."""
    asked: dict[str, None] = {}
    for place, promotion in zip(desk.promote(promotions), promotions, strict=True):
        click.echo(f"accepted  {single_line(str(place), 1_000)}")
        asked |= dict.fromkeys(
            f"{n}: {text}" for n, text in promotion.origin.overridden_options.items() if text
        )
        if promotion.extra:
            more = format_count(len(promotion.extra), "further repeat was", "further repeats were")
            click.echo(f"          {more} for the comparison only, and not kept")
    if asked:
        click.echo(f"Asked with {', '.join(asked)}; the recordings replay as the scenarios ask.")
    click.echo(f"{format_count(len(promotions), 'recording')} accepted. Next: coze-harness run")


def _walk(desk: CandidateReview, promotions: Sequence[Promotion], pen: TerminalWriter) -> int:
    """Show one change after the other, and promote those that are accepted."""
    shown = []
    same = 0
    for promotion in promotions:
        result = desk.change(promotion)
        if result.change and result.change.kind is ChangeKind.SAME:
            same += 1
        else:
            shown.append((promotion, result))
    accepted: list[Promotion] = []
    skipped = 0
    for number, (promotion, result) in enumerate(shown, 1):
        _show(result, pen, f"{number} of {len(shown)}")
        answer = _asked()
        if answer == "q":
            skipped += len(shown) - number + 1
            break
        if answer == "a":
            accepted.append(promotion)
        else:
            skipped += 1
    if accepted:
        _told(desk, accepted)
    else:
        click.echo("Nothing was accepted.")
    left = skipped + same
    if left:
        unchanged = f", {same:,} of them with the same answers" if same else ""
        stay = format_count(left, "candidate stays", "candidates stay")
        click.echo(f"{stay}{unchanged}: coze-harness accept takes all that are left.")
    return 0


def _show(result: TrialResult, pen: TerminalWriter, count: str) -> None:
    change = result.change
    kind = change.kind if change else ChangeKind.NEW
    before = change.baseline.status.value if change and change.baseline else "no baseline"
    click.echo("")
    click.echo(
        pen.line(
            f"{count}  ",
            StyledText(kind.value.upper(), _TONES.get(kind, TextStyle.DOUBT)),
            f"  {single_line(result.key.id)}: {before} → {result.status.value}",
        )
    )
    if result.error:
        click.echo(pen.line(f"  {single_line(result.error.what, 600)}"))
    for line in change_lines(result, pen):
        click.echo(line)


def _asked() -> str:
    """Ask until the answer is one of the three; the end of the input is to quit."""
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
