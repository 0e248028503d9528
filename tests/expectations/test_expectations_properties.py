"""What holds for every answer and every text."""

from __future__ import annotations

import pickle
import unicodedata
from typing import cast

import pytest
from builders import message
from coze_harness.expectations import ExpectationKind, build_expectation
from coze_harness.expectations.answer_text.word_count import count_words, words
from coze_harness.expectations.excerpt import LIMIT, excerpt
from coze_harness.expectations.text_normalization import TextNormalization
from coze_harness.model import JSON, Message, Reply, ToolCall, Usage, Verdict, VerdictStatus
from coze_harness.model.location import Location, PathPart, SourcePositions
from declaring import answer_context, bare, declare
from hypothesis import given, settings
from hypothesis import strategies as st
from scale import scale_down

ODD = "\x00\ud800\udfff\u202e\u2066\u200b\u200d\ufeff\u2028\x1b\r\n\u0301\u3099ｶﾞＡ①ßİ👨‍👩‍👧🇨🇳é"
TEXTS = st.text(max_size=60) | st.text(alphabet=ODD + "abc学术。", max_size=60)
NEEDLES = st.text(alphabet=ODD + "abc学术。", min_size=1, max_size=8)


class Nowhere:
    """Places of data that stands in no file."""

    def at(self, *path: PathPart) -> Location:
        return Location("x.yaml", 1, 1)

    def key(self, *path: PathPart) -> Location:
        return Location("x.yaml", 1, 1)

    def source(self, *path: PathPart) -> str:
        return ""

    def below(self, *path: PathPart) -> SourcePositions:
        return self


def build_item(item: JSON) -> ExpectationKind:
    return build_expectation(item, Nowhere())


@st.composite
def replies(draw: st.DrawFn) -> Reply:
    count = st.integers(0, 9)
    types = st.sampled_from(["answer", "answer", "verbose", "follow_up", "odd\x00"])
    messages: list[Message] = draw(
        st.lists(st.builds(lambda t, c: message(c, type=t), types, TEXTS), max_size=4)
    )
    seconds = st.none() | st.floats(0, 1e6)
    arguments = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
        max_leaves=5,
    )
    return Reply(
        chat_id="1",
        conversation_id="2",
        log_id="3",
        status=draw(st.sampled_from(["completed", "failed", "", "\ud800"])),
        messages=tuple(messages),
        usage=draw(st.none() | st.builds(Usage, total=count, input=count, output=count)),
        seconds=draw(seconds),
        first_token=draw(seconds),
        poll_count=draw(count),
        tool_calls=tuple(
            ToolCall(name=name, arguments=value)
            for name, value in draw(st.lists(st.tuples(NEEDLES, arguments), max_size=2))
        ),
        error_message=draw(TEXTS),
    )


def ranges(strategy: st.SearchStrategy[float]) -> st.SearchStrategy[JSON]:
    """`{min, max}` with one of them, or with both in order."""
    one = st.builds(lambda key, v: {key: v}, st.sampled_from(["min", "max"]), strategy)
    both = st.builds(lambda a, b: {"min": min(a, b), "max": max(a, b)}, strategy, strategy)
    return cast("st.SearchStrategy[JSON]", one | both)


COUNT = st.integers(0, 60)
SECONDS = st.floats(0, 1e6)
OPTIONS = st.fixed_dictionaries(
    {}, optional={"ignore_case": st.booleans(), "normalize": st.just("width")}
)


def one_text(kind: str) -> st.SearchStrategy[JSON]:
    return st.builds(lambda text, options: {kind: {"text": text, **options}}, NEEDLES, OPTIONS)


