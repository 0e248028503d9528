"""What every row works with: a scratch folder, a machine, how thorough to be."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.processes import Machine
from benchmarks.project import Exchange, build


@dataclass(slots=True)
class Bench:
    """One run of the benchmarks.

    Args:
        scratch: where projects are built; theirs alone.
        machine: runs commands.
        rng: chance, for the order of contenders.
        quick: small sizes and few rounds: to see that it works, not to quote.
        told: hears what is measured now.
    """

    scratch: Path
    machine: Machine
    rng: random.Random
    quick: bool
    told: Callable[[str], None]
    _built: dict[int, tuple[Path, list[Exchange]]] = field(default_factory=dict)

    def project(self, count: int) -> tuple[Path, Sequence[Exchange]]:
        """Return a recorded project of so many trials, built when it is first asked for."""
        if count not in self._built:
            self.told(f"building a project of {count} trials")
            folder = self.scratch / f"project-{count}"
            self._built[count] = (folder, build(folder, count))
        return self._built[count]

    def reports(self) -> Path:
        """Return a folder for reports that holds none yet."""
        folder = self.scratch / "reports"
        shutil.rmtree(folder, ignore_errors=True)
        return folder
