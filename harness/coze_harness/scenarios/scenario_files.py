"""Scenario files into scenarios; every fault of every file in one go."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location, SourcePositions
from coze_harness.scenarios.declared import check_defaults
from coze_harness.scenarios.error_collector import ErrorCollector, scenario_error
from coze_harness.scenarios.name_rules import fold_name
from coze_harness.scenarios.project_paths import (
    ProjectPaths,
    absolute_path,
    read_content,
    split_path,
)
from coze_harness.scenarios.scenario import Scenario
from coze_harness.scenarios.scenario_builder import ScenarioBuilder, ScenarioSource
from coze_harness.scenarios.suite_defaults import LayeredPositions, apply_defaults
from coze_harness.scenarios.template_renderer import has_placeholder
from coze_harness.text.spelling import yaml_type_name
from coze_harness.yaml_source import YamlDocument, YamlPositions, read_yaml


@dataclass(frozen=True, slots=True)
class LoadedScenarios:
    """The scenarios of some files, in the files' order."""

    scenarios: tuple[Scenario, ...]

    def __iter__(self) -> Iterator[Scenario]:
        return iter(self.scenarios)

    def __len__(self) -> int:
        return len(self.scenarios)


def load_scenarios(
    paths: Iterable[Path | str],
    project: ProjectPaths,
    check: Callable[[Scenario], object] = lambda _scenario: None,
) -> LoadedScenarios:
    """Load scenario files.

    Args:
        paths: the files; those that another one names as its cases are left out.
        project: the folders that they belong to.
        check: looks at each scenario for what only its caller knows (`bots_known`).

    Raises:
        ScenarioFaults: every fault of every file, by file and line.
    """
    assembler = ScenarioBuilder(project)
    faults = ErrorCollector()
    by_file: dict[str, tuple[list[Scenario], ErrorCollector]] = {}
    with without_collection():
        for given in paths:
            path = absolute_path(given)
            if path not in by_file:
                found: list[Scenario] = []
                own = ErrorCollector()
                with own:
                    _file(path, project, assembler, found, own)
                by_file[path] = (found, own)
    scenarios: list[Scenario] = []
    for path, (found, own) in by_file.items():
        if path not in assembler.case_files:
            scenarios += found
            faults.errors += own.errors
    _refuse_same_names(scenarios, faults)
    for scenario in scenarios:
        with faults:
            check(scenario)
    faults.raise_all()
    return LoadedScenarios(tuple(scenarios))


@contextmanager
def without_collection() -> Iterator[None]:
    """Keep the garbage collector away: it would look through all that is loaded, again and again.

    Trials live as long as the program and hold no cycles, so that there is nothing to collect;
    looking takes a tenth of the time, and dirties the memory that worker processes share.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


def _file(
    path: str,
    project: ProjectPaths,
    assembler: ScenarioBuilder,
    found: list[Scenario],
    faults: ErrorCollector,
) -> None:
    """Load one file into `found` and `faults`."""
    shown = project.shown(path)
    try:
        found_bytes = read_content(path)
    except OSError as cause:
        raise ScenarioError(
            f"The file cannot be read: {cause.strerror}.",
            where=Location(shown),
            next_step="Check the path and its permissions.",
        ) from cause
    document = read_yaml(found_bytes, shown, ScenarioError)
    data = document.data
    if not isinstance(data, dict):
        what = "is empty" if data is None else f"holds {yaml_type_name(data)}"
        raise ScenarioError(
            f"A scenario file is a mapping, and this one {what}.",
            where=document.positions.at(),
            next_step="Write `turns:` and under it `- prompt: …`.",
        )
    folder, stem, _ = split_path(path)
    source = ScenarioSource(
        path=path,
        folder=folder,
        shown=shown,
        stem=stem,
        marked=has_placeholder(document.text),
    )
    if "scenarios" in data or "defaults" in data:
        _suite(data, document, source, assembler, found, faults)
    else:
        found.append(assembler.scenario(data, document.positions, source))


def _suite(
    data: Mapping[str, JSON],
    document: YamlDocument,
    source: ScenarioSource,
    assembler: ScenarioBuilder,
    found: list[Scenario],
    faults: ErrorCollector,
) -> None:
    """Load the scenarios of a file with `scenarios:`."""
    places = document.positions
    if not data.keys() <= {"defaults", "scenarios"}:
        _refuse_unknown(data, places, faults)
    items = data.get("scenarios")
    if not isinstance(items, list) or not items:
        what = yaml_type_name(items) if items else "nothing"
        raise _no(what, '"scenarios" must be a list of scenarios', places.below("scenarios"))
    defaults = _defaults(data.get("defaults", {}), places.below("defaults"), faults)
    if faults.errors:
        return
    for at, item in enumerate(items):
        below = places.below("scenarios", at)
        with faults:
            if not isinstance(item, Mapping):
                raise _no(yaml_type_name(item), "A scenario must be a mapping", below)
            if "name" not in item and len(items) > 1:
                raise ScenarioError(
                    "A scenario in a file with others needs a name.",
                    where=below.at(),
                    next_step="Add `name:`.",
                )
            if defaults:
                layers = LayeredPositions(below, places.below("defaults"))
                found.append(assembler.scenario(apply_defaults(item, defaults), layers, source))
            else:
                found.append(assembler.scenario(item, below, source))


def _refuse_unknown(
    data: Mapping[str, JSON], places: YamlPositions, faults: ErrorCollector
) -> None:
    from coze_harness.scenarios.scenario_keys import SuiteShape  # pydantic, for faults only
    from coze_harness.yaml_source.shape_check import unknown_key

    for key in data:
        if key not in SuiteShape.model_fields:
            faults.add(scenario_error(unknown_key(SuiteShape, (key,), places)))


def _defaults(value: JSON, places: YamlPositions, faults: ErrorCollector) -> Mapping[str, JSON]:
    """Return the defaults, checked by themselves so that their faults are told once."""
    if not isinstance(value, Mapping):
        faults.add(_no(yaml_type_name(value), '"defaults" must be a mapping', places))
        return {}
    if "name" in value:
        faults.add(
            ScenarioError(
                "A name cannot be shared.",
                where=places.key("name"),
                next_step="Give each scenario its own.",
            )
        )
    with faults:
        check_defaults(value, places)
    return value


def _no(seen: str, wanted: str, places: SourcePositions) -> ScenarioError:
    return ScenarioError(
        f"{wanted}, and this is {seen}.",
        where=places.at(),
        next_step="Write `scenarios:` and under it `- name: …` with its `turns:`.",
    )


def _refuse_same_names(scenarios: Sequence[Scenario], faults: ErrorCollector) -> None:
    first: dict[str, Scenario] = {}
    for scenario in scenarios:
        other = first.setdefault(fold_name(scenario.name), scenario)
        if other is scenario:
            continue
        same = "" if other.name == scenario.name else " (cassette files could not tell them apart)"
        faults.add(
            ScenarioError(
                f'The name "{scenario.name}" is taken by another scenario{same}.',
                where=scenario.location,
                detail=[f'"{other.name}" is at {other.location}'],
                next_step="Choose another `name:`.",
            )
        )