SIMPLE: st.SearchStrategy[JSON] = st.one_of(
    NEEDLES,
    *(one_text(kind) for kind in ("contains", "equals", "starts_with", "ends_with")),
    st.builds(
        lambda how, texts, options: {"contains": {how: texts, **options}},
        st.sampled_from(["any", "all", "none"]),
        st.lists(NEEDLES, min_size=1, max_size=3),
        OPTIONS,
    ),
    st.builds(
        lambda pattern, options: {"regex": {"pattern": pattern, **options}},
        st.sampled_from([r"\w+", "^.$", "[学a]", "（x?", r"\X{3}", "(?s).+$", r"[^\n]+术"]),
        OPTIONS,
    ),
    st.builds(
        lambda text, least, metric, options: {
            "similar": {"to": text, "at_least": least, "metric": metric, **options}
        },
        NEEDLES,
        st.floats(0.01, 1),
        st.sampled_from(["ratio", "token_set"]),
        OPTIONS,
    ),
    st.builds(
        lambda limits, unit: {"length": {**limits, "unit": unit}},
        ranges(COUNT),
        st.sampled_from(["chars", "words", "lines"]),
    ),
    *(
        st.builds(lambda limits, kind=kind: {kind: limits}, ranges(COUNT))
        for kind in ("tokens", "polls", "follow_ups")
    ),
    *(
        st.builds(lambda limits, kind=kind: {kind: limits}, ranges(SECONDS))
        for kind in ("latency", "first_token")
    ),
    st.just({"json": True}),
    st.sampled_from(
        [
            {"one_of": ["学术", "a"]},
            {"order": ["学", "术"]},
            {"number": 1},
            {"number": {"min": "1元"}},
            {"date": "3月5日"},
            {"date": {"after": "2026-03-05"}},
            {"facts": "不支持 3 元"},
            {"language": "zh"},
            {"language": {"is": "zh-Hant", "among": ["zh", "en"]}},
            {"refusal": True},
            {"refusal": False},
            {"pii": "none"},
            {"leak": "none"},
            {"links": "none"},
            {"links": ["coze.cn"]},
            {"markdown": "none"},
            {"markdown": {"well_formed": True}},
            {"json": {"fenced": True}},
            {"similar": {"to": "学术", "metric": "rouge_l"}},
        ]
    ),
    st.builds(lambda limits: {"messages": {"answer": limits}}, ranges(COUNT)),
    st.builds(lambda name: {"tool_call": {"name": name, "arguments": {"a": [1]}}}, NEEDLES),
    st.sampled_from([{"status": "completed"}, {"status": ["failed", "canceled"]}]),
)
ITEMS: st.SearchStrategy[JSON] = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.builds(lambda item: {"not": item}, inner),
        st.builds(lambda items: {"any_of": items}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda items: {"all_of": items}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=4,
)


@given(ITEMS, replies())
@settings(max_examples=scale_down(400), deadline=None)
def test_every_expectation_gives_a_whole_verdict_on_every_reply(item: JSON, reply: Reply) -> None:
    expectation = build_item(item)
    verdict = expectation.judge(answer_context(reply))

    assert type(verdict) is Verdict
    assert verdict.reason
    assert verdict.expected
    assert len(str(verdict.actual)) <= LIMIT + 2 or verdict.kind in {"messages", "status", "any_of"}
    answer = reply.answer
    assert all(0 <= start < end <= len(answer) for start, end in verdict.evidence)
    assert verdict.score is None or 0 <= verdict.score <= 1
    assert expectation.judge(answer_context(reply)) == verdict


@given(ITEMS, replies())
@settings(max_examples=scale_down(200), deadline=None)
def test_not_is_the_opposite_of_all_that_can_be_judged(item: JSON, reply: Reply) -> None:
    opposite = {
        VerdictStatus.PASSED: VerdictStatus.FAILED,
        VerdictStatus.FAILED: VerdictStatus.PASSED,
        VerdictStatus.SKIPPED: VerdictStatus.SKIPPED,
    }
    plain = build_item(item).judge(answer_context(reply))
    negated = build_item({"not": item}).judge(answer_context(reply))
    assert negated.status is opposite[plain.status]


@given(st.lists(SIMPLE, min_size=1, max_size=3), replies())
@settings(max_examples=scale_down(100), deadline=None)
def test_all_of_is_what_any_of_is_not(items: list[JSON], reply: Reply) -> None:
    every = build_item({"all_of": items}).judge(answer_context(reply)).status
    none: JSON = {"not": {"any_of": [{"not": item} for item in items]}}
    assert build_item(none).judge(answer_context(reply)).status is every


@given(ITEMS, replies())
@settings(max_examples=scale_down(100), deadline=None)
def test_an_expectation_survives_pickling(item: JSON, reply: Reply) -> None:
    expectation = build_item(item)
    copy: ExpectationKind = pickle.loads(pickle.dumps(expectation))  # noqa: S301
    assert copy == expectation
    assert copy.judge(answer_context(reply)) == expectation.judge(answer_context(reply))


TEXT_KINDS = st.sampled_from(["contains", "equals", "starts_with", "ends_with"])


