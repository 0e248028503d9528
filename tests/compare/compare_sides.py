"""Compared trials, built from letters: ``p`` passed, ``f`` failed, …"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest

from builders import key, reply, trial, turn, verdict
from coze_harness.compare.case_counts import CaseTally
from coze_harness.compare.comparison_summary import ComparisonBuilder
from coze_harness.compare.trial_comparison import compare_trial
from coze_harness.model import BotSnapshot, Comparison, TrialResult, TrialStatus, VerdictStatus

STATUSES = {status.letter: status for status in TrialStatus}
FAILING = (TrialStatus.FAILED, TrialStatus.KNOWN_FAILURE)


def result(
    letter: str,
    number: int = 1,
    *,
    scenario: str = "退货",
    case: str = "",
    bot: str = "chatchat",
    snapshot: BotSnapshot | None = None,
) -> TrialResult:
    status = STATUSES[letter]
    judged = VerdictStatus.FAILED if status in FAILING else VerdictStatus.PASSED
    return trial(
        status,
        trial_key=key(
            f"{scenario}@{bot}[{case}]#{number}",
            scenario=scenario,
            bot=bot,
            case=case,
            trial=number,
        ),
        turns=[turn(turn_reply=reply(f"{letter}{number}"), verdicts=[verdict(judged)])],
        bot_snapshot=snapshot,
    )


def results(
    before: str,
    after: str,
    *,
    scenario: str = "退货",
    case: str = "",
    bot: str = "chatchat",
    bots: tuple[BotSnapshot | None, BotSnapshot | None] = (None, None),
) -> Iterator[TrialResult]:
    """Yield compared trials, one for each letter; a blank is a missing trial."""
    for number, letters in enumerate(zip_longest(before, after, fillvalue=" "), start=1):
        old, new = (
            None
            if letter == " "
            else result(letter, number, scenario=scenario, case=case, bot=bot, snapshot=snapshot)
            for letter, snapshot in zip(letters, bots, strict=True)
        )
        if old or new:
            yield compare_trial(old, new)


def by_case(sides: Mapping[str, tuple[str, str]], scenario: str = "退货") -> Iterator[TrialResult]:
    for case, (before, after) in sides.items():
        yield from results(before, after, scenario=scenario, case=case)


def compare_all(
    trials: Iterable[TrialResult], required: Mapping[str, float] | None = None
) -> Comparison:
    """Add compared trials up to a comparison of "approved" and "draft"."""
    builder = ComparisonBuilder("approved", "draft", CaseTally(required or {}))
    for one in trials:
        builder.add(one)
    return builder.finish()
