"""A promptfoo configuration as scenarios."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from msgspec.structs import astuple

from coze_harness.expectations import build_expectation
from coze_harness.importing.imported_scenario import (
    FixedPosition,
    ImportedFile,
    ImportedScenario,
    ImportedTurn,
    ImportFinding,
    NotImportableError,
)
from coze_harness.importing.promptfoo_assertions import (
    RED_TEAM,
    ConvertedAssertion,
    convert_assertion,
)
from coze_harness.importing.promptfoo_prompts import ForeignPrompt, PromptReader
from coze_harness.importing.promptfoo_tests import ForeignTest, PlacedAssertion, TestReader
from coze_harness.importing.referenced_files import ReferencedFiles, mapping, read_document
from coze_harness.messages import LocalizedText, message
from coze_harness.model import JSON, replace
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location
from coze_harness.scenarios.template_renderer import TemplateRenderer, has_placeholder
from coze_harness.yaml_source import YamlDocument

_KEYS: Final = frozenset({"prompts", "providers", "tests", "targets", "scenarios", "defaultTest"})
"""Keys of which a configuration has at least one."""
_MAX_SCENARIOS: Final = 2_000
_NOT_IMPORTED: Final = ("redteam", "nunjucksFilters", "extensions", "derivedMetrics")
_OWN_COLUMN: Final = "case"


def is_configuration(data: JSON) -> bool:
    """Return whether data looks like a promptfoo configuration."""
    return isinstance(data, dict) and not _KEYS.isdisjoint(data)


def read_configuration(
    path: Path, roots: Sequence[Path], display_path: str, *, has_judge: bool = True
) -> ImportedFile:
    """Return what a configuration gives.

    Args:
        path: the file.
        roots: the folders whose files it may name.
        display_path: the file's name in findings.
        has_judge: whether the project has a bot that judges.

    Raises:
        NotImportableError: it cannot be read, or is something else.
        ScenarioError: it is not YAML or JSON.
    """
    document = read_document(path, display_path)
    if not is_configuration(document.data):
        raise NotImportableError(message("import.reason.not_promptfoo"))
    folder = display_path.removesuffix(path.name)
    files = ReferencedFiles(path.parent, folder, tuple(roots))
    return _Configuration(document, files, has_judge=has_judge).read()


@dataclass(slots=True)
class _Group:
    """Tests that differ only in their rows."""

    scenario: ImportedScenario
    rows: list[Mapping[str, JSON]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)


class _Configuration:
    def __init__(self, document: YamlDocument, files: ReferencedFiles, *, has_judge: bool) -> None:
        self._document = document
        self._files = files
        self._has_judge = has_judge
        self._renderer = TemplateRenderer()
        self._findings: list[ImportFinding] = []
        # By the number of an assertion and the code that changes the answer before it.
        self._converted: dict[tuple[int, str], ConvertedAssertion | None] = {}
        self._imported: set[int] = set()
        self._failed: set[int] = set()

    def read(self) -> ImportedFile:
        data, positions = mapping(self._document.data), self._document.positions
        for key in _NOT_IMPORTED:
            if data.get(key):
                what = message("import.no_key", key=key)
                self._findings.append(ImportFinding(positions.key(key), what))
        prompts = PromptReader(self._files, self._findings).read(data.get("prompts"), positions)
        tests = TestReader(self._files, data, positions, self._findings).read()
        groups: dict[str, _Group] = {}
        for prompt in prompts:
            for test in tests:
                self._add(prompt, test, groups)
        scenarios = [_with_rows(group) for group in groups.values()]
        if len(scenarios) > _MAX_SCENARIOS:
            what = message("import.too_many_scenarios", limit=_MAX_SCENARIOS)
            self._findings.append(ImportFinding(positions.at(), what))
        numbers = {one.number for test in tests for one in test.assertions}
        distinct = {(str(one.where), str(one.what)): one for one in self._findings}
        return ImportedFile(
            scenarios=scenarios[:_MAX_SCENARIOS],
            findings=sorted(distinct.values(), key=lambda one: astuple(one.where)),
            assertions=len(numbers),
            imported=len(numbers & self._imported - self._failed),
        )

    def _add(self, prompt: ForeignPrompt, test: ForeignTest, groups: dict[str, _Group]) -> None:
        """Add a test with a prompt to the group of those that differ only in their rows."""
        text = f"{test.prefix}{prompt.text}{test.suffix}"
        try:
            rows = [self._fill_row(row) for row in test.rows]
            for row in rows:
                self._renderer.value([text, list(prompt.history)], row, lambda _path: test.where)
        except ScenarioError as error:
            what = message("import.no_test", reason=_reason(error))
            self._findings.append(ImportFinding(test.where, what))
            return
        expect = [item for one in test.assertions if (item := self._item(one, rows)) is not None]
        min_score = test.threshold if _has_score(expect) else None
        if min_score is not None and not 0 < min_score <= 1:
            min_score = None
        turn = ImportedTurn(prompt=text, expect=expect, min_score=min_score)
        key = json.dumps([text, list(prompt.history), expect, min_score], ensure_ascii=False)
        group = groups.get(key)
        if group is None:
            scenario = ImportedScenario(
                where=test.where, turns=(turn,), description=prompt.label, history=prompt.history
            )
            group = groups[key] = _Group(scenario)
        used = self._renderer.names([text, [dict(one) for one in prompt.history], expect])
        for row in rows:
            group.rows.append({name: value for name, value in row.items() if name in used})
            group.labels.append(test.description)

    def _fill_row(self, row: Mapping[str, JSON]) -> Mapping[str, JSON]:
        """Return a row; a variable may use others.

        Raises:
            ScenarioError: one of them cannot be filled.
        """
        return {
            name: self._renderer.text(value, row, lambda: Location(""))
            if isinstance(value, str) and has_placeholder(value)
            else value
            for name, value in row.items()
        }

    def _item(self, one: PlacedAssertion, rows: Sequence[Mapping[str, JSON]]) -> JSON:
        """Return the item for an assertion; `None`, and a finding, if it has none."""
        converted = self._conversion(one)
        if converted is None:
            return None
        position = FixedPosition(one.where)
        checked: set[str] = set()
        try:
            for row in rows:
                filled = self._renderer.value(converted.item, row, lambda _path: one.where)
                if (key := json.dumps(filled, ensure_ascii=False)) not in checked:
                    checked.add(key)
                    build_expectation(filled, position)
        except ScenarioError as error:
            self._failed.add(one.number)
            self._report(one, _reason(error))
            return None
        self._imported.add(one.number)
        if converted.note is not None:
            what = message("import.approximate", type=one.assertion.type, note=converted.note)
            self._findings.append(ImportFinding(one.where, what, is_approximate=True))
        return converted.item

    def _conversion(self, one: PlacedAssertion) -> ConvertedAssertion | None:
        key = one.number, one.assertion.transform
        if key in self._converted:
            return self._converted[key]
        converted, reason = None, one.error
        if reason is None:
            try:
                converted = convert_assertion(one.assertion, has_judge=self._has_judge)
            except ScenarioError as error:
                reason = error.what
        if reason is not None:
            self._report(one, reason)
        self._converted[key] = converted
        return converted

    def _report(self, one: PlacedAssertion, reason: LocalizedText) -> None:
        name = one.assertion.type
        if name.startswith(RED_TEAM):
            name = f"{RED_TEAM}…"
        what = message("import.no_assertion", type=name, reason=reason)
        self._findings.append(ImportFinding(one.where, what))


def _reason(error: ScenarioError) -> LocalizedText:
    """Return why something cannot be filled or built, in the words of promptfoo's users."""
    if error.what.id == "template.unknown_name":
        return message("import.reason.variable", name=error.what.params["name"])
    what = error.what.params.get("what")
    if isinstance(what, LocalizedText) and what.id == "template.unknown_name":
        return message("import.reason.variable", name=what.params["name"])
    return error.what


def _has_score(expect: Iterable[JSON]) -> bool:
    return any(not isinstance(item, dict) or item.get("severity") != "warning" for item in expect)


def _with_rows(group: _Group) -> ImportedScenario:
    """Return a group's scenario with its rows as cases, if it has templates or several rows."""
    rows, labels = group.rows, group.labels
    if len(rows) == 1:
        description = labels[0] or group.scenario.description
        return replace(group.scenario, description=description, rows=rows if rows[0] else ())
    if not any(rows):
        return group.scenario
    if (
        all(labels)
        and len(set(labels)) == len(labels)
        and not any(_OWN_COLUMN in row for row in rows)
    ):
        rows = [{_OWN_COLUMN: label, **row} for row, label in zip(rows, labels, strict=True)]
    distinct = {json.dumps(row, sort_keys=True, ensure_ascii=False): row for row in rows}
    return replace(group.scenario, rows=list(distinct.values()))
