"""From one scenario as it is written to a `Scenario`, with every fault on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from harness.errors import ScenarioError
from harness.loader.cases import Case, cases_of
from harness.loader.casewise import fill
from harness.loader.faults import Faults, shaped
from harness.loader.naming import check_name
from harness.loader.options import check
from harness.loader.project import Project
from harness.loader.scenario import Scenario, Wanted
from harness.loader.script import Plan, Surroundings, planned
from harness.loader.shapes import ScenarioShape
from harness.loader.templates import Filler, marked
from harness.location import Location, Places
from harness.model import JSON, ChatOptions

_UNFILLED: Final = ("name", "bot", "user_id", "conversation_id", "bot_version")
"""Keys in which a template would be sent or shown as it stands."""


@dataclass(frozen=True, slots=True)
class Source:
    """The file that a scenario stands in.

    `path` and `folder` are absolute, `shown` is relative to the project; `stem` is the name of a
    scenario that has none of its own; `marked` tells whether the file has templates.
    """

    path: str
    folder: str
    shown: str
    stem: str
    marked: bool


class Assembler:
    """Makes scenarios of one project, and remembers the files that they named as cases."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._filler = Filler()
        self._usual_options = ChatOptions(user_id=project.user_id)
        self.case_files: set[str] = set()

    def scenario(self, data: Mapping[str, JSON], places: Places, source: Source) -> Scenario:
        """Return the scenario that a mapping declares.

        Raises:
            ScenarioFaults: everything that is wrong with it.
        """
        faults = Faults()
        shape = shaped(ScenarioShape, data, places)
        name = shape.name or source.stem
        with faults:
            check_name(name, lambda: places.at("name") if shape.name else Location(source.shown))
        with faults:
            check(shape, places)
        bots = _bots(shape, places, faults)
        if source.marked:
            _refuse_marks(shape, places, faults)
        cases = self._cases(shape, places, source, faults)
        plans = self._plans(shape, places, source, faults)
        faults.settle()
        filled = fill(shape, places, plans, cases, self._filler, self._usual_options)
        return Scenario(
            name=name,
            file=source.shown,
            folder=self._project.folder(source.path),
            location=places.at(),
            description=shape.description,
            tags=tuple(dict.fromkeys(shape.tags)),
            bots=bots,
            repeat=shape.repeat,
            min_pass_rate=shape.min_pass_rate,
            known_failure=shape.known_failure,
            stop_on_failure=shape.stop_on_failure,
            filled=tuple(filled),
        )

    def _cases(
        self, shape: ScenarioShape, places: Places, source: Source, faults: Faults
    ) -> Sequence[Case]:
        if "cases" in shape.model_fields_set:
            with faults:
                below = places.below("cases")
                named = self.case_files
                return cases_of(shape.cases, below, source.folder, self._project, named)
        return (Case("", {}, places.at()),)

    def _plans(
        self, shape: ScenarioShape, places: Places, source: Source, faults: Faults
    ) -> list[Plan]:
        silent = bool(shape.shortcut_command)
        around = Surroundings(source.folder, self._project, self._filler, source.marked, silent)
        plans: list[Plan] = []
        for at, turn in enumerate(shape.turns):
            # The document gave the items, and a document holds plain data only.
            expect = cast("Sequence[JSON]", turn.expect)
            below = places.below("turns", at)
            with faults:
                plans.append(planned(turn.prompt, expect, turn.attach, turn.tools, below, around))
        return plans


def _bots(shape: ScenarioShape, places: Places, faults: Faults) -> tuple[Wanted, ...]:
    """Return the bots that a scenario names, in order."""
    if shape.bot and shape.bots:
        faults.add(
            ScenarioError(
                'Both "bot" and "bots" are there.',
                where=places.key("bots"),
                detail=[f'"bot" is written at {places.key("bot")}'],
                next_step="Keep one of them.",
            )
        )
    for at, word in enumerate(shape.bots):
        if word in shape.bots[:at]:
            faults.add(
                ScenarioError(
                    f'The bot "{word}" is there twice.',
                    where=places.at("bots", at),
                    next_step="Take one out; `repeat:` asks a bot several times.",
                )
            )
    if shape.bot:
        return (Wanted(shape.bot, places.at("bot")),)
    return tuple(Wanted(word, places.at("bots", at)) for at, word in enumerate(shape.bots))


def _refuse_marks(shape: ScenarioShape, places: Places, faults: Faults) -> None:
    for key in _UNFILLED:
        if marked(getattr(shape, key)):
            faults.add(
                ScenarioError(
                    f'Templates are not filled in "{key}".',
                    where=places.at(key),
                    next_step="Write it out; prompts, expectations and variables are filled.",
                )
            )
