"""One trial beside its baseline: turn by turn, and what is to be said of the whole."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from coze_harness.compare.verdict_changes import find_verdict_changes
from coze_harness.model import (
    AnswerChange,
    ChangeKind,
    Reply,
    Severity,
    TrialChange,
    TrialResult,
    TrialStatus,
    TurnChange,
    TurnResult,
    replace,
)
from coze_harness.text import similarity

# Of thirty pairs of answers, Chinese and English (they stand in the tests), those that say the same
# in other words have a similarity of 0.30 to 0.73, fourteen of fifteen above this bound; those that
# say something else 0 to 0.44, fourteen of fifteen below. One changed number in a long answer stays
# `TEXT_CHANGED`: similarity does not weigh what a word means, and expectations are there for that.
SIMILARITY_THRESHOLD: Final = 0.4

PASSING: Final = frozenset({TrialStatus.PASSED, TrialStatus.FIXED})
FAILING: Final = frozenset({TrialStatus.FAILED, TrialStatus.KNOWN_FAILURE})


def compare_trial(baseline: TrialResult | None, candidate: TrialResult | None) -> TrialResult:
    """Return the candidate with what changed in it; the baseline's own result if there is none.

    A known failure that fails counts as failing, a fixed one as passing. Errors and skipped trials
    could not be judged: a baseline that could and a candidate that could not is `BROKEN`, and a
    candidate that passes where its baseline could not be judged is `IMPROVED`.

    Where both sides come to the same verdict, the answers decide: `DIFFERENT` if one differs, or if
    only one side has it; else `TEXT_CHANGED`, else `SAME`. An expectation of severity error that
    flipped without turning the trial (another one fails on both sides) makes it `DIFFERENT`, too;
    one of severity warning does not. Tools called, follow-ups, other messages, tokens and seconds
    never decide: they vary from one chat to the next. Where they matter an expectation judges them,
    and readers see both sides.

    Raises:
        ValueError: both sides are missing.
    """
    if candidate is None:
        if baseline is None:
            raise ValueError("nothing to compare: both sides are missing")
        return replace(baseline, change=_MISSING)
    if baseline is None:
        return replace(candidate, change=_NEW)
    if baseline.change is not None:
        # A candidate that was accepted brings its own baseline along, and that one its own.
        baseline = replace(baseline, change=None)
    turns = _turns(baseline.turns, candidate.turns)
    kind = _by_verdict(baseline.status, candidate.status) or _by_answers(turns)
    return replace(candidate, change=TrialChange(kind=kind, baseline=baseline, turns=turns))


_MISSING: Final = TrialChange(kind=ChangeKind.MISSING, baseline=None)
_NEW: Final = TrialChange(kind=ChangeKind.NEW, baseline=None)
_SAME: Final = TurnChange(answer=AnswerChange.SAME, similarity=1.0)
_ONE_SIDED: Final = TurnChange(answer=AnswerChange.UNKNOWN, similarity=0.0)
# Equal to the one above, and told from it by what it is: no answer then and none now is no change.
_UNANSWERED: Final = TurnChange(answer=AnswerChange.UNKNOWN, similarity=0.0)


def _turns(before: Sequence[TurnResult], after: Sequence[TurnResult]) -> tuple[TurnChange, ...]:
    if len(before) == len(after):
        return tuple([_turn(was, now) for was, now in zip(before, after, strict=True)])
    return tuple([_turn(was, now) for was, now in zip_longest(before, after)])


def _turn(was: TurnResult | None, now: TurnResult | None) -> TurnChange:
    before = was.reply if was else None
    after = now.reply if now else None
    # A side that was not answered judged nothing: its absent verdicts are no flips.
    if was is None or now is None or before is None or after is None:
        return _UNANSWERED if before is after else _ONE_SIDED
    found = find_verdict_changes(was.verdicts, now.verdicts)
    answer, alike = _answers(before, after)
    if answer is AnswerChange.SAME and not found:
        return _SAME
    return TurnChange(answer=answer, similarity=alike, verdict_changes=found)


def _answers(was: Reply, now: Reply) -> tuple[AnswerChange, float]:
    before, after = was.answer, now.answer
    if before == after:
        return AnswerChange.SAME, 1.0
    # Expectations see text after NFC, so what is equal then is equal for all purposes.
    before, after = unicodedata.normalize("NFC", before), unicodedata.normalize("NFC", after)
    if before == after:
        return AnswerChange.SAME, 1.0
    alike = similarity(before, after)
    return (
        AnswerChange.TEXT_CHANGED if alike >= SIMILARITY_THRESHOLD else AnswerChange.DIFFERENT
    ), alike


def _by_verdict(before: TrialStatus, after: TrialStatus) -> ChangeKind | None:
    """Return the kind of change where the trial's own verdict decides it."""
    if after in PASSING:
        return None if before in PASSING else ChangeKind.IMPROVED
    if after in FAILING:
        return ChangeKind.REGRESSED if before in PASSING else None
    return ChangeKind.BROKEN if before in PASSING or before in FAILING else None


def _by_answers(turns: Sequence[TurnChange]) -> ChangeKind:
    kind = ChangeKind.SAME
    for turn in turns:
        if turn is _SAME or turn is _UNANSWERED:
            continue
        if turn.answer is AnswerChange.DIFFERENT or turn.answer is AnswerChange.UNKNOWN:
            return ChangeKind.DIFFERENT
        for flip in turn.verdict_changes:
            if flip.severity is Severity.ERROR and flip.before and flip.after:
                return ChangeKind.DIFFERENT
        if turn.answer is AnswerChange.TEXT_CHANGED:
            kind = ChangeKind.TEXT_CHANGED
    return kind
