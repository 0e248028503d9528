"""Scenario files of a project, loaded: few of them here, many by several processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from coze_harness.execution import can_fork, map_in_processes
from coze_harness.model.errors import WorkerLostError
from coze_harness.scenarios import (
    ProjectPaths,
    Scenario,
    ScenarioBatch,
    load_batch,
    load_scenarios,
    merge_batches,
)

LARGE: Final = 1_000
"""Files from which on sharing the work is quicker: starting and packing take as long as 300."""
_SHARE: Final = 200
_LAST: Final = 10

Check = Callable[[Scenario], object]


def load_in_parallel(
    files: Sequence[str], project: ProjectPaths, check: Check, processes: int
) -> Iterable[Scenario]:
    """Load scenario files; those of a large project in shares, to be gone through once.

    Only what is well is loaded so. Where anything is wrong, all is loaded again in one go, which
    tells every fault of every file.

    Raises:
        ScenarioFaults: every fault of every file, by file and line.
    """
    if len(files) < LARGE:
        return load_scenarios(files, project, check)
    shares = _in_shares(files, _Loader(project, check), processes if can_fork() else 1)
    joined = None if shares is None else merge_batches(shares)
    return load_scenarios(files, project, check) if joined is None else joined


def _in_shares(files: Sequence[str], work: _Loader, processes: int) -> list[ScenarioBatch] | None:
    """Return the shares that the files were loaded in, in their order; `None` if any has faults."""
    end = len(files) - _LAST
    todo = [(at, files[at : min(at + _SHARE, end)]) for at in range(0, end, _SHARE)]
    # These here, so that the processes find imported what loading takes. The last ones, so that the
    # others lie in packs by hundreds, as they are played.
    found = dict(work([(end, files[end:])]))
    try:
        with closing(map_in_processes(work, todo, workers=processes, size=1, min_items=2)) as done:
            for shares in done:
                found.update(shares)
                if None in found.values():
                    return None
    except WorkerLostError:
        return None
    return [share for _, share in sorted(found.items()) if share is not None]


@dataclass(frozen=True, slots=True)
class _Loader:
    """Loads shares, each a number and its files."""

    project: ProjectPaths
    check: Check

    def __call__(
        self, shares: Sequence[tuple[int, Sequence[str]]]
    ) -> list[tuple[int, ScenarioBatch | None]]:
        return [(number, load_batch(files, self.project, self.check)) for number, files in shares]
