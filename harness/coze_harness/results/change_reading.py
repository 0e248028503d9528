"""What a line of trials.jsonl says of a trial beside its baseline, read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from coze_harness.model import (
    AnswerChange,
    ChangeKind,
    Severity,
    TrialChange,
    TrialResult,
    TurnChange,
    VerdictChange,
    VerdictStatus,
)
from coze_harness.results.places import location
from coze_harness.results.values import Record, number, one, records, texts, whole

_KINDS: Final = {kind.value: kind for kind in ChangeKind}
_ANSWERS: Final = {answer.value: answer for answer in AnswerChange}
_STATUSES: Final = {None: None} | {status.value: status for status in VerdictStatus}
_SEVERITIES: Final = {severity.value: severity for severity in Severity}
_FLIP: Final = texts("kind", "name", "expected", "location")


def read_change(
    change: Record, line: Record, trial: Callable[[Record], TrialResult]
) -> TrialChange:
    """Return how a trial changed.

    Args:
        change: what stands under the line's `change`.
        line: the trial's own, whose key its baseline shares but for what is said of it.
        trial: reads a trial's record.
    """
    baseline = change["baseline"]
    return TrialChange(
        kind=_KINDS[cast("str", change["kind"])],
        baseline=None if baseline is None else trial({**line, "change": None, **one(baseline)}),
        turns=tuple([_turn(turn) for turn in records(change["turns"])]),
    )


def _turn(record: Record) -> TurnChange:
    return TurnChange(
        answer=_ANSWERS[cast("str", record["answer"])],
        similarity=number(record["similarity"]),
        verdict_changes=tuple([_flip(flip) for flip in records(record["flips"])]),
    )


def _flip(record: Record) -> VerdictChange:
    kind, name, expected, place = _FLIP(record)
    return VerdictChange(
        kind=kind,
        name=name,
        expected=expected,
        location=location(place, whole(record["line"]), whole(record["column"])),
        severity=_SEVERITIES[cast("str", record["severity"])],
        before=_STATUSES[cast("str | None", record["before"])],
        after=_STATUSES[cast("str | None", record["after"])],
    )
