"""A scenario's answers to the bot's tool calls: outputs, and functions of the project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

from coze_harness.expectations.function_reference import (
    FUNCTION_NAME,
    FunctionReference,
    describe_exception,
    importable,
)
from coze_harness.messages import message
from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import SourcePositions
from coze_harness.model.trial import Tool
from coze_harness.scenarios.error_collector import ErrorCollector
from coze_harness.scenarios.template_renderer import TemplateRenderer, has_template
from coze_harness.text.spelling import yaml_type_name
from coze_harness.yaml_source.scalars import quoting_step


class PythonTool(Struct, frozen=True):
    """A tool that is a Python function, imported when the bot first calls it.

    The function gets the arguments, and returns text, or data that is sent as JSON text.
    """

    function: FunctionReference

    @property
    def name(self) -> str:
        """The function's name, `package.module:function`."""
        return self.function.name

    def call(self, call_id: str, arguments: JSON) -> str:
        """Call the function.

        Raises:
            ScenarioError: it cannot be found, raises, or returns something else.
        """
        function = self.function.load()
        try:
            with importable(self.function.root):
                output = function(arguments)
        except (Exception, SystemExit) as error:
            raise self.function.raised_error(
                error,
                message("tool.raised.next"),
                message("tool.arguments", arguments=_as_json(arguments)),
            ) from error
        if isinstance(output, str):
            return output
        step = message("tool.output.next")
        if output is None:
            raise self.function.error(message("tool.nothing", function=self.name), step)
        try:
            return _as_json(output)
        except (TypeError, ValueError, RecursionError) as error:
            reason = describe_exception(error)
            what = message("tool.not_json", function=self.name, error=reason)
            raise self.function.error(what, step) from error


class OutputTemplate(Struct, frozen=True):
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
        if not isinstance(function, str) or not FUNCTION_NAME.fullmatch(function):
            raise ScenarioError(
                message("tool.form", tool=name),
                where=positions.at("python"),
                next_step=message("tool.form.next"),
            )
        return PythonTool(FunctionReference(function, root, positions.at("python")))
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
