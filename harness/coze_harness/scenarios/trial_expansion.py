"""Scenarios into trials: scenario × bot × case × repeat, each with its names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from coze_harness.model import Bot, TrialKey
from coze_harness.model.errors import ScenarioError, UsageError
from coze_harness.model.location import Location
from coze_harness.model.trial import Trial
from coze_harness.scenarios.error_collector import ErrorCollector
from coze_harness.scenarios.name_rules import file_name_part, file_stem, fold_name
from coze_harness.scenarios.scenario import BotReference, CaseInstance, Scenario
from coze_harness.text.spelling import suggest_word

_SHORTEST_ID = 6


def expand_trials(
    scenarios: Iterable[Scenario],
    bots: Mapping[str, Bot],
    default_bot: str = "",
    chosen_bots: Sequence[str] | None = None,
    repeat: int | None = None,
    cassettes: str = "",
) -> list[Trial]:
    """Return the trials of scenarios: by scenario, then bot, case and repeat.

    Args:
        scenarios: what to try.
        bots: the project's, by name.
        default_bot: for scenarios that name none; a name or an id.
        chosen_bots: names or ids that take the place of every scenario's own; a workflow stays.
        repeat: takes the place of every scenario's own.
        cassettes: the folder of recordings, as the trials shall name it.

    Raises:
        ScenarioFaults: scenarios with an unknown bot or none, or with trials of the same name.
        UsageError: a chosen bot is not known.
    """
    book = _BotLookup(bots, default_bot)
    chosen = None if chosen_bots is None else [book.chosen(word) for word in chosen_bots]
    if repeat is not None and repeat < 1:
        raise UsageError(f"--repeat is {repeat}.", next_step="Give a number from 1 on.")
    faults = ErrorCollector()
    made: list[Trial] = []
    for scenario in scenarios:
        try:
            own = book.own(scenario)
        except ScenarioError as fault:
            if chosen is None:
                faults.add(fault)
                continue
            own = []
        folder = "/".join(part for part in (cassettes, scenario.folder) if part)
        asked = own if scenario.workflow else chosen or own
        made += _of_scenario(scenario, own, asked, repeat or scenario.repeat, folder)
    _refuse_same_ids(made, faults)
    faults.raise_all()
    return made


def _refuse_same_ids(made: Sequence[Trial], faults: ErrorCollector) -> None:
    """Refuse names like `a [b]` beside a scenario `a` with a case `b`."""
    seen: dict[str, Trial] = {}
    for trial in made:
        other = seen.setdefault(trial.key.id, trial)
        if other is not trial:
            faults.add(
                ScenarioError(
                    f'Two trials would be called "{trial.key.id}".',
                    where=trial.location,
                    detail=[f"the other one is of the scenario at {other.location}"],
                    next_step="Rename one of the scenarios.",
                )
            )


def check_bots(bots: Mapping[str, Bot], default_bot: str = "") -> Callable[[Scenario], object]:
    """Return what makes sure that a scenario's bots are known, for `load` to tell with the rest."""
    return _BotLookup(bots, default_bot).own


