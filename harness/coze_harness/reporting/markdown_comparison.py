"""What summary.md says of a comparison, and of spoilt answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from coze_harness.model import ChangeKind, Comparison, MutationReport
from coze_harness.reporting.comparison_view import BotView, ScenarioView, compare_view
from coze_harness.reporting.markdown_diff import diff_fence
from coze_harness.reporting.markdown_escape import labelled, span
from coze_harness.reporting.message_catalogue import Catalogue
from coze_harness.reporting.mutation_view import ScoreView, SurvivorView, mutation_view
from coze_harness.reporting.view_model import FlipView, TrialView, TurnDiffView

# Kinds of changes that people look at one by one, and the sign before each.
SIGNS: Final[Mapping[str, str]] = {
    ChangeKind.REGRESSED.value: "✗",
    ChangeKind.BROKEN.value: "!",
    ChangeKind.IMPROVED.value: "✓",
    ChangeKind.DIFFERENT.value: "≠",
    ChangeKind.MISSING.value: "–",
}
_TONES: Final = {"failed": "✗", "warning": "!", "passed": "✓"}
_SCENARIOS: Final = 15
_TURNS: Final = 3
_DIFFERENCES: Final = 10
_BOTS: Final = 5
_SURVIVORS: Final = 20
_EXPECTATIONS: Final = 5


def comparison_head(comparison: Comparison) -> list[str]:
    """Return what a comparison came to, as parts: sides and counts, then the findings in words."""
    view = compare_view(comparison)
    words = Catalogue()
    counts = [(words.text(f"change.{kind}"), number) for kind, number, _ in view.counts]
    parts = [f"{span(view.baseline)} → {span(view.candidate)}\n"]
    if counts:
        parts.append(
            f"| {' | '.join(word for word, _ in counts)} |\n|{' ---: |' * len(counts)}\n"
            f"| {' | '.join(f'{number:,}' for _, number in counts)} |\n"
        )
    shown = [_finding(scenario, words) for scenario in view.scenarios[:_SCENARIOS]]
    left = len(view.scenarios) + view.more - len(shown)
    if left > 0:
        shown.append(f"- and {left:,} more: see `index.html`")
    if shown:
        parts.append("\n".join([*shown, ""]))
    return parts


def _finding(scenario: ScenarioView, words: Catalogue) -> str:
    said = " ".join([words.translate(phrase) for phrase in (scenario.said, *scenario.more)])
    bot = f" (bot {span(scenario.bot)})" if scenario.bot else ""
    return f"- {_TONES[scenario.tone]} {span(scenario.scenario)}{bot}: {said}"


def bots_changed(comparison: Comparison) -> list[str]:
    """Return, for each bot, what is different about it: version, model, settings, its prompt."""
    words = Catalogue()
    return [_bot(bot, words) for bot in compare_view(comparison).bots[:_BOTS]]


def _bot(bot: BotView, words: Catalogue) -> str:
    name = f"**Bot** {span(bot.name)}"
    if not bot.known:
        return f"{name}: {words.text('compare.unknown_bot')}\n"
    facts = [(words.text(key), before, after) for key, before, after in bot.facts]
    settings = [(span(key), before, after) for key, before, after in bot.differences]
    lines = [
        f"- {label}: {_value(before)} → {_value(after)}"
        for label, before, after in (*facts, *settings[:_DIFFERENCES])
    ]
    if len(settings) > _DIFFERENCES:
        lines.append(f"- and {len(settings) - _DIFFERENCES:,} more: see `index.html`")
    if bot.prompt:
        lines += ["", f"{words.text('fact.bot_prompt')}:", "", *diff_fence(bot.prompt)]
    if not lines:
        return f"{name}: {words.text('compare.same_bot')}\n"
    return "\n".join([name, "", *lines, ""])


def _value(text: str) -> str:
    return span(text) if text else "none"


def change_block(trial: TrialView) -> str:
    """Return what changed in a trial: verdicts that flipped, answers word by word."""
    if trial.diff is None:
        return ""
    kind = trial.diff.kind
    where = f"{span(trial.place)} · " if trial.place else ""
    lines = [
        f"### {SIGNS[kind]} {Catalogue().text(f'change.{kind}')} {span(trial.name)}",
        "",
        f"{where}bot {span(trial.bot)}",
        "",
    ]
    several = len(trial.diff.turns) > 1
    told = [turn for turn in trial.diff.turns if turn.flips or turn.answer not in ("same", "")]
    for turn in told[:_TURNS]:
        lines += _turn(turn, trial, several=several)
    if len(told) > _TURNS:
        lines += [f"and {len(told) - _TURNS} more turns", ""]
    return "\n".join(lines)


def _turn(turn: TurnDiffView, trial: TrialView, *, several: bool) -> list[str]:
    prompt = next((told.prompt for told in trial.turns if told.number == turn.number), "")
    number = f"turn {turn.number}, " if several else ""
    lines = labelled(f"{number}prompt", prompt)
    for flip in turn.flips[:5]:
        lines += _flip(flip, turn.number, trial)
    if len(turn.flips) > 5:
        lines += [f"and {len(turn.flips) - 5} more verdicts", ""]
    if turn.answer == "same":
        return [*lines, Catalogue().text("answer.same"), ""]
    alike = f" ({turn.similarity} alike)" if turn.similarity else ""
    return [*lines, f"answer{alike}:", "", *diff_fence(turn.tree)]


def _flip(flip: FlipView, number: int, trial: TrialView) -> list[str]:
    words = Catalogue()
    sign = "✗" if flip.after == "failed" else "✓" if flip.after == "passed" else "–"
    before, after = (
        words.text(f"status.{status or 'none'}") for status in (flip.before, flip.after)
    )
    name = f" {span(flip.name)}" if flip.name else ""
    lines = [f"- {sign} {span(flip.kind)}{name} {span(flip.place)}: {before} before, {after} now"]
    if flip.expected:
        lines.append(f"  - expected: {span(flip.expected)}")
    for turn in trial.turns:
        for verdict in turn.verdicts if turn.number == number else ():
            asked = (verdict.kind, verdict.name, verdict.expected)
            same = asked == (flip.kind, flip.name, flip.expected)
            if same and verdict.reason and flip.after == "failed":
                lines.append(f"  - why: {span(verdict.reason)}")
                return [*lines, ""]
    return [*lines, ""]


def mutation_parts(mutation: MutationReport) -> list[str]:
    """Return the scores, the lowest first, and then each of the first survivors, as parts."""
    view = mutation_view(mutation)
    words = Catalogue()
    weak = [score for score in view.scores if score.tone == "warning"]
    if not weak:
        return []
    parts = [_scores(weak, words)]
    survivors = [(score, found) for score in weak for found in score.survivors]
    parts += [_survivor(score, found, words) for score, found in survivors[:_SURVIVORS]]
    left = len(survivors) + view.more - min(len(survivors), _SURVIVORS)
    return [*parts, f"and {left:,} more: see `index.html`.\n"] if left > 0 else parts


def _scores(scores: Sequence[ScoreView], words: Catalogue) -> str:
    lines = [
        f"| {span(score.scenario)} | {score.score} | {score.caught} |"
        for score in scores[:_SCENARIOS]
    ]
    if len(scores) > _SCENARIOS:
        lines.append(f"\nand {len(scores) - _SCENARIOS:,} more: see `index.html`.")
    head = " | ".join(
        words.text(key) for key in ("fact.scenario", "mutations.score", "mutations.caught")
    )
    return "\n".join([f"| {head} |", "| --- | ---: | ---: |", *lines, ""])


def _survivor(score: ScoreView, found: SurvivorView, words: Catalogue) -> str:
    lines = [
        f"### {span(score.scenario)}: {span(found.spoiling)} was not caught",
        "",
        f"{span(found.trial)}, turn {found.turn}",
        "",
        *diff_fence(found.tree),
    ]
    if found.expectations:
        lines += [words.text("mutations.let_pass"), ""]
        lines += [f"- {span(one)}" for one in found.expectations[:_EXPECTATIONS]]
        more = len(found.expectations) - _EXPECTATIONS
        lines += [f"- and {more:,} more", ""] if more > 0 else [""]
    if found.hint:
        lines += labelled(words.text("mutations.hint").rstrip(":："), found.hint)
    return "\n".join(lines)
