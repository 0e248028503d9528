"""Why trials failed or could not be judged, over a whole run: one entry for each cause."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from coze_harness.messages import LocalizedText, literal, message
from coze_harness.messages.shell_word import shell_word
from coze_harness.model import ErrorRecord, TrialResult, TrialRow, TrialStatus, Verdict
from coze_harness.reporting.views.safe_text import single_line
from coze_harness.reporting.views.view_model import anchor

FAILING: Final = (TrialStatus.FAILED, TrialStatus.ERROR)
RECORDING_KINDS: Final = ("missing", "stale")
"""Kinds of errors that `record` repairs."""

_MAX_TRIALS: Final = 3
_RECORD: Final = "coze-harness record"
# With more scenarios, the command names none: `record` finds what is missing or stale itself.
_MAX_NAMED: Final = 3


class Cause(NamedTuple):
    """A reason why a trial failed or could not be judged; equal keys are one cause.

    `expected` is what was expected and `actual` what the reply has. Of an error, `kind` is its
    kind, `expected` what happened, and `detail` its evidence.
    """

    key: tuple[str, ...]
    kind: str
    is_error: bool
    name: str
    expected: LocalizedText
    actual: LocalizedText
    next_step: LocalizedText
    place: str
    detail: Sequence[LocalizedText] = ()
    log_id: str = ""


class TrialCauses(NamedTuple):
    """Why one trial failed or could not be judged."""

    scenario: str
    bot: str
    trial: str
    anchor: str
    causes: Sequence[Cause]


class CauseGroup(NamedTuple):
    """A cause, how many trials have it, and the first of them (name and anchor).

    `title` is the author's name of the expectation, or what was expected or happened; then
    `expected` is empty. `scenario` is empty for an error that several scenarios have in common;
    `detail` and `log_id` are the evidence of an error: that of the first trial.
    """

    kind: str
    is_error: bool
    title: LocalizedText
    expected: LocalizedText
    actual: LocalizedText
    next_step: LocalizedText
    place: str
    scenario: str
    bot: str
    times: int
    trials: Sequence[tuple[str, str]]
    detail: Sequence[LocalizedText]
    log_id: str

    @property
    def summary(self) -> LocalizedText:
        """The title and, after an author's name, what was expected."""
        if not self.expected:
            return self.title
        return message("report.verdict", name=self.title, reason=self.expected)

    @property
    def more(self) -> int:
        """The number of trials that are not in `trials`."""
        return self.times - len(self.trials)


def trial_causes(result: TrialResult) -> TrialCauses | None:
    """Return why a trial failed or could not be judged; None if it did neither."""
    if result.status not in FAILING:
        return None
    key = result.key
    causes: list[Cause] = []
    if result.error is not None:
        causes.append(_error_cause(result.error, f"{key.file}:{key.line}"))
    else:
        failed = (
            _verdict_cause(verdict, key.scenario, key.bot)
            for turn in result.turns
            for verdict in turn.failures
        )
        causes += {cause.key: cause for cause in failed}.values()
    return TrialCauses(key.scenario, key.bot, single_line(key.id), anchor(key.id), causes)


def _verdict_cause(verdict: Verdict, scenario: str, bot: str) -> Cause:
    place = single_line(str(verdict.location))
    return Cause(
        (scenario, bot, verdict.kind, verdict.name, place),
        verdict.kind,
        False,
        verdict.name,
        verdict.expected,
        verdict.actual,
        LocalizedText(),
        place,
    )


def _error_cause(error: ErrorRecord, place: str) -> Cause:
    key = (error.kind,) if error.kind in RECORDING_KINDS else (error.kind, str(error.what))
    return Cause(
        key,
        error.kind,
        True,
        "",
        error.what,
        LocalizedText(),
        error.next_step,
        single_line(error.where or place, 500),
        error.detail,
        single_line(error.log_id),
    )


def group_causes(trials: Iterable[TrialCauses]) -> list[CauseGroup]:
    """Return the causes of trials: failed expectations first, then what could not be judged."""
    groups: dict[tuple[str, ...], list[tuple[TrialCauses, Cause]]] = {}
    for trial in trials:
        for cause in trial.causes:
            groups.setdefault(cause.key, []).append((trial, cause))
    causes = [_group(members) for members in groups.values()]
    return sorted(causes, key=lambda group: group.is_error)


def _group(members: Sequence[tuple[TrialCauses, Cause]]) -> CauseGroup:
    trial, cause = members[0]
    scenarios = {(one.scenario, one.bot): None for one, _ in members}
    is_shared, is_single = len(scenarios) > 1, len(members) == 1
    title, next_step, detail = _title(cause), cause.next_step, cause.detail
    if cause.is_error and cause.kind in RECORDING_KINDS and not is_single:
        next_step = _record_command([scenario for scenario, _ in scenarios])
        if cause.kind == "missing":
            title, detail = message("cause.missing", n=len(members)), ()
        else:
            title = message("cause.stale", n=len(members))
            detail = (cause.expected, *cause.detail)
    return CauseGroup(
        single_line(cause.kind),
        cause.is_error,
        title,
        cause.expected if cause.name else LocalizedText(),
        cause.actual,
        next_step,
        cause.place if is_single or not cause.is_error else "",
        "" if is_shared else single_line(trial.scenario),
        "" if is_shared else single_line(trial.bot),
        len(members),
        [(one.trial, one.anchor) for one, _ in members[:_MAX_TRIALS]],
        detail,
        cause.log_id,
    )


def _title(cause: Cause) -> LocalizedText:
    return literal(cause.name) if cause.name else cause.expected


def _record_command(scenarios: Sequence[str]) -> LocalizedText:
    """Return the command that records missing or stale recordings of scenarios."""
    names = list(dict.fromkeys(scenarios))
    listable = names if len(names) <= _MAX_NAMED else []
    return literal(" ".join([_RECORD, *(shell_word(single_line(name)) for name in listable)]))


class Causes:
    """Collects why a run's trials failed, their tokens and how they changed."""

    def __init__(self) -> None:
        self._trials: dict[str, TrialCauses] = {}
        self.tokens: dict[str, int] = {}
        self.changes: dict[str, str] = {}

    def add(
        self, trial_id: str, causes: TrialCauses | None, tokens: int = 0, change: str = ""
    ) -> None:
        """Add a trial, or replace it if it was executed again.

        Args:
            trial_id: its id.
            causes: why it failed; None if it did not fail.
            tokens: how many tokens it used.
            change: the kind of its change since the baseline, if it has one.
        """
        if tokens:
            self.tokens[trial_id] = tokens
        if change:
            self.changes[trial_id] = change
        if causes is not None:
            self._trials[trial_id] = causes
        else:
            self._trials.pop(trial_id, None)

    def groups(self, rows: Iterable[TrialRow]) -> list[CauseGroup]:
        """Return the causes of these trials, in their order."""
        ids = (row.key.id for row in rows)
        return group_causes(self._trials[name] for name in ids if name in self._trials)
