"""Forty planted changes in one comparison: the result of each, its cause, exit code and calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from planted_changes import PlantedChange, add_history, script, write_project
from project import TOKEN, CommandResult, ProjectFolder, empty_project, script_server

P = PlantedChange
ROWS = [
    # --- real drops
    P("drop-total", "p", "f", "regressed", 5, code=1),
    P("drop-model", "p", "f", "regressed", 5, bot="modelled", code=1),
    P("drop-plugin", "p", "f", "regressed", 5, bot="extended", code=1),
    P("drop-fact", "七天内可退。", "十五天内可退。", "regressed", 5, expect="七天", code=1),
    P("drop-refusal", "退款已提交。", "抱歉，我不会。", "regressed", 5, expect="已提交", code=1),
    P("drop-language", "You can return it.", "可以退货。", "regressed", 5, expect="return", code=1),
    P("drop-turn", "p", "f", "regressed", 10, turns=2, code=1),
    P("drop-unchanged-bot", "p", "f", "regressed", 5, bot="same", code=1),
    P("drop-case", "p", "f", "regressed", 6, keys="cases: [{q: 甲}, {q: drop-case}]\n", code=1),
    P("drop-one-bot", "p", "f", "regressed", 6, bot="modelled",
      keys="bots: [modelled, same]\n", code=1),
    P("fixed", "f", "p", "improved", history=""),
    P("known", "f", "f", "unchanged", keys="known_failure: 尚未支持\n", history=""),
    # --- coin flips
    P("coin-once", "p", "fppppppppppp", "not_regressed", 5),
    P("coin-model", "p", "fppppppppppp", "not_regressed", 5, bot="modelled"),
    P("coin-same", "p", "fppppppppppp", "flaky", 5, bot="same"),
    P("coin-history", "p", "fppppppppppp", "flaky", 5, history="pppppppfff"),
    # --- rewordings
    P("reword-zh", "营业时间是九点到六点。", "我们九点到六点营业。", "text_changed"),
    P("reword-en", "You can return it for free.", "Returning it is free for you.", "text_changed"),
    P("reword-digits", "运费五元。", "运费 5 元。", "text_changed"),
    P("reword-width", "共１２件。", "共12件。", "text_changed"),
    P("reword-time", "下午三点开会。", "15:00 开会。", "text_changed"),
    P("reword-thousands", "余额 12,000 元。", "余额1.2万元。", "text_changed"),
    P("reword-negation", "You can't return it.", "You cannot return it.", "text_changed"),
    P("reword-same-bot", "好的，没问题。", "没问题，好的！", "text_changed", bot="same"),
    P("same-answer", "北京是首都。", "北京是首都。", "unchanged"),
    P("same-expected", "p", "p", "unchanged", bot="extended"),
    # --- facts
    P("fact-price", "运费5元。", "运费50元。", "facts_changed"),
    P("fact-negation", "可以退货。", "不可以退货。", "facts_changed"),
    P("fact-days", "退款需要 7 天。", "退款需要 15 天。", "facts_changed", expect="退款"),
    P("fact-weekday", "周一开会。", "周三开会。", "facts_changed"),
    P("fact-hour", "九点开门。", "十点开门。", "facts_changed", bot="modelled"),
    P("fact-currency", "运费5元。", "运费5美元。", "facts_changed"),
    P("fact-title", "推荐《红楼梦》。", "推荐《西游记》。", "facts_changed"),
    P("fact-percent", "打折10%。", "打折20%。", "facts_changed"),
    P("fact-price-en", "Shipping costs $5.", "Shipping costs $50.", "facts_changed"),
    P("fact-negation-en", "You can return it.", "You cannot return it.", "facts_changed"),
    P("fact-lost", "包邮，3 天送达。", "包邮。", "facts_changed"),
    P("fact-invented", "包邮。", "包邮，3 天送达。", "facts_changed", bot="extended"),
    P("fact-turn", "共 2 件。", "共 3 件。", "facts_changed", 2, turns=2),
    P("fact-accepted", ["20 度。", "25 度。"], "现在 25 度。", "text_changed", 2,
      keys="repeat: 2\n"),
    # --- cost
    P("cost-tokens", "p", "p", "cost_changed", usage=(611, 6011)),
    P("cost-half-more", "好。", "好的。", "cost_changed", usage=(140, 212)),
    P("cost-fell", "p", "p", "cost_changed", usage=(900, 300)),
    P("cost-little", "p", "p", "unchanged", usage=(600, 660)),
    P("cost-time", "p", "p", "cost_changed", delays=(0.0, 2.2)),
    P("cost-limit", "p", "p", "cost_changed", keys="max_increase: {tokens: 20%}\n",
      usage=(600, 750), code=1),
    P("cost-within", "p", "p", "unchanged", keys="max_increase: {tokens: 20%}\n",
      usage=(600, 690)),
]  # fmt: skip
CAUSES = {"prompted": "prompt", "modelled": "model", "extended": "plugins", "same": ""}


@pytest.fixture(scope="module")
def project_and_result(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[ProjectFolder, CommandResult]]:
    """The project after one comparison of all rows."""
    project = empty_project(tmp_path_factory.mktemp("planted"))
    write_project(project, ROWS)
    project.env["COZE_API_TOKEN"] = TOKEN
    with script_server(script(ROWS, 0)) as server:
        assert project.run("record", env={"COZE_API_BASE": server.base_url}).code == 1
    add_history(project, ROWS)
    with script_server(script(ROWS, 1)) as server:
        yield project, project.run("compare", env={"COZE_API_BASE": server.base_url})


@pytest.fixture(scope="module")
def scenarios(project_and_result: tuple[ProjectFolder, CommandResult]) -> dict[str, dict[str, Any]]:
    """The scenarios of the comparison by name, with their calls."""
    project, _ = project_and_result
    # Of a scenario with several bots, the gravest result comes first.
    scenarios: dict[str, dict[str, Any]] = {}
    for one in project.run_json()["comparison"]["scenarios"]:
        scenarios.setdefault(one["scenario"], one)
    for one in scenarios.values():
        one["calls"] = 0
    for line in project.lines().values():
        scenarios[line["scenario"]]["calls"] += line["calls"]
    return scenarios


def test_every_change_has_its_result_and_its_calls(scenarios: dict[str, dict[str, Any]]) -> None:
    assert {
        one.name: (scenarios[one.name]["state"], scenarios[one.name]["calls"]) for one in ROWS
    } == {one.name: (one.state, one.calls) for one in ROWS}


def test_every_change_has_its_exit_code(
    project_and_result: tuple[ProjectFolder, CommandResult],
) -> None:
    project, result = project_and_result
    assert result.code == 1
    bad = [one.name for one in ROWS if one.code]
    good = [one.name for one in ROWS if not one.code]
    copy = project.copy_to(project.root / "copy", home=project.root / "copy-home")
    for name in ("drop-total", "drop-unchanged-bot", "cost-limit"):
        assert name in bad
        again = copy.run("compare", name, "--replay")
        assert again.code == 1, again
    again = copy.run("compare", *good, "--replay")
    assert again.code == 0, again
    # A replay decides as the comparison did.
    states = {one["scenario"]: one["state"] for one in copy.run_json()["comparison"]["scenarios"]}
    assert states == {one.name: one.state for one in ROWS if not one.code}


def test_every_change_has_its_cause(
    project_and_result: tuple[ProjectFolder, CommandResult],
) -> None:
    project, result = project_and_result
    bots = {one["bot"]: one for one in project.run_json()["comparison"]["bots"]}
    causes = {}
    for name, one in bots.items():
        names = {re.split(r"[.\[]", difference["name"])[0] for difference in one["differences"]}
        if one["before"]["prompt"] != one["after"]["prompt"]:
            names.add("prompt")
        causes[name] = names - {"version"}
    assert causes == {name: {cause} - {""} for name, cause in CAUSES.items()}
    assert "The bot is the same on both sides." in result.out


def test_facts_and_costs_are_data_and_words(
    project_and_result: tuple[ProjectFolder, CommandResult], scenarios: dict[str, dict[str, Any]]
) -> None:
    project, result = project_and_result
    assert scenarios["fact-days"]["facts"] == [
        {"kind": "number", "before": "7 天", "after": "15 天"}
    ]
    assert scenarios["fact-negation"]["facts"][0]["kind"] == "negation"
    assert scenarios["fact-invented"]["facts"][0]["before"] is None
    assert scenarios["reword-digits"]["facts"] == []
    turn = project.lines()["fact-price"]["change"]["turns"][0]
    assert turn["facts"] == [{"kind": "number", "before": "5元", "after": "50元"}]
    assert project.lines()["fact-price"]["change"]["kind"] == "facts_changed"
    (tokens, _latency, *_) = scenarios["cost-tokens"]["cost"]
    assert (round(tokens["before"]), round(tokens["after"]), tokens["pairs"]) == (611, 6011, 1)
    assert (tokens["changed"], tokens["exceeded"], tokens["p"]) == (True, False, None)
    assert scenarios["cost-limit"]["cost"][0]["exceeded"]
    text = project.read("reports/latest/summary.md")
    page = project.read("reports/latest/index.html")
    for output in (result.out, text):
        assert 'still passes, but facts changed: "7 天" → "15 天".' in output
        assert "Tokens increased by 25%; max_increase allows 20%." in output
    assert "changed: tokens 140 → 212 (+51%)" in result.out
    for word in ("facts_changed", "state.cost_changed", "事实有变", "开销有变"):
        assert word in page
    assert "1 exceeds max_increase" in result.last


def test_a_limit_of_the_project_and_of_a_scenario_hold_for_two_runs(
    project_and_result: tuple[ProjectFolder, CommandResult],
) -> None:
    project, _ = project_and_result
    copy = project.copy_to(project.root / "copy3", home=project.root / "copy3-home")
    before, after = copy.runs()[0], copy.runs()[-1]
    assert copy.run("compare", before, after, "-k", "cost-within").code == 0
    assert copy.run("compare", before, after, "-k", "cost-limit").code == 1
    copy.edit("harness.yaml", "bots:", "compare: {max_increase: {tokens: 5%}}\nbots:")
    result = copy.run("compare", before, after, "-k", "cost-little")
    assert result.code == 1, result
    assert "max_increase allows 5%" in result.out
    # The scenario's own limit comes first.
    assert copy.run("compare", before, after, "-k", "cost-within").code == 0
