"""Two sides of trials as a run hands them on, from letters: ``p`` passed, ``f`` failed, …"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest

from builders import key, reply, trial, turn, verdict
from coze_harness.compare import compare_trial
from coze_harness.model import BotSnapshot, TrialResult, TrialStatus, VerdictStatus

STATUSES = {status.letter: status for status in TrialStatus}
FAILING = (TrialStatus.FAILED, TrialStatus.KNOWN_FAILURE)


def result(
    letter: str,
    number: int = 1,
    *,
    scenario: str = "退货",
    case: str = "",
    bot: str = "chatchat",
    asked: BotSnapshot | None = None,
) -> TrialResult:
    status = STATUSES[letter]
    judged = VerdictStatus.FAILED if status in FAILING else VerdictStatus.PASSED
    return trial(
        status,
        named=key(
            f"{scenario}@{bot}[{case}]#{number}",
            scenario=scenario,
            bot=bot,
            case=case,
            trial=number,
        ),
        turns=[turn(replied=reply(f"{letter}{number}"), verdicts=[verdict(judged)])],
        asked=asked,
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
    """Compared trials, one a letter and repeat; a blank is a trial that is not there."""
    for number, letters in enumerate(zip_longest(before, after, fillvalue=" "), start=1):
        old, new = (
            None
            if letter == " "
            else result(letter, number, scenario=scenario, case=case, bot=bot, asked=asked)
            for letter, asked in zip(letters, bots, strict=True)
        )
        if old or new:
            yield compare_trial(old, new)


def by_case(sides: Mapping[str, tuple[str, str]], scenario: str = "退货") -> Iterator[TrialResult]:
    for case, (before, after) in sides.items():
        yield from results(before, after, scenario=scenario, case=case)
