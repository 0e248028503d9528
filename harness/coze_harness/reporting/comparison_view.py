"""A comparison as every report shows it: which scenarios and bots changed, in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from coze_harness.messages import LocalizedText, message
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
from coze_harness.reporting.safe_text import ANSWER_LIMIT, single_line, truncate_text
from coze_harness.reporting.view_model import SideFact, filter_link
from coze_harness.text import diff_lines

_MAX_SCENARIOS: Final = 500


class ChangeCount(NamedTuple):
    """How many trials have a kind of change; `link` filters them."""

    kind: str
    number: int
    link: str


class ShareView(NamedTuple):
    """Passed trials (``5/6``), their share and its confidence interval in per cent."""

    passed: str
    share: str
    low: str
    width: str


class ScenarioView(NamedTuple):
    """A scenario with a bot: how often it passed, and the assessment.

    `label` names the bot too, if the scenario was compared with several. `trend` is ``regressed``,
    ``worse``, ``better`` or empty. `test` is the statistical test and its result; `link` filters
    the scenario's trials.
    """

    scenario: str
    link: str
    bot: str
    label: str
    trend: str
    flaky: bool
    tone: str
    assessment: LocalizedText
    notes: Sequence[LocalizedText]
    before: ShareView
    after: ShareView
    test: str


class BotView(NamedTuple):
    """What changed about a bot; `prompt` is the difference of its prompts (see `diff_tree`).

    `known` is whether both sides have a snapshot of it; else `warning` may say why not.
    """

    name: str
    known: bool
    warning: str
    facts: Sequence[SideFact]
    differences: Sequence[SideFact]
    prompt: str


class ComparisonView(NamedTuple):
    """The two sides, as names and as phrases, and their differences.

    `more` scenarios are not listed.
    """

    baseline: str
    candidate: str
    sides: Sequence[LocalizedText]
    counts: Sequence[ChangeCount]
    scenarios: Sequence[ScenarioView]
    more: int
    bots: Sequence[BotView]


def comparison_view(comparison: Comparison) -> ComparisonView:
    """Return a comparison as reports show it; scenarios keep their order: regressed first."""
    scenarios = [one for one in comparison.scenarios if _is_notable(one)]
    bots = Counter(one.scenario for one in comparison.scenarios)
    return ComparisonView(
        single_line(comparison.baseline),
        single_line(comparison.candidate),
        [_side(comparison.baseline), _side(comparison.candidate)],
        [
            ChangeCount(kind.value, comparison.counts[kind], f"#v=trials&st={kind.value}")
            for kind in ChangeKind
            if comparison.counts.get(kind)
        ],
        [_scenario(one, bots[one.scenario] > 1) for one in scenarios[:_MAX_SCENARIOS]],
        max(len(scenarios) - _MAX_SCENARIOS, 0),
        [_bot(bot) for bot in comparison.bots],
    )


def _side(name: str) -> LocalizedText:
    """Return a side's name; the English names that `compare` gives have a phrase."""
    start, prefix, folder = single_line(name).partition("the recordings in ")
    if prefix and not start:
        return message("compare.recordings", what=folder)
    if name == "the draft":
        return message("compare.draft")
    return message("compare.side", what=single_line(name))


def _is_notable(change: ScenarioComparison) -> bool:
    """Return whether a scenario is listed: most pass as often as before."""
    return change.regressed or change.flaky or change.assessment is not Assessment.NONE


def _scenario(change: ScenarioComparison, has_several_bots: bool) -> ScenarioView:
    before, after = change.before, change.after
    # A case that always passed and now always fails regressed, whatever the test says of chance.
    is_flip = change.regressed and change.assessment is Assessment.DOUBTFUL
    assessment = message(
        "compare.passes" if is_flip else f"compare.{change.assessment.value}",
        before=before.passed,
        of=before.trials,
        now=after.passed,
        of_now=after.trials,
    )
    notes = [message("compare.repeats", n=change.repeats)] if change.repeats else []
    if change.flaky:
        notes.append(message("compare.flaky"))
    gain = after.passed * before.trials - before.passed * after.trials
    trend = "regressed" if change.regressed else "worse" if gain < 0 else "better" if gain else ""
    tone = "passed"
    if trend in ("regressed", "worse") or change.flaky:
        tone = "failed" if change.regressed else "warning"
    scenario, bot = single_line(change.scenario), single_line(change.bot)
    return ScenarioView(
        scenario,
        filter_link(change.scenario),
        bot,
        f"{scenario} ({bot})" if has_several_bots else scenario,
        trend,
        change.flaky,
        tone,
        assessment,
        notes,
        _share(before),
        _share(after),
        _test(change),
    )


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
        prompts = (truncate_text(side.prompt, ANSWER_LIMIT) for side in (before, after))
        prompt = diff_tree(diff_lines(*prompts))
    return BotView(
        single_line(change.bot),
        change.known,
        single_line(after.warning or before.warning),
        [fact for fact in facts if fact.before != fact.after],
        [
            SideFact(single_line(one.name), truncate_text(one.before), truncate_text(one.after))
            for one in change.differences
            if one.name not in ("version", "model")
        ],
        prompt,
    )
