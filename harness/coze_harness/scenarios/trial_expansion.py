"""Scenarios into trials: scenario × bot × case × repeat, each with its names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from coze_harness.messages import message
from coze_harness.model import CAPABILITIES, Target, TrialKey
from coze_harness.model.errors import ScenarioError, UsageError
from coze_harness.model.location import Location
from coze_harness.model.target import is_bot_id
from coze_harness.model.trial import Trial
from coze_harness.scenarios.error_collector import ErrorCollector
from coze_harness.scenarios.name_rules import file_name_part, file_stem, fold_name
from coze_harness.scenarios.scenario import BotReference, CaseInstance, Scenario
from coze_harness.scenarios.target_rules import own_workflow_kind, unsupported_keys
from coze_harness.text.spelling import with_suggestion


def expand_trials(
    scenarios: Iterable[Scenario],
    bots: Mapping[str, Target],
    default_bot: str = "",
    chosen_bots: Sequence[str] | None = None,
    repeat: int | None = None,
    cassettes: str = "",
    judge_bot: str = "",
) -> list[Trial]:
    """Return the trials of scenarios: by scenario, then bot, case and repeat.

    Args:
        scenarios: the scenarios.
        bots: the project's, by name.
        default_bot: for scenarios that name none; a name or an id.
        chosen_bots: names or ids that replace every scenario's own bots; workflows stay.
        repeat: replaces every scenario's own.
        cassettes: the folder of recordings, as trials show it.
        judge_bot: judges scenarios that name no judge; a name or an id.

    Raises:
        ScenarioErrors: scenarios with an unknown bot or judge or none, with a tester that cannot
            play the user, or trials of the same name.
        UsageError: a chosen bot is unknown, or `repeat` is below 1.
    """
    lookup = _BotLookup(bots, default_bot)
    chosen_targets = None if chosen_bots is None else [lookup.find(word) for word in chosen_bots]
    if repeat is not None and repeat < 1:
        raise UsageError(
            message("option.below_one", option="--repeat", value=repeat),
            next_step=message("option.below_one.next"),
        )
    errors = ErrorCollector()
    trials: list[Trial] = []
    for scenario in scenarios:
        try:
            own = lookup.bots_of(scenario)
        except ScenarioError as error:
            if chosen_targets is None:
                errors.add(error)
                continue
            own = []
        folder = "/".join(part for part in (cassettes, scenario.folder) if part)
        selected = own if scenario.workflow else chosen_targets or own
        if selected is chosen_targets:
            for target in chosen_targets:
                keys = scenario.limited_keys
                errors.extend(unsupported_keys(target.kind, keys, target.name))
        tester: Target | None = None
        with errors:
            tester = lookup.tester_of(scenario, selected)
        judge: Target | None = None
        with errors:
            judge = lookup.judge_of(scenario, judge_bot)
        count = repeat or scenario.repeat
        trials += _scenario_trials(scenario, own, selected, count, folder, tester, judge)
    errors.extend(_check_ids(trials))
    errors.raise_all()
    return trials


def _check_ids(trials: Sequence[Trial]) -> Iterator[ScenarioError]:
    """Yield an error for each id that another trial has already (`a` with case `b`, and `a[b]`)."""
    first: dict[str, Trial] = {}
    for trial in trials:
        other = first.setdefault(trial.key.id, trial)
        if other is not trial:
            yield ScenarioError(
                message("scenario.duplicate_id", id=trial.key.id),
                where=trial.location,
                detail=[message("scenario.duplicate_id.other", place=str(other.location))],
                next_step=message("scenario.duplicate_id.next"),
            )


def check_bots(bots: Mapping[str, Target], default_bot: str = "") -> Callable[[Scenario], object]:
    """Return a check for `load_scenarios`: it raises an error for unknown bots of a scenario."""
    return _BotLookup(bots, default_bot).bots_of


def find_bot(word: str, bots: Mapping[str, Target], default_bot: str) -> Target:
    """Return a bot by its name in harness.yaml or by its id; without a word, the default one.

    Raises:
        UsageError: there is no such bot.
    """
    if not (word or default_bot):
        raise UsageError(message("bot.none"), next_step=message("bot.none.next"))
    return _BotLookup(bots, default_bot).find(word or default_bot)


class _BotLookup(Struct, frozen=True):
    """Finds bots by name or id."""

    bots: Mapping[str, Target]
    default: str

    def bots_of(self, scenario: Scenario) -> list[Target]:
        """Return a scenario's bots, or the default one; a workflow stands in for a bot.

        Raises:
            ScenarioErrors: bots are unknown, or there is none.
        """
        if scenario.workflow:
            kind = own_workflow_kind(scenario.limited_keys)
            name = f"workflow:{scenario.workflow}"
            return [Target(name=name, id=scenario.workflow, kind=kind)]
        errors = ErrorCollector()
        references = scenario.bots
        if not references and self.default:
            references = (BotReference(self.default, Location("harness.yaml")),)
        if not references:
            errors.add(
                ScenarioError(
                    message("bot.none_of_scenario", scenario=scenario.name),
                    where=scenario.location,
                    next_step=message("bot.none_of_scenario.next"),
                )
            )
        bots = []
        for reference in references:
            with errors:
                target = self._named_in_scenario(reference.word, reference.location)
                bots.append(target)
                errors.extend(unsupported_keys(target.kind, scenario.limited_keys, target.name))
        errors.raise_all()
        return bots

    def tester_of(self, scenario: Scenario, bots: Sequence[Target]) -> Target | None:
        """Return the target that plays a scenario's user; `None` if its prompts are in the file.

        Raises:
            ScenarioError: it is unknown, no chat, or one of the bots that are tested.
        """
        reference = scenario.tester
        if reference is None:
            return None
        where = reference.location
        tester = self._named_in_scenario(reference.word, where)
        kind = tester.capabilities
        if "prompt" not in kind.scenario_keys:
            chats = tuple(
                one.title for one in CAPABILITIES.values() if "prompt" in one.scenario_keys
            )
            raise ScenarioError(
                message("simulate.no_chat", tester=tester.name, target=kind.title),
                where=where,
                next_step=message("simulate.no_chat.next", targets=chats),
            )
        if any((bot.id, bot.url) == (tester.id, tester.url) for bot in bots):
            raise ScenarioError(
                message("simulate.same_bot", tester=tester.name),
                where=where,
                next_step=message("simulate.same_bot.next"),
            )
        return tester

    def judge_of(self, scenario: Scenario, default: str) -> Target | None:
        """Return the bot that judges a scenario; `None` if no expectation needs one.

        Raises:
            ScenarioError: it is unknown, or there is none.
        """
        where = scenario.judge.location if scenario.judge else scenario.judged_at
        word = scenario.judge.word if scenario.judge else default
        if scenario.judged_at is None:
            return None
        if not word:
            raise ScenarioError(
                message("judge.none"),
                where=where,
                next_step=message("judge.none.next", code="{bot: NAME}"),
            )
        judge = self._named_in_scenario(word, where)
        if "prompt" not in judge.capabilities.scenario_keys:
            raise ScenarioError(
                message("judge.no_chat", judge=judge.name, kind=judge.kind.value),
                where=where,
                next_step=message("judge.no_chat.next"),
            )
        return judge

    def _named_in_scenario(self, word: str, where: Location | None) -> Target:
        try:
            return self.find(word)
        except UsageError as error:
            raise ScenarioError(error.what, where=where, next_step=error.next_step) from error

    def find(self, word: str) -> Target:
        """Return a bot by its name or id.

        Raises:
            UsageError: it is unknown.
        """
        if word in self.bots:
            return self.bots[word]
        if is_bot_id(word):
            return Target(name=word, id=word)
        what = with_suggestion(message("bot.unknown", bot=word), word, self.bots)
        step = message("bot.unknown.next", bots=tuple(self.bots))
        raise UsageError(what, next_step=step if self.bots else message("bot.unknown_alone.next"))


def _scenario_trials(
    scenario: Scenario,
    own: Sequence[Target],
    bots: Sequence[Target],
    repeat: int,
    folder: str,
    tester: Target | None,
    judge: Target | None,
) -> Iterator[Trial]:
    only_id = own[0].id if len(own) == 1 else ""
    name_part = file_name_part(scenario.name)
    label_parts = _label_parts(scenario.cases)
    for bot in bots:
        bot_name = "" if bot.id == only_id else bot.name
        safe_bot, is_changed = file_name_part(bot_name) if bot_name else ("", False)
        for case, label_part in zip(scenario.cases, label_parts, strict=True):
            parts = [name_part]
            trial_id = scenario.name
            if bot_name:
                trial_id += f"@{bot_name}"
                parts.append((f"@{safe_bot}", is_changed))
            if case.label:
                trial_id += f"[{case.label}]"
                parts.append(label_part)
            for number in range(1, repeat + 1):
                yield Trial(
                    key=_key(scenario, bot, case, number, trial_id, parts, folder),
                    bot=bot,
                    options=case.options,
                    script=case.script,
                    description=scenario.description,
                    known_failure=scenario.known_failure,
                    min_pass_rate=scenario.min_pass_rate,
                    max_increase=scenario.max_increase,
                    stop_on_failure=scenario.stop_on_failure,
                    tester=tester,
                    judge=judge,
                )


def _label_parts(cases: Sequence[CaseInstance]) -> list[tuple[str, bool]]:
    """Return each case's part of a file name; labels that differ only in case count as changed."""
    parts = [file_name_part(case.label) for case in cases]
    if len(parts) == 1:
        return [(f"+{parts[0][0]}", parts[0][1])]
    folded_names = [fold_name(text) for text, _ in parts]
    counts = Counter(folded_names)
    return [
        (f"+{text}", is_changed or counts[name] > 1)
        for name, (text, is_changed) in zip(folded_names, parts, strict=True)
    ]


def _key(
    scenario: Scenario,
    bot: Target,
    case: CaseInstance,
    number: int,
    trial_id: str,
    parts: list[tuple[str, bool]],
    folder: str,
) -> TrialKey:
    if number > 1:
        trial_id = f"{trial_id}#{number}"
        parts = [*parts, (f"~{number}", False)]
    file = f"{file_stem(parts, (scenario.name, trial_id))}.yaml"
    return TrialKey(
        id=trial_id,
        scenario=scenario.name,
        file=scenario.file,
        line=scenario.location.line,
        bot=bot.name,
        case=case.label,
        trial=number,
        tags=scenario.tags,
        cassette=f"{folder}/{file}" if folder else file,
    )
