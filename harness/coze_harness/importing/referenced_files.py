"""Files of other tools: read with their encoding, their places, and within bounds."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from msgspec import Struct

from coze_harness.importing.imported_scenario import NotImportableError
from coze_harness.messages import message
from coze_harness.messages.os_error_reason import os_error_reason
from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location
from coze_harness.yaml_source import YamlDocument, read_yaml

_MAX_BYTES: Final = 10_000_000
_MAX_MATCHES: Final = 1_000
_SCHEME: Final = "file://"
_SURROGATES: Final = re.compile(
    r"(?<!\\)\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_CODE: Final = (".js", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".py", ".rb", ".go", ".sh")


def is_reference(text: object) -> bool:
    """Return whether a value names a file."""
    return isinstance(text, str) and text.startswith(_SCHEME)


class ReferencedFiles(Struct, frozen=True):
    """Reads files by the paths that a configuration in `folder` has.

    `display_folder` is the folder's name in findings, with a slash at its end; empty for the
    project's own. `roots` are the folders that may be read; whatever is outside of them might be a
    secret that would be copied into a scenario.
    """

    folder: Path
    display_folder: str
    roots: tuple[Path, ...]

    def find(self, reference: str) -> list[Path]:
        """Return the files that a reference means; it may have wildcards.

        Raises:
            NotImportableError: there is none, it is code, or it is outside.
        """
        name = reference.removeprefix(_SCHEME)
        if "://" in name:
            raise NotImportableError(message("import.reason.url", url=name))
        plain = name.partition(":")[0] if ":" in name[2:] else name
        if plain.endswith(_CODE):
            raise NotImportableError(message("import.reason.code_file", file=name))
        if "\0" in name or Path(name).is_absolute():
            raise NotImportableError(message("import.reason.outside", file=name))
        try:
            if any(sign in name for sign in "*?["):
                paths = sorted(islice(self.folder.glob(name), _MAX_MATCHES + 1))
            else:
                paths = [self.folder / name]
        except (ValueError, OSError, NotImplementedError) as error:
            raise NotImportableError(message("import.reason.missing", file=name)) from error
        files = [path for path in paths if path.is_file()]
        if not files:
            raise NotImportableError(message("import.reason.missing", file=name))
        for path in files:
            real = path.resolve()
            if not any(real.is_relative_to(root) for root in self.roots):
                raise NotImportableError(message("import.reason.outside", file=name))
        return files[:_MAX_MATCHES]

    def read(self, reference: str) -> Iterator[JSON]:
        """Yield the data of the files that a reference means; text if it is no YAML or JSON.

        Raises:
            NotImportableError: there is none, or one cannot be read.
            ScenarioError: one is not YAML.
        """
        for path in self.find(reference):
            if path.suffix.lower() in (".yaml", ".yml", ".json"):
                yield read_document(path, self.display_path(path)).data
            else:
                yield read_text(path)

    def display_path(self, path: Path) -> str:
        """Return a file's name in findings."""
        if path.is_relative_to(self.folder):
            return f"{self.display_folder}{path.relative_to(self.folder).as_posix()}"
        return str(path)


def read_text(path: Path) -> str:
    """Return a file's text: UTF-8, or GB 18030 as older Chinese programs write it.

    Raises:
        NotImportableError: it cannot be read, is too large, or is neither.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        reason = os_error_reason(error)
        raise NotImportableError(
            message("import.reason.unreadable", file=path.name, reason=reason)
        ) from error
    if len(content) > _MAX_BYTES:
        raise NotImportableError(message("import.reason.size", file=path.name, limit=_MAX_BYTES))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding).replace("\r\n", "\n")
        except UnicodeDecodeError:
            continue
    raise NotImportableError(message("import.reason.encoding", file=path.name))


def read_document(path: Path, display_path: str) -> YamlDocument:
    """Return a YAML or JSON file with its positions.

    Raises:
        NotImportableError: it cannot be read.
        ScenarioError: it is not YAML.
    """
    text = read_text(path)
    if path.suffix.lower() == ".json":
        text = json_as_yaml(text)
    return read_yaml(text, display_path, ScenarioError)


def json_as_yaml(text: str) -> str:
    """Return JSON as YAML, with every value on the same line.

    JSON may be indented by tabs, which YAML forbids; inside texts it has none. And it may write a
    character as two escapes, which are two invalid characters in YAML.
    """
    return _SURROGATES.sub(lambda pair: json.loads(f'"{pair[0]}"'), text.replace("\t", " "))


def mapping(value: JSON) -> dict[str, JSON]:
    """Return a value if it is a mapping, and an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def parse_json(text: str) -> JSON:
    """Return the data of a JSON text, such as a line of a log.

    Raises:
        NotImportableError: it is not JSON.
    """
    try:
        value: JSON = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotImportableError(message("import.reason.json_line")) from error
    return value


def table_rows(
    text: str, display_path: str, delimiter: str = ","
) -> Iterator[tuple[Location, list[str]]]:
    """Yield the rows of a CSV text that have cells, each with the line where it begins.

    Raises:
        NotImportableError: it is not CSV from some line on.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            if any(cells):
                yield Location(display_path, line), cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise NotImportableError(
            message("import.reason.csv", reason=str(error)),
            where=Location(display_path, reader.line_num),
        ) from error
