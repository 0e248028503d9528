"""`mutate`: mutate the recorded answers, and report which mutants the expectations miss."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import click

from coze_harness.cli import shared_options
from coze_harness.cli.progress_display import ProgressDisplay
from coze_harness.cli.project_access import project_to_read
from coze_harness.cli.run_command import open_report as open_run_report
from coze_harness.cli.shared_options import DisplayOptions
from coze_harness.commands.mutate_answers import MutationOutcome, mutate_answers
from coze_harness.commands.project import Project, TrialSelection
from coze_harness.config import SettingsOverrides
from coze_harness.messages import message
from coze_harness.model import MutationClass, MutationReport, MutationScore
from coze_harness.mutation.mutation_runner import MutationNote
from coze_harness.reporting.mutation_view import missing_protection
from coze_harness.reporting.run_verdict import mutation_phrase
from coze_harness.reporting.run_writer import INTERRUPTED
from coze_harness.reporting.safe_text import format_count, single_line
from coze_harness.reporting.terminal_trials import fit_line

_FAILED: Final = 1
_BAR_CELLS: Final = 10
_MAX_NAME_CELLS: Final = 40
_MAX_NOTES: Final = 10


@click.command(epilog="Example: coze-harness mutate scenarios/identity.yaml --fail-under 0.8")
@shared_options.selection
@shared_options.folders
@click.option(
    "--seed", type=int, default=1, show_default=True, metavar="N", help="Selects the mutants."
)
@click.option("--json", "as_json", is_flag=True, help="Print the scores as a JSON object.")
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="Exit with 1 if a scenario has a lower mutation score (0..1).",
)
@click.option(
    "-q", "--quiet", is_flag=True, help="Print what is below --fail-under, and the last line."
)
@click.option("--no-progress", is_flag=True, help="Show no progress bar.")
@click.option("--open", "open_report", is_flag=True, help="Open the report in a browser.")
def mutate(
    selection: TrialSelection,
    overrides: SettingsOverrides,
    seed: int,
    as_json: bool,
    fail_under: float | None,
    quiet: bool,
    no_progress: bool,
    open_report: bool,
) -> int:
    """Mutate the recorded answers and report which mutants the expectations miss. Offline.

    Each answer is emptied, cut, negated, given another number or date, swapped, refused and more,
    and judged by its own turn's expectations. They would not notice a mutant that still passes.
    """
    display = DisplayOptions(quiet=quiet or as_json, no_progress=no_progress)
    with project_to_read(overrides) as project:
        environment = project.process.environment
        with ProgressDisplay(environment, display, ticking=True, shows_results=False) as progress:
            mutation = mutate_answers(project, selection, seed=seed, listener=progress)
            scores = mutation.report.scores
            low = [score for score in scores if _is_below(score, fail_under)]
            code = _exit_code(mutation, low)
            below = list(_below(low, fail_under))
            if as_json:
                progress.print_errors()
            else:
                lines = [] if quiet else _table(mutation)
                for line in (*lines, *below):
                    progress.line(fit_line(line, progress.width) if progress.width else line)
                progress.finish(_summary(mutation, project), good=code == 0)
        if as_json:
            record = _as_record(mutation.report, mutation.runner.skipped)
            click.echo(json.dumps(record, ensure_ascii=False, indent=2))
            click.echo("".join(f"{line}\n" for line in below), err=True, nl=False)
        if open_report:
            open_run_report(mutation.outcome)
    return code


def _exit_code(mutation: MutationOutcome, low: Sequence[MutationScore]) -> int:
    """Return the exit code: as for `run`, but 1 only for too low a score."""
    code = mutation.outcome.exit_code
    if code not in (0, _FAILED):
        return code
    return _FAILED if low else 0


def _is_below(score: MutationScore, share: float | None) -> bool:
    return share is not None and score.score is not None and score.score < share


def _table(mutation: MutationOutcome) -> Iterator[str]:
    """Yield a line for each scenario, notes on turns, and some surviving mutants."""
    from rich.cells import cell_len, set_cell_size

    scores, runner = mutation.report.scores, mutation.runner
    names = [single_line(score.scenario) for score in scores]
    width = min(max(map(cell_len, names), default=0), _MAX_NAME_CELLS)
    parts = [_killed(score) for score in scores]
    wide = max(map(len, parts), default=0)
    for score, name, part in zip(scores, names, parts, strict=True):
        missed = Counter(survivor.operator for survivor in score.survivors)
        operators = ", ".join(f"{n} ×{k}" if k > 1 else n for n, k in missed.items())
        shown = set_cell_size(fit_line(name, width), width)
        yield f"{shown}  {part:>{wide}}  {_bar(score)}  {operators}".rstrip()
    yield from _notes([*runner.skipped, *runner.unprotected])
    yield from _survivors(scores)
    yield str(mutation_phrase(mutation.report))


def _killed(score: MutationScore) -> str:
    return f"{score.killed}/{score.mutants}" if score.mutants else "none"


def _bar(score: MutationScore) -> str:
    full = score.killed * _BAR_CELLS // score.mutants if score.mutants else 0
    return "█" * full + "░" * (_BAR_CELLS - full)


def _notes(notes: Sequence[MutationNote]) -> Iterator[str]:
    if notes:
        yield ""
    for note in notes[:_MAX_NOTES]:
        yield f"{_place(note.trial, note.turn)}: {single_line(str(note.text))}"
    if len(notes) > _MAX_NOTES:
        others = format_count(len(notes) - _MAX_NOTES, "other note")
        yield f"and {others} (--json has them all)"


def _survivors(scores: Sequence[MutationScore]) -> Iterator[str]:
    """Yield what the expectations miss, the most serious first, and an example of each."""
    for group in MutationClass:
        found = [
            next((one for one in score.survivors if one.mutation_class == group), None)
            for score in scores
        ]
        survivors = [one for one in found if one]
        if not survivors:
            continue
        # One with a suggestion says more.
        survivor = next((one for one in survivors if one.hint), survivors[0])
        yield ""
        yield str(missing_protection(group, len(survivors)))
        place = _place(survivor.trial, survivor.turn)
        yield f"{place} passes with this mutant ({survivor.operator}):"
        yield f"  mutant   {single_line(survivor.answer) or '(an empty answer)'}"
        yield f"  answer   {single_line(survivor.original)}"
        if survivor.expectations:
            yield f"  expects  {single_line('; '.join(survivor.expectations))}"
        if survivor.hint:
            yield f"  add      - {survivor.hint}"
    rejected = [one for score in scores for one in score.rejected]
    if rejected:
        one = rejected[0]
        yield ""
        yield str(message("mutation.rejected", n=len(rejected)))
        yield f"{_place(one.trial, one.turn)} ({one.origin}):"
        yield f"  rejected {single_line(one.answer)}"
        yield f"  expects  {single_line(one.expected)}"
    yield ""


def _place(trial: str, turn: int) -> str:
    name = single_line(trial)
    return f"{name}, turn {turn}" if turn else name


def _below(low: Sequence[MutationScore], share: float | None) -> Iterator[str]:
    for score in low:
        # Never rounded up: only all of them give 1.00.
        shown = int(100 * (score.score or 0)) / 100
        yield f"{single_line(score.scenario)} scores {shown:.2f}, less than {share:g}"


def _summary(mutation: MutationOutcome, project: Project) -> str:
    scores, outcome = mutation.report.scores, mutation.outcome
    killed = sum(score.killed for score in scores)
    mutants = sum(score.mutants for score in scores)
    text = f"{killed:,} of {format_count(mutants, 'mutant')} killed"
    if mutants:
        # Never rounded up: only all of them give 1.00.
        text += f" ({killed * 100 // mutants / 100:.2f})"
    text += f" in {format_count(len(scores), 'scenario')}."
    if outcome.exit_code == INTERRUPTED:
        text = f"Interrupted. {text}"
    location = str(project.folders.relative_path(outcome.location))
    folder = single_line(location, 1_000).rstrip("/\\")
    return f"{text}  report: {folder}/index.html"


def _as_record(report: MutationReport, skipped: Sequence[MutationNote]) -> dict[str, object]:
    """Return what `--json` prints; a score is null if a scenario has no mutants."""
    notes = defaultdict[str, list[MutationNote]](list)
    for note in skipped:
        notes[note.scenario].append(note)
    return {
        "seed": report.seed,
        "scenarios": [
            {
                "scenario": score.scenario,
                "score": score.score,
                "spoilings": score.mutants,
                "caught": score.killed,
                "survivors": [
                    {
                        "spoiling": survivor.operator,
                        "answer": survivor.answer,
                        "turn": survivor.turn,
                        "trial": survivor.trial,
                        "original": survivor.original,
                        "expectations": list(survivor.expectations),
                        "hint": survivor.hint,
                        "class": survivor.mutation_class,
                    }
                    for survivor in score.survivors
                ],
                "classes": [
                    {"class": one.name, "spoilings": one.mutants, "caught": one.killed}
                    for one in score.classes
                ],
                "good": score.good,
                "accepted": score.accepted,
                "rejected": [
                    {
                        "origin": one.origin,
                        "answer": one.answer,
                        "turn": one.turn,
                        "trial": one.trial,
                        "original": one.original,
                        "expected": one.expected,
                    }
                    for one in score.rejected
                ],
                "left_out": [
                    {"trial": note.trial, "turn": note.turn, "reason": str(note.text)}
                    for note in notes[score.scenario]
                ],
            }
            for score in report.scores
        ],
    }
