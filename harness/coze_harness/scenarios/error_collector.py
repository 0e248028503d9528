"""Faults: collected instead of raised, so that an author sees all of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from coze_harness.model.errors import ScenarioError, ScenarioFaults
from coze_harness.model.location import Places

if TYPE_CHECKING:
    from coze_harness.yaml_source.shape_check import Misfit, Shape


class Faults:
    """What is wrong with the files read so far; `with faults:` keeps the fault that ends a block.

    Own code and no `contextmanager`, which takes longer than most blocks: a file has seven of them.
    """

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: list[ScenarioError] = []

    def add(self, fault: ScenarioError) -> None:
        """Keep a fault; one that stands for several is taken apart."""
        self.found.extend(fault.faults if isinstance(fault, ScenarioFaults) else (fault,))

    def __enter__(self) -> None:
        """Begin a block whose fault is kept: what comes after the block goes on."""

    def __exit__(
        self, _type: type[BaseException] | None, cause: BaseException | None, _trace: object
    ) -> bool:
        """Keep the fault that ended the block; any other exception goes its way."""
        if not isinstance(cause, ScenarioError):
            return False
        self.add(cause)
        return True

    def settle(self) -> None:
        """Raise what was found, by file and line.

        Raises:
            ScenarioFaults: there are faults.
        """
        if self.found:
            raise ScenarioFaults(sorted(self.found, key=_order))


def _order(fault: ScenarioError) -> tuple[str, int, int]:
    where = fault.where
    return (where.path, where.line, where.column) if where else ("", 0, 0)


def shaped(shape: type[Shape], data: Mapping[str, object], places: Places) -> Shape:
    """Return data in a shape.

    Raises:
        ScenarioFaults: it has another one; every misfit is told.
    """
    from coze_harness.yaml_source import (  # imports pydantic, which good files do not need
        shape_check as shaping,
    )

    try:
        return shaping.shaped(shape, data, places)
    except shaping.MisfitError as cause:
        raise ScenarioFaults([as_fault(misfit) for misfit in cause.misfits]) from cause


def as_fault(misfit: Misfit) -> ScenarioError:
    """Return the fault of a scenario file that a misfit is."""
    return ScenarioError(misfit.what, where=misfit.where, next_step=misfit.next_step)
