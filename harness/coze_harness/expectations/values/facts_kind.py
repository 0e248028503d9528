"""The kind `facts`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from coze_harness.expectations.answer_limit import reject_long_answer
from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import ItemArgument, is_list
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.parameter import Parameter, required_text
from coze_harness.expectations.subject import ANSWER
from coze_harness.messages import LocalizedText, message
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext

if TYPE_CHECKING:
    from coze_harness.text.facts import FactChange  # 15 ms to import, and few kinds need it

_MAX_SHOWN: Final = 8
"""Facts that a verdict shows."""
_KINDS: Final[dict[str, tuple[str, ...]]] = {
    "numbers": ("number", "unit"),
    "dates": ("date",),
    "negations": ("negation",),
    "names": ("name",),
}
"""The kinds of facts (`FactKind`) by the names that authors write."""
_NAMES: Final = tuple(_KINDS)
_OF: Final = required_text("of")


def _parse_ignored(argument: ItemArgument) -> tuple[str, ...]:
    if not is_list(argument.value):
        raise argument.type_error(
            message("expectation.type.texts"),
            message("expectation.write", code="ignore: [names]"),
        )
    members = enumerate(argument.value)
    return tuple(argument.child(i, member).choice(_NAMES) for i, member in members)


_IGNORE: Final[Parameter[tuple[str, ...]]] = Parameter(
    "ignore", _parse_ignored, {"type": "array", "items": {"enum": [*_NAMES]}}, ()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SameFacts(ExpectationKind):
    """The answer keeps the facts of a text."""

    kind = "facts"
    summary = message("kind.facts.summary")
    example = "facts: {of: 7 天内可以无理由退货。, ignore: [names]}"
    parameters = (_OF, _IGNORE)
    short_form = "of"

    text: str
    ignored: tuple[str, ...] = ()

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a text or `{of, ignore}`."""
        from coze_harness.text.facts import extract_facts

        arguments = cls.read_arguments(argument)
        text, ignored = _OF.read(arguments), _IGNORE.read(arguments)
        expectation = cls(**item.common, text=text, ignored=ignored)
        judged = expectation.judged_kinds
        if not any(fact.kind in judged and fact.is_certain for fact in extract_facts(text)):
            raise arguments.get(_OF.key, argument).error_at(
                message("expectation.facts.none", label=argument.label),
                message("expectation.facts.none.next"),
            )
        return expectation

    @property
    def judged_kinds(self) -> frozenset[str]:
        """The kinds of facts that must be kept."""
        return frozenset(
            kind for name, kinds in _KINDS.items() if name not in self.ignored for kind in kinds
        )

    @property
    def expected(self) -> LocalizedText:
        """The text whose facts are kept."""
        if not self.ignored:
            return message("kind.facts.expected", text=self.text)
        return message("kind.facts.expected.some", text=self.text, ignored=self.ignored)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the answer: facts that it adds do not count, others than those of the text do."""
        from coze_harness.text.facts import compare_facts

        answer = context.reply.answer
        if verdict := reject_long_answer(self, answer):
            return verdict
        changes = compare_facts(self.text, answer)
        judged = self.judged_kinds
        lost = [one for one in (*changes.changed, *changes.removed) if one.kind in judged]
        if not lost:
            return self.passed(message("kind.facts.passed", subject=ANSWER), excerpt(answer))
        reasons = tuple([_reason(one) for one in lost[:_MAX_SHOWN]])
        reason = message("kind.facts.failed", subject=ANSWER, n=len(lost), reasons=reasons)
        places = sorted({(one.after.start, one.after.end) for one in lost if one.after})
        evidence = tuple([place for place in places if place[0] < place[1]])
        start, end = evidence[0] if evidence else (0, 0)
        return self.failed(reason, excerpt(answer, start, end), evidence)


def _reason(change: FactChange) -> LocalizedText:
    before = change.before.text if change.before else ""
    if change.after is None:
        return message("kind.facts.missing", text=before)
    return message("kind.facts.changed", before=before, after=change.after.text)
