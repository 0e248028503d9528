"""The kind `length`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, Self

from coze_harness.expectations.answer_text.word_count import count_words
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.number_range import COUNTS, NumberRange, RangeMessages
from coze_harness.expectations.parameter import Schema, choice
from coze_harness.expectations.subject import ANSWER
from coze_harness.expectations.text_normalization import nfc
from coze_harness.messages import LocalizedText, message
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext
from coze_harness.text.graphemes import count_graphemes

LengthUnit = Literal["chars", "words", "lines"]
_UNITS: Final[tuple[LengthUnit, ...]] = ("chars", "words", "lines")
_UNIT: Final = choice("unit", _UNITS)
_CHARACTERS: Final = RangeMessages(
    "kind.amount.characters",
    within="kind.length.within",
    above="kind.length.above",
    below="kind.length.below",
    exact="kind.length.exact",
)
_MESSAGES: Final[Mapping[LengthUnit, RangeMessages]] = {
    "chars": _CHARACTERS,
    "words": _CHARACTERS._replace(amount="kind.amount.words"),
    "lines": RangeMessages(
        "kind.amount.lines",
        within="kind.length.within",
        above="kind.length.above.lines",
        below="kind.length.below.lines",
        exact="kind.length.exact.lines",
    ),
}


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
    summary = message("kind.length.summary")
    example = "length: {max: 120}"
    parameters = (*COUNTS, _UNIT)
    mapping_rules: ClassVar[Schema] = {"anyOf": [{"required": [one.key]} for one in COUNTS]}

    bounds: NumberRange
    unit: LengthUnit = "chars"

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse `{min, max, unit}`."""
        arguments = cls.read_arguments(argument)
        bounds = NumberRange.from_limits(arguments, argument, COUNTS)
        return cls(**item.common, bounds=bounds, unit=_UNIT.read(arguments))

    @property
    def expected(self) -> LocalizedText:
        """The range of lengths."""
        return self.bounds.describe(_MESSAGES[self.unit].describe_amount)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the answer's length."""
        size = measure(context.reply.answer, self.unit)
        messages = _MESSAGES[self.unit]
        amount = messages.describe_amount(size)
        violation = self.bounds.violation(size)
        reason = messages.explain(amount, violation, subject=ANSWER)
        return self.failed(reason, amount) if violation else self.passed(reason, amount)
