"""What an import makes of a file, before it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec import Struct

from coze_harness.messages import LocalizedText
from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location, PathPart


class ImportFinding(Struct, frozen=True):
    """Something that is not in the result, or not as it was.

    `what` is a sentence with the reason. `is_approximate`: it is in the result, and expects
    something similar.
    """

    where: Location
    what: LocalizedText
    is_approximate: bool = False


@dataclass(frozen=True, slots=True)
class FixedPosition:
    """The `SourcePositions` of data without positions of its own, such as a line of a table."""

    where: Location

    def at(self, *_path: PathPart) -> Location:
        """Return the place."""
        return self.where

    def key(self, *_path: PathPart) -> Location:
        """Return the place."""
        return self.where

    def source(self, *_path: PathPart) -> str:
        """Return nothing: it is not known how the value is written."""
        return ""

    def below(self, *_path: PathPart) -> FixedPosition:
        """Return the same."""
        return self


def similar_to(text: str) -> JSON:
    """Return the item for a whole answer, as `ask --save` writes it: about characters, to edit."""
    return {"similar": {"to": text, "at_least": 0.6}}


class NotImportableError(ScenarioError):
    """A part of the source has nothing that corresponds to it here."""


class ImportedTurn(Struct, frozen=True, kw_only=True):
    """A prompt and the items of its `expect:`; both may have templates of the rows' columns."""

    prompt: str
    expect: Sequence[JSON] = ()
    min_score: float | None = None


class ImportedScenario(Struct, frozen=True, kw_only=True):
    """A scenario without a name; `rows` are its cases, `where` is where the source has it."""

    where: Location
    turns: Sequence[ImportedTurn]
    description: str = ""
    history: Sequence[Mapping[str, str]] = ()
    rows: Sequence[Mapping[str, JSON]] = ()


class ImportedFile(Struct, frozen=True, kw_only=True):
    """All that one source gives.

    `assertions` is the number of assertions in the source, `imported` of those in the result; each
    is counted once, however many prompts and rows it applies to.
    """

    scenarios: Sequence[ImportedScenario]
    findings: Sequence[ImportFinding]
    assertions: int = 0
    imported: int = 0

    @property
    def trials(self) -> int:
        """How many trials the scenarios have, each with its cases."""
        return sum(max(len(one.rows), 1) for one in self.scenarios)
