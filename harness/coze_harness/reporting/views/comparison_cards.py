"""A comparison as a list of decisions: one card for each scenario that changed, the worst first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from coze_harness.messages import LocalizedText, message
from coze_harness.messages.shell_word import shell_word
from coze_harness.model import (
    ChangeKind,
    Comparison,
    Run,
    ScenarioComparison,
    ScenarioState,
    TrialRow,
)
from coze_harness.reporting.views.card_phrases import (
    MAX_FACTS,
    CostView,
    cost_view,
    fact_texts,
    headline,
    overall_verdict,
    statistics,
    suggestion,
)
from coze_harness.reporting.views.card_turns import TrialCard
from coze_harness.reporting.views.comparison_view import (
    BotView,
    ComparisonView,
    exceeded_phrase,
    scenario_state,
)
from coze_harness.reporting.views.diff_view import read_tree
from coze_harness.reporting.views.failure_causes import FAILING
from coze_harness.reporting.views.row_order import STATUS_ORDER, count_passed, worst_row
from coze_harness.reporting.views.safe_text import HIDDEN, single_line
from coze_harness.reporting.views.view_model import anchor

if TYPE_CHECKING:
    from coze_harness.reporting.views.prompt_echo import PromptEcho

_ORDER: Final = (
    ScenarioState.REGRESSED,
    ScenarioState.UNDECIDED,
    ScenarioState.NOT_JUDGED,
    ScenarioState.FACTS_CHANGED,
    ScenarioState.FLAKY,
    ScenarioState.NOT_REGRESSED,
    ScenarioState.COST_CHANGED,
    ScenarioState.IMPROVED,
    ScenarioState.MISSING,
    ScenarioState.NEW,
    ScenarioState.TEXT_CHANGED,
    ScenarioState.UNCHANGED,
)
# An answer that still passes, but with a wrong price, is worse than a flaky one.
_SAFE: Final = (ScenarioState.TEXT_CHANGED, ScenarioState.IMPROVED)
_KINDS: Final = {kind.value: rank for rank, kind in enumerate(ChangeKind)}
_MAX_CARDS: Final = 200
_MAX_LINES: Final = 500
_MAX_NAMES: Final = 2_000
_MAX_CASES: Final = 8
_MAX_ECHOES: Final = 3
_MAX_PIPS: Final = 24
_SNIPPET: Final = 90


class CaseShare(NamedTuple):
    """A case of a scenario: how many of its repeats passed, and its first trial."""

    name: str
    passed: str
    status: str
    anchor: str


class EchoView(NamedTuple):
    """A change of the prompt that occurs again in a scenario; `line` is its id on the page."""

    phrase: LocalizedText
    line: str
    number: int
    is_removed: bool


class ReviewCard(NamedTuple):
    """A scenario with a bot, to decide about.

    `scenario` and `bot` are exact, for the file of decisions; `label` is for people. `pips` draw
    the attempts of each side: passed ones, then failed ones. `fails`: the candidate is accepted
    only with ``--failing``. `is_safe`: it passes with the same facts. `suggestion` is an
    expectation, as YAML, that would notice the change.
    """

    scenario: str
    bot: str
    label: str
    shown_bot: str
    anchor: str
    state: str
    tags: Sequence[str]
    place: str
    headline: LocalizedText
    shares: Sequence[tuple[str, str, Sequence[bool]]]
    statistics: Sequence[LocalizedText]
    echoes: Sequence[EchoView]
    cases: Sequence[CaseShare]
    more_cases: int
    case: str
    costs: Sequence[CostView]
    warnings: Sequence[LocalizedText]
    facts: Sequence[tuple[str, str, str]]
    card: TrialCard | None
    snippet: Sequence[tuple[str, str]]
    next_command: str
    next_phrase: LocalizedText
    trial: str
    ids: str
    fails: bool
    is_safe: bool
    suggestion: str


class CardGroup(NamedTuple):
    """The scenarios of one state: as cards, as lines, or as names; `more` are left out."""

    state: str
    shape: str
    number: int
    cards: Sequence[ReviewCard]
    more: int


class ReviewView(NamedTuple):
    """A comparison to decide about.

    `counts` has the number of scenarios for each state, the worst first, with the begin and the
    width (per cent) of its part of a bar. `same_in` has, by the line of a bot's prompt, the cards
    in which its change occurs again. `can_decide`: there are candidates, which `accept` takes.
    """

    verdict: LocalizedText
    counts: Sequence[tuple[str, int, str, str]]
    total: int
    groups: Sequence[CardGroup]
    to_decide: int
    same_in: Mapping[tuple[str, int, bool], Sequence[tuple[str, str]]]
    can_decide: bool


def review_view(
    run: Run,
    comparison: Comparison,
    view: ComparisonView,
    changes: Mapping[str, str],
    card_of: Callable[[TrialRow], TrialCard | None],
) -> ReviewView:
    """Return a comparison as cards.

    Args:
        run: the run, for its rows.
        comparison: its comparison.
        view: the same as all reports show it.
        changes: by the trial's id, the kind of its change.
        card_of: reads what a card shows of a trial.
    """
    rows: dict[tuple[str, str], list[TrialRow]] = {}
    for row in run.rows:
        rows.setdefault((row.key.scenario, row.key.bot), []).append(row)
    has_several_bots = len({one.bot for one in comparison.scenarios}) > 1
    by_state: dict[ScenarioState, list[ScenarioComparison]] = {state: [] for state in _ORDER}
    for one in comparison.scenarios:
        by_state[scenario_state(one)].append(one)
    bots = {bot.name: bot for bot in view.bots}
    reader = _CardReader(rows, changes, card_of, bots, has_several_bots)
    groups = [reader.group(state, scenarios) for state, scenarios in by_state.items() if scenarios]
    same_in: dict[tuple[str, int, bool], list[tuple[str, str]]] = {}
    for card in (card for group in groups for card in group.cards):
        for echo in card.echoes:
            place = (card.shown_bot, echo.number, echo.is_removed)
            same_in.setdefault(place, []).append((card.label, card.anchor))
    can_decide = view.sides[1].id != "compare.side.run"
    return ReviewView(
        overall_verdict(by_state, comparison),
        list(_counts(by_state)),
        len(comparison.scenarios),
        groups,
        sum([group.number for group in groups if group.shape != "names"]) if can_decide else 0,
        same_in,
        can_decide,
    )


def _counts(
    by_state: Mapping[ScenarioState, Sequence[object]],
) -> Iterator[tuple[str, int, str, str]]:
    total = sum([len(scenarios) for scenarios in by_state.values()])
    begin = 0.0
    for state, scenarios in by_state.items():
        if scenarios:
            width = 100 * len(scenarios) / total
            yield state.value, len(scenarios), f"{begin:.3f}", f"{width:.3f}"
            begin += width


class _CardReader(NamedTuple):
    """Makes the cards of a comparison."""

    rows: Mapping[tuple[str, str], Sequence[TrialRow]]
    changes: Mapping[str, str]
    card_of: Callable[[TrialRow], TrialCard | None]
    bots: Mapping[str, BotView]
    has_several_bots: bool

    def group(self, state: ScenarioState, changes: Sequence[ScenarioComparison]) -> CardGroup:
        shape, limit = "cards", _MAX_CARDS
        if state is ScenarioState.TEXT_CHANGED:
            shape, limit = "lines", _MAX_LINES
        elif state is ScenarioState.UNCHANGED:
            shape, limit = "names", _MAX_NAMES
        first = changes[:limit]
        cards = [self.card(one, state, is_short=shape == "names") for one in first]
        return CardGroup(state.value, shape, len(changes), cards, len(changes) - len(first))

    def card(
        self, change: ScenarioComparison, state: ScenarioState, *, is_short: bool
    ) -> ReviewCard:
        rows = self.rows.get((change.scenario, change.bot), ())
        worst = min(rows, key=self._rank) if rows else None
        trial = None if worst is None or is_short else self.card_of(worst)
        scenario, bot = single_line(change.scenario), single_line(change.bot)
        echoes = self._echoes(bot, trial, change)
        cases = list(_cases(rows)) if len({row.key.case for row in rows}) > 1 else []
        key = worst.key if worst else None
        calls = change.more_calls
        facts = list(map(fact_texts, change.facts[:MAX_FACTS]))
        return ReviewCard(
            _exact(change.scenario),
            _exact(change.bot),
            f"{scenario} ({bot})" if self.has_several_bots else scenario,
            bot,
            anchor(f"{change.scenario}@{change.bot}" if self.has_several_bots else change.scenario),
            state.value,
            [single_line(tag) for tag in key.tags] if key else [],
            f"{single_line(key.file)}:{key.line}" if key and key.line else "",
            headline(change, state),
            [
                _side(change.before.passed, change.before.trials),
                _side(change.after.passed, change.after.trials),
            ],
            statistics(change, state),
            echoes,
            cases[:_MAX_CASES],
            max(len(cases) - _MAX_CASES, 0),
            single_line(key.case) if key and cases else "",
            [cost_view(one) for one in change.cost],
            [exceeded_phrase(one) for one in change.cost if one.exceeded],
            facts,
            trial,
            _snippet(trial.turns[0].difference.tree) if trial and trial.turns else (),
            f"coze-harness compare {shell_word(scenario)} --budget {calls}" if calls else "",
            message("decide.more_calls", n=calls) if calls else LocalizedText(),
            anchor(key.id) if key else "",
            " ".join([shell_word(_exact(row.key.id)) for row in rows if row.key.trial == 1]),
            _fails(rows),
            state in _SAFE,
            suggestion(change) if state is ScenarioState.FACTS_CHANGED else "",
        )

    def _rank(self, row: TrialRow) -> tuple[int, int]:
        kind = _KINDS.get(self.changes.get(row.key.id, ""), len(_KINDS))
        return kind, STATUS_ORDER.index(row.status)

    def _echoes(
        self, bot: str, card: TrialCard | None, change: ScenarioComparison
    ) -> Sequence[EchoView]:
        view = self.bots.get(bot)
        if view is None or view.difference is None or card is None:
            return ()
        # Only a changed prompt needs it, and the facts of texts.
        from coze_harness.reporting.views.prompt_echo import ChangedTexts, find_echoes

        answers = [_sides(turn.difference.tree) for turn in card.turns]
        required = [
            flip.expected
            for turn in card.turns
            for flip in turn.difference.flips
            if flip.before == "passed" and flip.after == "failed"
        ]
        echoes = find_echoes(view.difference.changes, ChangedTexts(answers, required))
        return [_echo(one, bot) for one in echoes[:_MAX_ECHOES]]


def _echo(echo: PromptEcho, bot: str) -> EchoView:
    before, after = single_line(echo.before), single_line(echo.after)
    if echo.is_removed:
        phrase = message("decide.echo.line_removed", line=echo.number, text=before or after)
    elif not before:
        phrase = message("decide.echo.added", line=echo.number, text=after)
    elif not after:
        phrase = message("decide.echo.removed", line=echo.number, text=before)
    else:
        phrase = message("decide.echo.changed", line=echo.number, before=before, after=after)
    line = prompt_line_id(bot, echo.number, is_removed=echo.is_removed)
    return EchoView(phrase, line, echo.number, echo.is_removed)


def prompt_line_id(bot: str, number: int, *, is_removed: bool) -> str:
    """Return the id of a line of a prompt's difference on the page."""
    return f"p={anchor(bot)}-{'old' if is_removed else 'new'}-{number}"


