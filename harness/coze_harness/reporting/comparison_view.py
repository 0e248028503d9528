"""A comparison as the page shows it: what changed, by how much, and why it may have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from coze_harness.model import (
    Assessment,
    BotComparison,
    BotSnapshot,
    ChangeKind,
    Comparison,
    PassShare,
    ScenarioComparison,
)
from coze_harness.reporting.diff_view import diff_tree
from coze_harness.reporting.message_catalogue import Phrase, parse_phrase
from coze_harness.reporting.view_model import SideFact, filtered
from coze_harness.reporting.visible import ANSWER_LIMIT, single_line, truncate_text
from coze_harness.text import diff_lines

_MOST_SCENARIOS: Final = 500


class ChangeCount(NamedTuple):
    """How many trials changed in a way; `link` filters them."""

    kind: str
    number: int
    link: str


class ScenarioView(NamedTuple):
    """How often a scenario passed with a bot, before and now, and what to think of it.

    `link` filters its trials.

    Shares and the ends of their intervals are per cent, for drawing; `test` is the test's name and
    its result.
    """

    scenario: str
    link: str
    bot: str
    tone: str
    said: Phrase
    more: Sequence[Phrase]
    before: ShareView
    after: ShareView
    test: str


class ShareView(NamedTuple):
    """A share of trials that passed, with its interval, in per cent."""

    said: str
    share: str
    low: str
    width: str


class BotView(NamedTuple):
    """A bot on both sides; `prompt` is the tree of its own prompt's lines, if they changed."""

    name: str
    known: bool
    facts: Sequence[SideFact]
    differences: Sequence[SideFact]
    prompt: str


class CompareView(NamedTuple):
    """Two sides by their names (and those in any language), and what lies between them."""

    baseline: str
    candidate: str
    sides: Sequence[Phrase]
    counts: Sequence[ChangeCount]
    scenarios: Sequence[ScenarioView]
    more: int
    bots: Sequence[BotView]


def compare_view(comparison: Comparison) -> CompareView:
    """Return a comparison as it is shown; the order of scenarios is its own: regressed first."""
    changed = [found for found in comparison.scenarios if _is_told(found)]
    return CompareView(
        single_line(comparison.baseline),
        single_line(comparison.candidate),
        [_side(comparison.baseline), _side(comparison.candidate)],
        [
            ChangeCount(kind.value, comparison.counts[kind], f"#v=trials&st={kind.value}")
            for kind in ChangeKind
            if comparison.counts.get(kind)
        ],
        [_scenario(found) for found in changed[:_MOST_SCENARIOS]],
        max(len(changed) - _MOST_SCENARIOS, 0),
        [_bot(bot) for bot in comparison.bots],
    )


def _side(name: str) -> Phrase:
    """Return a side's name; the English ones that `compare` gives to what is no run have a key."""
    start, found, folder = single_line(name).partition("the recordings in ")
    if found and not start:
        return parse_phrase("compare.recordings", what=folder)
    return (
        parse_phrase("compare.draft")
        if name == "the draft"
        else parse_phrase("compare.side", what=single_line(name))
    )


def _is_told(change: ScenarioComparison) -> bool:
    """Tell whether there is anything to say: most scenarios pass as often as before."""
    return change.regressed or change.flaky or change.assessment is not Assessment.NONE


def _scenario(change: ScenarioComparison) -> ScenarioView:
    before, after = change.before, change.after
    said = parse_phrase(
        f"compare.{change.assessment.value}",
        before=before.passed,
        of=before.trials,
        now=after.passed,
        of_now=after.trials,
    )
    more = [parse_phrase("compare.repeats", n=change.repeats)] if change.repeats else []
    if change.flaky:
        more.append(parse_phrase("compare.flaky"))
    worse = after.passed * before.trials < before.passed * after.trials
    tone = "failed" if change.regressed else "warning" if worse or change.flaky else "passed"
    return ScenarioView(
        single_line(change.scenario), filtered(change.scenario), single_line(change.bot), tone,
        said, more, _share(before), _share(after), _test(change),
    )  # fmt: skip


def _share(share: PassShare) -> ShareView:
    return ShareView(
        f"{share.passed}/{share.trials}",
        f"{100 * share.passed / max(share.trials, 1):.1f}",
        f"{100 * share.low:.1f}",
        f"{100 * (share.high - share.low):.1f}",
    )


def _test(change: ScenarioComparison) -> str:
    if change.p is None:
        return ""
    adjusted = "" if change.adjusted is None else f", Holm {change.adjusted:.3g}"
    return single_line(f"{change.test} p = {change.p:.3g}{adjusted}")


def _bot(change: BotComparison) -> BotView:
    before, after = change.before or BotSnapshot(), change.after or BotSnapshot()
    facts = [
        SideFact("fact.bot_version", single_line(before.version), single_line(after.version)),
        SideFact("fact.bot_model", single_line(before.model), single_line(after.model)),
    ]
    prompt = ""
    if change.prompt_changed:
        sides = (
            truncate_text(before.prompt, ANSWER_LIMIT),
            truncate_text(after.prompt, ANSWER_LIMIT),
        )
        prompt = diff_tree(diff_lines(*sides))
    return BotView(
        single_line(change.bot),
        change.known,
        [fact for fact in facts if fact.before != fact.after],
        [
            SideFact(
                single_line(found.name), truncate_text(found.before), truncate_text(found.after)
            )
            for found in change.differences
            if found.name != "version"
        ],
        prompt,
    )
