"""Scenario files: what is read, and what is refused with which place and words."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from coze_harness.model.errors import HarnessError, ScenarioErrors
from coze_harness.scenarios import expand_trials
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scale import scale_down
from scenario_project import BOTS, fault_of, faults_of, load_all, load_one, prompts, trials_of

WHOLE = """
name: identity 身份
description: The bot says who it is.
tags: [smoke, zh, smoke]
bot: chat
user_id: "0"
stream: true
known_failure: it forgets
repeat: 2
min_pass_rate: 0.5
stop_on_failure: true
custom_variables: {tone: formal}
meta_data: {来源: test}
parameters: {depth: 3, deep: {a: [1, x]}}
extra_params: {latitude: "39.9"}
shortcut_command: {command_id: "7", parameters: {q: '[]'}}
enable_card: true
bot_version: "1.2"
publish_status: published_online
auto_save_history: false
conversation_id: "7559266127556945702"
turns:
  - prompt: 你是谁?
    expect:
      - 学术助手
      - not: {contains: ChatGPT}
      - status: completed
  - prompt: 再说一次😀
    attach: [images/map.png, scenarios/b.txt]
    tools: {get_weather: '{"temp": 21}'}
"""


def test_every_key_of_a_scenario_reaches_its_trials(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "scenarios/sub/a.yaml": WHOLE,
        "scenarios/sub/images/map.png": b"png",
        "scenarios/b.txt": "b",
    }
    trials = expand_trials(load_all(tmp_path, files), BOTS)
    assert [trial.key.trial for trial in trials] == [1, 2]
    first = trials[0]
    assert first.key.id == "identity 身份"
    assert first.key.scenario == "identity 身份"
    assert first.key.file == "scenarios/sub/a.yaml"
    assert first.key.line == 2
    assert first.key.tags == ("smoke", "zh")
    assert first.key.cassette == "sub/identity 身份.yaml"
    assert str(first.location) == "scenarios/sub/a.yaml:2"
    assert first.bot == BOTS["chat"]
    assert first.description == "The bot says who it is."
    assert first.known_failure == "it forgets"
    assert first.min_pass_rate == 0.5
    assert first.stop_on_failure
    options = first.options
    assert (options.user_id, options.stream, options.enable_card) == ("0", True, True)
    assert options.custom_variables == {"tone": "formal"}
    assert options.meta_data == {"来源": "test"}
    assert options.parameters == {"depth": 3, "deep": {"a": [1, "x"]}}
    assert options.extra_params == {"latitude": "39.9"}
    assert options.shortcut_command["command_id"] == "7"
    assert (options.bot_version, options.publish_status) == ("1.2", "published_online")
    assert not options.auto_save_history
    assert options.conversation_id == "7559266127556945702"
    one, two = first.script.turns({})
    assert one.prompt == "你是谁?"
    assert [e.kind for e in one.expectations] == ["contains", "not", "status"]
    assert str(one.expectations[1].location) == "scenarios/sub/a.yaml:26:9"
    assert one.checks_status
    assert not two.checks_status
    assert [item.name for item in two.attachments] == [
        "scenarios/sub/images/map.png",
        "scenarios/b.txt",
    ]
    assert two.tools == {"get_weather": '{"temp": 21}'}
    assert str(two.location) == "scenarios/sub/a.yaml:28:5"


def test_a_scenario_is_named_by_its_file_and_sends_the_projects_user(tmp_path: Path) -> None:
    (trial,) = trials_of(tmp_path, "turns: [{prompt: hi}]")
    assert trial.key.id == "a"
    assert trial.options.user_id == "coze-harness"
    assert trial.min_pass_rate == 1.0
    assert trial.script.generated_names == frozenset()


def test_a_byte_order_mark_is_taken(tmp_path: Path) -> None:
    trials = expand_trials(load_one(tmp_path, b"\xef\xbb\xbfturns: [{prompt: hi}]"), BOTS, "chat")
    assert prompts(trials[0]) == ["hi"]


def test_a_file_may_hold_several_scenarios_with_defaults(tmp_path: Path) -> None:
    text = """
defaults:
  bot: 助手
  tags: [shared]
  custom_variables: {tone: formal, length: short}
scenarios:
  - name: one
    custom_variables: {tone: plain}
    turns: [{prompt: 一}]
  - name: two
    tags: [own]
    bots: [chat, 助手]
    turns: [{prompt: 二}]
