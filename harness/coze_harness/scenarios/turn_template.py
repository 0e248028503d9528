"""A trial's turns: filled when the file is loaded, or once the drawn values are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from coze_harness.expectations import asks_for, build_expectation
from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location, SourcePositions
from coze_harness.model.trial import Expectation, Tool, Turn
from coze_harness.scenarios.attachment_check import attachment
from coze_harness.scenarios.error_collector import ErrorCollector
from coze_harness.scenarios.expectation_template import ExpectationTemplate
from coze_harness.scenarios.project_paths import ProjectPaths
from coze_harness.scenarios.template_renderer import TemplateRenderer, has_template
from coze_harness.scenarios.tool_outputs import CompiledTools, OutputTemplate
from coze_harness.text import json_text as jsontext


@dataclass(frozen=True, slots=True)
class StaticScript:
    """A script that needs no drawn value: its turns were filled when the file was loaded."""

    filled: tuple[Turn, ...]

    @property
    def generated_names(self) -> frozenset[str]:
        """Return the names of the drawn values: none."""
        return frozenset()

    def turns(self, drawn: Mapping[str, str]) -> Sequence[Turn]:
        """Return the turns; `drawn` changes nothing."""
        return self.filled


@dataclass(frozen=True, slots=True)
class TemplatedScript:
    """A script whose templates use drawn values; one trial keeps what was drawn for it."""

    plans: tuple[TurnTemplate, ...]
    case: Mapping[str, JSON]
    generated_names: frozenset[str]

    def turns(self, drawn: Mapping[str, str]) -> Sequence[Turn]:
        """Return the turns, filled with the case's values and the drawn ones.

        Raises:
            ScenarioError: a template cannot be filled, or a drawn value is missing.
        """
        missing = sorted(self.generated_names - drawn.keys())
        if missing:
            raise ScenarioError(
                f"The recording holds no drawn value for {', '.join(missing)}.",
                where=self.plans[0].location,
                next_step="Record the scenario again.",
            )
        values = {**drawn, **self.case}
        return tuple(plan.turn(values) for plan in self.plans)


@dataclass(frozen=True, slots=True)
class TurnContext:
    """What the turns of one scenario share.

    `folder` is the scenario file's, absolute; `marked` tells whether the file has templates at all;
    `silent` whether a prompt may be empty, because a shortcut command asks by itself.
    """

    folder: str
    project: ProjectPaths
    filler: TemplateRenderer
    marked: bool
    silent: bool


@dataclass(frozen=True, slots=True)
class TurnTemplate:
    """One turn as it is written: what has no template in it is built, the rest is filled later.

    `expected` has an expectation for each item, or the item itself where it has a template.
    """

    prompt: str
    expected: tuple[Expectation | ExpectationTemplate, ...]
    attach: tuple[str, ...]
    tools: CompiledTools | None
    input: Mapping[str, JSON] | None
    places: SourcePositions
    location: Location
    around: TurnContext

    def templates(self) -> tuple[JSON, ...]:
        """Return everything in the turn that may hold a template."""
        open_items = [one.item for one in self.expected if isinstance(one, ExpectationTemplate)]
        tools = self.tools.values() if self.tools else ()
        open_outputs = [one.written for one in tools if isinstance(one, OutputTemplate)]
        return (self.prompt, self.attach, open_outputs, self.input, open_items)

    def templated(self) -> bool:
        """Tell whether anything in the turn is left to fill."""
        return self.around.marked and any(has_template(value) for value in self.templates())

    def turn(self, values: Mapping[str, JSON]) -> Turn:
        """Return the turn, filled.

        Raises:
            ScenarioError: a template cannot be filled, or what comes out cannot be used.
        """
        if not self.around.marked:
            built = tuple(one for one in self.expected if not isinstance(one, ExpectationTemplate))
            return self._finished(self.prompt, built, self.attach, self._tools({}), self.input)
        places = self.places
        filler = self.around.filler
        prompt = filler.text(self.prompt, values, partial(places.at, "prompt"))
        expectations = tuple(
            one.filled(values, filler) if isinstance(one, ExpectationTemplate) else one
            for one in self.expected
        )
        attach = tuple(
            filler.text(path, values, partial(places.at, "attach", at))
            for at, path in enumerate(self.attach)
        )
        given = self.input
        if given is not None:
            filled = filler.value(given, values, lambda path: places.at("input", *path))
            given = cast("Mapping[str, JSON]", filled)
        return self._finished(prompt, expectations, attach, self._tools(values), given)

    def _tools(self, values: Mapping[str, JSON]) -> Mapping[str, str | Tool] | None:
        if not self.tools:
            return None
        filler = self.around.filler
        return {
            name: one.filled(values, filler) if isinstance(one, OutputTemplate) else one
            for name, one in self.tools.items()
        }

    def _finished(
        self,
        prompt: str,
        expectations: tuple[Expectation, ...],
        attach: tuple[str, ...],
        tools: Mapping[str, str | Tool] | None,
        given: Mapping[str, JSON] | None,
    ) -> Turn:
        if given is not None:
            prompt = jsontext.dump_json(given).decode()
        elif not (prompt.strip() or attach or self.around.silent):
            raise ScenarioError(
                "The prompt is empty.",
                where=self.places.at("prompt"),
                next_step="Write what is said to the bot: `prompt: …`.",
            )
        folder, project = self.around.folder, self.around.project
        return Turn(
            prompt=prompt,
            expectations=expectations,
            location=self.location,
            attachments=tuple(
                attachment(path, self.places.at("attach", at), folder, project)
                for at, path in enumerate(attach)
            ),
            tools=tools,
            checks_status=any(asks_for(made, "status") for made in expectations),
            workflow_input=given,
        )


def compile_turn(
    prompt: str,
    expect: Sequence[JSON],
    attach: Sequence[str],
    tools: CompiledTools | None,
    given: Mapping[str, JSON] | None,
    places: SourcePositions,
    around: TurnContext,
) -> TurnTemplate:
    """Return the plan of a turn of the right shape, its untemplated expectations built.

    Raises:
        ScenarioFaults: expectations that cannot be built; all of them.
    """
    faults = ErrorCollector()
    expected: list[Expectation | ExpectationTemplate] = []
    for at, item in enumerate(expect):
        below = places.below("expect", at)
        if around.marked and has_template(item):
            expected.append(ExpectationTemplate(item, below))
            continue
        try:
            expected.append(build_expectation(item, below))
        except ScenarioError as fault:
            faults.add(fault)
    faults.raise_all()
    return TurnTemplate(
        prompt=prompt,
        expected=tuple(expected),
        attach=tuple(attach),
        tools=tools,
        input=given,
        places=places,
        location=places.at(),
        around=around,
    )
