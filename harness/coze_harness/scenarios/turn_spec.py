"""A turn as its file has it, and the scripts that fill the turns of a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast

from msgspec import Struct

from coze_harness.expectations import asks_for, build_expectation
from coze_harness.messages import message
from coze_harness.model import JSON, Attachment, Severity, replace
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location, SourcePositions
from coze_harness.model.trial import Expectation, MinScore, Tool, Turn
from coze_harness.scenarios.attachment_check import read_attachment
from coze_harness.scenarios.error_collector import ErrorCollector
from coze_harness.scenarios.expectation_template import (
    DeclaredExpectation,
    ExpectationTemplate,
    fill_expectations,
)
from coze_harness.scenarios.project_paths import ProjectPaths
from coze_harness.scenarios.simulation_spec import EXPECTATION, SimulationSpec
from coze_harness.scenarios.template_renderer import TemplateRenderer, has_template
from coze_harness.scenarios.tool_outputs import CompiledTools, OutputTemplate, compile_tools
from coze_harness.text import json_text
from coze_harness.yaml_source.record_schema import ANY_TEXT, TEXT, Schema, key, list_of

_TOOL: Final[Schema] = {
    "description": "Text, data to send as JSON text, or {python: package.module:function}.",
    "anyOf": [{"type": ["string", "object", "array"]}],
}
TOOLS: Final[Schema] = {"type": ["object", "null"], "additionalProperties": _TOOL}


class TurnContext(Struct, frozen=True):
    """What the turns of one scenario share.

    `folder` is the scenario file's, absolute; `has_templates` is false if the whole file has none;
    with `allows_empty_prompt`, a shortcut command stands in for the prompt. Without `is_streamed`,
    replies are polled.
    """

    folder: str
    project: ProjectPaths
    renderer: TemplateRenderer
    has_templates: bool
    allows_empty_prompt: bool
    is_streamed: bool

    def compile_tools(
        self, tools: Mapping[str, JSON] | None, positions: SourcePositions
    ) -> CompiledTools:
        """Return the tools that `tools:` declares in a mapping at `positions`.

        Raises:
            ScenarioErrors: every value that is neither an output nor a function.
        """
        if not tools:
            return {}
        root, has_templates = str(self.project.root), self.has_templates
        return compile_tools(tools, positions.below("tools"), root, has_templates=has_templates)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnSpec:
    """The keys of a turn, with everything built that has no template in it.

    The first `own_expectations` of `expect` are the turn's own; the scenario's follow them. With a
    `simulation`, it is the pattern of all turns, and `prompt` the first one.
    """

    prompt: str = key("", ANY_TEXT, "What is said to the bot. Templates are filled.")
    expect: Sequence[DeclaredExpectation] = key(
        (), list_of(EXPECTATION), "What the reply must satisfy. Plain text means contains."
    )
    min_score: float | None = key(
        None,
        {"type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 1},
        "The turn passes if the weighted mean of the scores of `expect` is at least this.",
    )
    attach: Sequence[str] = key(
        (),
        list_of(TEXT),
        "Files, images and audio to send along: paths from this file's folder or the project's, "
        "or URLs.",
    )
    tools: CompiledTools | None = key(
        None,
        TOOLS,
        "Outputs, by the tool's name, to submit when the bot asks for them; {}: none.",
    )
    input: Mapping[str, JSON] | None = key(
        None, {"type": ["object", "null"]}, "Instead of a prompt: run the workflow on these inputs."
    )
    own_expectations: int = 0
    positions: SourcePositions
    context: TurnContext
    simulation: SimulationSpec | None = None

    def expectations(self) -> tuple[DeclaredExpectation, ...]:
        """Return all expectations, those that end the conversation and judge it whole included."""
        others = self.simulation.items() if self.simulation else ()
        return (*self.expect, *others)

    def template_values(self) -> tuple[JSON, ...]:
        """Return everything in the turn that may hold a template."""
        expectations = self.expectations()
        items = [one.item for one in expectations if isinstance(one, ExpectationTemplate)]
        if self.simulation:
            items.append(self.simulation.goal)
        tools = self.tools.values() if self.tools else ()
        outputs = [one.value for one in tools if isinstance(one, OutputTemplate)]
        return (self.prompt, list(self.attach), outputs, self.input, items)

    def has_template(self) -> bool:
        """Tell whether a case or a generated value changes the turn."""
        return self.context.has_templates and any(map(has_template, self.template_values()))

    def first_judge(self) -> Location | None:
        """Return where the first expectation is that needs a judge; `None` if none does."""
        for one in self.expectations():
            is_judged = (
                one.names("judge")
                if isinstance(one, ExpectationTemplate)
                else asks_for(one, "judge")
            )
            if is_judged:
                return one.location
        return None

    def fill(self, values: Mapping[str, JSON]) -> Turn:
        """Return the turn, its templates filled.

        Raises:
            ScenarioError: a template cannot be filled, or the result is invalid.
        """
        filled_spec = self._fill_templates(values) if self.context.has_templates else self
        if self.simulation is None:
            return filled_spec._turn()
        user = self.simulation.fill(values, self.context.renderer)
        turn = replace(filled_spec._turn(), user=user)
        for one in (*turn.expectations, *user.final_expectations):
            if asks_for(one, "same_as_baseline"):
                raise ScenarioError(
                    message("simulate.same_as_baseline"),
                    where=one.location,
                    next_step=message("simulate.same_as_baseline.next"),
                )
        return turn

    def _fill_templates(self, values: Mapping[str, JSON]) -> TurnSpec:
        positions, renderer = self.positions, self.context.renderer
        prompt_path = ("simulate", "first") if self.simulation else ("prompt",)
        return replace(
            self,
            prompt=renderer.text(self.prompt, values, partial(positions.at, *prompt_path)),
            expect=fill_expectations(self.expect, values, renderer),
            attach=[
                renderer.text(path, values, partial(positions.at, "attach", index))
                for index, path in enumerate(self.attach)
            ],
            tools=self.tools
            and {
                name: tool.fill(values, renderer) if isinstance(tool, OutputTemplate) else tool
                for name, tool in self.tools.items()
            },
            input=cast(
                "Mapping[str, JSON] | None",
                renderer.value(self.input, values, lambda path: positions.at("input", *path)),
            ),
        )

    def _turn(self) -> Turn:
        context, positions = self.context, self.positions
        expectations = cast("Sequence[Expectation]", self.expect)
        prompt = self.prompt
        if self.input is not None:
            prompt = json_text.dump_json(self.input).decode()
        elif not (prompt.strip() or self.attach or context.allows_empty_prompt or self.simulation):
            raise ScenarioError(
                message("scenario.empty_prompt"),
                where=positions.at("prompt"),
                next_step=message("scenario.empty_prompt.next"),
            )
        return Turn(
            prompt=prompt,
            expectations=expectations,
            location=positions.at(),
            attachments=tuple([self._attachment(index) for index in range(len(self.attach))]),
            tools=cast("Mapping[str, str | Tool] | None", self.tools),
            checks_status=any(asks_for(one, "status") for one in expectations),
            workflow_input=self.input,
            min_score=(
                MinScore(self.min_score, self.own_expectations, positions.at("min_score"))
                if self.min_score
                else None
            ),
        )

    def _attachment(self, index: int) -> Attachment:
        path, where = self.attach[index], self.positions.at("attach", index)
        attachment = read_attachment(path, where, self.context.folder, self.context.project)
        if not self.context.is_streamed and attachment.kind == "audio":
            raise ScenarioError(
                message("attachment.audio", path=path),
                where=where,
                next_step=message("attachment.audio.next"),
            )
        return attachment


def compile_turn(
    turn: Mapping[str, Any],
    shared_tools: CompiledTools,
    positions: SourcePositions,
    context: TurnContext,
) -> TurnSpec:
    """Return a checked turn of a file, with its tools and expectations built.

    The turn's tools are added to `shared_tools`, those of the scenario.

    Raises:
        ScenarioErrors: every tool or expectation that cannot be built.
        ScenarioError: `min_score` has nothing to count.
    """
    tools: CompiledTools | None = shared_tools or None
    if (own := turn.get("tools")) is not None:
        # `tools: {}` takes those of the scenario away.
        tools = {**shared_tools, **context.compile_tools(own, positions)} if own else None
    items = turn.get("expect", ())
    expect = compile_expectations(items, positions.below("expect"), context)
    if turn.get("min_score") is not None and not any(map(_counts_in_score, items)):
        raise ScenarioError(
            message("scenario.min_score_of_nothing"),
            where=positions.key("min_score"),
            next_step=message("scenario.min_score_of_nothing.next"),
        )
    keys = {**turn, "expect": expect, "tools": tools}
    return TurnSpec(**keys, own_expectations=len(expect), positions=positions, context=context)


def compile_expectations(
    items: Sequence[JSON], positions: SourcePositions, context: TurnContext
) -> tuple[DeclaredExpectation, ...]:
    """Return the expectations of a list, built as far as they have no template.

    Raises:
        ScenarioErrors: every expectation that cannot be built.
    """
    errors = ErrorCollector()
    expect: list[DeclaredExpectation] = []
    for index, item in enumerate(items):
        place = positions.below(index)
        with errors:
            if context.has_templates and has_template(item):
                expect.append(ExpectationTemplate(item, place, context.project.code))
            else:
                expect.append(build_expectation(item, place, context.project.code))
    errors.raise_all()
    return tuple(expect)


def _counts_in_score(item: JSON) -> bool:
    """Return whether an item's verdict counts in the score of its turn."""
    return not isinstance(item, dict) or item.get("severity") != Severity.WARNING


