"""Errors of scenario files: collected instead of raised, so that an author sees all of them."""

from __future__ import annotations

from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError, ScenarioErrors
from coze_harness.model.location import SourcePositions
from coze_harness.yaml_source import YamlDocument
from coze_harness.yaml_source.record_schema import Schema, check_shape
from coze_harness.yaml_source.unquoted_text import (
    find_unquoted_faults,
    without_repeated_places,
)


class ErrorCollector(list[ScenarioError]):
    """A list of errors; `with collector:` adds the one that ends its block, and execution goes on.

    A class of its own and no `contextmanager`, which takes longer than most of these blocks.
    """

    __slots__ = ()

    def add(self, error: ScenarioError) -> None:
        """Add an error, or each of those that it combines."""
        self.extend(error.errors if isinstance(error, ScenarioErrors) else (error,))

    def __enter__(self) -> None:
        """Begin a block whose error is collected."""

    def __exit__(
        self, _type: type[BaseException] | None, error: BaseException | None, _trace: object
    ) -> bool:
        """Collect the error that ended the block; any other exception is raised."""
        if not isinstance(error, ScenarioError):
            return False
        self.add(error)
        return True

    def combine(self) -> ScenarioErrors:
        """Return one error that combines all, sorted by file and line."""
        return ScenarioErrors(sorted(without_repeated_places(self), key=_place))

    def raise_all(self) -> None:
        """Raise the collected errors, if there are any.

        Raises:
            ScenarioErrors: all of them, sorted by file and line.
        """
        if self:
            raise self.combine()


def _place(error: ScenarioError) -> tuple[str, int, int]:
    where = error.where
    return (where.path, where.line, where.column) if where else ("", 0, 0)


def text_errors(document: YamlDocument) -> list[ScenarioError]:
    """Return an error for each unquoted text of a document that is not what it looks like."""
    return [
        ScenarioError(fault.what, where=fault.where, next_step=fault.next_step)
        for fault in find_unquoted_faults(document)
    ]


def shape_errors(data: JSON, schema: Schema, positions: SourcePositions) -> list[ScenarioError]:
    """Return an error for everything in the data that does not fit the schema."""
    return [
        ScenarioError(mismatch.what, where=mismatch.where, next_step=mismatch.next_step)
        for mismatch in check_shape(data, schema, positions)
    ]
