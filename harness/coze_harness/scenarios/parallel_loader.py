"""A large project, loaded in shares, by any number of processes; scripts lie packed until played.

A loaded script takes 2 to 3 KB of memory, a packed one about 60 bytes, and packing takes a tenth of
the time that loading took. So the trials of a large project can all be there at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from coze_harness.model.errors import ScenarioError
from coze_harness.model.trial import Script, Turn
from coze_harness.scenarios.name_rules import folded
from coze_harness.scenarios.packing import packed, unpacked
from coze_harness.scenarios.project_paths import Project
from coze_harness.scenarios.scenario import Filled, Scenario
from coze_harness.scenarios.scenario_files import LoadedScenarios, load, without_collection

_IN_A_PACK: Final = 100


class Pack:
    """Some scripts, packed. They are there from when the first is asked for until the last one is.

    Scripts are asked for in their order, mostly, each by one trial or some in a row: so those
    before one that is asked for are let go, and unpacked again should they be wanted after all.
    """

    __slots__ = ("_data", "_there")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._there: Sequence[Script | None] = ()

    @classmethod
    def of(cls, scripts: Sequence[Script]) -> Pack:
        """Pack scripts."""
        return cls(packed(scripts))

    def __reduce__(self) -> tuple[type[Pack], tuple[bytes]]:
        return Pack, (self._data,)

    def script(self, at: int) -> Script:
        """Return the script at a position."""
        there = self._there
        script = there[at] if there else None
        if script is None:
            there = unpacked(self._data)
            script = there[at]
        self._there = [*([None] * at), *there[at:]]
        return script


@dataclass(frozen=True, slots=True)
class Stored:
    """A script that lies in a pack."""

    pack: Pack
    at: int
    draws: frozenset[str]

    def turns(self, drawn: Mapping[str, str]) -> Sequence[Turn]:
        """Return the turns, filled with the drawn values.

        Raises:
            ScenarioError: a template cannot be filled, or a drawn value is missing.
        """
        return self.pack.script(self.at).turns(drawn)


class Share(NamedTuple):
    """Some of a project's scenarios, packed, and their names as they must differ."""

    names: Sequence[str]
    scenarios: bytes


def load_share(
    paths: Sequence[Path | str], project: Project, check: Callable[[Scenario], object]
) -> Share | None:
    """Load some of a project's files, as `load` does, for `join_shares` in whatever process.

    Returns:
        the scenarios; `None` where something is wrong: only `load`, given all of the files, can
        tell all that is wrong with them.
    """
    try:
        scenarios = load(paths, project, check)
    except ScenarioError:
        return None
    names = [folded(scenario.name) for scenario in scenarios]
    return Share(names, packed(list(_stored(scenarios))))


def join_shares(shares: list[Share]) -> Iterator[Scenario] | None:
    """Return the scenarios of all shares, in the shares' order.

    They are unpacked as they are wanted, and the list is emptied, so that they need not all be
    there at once. `None` if a name is taken twice, of which `load` can tell more.
    """
    if len({name for share in shares for name in share.names}) < sum(
        len(share.names) for share in shares
    ):
        return None
    return _all_in(shares)


def _all_in(shares: list[Share]) -> Iterator[Scenario]:
    shares.reverse()
    with without_collection():
        while shares:
            yield from unpacked(shares.pop().scenarios)


def _stored(scenarios: LoadedScenarios) -> Iterable[Scenario]:
    """Yield the scenarios with their scripts in packs, those of neighbours together."""
    cases = (case for scenario in scenarios for case in scenario.filled)
    stored: list[Filled] = []
    while some := list(islice(cases, _IN_A_PACK)):
        pack = Pack.of([case.script for case in some])
        stored += [
            Filled(case.label, case.options, Stored(pack, at, case.script.draws))
            for at, case in enumerate(some)
        ]
    begin = 0
    for scenario in scenarios:
        end = begin + len(scenario.filled)
        yield replace(scenario, filled=tuple(stored[begin:end]))
        begin = end