class StaticScript(Struct, frozen=True):
    """A script without generated values: its turns were filled when the file was loaded."""

    written_turns: tuple[Turn, ...]
    generated_names: frozenset[str] = frozenset()

    def turns(self, generated: Mapping[str, str]) -> Sequence[Turn]:
        """Return the turns; `generated` changes nothing."""
        return self.written_turns


class TemplatedScript(Struct, frozen=True):
    """A script whose templates use generated values: a trial stores those it was recorded with."""

    specs: tuple[TurnSpec, ...]
    case: Mapping[str, JSON]
    generated_names: frozenset[str]

    @property
    def written_turns(self) -> object:
        """What each turn has, templates as they are written, and the case that fills them."""
        plain = [
            [
                *(one for one in spec.expectations() if not isinstance(one, ExpectationTemplate)),
                *(() if spec.min_score is None else (spec.min_score,)),
            ]
            for spec in self.specs
        ]
        limits = [spec.simulation.max_turns for spec in self.specs if spec.simulation]
        values = [spec.template_values() for spec in self.specs]
        return [plain, values, self.case, *limits]

    def turns(self, generated: Mapping[str, str]) -> Sequence[Turn]:
        """Return the turns, filled with the case's values and the generated ones.

        Raises:
            ScenarioError: a template cannot be filled, or a generated value is missing.
        """
        missing = sorted(self.generated_names - generated.keys())
        if missing:
            raise ScenarioError(
                message("template.not_recorded", names=tuple(missing)),
                where=self.specs[0].positions.at(),
                next_step=message("template.not_recorded.next"),
            )
        values = {**generated, **self.case}
        return tuple(spec.fill(values) for spec in self.specs)
