"""Exported conversations as scenarios."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from coze_harness.cassettes import Redactor
from coze_harness.importing.chat_log import as_literal, read_log
from coze_harness.importing.imported_scenario import ImportedFile, NotImportableError
from coze_harness.model import JSON
from coze_harness.model.location import Location
from coze_harness.scenarios.template_renderer import TemplateRenderer

HELLO = [{"role": "user", "content": "你好"}, {"role": "assistant", "content": "您好！"}]
COZE = {
    "code": 0,
    "data": [
        {"role": "assistant", "type": "answer", "content": "九点。", "created_at": 3},
        {"role": "assistant", "type": "verbose", "content": "{}", "created_at": 2},
        {"role": "user", "type": "question", "content": "几点开门?", "created_at": 1},
        {"role": "assistant", "type": "follow_up", "content": "几点关门?", "created_at": 4},
    ],
}


def import_log(folder: Path, text: str, name: str = "log.json") -> ImportedFile:
    (folder / name).write_text(text, "utf-8")
    return read_log(folder / name, name, Redactor().redact)


def turns_of(log: ImportedFile) -> list[list[tuple[str, JSON]]]:
    return [
        [(turn.prompt, [one["similar"]["to"] for one in turn.expect]) for turn in scenario.turns]  # type: ignore[call-overload,index]
        for scenario in log.scenarios
    ]


@pytest.mark.parametrize(
    ("value", "turns"),
    [
        (HELLO, [[("你好", ["您好！"])]]),
        ({"messages": HELLO}, [[("你好", ["您好！"])]]),
        ([{"messages": HELLO}, {"messages": HELLO}], [[("你好", ["您好！"])]] * 2),
        (COZE, [[("几点开门?", ["九点。"])]]),
        ([*HELLO, *HELLO, HELLO[0]], [[("你好", ["您好！"]), ("你好", ["您好！"]), ("你好", [])]]),
        ([HELLO[0], HELLO[1], HELLO[1]], [[("你好", ["您好！\n您好！"])]]),
        (
            [{"role": "Human", "content": [{"type": "text", "text": "a"}]}, {"role": "system"}, 3],
            [[("a", [])]],
        ),
        (
            [{**one, "conversation_id": name} for name in ("1", "2") for one in HELLO],
            [[("你好", ["您好！"])]] * 2,
        ),
    ],
)
def test_each_conversation_becomes_turns(
    tmp_path: Path, value: JSON, turns: list[list[tuple[str, JSON]]]
) -> None:
    assert turns_of(import_log(tmp_path, json.dumps(value))) == turns


def test_lines_are_conversations_or_messages(tmp_path: Path) -> None:
    messages = [json.dumps({**one, "session_id": 7}) for one in HELLO]
    text = "\n".join([json.dumps({"messages": HELLO}), "", *messages])
    log = import_log(tmp_path, text, "log.jsonl")
    assert turns_of(log) == [[("你好", ["您好！"])]] * 2
    assert [one.where for one in log.scenarios] == [
        Location("log.jsonl", 1),
        Location("log.jsonl", 3),
    ]


def test_a_greeting_is_a_finding_with_its_place(tmp_path: Path) -> None:
    log = import_log(tmp_path, json.dumps([HELLO[1], *HELLO], indent=1))
    assert turns_of(log) == [[("你好", ["您好！"])]]
    (finding,) = log.findings
    assert (finding.what.id, str(finding.where)) == ("import.greeting", "log.json:2:2")


def test_characters_that_are_written_as_two_escapes_are_read(tmp_path: Path) -> None:
    log = import_log(
        tmp_path, json.dumps([{"role": "assistant", "content": "😀"}, *HELLO], indent=1)
    )
    assert [str(one.where) for one in log.findings] == ["log.json:2:2"]
    log = import_log(tmp_path, json.dumps([{"role": "user", "content": "😀"}]))
    assert turns_of(log) == [[("😀", [])]]


def test_secrets_are_redacted(tmp_path: Path) -> None:
    token = "pat_" + "Zx9Kq2Vb7Lm4Wp8T" * 4
    log = import_log(tmp_path, json.dumps([{"role": "user", "content": f"my token is {token}"}]))
    assert token not in str(turns_of(log))


@pytest.mark.parametrize("text", ["a {{ b }} {% c %} {# d #}", "{{{%", "{", "{{ '{' }}"])
def test_braces_of_a_text_are_no_template(text: str) -> None:
    assert TemplateRenderer().text(as_literal(text), {}, lambda: Location("")) == text


@pytest.mark.parametrize(
    "text", ["{}", "[]", "[1]", "{", "[" * 5_000, '{"messages": [{"role": 1}]}']
)
def test_what_has_no_conversation_says_so(tmp_path: Path, text: str) -> None:
    with pytest.raises(NotImportableError):
        import_log(tmp_path, text)
