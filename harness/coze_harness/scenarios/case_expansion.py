"""A scenario filled case by case; all cases share what has no templates."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from coze_harness.messages import message
from coze_harness.model import JSON, ChatOptions
from coze_harness.model.errors import ScenarioError, ScenarioErrors
from coze_harness.model.trial import Turn, TurnScript
from coze_harness.scenarios.case_files import CaseRow
from coze_harness.scenarios.chat_option_rules import TEMPLATE_KEYS, build_chat_options
from coze_harness.scenarios.error_collector import ErrorCollector
from coze_harness.scenarios.generated_values import GENERATED_NAMES, generate_values
from coze_harness.scenarios.scenario import CaseInstance
from coze_harness.scenarios.scenario_keys import ScenarioSpec
from coze_harness.scenarios.template_renderer import TemplateRenderer, has_template
from coze_harness.scenarios.turn_spec import StaticScript, TemplatedScript, TurnSpec

_SAMPLE_TIME: Final = datetime(2024, 10, 1, 8, 30, tzinfo=UTC)


def _with_cases(occurrences: Sequence[tuple[ScenarioError, CaseRow]]) -> ScenarioError:
    """Return an error with the first case that it concerns, and the number of others."""
    error, case = occurrences[0]
    if not case.label:
        return error
    place, others = str(case.location), len(occurrences) - 1
    first = message("cases.concerned", case=case.label, place=place)
    if others:
        first = message("cases.concerned_first", case=case.label, place=place, n=others)
    return ScenarioError(
        error.what,
        where=error.where,
        detail=[first, *error.detail],
        next_step=error.next_step,
    )


class CaseExpander:
    """Fills a scenario with cases, which share options, turns and scripts without templates.

    `defaults` are for a scenario without options.
    """

    def __init__(
        self,
        spec: ScenarioSpec,
        turns: Sequence[TurnSpec],
        renderer: TemplateRenderer,
        defaults: ChatOptions,
    ) -> None:
        self._spec = spec
        self._turns = tuple(turns)
        self._renderer = renderer
        self._defaults = defaults
        self._is_open = [turn.has_template() for turn in turns]
        open_turns = [turn for turn, is_open in zip(turns, self._is_open, strict=True) if is_open]
        self._names = renderer.names([turn.template_values() for turn in open_turns])
        self._option_names = {
            key: renderer.names(value)
            for key in TEMPLATE_KEYS
            if key in spec.keys and has_template(value := getattr(spec, key))
        }
        self._shared_options: ChatOptions | None = None
        self._shared_turns: dict[int, Turn] = {}
        self._shared_script: StaticScript | None = None

    def expand(self, cases: Iterable[CaseRow]) -> tuple[CaseInstance, ...]:
        """Return the scenario filled with each case.

        Raises:
            ScenarioErrors: what cannot be filled; an error that many cases share is reported once.
        """
        instances: list[CaseInstance] = []
        cases_by_error: dict[tuple[str, str], list[tuple[ScenarioError, CaseRow]]] = {}
        for case in cases:
            try:
                instances.append(self._fill(case))
            except ScenarioErrors as error:
                # An expectation of `every_turn` gives the same error in each turn.
                once = {(str(one.where), str(one.what)): one for one in error.errors}
                for key, one in once.items():
                    cases_by_error.setdefault(key, []).append((one, case))
        if cases_by_error:
            raise ScenarioErrors([_with_cases(same) for same in cases_by_error.values()])
        return tuple(instances)

    def _fill(self, case: CaseRow) -> CaseInstance:
        errors = ErrorCollector()
        options = self._shared_options
        script: TurnScript | None = self._shared_script
        if options is None:
            with errors:
                options = self._options(case.values)
        if script is None:
            with errors:
                script = self._script(case.values)
        if options is None or script is None:
            raise errors.combine()
        return CaseInstance(case.label, options, script)

    def _options(self, values: Mapping[str, JSON]) -> ChatOptions:
        for key, names in self._option_names.items():
            generated = names.intersection(GENERATED_NAMES) - values.keys()
            if generated:
                raise ScenarioError(
                    message("template.generated", key=key, names=tuple(sorted(generated))),
                    where=self._spec.positions.at(key),
                    next_step=message("template.generated.next"),
                )
        options = build_chat_options(self._spec, values, self._renderer, self._defaults)
        if not self._option_names:
            self._shared_options = options
        return options

    def _script(self, values: Mapping[str, JSON]) -> TurnScript:
        generated = self._names.intersection(GENERATED_NAMES) - values.keys()
        if generated:
            # A sample, to check what the turns are filled with: no secret.
            sample = generate_values(generated, _SAMPLE_TIME, random.Random(0))  # noqa: S311
            self._fill_turns({**sample, **values})
            return TemplatedScript(self._turns, values, generated)
        script = StaticScript(self._fill_turns(values))
        if not any(self._is_open):
            self._shared_script = script
        return script

    def _fill_turns(self, values: Mapping[str, JSON]) -> tuple[Turn, ...]:
        errors = ErrorCollector()
        turns: list[Turn] = []
        for index, spec in enumerate(self._turns):
            with errors:
                turn = self._shared_turns.get(index) or spec.fill(values)
                if not self._is_open[index]:
                    self._shared_turns[index] = turn
                turns.append(turn)
        errors.raise_all()
        return tuple(turns)
