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

from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location, SourcePositions
from coze_harness.model.trial import Tool
from coze_harness.scenarios.error_collector import ErrorCollector
from coze_harness.scenarios.template_renderer import TemplateRenderer, has_template
from coze_harness.text.spelling import yaml_type_name

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
                f"raised {_describe(error)}.",
                "Correct the function, or write a fixed output instead.",
                detail=(*_raised_at(error), f"arguments: {_as_json(arguments)}"),
            ) from error
        if isinstance(output, str):
            return output
        if output is None:
            raise self._error("returned nothing.", "Return text, or data that JSON can hold.")
        try:
            return _as_json(output)
        except (TypeError, ValueError, RecursionError) as error:
            raise self._error(
                f"returned data that is not JSON ({_describe(error)}).",
                "Return text, or data that JSON can hold.",
            ) from error

    def _import_function(self) -> Callable[[JSON], object]:
        module, _, path = self.name.partition(":")
        try:
            with _importable(self.root):
                value: object = importlib.import_module(module)
        except (Exception, SystemExit) as error:
            raise self._error(
                f"cannot be imported: {_describe(error)}.",
                f"Put the module into {self.root}, or install it.",
                detail=_raised_at(error),
            ) from error
        for part in path.split("."):
            value = getattr(value, part, None)
        if not callable(value):
            what = "is not a function" if value is not None else "is not in its module"
            raise self._error(f"{what}.", f"Define {path} in {module}, or correct the name.")
        return value

    def _error(self, what: str, next_step: str, detail: tuple[str, ...] = ()) -> ScenarioError:
        return ScenarioError(
            f"The tool's function {self.name} {what}",
            where=self.location,
            detail=detail,
            next_step=next_step,
        )


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
                f'The function of the tool "{name}" must be written package.module:function.',
                where=positions.at("python"),
                next_step="Write python: package.module:function. Put an output that is data with "
                "the one key `python` into quotes, as JSON text.",
            )
        return PythonTool(function, root, positions.at("python"))
    if not isinstance(value, str | dict | list):
        source = positions.source()
        seen = f"YAML read `{source}` as " if source else "this is "
        raise ScenarioError(
            f'The output of the tool "{name}" must be text, a mapping or a list, but '
            f"{seen}{yaml_type_name(value)}.",
            where=positions.at(),
            next_step=f'Put quotes around it: "{source or "…"}".',
        )
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


def _raised_at(error: BaseException) -> tuple[str, ...]:
    """Return the line where an exception was raised, unless that is in this file."""
    trace = error.__traceback__
    last = ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file != __file__ and not file.startswith("<frozen "):
            last = f"raised at {file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return (last,) if last else ()
