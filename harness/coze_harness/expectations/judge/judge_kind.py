"""The kind `judge`: another bot judges the answer. Its replies are in the context."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import ClassVar, Final, Self

from coze_harness.expectations.excerpt import excerpt, truncate_score
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.judge.judge_exchange import (
    JudgeQuestion,
    JudgeReply,
    ReplyForm,
    closed_question,
    pairwise_question,
    parse_reply,
    scored_rubric,
    topic_of,
)
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.parameter import (
    Parameter,
    Schema,
    optional_text,
    share,
)
from coze_harness.messages import LocalizedText, message
from coze_harness.model import Verdict
from coze_harness.model.errors import CassetteMissingError
from coze_harness.model.trial import EvaluationContext, Expectation, Turn

_MAX_VOTES: Final = 9
_PAIRWISE_EXAMPLE: Final = 'judge: {better_than: baseline, criteria: "…"}'


def _read_votes(argument: ItemArgument) -> int:
    votes = argument.count()
    if votes % 2 == 0 or votes > _MAX_VOTES:
        raise argument.error_at(
            message("expectation.judge.votes", votes=votes, most=_MAX_VOTES),
            message("expectation.write", code="votes: 3"),
        )
    return votes


_QUESTION: Final = optional_text("question")
_RUBRIC: Final = optional_text("rubric")
_AT_LEAST: Final = share("at_least", 0.7)
_BETTER_THAN: Final = Parameter(
    "better_than", lambda one: one.choice(("baseline",)), {"enum": ["baseline"]}, ""
)
_CRITERIA: Final = optional_text("criteria")
_VOTES: Final = Parameter(
    "votes", _read_votes, {"enum": list(range(1, _MAX_VOTES + 1, 2)), "default": 1}, 1
)
_FORMS: Final = (_QUESTION.key, _RUBRIC.key, _BETTER_THAN.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge(ExpectationKind):
    """A judge says that the answer meets a question, a rubric, or is better than the baseline's.

    `words` are the question, the rubric or the criteria; `form` is the key that the author wrote.
    """

    kind = "judge"
    summary = message("kind.judge.summary")
    example = "judge: {question: 语气是否正式？}"
    parameters = (_QUESTION, _RUBRIC, _AT_LEAST, _BETTER_THAN, _CRITERIA, _VOTES)
    short_form = "question"
    mapping_rules: ClassVar[Schema] = {
        "oneOf": [{"required": [form]} for form in _FORMS],
        "dependentRequired": {
            _AT_LEAST.key: [_RUBRIC.key],
            _CRITERIA.key: [_BETTER_THAN.key],
            _BETTER_THAN.key: [_CRITERIA.key],
        },
    }
    scope = "reply"

    form: str
    words: str
    at_least: float = _AT_LEAST.default
    votes: int = 1

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a question, or `{question | rubric, at_least | better_than, criteria; votes}`."""
        arguments = cls.read_arguments(argument)
        forms = [key for key in _FORMS if key in arguments]
        if len(forms) != 1:
            raise argument.error_at(
                message("expectation.judge.forms", keys=_FORMS),
                message("expectation.write", code=cls.example),
            )
        (form,) = forms
        for one, owner in ((_AT_LEAST, _RUBRIC), (_CRITERIA, _BETTER_THAN)):
            if one.key in arguments and form != owner.key:
                raise argument.key_error(
                    one.key,
                    message("expectation.judge.not_here", key=one.key, form=form),
                    message("expectation.judge.not_here.next", key=one.key, form=owner.key),
                )
        if form == _BETTER_THAN.key:
            _BETTER_THAN.read(arguments)
            if _CRITERIA.key not in arguments:
                raise argument.error_at(
                    message("expectation.key_required", label=argument.label, key=_CRITERIA.key),
                    message("expectation.write", code=_PAIRWISE_EXAMPLE),
                )
        texts = {_QUESTION.key: _QUESTION, _RUBRIC.key: _RUBRIC, _BETTER_THAN.key: _CRITERIA}
        return cls(
            **item.common,
            form=form,
            words=texts[form].read(arguments),
            at_least=_AT_LEAST.read(arguments),
            votes=_VOTES.read(arguments),
        )

    @property
    def topic(self) -> str:
        """The id of what is asked, whatever the answer is."""
        return topic_of(self.form, self.words, self.at_least, self.votes)

    @property
    def expected(self) -> LocalizedText:
        """What the judge must say."""
        if self.form == _RUBRIC.key:
            return message("kind.judge.expected.rubric", text=self.words, least=self.at_least)
        if self.is_pairwise:
            return message("kind.judge.expected.better", text=self.words)
        return message("kind.judge.expected", text=self.words)

    @property
    def is_pairwise(self) -> bool:
        """Whether the answer is compared with the baseline's."""
        return self.form == _BETTER_THAN.key

    @property
    def call_count(self) -> int:
        """The number of questions that one answer takes."""
        return self.votes * (2 if self.is_pairwise else 1)

    def questions(self, context: EvaluationContext) -> tuple[JudgeQuestion, ...]:
        """Return what the judge is asked about a reply; of two answers, each order in turn.

        Without another answer of the baseline, there is nothing to compare.
        """
        prompt, answer, baseline = context.prompt, context.reply.answer, context.baseline_answer
        if self.is_pairwise:
            if baseline is None or baseline == answer:
                return ()
            return tuple(
                question
                for pair in ((answer, baseline), (baseline, answer))
                for question in self._votes(
                    pairwise_question(self.words, prompt, *pair), (prompt, *pair)
                )
            )
        ask = scored_rubric if self.form == _RUBRIC.key else closed_question
        return self._votes(ask(self.words, prompt, answer), (prompt, answer))

    def _votes(self, prompt: str, data: tuple[str, ...]) -> tuple[JudgeQuestion, ...]:
        form = ReplyForm.SCORE if self.form == _RUBRIC.key else ReplyForm.ANSWER
        return tuple(
            JudgeQuestion(
                prompt=prompt,
                words=self.words,
                form=form,
                topic=self.topic,
                data=data,
                vote=vote,
            )
            for vote in range(1, self.votes + 1)
        )

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge by the judge's replies.

        Raises:
            CassetteMissingError: the context has no reply to a question.
            JudgeReplyError: a reply does not have the agreed form.
        """
        if self.topic in context.ignored_questions:
            return self.skipped(message("kind.judge.ignored"))
        questions = self.questions(context)
        if not questions:
            return self.skipped(message("kind.judge.no_baseline"))
        replies = [parse_reply(self._reply(one, context), one) for one in questions]
        if self.form == _RUBRIC.key:
            return self._by_score(replies, context)
        if self.is_pairwise:
            return self._by_both_orders(replies, context)
        return self._by_answer(replies, context)

    def _reply(self, question: JudgeQuestion, context: EvaluationContext) -> str:
        text = context.judge_replies.get(question.key)
        if text is None:
            raise CassetteMissingError(
                message("kind.judge.not_asked", text=self.words),
                where=self.location,
                next_step=message("kind.judge.not_asked.next"),
            )
        return text

    def _by_score(self, replies: Sequence[JudgeReply], context: EvaluationContext) -> Verdict:
        score = median(one.score for one in replies)
        nearest = min(replies, key=lambda one: abs(one.score - score))
        verdict, reason = (
            self.passed,
            message("kind.judge.passed.score", score=truncate_score(score)),
        )
        if score < self.at_least:
            verdict = self.failed
            reason = message("kind.judge.failed.score", **reason.params, least=self.at_least)
        return verdict(_with_reason(reason, nearest), excerpt(context.reply.answer), (), score)

    def _by_answer(self, replies: Sequence[JudgeReply], context: EvaluationContext) -> Verdict:
        answer = excerpt(context.reply.answer)
        decision = _majority(replies)
        if decision is None or decision.answer == "unknown":
            reason = message("kind.judge.unknown" if decision else "kind.judge.no_majority")
            return self.inconclusive(_with_reason(reason, decision or replies[0]), answer)
        votes, of = sum(one.answer == decision.answer for one in replies), len(replies)
        if decision.is_yes:
            verdict, reason = self.passed, message("kind.judge.passed")
            if of > 1:
                reason = message("kind.judge.passed.votes", votes=votes, of=of)
        else:
            verdict, reason = self.failed, message("kind.judge.failed")
            if of > 1:
                reason = message("kind.judge.failed.votes", votes=votes, of=of)
        return verdict(_with_reason(reason, decision), answer)

    def _by_both_orders(self, replies: Sequence[JudgeReply], context: EvaluationContext) -> Verdict:
        """Pass if the answer is better in both orders; a judge that prefers a place is no judge."""
        answer = excerpt(context.reply.answer)
        first, second = _majority(replies[: self.votes]), _majority(replies[self.votes :])
        if first is None or second is None or "unknown" in (first.answer, second.answer):
            return self.inconclusive(message("kind.judge.unknown"), answer)
        if first.is_yes and second.is_yes:
            return self.inconclusive(message("kind.judge.place"), answer)
        if first.is_yes:
            return self.passed(_with_reason(message("kind.judge.better"), first), answer)
        if second.is_yes:
            return self.failed(_with_reason(message("kind.judge.worse"), second), answer)
        return self.failed(_with_reason(message("kind.judge.not_better"), first), answer)


def judges_in(expectation: Expectation) -> Iterator[Judge]:
    """Yield the judges of an expectation, also those inside `not`, `any_of` and the like."""
    if isinstance(expectation, Judge):
        yield expectation
    for one in expectation.operands() if isinstance(expectation, ExpectationKind) else ():
        yield from judges_in(one)


def judges_of(turn: Turn) -> Iterator[Judge]:
    """Yield the judges of a turn, and of the end of its conversation."""
    final = turn.user.final_expectations if turn.user else ()
    for one in (*turn.expectations, *final):
        yield from judges_in(one)


def _majority(replies: Sequence[JudgeReply]) -> JudgeReply | None:
    """Return the first reply with the answer of more than half of the votes, if there is one."""
    answer, count = Counter(one.answer for one in replies).most_common(1)[0]
    if 2 * count <= len(replies):
        return None
    return next(one for one in replies if one.answer == answer)


def _with_reason(decision: LocalizedText, reply: JudgeReply) -> LocalizedText:
    """Return a sentence about the judge's reply, followed by the judge's own reason."""
    if not reply.reason.strip():
        return decision
    return message("kind.judge.reason", said=decision, reason=" ".join(reply.reason.split()))
