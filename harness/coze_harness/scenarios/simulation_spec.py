"""The `simulate:` of a scenario as its file has it, and how it is filled for a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, cast

from coze_harness.expectations import ExpectationKind
from coze_harness.expectations.conversation.conversation_end import ConversationEnd
from coze_harness.messages import message
from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import SourcePositions
from coze_harness.model.trial import SimulatedUser
from coze_harness.scenarios.expectation_template import DeclaredExpectation, fill_expectations
from coze_harness.scenarios.template_renderer import TemplateRenderer
from coze_harness.yaml_source.record_schema import (
    ANY_TEXT,
    TEXT,
    Schema,
    key,
    list_of,
    record_schema,
    required_key,
)

EXPECTATION: Final[Schema] = {"$ref": "#/$defs/expectation"}
_MAX_TURNS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationSpec:
    """The keys of `simulate`, with everything built that has no template in it.

    `expect` has the expectations on the whole conversation, which are a key of the scenario.
    """

    bot: str = required_key(
        TEXT, "The target that plays the user: a name of harness.yaml or an id."
    )
    goal: str = required_key(TEXT, "What the user wants, and how it behaves. Templates are filled.")
    until: Sequence[DeclaredExpectation] = required_key(
        list_of(EXPECTATION, 1), "The conversation ends with a reply on which one of these passes."
    )
    first: str = key(
        "", ANY_TEXT, "The user's first message. Default: the target that plays the user writes it."
    )
    max_turns: int = key(
        10,
        {"type": "integer", "minimum": 1, "maximum": _MAX_TURNS},
        "The most turns. A conversation that has not ended by then has failed.",
    )
    expect: Sequence[DeclaredExpectation] = field(default=())
    positions: SourcePositions

    def items(self) -> tuple[DeclaredExpectation, ...]:
        """Return all expectations."""
        return (*self.until, *self.expect)

    def fill(self, values: Mapping[str, JSON], renderer: TemplateRenderer) -> SimulatedUser:
        """Return the simulated user of a trial.

        Raises:
            ScenarioError: a template cannot be filled, or the result is invalid.
        """
        goal = renderer.text(self.goal, values, partial(self.positions.at, "goal"))
        until = fill_expectations(self.until, values, renderer)
        expect = fill_expectations(self.expect, values, renderer)
        if not goal.strip():
            raise ScenarioError(
                message("simulate.no_goal"),
                where=self.positions.at("goal"),
                next_step=message("simulate.no_goal.next"),
            )
        return SimulatedUser(
            goal=goal,
            until=ConversationEnd(
                location=self.positions.at("until"),
                members=cast("tuple[ExpectationKind, ...]", until),
                max_turns=self.max_turns,
            ),
            max_turns=self.max_turns,
            expectations=expect,
            location=self.positions.at(),
        )


SIMULATION: Final = record_schema(SimulationSpec)
