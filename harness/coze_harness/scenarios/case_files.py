"""Cases: rows of data from csv, jsonl, yaml or the scenario file itself."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeAlias

from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location, PathPart, SourcePositions
from coze_harness.scenarios.name_rules import is_usable_label
from coze_harness.scenarios.project_paths import ProjectPaths, join_path, read_content, split_path
from coze_harness.text.spelling import yaml_type_name
from coze_harness.yaml_source import read_yaml

_LABELS = ("case", "id", "name")
_LARGEST = 50_000_000

Row: TypeAlias = tuple[Mapping[str, JSON], Location]


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One row: what to call it, its values by column, and where it is written."""

    label: str
    values: Mapping[str, JSON]
    location: Location


def read_cases(
    value: object, places: SourcePositions, folder: str, project: ProjectPaths, named: set[str]
) -> list[CaseRow]:
    """Return the cases that a scenario's `cases:` asks for.

    Args:
        value: a list of rows, or a path from the scenario file's folder or the project's.
        places: of the value.
        folder: the scenario file's folder, absolute.
        project: where files may be.
        named: takes the path of the file that is named, so that nobody reads it as a scenario.

    Raises:
        ScenarioError: there is no such file, or it is not a table of cases.
    """
    where = places.at()
    if isinstance(value, str):
        file = resolve_inside(value, where, folder, project)
        named.add(file)
        rows = list(_file_rows(file, project.shown(file), where))
        where = Location(project.shown(file))
    elif isinstance(value, list):
        rows = _listed(value, places)
    else:
        raise ScenarioError(
            f'"cases" must be a list or the path of a file, and this is {yaml_type_name(value)}.',
            where=where,
            next_step="Write cases: cases/NAME.csv, or a list of `- column: value` rows.",
        )
    if not rows:
        raise ScenarioError(
            "There is no case here.", where=where, next_step="Add a row, or take `cases:` out."
        )
    labels = _labels(rows)
    return [CaseRow(label, *row) for label, row in zip(labels, rows, strict=True)]


def resolve_inside(path: str, where: Location, folder: str, project: ProjectPaths) -> str:
    """Return the absolute path of a file that a scenario names.

    Raises:
        ScenarioError: it is not there, or not inside the project.
    """
    if "\0" in path:
        raise ScenarioError("The path holds a NUL character.", where=where, next_step="Correct it.")
    for start in (folder, str(project.root)):
        candidate = join_path(start, path)
        if not project.holds(candidate):
            raise ScenarioError(
                f'"{path}" leads out of the project.',
                where=where,
                next_step="Move the file into the project.",
            )
        if Path(candidate).is_file():
            return candidate
    tried = " and ".join(
        dict.fromkeys(
            project.shown(join_path(start, path)) for start in (folder, str(project.root))
        )
    )
    raise ScenarioError(
        f'There is no file "{path}".',
        where=where,
        detail=[f"looked for {tried}"],
        next_step="Correct the path: it counts from this file's folder, else from the project's.",
    )


def _file_rows(file: str, shown: str, named_at: Location) -> Iterator[Row]:
    suffix = split_path(file)[2].lower()
    readers = {".csv": _csv_rows, ".jsonl": _jsonl_rows, ".yaml": _yaml_rows, ".yml": _yaml_rows}
    reader = readers.get(suffix)
    if reader is None:
        raise ScenarioError(
            f'Cases cannot be read from a "{suffix}" file.',
            where=named_at,
            next_step="Use a .csv, .jsonl or .yaml file.",
        )
    try:
        found = read_content(file, _LARGEST + 1)
    except OSError as cause:
        raise ScenarioError(
            f"The file cannot be read: {cause.strerror}.", where=Location(shown)
        ) from cause
    if len(found) > _LARGEST:
        raise ScenarioError(
            f"The file is larger than {_LARGEST // 1_000_000} MB.",
            where=Location(shown),
            next_step="Split it.",
        )
    return reader(found, shown)


