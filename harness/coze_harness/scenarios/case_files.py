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
from coze_harness.model.errors import ScenarioError, ScenarioErrors
from coze_harness.model.location import Location, SourcePositions
from coze_harness.scenarios.error_collector import text_errors
from coze_harness.scenarios.name_rules import is_usable_label
from coze_harness.scenarios.project_paths import ProjectPaths, join_path, read_content, split_path
from coze_harness.text.spelling import yaml_type_name
from coze_harness.yaml_source import read_yaml

_LABEL_COLUMNS = ("case", "id", "name")
_MAX_SIZE = 50_000_000

Row: TypeAlias = tuple[Mapping[str, JSON], Location]


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One row: its label, its values by column, and where it is written."""

    label: str
    values: Mapping[str, JSON]
    location: Location


def read_cases(
    value: object, positions: SourcePositions, folder: str, project: ProjectPaths, named: set[str]
) -> list[CaseRow]:
    """Return the cases of a scenario's `cases:`.

    Args:
        value: a list of rows, or a path from the scenario file's folder or the project's.
        positions: of the value.
        folder: the scenario file's folder, absolute.
        project: where files may be.
        named: gets the path of the file, if one is named, so that it is not read as a scenario.

    Raises:
        ScenarioError: there is no such file, or it is not a table of cases.
    """
    where = positions.at()
    if isinstance(value, str):
        file = resolve_inside(value, where, folder, project)
        named.add(file)
        rows = list(_file_rows(file, project.shown(file), where))
        where = Location(project.shown(file))
    elif isinstance(value, list):
        rows = _listed_rows(value, positions)
    else:
        raise ScenarioError(
            f'"cases" must be a list or the path of a file, not {yaml_type_name(value)}.',
            where=where,
            next_step="Write cases: cases/NAME.csv, or a list of `- column: value` rows.",
        )
    if not rows:
        raise ScenarioError(
            "There is no case here.", where=where, next_step="Add a row, or remove `cases:`."
        )
    return [CaseRow(label, *row) for label, row in zip(_labels(rows), rows, strict=True)]


def resolve_inside(path: str, where: Location, folder: str, project: ProjectPaths) -> str:
    """Return the absolute path of a file that a scenario names.

    Raises:
        ScenarioError: it does not exist, or is outside the project.
    """
    if "\0" in path:
        raise ScenarioError(
            "The path contains a NUL character.", where=where, next_step="Correct it."
        )
    tried: list[str] = []
    for start in dict.fromkeys((folder, str(project.root))):
        candidate = join_path(start, path)
        if not project.holds(candidate):
            raise ScenarioError(
                f'"{path}" is outside the project.',
                where=where,
                next_step="Move the file into the project.",
            )
        if Path(candidate).is_file():
            return candidate
        tried.append(project.shown(candidate))
    raise ScenarioError(
        f'There is no file "{path}".',
        where=where,
        detail=[f"looked for {' and '.join(tried)}"],
        next_step="Correct the path: it starts from this file's folder, or from the project's.",
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
        content = read_content(file, _MAX_SIZE + 1)
    except OSError as error:
        raise ScenarioError(
            f"The file cannot be read: {error.strerror}.",
            where=Location(shown),
            next_step="Check its permissions.",
        ) from error
    if len(content) > _MAX_SIZE:
        raise ScenarioError(
            f"The file is larger than {_MAX_SIZE // 1_000_000} MB.",
            where=Location(shown),
            next_step="Split it.",
        )
    return reader(content, shown)


def _decode(content: bytes, shown: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ScenarioError(
            f"The file is not UTF-8: byte 0x{content[error.start]:02x} at offset {error.start}.",
            where=Location(shown, line),
            next_step="Save it as UTF-8 (in Excel: CSV UTF-8).",
        ) from error


def _csv_rows(content: bytes, shown: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(_decode(content, shown), newline=""), strict=True)
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
                    next_step="Put quotes around a cell with a comma; write empty cells.",
                )
            else:
                yield dict(zip(header, cells, strict=True)), where
    except csv.Error as error:
        raise ScenarioError(
            f"This is not valid CSV: {error}.",
            where=Location(shown, max(reader.line_num, 1)),
            next_step="Check the quotes on this line.",
        ) from error


def _header(cells: Sequence[str], where: Location) -> list[str]:
    header = [cell.strip() for cell in cells]
    for position, name in enumerate(header, 1):
        if not name:
            raise ScenarioError(
                f"Column {position} has no name.",
                where=where,
                next_step="Give it a name, or remove it.",
            )
        if name in header[: position - 1]:
            raise ScenarioError(
                f'The column "{name}" is used twice.', where=where, next_step="Rename one."
            )
    return header


class _InvalidCaseError(ValueError):
    """A line that is JSON but not a case."""


def _jsonl_rows(content: bytes, shown: str) -> Iterator[Row]:
    for number, line in enumerate(_decode(content, shown).split("\n"), 1):
        if not line.strip():
            continue
        where = Location(shown, number)
        try:
            value = json.loads(line, object_pairs_hook=_unique_keys, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            what = str(error)
            if not isinstance(error, _InvalidCaseError):
                what = f"The line is not valid JSON ({error})."
            raise ScenarioError(
                what, where=where, next_step="Write one JSON object per line."
            ) from error
        yield _mapping(value, where), where


def _unique_keys(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    values = dict(pairs)
    if len(values) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise _InvalidCaseError(f'An object of the line has the key "{repeated}" twice.')
    return values


def _no_constant(word: str) -> NoReturn:
    raise _InvalidCaseError(f"{word} is not a number in JSON.")


def _yaml_rows(content: bytes, shown: str) -> Iterator[Row]:
    document = read_yaml(content, shown, ScenarioError)
    if errors := text_errors(document):
        raise ScenarioErrors(errors)
    if not isinstance(document.data, list):
        raise ScenarioError(
            f"A file of cases must be a list, not {yaml_type_name(document.data)}.",
            where=document.positions.at(),
            next_step="Write `- column: value` rows.",
        )
    yield from _listed_rows(document.data, document.positions)


def _listed_rows(rows: Sequence[JSON], positions: SourcePositions) -> list[Row]:
    return [
        (_mapping(row, positions.at(index)), positions.at(index)) for index, row in enumerate(rows)
    ]


def _mapping(value: JSON, where: Location) -> Mapping[str, JSON]:
    if not isinstance(value, Mapping):
        raise ScenarioError(
            f"A case must be a mapping of columns to values, not {yaml_type_name(value)}.",
            where=where,
            next_step="Write `column: value`.",
        )
    return value


def _labels(rows: Sequence[Row]) -> list[str]:
    """Return each case's label: from a column whose values are unique, else its number."""
    for column in _LABEL_COLUMNS:
        values = [row.get(column) for row, _ in rows]
        if all(type(value) in (str, int) for value in values):
            labels = [str(value) for value in values]
            if len(set(labels)) == len(labels) and all(map(is_usable_label, labels)):
                return labels
    return [str(number) for number in range(1, len(rows) + 1)]
