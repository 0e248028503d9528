"""Compares a trial with its baseline, turn by turn."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Final

from coze_harness.compare.verdict_changes import find_verdict_changes
from coze_harness.model import (
    CONVERSATION_END,
    AnswerChange,
    ChangeKind,
    FactDifference,
    Severity,
    TrialChange,
    TrialResult,
    TrialStatus,
    TurnChange,
    TurnResult,
    Verdict,
    replace,
)
from coze_harness.model.trial_result import JUDGED, PASSING
from coze_harness.text import similarity

# The tests have thirty pairs of answers, Chinese and English. Paraphrases have a similarity of 0.30
# to 0.73, fourteen of fifteen above this threshold; other answers 0 to 0.44, fourteen of fifteen
# below. One changed number in a long answer is `TEXT_CHANGED`: similarity compares characters, not
# meaning, which is what expectations are for.
_SIMILARITY_THRESHOLD: Final = 0.4

_MAX_FACTS: Final = 20
"""Differences of facts that are kept for one turn."""


def compare_trial(
    baseline: TrialResult | None,
    candidate: TrialResult | None,
    accepted: Iterable[TrialResult] = (),
) -> TrialResult:
    """Return the candidate's result with its change; the baseline's result without a candidate.

    A known failure that fails counts as failing, a fixed one as passing. Errors and skipped trials
    are not judged: `BROKEN` if only the baseline was judged, `IMPROVED` if the candidate passes and
    the baseline was not judged.

    If both sides have the same verdict, the answers decide: `FACTS_CHANGED` if they pass and the
    facts of an answer differ from those of every accepted answer, else `DIFFERENT` if an answer
    differs or only one side has it, else `TEXT_CHANGED`, else `SAME`. Answers to different prompts
    of a simulated user are not compared; they make the trial `DIFFERENT`. If the verdict of an
    expectation of severity error changed, but not that of the trial (because another one fails on
    both sides), the trial is `DIFFERENT`, too. Tool calls, follow-ups and other messages are
    ignored, because they vary from one chat to the next; use expectations for them.

    Args:
        baseline: the trial's own baseline.
        candidate: the trial.
        accepted: the other repeats of the baseline; read only if facts differ.

    Raises:
        ValueError: both sides are missing.
    """
    if candidate is None:
        if baseline is None:
            raise ValueError("nothing to compare: both sides are missing")
        return replace(baseline, change=_MISSING)
    if baseline is None:
        return replace(candidate, change=NEW)
    if baseline.change is not None:
        # The result of an earlier comparison contains its own baseline.
        baseline = replace(baseline, change=None)
    if _is_simulated(baseline.turns) or _is_simulated(candidate.turns):
        turns = _simulated_changes(baseline.turns, candidate.turns)
    else:
        pairs = zip_longest(baseline.turns, candidate.turns)
        turns = tuple([_compare_turns(*pair) for pair in pairs])
    if any(turn.facts for turn in turns):
        turns = _without_accepted_facts(turns, candidate.turns, accepted)
    kind = _by_verdict(baseline.status, candidate.status)
    if kind is None and candidate.status in PASSING and any(turn.facts for turn in turns):
        kind = ChangeKind.FACTS_CHANGED
    kind = kind or _by_answers(turns)
    return replace(candidate, change=TrialChange(kind=kind, baseline=baseline, turns=turns))


_MISSING: Final = TrialChange(kind=ChangeKind.MISSING, baseline=None)
NEW: Final = TrialChange(kind=ChangeKind.NEW, baseline=None)
_SAME: Final = TurnChange(answer=AnswerChange.SAME, similarity=1.0)
_ONE_SIDED: Final = TurnChange(answer=AnswerChange.UNKNOWN, similarity=0.0)
# Compared by identity: without an answer on either side there is no change.
_UNANSWERED: Final = TurnChange(answer=AnswerChange.UNKNOWN, similarity=0.0)


def _is_simulated(turns: Sequence[TurnResult]) -> bool:
    return any(one.kind == CONVERSATION_END for turn in turns[-1:] for one in turn.verdicts)


def _simulated_changes(
    before: Sequence[TurnResult], after: Sequence[TurnResult]
) -> tuple[TurnChange, ...]:
    """Return what changed in a conversation whose prompts a simulated user wrote.

    The verdicts on the whole conversations are compared, and belong to the candidate's last turn.
    """
    old, old_end = _without_end(before)
    new, new_end = _without_end(after)
    changes = [_compare_prompted(*pair) for pair in zip_longest(old, new)]
    if old_end and new_end and (ending := find_verdict_changes(old_end, new_end)):
        last = changes[len(after) - 1]
        changes[len(after) - 1] = replace(last, verdict_changes=(*last.verdict_changes, *ending))
    return tuple(changes)


def _without_end(turns: Sequence[TurnResult]) -> tuple[list[TurnResult], tuple[Verdict, ...]]:
    """Return turns without the verdicts on the whole conversation, and these verdicts."""
    if not turns:
        return [], ()
    *others, last = turns
    kinds = [verdict.kind for verdict in last.verdicts]
    count = kinds.index(CONVERSATION_END) if CONVERSATION_END in kinds else len(kinds)
    return [*others, replace(last, verdicts=last.verdicts[:count])], last.verdicts[count:]


def _compare_prompted(before: TurnResult | None, after: TurnResult | None) -> TurnChange:
    if before is None or after is None or before.prompt == after.prompt:
        return _compare_turns(before, after)
    if before.reply is None or after.reply is None:
        return _ONE_SIDED
    changes = find_verdict_changes(before.verdicts, after.verdicts)
    return replace(_ONE_SIDED, verdict_changes=changes)


def _compare_turns(before: TurnResult | None, after: TurnResult | None) -> TurnChange:
    old = before.reply if before else None
    new = after.reply if after else None
    # A turn without a reply has no verdicts; this is not a change of verdicts.
    if before is None or after is None or old is None or new is None:
        return _UNANSWERED if old is new else _ONE_SIDED
    verdict_changes = find_verdict_changes(before.verdicts, after.verdicts)
    answer, ratio = _compare_answers(old.answer, new.answer)
    if answer is AnswerChange.SAME and not verdict_changes:
        return _SAME
    facts = () if answer is AnswerChange.SAME else _fact_differences(old.answer, new.answer)
    return TurnChange(answer=answer, similarity=ratio, verdict_changes=verdict_changes, facts=facts)


def _fact_differences(before: str, after: str) -> tuple[FactDifference, ...]:
    """Return the differences of facts between two answers: changed, then added, then removed."""
    from coze_harness.text.facts import compare_facts  # only answers that changed need it

    changes = compare_facts(before, after)
    return tuple(
        FactDifference(
            kind=one.kind.value,
            before=one.before.text if one.before else None,
            after=one.after.text if one.after else None,
        )
        for one in (*changes.changed, *changes.added, *changes.removed)[:_MAX_FACTS]
    )


def _without_accepted_facts(
    turns: Sequence[TurnChange], after: Sequence[TurnResult], accepted: Iterable[TrialResult]
) -> tuple[TurnChange, ...]:
    """Return the turns without the facts of answers that have those of an accepted answer."""
    remaining = list(turns)
    for result in accepted:
        if result.status not in PASSING:
            continue
        for number, (old, new) in enumerate(zip(result.turns, after, strict=False)):
            if not remaining[number].facts or old.reply is None or new.reply is None:
                continue
            if not _fact_differences(old.reply.answer, new.reply.answer):
                remaining[number] = replace(remaining[number], facts=())
    return tuple(remaining)


def _compare_answers(before: str, after: str) -> tuple[AnswerChange, float]:
    """Return how an answer changed, and its similarity, 0..1."""
    if before == after:
        return AnswerChange.SAME, 1.0
    # Expectations normalize texts to NFC, too.
    before, after = unicodedata.normalize("NFC", before), unicodedata.normalize("NFC", after)
    if before == after:
        return AnswerChange.SAME, 1.0
    ratio = similarity(before, after)
    return (
        AnswerChange.TEXT_CHANGED if ratio >= _SIMILARITY_THRESHOLD else AnswerChange.DIFFERENT
    ), ratio


def _by_verdict(before: TrialStatus, after: TrialStatus) -> ChangeKind | None:
    """Return the kind of change if the verdict of the trial changed."""
    if after in PASSING:
        return None if before in PASSING else ChangeKind.IMPROVED
    if after in JUDGED:
        return ChangeKind.REGRESSED if before in PASSING else None
    return ChangeKind.BROKEN if before in JUDGED else None


def _by_answers(turns: Sequence[TurnChange]) -> ChangeKind:
    kind = ChangeKind.SAME
    for turn in turns:
        if turn is _SAME or turn is _UNANSWERED:
            continue
        if turn.answer is AnswerChange.DIFFERENT or turn.answer is AnswerChange.UNKNOWN:
            return ChangeKind.DIFFERENT
        for verdict in turn.verdict_changes:
            if verdict.severity is Severity.ERROR and verdict.before and verdict.after:
                return ChangeKind.DIFFERENT
        if turn.answer is AnswerChange.TEXT_CHANGED:
            kind = ChangeKind.TEXT_CHANGED
    return kind
