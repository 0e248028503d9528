"""Judges that `judge-check` has not measured on the questions of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain

from coze_harness.cassettes.judge_ratings import JudgeRatings
from coze_harness.model import Target
from coze_harness.model.trial import Trial


def unchecked_judges(ratings: JudgeRatings, trials: Iterable[Trial]) -> Mapping[Target, int]:
    """Return how many questions each judge was never checked on, in any version.

    Trials with generated values are left out: their questions are known when they run.
    """
    topics: dict[Target, set[str]] = {}
    for trial in trials:
        if trial.judge is None or trial.script.generated_names:
            continue
        # Here, as most trials have no judge.
        from coze_harness.expectations.judge.judge_kind import judges_of

        for judge in chain.from_iterable(map(judges_of, trial.script.turns({}))):
            if not (judge.is_pairwise or ratings.has(trial.judge.id, judge.topic)):
                topics.setdefault(trial.judge, set()).add(judge.topic)
    return {judge: len(judge_topics) for judge, judge_topics in topics.items()}
