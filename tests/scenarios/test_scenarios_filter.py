"""`-k` and `--tag`: what they take, and how a broken expression is shown."""

from __future__ import annotations

import contextlib
import itertools

import pytest
from coze_harness.model import TrialKey
from coze_harness.model.errors import UsageError
from coze_harness.scenarios.trial_filter import TrialFilter
from hypothesis import given
from hypothesis import strategies as st


def key(
    scenario: str = "identity", bot: str = "chat", case: str = "", tags: tuple[str, ...] = ()
) -> TrialKey:
    name = f"{scenario}[{case}]" if case else scenario
    return TrialKey(
        id=name,
        scenario=scenario,
        file="scenarios/a.yaml",
        line=1,
        bot=bot,
        case=case,
        trial=1,
        tags=tags,
        cassette="a.yaml",
    )


SAMPLE = key("Weather 天气", "chatchat", "北京", ("smoke", "zh"))


@pytest.mark.parametrize(
    "expression",
    [
        "weather",
        "WEATHER",
        "天气",
        "北京",
        "chatchat",
        "smoke",
        "zh and smoke",
        "not slow",
        "not (slow or fast)",
        "slow or weather",
        "not slow and not fast",
        "slow and fast or zh",
        "zh or slow and fast",
        "((zh))",
        "not not zh",
        "[北京]",
        '"weather 天气"',
        '"not" or zh',
        "",
        "   ",
    ],
)
def test_an_expression_takes_the_trial(expression: str) -> None:
    assert TrialFilter(expression).matches(SAMPLE)


@pytest.mark.parametrize(
    "expression",
    [
        "slow",
        "not zh",
        "zh and slow",
        "(zh or slow) and fast",
        "not (zh or slow)",
        '"天气 weather"',
    ],
)
def test_an_expression_leaves_the_trial(expression: str) -> None:
    assert not TrialFilter(expression).matches(SAMPLE)


@pytest.mark.parametrize(
    ("expression", "column"),
    [
        ("and", 1),
        ("zh and", 7),
        ("zh or or smoke", 7),
        ("(zh", 4),
        ("zh)", 3),
        ("zh smoke", 4),
        ("zh & smoke", 4),
        ("not", 4),
        ("()", 2),
        ('"zh', 1),
        ("天气 & 北", 4),
        ("zh == 1", 4),
    ],
)
def test_a_broken_expression_is_refused_with_its_column(expression: str, column: int) -> None:
    with pytest.raises(UsageError) as caught:
        TrialFilter(expression)
    assert f"column {column}" in str(caught.value.what)
    assert str(caught.value.detail[1]).index("^") == column - 1
    assert caught.value.exit_code == 2


def test_code_is_never_run() -> None:
    with pytest.raises(UsageError):
        TrialFilter("__import__('os')")


@pytest.mark.parametrize("deep", ["(" * 5000 + "a" + ")" * 5000, "not " * 5000 + "a"])
def test_a_deep_expression_is_refused_without_a_crash(deep: str) -> None:
    with pytest.raises(UsageError, match="deeply"):
        TrialFilter(deep)


def test_a_long_expression_is_served() -> None:
    assert TrialFilter(" or ".join(["slow"] * 5000 + ["zh"])).matches(SAMPLE)


def test_of_several_tags_any_is_enough_and_whole_words_count() -> None:
    assert TrialFilter(tags=["slow", "zh"]).matches(SAMPLE)
    assert not TrialFilter(tags=["slow"]).matches(SAMPLE)
    assert not TrialFilter(tags=["smo"]).matches(SAMPLE)
    assert not TrialFilter(tags=["ZH"]).matches(SAMPLE)
    assert TrialFilter(tags=[]).matches(SAMPLE)


def test_expression_and_tags_must_both_take() -> None:
    assert TrialFilter("weather", ["zh"]).matches(SAMPLE)
    assert not TrialFilter("slow", ["zh"]).matches(SAMPLE)
    assert not TrialFilter("weather", ["slow"]).matches(SAMPLE)


_TREES = st.recursive(
    st.sampled_from(["a", "b", "c"]),
    lambda inner: st.one_of(
        inner.map(lambda one: f"not {one}"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
        inner.map(lambda one: f"({one})"),
    ),
    max_leaves=12,
)


@given(_TREES)
def test_precedence_is_that_of_python(expression: str) -> None:
    selection = TrialFilter(expression)
    for a, b, c in itertools.product([True, False], repeat=3):
        tags = tuple(name for name, is_tagged in (("a", a), ("b", b), ("c", c)) if is_tagged)
        expected = eval(expression, {"__builtins__": {}}, {"a": a, "b": b, "c": c})  # noqa: S307  # the peer, on words we made
        assert selection.matches(key("x", "y", "", tags)) == expected


@given(st.text(max_size=30))
def test_no_text_makes_anything_but_our_error_escape(expression: str) -> None:
    # Anything else that is raised fails the test.
    with contextlib.suppress(UsageError):
        TrialFilter(expression).matches(SAMPLE)