"""
    trials = trials_of(tmp_path, text)
    assert [t.key.id for t in trials] == ["one", "two@chat", "two@助手"]
    assert trials[0].bot.name == "助手"
    assert trials[0].key.tags == ("shared",)
    assert trials[0].options.custom_variables == {"tone": "plain", "length": "short"}
    assert trials[1].key.tags == ("own",)
    assert trials[1].options.custom_variables == {"tone": "formal", "length": "short"}
    assert [t.key.line for t in trials] == [7, 10, 10]


def test_turns_may_come_from_the_defaults_with_their_places(tmp_path: Path) -> None:
    text = """
defaults:
  turns:
    - prompt: hi
      expect: [hello]
scenarios: [{name: one}, {name: two, bot: 助手}]
"""
    trials = trials_of(tmp_path, text)
    assert [t.key.id for t in trials] == ["one", "two"]
    assert str(trials[1].script.turns({})[0].location) == "scenarios/a.yaml:4:7"


@pytest.mark.parametrize(
    ("text", "where", "what", "step"),
    [
        # misspelt, misplaced, twice
        ("turnz: [{prompt: a}]", "1:1", 'key "turnz". Did you mean "turns"?', "keys are"),
        ("turns: [{promt: a}]", "1:10", 'Did you mean "prompt"?', "keys are"),
        ("turns: [{prompt: a, bot: b}]", "1:21", 'next to "turns"', "keys are"),
        ("attach: [a]\nturns: [{prompt: a}]", "1:1", 'inside "turns"', "keys are"),
        ("name: a\nturns: [{prompt: a}]\nname: b", "3:1", '"name" is written twice', "Keep one"),
        # what YAML reads as something else
        ("user_id: 0\nturns: [{prompt: a}]", "1:10", "read `0` as the number 0", '"0"'),
        ("turns: [{prompt: no}]", "1:18", "read `no` as false", '"no"'),
        ("turns: [{prompt: 12:30}]", "1:18", "read `12:30` as the number 750", '"12:30"'),
        ("turns: [{prompt: a, expect: [no]}]", "1:30", "read `no` as", '"no"'),
        ("turns: [{prompt: a, expect: [{contains: 1.5}]}]", "1:41", "1.5", '"1.5"'),
        ("tags: [on]\nturns: [{prompt: a}]", "1:8", "read `on` as true", '"on"'),
        ("bot: 7374752000116113452\nturns: [{prompt: a}]", "1:6", "must be text", "quotes"),
        ("custom_variables: {a: 1}\nturns: [{prompt: a}]", "1:23", "must be text", "quotes"),
        ("turns: [{prompt: a, tools: {t: 12}}]", "1:32", "YAML read `12` as the number", '"12"'),
        ("tools: {t: no}\nturns: [{prompt: a}]", "1:12", "YAML read `no` as false", '"no"'),
        ("tools: {t: }\nturns: [{prompt: a}]", "1:12", "not nothing", "quotes"),
        (
            "tools: {t: {python: f}}\nturns: [{prompt: a}]",
            "1:21",
            "package.module:function",
            "JSON",
        ),
        ("tools: [f]\nturns: [{prompt: a}]", "1:8", "must be a mapping", "key: value"),
        ("name:\nturns: [{prompt: a}]", "1:1", '"name" is empty', "remove the key"),
        # shapes
        ("tags: smoke\nturns: [{prompt: a}]", "1:7", "must be a list", "[smoke]"),
        ("turns: [{prompt: a, expect: b}]", "1:29", "must be a list", "[b]"),
        ("turns: {prompt: a}", "1:8", "must be a list", "`- `"),
        ("turns: [a]", "1:9", '"turns[0]" must be a mapping', "{prompt: a}"),
        ("turns: []", "1:8", "empty list", "Correct"),
        ("name: a", "1:1", '"turns" is missing', "turns:"),
        ("turns: [{expect: [a]}]", "1:9", "prompt is empty", "prompt:"),
        ("turns: [{prompt: ' '}]", "1:18", "prompt is empty", "prompt:"),
        ("stream: 'yes'\nturns: [{prompt: a}]", "1:9", "must be true or false", "without quotes"),
        ("repeat: 0\nturns: [{prompt: a}]", "1:9", "at least 1", "Correct"),
        ("repeat: 100000\nturns: [{prompt: a}]", "1:9", "at most 1000", "Correct"),
        ("repeat: 1.5\nturns: [{prompt: a}]", "1:9", "a whole number", "number"),
        ("min_pass_rate: 1.5\nturns: [{prompt: a}]", "1:16", "at most 1", "Correct"),
        ("bots: []\nturns: [{prompt: a}]", "1:7", "empty list", "Correct"),
        ("bots: [chat, chat]\nturns: [{prompt: a}]", "1:14", "twice", "repeat"),
        ("bot: a\nbots: [b]\nturns: [{prompt: a}]", "2:1", "Both", "Keep one"),
        # Coze's limits
        (
            "publish_status: unpublished_draft\nbot_version: '1'\nturns: [{prompt: a}]",
            "2:1",
            "4000",
            "Keep one",
        ),
        ("auto_save_history: false\nturns: [{prompt: a}]", "1:1", "4007", "stream: true"),
        ("publish_status: draft\nturns: [{prompt: a}]", "1:17", '"draft"', "unpublished_draft"),
        ("meta_data: {a: ''}\nturns: [{prompt: a}]", "1:16", "4003", "Shorten"),
        (f"meta_data: {{a: {'x' * 513}}}\nturns: [{{prompt: a}}]", "1:16", "513", "Shorten"),
        (f"meta_data: {{{'k' * 65}: x}}\nturns: [{{prompt: a}}]", "1:80", "65", "Shorten"),
        ("shortcut_command: {id: x}\nturns: [{prompt: a}]", "1:19", "command_id", "Write"),
        # names
        ("name: ../a\nturns: [{prompt: a}]", "1:7", "leaves its folder", "plain name"),
        ("name: /etc/x\nturns: [{prompt: a}]", "1:7", "leaves its folder", "plain name"),
        ('name: "a\\nb"\nturns: [{prompt: a}]', "1:7", "line break", "plain name"),
        ('name: "a\\u2028b"\nturns: [{prompt: a}]', "1:7", "line break", "plain name"),
        ("name: ' '\nturns: [{prompt: a}]", "1:7", "name is empty", "plain name"),
        ("name: ''\nturns: [{prompt: a}]", "1:7", '"name" is empty', "Write a value"),
        # attachments
        ("turns: [{prompt: a, attach: [no.png]}]", "1:30", "no file", "Correct the path"),
        ("turns: [{prompt: a, attach: [../../x]}]", "1:30", "outside the project", "Move the file"),
        (
            "turns: [{prompt: a, attach: [/etc/passwd]}]",
            "1:30",
            "outside the project",
            "Move the file",
        ),
        # expectations
        ("turns: [{prompt: a, expect: [{contain: b}]}]", "1:31", "contain", "Write"),
        ("turns: [{prompt: a, expect: [{icontains: b}]}]", "1:31", "icontains", "contains"),
        # whole files
        ("", "1:1", "this one is empty", "turns:"),
        ("- a", "1:1", "not a list", "turns:"),
        ("just words", "1:1", "not text", "turns:"),
        ("a:\n\t- b", "2:1", "tab", "spaces"),
        ("[" * 200_000, "1:101", "levels deep", "Flatten"),
        ("a: !!python/object/apply:os.system [x]", "1:4", "tag", "Remove the tag"),
        ("--- {}\n--- {}", "2:1", "second document", "file of its own"),
        # suites
        ("scenarios: {}", "1:12", "must be a list", "`- `"),
        ("scenarios: [x]", "1:13", "must be a mapping", "scenarios:"),
        ("defaults: {}", "1:1", "is missing", "scenarios:"),
        ("defaults: {name: x}\nscenarios: [{turns: [{prompt: a}]}]", "1:12", "shared", "its own"),
        ("defaults: {bott: x}\nscenarios: [{turns: [{prompt: a}]}]", "1:12", '"bot"', "keys are"),
        ("turns: []\nscenarios: [{turns: [{prompt: a}]}]", "1:1", "belongs inside", "keys are"),
        (
            "scenarios: [{turns: [{prompt: a}]}, {name: b, turns: [{prompt: a}]}]",
            "1:13",
            "needs a name",
            "name:",
        ),
    ],
)
def test_a_fault_is_told_with_place_words_and_next_step(
    tmp_path: Path, text: str, where: str, what: str, step: str
) -> None:
    fault = fault_of(tmp_path, text)
    assert str(fault.where) == f"scenarios/a.yaml:{where}"
    assert what in str(fault.what)
    assert step in str(fault.next_step)


def test_all_faults_of_all_files_are_told_in_one_go_by_file_and_line(tmp_path: Path) -> None:
    faults = faults_of(
        tmp_path,
        {
            "scenarios/b.yaml": "turns:\n  - prompt: 5\n    expect: [{nott: a}]\nnmae: b\n",
            "scenarios/a.yaml": "turns: [{prompt: a, expect: [{lenght: 1}, {contains: 5}]}]",
            "scenarios/c.yaml": "a: [",
            "scenarios/good.yaml": "turns: [{prompt: a}]",
        },
    )
    assert [str(fault.where) for fault in faults] == [
        "scenarios/a.yaml:1:31",
        "scenarios/a.yaml:1:54",
        "scenarios/b.yaml:2:13",
        "scenarios/b.yaml:3:15",
        "scenarios/b.yaml:4:1",
        "scenarios/c.yaml:1:5",
    ]
    text = str(ScenarioErrors(faults))
    assert "6 errors" in text
    assert "scenarios/b.yaml:4:1: Unknown key" in text


def test_a_name_taken_twice_is_refused_with_both_places(tmp_path: Path) -> None:
    (fault,) = faults_of(
        tmp_path,
        {
            "scenarios/a.yaml": "name: same\nturns: [{prompt: a}]",
            "scenarios/b/c.yaml": "\nname: same\nturns: [{prompt: a}]",
        },
    )
    assert str(fault.where) == "scenarios/b/c.yaml:2:1"
    assert "scenarios/a.yaml:1:1" in str(fault)


@pytest.mark.parametrize(("one", "other"), [("Same", "same"), ("é", "e\u0301"), ("ß", "SS")])
def test_names_that_a_file_system_cannot_tell_apart_are_refused(
    tmp_path: Path, one: str, other: str
) -> None:
    faults = faults_of(
        tmp_path,
        {
            "scenarios/1.yaml": f"name: {one}\nturns: [{{prompt: a}}]",
            "scenarios/2.yaml": f"name: {other}\nturns: [{{prompt: a}}]",
        },
    )
    assert "tell them apart" in str(faults[0].what)


def test_meta_data_has_a_most_number_of_pairs(tmp_path: Path) -> None:
    pairs = ", ".join(f"k{i}: v" for i in range(17))
    fault = fault_of(tmp_path, f"meta_data: {{{pairs}}}\nturns: [{{prompt: a}}]")
    assert "17 pairs" in str(fault.what)


def test_an_alias_bomb_is_a_fault_and_small_aliases_are_served(tmp_path: Path) -> None:
    (trial,) = trials_of(
        tmp_path, "turns:\n  - &t {prompt: a, expect: [b]}\n  - *t\n  - {<<: *t, prompt: c}\n"
    )
    assert prompts(trial) == ["a", "a", "c"]
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for name, before in zip("bcdefgh", "abcdefg", strict=True):
        bomb += f"{name}: &{name} [{', '.join(['*' + before] * 10)}]\n"
    assert "Aliases expand" in str(fault_of(tmp_path, bomb).what)


def test_an_attachment_that_links_out_of_the_project_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "project"
    outside = tmp_path / "secret.txt"
    outside.write_text("x")
    (root / "scenarios").mkdir(parents=True)
    (root / "scenarios" / "link.txt").symlink_to(outside)
    assert "outside the project" in str(
        fault_of(root, "turns: [{prompt: a, attach: [link.txt]}]").what
    )


def test_a_shortcut_may_ask_without_a_prompt(tmp_path: Path) -> None:
    (trial,) = trials_of(tmp_path, "shortcut_command: {command_id: '7'}\nturns: [{}]")
    assert prompts(trial) == [""]


def test_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    fault = fault_of(tmp_path, b"name: x\nturns: \xff")
    assert str(fault.where) == "scenarios/a.yaml:2"


_KEYS = ["name", "tags", "bot", "bots", "cases", "turns", "repeat", "meta_data", "scenarios"]
_VALUES = st.recursive(
    st.sampled_from(
        ["a", "'{{ x }}'", "'{% if'", "1", "no", "~", "''", "'../x'", "12:30", "x.csv"]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(
            st.sampled_from(["prompt", "expect", "turns", "name", "contains", "tools", "x"]),
            inner,
            max_size=3,
        ).map(lambda d: "{" + ", ".join(f"{k}: {v}" for k, v in d.items()) + "}"),
    ),
    max_leaves=8,
)
_FILES = st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=4).map(
    lambda d: "\n".join(f"{k}: {v}" for k, v in d.items())
)


@settings(
    deadline=None,
    max_examples=scale_down(300),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(_FILES | st.text(max_size=40))
def test_no_file_makes_anything_but_our_error_escape(tmp_path: Path, text: str) -> None:
    # Anything else that is raised fails the test.
    with contextlib.suppress(HarnessError):
        expand_trials(load_one(tmp_path, text.encode("utf-8", "replace")), BOTS, "chat")
