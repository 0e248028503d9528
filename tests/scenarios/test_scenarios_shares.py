"""A project loaded in shares is the one loaded at once; scripts lie packed and come back whole."""

from __future__ import annotations

import gc
import pickle
import weakref
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from coze_harness.model import replace
from coze_harness.model.errors import ScenarioErrors
from coze_harness.model.location import Location
from coze_harness.model.trial import Trial, Turn
from coze_harness.scenarios import (
    ProjectPaths,
    Scenario,
    check_bots,
    expand_trials,
    find_files,
    load_batch,
    load_scenarios,
    merge_batches,
)
from coze_harness.scenarios.parallel_loader import (
    PackedScript,
    ScriptPack,
    pack_object,
    unpack_object,
)
from scenario_project import BOTS, project_in

EVERYTHING = """
name: 一切 {number}
description: "👩‍🔬 é\\u2028ｆｕｌｌ"
tags: [smoke, zh]
bots: [chat, 助手]
repeat: 2
custom_variables: {{tone: "{{{{ city }}}}"}}
shortcut_command: {{command_id: "7", parameters: {{q: '[]'}}}}
cases: [{{city: 杭州}}, {{city: 北京}}]
turns:
  - prompt: "{{{{ city }}}} {{{{ today }}}}"
    tools: {{get_weather: '{{"temp": 21}}'}}
    expect:
      - 学术
      - not: {{contains: {{any: [ChatGPT, "{{{{ city }}}}"]}}}}
      - any_of: [{{regex: '第\\d+次'}}, {{starts_with: 我}}]
      - json: {{where: {{"items[0].name": 北京}}}}
      - similar: {{to: 我是chatchat, at_least: 0.6}}
  - prompt: 然后呢?
    expect: [{{length: {{max: 120}}}}, {{tokens: {{max: 800}}}}, {{latency: {{max: 3}}}}]
"""


def a_project(root: Path, count: int, **others: str) -> tuple[ProjectPaths, Sequence[str]]:
    files = {f"scenarios/s{n:03}.yaml": EVERYTHING.format(number=n) for n in range(count)}
    files |= {f"scenarios/{name}.yaml": text for name, text in others.items()}
    project = project_in(root, files)
    return project, find_files([], project, project.root).files


def in_shares(project: ProjectPaths, files: Sequence[str], size: int) -> Iterable[Scenario] | None:
    known = check_bots(BOTS)
    shares = [
        load_batch(files[at : at + size], project, known) for at in range(0, len(files), size)
    ]
    return merge_batches([share for share in shares if share is not None])


def expand(scenarios: Iterable[Scenario] | None) -> list[Trial]:
    assert scenarios is not None
    return expand_trials(scenarios, BOTS, cassettes="cassettes")


@pytest.mark.parametrize("size", [1, 7, 500])
def test_trials_of_shares_are_those_of_the_whole(tmp_path: Path, size: int) -> None:
    project, files = a_project(tmp_path, 30)
    whole = expand(load_scenarios(files, project))
    shared = expand(in_shares(project, files, size))
    assert len(whole) == 30 * 2 * 2 * 2
    assert [replace(trial, script=whole[0].script) for trial in shared] == [
        replace(trial, script=whole[0].script) for trial in whole
    ]
    values = {"today": "2026-11-22"}
    for trial, other in zip(shared, whole, strict=True):
        assert isinstance(trial.script, PackedScript)
        assert trial.script.generated_names == other.script.generated_names == {"today"}
        ours, theirs = trial.script.turns(values), other.script.turns(values)
        # A compiled pattern is equal to none but itself.
        assert repr(ours) == repr(theirs)


@pytest.mark.parametrize("name", ["一切 1", "ÉTÉ", "e\u0301te\u0301"])
def test_a_name_taken_in_two_shares_leaves_it_to_the_whole_to_tell(
    tmp_path: Path, name: str
) -> None:
    other = f"name: {name}\nbot: chat\nturns: [{{prompt: hi}}]\n"
    project, files = a_project(tmp_path, 3, z=other, été="bot: chat\nturns: [{prompt: hi}]\n")
    assert in_shares(project, files, 1) is None
    with pytest.raises(ScenarioErrors, match="is taken by"):
        load_scenarios(files, project)


@pytest.mark.parametrize(
    "text",
    [
        "turns: [{prompt: hi, expect: [{icontains: x}]}]\n",
        "bot: nobody\nturns: [{prompt: hi}]\n",
        "[",
    ],
)
def test_a_share_with_a_fault_is_no_share(tmp_path: Path, text: str) -> None:
    project, files = a_project(tmp_path, 1, bad=text)
    assert load_batch(files, project, check_bots(BOTS)) is None


class Numbered:
    """A script whose life can be watched."""

    written_turns: object = ()

    def __init__(self, number: int) -> None:
        self.number = number

    @property
    def generated_names(self) -> frozenset[str]:
        return frozenset()

    def turns(self, generated: Mapping[str, str]) -> Sequence[Turn]:
        assert not generated
        return [Turn(prompt=str(self.number), expectations=(), location=Location("a.yaml"))]


def prompt_of(pack: ScriptPack, number: int) -> str:
    (turn,) = pack.script(number).turns({})
    return turn.prompt


def test_scripts_are_found_in_whatever_order_they_are_asked_for() -> None:
    pack = ScriptPack.of([Numbered(number) for number in range(5)])
    for number in (0, 1, 4, 0, 3, 3, 2):
        assert prompt_of(pack, number) == str(number)


def test_scripts_that_were_played_are_let_go() -> None:
    pack = ScriptPack.of([Numbered(number) for number in range(3)])
    first = weakref.ref(pack.script(0))
    assert first() is not None
    assert pack.script(0) is first()
    last = weakref.ref(pack.script(2))
    gc.collect()
    assert first() is None
    assert last() is not None


def test_many_threads_may_ask_at_once() -> None:
    pack = ScriptPack.of([Numbered(number) for number in range(40)])
    numbers = [(number * 7) % 40 for number in range(300)]
    with ThreadPoolExecutor(8) as pool:
        prompts = list(pool.map(lambda number: prompt_of(pack, number), numbers))
    assert prompts == [str(number) for number in numbers]


def test_packed_nouns_come_back_equal_and_frozen(tmp_path: Path) -> None:
    project, files = a_project(tmp_path, 2)
    keys = [trial.key for trial in expand(load_scenarios(files, project))]
    back = unpack_object(pack_object(keys))
    assert back == keys
    assert {hash(key) for key in back} == {hash(key) for key in keys}
    assert back[0].tags is back[1].tags
    with pytest.raises(AttributeError):
        back[0].id = "x"


def test_packed_scripts_are_small(tmp_path: Path) -> None:
    project, files = a_project(tmp_path, 100)
    share = load_batch(files, project, check_bots(BOTS))
    assert share is not None
    assert len(share.scenarios) < 100 * 1_000
    assert len(pickle.dumps(list(load_scenarios(files, project)))) > 3 * len(share.scenarios)
