"""A table of prompts and expected answers as one scenario with cases."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from coze_harness.expectations import build_expectation
from coze_harness.importing.imported_scenario import (
    FixedPosition,
    ImportedFile,
    ImportedScenario,
    ImportedTurn,
    ImportFinding,
    NotImportableError,
    similar_to,
)
from coze_harness.importing.promptfoo_assertions import assertion_from_text, convert_assertion
from coze_harness.importing.referenced_files import read_text, table_rows
from coze_harness.messages import message
from coze_harness.model import JSON, replace
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location
from coze_harness.scenarios.template_renderer import has_placeholder

_PROMPT: Final = ("prompt", "question", "input", "query", "提问", "问题", "输入", "用户输入")
_CONTAINED: Final = ("expected", "contains", "keyword", "期望", "关键词", "包含")
_ANSWER: Final = ("answer", "reference", "output", "expected_answer", "答案", "回答", "参考答案")
_CELLS: Final = "__expected"
_MAX_ROWS: Final = 10_000
_DELIMITERS: Final = ",;\t，"


def read_table(path: Path, display_path: str, *, has_judge: bool) -> ImportedFile:
    """Return what a table gives: rows that expect alike are cases of one scenario.

    Columns are found by their names, in English and Chinese: the prompt, texts that the answer
    contains, and an answer that it is similar to. `__expected` is a column of promptfoo.

    Args:
        path: the file.
        display_path: its name in findings.
        has_judge: whether the project has a bot that judges.

    Raises:
        NotImportableError: it cannot be read, or no column is a prompt.
    """
    head, rows = _rows(read_text(path), display_path)
    prompt = _find(head, _PROMPT)
    if prompt is None:
        raise NotImportableError(message("import.reason.no_prompt_column", names=tuple(head)))
    table = _Table(head, prompt, has_judge=has_judge)
    for where, row in rows:
        table.add(row, where)
    return table.file()


class _Table:
    """Collects rows in groups that expect alike.

    Args:
        head: the names of the columns.
        prompt: the position of the prompt's.
        has_judge: whether the project has a bot that judges.
    """

    def __init__(self, head: Sequence[str], prompt: int, *, has_judge: bool) -> None:
        self._has_judge = has_judge
        self._names = [_column_name(name, position) for position, name in enumerate(head)]
        self._prompt = prompt
        self._contained = _find(head, _CONTAINED)
        self._answer = _find(head, _ANSWER)
        self._cells = [at for at, name in enumerate(head) if name.startswith(_CELLS)]
        self._groups: dict[str, tuple[ImportedScenario, list[Mapping[str, JSON]]]] = {}
        self._findings: list[ImportFinding] = []
        self._assertions = self._imported = 0

    def add(self, row: Sequence[str], where: Location) -> None:
        """Add a row; one without a prompt becomes a finding."""
        if not row[self._prompt].strip():
            self._findings.append(ImportFinding(where, message("import.no_prompt_cell")))
            return
        expect = [*self._named_columns(row), *self._assertion_cells(row, where)]
        self._imported += len(expect)
        key = json.dumps(expect, ensure_ascii=False)
        if key not in self._groups:
            turn = ImportedTurn(prompt=self._template(self._prompt), expect=expect)
            self._groups[key] = ImportedScenario(where=where, turns=(turn,)), []
        values: dict[str, JSON] = {
            name: cell
            for name, cell in zip(self._names, row, strict=True)
            if cell and not name.startswith("_")
        }
        self._groups[key][1].append(values)

    def file(self) -> ImportedFile:
        """Return what was collected."""
        return ImportedFile(
            scenarios=[replace(one, rows=rows) for one, rows in self._groups.values()],
            findings=self._findings,
            assertions=self._assertions,
            imported=self._imported,
        )

    def _named_columns(self, row: Sequence[str]) -> Iterator[JSON]:
        if self._contained is not None and row[self._contained].strip():
            self._assertions += 1
            yield {"contains": self._template(self._contained)}
        if self._answer is not None and row[self._answer].strip():
            self._assertions += 1
            yield similar_to(self._template(self._answer))

    def _assertion_cells(self, row: Sequence[str], where: Location) -> Iterator[JSON]:
        for at in self._cells:
            if not row[at].strip():
                continue
            self._assertions += 1
            one = assertion_from_text(row[at])
            try:
                if has_placeholder(row[at]):
                    raise NotImportableError(message("import.reason.template"))
                item = convert_assertion(one, has_judge=self._has_judge).item
                build_expectation(item, FixedPosition(where))
                yield item
            except ScenarioError as error:
                what = message("import.no_assertion", type=one.type, reason=error.what)
                self._findings.append(ImportFinding(where, what))

    def _template(self, column: int) -> str:
        return f"{{{{ {self._names[column]} }}}}"


def _rows(text: str, display_path: str) -> tuple[list[str], list[tuple[Location, list[str]]]]:
    """Return the names of the columns, and the rows with as many cells.

    Raises:
        NotImportableError: it is no table, or has too many rows.
    """
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    table = table_rows(text, display_path, delimiter)
    _where, names = next(table, (Location(display_path), []))
    head = [name.strip() for name in names]
    rows: list[tuple[Location, list[str]]] = []
    for where, cells in table:
        rows.append((where, [*cells, *[""] * len(head)][: len(head)]))
        if len(rows) > _MAX_ROWS:
            raise NotImportableError(message("import.reason.too_many", limit=_MAX_ROWS))
    return head, rows


def _find(head: Sequence[str], names: Sequence[str]) -> int | None:
    folded = [name.casefold().replace(" ", "_") for name in head]
    return next((folded.index(name) for name in names if name in folded), None)


def _column_name(name: str, position: int) -> str:
    """Return a name that a template can use."""
    if name.startswith("__"):
        return name
    plain = re.sub(r"\W+", "_", name).strip("_")
    return plain if plain and not plain[0].isdigit() else f"column_{position + 1}"
