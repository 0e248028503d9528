"""`judge-check`: measures whether judges can tell good answers from wrong ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

import click

from coze_harness.cli import shared_options
from coze_harness.cli.command_help import (
    OUTPUT,
    RECORDING,
    RUN,
    SELECTION,
    TALKED,
    command,
    option,
)
from coze_harness.cli.command_output import print_errors
from coze_harness.cli.progress_display import ProgressDisplay
from coze_harness.cli.project_access import lock_for_writing, opened_project
from coze_harness.cli.shared_options import DisplayOptions
from coze_harness.commands.check_judge import (
    OPERATOR_NAMES,
    JudgeCheckOptions,
    JudgeCheckOutcome,
    check_judges,
)
from coze_harness.messages import Catalogue, message
from coze_harness.model.settings_overrides import SettingsOverrides
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.reporting.views.safe_text import single_line

_BOUND: Final = 0.5


@command(
    "judge-check",
    description=(message("help.judge_check"), message("help.judge_check_how")),
    example="coze-harness judge-check scenarios/polite.yaml --labels labels.csv",
    exit_codes={**TALKED, 0: message("exit.judge_strong"), 1: message("exit.judge_weak")},
    environment=RECORDING,
)
@shared_options.group("options", JudgeCheckOptions)
@shared_options.group("display", DisplayOptions)
@shared_options.selection
@option("--labels", metavar="FILE", default="", section=SELECTION, text=message("option.labels"))
@option(
    "--operator",
    "operators",
    multiple=True,
    type=click.Choice(OPERATOR_NAMES),
    metavar="NAME",
    section=SELECTION,
    text=message("option.operator"),
)
@option(
    "--bound",
    type=click.FloatRange(0, 1),
    default=_BOUND,
    metavar="SHARE",
    section=RUN,
    text=message("option.bound", default=_BOUND),
)
@shared_options.seed
@option(
    "--budget",
    type=click.IntRange(1),
    metavar="CALLS",
    section=RUN,
    text=message("option.judge_budget"),
)
@option("--all", "asks_again", is_flag=True, section=RUN, text=message("option.judge_all"))
@shared_options.force
@shared_options.wait
@shared_options.asking
@option("--json", "as_json", is_flag=True, section=OUTPUT, text=message("option.json_judge"))
@option("--no-progress", is_flag=True, section=OUTPUT, text=message("option.no_progress"))
def judge_check(
    selection: TrialSelection,
    options: JudgeCheckOptions,
    wait: bool,
    overrides: SettingsOverrides,
    display: DisplayOptions,
) -> int:
    """Measure judges on recorded answers and their mutants, or on labelled answers."""
    with opened_project(overrides, uses_baseline=True) as project:
        lock_for_writing(project, "judge-check", wait=wait)
        words = project.words
        with ProgressDisplay(project, display, ticking=True) as progress:
            outcome = check_judges(project, selection, options, progress)
            progress.print_errors()
    print_errors(outcome.errors)
    if display.as_json:
        click.echo(json.dumps(_records(outcome, words), ensure_ascii=False, indent=2))
        return outcome.exit_code
    for line in _lines(outcome, words):
        click.echo(line)
    return outcome.exit_code


def _lines(outcome: JudgeCheckOutcome, words: Catalogue) -> Iterator[str]:
    for trial, text in outcome.notes:
        note = single_line(words.text(text))
        yield words.text(message("mutate.note", place=single_line(trial), text=note))
    for measurement, rating in zip(outcome.measurements, outcome.ratings, strict=True):
        yield ""
        head = message("judge_check.head", judge=measurement.judge.name, text=measurement.words)
        yield single_line(words.text(head))
        wrong = "judge_check.rejected" if measurement.by_labels else "judge_check.killed"
        for identifier, good in (("judge_check.accepted", True), (wrong, False)):
            right, total = measurement.counts(good=good)
            low, high = (f"{limit:.2f}" for limit in measurement.interval(good=good))
            share = message(identifier, right=right, total=total, low=low, high=high)
            yield f"  {words.text(share)}"
        if measurement.undecided:
            undecided = message("judge_check.undecided", n=measurement.undecided)
            yield f"  {words.text(undecided)}"
        if measurement.missed:
            missed = measurement.missed.most_common()
            names = tuple([f"{name} ×{n}" if n > 1 else name for name, n in missed])
            yield f"  {words.text(message('judge_check.missed', names=names))}"
        if measurement.by_labels:
            kappa = measurement.kappa
            agreement = message("judge_check.no_kappa")
            if kappa is not None:
                agreement = message("judge_check.kappa", kappa=f"{kappa:.2f}")
            yield f"  {words.text(agreement)}"
        conclusion = "judge_check.weak" if rating.is_weak else "judge_check.strong"
        yield f"  {words.text(message(conclusion, bound=rating.bound))}"
        if rating.is_weak and (least := measurement.required_answers(rating.bound)):
            yield f"  {words.text(message('judge_check.few', n=least))}"
    weak = sum(rating.is_weak for rating in outcome.ratings)
    yield ""
    yield words.text(message("judge_check.total", n=len(outcome.ratings), weak=weak))


def _records(outcome: JudgeCheckOutcome, words: Catalogue) -> dict[str, object]:
    return {
        "judges": [
            {
                "judge": measurement.judge.name,
                "version": rating.version,
                "question": rating.words,
                "source": rating.source,
                "good": rating.good,
                "accepted": rating.accepted,
                "wrong": rating.wrong,
                "rejected": rating.rejected,
                "undecided": measurement.undecided,
                "specificity": list(measurement.interval(good=True)),
                "sensitivity": list(measurement.interval(good=False)),
                "kappa": rating.kappa,
                "missed": dict(measurement.missed),
                "bound": rating.bound,
                "weak": rating.is_weak,
            }
            for measurement, rating in zip(outcome.measurements, outcome.ratings, strict=True)
        ],
        "notes": [{"trial": trial, "text": words.text(text)} for trial, text in outcome.notes],
    }
