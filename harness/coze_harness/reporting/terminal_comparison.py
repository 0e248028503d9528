"""How a comparison reads in the terminal: what is worse first, then why, then what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from coze_harness.model import (
    Assessment,
    BotComparison,
    ChangeKind,
    Comparison,
    Run,
    ScenarioComparison,
    TrialResult,
)
from coze_harness.reporting.safe_text import format_count, single_line
from coze_harness.reporting.terminal_trials import change_lines
from coze_harness.reporting.terminal_writer import StyledText, TerminalWriter, TextStyle
from coze_harness.text import DiffOperation, diff_lines

_MOST: Final = 10
_MOST_ANSWERS: Final = 5
_MOST_LINES: Final = 20
_LABEL: Final = 12


def summary(
    comparison: Comparison,
    kept: Mapping[ChangeKind, Sequence[TrialResult]],
    unusable: Sequence[TrialResult],
    pen: TerminalWriter,
    *,
    brief: bool = False,
) -> list[str]:
    """Return a comparison as lines, without what to do next.

    Args:
        comparison: what it came to.
        kept: trials to show, by how they changed; the first of a scenario stands for all of its.
        unusable: trials that could not be judged or compared, or of which something is remarked.
        pen: writes the lines.
        brief: a line a scenario that regressed, and one a trial that could not be judged.
    """
    teller = _Teller(comparison, kept, pen)
    if brief:
        return [*teller.names_of_worse(), *teller.names_of_unusable(unusable)]
    return [
        pen.line("baseline    ", single_line(comparison.baseline)),
        pen.line("candidate   ", single_line(comparison.candidate)),
        *teller.worse(),
        *teller.not_judged(unusable),
        *teller.may_be_luck(),
        *teller.better(),
        *teller.answers(),
        *_rest(comparison, pen),
        *_why(comparison.bots, pen),
        *teller.flaky(),
    ]


def closing(run: Run, folder: str) -> str:
    """Return the last line: what regressed, the counts, where the report is."""
    found = run.comparison
    regressed = sum(one.regressed for one in found.scenarios) if found else 0
    said = format_count(regressed, "scenario") + " regressed" if regressed else "Nothing regressed"
    counts = found.counts if found else {}
    numbers = [f"{counts[kind]:,} {word}" for kind, word in _COUNTED.items() if counts.get(kind)]
    if run.interrupted:
        said = f"Interrupted: {said[0].lower()}{said[1:]} so far"
    trials = f" ({', '.join(numbers)})" if numbers else ""
    where = single_line(folder, 1_000).rstrip("/\\")
    return f"{said}{trials}.  report: {where}/index.html"


_COUNTED: Final = {
    ChangeKind.REGRESSED: "worse",
    ChangeKind.BROKEN: "not judged",
    ChangeKind.IMPROVED: "better",
    ChangeKind.DIFFERENT: "different",
    ChangeKind.REWORDED: "reworded",
    ChangeKind.SAME: "the same",
    ChangeKind.NEW: "new",
    ChangeKind.MISSING: "missing",
}


def rate_words(change: ScenarioComparison) -> str:
    """Return how often a scenario passed before and now, and what to think of that."""
    before, after = change.before, change.after
    if not before.trials or not after.trials:
        return "" if before.trials or not after.trials else _passes(after.passed, after.trials)
    if before.trials == after.trials == 1:
        was, now = "passed" if before.passed else "failed", "passes" if after.passed else "fails"
        said = f"{was} before, {now} now"
    else:
        said = f"{_share(before.passed, before.trials)} before, "
        said += f"{_share(after.passed, after.trials)} now"
    if change.assessment is not Assessment.DOUBTFUL:
        return f"{said}: a real change" if change.assessment is Assessment.REAL else said
    if before.trials == after.trials == 1:
        if after.passed:
            return said
        return said + (f"; --repeat {change.repeats} would tell" if change.repeats else "")
    more = f"; --repeat {change.repeats} would tell" if change.repeats else ""
    return f"{said}: may be luck{more}"


def _passes(passed: int, trials: int) -> str:
    return f"{_share(passed, trials)} now, and no baseline"


def _share(passed: int, trials: int) -> str:
    return f"{passed:,} of {trials:,}"


class _Teller:
    """Tells of scenarios and of the trials that show best what changed in them."""

    def __init__(
        self,
        comparison: Comparison,
        kept: Mapping[ChangeKind, Sequence[TrialResult]],
        pen: TerminalWriter,
    ) -> None:
        self._scenarios = comparison.scenarios
        self._kept = kept
        self._pen = pen
        bots: dict[str, set[str]] = {}
        for one in comparison.scenarios:
            bots.setdefault(one.scenario, set()).add(one.bot)
        self._several = {name for name, asked in bots.items() if len(asked) > 1}

    def worse(self) -> Iterator[str]:
        found = [one for one in self._scenarios if one.regressed]
        yield from self._scenes("REGRESSED", TextStyle.BAD, found, ChangeKind.REGRESSED)

    def names_of_worse(self) -> Iterator[str]:
        """Tell the scenarios that regressed, each on a line."""
        for one in self._scenarios:
            if one.regressed:
                yield self._pen.line(
                    StyledText("REGRESSED", TextStyle.BAD),
                    f"  {self._name(one)}: {rate_words(one)}",
                )

    def names_of_unusable(self, unusable: Sequence[TrialResult]) -> Iterator[str]:
        """Tell the trials that could not be judged, each on a line."""
        for result in unusable:
            if error := result.error:
                said = f"  {single_line(result.key.id)}: {single_line(error.what)}"
                yield self._pen.line(StyledText("NOT JUDGED", TextStyle.BAD), said)

    def may_be_luck(self) -> Iterator[str]:
        found = [one for one in self._scenarios if not one.regressed and _trend(one) < 0]
        yield from self._scenes("DOUBTFUL", TextStyle.DOUBT, found, ChangeKind.REGRESSED)

    def better(self) -> Iterator[str]:
        found = [one for one in self._scenarios if not one.regressed and _trend(one) > 0]
        yield from self._scenes("IMPROVED", TextStyle.GOOD, found, ChangeKind.IMPROVED)

    def answers(self) -> Iterator[str]:
        """Tell of answers that say something else although the verdict is the same."""
        found = self._kept.get(ChangeKind.DIFFERENT, ())
        for result in found[:_MOST_ANSWERS]:
            name = single_line(result.key.id)
            yield ""
            yield self._pen.line(
                StyledText("DIFFERENT", TextStyle.DOUBT), f"  {name}: the verdict is the same"
            )
            yield from change_lines(result, self._pen)

    def not_judged(self, unusable: Sequence[TrialResult]) -> Iterator[str]:
        for result in unusable[:_MOST]:
            yield ""
            error = result.error
            head = StyledText(
                "NOT JUDGED" if error else "REMARK", TextStyle.BAD if error else TextStyle.DOUBT
            )
            yield self._pen.line(head, f"  {single_line(result.key.id)}")
            for warning in result.warnings:
                yield f"  {single_line(warning, 600)}"
            if error:
                where = f"{error.where}: " if error.where else ""
                yield f"  {single_line(where + error.what, 600)}"
                yield from (f"    {single_line(line)}" for line in error.detail)
                if error.next_step:
                    yield f"    next: {single_line(error.next_step)}"
        if len(unusable) > _MOST:
            yield f"and {len(unusable) - _MOST:,} more: see the report"

    def flaky(self) -> Iterator[str]:
        found = [one for one in self._scenarios if one.flaky]
        if not found:
            return
        yield ""
        names = ", ".join(self._name(one) for one in found[:_MOST])
        more = f" and {len(found) - _MOST:,} more" if len(found) > _MOST else ""
        yield self._pen.line(StyledText("flaky", TextStyle.DOUBT), f"  {names}{more}")
        yield self._pen.line("  the same bot came to different verdicts")

    def _scenes(
        self, word: str, style: TextStyle, found: Sequence[ScenarioComparison], kind: ChangeKind
    ) -> Iterator[str]:
        shown = {_place(result): result for result in self._kept.get(kind, ())}
        for one in found[:_MOST]:
            yield ""
            words = rate_words(one)
            yield self._pen.line(
                StyledText(word, style), f"  {self._name(one)}" + (f": {words}" if words else "")
            )
            if result := shown.get(_of(one)):
                if result.key.id != one.scenario:
                    yield self._pen.line(f"  {single_line(result.key.id)}")
                yield from change_lines(result, self._pen)
        if len(found) > _MOST:
            yield f"and {len(found) - _MOST:,} more: see the report"

    def _name(self, one: ScenarioComparison) -> str:
        name = single_line(one.scenario)
        return f"{name} ({single_line(one.bot)})" if one.scenario in self._several else name


def _trend(change: ScenarioComparison) -> int:
    """Return whether a scenario passes more (above 0) or less often (below 0) than before."""
    before, after = change.before, change.after
    return after.passed * before.trials - before.passed * after.trials


def _of(change: ScenarioComparison) -> tuple[str, str]:
    return change.scenario, change.bot


def _place(result: TrialResult) -> tuple[str, str]:
    return result.key.scenario, result.key.bot


def _rest(comparison: Comparison, pen: TerminalWriter) -> Iterator[str]:
    numbers = [
        f"{comparison.counts[kind]:,} {word}"
        for kind, word in _COUNTED.items()
        if comparison.counts.get(kind)
    ]
    yield ""
    yield pen.line(_unlabelled("trials"), ", ".join(numbers) or "none")


def _unlabelled(label: str) -> str:
    return f"{label:<{_LABEL}}"


def _why(bots: Sequence[BotComparison], pen: TerminalWriter) -> Iterator[str]:
    """Yield what changed of each bot: version, model and settings, the prompt line by line."""
    for bot in bots:
        name = single_line(bot.bot)
        if not bot.known:
            warning = next(
                (side.warning for side in (bot.after, bot.before) if side and side.warning), ""
            )
            why = f": {single_line(warning)}" if warning else ""
            yield pen.line(_unlabelled("why"), f"{name}: what changed of it is not known{why}")
            continue
        if not bot.differences and not bot.prompt_changed:
            yield pen.line(_unlabelled("why"), f"{name}: nothing of the bot changed")
            continue
        yield pen.line(_unlabelled("why"), f"{name} changed")
        for one in bot.differences[:_MOST_LINES]:
            yield pen.line(f"  {single_line(one.name)}: {_value(one.before)} → {_value(one.after)}")
        if bot.prompt_changed and bot.before and bot.after:
            yield pen.line("  prompt:")
            yield from _prompt_lines(bot.before.prompt, bot.after.prompt, pen)


def _value(text: str) -> str:
    """Return a value for people: JSON but for plain texts, which need no quotes."""
    plain = text[1:-1] if text.startswith('"') and "\\" not in text else text
    return single_line(plain) or "(none)"


def _prompt_lines(before: str, after: str, pen: TerminalWriter) -> Iterator[str]:
    shown = 0
    for op, text in diff_lines(before, after):
        lines = text.removesuffix("\n").split("\n")
        if op is DiffOperation.SAME and len(lines) > 2:
            lines = [lines[0], "…", lines[-1]]
        for line in lines:
            if shown == _MOST_LINES:
                yield "    … (the report has it all)"
                return
            shown += 1
            yield pen.line(StyledText(f"    {_SIGN[op]} {single_line(line, 600)}", _TONE[op]))


_SIGN: Final = {DiffOperation.SAME: " ", DiffOperation.DEL: "-", DiffOperation.INS: "+"}
_TONE: Final = {
    DiffOperation.SAME: TextStyle.PLAIN,
    DiffOperation.DEL: TextStyle.BAD,
    DiffOperation.INS: TextStyle.GOOD,
}
