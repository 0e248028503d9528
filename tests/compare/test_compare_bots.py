"""What changed about the bots themselves."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from compare_sides import results
from coze_harness.compare import build_comparison, snapshot_differences
from coze_harness.model import JSON, BotComparison, BotDifference, BotSnapshot


def bot(details: Mapping[str, JSON] | None = None, **named: str) -> BotSnapshot:
    return BotSnapshot(
        version=named.get("version", "1718867040"),
        model=named.get("model", "豆包·1.5·Pro·32k"),
        prompt=named.get("prompt", "你是一个学术助手。"),
        details=details or {},
        warning=named.get("warning", ""),
    )


def told(before: Mapping[str, JSON], after: Mapping[str, JSON]) -> list[tuple[str, str, str]]:
    return [(d.name, d.before, d.after) for d in snapshot_differences(bot(before), bot(after))]


def only(before: BotSnapshot | None, after: BotSnapshot | None) -> BotComparison:
    (found,) = build_comparison("a", "b", results("p", "p", bots=(before, after))).bots
    return found


def test_version_model_and_its_settings_are_named_by_their_path() -> None:
    before = bot({"settings": {"temperature": 0.7, "top_p": 1}})
    after = bot({"settings": {"top_p": 1.0, "temperature": 0.1}}, version="2", model="GPT-4o")
    assert snapshot_differences(before, after) == (
        BotDifference(name="version", before='"1718867040"', after='"2"'),
        BotDifference(name="model", before='"豆包·1.5·Pro·32k"', after='"GPT-4o"'),
        BotDifference(name="model.temperature", before="0.7", after="0.1"),
    )


def test_the_prompt_is_told_apart_from_all_the_rest() -> None:
    found = only(bot(), bot(prompt="你是客服。"))
    assert found.differences == ()
    assert found.prompt_changed
    assert found.known


def test_nothing_of_the_bot_changed() -> None:
    details: Mapping[str, JSON] = {"plugins": ["weather", "地图"], "settings": {"temperature": 1}}
    found = only(bot(details), bot(details))
    assert (found.differences, found.prompt_changed, found.known) == ((), False, True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"d": 3, "c": 2}, "a": 1}),
        ({"plugins": ["甲", "乙"]}, {"plugins": ["乙", "甲"]}),
        ({"plugins": []}, {}),
        ({"settings": {}}, {}),
        ({"top_k": None}, {}),
        ({"onboarding": {"prologue": ""}}, {}),
        ({"x": 1}, {"x": 1.0}),
        ({"update_time": 1}, {"update_time": 2}),
        (
            {"plugins": [{"id": "7", "icon_url": "https://x/a?sign=1"}]},
            {"plugins": [{"icon_url": "https://x/a?sign=2", "id": "7"}]},
        ),
        ({"background": "https://x/y.png?t=1#a"}, {"background": "https://x/y.png?t=2"}),
        (
            {"variables": [{"keyword": "a", "x": 1}, {"keyword": "b"}]},
            {"variables": [{"keyword": "b"}, {"x": 1, "keyword": "a"}]},
        ),
    ],
)
def test_what_only_looks_different_is_no_difference(
    before: Mapping[str, JSON], after: Mapping[str, JSON]
) -> None:
    assert told(before, after) == []


def test_items_that_came_and_went_are_told_one_by_one() -> None:
    assert told({"plugins": ["天气", "地图"]}, {"plugins": ["地图", "搜索"]}) == [
        ("plugins[天气]", '"天气"', ""),
        ("plugins[搜索]", "", '"搜索"'),
    ]


def test_objects_in_lists_are_matched_by_what_identifies_them() -> None:
    tool: Mapping[str, JSON] = {"api_id": "1", "name": "forecast", "description": "查询城市天气"}
    before: Mapping[str, JSON] = {
        "plugins": [{"plugin_id": "7", "name": "weather", "apis": [tool]}]
    }
    after: Mapping[str, JSON] = {
        "plugins": [
            {"plugin_id": "8", "name": "map"},
            {"plugin_id": "7", "name": "weather", "apis": [{**tool, "description": "天气预报"}]},
        ]
    }
    assert told(before, after) == [
        ("plugins[weather].apis[forecast].description", '"查询城市天气"', '"天气预报"'),
        ("plugins[map]", "", '{"name":"map","plugin_id":"8"}'),
    ]


def test_onboarding_and_variables_are_told_by_their_path() -> None:
    before: Mapping[str, JSON] = {
        "onboarding": {"prologue": "你好!", "suggested_questions": ["你是谁?"]},
        "variables": [{"keyword": "语气", "default_value": "formal"}],
    }
    after: Mapping[str, JSON] = {
        "onboarding": {"prologue": "您好!", "suggested_questions": ["你是谁?", "天气?"]},
        "variables": [{"keyword": "语气", "default_value": "casual"}],
    }
    assert told(before, after) == [
        ("onboarding.prologue", '"你好!"', '"您好!"'),
        ("onboarding.suggested_questions[天气?]", "", '"天气?"'),
        ("variables[语气].default_value", '"formal"', '"casual"'),
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"x": True}, {"x": 1}, [("x", "true", "1")]),
        ({"x": "1"}, {"x": 1}, [("x", '"1"', "1")]),
        ({"x": {"a": 1}}, {"x": [1]}, [("x", '{"a":1}', "[1]")]),
        ({"x": {"a": 1}}, {}, [("x.a", "1", "")]),
        ({"x": [1, 1]}, {"x": [1]}, [("x[1]", "1", "")]),
        ({"x": [{"q": 1}]}, {"x": []}, [('x[{"q":1}]', '{"q":1}', "")]),
        ({"u": "https://a/b"}, {"u": "https://a/c"}, [("u", '"https://a/b"', '"https://a/c"')]),
    ],
)
def test_values_of_every_shape_are_compared(
    before: Mapping[str, JSON], after: Mapping[str, JSON], expected: list[tuple[str, str, str]]
) -> None:
    assert told(before, after) == expected


def test_a_description_as_deep_as_a_well_is_taken() -> None:
    deep: JSON = 1
    for _ in range(600):
        deep = {"x": [deep]}
    assert told({"y": deep}, {"y": deep}) == []


@pytest.mark.parametrize("missing", [None, BotSnapshot(), bot(warning="no permission")])
def test_a_bot_that_was_not_seen_on_both_sides_is_not_known(missing: BotSnapshot | None) -> None:
    for pair in ((missing, bot()), (bot(), missing), (missing, missing)):
        found = only(*pair)
        assert (found.known, found.differences, found.prompt_changed) == (False, (), False)
        assert (found.before, found.after) == pair


def test_each_bot_is_told_once_whatever_the_order_of_its_trials() -> None:
    old, new = bot(), bot(version="2")
    trials = [
        *results("pp", "pp", scenario="a", bots=(old, None)),
        *results("pp", "pp", scenario="b", bots=(old, new)),
        *results("p", "p", scenario="c", bots=(bot(version="0"), new)),
        *results("p", "", scenario="d", bot="other", bots=(old, None)),
    ]
    found = build_comparison("a", "b", trials).bots
    assert [(one.bot, one.known) for one in found] == [("chatchat", True), ("other", False)]
    assert [d.before for d in found[0].differences] == ['"1718867040"']
    assert build_comparison("a", "b", reversed(trials)).bots == found
