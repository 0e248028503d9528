"""The kind `conversation`: what is true of all turns so far."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, Literal, NamedTuple, Self, cast, get_args

from coze_harness.expectations.excerpt import excerpt, truncate_score
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.parameter import TRUE_SCHEMA, Parameter, Schema, share
from coze_harness.expectations.similarity.similarity_metrics import similarity_score
from coze_harness.messages import LocalizedText, message
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext

if TYPE_CHECKING:
    from coze_harness.text.facts import Fact

KeptFacts = Literal["numbers", "dates", "names"]

_WORDS: Final[tuple[KeptFacts, ...]] = get_args(KeptFacts)
_WORD_OF_KIND: Final[Mapping[str, KeptFacts]] = MappingProxyType(
    {"number": "numbers", "date": "dates", "name": "names"}
)
_MIN_LENGTH: Final = 10
"""Characters of an answer that is compared: 不客气 may be said twice."""
_MAX_LENGTH: Final = 5_000
"""Characters of each answer that are compared with others."""
_MAX_FACTS: Final = 2_000
"""Characters of each prompt and answer whose facts are compared."""
_LABEL: Final = 24
"""Characters before a fact in which its label is looked for."""
_CLAUSE_END: Final = re.compile(r"[\n。！？；，、,;!?()（）：:]|\. ")
_LINK: Final = re.compile(r"(?:[\s=*“\"「《]|是|为|有|约|共|\b(?:is|are|was|of|on|at)\b)+$")
_POINTER: Final = re.compile(
    r"^(?:[\s*“\"「《]|您的|你的|我的|我们的|该|此|这个|\b(?:your|my|our|the|its|this)\b)+",
    re.IGNORECASE,
)
_IS_LABEL: Final = re.compile(r"[\u4e00-\u9fff]{2}|[A-Za-z]{4}")


def _parse_flag(argument: ItemArgument) -> bool:
    if not argument.flag():
        raise argument.error_at(
            message("kind.conversation.only_true"), message("kind.conversation.only_true.next")
        )
    return True


def _parse_keeps(argument: ItemArgument) -> tuple[KeptFacts, ...]:
    members = argument.members(message("expectation.list_empty.text"))
    return tuple(dict.fromkeys([cast("KeptFacts", one.choice(_WORDS)) for one in members]))


_NO_REPETITION: Final = Parameter("no_repetition", _parse_flag, TRUE_SCHEMA, default=False)
_SIMILARITY: Final = share("similarity", 0.9)
_KEEPS: Final[Parameter[tuple[KeptFacts, ...]]] = Parameter(
    "keeps",
    _parse_keeps,
    {"type": "array", "items": {"enum": list(_WORDS)}, "minItems": 1},
    (),
)


class _Contradiction(NamedTuple):
    """A fact of an answer that an earlier text states otherwise in the same words."""

    turn: int
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeConversation(ExpectationKind):
    """No answer so far repeats an earlier one, or contradicts what was said before it."""

    kind = "conversation"
    summary = message("kind.conversation.summary")
    example = "conversation: {no_repetition: true, keeps: [numbers, dates, names]}"
    parameters = (_NO_REPETITION, _SIMILARITY, _KEEPS)
    mapping_rules: ClassVar[Schema] = {
        "anyOf": [{"required": [_NO_REPETITION.key]}, {"required": [_KEEPS.key]}],
        "dependentRequired": {_SIMILARITY.key: [_NO_REPETITION.key]},
    }
    scope = "reply"

    no_repetition: bool
    similarity: float
    keeps: tuple[KeptFacts, ...]

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse `{no_repetition, similarity, keeps}`, with at least one rule."""
        arguments = cls.read_arguments(argument)
        no_repetition, keeps = _NO_REPETITION.read(arguments), _KEEPS.read(arguments)
        if not (no_repetition or keeps):
            raise argument.error_at(
                message("kind.conversation.no_rule"),
                message("expectation.write", code="conversation: {no_repetition: true}"),
            )
        if "similarity" in arguments and not no_repetition:
            raise arguments["similarity"].error_at(
                message("kind.conversation.similarity_alone"),
                message("expectation.write", code="no_repetition: true"),
            )
        return cls(
            **item.common,
            no_repetition=no_repetition,
            similarity=_SIMILARITY.read(arguments),
            keeps=keeps,
        )

    @property
    def expected(self) -> LocalizedText:
        """The rules."""
        if not self.keeps:
            return message("kind.conversation.expected.repetition", limit=self.similarity)
        if not self.no_repetition:
            return message("kind.conversation.expected.keeps", kinds=self.keeps)
        return message("kind.conversation.expected.both", limit=self.similarity, kinds=self.keeps)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge all answers so far; the first fault in the order of turns decides."""
        answers = [reply.answer for reply in (*context.previous_replies, context.reply)]
        if self.no_repetition and (repeated := self._repetition(answers)):
            first, second, score = repeated
            reason = message(
                "kind.conversation.repeated",
                turn=second + 1,
                earlier=first + 1,
                score=truncate_score(score),
                limit=self.similarity,
            )
            return self.failed(reason, excerpt(answers[second]))
        prompts = (*context.previous_prompts, context.prompt)
        for turn, answer in enumerate(answers, 1):
            for one in _contradictions(prompts[:turn], answers[: turn - 1], answer, self.keeps):
                reason = message(
                    "kind.conversation.contradicted",
                    turn=turn,
                    earlier=one.turn,
                    after=one.after,
                    before=one.before,
                )
                return self.failed(reason, excerpt(answer))
        turns = message("kind.amount.turns", n=len(answers))
        return self.passed(message("kind.conversation.passed", turns=turns), turns)

    def _repetition(self, answers: Sequence[str]) -> tuple[int, int, float] | None:
        """Return the first two answers that are nearly the same, by index, and their similarity."""
        texts = [(at, text[:_MAX_LENGTH]) for at, text in enumerate(answers)]
        long_enough = [(at, text) for at, text in texts if len(text.strip()) >= _MIN_LENGTH]
        pairs = sorted(combinations(long_enough, 2), key=lambda pair: (pair[1][0], pair[0][0]))
        for (first, one), (second, other) in pairs:
            score = similarity_score(one, other, "ratio")
            if score >= self.similarity:
                return first, second, score
        return None


def _contradictions(
    prompts: Sequence[str], answers: Sequence[str], answer: str, kinds: Sequence[KeptFacts]
) -> Iterator[_Contradiction]:
    """Yield the facts of an answer that contradict what was said before it.

    A fact contradicts an earlier one if both follow the same words, nobody has said it before, and
    the answer does not have the earlier one too. Where a text has several facts after the same
    words, it is a list: none of them counts.

    Args:
        prompts: the prompts up to that of the answer.
        answers: the answers before it.
        answer: the answer.
        kinds: the kinds of facts that count.
    """
    if not kinds:
        return
    from coze_harness.text.facts import compare_facts  # only this rule needs it

    texts = [text[:_MAX_FACTS] for pair in zip(prompts, answers, strict=False) for text in pair]
    texts.append(prompts[-1][:_MAX_FACTS])
    earlier, answer = "\n".join(texts), answer[:_MAX_FACTS]
    changes = compare_facts(earlier, answer)
    lost = _label_facts(earlier, [change.before for change in (*changes.changed, *changes.removed)])
    new = _label_facts(answer, [change.after for change in (*changes.changed, *changes.added)])
    counts = Counter((_index_of(texts, fact.start), label) for label, fact in lost)
    new_counts = Counter(label for label, _ in new)
    for label, fact in new:
        if _WORD_OF_KIND[fact.kind] not in kinds or new_counts[label] > 1:
            continue
        # The latest of several statements is the one that counts.
        for other_label, other in sorted(lost, key=lambda one: -one[1].start):
            text = _index_of(texts, other.start)
            is_counterpart = other.kind is fact.kind and counts[text, other_label] == 1
            if is_counterpart and _is_same(label, other_label):
                before, after = f"{other_label} {other.text}", f"{label} {fact.text}"
                yield _Contradiction(text // 2 + 1, before, after)
                break


def _label_facts(text: str, facts: Sequence[Fact | None]) -> list[tuple[str, Fact]]:
    """Return the certain facts of the kinds that can be kept, each with its label."""
    return [
        (_label(text, fact.start), fact)
        for fact in facts
        if fact is not None and fact.is_certain and fact.kind in _WORD_OF_KIND
    ]


def _label(text: str, start: int) -> str:
    """Return the words of the clause before a fact, without those that every clause may have."""
    before = text[max(0, start - _LABEL) : start]
    before = _LINK.sub("", before.rstrip(" \t:：=*"))
    return _POINTER.sub("", _CLAUSE_END.split(before)[-1]).strip()


def _is_same(one: str, other: str) -> bool:
    """Return whether two labels name the same: one may have more words before it."""
    short, long = sorted((one.casefold(), other.casefold()), key=len)
    return bool(_IS_LABEL.search(short)) and long.endswith(short)


def _index_of(texts: Sequence[str], position: int) -> int:
    """Return which of some texts, joined by line breaks, has a position."""
    for index, text in enumerate(texts):
        if position <= len(text):
            return index
        position -= len(text) + 1
    return len(texts) - 1
