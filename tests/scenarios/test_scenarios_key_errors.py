"""What each key of a scenario file refuses: every error of a file at once, each with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenario_project import errors_of

ASK = "turns: [{prompt: a}]\n"

TYPES = [
    ("text", ["name", "description", "bot", "user_id", "known_failure", "bot_version",
              "conversation_id", "workflow"], ["1", "[]", "{}", "no", "2.5"]),
    ("true or false", ["stream", "stop_on_failure", "enable_card", "auto_save_history"],
     ["1", "[]", "{}", "'yes'", "0.0"]),
    ("a whole number", ["repeat"], ["'1'", "1.5", "1.0", "true", "[]", "{}"]),
    ("a number", ["min_pass_rate"], ["'1'", "true", "[]", "{}"]),
    ("a list", ["tags", "bots", "history", "turns"], ["1", "a", "{}", "true"]),
    ("a mapping", ["custom_variables", "meta_data", "parameters", "extra_params",
                   "shortcut_command", "tools"], ["1", "a", "[]", "true"]),
]  # fmt: skip
NOT_EMPTY = ["name", "bot", "user_id", "bot_version", "conversation_id", "workflow"]


def others(key: str) -> str:
    return "" if key == "turns" else ASK


@pytest.mark.parametrize(
    ("expected", "key", "value"),
    [
        (expected, key, value)
        for expected, keys, values in TYPES
        for key in keys
        for value in values
    ],
)
def test_a_value_of_another_type_is_refused(
    tmp_path: Path, expected: str, key: str, value: str
) -> None:
    (error,) = errors_of(tmp_path, f"{others(key)}{key}: {value}\n")
    assert str(error.where) == f"scenarios/a.yaml:{1 if key == 'turns' else 2}:{len(key) + 3}"
    assert str(error.what).startswith(f'"{key}" must be {expected}')
    assert error.next_step


@pytest.mark.parametrize("key", [key for _, keys, _ in TYPES for key in keys if key != "tools"])
def test_a_key_without_a_value_is_refused_at_the_key(tmp_path: Path, key: str) -> None:
    (error,) = errors_of(tmp_path, f"{others(key)}{key}:\n")
    assert str(error.where) == f"scenarios/a.yaml:{1 if key == 'turns' else 2}:1"
    assert str(error.what) == f'"{key}" is empty.'


@pytest.mark.parametrize("key", NOT_EMPTY)
def test_an_empty_text_is_refused(tmp_path: Path, key: str) -> None:
    (error,) = errors_of(tmp_path, f"{ASK}{key}: ''\n")
    assert str(error.where) == f"scenarios/a.yaml:2:{len(key) + 3}"
    assert str(error.what) == f'"{key}" is empty.'


@pytest.mark.parametrize(
    "text",
    [
        "description: ''",
        "known_failure: ''",
        "publish_status: ''",
        "conversation: ''",
        "tools:",
        "history: []",
        "tags: []",
        "repeat: 1000",
        "min_pass_rate: 0",
        "min_pass_rate: 1",
        "min_pass_rate: 0.5",
        "parameters: {a: 1, b: [~]}",
    ],
)
def test_a_value_within_its_limits_is_taken(tmp_path: Path, text: str) -> None:
    assert errors_of(tmp_path, f"{ASK}{text}\n") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # limits and words
        (f"{ASK}repeat: 0", [("2:9", "at least 1")]),
        (f"{ASK}repeat: 1001", [("2:9", "at most 1000")]),
        (f"{ASK}min_pass_rate: -0.5", [("2:16", "at least 0")]),
        (f"{ASK}min_pass_rate: 1.5", [("2:16", "at most 1")]),
        (f"{ASK}bots: []", [("2:7", "empty list")]),
        ("turns: []", [("1:8", "empty list")]),
        (f"{ASK}publish_status: draft", [("2:17", 'cannot be "draft"')]),
        (f"{ASK}conversation: 5", [("2:15", 'cannot be "5"')]),
        (f"{ASK}conversation:", [("2:1", "is empty")]),
        # inside lists and mappings
        (
            f"{ASK}tags: [a, 1, ~, '', [b]]",
            [("2:11", '"tags[1]"'), ("2:14", '"tags[2]" is empty'), ("2:17", '"tags[3]" is empty'),
             ("2:21", '"tags[4]"')],
        ),
        (
            f"{ASK}custom_variables: {{a: 1, b: x, c: no, d: ''}}",
            [("2:23", "read `1` as the number 1"), ("2:35", '"custom_variables.c"')],
        ),
        (
            "turns: [{prompt: a, attach: ['', 1], expect: x}]",
            [("1:30", '"turns[0].attach[0]" is empty'), ("1:34", '"turns[0].attach[1]"'),
             ("1:46", '"turns[0].expect" must be a list')],
        ),
        (
            "turns: [{prompt: 5}, {prompt: }, 8, {tools: [f]}, {input: x}]",
            [("1:18", '"turns[0].prompt"'), ("1:23", '"turns[1].prompt" is empty'),
             ("1:34", '"turns[2]" must be a mapping'), ("1:45", '"turns[3].tools"'),
             ("1:59", '"turns[4].input"')],
        ),
        (
            f"{ASK}history: [{{role: user}}, {{role: system, content: ''}}, x, {{}}]",
            [("2:11", '"history[0].content" is missing'), ("2:32", 'cannot be "system"'),
             ("2:49", '"history[1].content" is empty'), ("2:54", "must be a mapping"),
             ("2:57", '"history[3].role" is missing'),
             ("2:57", '"history[3].content" is missing')],
        ),
        # keys that are not there
        ("{}", [("1:1", '"turns" is missing')]),
        ("name: a", [("1:1", '"turns" is missing')]),
        (f"{ASK}xyzzy: 1", [("2:1", 'Unknown key "xyzzy".')]),
        (f"{ASK}tagz: 1", [("2:1", 'Did you mean "tags"?')]),
        ("name: a\nturn: []", [("2:1", 'Did you mean "turns"?')]),
        (f"{ASK}attach: [a]", [("2:1", 'inside "turns"')]),
        (f"{ASK}expect: [{{contian: a}}]\nevery_turn: [{{lenght: 1}}]",
         [("2:11", "contain"), ("3:15", "length")]),
        (f"{ASK}role: user", [("2:1", 'inside "history"')]),
        ("turns: [{prompt: a, bot: b, promt: c}]",
         [("1:21", 'next to "turns"'), ("1:29", 'Did you mean "prompt"?')]),
        (f"{ASK}history: [{{rol: user, content: x}}]", [("2:12", 'Did you mean "role"?')]),
        # everything at once
        (
            "tags: 5\nstream: 5\nrepeat: x\nturns: [{prompt: 5}, 8]\nodd: 1\nnmae: a",
            [("1:7", "a list"), ("2:9", "true or false"), ("3:9", "a whole number"),
             ("4:18", "text"), ("4:22", "a mapping"), ("5:1", '"odd"'), ("6:1", '"name"')],
        ),
        # several scenarios in one file
        ("scenarios: 5", [("1:12", "must be a list")]),
        ("scenarios: []", [("1:12", '"scenarios"')]),
        ("defaults: {}", [("1:1", '"scenarios"')]),
        ("scenarios: [5, {name: x, repeat: 0, turns: [{prompt: a}]}, {turns: [{prompt: a}]}]",
         [("1:13", "must be a mapping"), ("1:34", "at least 1"), ("1:60", "needs a name")]),
        (f"odd: 1\n{ASK}scenarios: [{{{ASK.strip()}}}]",
         [("1:1", '"odd"'), ("2:1", '"turns" belongs inside "defaults".')]),
        (f"defaults: x\nscenarios: [{{{ASK.strip()}}}]",
         [("1:11", '"defaults" must be a mapping')]),
        ("defaults: {repeat: 0, tagz: [a], name: b}\nscenarios: [{turns: 5}]",
         [("1:20", "at least 1"), ("1:23", 'Did you mean "tags"?'), ("1:34", "cannot be shared")]),
        ("defaults: {turns: [{promt: a, bot: b}]}\nscenarios: [{name: b}]",
         [("1:21", 'Did you mean "prompt"?'), ("1:31", 'next to "turns"')]),
        ("defaults: {turns: []}\nscenarios: [{name: b}]", [("1:19", "empty list")]),
        ("defaults: {meta_data: {a: b}}\nscenarios: [{meta_data: {c: 1}, turns: [{prompt: x}]}]",
         [("2:29", '"meta_data.c" must be text')]),
    ],
)  # fmt: skip
def test_every_error_of_a_file_is_reported_with_its_place(
    tmp_path: Path, text: str, expected: list[tuple[str, str]]
) -> None:
    errors = errors_of(tmp_path, text)
    assert [str(error.where) for error in errors] == [
        f"scenarios/a.yaml:{where}" for where, _ in expected
    ]
    for error, (_, part) in zip(errors, expected, strict=True):
        assert part in str(error.what)
        assert error.next_step
