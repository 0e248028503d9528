"""Cases: rows of data from csv, jsonl, yaml or the scenario file itself."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from msgspec import Struct

from coze_harness.messages import LocalizedText, message
from coze_harness.model import JSON, replace
from coze_harness.model.errors import ScenarioError, ScenarioErrors
from coze_harness.model.location import Location, PathPart, SourcePositions
from coze_harness.scenarios.error_collector import text_errors
from coze_harness.scenarios.name_rules import is_usable_label
from coze_harness.scenarios.project_paths import ProjectPaths, join_path, read_content, split_path
from coze_harness.text.spelling import yaml_type_name
from coze_harness.yaml_source import read_yaml
from coze_harness.yaml_source.scalars import quote_scalar
from coze_harness.yaml_source.unquoted_text import is_plain_notation

_LABEL_COLUMNS = ("case", "id", "name")
_MAX_SIZE = 50_000_000


class CaseRow(Struct, frozen=True):
    """One row: its values by column, where it is written, and its label, if it is a case."""

    values: Mapping[str, JSON]
    location: Location
    label: str = ""


def read_cases(
    value: object,
    positions: SourcePositions,
    folder: str,
    project: ProjectPaths,
    case_files: set[str],
) -> list[CaseRow]:
    """Return the cases of a scenario's `cases:`.

    Args:
        value: a list of rows, or a path from the scenario file's folder or the project's.
        positions: of the value.
        folder: the scenario file's folder, absolute.
        project: where files may be.
        case_files: gets the path of the file, if there is one: it is not read as a scenario.

    Raises:
        ScenarioError: there is no such file, or it is not a table of cases.
    """
    where = positions.at()
    if isinstance(value, str):
        file = resolve_inside(value, where, folder, project)
        case_files.add(file)
        rows = list(_file_rows(file, project.display_path(file), where))
        where = Location(project.display_path(file))
    elif isinstance(value, list):
        rows = _listed_rows(value, positions)
    else:
        raise ScenarioError(
            message("cases.type", actual=yaml_type_name(value)),
            where=where,
            next_step=message("cases.type.next"),
        )
    if not rows:
        raise ScenarioError(
            message("cases.none"), where=where, next_step=message("cases.none.next")
        )
    return [replace(row, label=label) for label, row in zip(_labels(rows), rows, strict=True)]


def resolve_inside(path: str, where: Location, folder: str, project: ProjectPaths) -> str:
    """Return the absolute path of a file that a scenario names.

    Raises:
        ScenarioError: it does not exist, or is outside the project.
    """
    if "\0" in path:
        raise ScenarioError(
            message("path.character"), where=where, next_step=message("yaml.correct")
        )
    tried_paths: list[str] = []
    for start in dict.fromkeys((folder, str(project.root))):
        candidate = join_path(start, path)
        if not project.contains(candidate):
            raise ScenarioError(
                message("path.outside", path=path),
                where=where,
                next_step=message("path.outside.next"),
            )
        if Path(candidate).is_file():
            return candidate
        tried_paths.append(project.display_path(candidate))
    raise ScenarioError(
        message("path.missing", path=path),
        where=where,
        detail=[message("path.tried", paths=tuple(tried_paths))],
        next_step=message("path.missing.next"),
    )


def read_rows(file: str, display_path: str) -> list[CaseRow]:
    """Return the rows of a file, in whatever format cases may have.

    Args:
        file: its absolute path.
        display_path: its path as messages show it.

    Raises:
        ScenarioError: it cannot be read, or is not a table.
    """
    return list(_file_rows(file, display_path, Location(display_path)))


def _file_rows(file: str, display_path: str, where: Location) -> Iterator[CaseRow]:
    suffix = split_path(file)[2].lower()
    readers = {".csv": _csv_rows, ".jsonl": _jsonl_rows, ".yaml": _yaml_rows, ".yml": _yaml_rows}
    reader = readers.get(suffix)
    if reader is None:
        raise ScenarioError(
            message("cases.suffix", suffix=suffix),
            where=where,
            next_step=message("cases.suffix.next"),
        )
    content = read_content(file, display_path, _MAX_SIZE + 1)
    if len(content) > _MAX_SIZE:
        raise ScenarioError(
            message("yaml.size", megabytes=_MAX_SIZE // 1_000_000),
            where=Location(display_path),
            next_step=message("cases.size.next"),
        )
    return reader(content, display_path)


def _decode(content: bytes, display_path: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ScenarioError(
            message("yaml.encoding", byte=f"0x{content[error.start]:02x}", offset=error.start),
            where=Location(display_path, line),
            next_step=message("cases.encoding.next"),
        ) from error


def _csv_rows(content: bytes, display_path: str) -> Iterator[CaseRow]:
    reader = csv.reader(io.StringIO(_decode(content, display_path), newline=""), strict=True)
    header: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            where = Location(display_path, line)
            line = reader.line_num + 1
            if not cells:
                continue
            if header is None:
                header = _header(cells, where)
            elif len(cells) != len(header):
                raise ScenarioError(
                    message("cases.cells", n=len(cells), columns=len(header)),
                    where=where,
                    detail=[
                        message("cases.columns", columns=tuple(header)),
                        message("cases.row", cells=", ".join(cells)[:200]),
                    ],
                    next_step=message("cases.cells.next"),
                )
            else:
                yield CaseRow(dict(zip(header, cells, strict=True)), where)
    except csv.Error as error:
        raise ScenarioError(
            message("cases.csv", reason=str(error)),
            where=Location(display_path, max(reader.line_num, 1)),
            next_step=message("cases.csv.next"),
        ) from error


def _header(cells: Sequence[str], where: Location) -> list[str]:
    header = [cell.strip() for cell in cells]
    for position, name in enumerate(header, 1):
        if not name:
            raise ScenarioError(
                message("cases.unnamed_column", position=position),
                where=where,
                next_step=message("cases.unnamed_column.next"),
            )
        if name in header[: position - 1]:
            raise ScenarioError(
                message("cases.duplicate_column", name=name),
                where=where,
                next_step=message("cases.duplicate_column.next"),
            )
    return header


def _jsonl_rows(content: bytes, display_path: str) -> Iterator[CaseRow]:
    for number, line in enumerate(_decode(content, display_path).split("\n"), 1):
        if not line.strip():
            continue
        where = Location(display_path, number)
        try:
            value = json.loads(line, object_pairs_hook=_unique_keys, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            what = error.args[0]
            if not isinstance(what, LocalizedText):
                what = message("cases.json", reason=str(error))
            raise ScenarioError(what, where=where, next_step=message("cases.json.next")) from error
        yield _case_row(value, where)


def _unique_keys(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    values = dict(pairs)
    if len(values) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated_key = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(message("yaml.duplicate_key", key=repeated_key))
    return values


def _no_constant(word: str) -> NoReturn:
    raise ValueError(message("cases.json_number", word=word))


def _yaml_rows(content: bytes, display_path: str) -> Iterator[CaseRow]:
    document = read_yaml(content, display_path, ScenarioError)
    if errors := text_errors(document):
        raise ScenarioErrors(errors)
    if not isinstance(document.data, list):
        raise ScenarioError(
            message("cases.file_type", actual=yaml_type_name(document.data)),
            where=document.positions.at(),
            next_step=message("cases.file_type.next"),
        )
    yield from _listed_rows(document.data, document.positions)


def _listed_rows(rows: Sequence[JSON], positions: SourcePositions) -> list[CaseRow]:
    cases = [_case_row(row, positions.at(index)) for index, row in enumerate(rows)]
    errors = [
        error
        for index, row in enumerate(cases)
        for column, value in row.values.items()
        if (error := _rounding_error(value, positions, (index, column)))
    ]
    if errors:
        raise ScenarioErrors(errors)
    return cases


def _rounding_error(
    value: JSON, positions: SourcePositions, path: tuple[PathPart, ...]
) -> ScenarioError | None:
    """Return an error for a number that a template would write otherwise: `1.10` as 1.1."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    source = positions.source(*path)
    if source == str(value) or source[:1] == "!" or not is_plain_notation(source, value):
        return None
    actual = yaml_type_name(value)
    return ScenarioError(
        message("yaml.rounded", source=source, actual=actual, value=str(value)),
        where=positions.at(*path),
        next_step=message("yaml.notation.next", value=str(value), quoted=quote_scalar(source)),
    )


def _case_row(value: JSON, where: Location) -> CaseRow:
    if not isinstance(value, Mapping):
        raise ScenarioError(
            message("cases.row_type", actual=yaml_type_name(value)),
            where=where,
            next_step=message("cases.row_type.next"),
        )
    return CaseRow(value, where)


def _labels(rows: Sequence[CaseRow]) -> list[str]:
    """Return each case's label: from a column whose values are unique, else its number."""
    for column in _LABEL_COLUMNS:
        values = [row.values.get(column) for row in rows]
        if all(type(value) in (str, int) for value in values):
            labels = [str(value) for value in values]
            if len(set(labels)) == len(labels) and all(map(is_usable_label, labels)):
                return labels
    return [str(number) for number in range(1, len(rows) + 1)]