@dataclass(frozen=True, slots=True)
class _BotLookup:
    """Finds bots by name or id."""

    bots: Mapping[str, Bot]
    default: str

    def find(self, word: str) -> Bot | None:
        bot = self.bots.get(word)
        if bot is None and is_bot_id(word):
            bot = Bot(name=word, id=word)
        return bot

    def own(self, scenario: Scenario) -> list[Bot]:
        """Return a scenario's bots, or the default one; a workflow stands in for a bot.

        Raises:
            ScenarioFaults: a bot is not known.
            ScenarioError: there is none.
        """
        if scenario.workflow:
            return [Bot(name=f"workflow:{scenario.workflow}", id=scenario.workflow)]
        wanted = scenario.bots
        if not wanted:
            if not self.default:
                raise ScenarioError(
                    f'The scenario "{scenario.name}" has no bot.',
                    where=scenario.location,
                    next_step="Add `bot: NAME`, or `default_bot: NAME` in harness.yaml.",
                )
            wanted = (BotReference(self.default, Location("harness.yaml")),)
        faults = ErrorCollector()
        found = []
        for name in wanted:
            bot = self.find(name.word)
            if bot is None:
                what, next_step = self._unknown(name.word)
                faults.add(ScenarioError(what, where=name.location, next_step=next_step))
            else:
                found.append(bot)
        faults.raise_all()
        return found

    def chosen(self, word: str) -> Bot:
        """Return the bot of an option.

        Raises:
            UsageError: it is not known.
        """
        bot = self.find(word)
        if bot is None:
            what, next_step = self._unknown(word)
            raise UsageError(f"--bot: {what}", next_step=next_step)
        return bot

    def _unknown(self, word: str) -> tuple[str, str]:
        known = ", ".join(self.bots) or "none"
        return (
            f'There is no bot "{word}".{suggest_word(word, self.bots)}',
            f"Name it under `bots:` in harness.yaml (there: {known}), or give its id in quotes.",
        )


def is_bot_id(word: str) -> bool:
    """Tell whether a word has the look of Coze's ids."""
    return len(word) >= _SHORTEST_ID and word.isascii() and word.isdecimal()


def _of_scenario(
    scenario: Scenario, own: Sequence[Bot], bots: Sequence[Bot], repeat: int, folder: str
) -> list[Trial]:
    single = own[0].id if len(own) == 1 else ""
    name_piece = file_name_part(scenario.name)
    labels = _case_pieces(scenario.filled)
    made = []
    for bot in bots:
        bot_name = "" if bot.id == single else bot.name
        safe_bot, changed = file_name_part(bot_name) if bot_name else ("", False)
        for case, label_piece in zip(scenario.filled, labels, strict=True):
            pieces = [name_piece]
            identity = scenario.name
            if bot_name:
                identity += f"@{bot_name}"
                pieces.append((f"@{safe_bot}", changed))
            if case.label:
                identity += f"[{case.label}]"
                pieces.append(label_piece)
            for number in range(1, repeat + 1):
                key = _key(scenario, bot, case, number, identity, pieces, folder)
                made.append(_trial(scenario, bot, case, key))
    return made


def _case_pieces(filled: Sequence[CaseInstance]) -> list[tuple[str, bool]]:
    """Return each case's piece of a file name; labels that differ only in case count as changed."""
    pieces = [file_name_part(case.label) for case in filled]
    if len(pieces) == 1:
        return [(f"+{pieces[0][0]}", pieces[0][1])]
    counts: dict[str, int] = {}
    keys = [fold_name(text) for text, _ in pieces]
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    return [
        (f"+{text}", changed or counts[key] > 1)
        for key, (text, changed) in zip(keys, pieces, strict=True)
    ]


def _key(
    scenario: Scenario,
    bot: Bot,
    case: CaseInstance,
    number: int,
    identity: str,
    pieces: list[tuple[str, bool]],
    folder: str,
) -> TrialKey:
    if number > 1:
        identity = f"{identity}#{number}"
        pieces = [*pieces, (f"~{number}", False)]
    file = f"{file_stem(pieces, (scenario.name, identity))}.yaml"
    return TrialKey(
        id=identity,
        scenario=scenario.name,
        file=scenario.file,
        line=scenario.location.line,
        bot=bot.name,
        case=case.label,
        trial=number,
        tags=scenario.tags,
        cassette=f"{folder}/{file}" if folder else file,
    )


def _trial(scenario: Scenario, bot: Bot, case: CaseInstance, key: TrialKey) -> Trial:
    return Trial(
        key=key,
        bot=bot,
        options=case.options,
        script=case.script,
        description=scenario.description,
        known_failure=scenario.known_failure,
        min_pass_rate=scenario.min_pass_rate,
        stop_on_failure=scenario.stop_on_failure,
    )
