"""Check how well judges tell good answers from wrong ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

from coze_harness.execution.conversation_runner import keep_result
from coze_harness.execution.judge_cassette import check_path
from coze_harness.execution.judge_survey import (
    JudgeSurvey,
    SurveyResult,
    SurveyRunner,
    recorded_results,
)
from coze_harness.messages import LocalizedText, message
from coze_harness.model import replace
from coze_harness.model.errors import HarnessError, NothingSelectedError, UsageError
from coze_harness.model.judge_rating import BY_LABELS, JudgeRating
from coze_harness.model.location import Location
from coze_harness.model.trial import Trial
from coze_harness.mutation.judge_check import JudgeMeasurement, measure_judges
from coze_harness.mutation.judge_samples import JudgeSample, SampleCollector, survey_of
from coze_harness.mutation.labelled_answers import only_judge, read_labelled_answers
from coze_harness.mutation.mutation_runner import group_repeats
from coze_harness.mutation.operator_registry import OPERATORS
from coze_harness.project.opened_project import Project
from coze_harness.project.selected_trials import select_trials
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.reporting.run_writer import RunListener

OPERATOR_NAMES: Final = tuple(one.name for one in OPERATORS)
_CALLS_PER_QUESTION: Final = 5
"""Of a polled chat: the prompt, three times retrieve, the message list."""


class JudgeCheckOptions(Struct, frozen=True, kw_only=True):
    """How judges are checked.

    Args:
        seed: the same seed gives the same mutants.
        bound: the least lower bound of both shares by which a judge may fail trials.
        budget: the most calls.
        labels: the path of a file of labelled answers, in place of recordings and mutants.
        operators: names of the mutation operators to use; none: all.
        asks_again: whether what is recorded is asked again.
        force: whether to ask although CI is set.
    """

    seed: int
    bound: float
    budget: int | None = None
    labels: str = ""
    operators: tuple[str, ...] = ()
    asks_again: bool = False
    force: bool = False


class JudgeCheckOutcome(Struct, frozen=True, kw_only=True):
    """What a check has measured, and stored as ratings, in the same order.

    `notes` say why trials gave no answers, by trial; `errors` what is wrong with recordings.
    """

    measurements: Sequence[JudgeMeasurement]
    ratings: Sequence[JudgeRating]
    notes: Sequence[tuple[str, LocalizedText]]
    errors: Sequence[HarnessError]

    @property
    def exit_code(self) -> int:
        """1 if a judge is below the bound; that of a recording's error comes first."""
        weak = int(any(one.is_weak for one in self.ratings))
        return max((error.exit_code for error in self.errors), default=weak)


def check_judges(
    project: Project, selection: TrialSelection, options: JudgeCheckOptions, listener: RunListener
) -> JudgeCheckOutcome:
    """Ask judges about answers whose verdict is known, and store how well they decide.

    What is recorded is not asked again: a repeated check needs no network.

    Args:
        project: the project; it has the lock for writing.
        selection: which trials; of repeats, the first is mutated, the others are good answers.
        options: how judges are checked.
        listener: receives the progress.

    Raises:
        NothingSelectedError: no selected trial has a judge that can be checked.
        UsageError: the budget is too small, or the labels fit several questions.
        ScenarioError: the file of labels must be edited.
        CozeError: a judge cannot be asked.
    """
    cassettes = project.local_cassettes
    trials = [one for one in select_trials(project, selection) if one.judge is not None]
    notes: list[tuple[str, LocalizedText]] = []
    errors: list[HarnessError] = []
    if options.labels:
        questions = [_read_labels(project, trials, options.labels)]
    else:
        operators = [
            one for one in OPERATORS if one.name in options.operators or not options.operators
        ]
        collector = SampleCollector(project.replayer, options.seed, operators)
        questions = [
            (
                samples,
                survey_of(
                    samples,
                    path=check_path(project.replayer.path(trial)),
                    name=trial.key.id,
                    scenario=trial.key.scenario,
                ),
            )
            for trial, samples in collector.collect(group_repeats(trials))
            if samples
        ]
        notes, errors = collector.notes, collector.errors
    if not questions and not errors:
        raise NothingSelectedError(
            message("judge_check.none"), next_step=message("judge_check.none.next")
        )
    surveys = [survey for _samples, survey in questions]
    results, missing = recorded_results(surveys, project.replayer)
    if options.asks_again:
        missing = sum(one.question_count for one in surveys)
    if missing:
        results = _ask(project, surveys, missing, options, listener)
    answers = [
        (sample, result.version, result.replies)
        for (samples, _survey), result in zip(questions, results, strict=True)
        for sample in samples
    ]
    measurements = measure_judges(answers, by_labels=bool(options.labels))
    ratings = [one.rating(options.bound) for one in measurements]
    project.judge_ratings.with_ratings(ratings).save(cassettes)
    return JudgeCheckOutcome(measurements=measurements, ratings=ratings, notes=notes, errors=errors)


def _read_labels(
    project: Project, trials: Sequence[Trial], labels: str
) -> tuple[Sequence[JudgeSample], JudgeSurvey]:
    """Return the answers of a file of labels, and the questions about them."""
    process = project.process
    now = datetime.fromtimestamp(process.clock.now(), UTC)
    target, judge = only_judge(trials, now, process.rng)
    file = process.folder / labels
    name = str(project.folders.relative_path(file))
    samples = read_labelled_answers(file, name, target, judge)
    folder = str(project.folders.relative_path(project.local_cassettes))
    path = check_path(f"{folder}/{Path(labels).stem}~{BY_LABELS}.yaml")
    return samples, survey_of(samples, path=path, name=Path(labels).name)


def _ask(
    project: Project,
    surveys: Sequence[JudgeSurvey],
    missing: int,
    options: JudgeCheckOptions,
    listener: RunListener,
) -> list[SurveyResult]:
    from coze_harness.project.live_access import open_live_runner

    project.refuse_recording_in_ci(force=options.force)
    judges = {one.judge for one in surveys}
    calls = len(judges) + missing * _CALLS_PER_QUESTION
    if options.budget is not None and calls > options.budget:
        raise UsageError(
            message("judge_check.budget", budget=options.budget, n=calls),
            where=Location("--budget"),
            next_step=message("judge_check.budget.next", n=calls),
        )
    with open_live_runner(project, judges, listener.on_warning) as runner:
        listener.on_estimate(calls)
        listener.on_start(sum(one.question_count for one in surveys), 0)
        live = replace(runner, asks_judge_again=options.asks_again)
        session = live.open_session(keep_result)
        return SurveyRunner(session, listener.on_progress).results(surveys)
