"""Scenario files into scenarios; every error of every file is reported at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from coze_harness.messages import message
from coze_harness.messages.shell_word import shell_word
from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location
from coze_harness.scenarios.error_collector import ErrorCollector, shape_errors, text_errors
from coze_harness.scenarios.name_rules import fold_name
from coze_harness.scenarios.project_paths import (
    ProjectPaths,
    absolute_path,
    read_content,
    split_path,
)
from coze_harness.scenarios.scenario import Scenario
from coze_harness.scenarios.scenario_builder import ScenarioBuilder, ScenarioSource
from coze_harness.scenarios.scenario_keys import SUITE
from coze_harness.scenarios.suite_defaults import LayeredPositions, apply_defaults
from coze_harness.scenarios.template_renderer import has_placeholder
from coze_harness.text.spelling import split_full_width_pair, yaml_type_name
from coze_harness.yaml_source import YamlPositions, read_yaml
from coze_harness.yaml_source.record_schema import pair_step


def load_scenarios(
    paths: Iterable[Path | str],
    project: ProjectPaths,
    check: Callable[[Scenario], object] = lambda _scenario: None,
) -> Sequence[Scenario]:
    """Return the scenarios of some files, in the files' order.

    Args:
        paths: the files; those that another one names as its cases are left out.
        project: the folders that they belong to.
        check: raises what only the caller can find in a scenario (`check_bots`).

    Raises:
        ScenarioErrors: every error of every file, by file and line.
    """
    builder = ScenarioBuilder(project)
    errors = ErrorCollector()
    files: dict[str, tuple[list[Scenario], ErrorCollector]] = {}
    for path in map(absolute_path, paths):
        if path not in files:
            files[path] = _load_file(path, project, builder)
    scenarios: list[Scenario] = []
    for path, (of_file, file_errors) in files.items():
        if path not in builder.case_files:
            scenarios += of_file
            errors.extend(file_errors)
    errors.extend(_check_names(scenarios))
    for scenario in scenarios:
        with errors:
            check(scenario)
    errors.raise_all()
    return scenarios


def _load_file(
    path: str, project: ProjectPaths, builder: ScenarioBuilder
) -> tuple[list[Scenario], ErrorCollector]:
    scenarios: list[Scenario] = []
    errors = ErrorCollector()
    with errors:
        scenarios += _read_file(path, project, builder, errors)
    return scenarios, errors


def _read_file(
    path: str, project: ProjectPaths, builder: ScenarioBuilder, errors: ErrorCollector
) -> Iterator[Scenario]:
    display_path = project.display_path(path)
    document = read_yaml(read_content(path, display_path), display_path, ScenarioError)
    errors.extend(text_errors(document))
    data, positions = document.data, document.positions
    if not isinstance(data, dict):
        what = message("scenario.file_type", actual=yaml_type_name(data))
        pair = split_full_width_pair(data) if isinstance(data, str) else None
        raise ScenarioError(
            message("scenario.file_empty") if data is None else what,
            where=positions.at(),
            next_step=pair_step(*pair) if pair else message("scenario.file_type.next"),
        )
    folder, stem, _ = split_path(path)
    _reject_other_file(data, stem, Location(display_path))
    source = ScenarioSource(path, folder, display_path, stem, has_placeholder(document.text))
    if "scenarios" in data or "defaults" in data:
        yield from _read_suite(data, positions, source, builder, errors)
    else:
        yield builder.build(data, positions, source)


def _reject_other_file(data: Mapping[str, JSON], stem: str, where: Location) -> None:
    """Reject a recording and harness.yaml by name: none of their keys is one of a scenario.

    Raises:
        ScenarioError: the file is one of them.
    """
    if isinstance(data.get("interactions"), list):
        info = data.get("x-coze")
        name = info.get("scenario") if isinstance(info, dict) else None
        raise ScenarioError(
            message("selection.recording"),
            where=where,
            next_step=message("selection.recording.next", name=shell_word(str(name or stem))),
        )
    if stem == "harness" and not data.keys() & {"turns", "simulate", "scenarios"}:
        raise ScenarioError(
            message("selection.settings"),
            where=where,
            next_step=message("selection.settings.next"),
        )


def _read_suite(
    data: Mapping[str, JSON],
    positions: YamlPositions,
    source: ScenarioSource,
    builder: ScenarioBuilder,
    errors: ErrorCollector,
) -> Iterator[Scenario]:
    """Yield the scenarios of a file with `scenarios:`."""
    mismatches = shape_errors(data, SUITE, positions)
    errors.extend(mismatches)
    defaults, items = data.get("defaults", {}), data.get("scenarios")
    if isinstance(defaults, dict) and "name" in defaults:
        mismatches.append(
            ScenarioError(
                message("scenario.shared_name"),
                where=positions.key("defaults", "name"),
                next_step=message("scenario.shared_name.next"),
            )
        )
        errors.add(mismatches[-1])
    if mismatches or not isinstance(items, list) or not isinstance(defaults, dict):
        return
    for index, item in enumerate(items):
        below = positions.below("scenarios", index)
        with errors:
            if not isinstance(item, dict):
                raise ScenarioError(
                    message("scenario.type", actual=yaml_type_name(item)),
                    where=below.at(),
                    next_step=message("scenario.type.next"),
                )
            if "name" not in item and len(items) > 1:
                raise ScenarioError(
                    message("scenario.unnamed"),
                    where=below.at(),
                    next_step=message("yaml.missing.next", key="name"),
                )
            if defaults:
                layers = LayeredPositions(below, positions.below("defaults"))
                yield builder.build(apply_defaults(item, defaults), layers, source)
            else:
                yield builder.build(item, below, source)


def _check_names(scenarios: Sequence[Scenario]) -> Iterator[ScenarioError]:
    """Yield an error for each name that another scenario has already."""
    first: dict[str, Scenario] = {}
    for scenario in scenarios:
        other = first.setdefault(fold_name(scenario.name), scenario)
        if other is scenario:
            continue
        what = message("scenario.duplicate_name", name=scenario.name)
        if other.name != scenario.name:
            what = message("scenario.similar_name", name=scenario.name, other=other.name)
        yield ScenarioError(
            what,
            where=scenario.location,
            detail=[message("scenario.other_at", name=other.name, place=str(other.location))],
            next_step=message("scenario.duplicate_name.next"),
        )
