"""A scenario's answers to the bot's tool calls: outputs, and functions of the project."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final, TypeAlias

from coze_harness.messages import LocalizedText, message
from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location, SourcePositions
from coze_harness.model.trial import Tool
from coze_harness.scenarios.error_collector import ErrorCollector
from coze_harness.scenarios.template_renderer import TemplateRenderer, has_template
from coze_harness.text.spelling import yaml_type_name
from coze_harness.yaml_source.scalars import quoting_step

_NAME: Final = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*:[^\W\d]\w*(?:\.[^\W\d]\w*)*")


@dataclass(frozen=True, slots=True)
class PythonTool:
    """A tool that is a Python function, imported when the bot first calls it.

    `name` is `package.module:function`, from what is installed or from `root`, the project's
    folder. The function gets the arguments, and returns text, or data that is sent as JSON text.
    `location` is where the scenario names it.
    """

    name: str
    root: str
    location: Location

    def call(self, call_id: str, arguments: JSON) -> str:
        """Call the function.

        Raises:
            ScenarioError: it cannot be found, raises, or returns something else.
        """
        function = self._import_function()
        try:
            output = function(arguments)
        except (Exception, SystemExit) as error:
            raise self._error(
                message("tool.raised", function=self.name, error=_describe(error)),
                message("tool.raised.next"),
                detail=(
                    *_raised_at(error),
                    message("tool.arguments", arguments=_as_json(arguments)),
                ),
            ) from error
        if isinstance(output, str):
            return output
        if output is None:
            raise self._error(
                message("tool.nothing", function=self.name), message("tool.output.next")
            )
        try:
            return _as_json(output)
        except (TypeError, ValueError, RecursionError) as error:
            raise self._error(
                message("tool.not_json", function=self.name, error=_describe(error)),
                message("tool.output.next"),
            ) from error

    def _import_function(self) -> Callable[[JSON], object]:
        module, _, path = self.name.partition(":")
        try:
            with _importable(self.root):
                value: object = importlib.import_module(module)
        except (Exception, SystemExit) as error:
            raise self._error(
                message("tool.import", function=self.name, error=_describe(error)),
                message("tool.import.next", folder=self.root),
                detail=_raised_at(error),
            ) from error
        for part in path.split("."):
            value = getattr(value, part, None)
        if not callable(value):
            what = message("tool.not_function", function=self.name)
            if value is None:
                what = message("tool.undefined", function=self.name)
            raise self._error(what, message("tool.undefined.next", name=path, module=module))
        return value

    def _error(
        self,
        what: LocalizedText,
        next_step: LocalizedText,
        detail: tuple[LocalizedText, ...] = (),
    ) -> ScenarioError:
        return ScenarioError(what, where=self.location, detail=detail, next_step=next_step)


@dataclass(frozen=True, slots=True)
class OutputTemplate:
    """An output with templates: text, or data whose texts contain them."""

    value: JSON
    positions: SourcePositions

    def fill(self, values: Mapping[str, JSON], renderer: TemplateRenderer) -> str:
        """Return the output for one case.

        Raises:
            ScenarioError: a template cannot be filled.
        """
        return _as_text(renderer.value(self.value, values, lambda path: self.positions.at(*path)))


CompiledTools: TypeAlias = Mapping[str, str | Tool | OutputTemplate]
"""A turn's tools by name, as far as they are known before a case fills them."""


def compile_tools(
    outputs: Mapping[str, JSON], positions: SourcePositions, root: str, *, has_templates: bool
) -> CompiledTools:
    """Return the tools that `tools:` declares.

    Args:
        outputs: the mapping.
        positions: of the mapping.
        root: the project's folder.
        has_templates: whether the file has templates at all.

    Raises:
        ScenarioErrors: every value that is neither an output nor a function.
    """
    errors = ErrorCollector()
    tools: dict[str, str | Tool | OutputTemplate] = {}
    for name, value in outputs.items():
        with errors:
            place = positions.below(name)
            tools[name] = _compile_tool(name, value, place, root, has_templates=has_templates)
    errors.raise_all()
    return tools


def _compile_tool(
    name: str, value: JSON, positions: SourcePositions, root: str, *, has_templates: bool
) -> str | Tool | OutputTemplate:
    if isinstance(value, dict) and list(value) == ["python"]:
        function = value["python"]
        if not isinstance(function, str) or not _NAME.fullmatch(function):
            raise ScenarioError(
                message("tool.form", tool=name),
                where=positions.at("python"),
                next_step=message("tool.form.next"),
            )
        return PythonTool(function, root, positions.at("python"))
    if not isinstance(value, str | dict | list):
        source, actual = positions.source(), yaml_type_name(value)
        what = message("tool.type", tool=name, actual=actual)
        if source:
            what = message("tool.type_of_source", tool=name, source=source, actual=actual)
        raise ScenarioError(what, where=positions.at(), next_step=quoting_step(source or "…"))
    if has_templates and has_template(value):
        return OutputTemplate(value, positions)
    return _as_text(value)


def _as_text(output: JSON) -> str:
    return output if isinstance(output, str) else _as_json(output)


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


@contextmanager
def _importable(folder: str) -> Iterator[None]:
    """Put a folder first on the import path while a block runs.

    Each block removes one entry, its own or an equal one, so that blocks of several threads at once
    leave the path as it was.
    """
    sys.path.insert(0, folder)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        with suppress(ValueError):
            sys.path.remove(folder)


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _raised_at(error: BaseException) -> tuple[LocalizedText, ...]:
    """Return the line where an exception was raised, unless that is in this file."""
    trace = error.__traceback__
    last = ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file != __file__ and not file.startswith("<frozen "):
            last = f"{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return (message("tool.raised_at", place=last),) if last else ()
