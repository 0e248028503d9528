"""Comparisons and surviving mutants in summary.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Final, TypeAlias

from coze_harness.messages import Catalogue, message
from coze_harness.model import ChangeKind
from coze_harness.reporting.files.markdown_escape import code_span, fence, labelled_fence
from coze_harness.reporting.views.diff_view import read_tree
from coze_harness.reporting.views.safe_text import truncate_text
from coze_harness.reporting.views.transcript import labelled_text
from coze_harness.reporting.views.view_model import FlipView, TrialView, TurnDiffView

if TYPE_CHECKING:  # a run without a comparison or mutants imports this module, too
    from coze_harness.reporting.views.comparison_view import BotView, ComparisonView, ScenarioView
    from coze_harness.reporting.views.mutation_view import (
        MutationView,
        ScoreView,
        SurvivorView,
    )

# The kinds of changes that are shown one by one, and their icons.
CHANGE_ICONS: Final[Mapping[str, str]] = {
    ChangeKind.REGRESSED.value: "✗",
    ChangeKind.BROKEN.value: "!",
    ChangeKind.FACTS_CHANGED.value: "≠",
    ChangeKind.IMPROVED.value: "✓",
    ChangeKind.DIFFERENT.value: "≠",
    ChangeKind.MISSING.value: "–",
}
_TONE_ICONS: Final = {"failed": "✗", "warning": "!", "passed": "✓"}
_MAX_SCENARIOS: Final = 15
_MAX_TURNS: Final = 3
_MAX_FLIPS: Final = 5
_MAX_DIFFERENCES: Final = 10
_MAX_BOTS: Final = 5
_MAX_SURVIVORS: Final = 20
_MAX_EXPECTATIONS: Final = 5


def comparison_head(view: ComparisonView, words: Catalogue) -> list[str]:
    """Return the parts of a comparison: sides and counts, then the scenarios."""
    parts = [f"{' → '.join(code_span(words.text(side)) for side in view.sides)}\n"]
    if view.suite:
        parts.append(f"{words.text(view.suite)}\n")
    if view.cost:
        parts.append(f"{words.text(view.cost)}\n")
    lines = [_scenario(scenario, words) for scenario in view.scenarios[:_MAX_SCENARIOS]]
    left = len(view.scenarios) + view.more - len(lines)
    if left > 0:
        lines.append(f"- {words.text(message('comparison.more', n=left))}")
    if lines:
        parts.append("\n".join([*lines, ""]))
    return parts


def _scenario(scenario: ScenarioView, words: Catalogue) -> str:
    params = {**scenario.assessment.params, "name": code_span(scenario.label)}
    sentences = (message(scenario.assessment.id, **params), *scenario.notes)
    return f"- {_TONE_ICONS[scenario.tone]} {words.sentences(sentences)}"


def bot_changes(view: ComparisonView, words: Catalogue) -> list[str]:
    """Return what changed about each bot: version, model, settings, prompt."""
    return [_bot(bot, words) for bot in view.bots[:_MAX_BOTS]]


def _bot(bot: BotView, words: Catalogue) -> str:
    name = words.text(message("comparison.bot", name=code_span(bot.name)))
    if not bot.known:
        unknown = words.word("compare.unknown_bot")
        return f"{words.text(message('markdown.labelled', name=name, text=unknown))}\n"
    facts = [(words.word(key), before, after) for key, before, after in bot.facts]
    settings = [(code_span(key), before, after) for key, before, after in bot.differences]
    lines = [
        _bullet(label, f"{_value(before, words)} → {_value(after, words)}", words)
        for label, before, after in (*facts, *settings[:_MAX_DIFFERENCES])
    ]
    if len(settings) > _MAX_DIFFERENCES:
        more = message("comparison.more", n=len(settings) - _MAX_DIFFERENCES)
        lines.append(f"- {words.text(more)}")
    if bot.prompt:
        lines += ["", words.word("markdown.bot_prompt"), "", *diff_fence(bot.prompt)]
    if not lines:
        same = words.word("compare.same_bot")
        return f"{words.text(message('markdown.labelled', name=name, text=same))}\n"
    return "\n".join([name, "", *lines, ""])


def _bullet(label: str, text: str, words: Catalogue) -> str:
    return f"- {words.text(message('markdown.labelled', name=label, text=text))}"


def _value(text: str, words: Catalogue) -> str:
    return code_span(text) if text else words.word("comparison.none")


def change_block(trial: TrialView, words: Catalogue) -> str:
    """Return what changed in a trial: its verdicts, and its answers word by word."""
    if trial.diff is None:
        return ""
    kind = trial.diff.kind
    place = f"{code_span(trial.place)} · " if trial.place else ""
    lines = [
        f"### {CHANGE_ICONS[kind]} {_change_of_trial(kind, words)} {code_span(trial.name)}",
        "",
        f"{place}{words.text(message('comparison.of_bot', name=code_span(trial.bot)))}",
        "",
    ]
    has_turns = len(trial.diff.turns) > 1
    changed = [turn for turn in trial.diff.turns if turn.flips or turn.answer not in ("same", "")]
    for turn in changed[:_MAX_TURNS]:
        lines += _turn(turn, trial, words, has_turns=has_turns)
    if len(changed) > _MAX_TURNS:
        more = message("comparison.more_turns", n=len(changed) - _MAX_TURNS)
        lines += [words.text(more), ""]
    return "\n".join(lines)


def _change_of_trial(kind: str, words: Catalogue) -> str:
    """Return what happened to a trial; whether the scenario regressed is decided by all of them."""
    key = {"regressed": "markdown.now_fails", "improved": "markdown.now_passes"}.get(kind)
    return words.word(key or f"change.{kind}")


def _turn(turn: TurnDiffView, trial: TrialView, words: Catalogue, *, has_turns: bool) -> list[str]:
    prompt = next((one.prompt for one in trial.turns if one.number == turn.number), "")
    label = message("comparison.prompt_of", n=turn.number)
    label = label if has_turns else message("comparison.prompt")
    lines = labelled_fence(words.text(label), prompt)
    for flip in turn.flips[:_MAX_FLIPS]:
        lines += _flip(flip, turn.number, trial, words)
    if len(turn.flips) > _MAX_FLIPS:
        more = message("comparison.more_verdicts", n=len(turn.flips) - _MAX_FLIPS)
        lines += [words.text(more), ""]
    if turn.answer == "same":
        return [*lines, words.word("answer.same"), ""]
    answer = message("comparison.answer")
    if turn.similarity:
        answer = message("comparison.answer_similar", similarity=turn.similarity)
    return [*lines, words.text(answer), "", *diff_fence(turn.tree)]


def _flip(flip: FlipView, number: int, trial: TrialView, words: Catalogue) -> list[str]:
    icon = {"failed": "✗", "passed": "✓"}.get(flip.after, "–")
    before = words.word(f"status.{flip.before or 'none'}")
    after = words.word(f"status.{flip.after or 'none'}")
    name = f" {code_span(flip.name)}" if flip.name else ""
    head = f"- {icon} {code_span(flip.kind)}{name} {code_span(flip.place)}"
    change = words.text(message("comparison.flip", before=before, now=after))
    lines = [words.text(message("markdown.flip", head=head, change=change))]
    if flip.expected:
        lines.append(f"  - {labelled_text('expected', code_span(flip.expected), words)}")
    if flip.after == "failed" and (reason := _reason(flip, number, trial)):
        lines.append(f"  - {labelled_text('why', code_span(reason), words)}")
    return [*lines, ""]


def _reason(flip: FlipView, number: int, trial: TrialView) -> str:
    """Return why the expectation of a flip fails now."""
    for verdict in (v for turn in trial.turns if turn.number == number for v in turn.verdicts):
        same = (verdict.kind, verdict.name, verdict.expected) == flip[:3]
        if same and verdict.reason:
            return verdict.reason
    return ""


# --- mutation -----------------------------------------------------------------------------------


def mutation_parts(view: MutationView, words: Catalogue) -> list[str]:
    """Return the scores, lowest first, and the first survivors, each as a part."""
    weak = [score for score in view.scores if score.tone == "warning"]
    if not weak:
        return []
    if view.missing:
        rejected = [f"{words.text(message('mutation.rejected', n=view.rejected))}\n"]
        parts = [_example(words.text(one.title), one.example, words) for one in view.missing]
        return [_scores(weak, words), *parts, *(rejected if view.rejected else [])]
    survivors = [(score, survivor) for score in weak for survivor in score.survivors]
    first = survivors[:_MAX_SURVIVORS]
    parts = [
        _scores(weak, words),
        *(_survivor(score, survivor, words) for score, survivor in first),
    ]
    left = len(survivors) + view.more - len(first)
    return [*parts, f"{_more(left, words)}\n"] if left > 0 else parts


def _more(n: int, words: Catalogue) -> str:
    return words.text(message("comparison.more", n=n))


def _scores(scores: Sequence[ScoreView], words: Catalogue) -> str:
    lines = [
        f"| {code_span(score.scenario)} | {score.score} | {score.killed} |"
        for score in scores[:_MAX_SCENARIOS]
    ]
    if len(scores) > _MAX_SCENARIOS:
        lines.append(f"\n{_more(len(scores) - _MAX_SCENARIOS, words)}")
    keys = ("fact.scenario", "mutations.score", "mutations.caught")
    head = f"| {' | '.join(words.word(key) for key in keys)} |"
    return "\n".join([head, "| --- | ---: | ---: |", *lines, ""])


def _survivor(score: ScoreView, survivor: SurvivorView, words: Catalogue) -> str:
    names = {"scenario": code_span(score.scenario), "operator": code_span(survivor.operator)}
    return _example(words.text(message("mutation.survived", **names)), survivor, words)


def _example(title: str, survivor: SurvivorView, words: Catalogue) -> str:
    trial = code_span(survivor.trial)
    lines = [
        f"### {title}",
        "",
        words.text(message("mutate.place", trial=trial, turn=survivor.turn)),
        "",
        *diff_fence(survivor.tree),
    ]
    if survivor.expectations:
        lines += [words.word("mutations.let_pass"), ""]
        first = survivor.expectations[:_MAX_EXPECTATIONS]
        lines += [f"- {code_span(truncate_text(words.text(one)))}" for one in first]
        more = len(survivor.expectations) - len(first)
        lines += [f"- {words.text(message('page.and_more', n=more))}", ""] if more > 0 else [""]
    if survivor.hint:
        lines += labelled_fence(words.word("mutations.hint"), survivor.hint)
    return "\n".join(lines)


# --- differences --------------------------------------------------------------------------------

# Lines of a difference: GitHub colours those that begin with - or +, and inside them [-…-] was
# removed and {+…+} was added. This also shows a changed word in Chinese text.
_MAX_DIFF: Final = 1_500
# Unchanged characters and lines that are shown around a change.
_CONTEXT: Final = 30
_CONTEXT_LINES: Final = 1
_MARKS: Final = {"del": ("[-", "-]"), "ins": ("{+", "+}")}

_Line: TypeAlias = list[tuple[str, str]]
"""Segments: an operation (same, del, ins) and a text without line feeds."""


def diff_fence(tree: str) -> list[str]:
    """Return a difference (see `diff_tree`) as a fence; an empty list if there is none."""
    lines = list(_diff_lines(read_tree(tree)))
    if not any(line[0] in "-+" for line in lines):
        return []
    short: list[str] = []
    left = _MAX_DIFF
    for line in _near_changes(lines):
        short.append(line if len(line) <= left else f"{line[:left]}…")
        left -= len(short[-1])
        if left <= 0:
            short.append("  …")
            break
    return [*fence(short, "diff"), ""]


def _diff_lines(segments: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield whole lines: unchanged ones after two spaces, the others after ``-`` and ``+``."""
    old: list[_Line] = [[]]
    new: list[_Line] = [[]]
    for op, text in segments:
        for number, part in enumerate(text.split("\n")):
            if number and op == "same":
                yield from _changed_lines(old, new)
                old, new = [[]], [[]]
            elif number:
                (old if op == "del" else new).append([])
            for lines, other in ((old, "ins"), (new, "del")):
                if part and op != other:
                    lines[-1].append((op, part))
    yield from _changed_lines(old, new)


