"""From one scenario as it is written to a `Scenario`, with every fault on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from coze_harness.model import JSON, ChatOptions
from coze_harness.model.errors import ScenarioError, ScenarioErrors
from coze_harness.model.location import Location, SourcePositions
from coze_harness.scenarios.case_expansion import expand_cases
from coze_harness.scenarios.case_files import CaseRow, read_cases
from coze_harness.scenarios.chat_option_rules import check_chat_options, check_turn
from coze_harness.scenarios.declared import ScenarioSpec, parse_scenario
from coze_harness.scenarios.demands import check_demands
from coze_harness.scenarios.error_collector import ErrorCollector
from coze_harness.scenarios.name_rules import check_name
from coze_harness.scenarios.project_paths import ProjectPaths
from coze_harness.scenarios.scenario import BotReference, Scenario
from coze_harness.scenarios.template_renderer import TemplateRenderer, has_placeholder
from coze_harness.scenarios.tool_outputs import CompiledTools, compile_tools
from coze_harness.scenarios.trial_expansion import is_bot_id
from coze_harness.scenarios.turn_template import TurnContext, TurnTemplate, compile_turn

_UNFILLED: Final = ("name", "bot", "user_id", "conversation_id", "bot_version", "workflow")
"""Keys in which a template would be sent or shown as it stands."""


@dataclass(frozen=True, slots=True)
class ScenarioSource:
    """The file that a scenario stands in.

    `path` and `folder` are absolute, `shown` is relative to the project; `stem` is the name of a
    scenario that has none of its own; `marked` is whether the file has templates.
    """

    path: str
    folder: str
    shown: str
    stem: str
    marked: bool


class ScenarioBuilder:
    """Makes scenarios of one project, and remembers the files that they named as cases."""

    def __init__(self, project: ProjectPaths) -> None:
        self._project = project
        self._filler = TemplateRenderer()
        self._usual_options = ChatOptions(user_id=project.user_id)
        self.case_files: set[str] = set()
        self._tags: dict[tuple[str, ...], tuple[str, ...]] = {}

    def scenario(
        self, data: Mapping[str, JSON], places: SourcePositions, source: ScenarioSource
    ) -> Scenario:
        """Return the scenario that a mapping declares.

        Raises:
            ScenarioFaults: everything that is wrong with it.
        """
        faults = ErrorCollector()
        try:
            given = parse_scenario(data, places)
        except ScenarioErrors as misfits:
            faults.add(misfits)
            check_demands(data, places, faults)
            faults.raise_all()
            raise
        name = given.name or source.stem
        with faults:
            check_name(name, lambda: places.at("name") if given.name else Location(source.shown))
        with faults:
            check_chat_options(given, places)
        bots = _bots(given, places, faults)
        if source.marked:
            _refuse_marks(given, places, faults)
        cases = self._cases(given, places, source, faults)
        plans = self._plans(given, places, source, faults)
        faults.raise_all()
        filled = expand_cases(given, places, plans, cases, self._filler, self._usual_options)
        return Scenario(
            name=name,
            file=source.shown,
            folder=self._project.folder(source.path),
            location=places.at(),
            description=given.description,
            tags=self._tags_of(given),
            bots=bots,
            workflow=given.workflow,
            repeat=given.repeat,
            min_pass_rate=given.min_pass_rate,
            known_failure=given.known_failure,
            stop_on_failure=given.stop_on_failure,
            filled=tuple(filled),
        )

    def _tags_of(self, given: ScenarioSpec) -> tuple[str, ...]:
        """Return a scenario's tags: one object for all scenarios that have the same."""
        tags = tuple(dict.fromkeys(given.tags))
        return self._tags.setdefault(tags, tags)

    def _cases(
        self,
        given: ScenarioSpec,
        places: SourcePositions,
        source: ScenarioSource,
        faults: ErrorCollector,
    ) -> Sequence[CaseRow]:
        if "cases" in given.there:
            with faults:
                below = places.below("cases")
                named = self.case_files
                return read_cases(given.cases, below, source.folder, self._project, named)
        return (CaseRow("", {}, places.at()),)

    def _plans(
        self,
        given: ScenarioSpec,
        places: SourcePositions,
        source: ScenarioSource,
        faults: ErrorCollector,
    ) -> list[TurnTemplate]:
        silent = bool(given.shortcut_command)
        around = TurnContext(source.folder, self._project, self._filler, source.marked, silent)
        usual: CompiledTools | None = None
        if given.tools:
            with faults:
                usual = self._tools(given.tools, places, source)
        plans: list[TurnTemplate] = []
        for at, turn in enumerate(given.turns):
            below = places.below("turns", at)
            with faults:
                check_turn(turn, below, given, first=not at)
                tools = usual
                if turn.tools is not None:
                    own = self._tools(turn.tools, below, source)
                    tools = {**(usual or {}), **own} if own else None
                plans.append(
                    compile_turn(
                        turn.prompt, turn.expect, turn.attach, tools, turn.input, below, around
                    )
                )
        return plans

    def _tools(
        self, written: Mapping[str, JSON], places: SourcePositions, source: ScenarioSource
    ) -> CompiledTools:
        root = str(self._project.root)
        return compile_tools(written, places.below("tools"), root, marked=source.marked)


def _bots(
    given: ScenarioSpec, places: SourcePositions, faults: ErrorCollector
) -> tuple[BotReference, ...]:
    """Return the bots that a scenario names, in order."""
    for rival in ("bot", "bots") if given.workflow else ():
        if getattr(given, rival):
            faults.add(
                ScenarioError(
                    f'Both "{rival}" and "workflow" are there.',
                    where=places.key("workflow"),
                    detail=[f'"{rival}" is written at {places.key(rival)}'],
                    next_step="Keep one of them.",
                )
            )
    if given.workflow and not is_bot_id(given.workflow) and not has_placeholder(given.workflow):
        faults.add(
            ScenarioError(
                f'"{given.workflow}" is no workflow\'s id.',
                where=places.at("workflow"),
                next_step="Give the number in the address of the workflow's page, in quotes.",
            )
        )
    if given.bot and given.bots:
        faults.add(
            ScenarioError(
                'Both "bot" and "bots" are there.',
                where=places.key("bots"),
                detail=[f'"bot" is written at {places.key("bot")}'],
                next_step="Keep one of them.",
            )
        )
    for at, word in enumerate(given.bots):
        if word in given.bots[:at]:
            faults.add(
                ScenarioError(
                    f'The bot "{word}" is there twice.',
                    where=places.at("bots", at),
                    next_step="Take one out; `repeat:` asks a bot several times.",
                )
            )
    if given.bot:
        return (BotReference(given.bot, places.at("bot")),)
    return tuple(BotReference(word, places.at("bots", at)) for at, word in enumerate(given.bots))


def _refuse_marks(given: ScenarioSpec, places: SourcePositions, faults: ErrorCollector) -> None:
    for key in _UNFILLED:
        if has_placeholder(getattr(given, key)):
            faults.add(
                ScenarioError(
                    f'Templates are not filled in "{key}".',
                    where=places.at(key),
                    next_step="Write it out; prompts, expectations and variables are filled.",
                )
            )
