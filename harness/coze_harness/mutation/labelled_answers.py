"""Answers that people have labelled, to measure a judge on: a table with `answer` and `label`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Final

from coze_harness.expectations.judge.judge_kind import Judge
from coze_harness.messages import message
from coze_harness.model import Target
from coze_harness.model.errors import ScenarioError, UsageError
from coze_harness.model.location import Location
from coze_harness.model.trial import EvaluationContext, Trial
from coze_harness.mutation.judge_samples import JudgeSample, checkable_judges
from coze_harness.scenarios import generate_values
from coze_harness.scenarios.case_files import read_rows
from coze_harness.scenarios.single_expectation import reply_of_text

_GOOD: Final = frozenset({"yes", "pass", "passed", "good", "true", "1", "是", "通过", "好", "正确"})
_WRONG: Final = frozenset(
    {"no", "fail", "failed", "bad", "wrong", "false", "0", "否", "未通过", "不通过", "错误", "不好"}
)


def read_labelled_answers(
    file: Path, display_path: str, target: Target, judge: Judge
) -> list[JudgeSample]:
    """Return the answers of a table, and whether each is good.

    Args:
        file: the table.
        display_path: its path as the user names it, for errors.
        target: the judge.
        judge: the question.

    Raises:
        ScenarioError: the table has no answers, or must be edited.
    """
    samples: list[JudgeSample] = []
    for row in read_rows(str(file), display_path):
        values, where = row.values, row.location
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
                context=EvaluationContext(str(values.get("prompt") or ""), reply_of_text(answer)),
                origin="label",
                is_good=word in _GOOD,
            )
        )
    if not samples:
        raise ScenarioError(
            message("judge_check.no_labels"),
            where=Location(display_path),
            next_step=message("judge_check.columns.next"),
        )
    return samples


def only_judge(trials: Sequence[Trial], now: datetime, rng: Random) -> tuple[Target, Judge]:
    """Return the judge and the one question that the trials have.

    Args:
        trials: the trials.
        now: the time, for generated values.
        rng: their random source.

    Raises:
        UsageError: they have several, or none.
    """
    judges: dict[tuple[str, str], tuple[Target, Judge]] = {}
    for trial in trials:
        values = generate_values(trial.script.generated_names, now, rng)
        for turn in trial.script.turns(values):
            for judge in checkable_judges(turn.expectations):
                if trial.judge is not None:
                    judges.setdefault((trial.judge.id, judge.topic), (trial.judge, judge))
    if len(judges) != 1:
        words = tuple(dict.fromkeys(judge.words for _target, judge in judges.values()))
        raise UsageError(
            message("judge_check.questions", n=len(judges)),
            where=Location("--labels"),
            detail=[message("judge.stale.question", text=one) for one in words],
            next_step=message("judge_check.questions.next"),
        )
    return next(iter(judges.values()))
