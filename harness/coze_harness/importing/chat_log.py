"""Exported conversations as scenarios: message lists and logs, JSON or one JSON value a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from coze_harness.importing.imported_scenario import (
    FixedPosition,
    ImportedFile,
    ImportedScenario,
    ImportedTurn,
    ImportFinding,
    NotImportableError,
    similar_to,
)
from coze_harness.importing.referenced_files import json_as_yaml, parse_json, read_text
from coze_harness.messages import message
from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location, PathPart, SourcePositions
from coze_harness.yaml_source import read_yaml

_MAX_CONVERSATIONS: Final = 1_000
_MAX_TURNS: Final = 100

_LISTS: Final = ("messages", "data", "conversations", "items", "history")
_GROUPS: Final = ("conversation_id", "session_id", "thread_id")
_USERS: Final = ("user", "human")
_BOTS: Final = ("assistant", "bot", "ai")
# Types of Coze's messages that a person says or reads; those of other tools have none.
_TEXT_TYPES: Final = ("", "question", "answer", "message", "text")
_BRACE: Final = re.compile(r"\{(?=[{%#])")


class _LogMessage(Struct, frozen=True):
    """A message: who said it, and where it is."""

    is_user: bool
    text: str
    where: Location


def read_log(path: Path, display_path: str, redact: Callable[[str], str]) -> ImportedFile:
    """Return a scenario for each conversation; every answer is expected again, similarly.

    A conversation is a list of messages with `role` and `content`: a file's only one, or below
    `messages` or `data`, as in Coze's message list; or all messages of a `conversation_id`.

    Args:
        path: the file.
        display_path: its name in findings.
        redact: removes secrets from a text.

    Raises:
        NotImportableError: it cannot be read, or has no conversations.
    """
    findings: list[ImportFinding] = []
    scenarios: list[ImportedScenario] = []
    for conversation in _conversations(
        read_text(path), path.suffix.lower() == ".jsonl", display_path
    ):
        if len(scenarios) == _MAX_CONVERSATIONS:
            what = message("import.too_many_scenarios", limit=_MAX_CONVERSATIONS)
            findings.append(ImportFinding(conversation[0].where, what))
            break
        turns = _turns(conversation, redact)
        if not conversation[0].is_user:
            findings.append(ImportFinding(conversation[0].where, message("import.greeting")))
        if len(turns) > _MAX_TURNS:
            what = message("import.too_many_turns", limit=_MAX_TURNS)
            findings.append(ImportFinding(conversation[0].where, what))
        if turns:
            scenarios.append(
                ImportedScenario(where=conversation[0].where, turns=turns[:_MAX_TURNS])
            )
    if not scenarios:
        raise NotImportableError(message("import.reason.no_conversation"))
    count = sum(len(turn.expect) for scenario in scenarios for turn in scenario.turns)
    return ImportedFile(scenarios=scenarios, findings=findings, assertions=count, imported=count)


def _conversations(text: str, is_lines: bool, display_path: str) -> Iterator[list[_LogMessage]]:
    """Yield the messages of each conversation, at least one."""
    if not is_lines:
        positions = _positions(text, display_path)
        for messages, path in _message_lists(parse_json(text), ()):
            yield from _group_messages(
                messages, [positions.at(*path, i) for i in range(len(messages))]
            )
        return
    loose: list[JSON] = []
    places: list[Location] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        value, where = parse_json(line), Location(display_path, number)
        if isinstance(value, dict) and "role" in value:
            loose.append(value)
            places.append(where)
            continue
        for messages, _ in _message_lists(value, ()):
            yield from _group_messages(messages, [where] * len(messages))
    yield from _group_messages(loose, places)


def _positions(text: str, display_path: str) -> SourcePositions:
    """Return where the values of a JSON text are; all at the file where YAML cannot read it."""
    try:
        return read_yaml(json_as_yaml(text), display_path, ScenarioError).positions
    except ScenarioError:
        return FixedPosition(Location(display_path))


def _message_lists(
    value: JSON, path: tuple[PathPart, ...]
) -> Iterator[tuple[Sequence[JSON], tuple[PathPart, ...]]]:
    """Yield the lists of messages inside a value, and where each is."""
    if isinstance(value, list):
        if any(isinstance(one, dict) and "role" in one for one in value):
            yield value, path
        elif len(path) < 4:
            for i, one in enumerate(value):
                yield from _message_lists(one, (*path, i))
    elif isinstance(value, dict) and len(path) < 4:
        for key in _LISTS:
            if isinstance(value.get(key), list | dict):
                yield from _message_lists(value[key], (*path, key))


def _group_messages(
    messages: Sequence[JSON], places: Sequence[Location]
) -> Iterator[list[_LogMessage]]:
    """Yield the messages of each conversation in a list, in the order of their times."""
    groups: dict[str, list[tuple[float, int, Mapping[str, JSON]]]] = {}
    for i, one in enumerate(messages):
        if isinstance(one, dict):
            name = next((str(one[key]) for key in _GROUPS if key in one), "")
            time = one.get("created_at")
            at = float(time) if isinstance(time, int | float) else 0.0
            groups.setdefault(name, []).append((at, i, one))
    for members in groups.values():
        ordered = sorted(members, key=lambda member: member[:2])
        texts = [_read_message(data, places[i]) for _, i, data in ordered]
        if conversation := [one for one in texts if one is not None]:
            yield conversation


def _read_message(data: Mapping[str, JSON], where: Location) -> _LogMessage | None:
    """Return a message of a user or a bot; `None` for what neither says."""
    role, text = str(data.get("role", "")).lower(), _text(data.get("content"))
    if str(data.get("type") or "") not in _TEXT_TYPES or not text.strip():
        return None
    if role in _USERS or role in _BOTS:
        return _LogMessage(role in _USERS, text, where)
    return None


def _text(content: JSON) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else ()
    return "\n".join(
        str(part["text"]) for part in parts if isinstance(part, dict) and "text" in part
    )


def _turns(messages: Sequence[_LogMessage], redact: Callable[[str], str]) -> list[ImportedTurn]:
    """Return a turn for each message of the user, with the answers up to the next one."""
    turns: list[ImportedTurn] = []
    answers: list[str] = []
    for one in reversed(messages):
        if not one.is_user:
            answers.insert(0, one.text)
            continue
        expect: list[JSON] = []
        if answers:
            expect.append(similar_to(as_literal(redact("\n".join(answers)))))
        turns.insert(0, ImportedTurn(prompt=as_literal(redact(one.text)), expect=expect))
        answers = []
    return turns


def as_literal(text: str) -> str:
    """Return a text as a template that is filled with this very text."""
    return _BRACE.sub("{{ '{' }}", text)
