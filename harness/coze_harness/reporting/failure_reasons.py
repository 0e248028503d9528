"""Why trials failed or could not be judged, over a whole run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from coze_harness.model import TrialStatus
from coze_harness.reporting.safe_text import single_line
from coze_harness.reporting.view_model import TrialView, explain_verdict, filter_link

FAILING: Final = (TrialStatus.FAILED, TrialStatus.ERROR)


class FailureReason(NamedTuple):
    """A reason, how often it occurred, its first trials (name, anchor) and a link to all."""

    text: str
    times: int
    trials: Sequence[tuple[str, str]]
    link: str


class TrialReasons(NamedTuple):
    """Why one trial failed or could not be judged."""

    name: str
    anchor: str
    texts: Sequence[str]


def trial_reasons(trial: TrialView) -> TrialReasons | None:
    """Return why a trial failed or could not be judged; None if it did not fail."""
    if trial.status not in FAILING:
        return None
    return TrialReasons(trial.name, trial.anchor, reason_texts(trial))


def reason_texts(trial: TrialView) -> Sequence[str]:
    """Return why a trial failed or could not be judged, one line for each reason."""
    if trial.status not in FAILING:
        return ()
    if trial.error is not None:
        return [single_line(f"{trial.error.kind}: {trial.error.what}")]
    failed = [v for turn in trial.turns for v in turn.verdicts if v.status == "failed"]
    return list(dict.fromkeys([single_line(explain_verdict(verdict)) for verdict in failed]))


class Reasons:
    """Collects the reasons of a run's trials, their tokens and how they changed."""

    def __init__(self) -> None:
        self._trials: dict[str, TrialReasons] = {}
        self.tokens: dict[str, int] = {}
        self.changes: dict[str, str] = {}

    def add(
        self, trial_id: str, reasons: TrialReasons | None, tokens: int = 0, change: str = ""
    ) -> None:
        """Add a trial, or replace it if it was executed again.

        Args:
            trial_id: its id.
            reasons: why it failed; None if it did not fail.
            tokens: how many tokens it used.
            change: the kind of its change since the baseline, if it has one.
        """
        if tokens:
            self.tokens[trial_id] = tokens
        if change:
            self.changes[trial_id] = change
        if reasons is not None:
            self._trials[trial_id] = reasons
        else:
            self._trials.pop(trial_id, None)

    def top(self, limit: int = 8) -> list[FailureReason]:
        """Return the most frequent reasons, each with the first five of its trials by name."""
        trials: dict[str, list[tuple[str, str]]] = {}
        for trial in self._trials.values():
            for text in trial.texts:
                trials.setdefault(text, []).append((trial.name, trial.anchor))
        ranked = sorted(trials.items(), key=lambda item: (-len(item[1]), item[0]))[:limit]
        return [
            FailureReason(text, len(names), sorted(names)[:5], filter_link(text))
            for text, names in ranked
        ]