def _text(source: bytes, shown: str) -> str:
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        line = source[: cause.start].count(b"\n") + 1
        raise ScenarioError(
            f"The file is not UTF-8: byte 0x{source[cause.start]:02x} at offset {cause.start}.",
            where=Location(shown, line),
            next_step="Save it as UTF-8 (in Excel: CSV UTF-8).",
        ) from cause


def _csv_rows(source: bytes, shown: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(_text(source, shown), newline=""), strict=True)
    header: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            where = Location(shown, line)
            line = reader.line_num + 1
            if not cells:
                continue
            if header is None:
                header = _header(cells, where)
            elif len(cells) != len(header):
                raise ScenarioError(
                    f"The row has {len(cells)} cells; the header has {len(header)}.",
                    where=where,
                    detail=[f"columns: {', '.join(header)}", f"cells: {', '.join(cells)[:200]}"],
                    next_step="Put quotes around a cell that holds a comma; write empty cells.",
                )
            else:
                yield dict(zip(header, cells, strict=True)), where
    except csv.Error as cause:
        raise ScenarioError(
            f"This is not valid CSV: {cause}.",
            where=Location(shown, max(reader.line_num, 1)),
            next_step="Check the quotes on this line.",
        ) from cause


def _header(cells: Sequence[str], where: Location) -> list[str]:
    header = [cell.strip() for cell in cells]
    for position, name in enumerate(header, 1):
        if not name:
            raise ScenarioError(
                f"Column {position} has no name.", where=where, next_step="Name it, or remove it."
            )
        if name in header[: position - 1]:
            raise ScenarioError(
                f'The column "{name}" is there twice.', where=where, next_step="Rename one."
            )
    return header


class _RefusedError(ValueError):
    """What JSON allows and a case does not."""


def _jsonl_rows(source: bytes, shown: str) -> Iterator[Row]:
    for number, line in enumerate(_text(source, shown).split("\n"), 1):
        if not line.strip():
            continue
        where = Location(shown, number)
        try:
            value = json.loads(line, object_pairs_hook=_unique, parse_constant=_no_constant)
        except (ValueError, RecursionError) as cause:
            words = str(cause) if isinstance(cause, _RefusedError) else f"not valid JSON ({cause})"
            raise ScenarioError(
                f"The line is {words}.", where=where, next_step="Write one JSON object a line."
            ) from cause
        yield _mapping(value, where), where


def _unique(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _RefusedError(f'an object with the key "{twice}" twice')
    return made


def _no_constant(word: str) -> NoReturn:
    raise _RefusedError(f"not a case: {word} is no JSON number")


def _yaml_rows(source: bytes, shown: str) -> Iterator[Row]:
    document = read_yaml(source, shown, ScenarioError)
    if not isinstance(document.data, list):
        raise ScenarioError(
            f"A file of cases holds a list, and this is {yaml_type_name(document.data)}.",
            where=document.positions.at(),
            next_step="Write `- column: value` rows.",
        )
    yield from _listed(document.data, document.positions)


def _listed(
    rows: Sequence[JSON], places: SourcePositions, path: tuple[PathPart, ...] = ()
) -> list[Row]:
    found = []
    for position, row in enumerate(rows):
        where = places.at(*path, position)
        found.append((_mapping(row, where), where))
    return found


def _mapping(value: JSON, where: Location) -> Mapping[str, JSON]:
    if not isinstance(value, Mapping):
        raise ScenarioError(
            f"A case is a mapping of columns to values, and this is {yaml_type_name(value)}.",
            where=where,
            next_step="Write `column: value`.",
        )
    return value


def _labels(rows: Sequence[Row]) -> list[str]:
    """Return what to call each case: by a column that tells them apart, else by its number."""
    for column in _LABELS:
        values = [row.get(column) for row, _ in rows]
        if all(isinstance(v, str | int) and not isinstance(v, bool) for v in values):
            labels = [str(value) for value in values]
            if len(set(labels)) == len(labels) and all(map(is_usable_label, labels)):
                return labels
    return [str(number) for number in range(1, len(rows) + 1)]
