"""The differences of the bots."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from compare_sides import compare_all, results
from coze_harness.compare.bot_differences import snapshot_differences
from coze_harness.model import JSON, BotComparison, BotDifference, BotSnapshot


def bot(details: Mapping[str, JSON] | None = None, **fields: str) -> BotSnapshot:
    return BotSnapshot(
        version=fields.get("version", "1718867040"),
        model=fields.get("model", "豆包·1.5·Pro·32k"),
        prompt=fields.get("prompt", "你是一个学术助手。"),
        details=details or {},
        warning=fields.get("warning", ""),
    )


def diff(before: Mapping[str, JSON], after: Mapping[str, JSON]) -> list[tuple[str, str, str]]:
    return [(d.name, d.before, d.after) for d in snapshot_differences(bot(before), bot(after))]


def only(before: BotSnapshot | None, after: BotSnapshot | None) -> BotComparison:
    (change,) = compare_all(results("p", "p", bots=(before, after))).bots
    return change


def test_version_model_and_its_settings_are_named_by_their_path() -> None:
    before = bot({"settings": {"temperature": 0.7, "top_p": 1}})
    after = bot({"settings": {"top_p": 1.0, "temperature": 0.1}}, version="2", model="GPT-4o")
    assert snapshot_differences(before, after) == (
        BotDifference(name="version", before='"1718867040"', after='"2"'),
        BotDifference(name="model", before='"豆包·1.5·Pro·32k"', after='"GPT-4o"'),
        BotDifference(name="model.temperature", before="0.7", after="0.1"),
    )


def test_the_prompt_is_compared_separately() -> None:
    change = only(bot(), bot(prompt="你是客服。"))
    assert change.differences == ()
    assert change.prompt_changed
    assert change.known


def test_an_unchanged_bot_has_no_differences() -> None:
    details: Mapping[str, JSON] = {"plugins": ["weather", "地图"], "settings": {"temperature": 1}}
    change = only(bot(details), bot(details))
    assert (change.differences, change.prompt_changed, change.known) == (
        (),
        False,
        True,
    )


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
def test_equivalent_values_are_no_difference(
    before: Mapping[str, JSON], after: Mapping[str, JSON]
) -> None:
    assert diff(before, after) == []


def test_added_and_removed_items_are_one_difference_each() -> None:
    assert diff({"plugins": ["天气", "地图"]}, {"plugins": ["地图", "搜索"]}) == [
        ("plugins[天气]", '"天气"', ""),
        ("plugins[搜索]", "", '"搜索"'),
    ]


def test_objects_in_lists_are_matched_by_their_identity() -> None:
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
    assert diff(before, after) == [
        ("plugins[weather].apis[forecast].description", '"查询城市天气"', '"天气预报"'),
        ("plugins[map]", "", '{"name":"map","plugin_id":"8"}'),
    ]


def test_onboarding_and_variables_are_named_by_their_path() -> None:
    before: Mapping[str, JSON] = {
        "onboarding": {"prologue": "你好!", "suggested_questions": ["你是谁?"]},
        "variables": [{"keyword": "语气", "default_value": "formal"}],
    }
    after: Mapping[str, JSON] = {
        "onboarding": {"prologue": "您好!", "suggested_questions": ["你是谁?", "天气?"]},
        "variables": [{"keyword": "语气", "default_value": "casual"}],
    }
    assert diff(before, after) == [
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
def test_values_of_every_type_are_compared(
    before: Mapping[str, JSON], after: Mapping[str, JSON], expected: list[tuple[str, str, str]]
) -> None:
    assert diff(before, after) == expected


def test_a_deeply_nested_snapshot_can_be_compared() -> None:
    deep: JSON = 1
    for _ in range(600):
        deep = {"x": [deep]}
    assert diff({"y": deep}, {"y": deep}) == []


@pytest.mark.parametrize("missing", [None, BotSnapshot(), bot(warning="no permission")])
def test_a_bot_without_both_snapshots_is_not_known(missing: BotSnapshot | None) -> None:
    for pair in ((missing, bot()), (bot(), missing), (missing, missing)):
        change = only(*pair)
        assert (change.known, change.differences, change.prompt_changed) == (
            False,
            (),
            False,
        )
        assert (change.before, change.after) == pair


def test_each_bot_is_compared_once_in_any_order_of_its_trials() -> None:
    old, new = bot(), bot(version="2")
    trials = [
        *results("pp", "pp", scenario="a", bots=(old, None)),
        *results("pp", "pp", scenario="b", bots=(old, new)),
        *results("p", "p", scenario="c", bots=(bot(version="0"), new)),
        *results("p", "", scenario="d", bot="other", bots=(old, None)),
    ]
    change = compare_all(trials).bots
    assert [(one.bot, one.known) for one in change] == [("chatchat", True), ("other", False)]
    assert [d.before for d in change[0].differences] == ['"1718867040"']
    assert compare_all(reversed(trials)).bots == change
