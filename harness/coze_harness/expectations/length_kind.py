"""The kind `length`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, Self

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.number_range import COUNTS, NumberRange
from coze_harness.expectations.parameter import Schema, choice
from coze_harness.expectations.text_normalization import nfc
from coze_harness.expectations.word_count import count_words
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext
from coze_harness.text.graphemes import count_graphemes

LengthUnit = Literal["chars", "words", "lines"]
_UNITS: Final[tuple[LengthUnit, ...]] = ("chars", "words", "lines")
_UNIT: Final = choice("unit", _UNITS)
_NAMES: Final[dict[LengthUnit, str]] = {"chars": "character", "words": "word", "lines": "line"}


def measure(text: str, unit: LengthUnit) -> int:
    """Return the length of a text as a reader counts.

    `chars`: characters as they are seen, spaces and punctuation included. `words`: runs of letters
    and digits, and each Chinese or Japanese character. `lines`: lines that are not blank.
    """
    if unit == "chars":
        return count_graphemes(nfc(text))
    if unit == "words":
        return count_words(nfc(text))
    return sum(1 for line in text.splitlines() if line and not line.isspace())


@dataclass(frozen=True, slots=True, kw_only=True)
class Length(ExpectationKind):
    """The answer is neither too short nor too long."""

    kind = "length"
    summary = (
        "The answer's length is in a range. `unit`: `chars` (as seen; the default), `words` "
        "(each Chinese character is one) or `lines` (those that are not blank)."
    )
    example = "length: {max: 120}"
    verb_forms = ("has", "have")
    parameters = (*COUNTS, _UNIT)

    bounds: NumberRange
    unit: LengthUnit = "chars"

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse `{min, max, unit}`."""
        arguments = cls.read_arguments(argument)
        bounds = NumberRange.from_limits(arguments, argument, COUNTS)
        unit = _UNIT.read(arguments)
        description = bounds.describe(_NAMES[unit], f"{_NAMES[unit]}s")
        return cls(**item.common, description=description, bounds=bounds, unit=unit)

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of `{min, max, unit}`."""
        return {**cls.mapping_schema(), "anyOf": [{"required": [one.key]} for one in COUNTS]}

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the answer's length."""
        answer = context.reply.answer
        size = measure(answer, self.unit)
        reason = f"length is {size} {_NAMES[self.unit]}{'' if size == 1 else 's'}"
        if violation := self.bounds.violated_limit(size):
            return self.failed(f"{reason}, {violation}", excerpt(answer))
        return self.passed(reason, excerpt(answer))