def _sides(tree: str) -> tuple[str, str]:
    """Return both texts of a difference."""
    segments = list(read_tree(tree))
    return (
        "".join([text for op, text in segments if op != "ins"]),
        "".join([text for op, text in segments if op != "del"]),
    )


def _snippet(tree: str) -> Sequence[tuple[str, str]]:
    """Return the beginning of a difference for one line: from a little before the first change."""
    parts: list[tuple[str, str]] = []
    left = _SNIPPET
    for op, text in read_tree(tree):
        line = " ".join(text.split())
        if op == "same" and not parts and len(line) > _SNIPPET // 4:
            line = f"…{line[-(_SNIPPET // 5) :]}"
        if line:
            parts.append((op, line[:left] if len(line) <= left else f"{line[:left]}…"))
        left -= len(line)
        if left <= 0:
            break
    return parts


def _exact(name: str) -> str:
    """Return a name as it is; one that no YAML file can hold as it is shown."""
    return single_line(name) if HIDDEN.search(name) else name


def _cases(rows: Sequence[TrialRow]) -> Iterator[CaseShare]:
    """Yield the cases of a scenario, those that fail first."""
    groups: dict[str, list[TrialRow]] = {}
    for row in rows:
        groups.setdefault(row.key.case, []).append(row)
    for case, own in sorted(groups.items(), key=lambda pair: count_passed(pair[1]) / len(pair[1])):
        worst = worst_row(own)
        share = f"{count_passed(own)}/{len(own)}"
        yield CaseShare(single_line(case), share, worst.status.value, anchor(worst.key.id))


def _fails(rows: Sequence[TrialRow]) -> bool:
    return any(row.status in FAILING for row in rows if row.key.trial == 1)


def _side(passed: int, trials: int) -> tuple[str, str, Sequence[bool]]:
    """Return how many passed, of how many, and a mark for each as far as they can be drawn."""
    marks = [number < passed for number in range(trials)] if trials <= _MAX_PIPS else []
    return str(passed), str(trials), marks