@given(TEXT_KINDS, NEEDLES, TEXTS, OPTIONS)
@settings(max_examples=scale_down(200), deadline=None)
def test_the_normal_form_of_either_side_makes_no_difference(
    kind: str, text: str, answer: str, options: dict[str, JSON]
) -> None:
    statuses = {
        build_item({kind: {"text": unicodedata.normalize(form, text), **options}})
        .judge(answer_context(bare_answer(unicodedata.normalize(other, answer))))
        .status
        for form in ("NFC", "NFD")
        for other in ("NFC", "NFD")
    }
    assert len(statuses) == 1


@given(TEXTS, NEEDLES, TEXTS, OPTIONS)
@settings(max_examples=scale_down(200), deadline=None)
def test_a_piece_of_an_answer_in_normal_form_is_found_in_it(
    before: str, text: str, after: str, options: dict[str, JSON]
) -> None:
    answer = unicodedata.normalize("NFC", before + "|" + text + "|" + after)
    piece = answer[answer.index("|") : answer.rindex("|") + 1]
    verdict = build_item({"contains": {"text": piece, **options}}).judge(
        answer_context(bare_answer(answer))
    )
    assert verdict.status is VerdictStatus.PASSED, verdict.reason
    for start, end in verdict.evidence:
        folding = TextNormalization(bool(options.get("ignore_case")), "normalize" in options)
        assert folding.normalize(answer[start:end])[0] == folding.normalize(piece)[0]


@given(TEXTS)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    for folding in (
        TextNormalization(),
        TextNormalization(width=True),
        TextNormalization(ignore_case=True, width=True),
    ):
        once = folding.normalize(text)[0]
        assert folding.normalize(once)[0] == once


@given(TEXTS)
def test_words_are_counted_as_they_are_cut(text: str) -> None:
    assert count_words(text) == len(words(text))


@given(st.text(alphabet=ODD + "ab学", min_size=250, max_size=700), st.data())
@settings(max_examples=scale_down(100), deadline=None)
def test_an_excerpt_contains_the_piece_and_is_a_piece_of_the_answer(
    answer: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(answer)))
    end = data.draw(st.integers(start, min(len(answer), start + 40)))
    section = excerpt(answer, start, end)
    inner = section.removeprefix("…").removesuffix("…") if len(answer) > LIMIT else section
    assert inner in answer
    assert answer[start:end] in inner
    assert len(section) <= LIMIT + 2


def test_an_excerpt_that_begins_before_a_grapheme_still_contains_the_end() -> None:
    answer = "字" * 399 + "e\u0301" + "字" * 298 + "完"
    section = excerpt(answer, 668, 700)
    assert answer[668:700] in section
    assert len(section) <= LIMIT + 2


def bare_answer(answer: str) -> Reply:
    return Reply(
        chat_id="1",
        conversation_id="2",
        log_id="3",
        status="completed",
        messages=(message(answer),),
    )


HUGE = {
    "a line of 5 MB": "学术" * 800_000 + "助手",
    "NUL": "\x00" * 1000,
    "lone surrogates": "\ud83d" * 1000 + "\udc00",
    "bidi marks": "\u202e" * 1000 + "abc" + "\u2066" * 1000,
    "marks on one letter": "a" + "\u0301" * 100_000,
    "deep brackets": "[" * 500_000,
    "full width": "Ａ" * 1_000_000,
}


@pytest.mark.parametrize("name", HUGE)
def test_hostile_answers_are_judged(name: str) -> None:
    reply = bare_answer(HUGE[name])
    for item in (
        "contains: 没有",
        "contains: {text: 没有, ignore_case: true, normalize: width}",
        "equals: 没有",
        "regex: 没有",
        "starts_with: 没有",
        "ends_with: 没有",
        "length: {min: 90000000}",
        "similar: {to: 没有, at_least: 1}",
        "similar: {to: 没有, at_least: 1, metric: token_set}",
        "json: true",
        "json: {fenced: true}",
        "one_of: [没有]",
        "order: [没有, 没有]",
        "number: 5",
        "date: 3月5日",
        "facts: 不支持 3 元",
        "refusal: true",
        "markdown: table",
        "similar: {to: 没有, at_least: 1, metric: rouge_l}",
        "not: {pii: none}",
        "not: {links: none}",
        "not: {leak: none}",
    ):
        verdict = declare(item).judge(answer_context(reply))
        assert verdict.status is VerdictStatus.FAILED, item
        assert len(str(verdict.actual)) <= LIMIT + 2
        assert len(str(verdict.reason)) < 1000


def test_absent_data_is_skipped_and_never_guessed() -> None:
    for kind in ("latency", "first_token", "tokens"):
        assert declare(f"{kind}: 1").judge(answer_context(bare())).status is VerdictStatus.SKIPPED
