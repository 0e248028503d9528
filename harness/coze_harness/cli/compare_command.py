"""`compare`: a candidate beside the baseline, or one run beside another; what changed, and why."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Generic

import click

from coze_harness.baseline.candidate_comparison import recording_source, replaying_source
from coze_harness.baseline.candidate_pairs import pairs_to_record, recorded_pairs, required_rates
from coze_harness.baseline.candidates import CandidateOptions
from coze_harness.cassettes import CANDIDATE_FOLDER
from coze_harness.cli import shared_options as options
from coze_harness.cli.opening import open_page
from coze_harness.cli.progress_display import ProgressDisplay
from coze_harness.cli.run_command import RunOptions, opened, report_to_ci, split_options
from coze_harness.commands.project import Project, TrialSelection
from coze_harness.commands.run_trials import Item, RunOutcome, run_trials
from coze_harness.compare.ledger import ComparisonSummary
from coze_harness.compare.run_pairing import compare_run_pairs, find_two_runs, pair_runs
from coze_harness.model import Assessment, Comparison, Mode, ScenarioComparison, TrialResult
from coze_harness.model.errors import UsageError
from coze_harness.reporting.encoded_result import EncodedResult
from coze_harness.reporting.report_formats import TrialRenderer
from coze_harness.reporting.safe_text import format_count
from coze_harness.reporting.terminal_comparison import closing_line, comparison_lines
from coze_harness.scenarios.trial_filter import TrialFilter


@click.command(epilog="Example: coze-harness compare --draft --tag smoke")
@options.selection
@click.option("--draft", is_flag=True, help="Ask the bot's unpublished draft.")
@click.option("--bot-version", "version", metavar="V", default="", help="Ask this version.")
@click.option(
    "--replay", is_flag=True, help="Judge the candidates that are there, offline; ask nothing."
)
@click.option("--force", is_flag=True, help="Ask although CI is set.")
@options.folders
@options.service
@options.page
@options.execution
def compare(
    draft: bool,
    version: str,
    replay: bool,
    force: bool,
    **given: Any,  # noqa: ANN401 (click's options, taken apart below)
) -> int:
    """Ask again, keep the answers as candidates beside the baseline, and tell what changed.

    The committed recordings stay as they are until `coze-harness accept` puts the candidates there.
    PATH is a file, a folder or a scenario's name.

    Two words that both name runs (an id, a folder of reports/, or latest) compare these, the older
    one first, and ask nothing: coze-harness compare BASE CANDIDATE.

    Exit code 1: something that passed now fails, and not by mere luck.
    """  # fmt: skip
    project = opened(given)
    choice, manner = split_options(given)
    if manner.cluster:
        raise UsageError(
            "A comparison is made on this machine, and on no cluster.",
            next_step="leave --cluster out; coze-harness run takes it",
        )
    asking = CandidateOptions(draft, version)
    if runs := find_two_runs(project, choice.paths):
        _refuse_for_runs(choice, manner, draft=draft, version=version, replay=replay)
        return _compare_runs(project, runs, TrialFilter(choice.keyword, choice.tags), manner)
    if draft and version:
        raise UsageError(
            "The draft has no version, so --draft and --bot-version do not go together.",
            next_step="give one of them.",
        )
    if replay:
        if draft or version:
            raise UsageError(
                "--replay asks nobody: the candidates that are there say what was asked.",
                next_step="leave --draft and --bot-version out, or --replay.",
            )
        return _compare_again(project, choice, manner)
    project.refuse_recording_in_ci(force=force)
    return _compare_now(project, choice, asking, manner)


def _refuse_for_runs(
    choice: TrialSelection, manner: RunOptions, *, draft: bool, version: str, replay: bool
) -> None:
    given = {
        "--draft": draft,
        "--bot-version": version,
        "--replay": replay,
        "--bot": choice.bots,
        "--repeat": choice.repeat,
        "--last-failed": choice.last_failed,
        "--resume": manner.resume,
    }
    if idle := [name for name, value in given.items() if value]:
        raise UsageError(
            f"Two runs are compared as they were: {', '.join(idle)} would change nothing.",
            next_step=f"leave {'it' if len(idle) == 1 else 'them'} out; -k and --tag choose trials",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides(Generic[Item]):
    """What is compared: the two sides in words, the trials' pass rates, what makes the results."""

    baseline: str
    candidate: str
    items: Sequence[Item]
    source: Callable[
        [Sequence[Item], TrialRenderer], Generator[Sequence[EncodedResult], None, None]
    ]
    rates: Mapping[str, float]
    paths: Sequence[str] = field(default=())
    can_accept: bool = True


def _compare_now(
    project: Project, choice: TrialSelection, asking: CandidateOptions, manner: RunOptions
) -> int:
    pairs = pairs_to_record(project, choice, asking)
    with _screen(project, manner, ticking=True) as screen:
        for hint in project.settings.warnings:
            screen.on_warning(hint)
        source = recording_source(
            project,
            pairs,
            workers=manner.workers,
            warn=screen.on_warning,
            afresh=manner.resume is None,
        )
        if not manner.quiet:
            likely = [pair.baseline or pair.candidate for pair in pairs]
            ahead = format_count(project.estimate_requests(likely), "call")
            click.echo(f"About {ahead} to Coze ahead (a free plan has 500 in all).", err=True)
        bots = ", ".join(choice.bots)
        sides = _Sides(
            baseline=_baseline(project),
            candidate=f"{asking.words or 'asked now'}{f', of {bots}' if bots else ''}",
            items=pairs,
            source=source,
            rates=required_rates(pairs),
            paths=choice.paths,
        )
        outcome = _told(project, sides, manner, screen)
    return _ended(outcome, manner)


