"""The files of imported scenarios: one suite, and a table for each scenario with many cases."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from coze_harness.importing.imported_scenario import ImportedScenario, ImportedTurn
from coze_harness.messages import message
from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError, UsageError
from coze_harness.model.location import Location
from coze_harness.scenarios.name_rules import check_name
from coze_harness.scenarios.scenario_text import quote

_MAX_INLINE_ROWS: Final = 5
_MAX_INLINE_SIZE: Final = 400
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOT_PLAIN: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_BLOCK: Final = re.compile(
    r"[^\s\x00-\x1f][^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]*"
)


def scenario_files(
    name: str, scenarios: Sequence[ImportedScenario], source: str, schema: str
) -> dict[str, str]:
    """Return the text of each file, by its path below the scenarios folder.

    Args:
        name: of the file, and the beginning of the scenarios' names.
        scenarios: at least one.
        source: the file that they come from, for the comment.
        schema: the path of the JSON Schema from the scenarios folder; empty if there is none.
    """
    files: dict[str, str] = {}
    lines = [f"# yaml-language-server: $schema={schema}"] if schema else []
    comment = "".join(char if char.isprintable() else "?" for char in source)
    lines.append(f"# coze-harness import {comment}")
    lines.append("scenarios:")
    for own, scenario in zip(scenario_names(name, len(scenarios)), scenarios, strict=True):
        lines.append(f"  - name: {quote(own)}")
        lines += [f"    {line}" for line in _scenario_lines(own, scenario, files)]
    return {f"{name}.yaml": "\n".join(lines) + "\n", **files}


def scenario_names(name: str, count: int) -> list[str]:
    """Return the names of imported scenarios: with numbers if there are several."""
    width = len(str(count))
    return [f"{name}-{n:0{width}}" for n in range(1, count + 1)] if count > 1 else [name]


def _scenario_lines(name: str, scenario: ImportedScenario, files: dict[str, str]) -> Iterator[str]:
    if scenario.description:
        yield f"description: {quote(scenario.description)}"
    if scenario.rows:
        yield from _case_lines(name, scenario.rows, files)
    if scenario.history:
        yield "history:"
        for entry in scenario.history:
            yield f"  - {_flow(dict(entry))}"
    yield "turns:"
    for turn in scenario.turns:
        yield from _turn_lines(turn)


def _case_lines(
    name: str, rows: Sequence[Mapping[str, JSON]], files: dict[str, str]
) -> Iterator[str]:
    inline = [_flow(dict(row)) for row in rows[: _MAX_INLINE_ROWS + 1]]
    if len(inline) <= _MAX_INLINE_ROWS and max(map(len, inline)) <= _MAX_INLINE_SIZE:
        yield "cases:"
        yield from (f"  - {row}" for row in inline)
        return
    table = f"cases/{name}.jsonl"
    files[table] = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    yield f"cases: {quote(table)}"


def _turn_lines(turn: ImportedTurn) -> Iterator[str]:
    first, *rest = _text_lines(turn.prompt)
    yield f"  - prompt: {first}"
    yield from (f"      {line}" if line else "" for line in rest)
    if turn.min_score is not None:
        yield f"    min_score: {turn.min_score}"
    if turn.expect:
        yield "    expect:"
        for item in turn.expect:
            yield f"      - {_item(item)}"


def _text_lines(text: str) -> list[str]:
    """Return a text as YAML: as a block if it has several lines and nothing that a block loses."""
    lines = text.split("\n")
    if len(lines) > 1 and lines[-1] and _BLOCK.fullmatch(text):
        return ["|-", *lines]
    return [quote(text)]


def _item(item: JSON) -> str:
    """Return an item of `expect:`; a mapping with one key needs no braces."""
    if isinstance(item, dict) and len(item) == 1:
        ((key, value),) = item.items()
        return f"{_key(key)}: {_flow(value)}"
    return _flow(item)


def _flow(value: JSON) -> str:
    """Return data as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        return quote(value)
    return json.dumps(value)


def _key(key: str) -> str:
    is_plain = _PLAIN_KEY.fullmatch(key) and key.lower() not in _NOT_PLAIN
    return key if is_plain else quote(key)


def file_name(source: Path, name: str = "") -> str:
    """Return the name for an import; by default that of its source, or of the source's folder.

    Raises:
        UsageError: it is not the name of a file.
    """
    if not name:
        usual = ("promptfooconfig", "promptfoo", "tests", "config", "index")
        is_usual = source.stem.partition(".")[0] in usual
        stem = source.resolve().parent.name if is_usual else source.stem
        name = re.sub(r"[^\w-]+", "-", stem).strip("-") or "imported"
    try:
        check_name(name, lambda: Location("--name"))
        if "/" in name or "\\" in name:
            raise ScenarioError(message("import.name_path", name=name))
    except ScenarioError as error:
        raise UsageError(error.what, next_step=message("import.name.next")) from error
    return name
