"""Faults: collected instead of raised, so that an author sees all of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from coze_harness.model.errors import ScenarioError, ScenarioErrors
from coze_harness.model.location import SourcePositions

if TYPE_CHECKING:
    from coze_harness.yaml_source.shape_check import Shape, ShapeMismatch


class ErrorCollector:
    """What is wrong with the files read so far; `with faults:` keeps the fault that ends a block.

    Own code and no `contextmanager`, which takes longer than most blocks: a file has seven of them.
    """

    __slots__ = ("errors",)

    def __init__(self) -> None:
        self.errors: list[ScenarioError] = []

    def add(self, fault: ScenarioError) -> None:
        """Keep a fault; one that stands for several is taken apart."""
        self.errors.extend(fault.errors if isinstance(fault, ScenarioErrors) else (fault,))

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

    def raise_all(self) -> None:
        """Raise what was found, by file and line.

        Raises:
            ScenarioFaults: there are faults.
        """
        if self.errors:
            raise ScenarioErrors(sorted(self.errors, key=_order))


def _order(fault: ScenarioError) -> tuple[str, int, int]:
    where = fault.where
    return (where.path, where.line, where.column) if where else ("", 0, 0)


def check_scenario_shape(
    shape: type[Shape], data: Mapping[str, object], places: SourcePositions
) -> Shape:
    """Return data in a shape.

    Raises:
        ScenarioFaults: it has another one; every misfit is told.
    """
    from coze_harness.yaml_source import (  # imports pydantic, which good files do not need
        shape_check as shaping,
    )

    try:
        return shaping.check_shape(shape, data, places)
    except shaping.ShapeMismatchError as cause:
        raise ScenarioErrors([scenario_error(misfit) for misfit in cause.misfits]) from cause


def scenario_error(misfit: ShapeMismatch) -> ScenarioError:
    """Return the fault of a scenario file that a misfit is."""
    return ScenarioError(misfit.what, where=misfit.where, next_step=misfit.next_step)
