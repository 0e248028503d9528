"""From the keys of one scenario to a `Scenario`, with every error on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from msgspec import Struct

from coze_harness.expectations import build_expectation
from coze_harness.messages import message
from coze_harness.model import JSON, ChatOptions, replace
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location, SourcePositions
from coze_harness.model.project_code import ProjectCode
from coze_harness.model.target import is_bot_id
from coze_harness.scenarios.case_expansion import CaseExpander
from coze_harness.scenarios.case_files import CaseRow, read_cases
from coze_harness.scenarios.chat_option_rules import (
    check_chat_options,
    check_turn,
    exclusive_keys_error,
)
from coze_harness.scenarios.error_collector import ErrorCollector, shape_errors
from coze_harness.scenarios.expectation_template import DeclaredExpectation
from coze_harness.scenarios.name_rules import check_name
from coze_harness.scenarios.project_paths import ProjectPaths
from coze_harness.scenarios.scenario import BotReference, Scenario
from coze_harness.scenarios.scenario_keys import DEFAULTS, SCENARIO, ScenarioSpec
from coze_harness.scenarios.simulation_spec import SimulationSpec
from coze_harness.scenarios.target_rules import (
    limited_keys,
    own_workflow_kind,
    unsupported_keys,
)
from coze_harness.scenarios.template_renderer import (
    TemplateRenderer,
    has_placeholder,
    has_template,
)
from coze_harness.scenarios.tool_outputs import CompiledTools
from coze_harness.scenarios.turn_spec import (
    TurnContext,
    TurnSpec,
    compile_expectations,
    compile_turn,
)
from coze_harness.yaml_source.max_increase import read_max_increase

_WITHOUT_TEMPLATES: Final = (
    "name", "bot", "user_id", "conversation_id", "bot_version", "workflow",
)  # fmt: skip
"""Keys whose text is sent or shown as it is."""


class ScenarioSource(Struct, frozen=True):
    """The file that a scenario stands in.

    `path` and `folder` are absolute, `display_path` is relative to the project; `stem` is the name
    of a scenario that has none of its own.
    """

    path: str
    folder: str
    display_path: str
    stem: str
    has_templates: bool


class ScenarioBuilder:
    """Builds the scenarios of one project, and remembers the files that they name as cases."""

    def __init__(self, project: ProjectPaths) -> None:
        self._project = project
        self._renderer = TemplateRenderer()
        self._default_options = ChatOptions(user_id=project.user_id)
        self.case_files: set[str] = set()
        self._tags: dict[tuple[str, ...], tuple[str, ...]] = {}

    def build(
        self, data: Mapping[str, JSON], positions: SourcePositions, source: ScenarioSource
    ) -> Scenario:
        """Return the scenario that a mapping declares.

        Raises:
            ScenarioErrors: everything that is wrong with it.
        """
        errors = ErrorCollector()
        schema = DEFAULTS if "simulate" in data else SCENARIO
        errors.extend(shape_errors(data, schema, positions))
        if errors:
            _check_expectations(data, positions, self._project.code, errors)
            raise errors.combine()
        values = cast("dict[str, Any]", data)
        spec = ScenarioSpec(**values, keys=frozenset(data), positions=positions)
        name = spec.name or source.stem
        with errors:
            check_name(
                name, lambda: positions.at("name") if spec.name else Location(source.display_path)
            )
        errors.extend(_check_tags(spec))
        errors.extend(check_chat_options(spec))
        errors.extend(_check_target(spec))
        if source.has_templates:
            errors.extend(_check_plain_keys(spec))
        cases: Sequence[CaseRow] = ()
        with errors:
            cases = self._cases(spec, source)
        turns = self._turns(spec, source, errors)
        keys = limited_keys(spec)
        if spec.workflow:
            errors.extend(unsupported_keys(own_workflow_kind(keys), keys))
        errors.raise_all()
        tags = tuple(dict.fromkeys(spec.tags))
        expander = CaseExpander(spec, turns, self._renderer, self._default_options)
        return Scenario(
            name=name,
            file=source.display_path,
            folder=self._project.folder(source.path),
            location=positions.at(),
            description=spec.description,
            # One object for all scenarios that have the same.
            tags=self._tags.setdefault(tags, tags),
            bots=_bots(spec),
            workflow=spec.workflow,
            repeat=spec.repeat,
            min_pass_rate=spec.min_pass_rate,
            max_increase=read_max_increase(spec.max_increase),
            known_failure=spec.known_failure,
            stop_on_failure=spec.stop_on_failure,
            cases=expander.expand(cases),
            limited_keys=keys,
            tester=_bot_below("simulate", spec.simulate, positions),
            judge=_bot_below("judge", spec.judge, positions),
            judged_at=next(filter(None, map(TurnSpec.first_judge, turns)), None),
        )

    def _cases(self, spec: ScenarioSpec, source: ScenarioSource) -> Sequence[CaseRow]:
        if "cases" not in spec.keys:
            return (CaseRow({}, spec.positions.at()),)
        below = spec.positions.below("cases")
        return read_cases(spec.cases, below, source.folder, self._project, self.case_files)

    def _turns(
        self, spec: ScenarioSpec, source: ScenarioSource, errors: ErrorCollector
    ) -> list[TurnSpec]:
        context = TurnContext(
            source.folder,
            self._project,
            self._renderer,
            has_templates=source.has_templates,
            allows_empty_prompt=bool(spec.shortcut_command),
            is_streamed=spec.stream or bool(spec.workflow),
        )
        shared: CompiledTools = {}
        with errors:
            shared = context.compile_tools(spec.tools, spec.positions)
        turns: list[TurnSpec] = []
        if spec.simulate is not None:
            with errors:
                turns.append(_simulated_turn(spec, spec.simulate, shared, context))
        for index, turn in enumerate(spec.turns):
            below = spec.positions.below("turns", index)
            conflicts = [*check_turn(turn, below, spec, is_first=not index)]
            errors.extend(conflicts)
            if conflicts:
                continue
            with errors:
                turns.append(compile_turn(turn, shared, below, context))
        return _with_shared_expectations(turns, spec, context, errors)


def _simulated_turn(
    spec: ScenarioSpec, simulate: Mapping[str, Any], tools: CompiledTools, context: TurnContext
) -> TurnSpec:
    """Return the turn that all turns with a simulated user are like.

    Raises:
        ScenarioErrors: expectations that cannot be built, or that need the same prompts each time.
    """
    errors = ErrorCollector()
    if spec.turns:
        errors.add(exclusive_keys_error("simulate", "turns", spec.positions))
    below = spec.positions.below("simulate")
    until: Sequence[DeclaredExpectation] = ()
    with errors:
        until = compile_expectations(simulate["until"], below.below("until"), context)
    errors.raise_all()
    simulation = SimulationSpec(**{**simulate, "until": until}, positions=below)
    return TurnSpec(
        prompt=simulation.first,
        tools=tools or None,
        positions=spec.positions,
        context=context,
        simulation=simulation,
    )


def _with_shared_expectations(
    turns: list[TurnSpec], spec: ScenarioSpec, context: TurnContext, errors: ErrorCollector
) -> list[TurnSpec]:
    """Return turns with those of `every_turn`, the last one also with those of `expect`.

    A simulated user's turn has those of `expect` apart, since no turn is known to be the last.
    """
    positions = spec.positions
    if spec.every_turn:
        with errors:
            every = compile_expectations(spec.every_turn, positions.below("every_turn"), context)
            turns = [replace(turn, expect=(*turn.expect, *every)) for turn in turns]
    if spec.expect:
        with errors:
            final = compile_expectations(spec.expect, positions.below("expect"), context)
            if turns and (simulation := turns[-1].simulation):
                turns[-1] = replace(turns[-1], simulation=replace(simulation, expect=final))
            elif turns:
                turns[-1] = replace(turns[-1], expect=(*turns[-1].expect, *final))
    return turns


def _bot_below(
    key: str, value: Mapping[str, Any] | None, positions: SourcePositions
) -> BotReference | None:
    return BotReference(value["bot"], positions.at(key, "bot")) if value else None


def _bots(spec: ScenarioSpec) -> tuple[BotReference, ...]:
    if spec.bot:
        return (BotReference(spec.bot, spec.positions.at("bot")),)
    return tuple(
        BotReference(word, spec.positions.at("bots", index)) for index, word in enumerate(spec.bots)
    )


def _check_target(spec: ScenarioSpec) -> Iterator[ScenarioError]:
    """Yield an error for each conflict between the keys that say whom a scenario talks to."""
    positions = spec.positions
    if spec.workflow:
        for key in ("bot", "bots"):
            if key in spec.keys:
                yield exclusive_keys_error("workflow", key, positions)
        if not is_bot_id(spec.workflow) and not has_placeholder(spec.workflow):
            yield ScenarioError(
                message("scenario.workflow_id", id=spec.workflow),
                where=positions.at("workflow"),
                next_step=message("scenario.workflow_id.next"),
            )
    if spec.bot and spec.bots:
        yield exclusive_keys_error("bots", "bot", positions)
    for index, word in enumerate(spec.bots):
        if word in spec.bots[:index]:
            yield ScenarioError(
                message("scenario.duplicate_bot", bot=word),
                where=positions.at("bots", index),
                next_step=message("scenario.duplicate_bot.next"),
            )


def _check_tags(spec: ScenarioSpec) -> Iterator[ScenarioError]:
    """Yield an error for each unquoted tag with a full-width comma: it is one tag, not several."""
    for index, tag in enumerate(spec.tags):
        if ("，" in tag or "、" in tag) and spec.positions.source("tags", index) == tag:
            words = ", ".join(word.strip() for word in re.split("[，、]", tag))
            yield ScenarioError(
                message("scenario.wide_comma", tag=tag),
                where=spec.positions.at("tags", index),
                next_step=message("scenario.wide_comma.next", tags=f"[{words}]"),
            )


def _check_plain_keys(spec: ScenarioSpec) -> Iterator[ScenarioError]:
    for key in _WITHOUT_TEMPLATES:
        if has_placeholder(getattr(spec, key)):
            yield ScenarioError(
                message("template.not_filled", key=key),
                where=spec.positions.at(key),
                next_step=message("template.not_filled.next"),
            )


def _check_expectations(
    data: Mapping[str, JSON], positions: SourcePositions, code: ProjectCode, errors: ErrorCollector
) -> None:
    """Collect the errors of expectations in a scenario whose keys are wrong, as far as possible.

    Those with templates are checked once the scenario can be filled.
    """
    lists = [(data.get(key), positions.below(key)) for key in ("every_turn", "expect")]
    simulate = data.get("simulate")
    if isinstance(simulate, dict):
        lists.append((simulate.get("until"), positions.below("simulate", "until")))
    turns = data.get("turns")
    for index, turn in enumerate(turns if isinstance(turns, list) else ()):
        if isinstance(turn, dict):
            lists.append((turn.get("expect"), positions.below("turns", index, "expect")))
    for items, below in lists:
        for number, item in enumerate(items if isinstance(items, list) else ()):
            if not has_template(item):
                with errors:
                    build_expectation(item, below.below(number), code)
