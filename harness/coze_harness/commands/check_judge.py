"""Check how well judges tell good answers from wrong ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from coze_harness.commands.project import Project, TrialSelection
from coze_harness.commands.run_trials import RunOptions, live_runner
from coze_harness.execution.judge_ratings import BY_LABELS, JudgeRating
from coze_harness.execution.judge_survey import (
    JudgeSurvey,
    SurveyResult,
    SurveyRunner,
    recorded_results,
)
from coze_harness.execution.trial_judge import check_path
from coze_harness.expectations.judge_kind import Judge
from coze_harness.messages import LocalizedText, message
from coze_harness.model import Message, Reply, Target, TrialResult, replace
from coze_harness.model.errors import (
    HarnessError,
    NothingSelectedError,
    ScenarioError,
    UsageError,
)
from coze_harness.model.location import Location
from coze_harness.model.trial import EvaluationContext, Trial
from coze_harness.mutation.judge_check import (
    JudgeMeasurement,
    JudgeSample,
    SampleCollector,
    checkable_judges,
    measure_judges,
)
from coze_harness.mutation.mutation_runner import group_repeats
from coze_harness.mutation.operator_registry import OPERATORS
from coze_harness.reporting.run_writer import RunListener
from coze_harness.scenarios import generate_values
from coze_harness.scenarios.case_files import read_rows

_CALLS_PER_QUESTION: Final = 5
"""Of a polled chat: the prompt, three times retrieve, the message list."""
_GOOD: Final = frozenset({"yes", "pass", "passed", "good", "true", "1", "是", "通过", "好", "正确"})
_WRONG: Final = frozenset(
    {"no", "fail", "failed", "bad", "wrong", "false", "0", "否", "未通过", "不通过", "错误", "不好"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeCheckOptions:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeCheckOutcome:
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
    trials = [one for one in project.select_trials(selection) if one.judge is not None]
    notes: list[tuple[str, LocalizedText]] = []
    errors: list[HarnessError] = []
    if options.labels:
        asked = [_labelled(project, trials, options.labels)]
    else:
        operators = [
            one for one in OPERATORS if one.name in options.operators or not options.operators
        ]
        collector = SampleCollector(project.replayer, options.seed, operators)
        samples = collector.collect(group_repeats(trials).values())
        asked = [(_survey(project, trial, found), found) for trial, found in samples if found]
        notes, errors = collector.notes, collector.errors
    if not asked and not errors:
        raise NothingSelectedError(
            message("judge_check.none"), next_step=message("judge_check.none.next")
        )
    surveys = [survey for survey, _samples in asked]
    results, missing = recorded_results(surveys, project.replayer)
    if options.asks_again:
        missing = sum(len({one.key for one in survey.questions}) for survey in surveys)
    if missing:
        results = _ask(project, surveys, missing, options, listener)
    measurements = measure_judges(
        _replied(zip(asked, results, strict=True)), by_labels=bool(options.labels)
    )
    ratings = [one.rating(options.bound) for one in measurements]
    project.judge_ratings.with_ratings(ratings).save(cassettes)
    return JudgeCheckOutcome(measurements=measurements, ratings=ratings, notes=notes, errors=errors)


def _replied(
    pairs: Iterable[tuple[tuple[JudgeSurvey, Sequence[JudgeSample]], SurveyResult]],
) -> Iterator[tuple[JudgeSample, str, Mapping[str, str]]]:
    for (_survey_of, samples), result in pairs:
        for sample in samples:
            yield sample, result.version, result.replies


def _survey(project: Project, trial: Trial, samples: Sequence[JudgeSample]) -> JudgeSurvey:
    return JudgeSurvey(
        judge=samples[0].target,
        questions=[one for sample in samples for one in sample.judge.questions(sample.context)],
        path=check_path(project.replayer.path(trial)),
        name=trial.key.id,
        scenario=trial.key.scenario,
    )


def _ask(
    project: Project,
    surveys: Sequence[JudgeSurvey],
    missing: int,
    options: JudgeCheckOptions,
    listener: RunListener,
) -> list[SurveyResult]:
    from coze_harness.execution.live_runner import DEFAULT_WORKERS, LiveSession

    project.refuse_recording_in_ci(force=options.force)
    judges = {one.judge for one in surveys}
    calls = len(judges) + missing * _CALLS_PER_QUESTION
    if options.budget is not None and calls > options.budget:
        raise UsageError(
            message("judge_check.budget", budget=options.budget, n=calls),
            where=Location("--budget"),
            next_step=message("judge_check.budget.next", n=calls),
        )
    redactor = project.make_redactor()
    workers = project.settings.workers or DEFAULT_WORKERS
    with project.open_transports(redactor, judges, workers=workers) as transports:
        listener.on_estimate(calls)
        total = sum(len({one.key for one in survey.questions}) for survey in surveys)
        listener.on_start(total, 0)
        live = live_runner(
            project, transports, redactor, RunOptions(), listener, saves_cassettes=True
        )
        live = replace(live, asks_judge_again=options.asks_again)
        session: LiveSession[object] = LiveSession(live, _result, live.shared_limit())
        return SurveyRunner(session, listener.on_progress).results(surveys)


def _result(result: TrialResult, /, *, exit_code: int | None = None) -> object:
    """Return a result as it is; a survey has none."""
    del exit_code
    return result


# --- labelled answers -----------------------------------------------------------------------------


def _labelled(
    project: Project, trials: Sequence[Trial], labels: str
) -> tuple[JudgeSurvey, Sequence[JudgeSample]]:
    """Return the questions about labelled answers, and the answers."""
    target, judge = _only_judge(project, trials)
    file = project.process.folder / labels
    shown = str(project.folders.relative_path(file))
    samples: list[JudgeSample] = []
    for values, where in read_rows(str(file), shown):
        answer, label = values.get("answer"), values.get("label")
        if not isinstance(answer, str) or label is None:
            raise ScenarioError(
                message("judge_check.columns"),
                where=where,
                next_step=message("judge_check.columns.next"),
            )
        word = str(label).strip().lower()
        if word not in _GOOD | _WRONG:
            raise ScenarioError(
                message("judge_check.label", label=str(label)),
                where=where,
                next_step=message("judge_check.label.next"),
            )
        samples.append(
            JudgeSample(
                judge=judge,
                target=target,
                context=EvaluationContext(str(values.get("prompt") or ""), _reply(answer)),
                origin="label",
                is_good=word in _GOOD,
            )
        )
    if not samples:
        raise ScenarioError(
            message("judge_check.no_labels"),
            where=Location(shown),
            next_step=message("judge_check.columns.next"),
        )
    folder = str(project.folders.relative_path(project.local_cassettes))
    survey = JudgeSurvey(
        judge=target,
        questions=[one for sample in samples for one in judge.questions(sample.context)],
        path=check_path(f"{folder}/{Path(labels).stem}~{BY_LABELS}.yaml"),
        name=Path(labels).name,
    )
    return survey, samples


def _only_judge(project: Project, trials: Sequence[Trial]) -> tuple[Target, Judge]:
    """Return the judge and the one question that the trials have.

    Raises:
        UsageError: they have several, or none.
    """
    process = project.process
    now = datetime.fromtimestamp(process.clock.now(), UTC)
    found: dict[tuple[str, str], tuple[Target, Judge]] = {}
    for trial in trials:
        values = generate_values(trial.script.generated_names, now, process.rng)
        for turn in trial.script.turns(values):
            for judge in checkable_judges(turn.expectations):
                if trial.judge is not None:
                    found.setdefault((trial.judge.id, judge.topic), (trial.judge, judge))
    if len(found) != 1:
        words = tuple(dict.fromkeys(judge.words for _target, judge in found.values()))
        raise UsageError(
            message("judge_check.questions", n=len(found)),
            where=Location("--labels"),
            detail=[message("judge.stale.question", text=one) for one in words],
            next_step=message("judge_check.questions.next"),
        )
    return next(iter(found.values()))


def _reply(answer: str) -> Reply:
    """Return a reply with an answer."""
    said = Message(id="", role="assistant", type="answer", content=answer)
    return Reply(chat_id="", conversation_id="", log_id="", status="completed", messages=(said,))
