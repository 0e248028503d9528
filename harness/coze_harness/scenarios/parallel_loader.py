"""A large project, loaded in shares, by any number of processes; scripts lie packed until played.

A loaded script takes 2 to 3 KB of memory, a packed one about 60 bytes, and packing takes a tenth of
the time that loading took. So the trials of a large project can all be there at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from coze_harness.model import replace
from coze_harness.model.errors import ScenarioError
from coze_harness.model.trial import Turn, TurnScript
from coze_harness.scenarios.name_rules import fold_name
from coze_harness.scenarios.packing import pack_object, unpack_object
from coze_harness.scenarios.project_paths import ProjectPaths
from coze_harness.scenarios.scenario import CaseInstance, Scenario
from coze_harness.scenarios.scenario_files import (
    LoadedScenarios,
    load_scenarios,
    without_collection,
)

_IN_A_PACK: Final = 100


class ScriptPack:
    """Some scripts, packed. They are there from when the first is asked for until the last one is.

    Scripts are asked for in their order, mostly, each by one trial or some in a row: so those
    before one that is asked for are let go, and unpacked again should they be wanted after all.
    """

    __slots__ = ("_data", "_there")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._there: Sequence[TurnScript | None] = ()

    @classmethod
    def of(cls, scripts: Sequence[TurnScript]) -> ScriptPack:
        """Pack scripts."""
        return cls(pack_object(scripts))

    def __reduce__(self) -> tuple[type[ScriptPack], tuple[bytes]]:
        return ScriptPack, (self._data,)

    def script(self, at: int) -> TurnScript:
        """Return the script at a position."""
        there = self._there
        script = there[at] if there else None
        if script is None:
            there = unpack_object(self._data)
            script = there[at]
        self._there = [*([None] * at), *there[at:]]
        return script


@dataclass(frozen=True, slots=True)
class PackedScript:
    """A script that lies in a pack."""

    pack: ScriptPack
    at: int
    generated_names: frozenset[str]

    def turns(self, drawn: Mapping[str, str]) -> Sequence[Turn]:
        """Return the turns, filled with the drawn values.

        Raises:
            ScenarioError: a template cannot be filled, or a drawn value is missing.
        """
        return self.pack.script(self.at).turns(drawn)


class ScenarioBatch(NamedTuple):
    """Some of a project's scenarios, packed, and their names as they must differ."""

    names: Sequence[str]
    scenarios: bytes


def load_batch(
    paths: Sequence[Path | str], project: ProjectPaths, check: Callable[[Scenario], object]
) -> ScenarioBatch | None:
    """Load some of a project's files for `merge_batches`, in any process.

    Returns:
        the scenarios; `None` if there is an error: `load_scenarios`, given all files, reports all
        errors.
    """
    try:
        scenarios = load_scenarios(paths, project, check)
    except ScenarioError:
        return None
    names = [fold_name(scenario.name) for scenario in scenarios]
    return ScenarioBatch(names, pack_object(list(_stored(scenarios))))


def merge_batches(shares: list[ScenarioBatch]) -> Iterator[Scenario] | None:
    """Return the scenarios of all shares, in the shares' order.

    They are unpacked as they are wanted, and the list is emptied, so that they need not all be
    there at once. `None` if a name is taken twice, of which `load_scenarios` can tell more.
    """
    if len({name for share in shares for name in share.names}) < sum(
        len(share.names) for share in shares
    ):
        return None
    return _all_in(shares)


def _all_in(shares: list[ScenarioBatch]) -> Iterator[Scenario]:
    shares.reverse()
    with without_collection():
        while shares:
            yield from unpack_object(shares.pop().scenarios)


def _stored(scenarios: LoadedScenarios) -> Iterable[Scenario]:
    """Yield the scenarios with their scripts in packs, those of neighbours together."""
    cases = (case for scenario in scenarios for case in scenario.filled)
    stored: list[CaseInstance] = []
    while some := list(islice(cases, _IN_A_PACK)):
        pack = ScriptPack.of([case.script for case in some])
        stored += [
            CaseInstance(
                case.label, case.options, PackedScript(pack, at, case.script.generated_names)
            )
            for at, case in enumerate(some)
        ]
    begin = 0
    for scenario in scenarios:
        end = begin + len(scenario.filled)
        yield replace(scenario, filled=tuple(stored[begin:end]))
        begin = end