def _compare_again(project: Project, choice: TrialSelection, manner: RunOptions) -> int:
    with _screen(project, manner, ticking=False) as screen:
        pairs = recorded_pairs(project, choice, screen.on_warning)
        source = replaying_source(project, workers=manner.workers, one_by_one=manner.stop_at_first)
        sides = _Sides(
            baseline=_baseline(project),
            candidate="the candidates in "
            f"{project.display_path(project.settings.cassettes)}/{CANDIDATE_FOLDER}",
            items=pairs,
            source=source,
            rates=required_rates(pairs),
            paths=choice.paths,
        )
        outcome = _told(project, sides, manner, screen)
    return _ended(outcome, manner)


def _compare_runs(
    project: Project, runs: tuple[Path, Path], wanted: TrialFilter, manner: RunOptions
) -> int:
    items = pair_runs(*runs, wanted)
    redactor = project.replayer.redactor
    with _screen(project, manner, ticking=False) as screen:
        sides = _Sides(
            baseline=f"run {runs[0].resolve().name}",
            candidate=f"run {runs[1].resolve().name}",
            items=items,
            source=partial(compare_run_pairs, redactor),
            rates={item.key.scenario: item.min_pass_rate for item in items},
            can_accept=False,
        )
        outcome = _told(project, sides, manner, screen)
    return _ended(outcome, manner)


def _baseline(project: Project) -> str:
    return f"the recordings in {project.display_path(project.settings.cassettes)}"


def _screen(project: Project, manner: RunOptions, *, ticking: bool) -> ProgressDisplay:
    return ProgressDisplay(
        project.world.environment,
        quiet=manner.quiet,
        verbose=manner.verbose,
        bar=not manner.no_progress,
        ticking=ticking,
    )


class _OnlyProgress:
    """Listens for a screen that tells of trials in the end: what failed may have failed before."""

    def __init__(self, screen: ProgressDisplay) -> None:
        self.on_start = screen.on_start
        self.on_progress = screen.on_progress
        self.on_warning = screen.on_warning

    def on_result(self, result: TrialResult) -> None:
        """Leave a trial to the summary."""


def _told(
    project: Project, sides: _Sides[Item], manner: RunOptions, screen: ProgressDisplay
) -> RunOutcome:
    """Execute a comparison and tell what it came to."""
    ledger = ComparisonSummary(
        sides.baseline, sides.candidate, sides.rates, again=manner.resume is not None
    )
    outcome = run_trials(
        sides.items,
        sides.source,
        mode=Mode.COMPARE,
        settings=project.settings,
        world=project.world,
        listener=_OnlyProgress(screen),
        stop_at_first=manner.stop_at_first,
        strict_known=manner.strict_known,
        resume=project.run_to_resume(manner.resume) if manner.resume else None,
        complete=ledger.complete,
    )
    found = outcome.run.comparison
    if found is not None:
        lines = comparison_lines(
            found, ledger.kept, ledger.unusable, screen.pen, brief=manner.quiet
        )
        for line in lines:
            screen.line(line)
        if not manner.quiet:
            for line in _next_steps(found, sides):
                screen.line(line)
    report_to_ci(project, outcome, screen, strict_known=manner.strict_known)
    shown = str(project.relative_path(outcome.location))
    screen.finish(closing_line(outcome.run, shown), good=outcome.exit_code == 0)
    return outcome


def _next_steps(found: Comparison, sides: _Sides[Item]) -> list[str]:
    """Return what to do next: accept, or ask more often."""
    if not sides.can_accept:
        return []
    repeats = [
        one.repeats
        for one in found.scenarios
        if one.assessment is Assessment.DOUBTFUL and one.repeats and _is_worse(one)
    ]
    words = " ".join(sides.paths)
    steps = []
    if repeats:
        steps.append(f"coze-harness compare {words} --repeat {max(repeats)}".replace("  ", " "))
        steps[-1] += "   would tell luck from change"
    steps.append("coze-harness accept --interactive   to look at each change")
    steps.append("coze-harness accept   to make the candidates the baseline")
    return ["", *(f"{'next' if not at else '':<12}{step}" for at, step in enumerate(steps))]


def _is_worse(change: ScenarioComparison) -> bool:
    before, after = change.before, change.after
    return after.passed * before.trials < before.passed * after.trials


def _ended(outcome: RunOutcome, manner: RunOptions) -> int:
    if outcome.run.interrupted:
        words = f"coze-harness compare --resume {outcome.run.run_id}"
        click.echo(
            f"What is done is kept.\n  next: {words}, with the same paths and options", err=True
        )
    if manner.open_report:
        open_page(outcome)
    return outcome.exit_code
