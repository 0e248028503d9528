"""promptfoo's tests: variables and assertions, from the configuration and from files."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count, product
from pathlib import Path
from typing import Final

from msgspec import Struct

from coze_harness.importing.imported_scenario import (
    FixedPosition,
    ImportFinding,
    NotImportableError,
)
from coze_harness.importing.promptfoo_assertions import ForeignAssertion, assertion_from_text
from coze_harness.importing.promptfoo_prompts import adapt_template
from coze_harness.importing.referenced_files import (
    ReferencedFiles,
    is_reference,
    mapping,
    parse_json,
    read_document,
    read_text,
    table_rows,
)
from coze_harness.messages import LocalizedText, message
from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location, SourcePositions
from coze_harness.model.record import replace

_MAX_ROWS: Final = 10_000
"""Tests of one configuration, each combination of variables counted."""
_MAX_COMBINATIONS: Final = 1_000
_MAX_FILES_DEEP: Final = 5
_MAX_SET_DEPTH: Final = 10


class PlacedAssertion(Struct, frozen=True):
    """An assertion, or the reason why it cannot be read, and where it is written.

    `number` is its own among those of a configuration, however many tests have it.
    """

    number: int
    assertion: ForeignAssertion
    where: Location
    error: LocalizedText | None = None


class ForeignTest(Struct, frozen=True, kw_only=True):
    """A test: its variables, one mapping for each combination of listed values, and assertions."""

    where: Location
    rows: Sequence[Mapping[str, JSON]]
    assertions: Sequence[PlacedAssertion] = ()
    description: str = ""
    threshold: float | None = None
    prefix: str = ""
    suffix: str = ""


class DefaultTest(Struct, frozen=True, kw_only=True):
    """What every test of a configuration has unless it says otherwise."""

    values: Mapping[str, JSON]
    assertions: Sequence[PlacedAssertion] = ()
    threshold: float | None = None
    transform: str = ""
    prefix: str = ""
    suffix: str = ""


class TestReader:
    """Reads the tests of one configuration; what cannot be read becomes a finding."""

    __test__ = False  # its name is no invitation to pytest

    def __init__(
        self,
        files: ReferencedFiles,
        root: Mapping[str, JSON],
        positions: SourcePositions,
        findings: list[ImportFinding],
    ) -> None:
        self._files = files
        self._root = root
        self._root_positions = positions
        self._default = DefaultTest(values={})
        self._rows = 0
        self._numbers = count(1)
        self._findings = findings

    def read(self) -> list[ForeignTest]:
        """Return the tests of `tests:` and `scenarios:`; without any, that of the defaults."""
        root, positions = self._root, self._root_positions
        self._read_default(root.get("defaultTest"), positions.below("defaultTest"))
        tests = [
            *self._read_tests(root.get("tests"), positions.below("tests")),
            *self._read_scenarios(root.get("scenarios"), positions.below("scenarios")),
        ]
        if not tests and self._default.assertions:
            return list(self._read_tests({}, positions))
        return tests

    def _read_default(self, value: JSON, positions: SourcePositions) -> None:
        with self._collecting(positions.at()):
            if is_reference(value):
                path = self._files.find(str(value))[0]
                document = read_document(path, self._files.display_path(path))
                value, positions = document.data, document.positions
            if not isinstance(value, dict):
                return
            options = mapping(value.get("options"))
            self._default = DefaultTest(
                values=self._values(value.get("vars"), positions.below("vars")),
                assertions=tuple(self._assertions(value, positions)),
                threshold=_number(value.get("threshold")),
                transform=_transform(options),
                prefix=str(options.get("prefix") or ""),
                suffix=str(options.get("suffix") or ""),
            )
            self._report_scoring(value, positions)

    def _read_tests(
        self, value: JSON, positions: SourcePositions, depth: int = 0
    ) -> Iterator[ForeignTest]:
        """Yield the tests that `tests:` declares, or those of a file."""
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from self._read_tests(item, positions.below(index), depth)
        elif isinstance(value, str):
            yield from self._read_files(value, positions.at(), depth)
        elif isinstance(value, dict) and isinstance(value.get("path"), str) and "vars" not in value:
            yield from self._read_files(str(value["path"]), positions.at(), depth)
        elif isinstance(value, dict):
            with self._collecting(positions.at()):
                yield self._test(value, positions)

    def _read_scenarios(self, value: JSON, positions: SourcePositions) -> Iterator[ForeignTest]:
        """Yield the tests of `scenarios:`: each of its tests with each of its configurations."""
        for index, one in enumerate(value if isinstance(value, list) else ()):
            below = positions.below(index)
            configurations, tests = mapping(one).get("config"), mapping(one).get("tests")
            if not isinstance(configurations, list) or not isinstance(tests, list):
                what = message("import.no_test", reason=message("import.reason.value"))
                self._findings.append(ImportFinding(below.at(), what))
                continue
            for i, j in product(range(len(configurations)), range(len(tests))):
                with self._collecting(below.at("config", i)):
                    base, test = mapping(configurations[i]), mapping(tests[j])
                    merged = {
                        **base,
                        **test,
                        "vars": {**mapping(base.get("vars")), **mapping(test.get("vars"))},
                        "assert": [],
                    }
                    merged_test = self._test(merged, below.below("tests", j))
                    own = [
                        *self._assertions(base, below.below("config", i)),
                        *self._assertions(test, below.below("tests", j)),
                    ]
                    yield replace(merged_test, assertions=(*merged_test.assertions, *own))

    @contextmanager
    def _collecting(self, where: Location) -> Iterator[None]:
        """Make a finding of what a test cannot be made of, there or where its error says."""
        try:
            yield
        except ScenarioError as error:
            what = message("import.no_test", reason=error.what)
            self._findings.append(ImportFinding(error.where or where, what))

    # --- files -----------------------------------------------------------------------------------

    def _read_files(self, reference: str, where: Location, depth: int) -> Iterator[ForeignTest]:
        with self._collecting(where):
            if depth >= _MAX_FILES_DEEP:
                raise NotImportableError(message("import.reason.value"))
            for path in self._files.find(reference):
                yield from self._read_file(path, where, depth)

    def _read_file(self, path: Path, where: Location, depth: int) -> Iterator[ForeignTest]:
        display_path, suffix = self._files.display_path(path), path.suffix.lower()
        if suffix == ".csv":
            yield from self._read_table(read_text(path), display_path)
        elif suffix in (".yaml", ".yml", ".json"):
            document = read_document(path, display_path)
            yield from self._read_tests(document.data, document.positions, depth + 1)
        elif suffix == ".jsonl":
            for number, line in enumerate(read_text(path).split("\n"), 1):
                place = Location(display_path, number)
                with self._collecting(place):
                    if line.strip():
                        yield self._test(mapping(parse_json(line)), FixedPosition(place))
        else:
            raise NotImportableError(message("import.reason.file_type", file=path.name))

    def _read_table(self, text: str, display_path: str) -> Iterator[ForeignTest]:
        rows = table_rows(text, display_path)
        with self._collecting(Location(display_path)):
            _where, names = next(rows, (Location(display_path), []))
            head = [name.strip() for name in names]
            for where, cells in rows:
                with self._collecting(where):
                    yield self._read_cells(dict(zip(head, cells, strict=False)), where)

    def _read_cells(self, cells: Mapping[str, str], where: Location) -> ForeignTest:
        """Return the test of a row. Values of `__expected` become columns of the cases."""
        values: dict[str, JSON] = {k: v for k, v in cells.items() if not k.startswith("__") and k}
        metric = cells.get("__metric", "")
        assertions = []
        for column, cell in cells.items():
            if not column.startswith("__expected") or not cell.strip():
                continue
            one = replace(assertion_from_text(cell), metric=metric)
            if is_reference(one.value):
                assertions.append(self._load_value(one, where))
                continue
            if isinstance(one.value, str) and one.type.removeprefix("not-") in _WITH_COLUMN:
                name = _free_name(column.strip("_") or "expected", values)
                # A cell may have templates of other columns: they are filled when it is read.
                values[name] = one.value
                one = replace(one, value=f"{{{{ {name} }}}}")
            assertions.append(self._new(one, where))
        merged = {**self._default.values, **values}
        threshold = cells.get("__threshold", "")
        return ForeignTest(
            where=where,
            rows=self._combine_lists(merged),
            assertions=self._with_transform([*self._default.assertions, *assertions], ""),
            description=cells.get("__description", ""),
            threshold=_number(threshold) if threshold else self._default.threshold,
            prefix=cells.get("__prefix", self._default.prefix),
            suffix=cells.get("__suffix", self._default.suffix),
        )

    # --- one test --------------------------------------------------------------------------------

    def _test(self, value: Mapping[str, JSON], positions: SourcePositions) -> ForeignTest:
        options = mapping(value.get("options"))
        if options.get("transformVars") is not None:
            raise NotImportableError(message("import.reason.transform_vars"))
        own = self._values(value.get("vars"), positions.below("vars"))
        assertions = list(self._assertions(value, positions))
        if not options.get("disableDefaultAsserts"):
            assertions = [*self._default.assertions, *assertions]
        self._report_scoring(value, positions)
        default, threshold = self._default, _number(value.get("threshold"))
        return ForeignTest(
            where=positions.at(),
            rows=self._combine_lists({**default.values, **own}),
            assertions=self._with_transform(assertions, _transform(options)),
            description=str(value.get("description") or ""),
            threshold=default.threshold if threshold is None else threshold,
            prefix=str(options.get("prefix") or default.prefix),
            suffix=str(options.get("suffix") or default.suffix),
        )

    def _with_transform(
        self, assertions: Sequence[PlacedAssertion], transform: str
    ) -> list[PlacedAssertion]:
        """Return assertions that say by what code the answer is changed before them."""
        code = transform or self._default.transform
        if not code:
            return list(assertions)
        return [
            replace(
                one, assertion=replace(one.assertion, transform=one.assertion.transform or code)
            )
            for one in assertions
        ]

    def _report_scoring(self, value: Mapping[str, JSON], positions: SourcePositions) -> None:
        if value.get("assertScoringFunction"):
            where = positions.at("assertScoringFunction")
            self._findings.append(ImportFinding(where, message("import.scoring_function")))

    def _values(self, value: JSON, positions: SourcePositions) -> dict[str, JSON]:
        """Return variables, with the contents of the files that are named."""
        if isinstance(value, str | list):
            merged: dict[str, JSON] = {}
            for reference in [value] if isinstance(value, str) else value:
                for data in self._files.read(str(reference)):
                    merged |= mapping(data)
            return merged
        return {
            key: self._variable(inner, positions.below(key))
            for key, inner in mapping(value).items()
        }

    def _variable(self, value: JSON, positions: SourcePositions) -> JSON:
        if is_reference(value):
            contents = list(self._files.read(str(value)))
            return contents if len(contents) > 1 else contents[0]
        if isinstance(value, bool):
            # YAML 1.2, which promptfoo reads, takes `yes` and `on` for texts.
            return value if positions.source() in ("", "true", "false") else positions.source()
        return value

    def _combine_lists(self, values: Mapping[str, JSON]) -> list[Mapping[str, JSON]]:
        """Return each combination of the values that are lists."""
        lists = {key: one for key, one in values.items() if isinstance(one, list) and one}
        size = math.prod(map(len, lists.values()))
        self._rows += size
        if size > _MAX_COMBINATIONS or self._rows > _MAX_ROWS:
            raise NotImportableError(message("import.reason.too_many", limit=_MAX_ROWS))
        return [
            {**values, **dict(zip(lists, chosen, strict=True))}
            for chosen in product(*lists.values())
        ]

    # --- assertions ------------------------------------------------------------------------------

    def _assertions(
        self, value: Mapping[str, JSON], positions: SourcePositions
    ) -> Iterator[PlacedAssertion]:
        items = value.get("assert")
        for index, item in enumerate(items if isinstance(items, list) else ()):
            below = positions.below("assert", index)
            yield self._read_assertion(item, below)

    def _read_assertion(self, item: JSON, positions: SourcePositions) -> PlacedAssertion:
        where = positions.at()
        if isinstance(item, str):
            return self._new(assertion_from_text(item), where)
        if isinstance(item, dict) and isinstance(reference := item.get("$ref"), str):
            path = reference.removeprefix("#/").split("/")
            target = self._root
            for part in path:
                target = mapping(target.get(part))
            item, positions = {**target, **item}, self._root_positions.below(*path)
        if not isinstance(item, dict):
            return self._new(ForeignAssertion("?"), where, message("import.reason.value"))
        return self._load_value(self._assertion(item, positions, 0), where)

    def _assertion(
        self, item: Mapping[str, JSON], positions: SourcePositions, depth: int
    ) -> ForeignAssertion:
        value = item.get("value")
        if value is not None and not isinstance(value, dict | list):
            value = positions.source("value").strip("\"'") if not isinstance(value, str) else value
        children = item.get("assert")
        below = positions.below("assert")
        return ForeignAssertion(
            type=str(item.get("type") or "?"),
            value=_adapt_templates(value),
            threshold=_number(item.get("threshold")),
            weight=_number(item.get("weight")),
            metric=str(item.get("metric") or ""),
            transform=str(item.get("transform") or ""),
            children=tuple(
                self._assertion(mapping(child), below.below(index), depth + 1)
                for index, child in enumerate(children if isinstance(children, list) else ())
            )
            if depth < _MAX_SET_DEPTH
            else (),
        )

    def _new(
        self, one: ForeignAssertion, where: Location, error: LocalizedText | None = None
    ) -> PlacedAssertion:
        return PlacedAssertion(next(self._numbers), one, where, error)

    def _load_value(self, one: ForeignAssertion, where: Location) -> PlacedAssertion:
        """Return an assertion with the content of the file that its value names."""
        if not is_reference(one.value):
            return self._new(one, where)
        try:
            value = next(self._files.read(str(one.value)))
        except ScenarioError as error:
            return self._new(one, where, error.what)
        value = value.strip() if isinstance(value, str) else value
        return self._new(replace(one, value=value), where)


_WITH_COLUMN: Final = frozenset(
    {"contains", "ends-with", "equals", "factuality", "icontains", "similar", "starts-with"}
)
"""Types whose value can be a column: it is one text."""


def _adapt_templates(value: JSON) -> JSON:
    if isinstance(value, str):
        return adapt_template(value)
    if isinstance(value, list):
        return [_adapt_templates(one) for one in value]
    if isinstance(value, dict):
        return {key: _adapt_templates(one) for key, one in value.items()}
    return value


def _number(value: JSON) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value


def _transform(options: Mapping[str, JSON]) -> str:
    return str(options.get("transform") or options.get("postprocess") or "")


def _free_name(name: str, values: Mapping[str, JSON]) -> str:
    while name in values:
        name += "_"
    return name