def _changed_lines(old: list[_Line], new: list[_Line]) -> Iterator[str]:
    """Yield the lines of two sides, without repeating those that both begin and end with."""
    head = _count_equal(old, new)
    tail = _count_equal(old[head:][::-1], new[head:][::-1])
    for line in old[:head]:
        yield f"  {_text(line)}"
    for sign, side in (("-", old), ("+", new)):
        if side != [[]]:
            changed = side[head : len(side) - tail]
            yield from (f"{sign} {_marked_line(line)}" for line in changed)
    for line in old[len(old) - tail :]:
        yield f"  {_text(line)}"


def _count_equal(old: Sequence[_Line], new: Sequence[_Line]) -> int:
    """Return how many lines both begin with."""
    same = (_text(one) == _text(other) for one, other in zip(old, new, strict=False))
    return sum(takewhile(bool, same))


def _text(line: _Line) -> str:
    return "".join([text for _, text in line])


def _marked_line(line: _Line) -> str:
    """Return a changed line with marks, or without them if all of it changed."""
    if not any(op == "same" and text.strip() for op, text in line):
        return _text(line)
    texts: list[str] = []
    for number, (op, text) in enumerate(line):
        if op == "same":
            texts.append(_shorten(text, first=number == 0, last=number == len(line) - 1))
        else:
            opening, closing = _MARKS[op]
            texts.append(f"{opening}{text}{closing}")
    return "".join(texts)


def _shorten(text: str, *, first: bool, last: bool) -> str:
    """Return an unchanged segment without its middle: only the ends that touch a change."""
    head = "" if first else text[:_CONTEXT]
    tail = "" if last else text[-_CONTEXT:]
    if (first and last) or len(text) <= len(head) + len(tail) + 1:
        return text
    return f"{head}…{tail}"


def _near_changes(lines: Sequence[str]) -> Iterator[str]:
    """Yield changed lines and their neighbours, with ``…`` for what is left out."""
    near = {
        number + offset
        for number, line in enumerate(lines)
        if line[0] in "-+"
        for offset in range(-_CONTEXT_LINES, _CONTEXT_LINES + 1)
    }
    skipped = False
    for number, line in enumerate(lines):
        if number in near:
            if skipped:
                yield "  …"
            yield line
        skipped = number not in near
    if skipped:
        yield "  …"
