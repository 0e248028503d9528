"""What comparing and spoiling found, as run.json has it: the nouns as records, and back."""

from __future__ import annotations

from typing import Final

from coze_harness.model import (
    Assessment,
    BotComparison,
    BotDifference,
    BotSnapshot,
    ChangeKind,
    Comparison,
    MutationReport,
    MutationScore,
    PassShare,
    ScenarioComparison,
    SurvivingMutant,
)
from coze_harness.results.reading import read_snapshot
from coze_harness.results.trial_codec import snapshot
from coze_harness.results.values import (
    Record,
    count,
    lines,
    number,
    number_or_none,
    one,
    records,
    text,
    texts,
    truth,
    whole,
)

_CHANGE: Final = texts("scenario", "bot", "test")
_DIFFERENCE: Final = texts("name", "before", "after")
_SURVIVOR: Final = texts("spoiling", "trial", "answer", "original", "hint")


def scenario_change(change: ScenarioComparison) -> dict[str, object]:
    """Return how often a scenario passed on both sides, as a record."""
    return {
        "scenario": change.scenario,
        "bot": change.bot,
        "before": _share(change.before),
        "after": _share(change.after),
        "finding": change.assessment.value,
        "regressed": change.regressed,
        "test": change.test,
        "p": change.p,
        "adjusted": change.adjusted,
        "repeats": change.repeats,
        "flaky": change.flaky,
    }


def bot_change(change: BotComparison) -> dict[str, object]:
    """Return a bot on both sides as a record."""
    return {
        "bot": change.bot,
        "before": None if change.before is None else snapshot(change.before),
        "after": None if change.after is None else snapshot(change.after),
        "differences": [
            {"name": item.name, "before": item.before, "after": item.after}
            for item in change.differences
        ],
        "known": change.known,
    }


def score(found: MutationScore) -> dict[str, object]:
    """Return a scenario's score, with its survivors, as a record."""
    return {
        "scenario": found.scenario,
        "score": found.score,
        "spoilings": found.mutants,
        "caught": found.killed,
        "survivors": [
            {
                "spoiling": survivor.operator,
                "trial": survivor.trial,
                "turn": survivor.turn,
                "answer": survivor.answer,
                "original": survivor.original,
                "expectations": survivor.expectations,
                "hint": survivor.hint,
            }
            for survivor in found.survivors
        ],
    }


def _share(share: PassShare) -> dict[str, object]:
    return {
        "passed": share.passed,
        "trials": share.trials,
        "low": share.low,
        "high": share.high,
    }


def read_comparison(value: object) -> Comparison:
    """Return the comparison that run.json holds; KeyError, TypeError or ValueError without one."""
    record = one(value)
    return Comparison(
        baseline=text(record["baseline"]),
        candidate=text(record["candidate"]),
        counts={ChangeKind(kind): count(n) for kind, n in one(record["counts"]).items()},
        scenarios=tuple([_read_scenario(item) for item in records(record["scenarios"])]),
        bots=tuple([_read_bot(item) for item in records(record["bots"])]),
    )


def read_mutation(value: object) -> MutationReport:
    """Return what came of spoiling; KeyError, TypeError or ValueError where there is none.

    A head alone has no scores: there they are added up to one.
    """
    record = one(value)
    scores = tuple([_read_score(item) for item in records(record["scores"])])
    if not scores and (spoilings := count(record["spoilings"])):
        scores = (MutationScore(scenario="", mutants=spoilings, killed=count(record["caught"])),)
    return MutationReport(seed=whole(record["seed"]), scores=scores)


def _read_scenario(record: Record) -> ScenarioComparison:
    scenario, bot, test = _CHANGE(record)
    return ScenarioComparison(
        scenario=scenario,
        bot=bot,
        before=_read_share(record["before"]),
        after=_read_share(record["after"]),
        assessment=Assessment(text(record["finding"])),
        regressed=truth(record["regressed"]),
        test=test,
        p=number_or_none(record["p"]),
        adjusted=number_or_none(record["adjusted"]),
        repeats=count(record["repeats"]),
        flaky=truth(record["flaky"]),
    )


def _read_share(value: object) -> PassShare:
    share = one(value)
    return PassShare(
        passed=count(share["passed"]),
        trials=count(share["trials"]),
        low=number(share["low"]),
        high=number(share["high"]),
    )


def _read_bot(record: Record) -> BotComparison:
    return BotComparison(
        bot=text(record["bot"]),
        before=_snapshot_or_none(record["before"]),
        after=_snapshot_or_none(record["after"]),
        differences=tuple([_read_difference(item) for item in records(record["differences"])]),
        known=truth(record["known"]),
    )


def _snapshot_or_none(value: object) -> BotSnapshot | None:
    return None if value is None else read_snapshot(one(value))


def _read_difference(record: Record) -> BotDifference:
    name, before, after = _DIFFERENCE(record)
    return BotDifference(name=name, before=before, after=after)


def _read_score(record: Record) -> MutationScore:
    return MutationScore(
        scenario=text(record["scenario"]),
        mutants=count(record["spoilings"]),
        killed=count(record["caught"]),
        survivors=tuple([_read_survivor(item) for item in records(record["survivors"])]),
    )


def _read_survivor(record: Record) -> SurvivingMutant:
    spoiling, trial, answer, original, hint = _SURVIVOR(record)
    return SurvivingMutant(
        operator=spoiling,
        trial=trial,
        turn=count(record["turn"]),
        answer=answer,
        original=original,
        expectations=lines(record["expectations"]),
        hint=hint,
    )
