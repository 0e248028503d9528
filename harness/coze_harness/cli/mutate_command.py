"""`mutate`: mutate the recorded answers, and report which mutants the expectations miss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import click
from rich.cells import cell_len, set_cell_size

from coze_harness.cli import shared_options
from coze_harness.cli.command_help import REPLAYED, RUN, RUNNING, command, option
from coze_harness.cli.progress_display import ProgressDisplay
from coze_harness.cli.project_access import project_to_read
from coze_harness.cli.run_command import finish
from coze_harness.cli.shared_options import DisplayOptions
from coze_harness.commands.mutate_answers import MutationOutcome, mutate_answers
from coze_harness.messages import Catalogue, LocalizedText, literal, message
from coze_harness.model import MutationClass, MutationScore
from coze_harness.model.settings_overrides import SettingsOverrides
from coze_harness.project.opened_project import Project
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.reporting.run_writer import INTERRUPTED
from coze_harness.reporting.terminal.terminal_summary import report_location
from coze_harness.reporting.views.line_wrapping import fit_line
from coze_harness.reporting.views.mutation_view import missing_protection
from coze_harness.reporting.views.run_verdict import mutation_phrase
from coze_harness.reporting.views.safe_text import single_line

_FAILED: Final = 1
_BAR_CELLS: Final = 10
_MAX_NAME_CELLS: Final = 40
_MAX_NOTES: Final = 10


@command(
    description=(message("help.mutate"), message("help.mutate_how")),
    example="coze-harness mutate scenarios/identity.yaml --fail-under 0.8",
    exit_codes={**REPLAYED, 0: message("exit.done"), 1: message("exit.score")},
    environment=RUNNING,
)
@shared_options.selection_of_one_repeat
@shared_options.offline
@shared_options.seed
@option(
    "--fail-under",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    section=RUN,
    text=message("option.fail_under"),
)
@shared_options.brief_display
def mutate(
    selection: TrialSelection,
    overrides: SettingsOverrides,
    seed: int,
    fail_under: float | None,
    display: DisplayOptions,
) -> int:
    """Mutate the recorded answers and report which mutants the expectations miss. Offline."""
    with project_to_read(overrides) as project:
        words = project.words
        with ProgressDisplay(project, display, ticking=True, shows_results=False) as progress:
            mutation = mutate_answers(project, selection, seed=seed, listener=progress)
            scores = mutation.report.scores
            low = [score for score in scores if _is_below(score, fail_under)]
            code = _exit_code(mutation, low)
            lines = (
                [] if display.quiet else list(_table(mutation, words, all_notes=display.as_json))
            )
            for line in (*lines, *_below(low, fail_under, words)):
                progress.line(fit_line(line, progress.width))
            progress.finish(_summary(mutation, project), good=code == 0)
        finish(mutation.outcome, display)
    return code


def _exit_code(mutation: MutationOutcome, low: Sequence[MutationScore]) -> int:
    """Return the exit code: as for `run`, but 1 only for too low a score."""
    code = mutation.outcome.exit_code
    if code not in (0, _FAILED):
        return code
    return _FAILED if low else 0


def _is_below(score: MutationScore, share: float | None) -> bool:
    return share is not None and score.score is not None and score.score < share


def _table(mutation: MutationOutcome, words: Catalogue, *, all_notes: bool) -> Iterator[str]:
    """Yield a line for each scenario, notes on turns, and some surviving mutants."""
    scores, runner = mutation.report.scores, mutation.runner
    names = [single_line(score.scenario) for score in scores]
    width = min(max(map(cell_len, names), default=0), _MAX_NAME_CELLS)
    parts = [_kill_count(score, words) for score in scores]
    wide = max(map(cell_len, parts), default=0)
    for score, name, part in zip(scores, names, parts, strict=True):
        missed = Counter(survivor.operator for survivor in score.survivors)
        counted = tuple([f"{n} ×{k}" if k > 1 else n for n, k in missed.items()])
        operators = words.text(message("list.all", names=counted))
        scenario = set_cell_size(fit_line(name, width), width)
        space = " " * (wide - cell_len(part))
        yield f"{scenario}  {space}{part}  {_bar(score)}  {operators}".rstrip()
    notes = [
        message(
            "mutate.note",
            place=_place(note.trial, note.turn),
            text=single_line(words.text(note.text)),
        )
        for note in (*runner.skipped, *runner.unprotected)
    ]
    if notes:
        yield ""
    most = len(notes) if all_notes else _MAX_NOTES
    yield from map(words.text, notes[:most])
    if len(notes) > most:
        yield words.text(message("mutate.more_notes", n=len(notes) - most))
    yield from _survivors(scores, words)
    yield words.text(mutation_phrase(mutation.report))


def _kill_count(score: MutationScore, words: Catalogue) -> str:
    if not score.mutants:
        return words.text(message("mutate.no_mutants"))
    return f"{score.killed}/{score.mutants}"


def _bar(score: MutationScore) -> str:
    full = score.killed * _BAR_CELLS // score.mutants if score.mutants else 0
    return "█" * full + "░" * (_BAR_CELLS - full)


def _survivors(scores: Sequence[MutationScore], words: Catalogue) -> Iterator[str]:
    """Yield what the expectations miss, the most serious first, and an example of each."""
    for group in MutationClass:
        first_survivors = [
            next((one for one in score.survivors if one.mutation_class == group), None)
            for score in scores
        ]
        survivors = [one for one in first_survivors if one]
        if not survivors:
            continue
        # One with a suggestion says more.
        survivor = next((one for one in survivors if one.hint), survivors[0])
        yield ""
        yield words.text(missing_protection(group, len(survivors)))
        place = _place(survivor.trial, survivor.turn)
        yield words.text(message("mutate.survivor", place=place, operator=survivor.operator))
        answer = single_line(survivor.answer) or words.text(message("mutate.empty_answer"))
        yield from _rows(
            (words.word("mutate.mutant"), answer),
            (words.word("mutate.answer"), single_line(survivor.original)),
            (words.word("mutate.expects"), _expectations_text(survivor.expected, words)),
            (words.word("mutate.add"), f"- {survivor.hint}" if survivor.hint else ""),
        )
    rejected = [one for score in scores for one in score.rejected]
    if rejected:
        one = rejected[0]
        yield ""
        yield words.text(message("mutation.rejected", n=len(rejected)))
        place = _place(one.trial, one.turn)
        yield words.text(message("mutate.rejected", place=place, origin=one.origin))
        yield from _rows(
            (words.word("mutate.rejected_answer"), single_line(one.answer)),
            (
                words.word("mutate.expects"),
                _expectations_text([one.expected_message or literal(one.expected)], words),
            ),
        )
    yield ""


def _rows(*rows: tuple[str, str]) -> Iterator[str]:
    """Yield labels with their texts in a column; those without a text are left out."""
    column = max(cell_len(label) for label, _ in rows) + 2
    yield from (f"  {set_cell_size(label, column)}{text}" for label, text in rows if text)


def _expectations_text(expectations: Sequence[LocalizedText], words: Catalogue) -> str:
    return single_line("; ".join(words.text(one) for one in expectations))


def _place(trial: str, turn: int) -> LocalizedText:
    name = single_line(trial)
    return message("mutate.place", trial=name, turn=turn) if turn else literal(name)


def _below(low: Sequence[MutationScore], share: float | None, words: Catalogue) -> Iterator[str]:
    for score in low:
        yield words.text(
            message(
                "mutate.below",
                scenario=single_line(score.scenario),
                # Never rounded up: only all of them give 1.00.
                score=f"{int(100 * (score.score or 0)) / 100:.2f}",
                share=share or 0.0,
            )
        )


def _summary(mutation: MutationOutcome, project: Project) -> str:
    scores, outcome, words = mutation.report.scores, mutation.outcome, project.words
    killed = sum(score.killed for score in scores)
    mutants = sum(score.mutants for score in scores)
    scenarios = message("check.scenarios", n=len(scores))
    if mutants:
        # Never rounded up: only all of them give 1.00.
        share = f"{killed * 100 // mutants / 100:.2f}"
        text = message("mutate.summary", killed=killed, n=mutants, share=share, scenarios=scenarios)
    else:
        text = message("mutate.nothing", scenarios=scenarios)
    if outcome.exit_code == INTERRUPTED:
        text = message("mutate.interrupted", text=text)
    location = str(project.folders.relative_path(outcome.location))
    return f"{words.text(text)}  {report_location(location, words)}"
