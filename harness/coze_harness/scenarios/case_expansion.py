"""A scenario filled case by case: what no template touches is made once and shared by all."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from coze_harness.model import JSON, ChatOptions
from coze_harness.model.errors import ScenarioError, ScenarioErrors
from coze_harness.model.location import SourcePositions
from coze_harness.model.trial import Turn, TurnScript
from coze_harness.scenarios.case_files import CaseRow
from coze_harness.scenarios.chat_option_rules import FILLED, build_chat_options
from coze_harness.scenarios.declared import ScenarioSpec
from coze_harness.scenarios.error_collector import ErrorCollector
from coze_harness.scenarios.generated_values import GENERATED_NAMES, generate_values
from coze_harness.scenarios.scenario import CaseInstance
from coze_harness.scenarios.template_renderer import TemplateRenderer, has_template
from coze_harness.scenarios.turn_template import StaticScript, TemplatedScript, TurnTemplate

_SAMPLE: Final = datetime(2024, 10, 1, 8, 30, tzinfo=UTC)


def expand_cases(
    given: ScenarioSpec,
    places: SourcePositions,
    plans: Sequence[TurnTemplate],
    cases: Iterable[CaseRow],
    filler: TemplateRenderer,
    usual: ChatOptions,
) -> list[CaseInstance]:
    """Return the scenario filled with each case; `usual` is for one that sets no option.

    Raises:
        ScenarioFaults: what cannot be filled; a fault that many cases share is told once.
    """
    filling = _Filling(given, places, plans, filler, usual)
    found: list[CaseInstance] = []
    told: dict[tuple[str, str], list[tuple[ScenarioError, CaseRow]]] = {}
    for case in cases:
        try:
            found.append(filling.case(case))
        except ScenarioError as fault:
            several = fault.errors if isinstance(fault, ScenarioErrors) else (fault,)
            for one in several:
                told.setdefault((str(one.where), one.what), []).append((one, case))
    faults = ErrorCollector()
    for same in told.values():
        faults.add(_with_cases(same))
    faults.raise_all()
    return found


def _with_cases(same: Sequence[tuple[ScenarioError, CaseRow]]) -> ScenarioError:
    fault, case = same[0]
    if not case.label:
        return fault
    more = f", and {len(same) - 1} more" if len(same) > 1 else ""
    return ScenarioError(
        fault.what,
        where=fault.where,
        detail=[f"for case {case.label} at {case.location}{more}", *fault.detail],
        next_step=fault.next_step,
    )


class _Filling:
    """What the cases of one scenario share."""

    def __init__(
        self,
        given: ScenarioSpec,
        places: SourcePositions,
        plans: Sequence[TurnTemplate],
        filler: TemplateRenderer,
        usual: ChatOptions,
    ) -> None:
        self._shape = given
        self._places = places
        self._filler = filler
        self._usual = usual
        self._plans = tuple(plans)
        self._open = [plan.templated() for plan in plans]
        self._turns: list[Turn | None] = [None] * len(self._plans)
        self._fixed: StaticScript | None = None
        self._options: ChatOptions | None = None
        self._names: frozenset[str] = frozenset()
        if any(self._open):
            opened = [p.templates() for p, left in zip(plans, self._open, strict=True) if left]
            self._names = filler.names(opened)
        written = {key: getattr(given, key) for key in FILLED if key in given.there}
        self._option_names = {
            key: filler.names(value) for key, value in written.items() if has_template(value)
        }

    def case(self, case: CaseRow) -> CaseInstance:
        """Return the scenario filled with one case.

        Raises:
            ScenarioError: it cannot be filled.
        """
        faults = ErrorCollector()
        options = self._options
        if options is None:
            with faults:
                options = self._made_options(case.values)
        script: TurnScript | None = None
        with faults:
            script = self._script(case.values)
        faults.raise_all()
        assert options is not None  # noqa: S101  # for mypy: settle has raised otherwise
        assert script is not None  # noqa: S101  # as above
        return CaseInstance(case.label, options, script)

    def _made_options(self, values: Mapping[str, JSON]) -> ChatOptions:
        for key, names in self._option_names.items():
            drawn = names & GENERATED_NAMES.keys() - values.keys()
            if drawn:
                raise ScenarioError(
                    f'"{key}" cannot hold a drawn value ({", ".join(sorted(drawn))}).',
                    where=self._places.at(key),
                    next_step="Use it in a prompt, or give it as a case column.",
                )
        options = build_chat_options(self._shape, self._places, values, self._filler, self._usual)
        if not self._option_names:
            self._options = options
        return options

    def _script(self, values: Mapping[str, JSON]) -> TurnScript:
        if self._fixed is not None:
            return self._fixed
        draws = (self._names & GENERATED_NAMES.keys()) - values.keys()
        given = {**generate_values(draws, _SAMPLE, random.Random(0)), **values} if draws else values  # noqa: S311  # a sample, no secret
        faults = ErrorCollector()
        turns: list[Turn] = []
        for at, plan in enumerate(self._plans):
            turn = self._turns[at]
            if turn is None:
                with faults:
                    turn = plan.turn(given)
            if turn is not None:
                turns.append(turn)
                if not self._open[at]:
                    self._turns[at] = turn
        faults.raise_all()
        if draws:
            return TemplatedScript(self._plans, values, frozenset(draws))
        fixed = StaticScript(tuple(turns))
        if not any(self._open):
            self._fixed = fixed
        return fixed
