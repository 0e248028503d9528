"""What a scenario answers the bot's tool calls with: outputs, and functions of the project."""

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
    """A tool that is a Python function, imported when the bot first asks for it.

    `name` is `package.module:function`, found among what is installed and in `root`, the project's
    folder. It gets the arguments, and returns text, or data that is sent as JSON text. `location`
    is where the scenario names it.
    """

    name: str
    root: str
    location: Location

    def call(self, call_id: str, arguments: JSON) -> str:
        """Call the function.

        Raises:
            ScenarioError: it cannot be found, raises, or returns what is no JSON.
        """
        function = self._found()
        try:
            made = function(arguments)
        except (Exception, SystemExit) as cause:
            raise self._fault(
                f"raised {_said(cause)}.",
                "correct the function, or give a fixed output in its place.",
                detail=(*_line_of(cause), f"arguments: {_as_json(arguments)}"),
            ) from cause
        if isinstance(made, str):
            return made
        if made is None:
            raise self._fault("returned nothing.", "return text, or data that JSON can hold.")
        try:
            return _as_json(made)
        except (TypeError, ValueError, RecursionError) as cause:
            raise self._fault(
                f"returned what is no JSON ({_said(cause)}).",
                "return text, or data that JSON can hold.",
            ) from cause

    def _found(self) -> Callable[[JSON], object]:
        module, _, path = self.name.partition(":")
        try:
            with _importable(self.root):
                found: object = importlib.import_module(module)
        except (Exception, SystemExit) as cause:
            raise self._fault(
                f"cannot be imported: {_said(cause)}.",
                f"the module is looked for in {self.root} and among what is installed.",
                detail=_line_of(cause),
            ) from cause
        for part in path.split("."):
            found = getattr(found, part, None)
        if not callable(found):
            what = "is there, but is no function" if found is not None else "is not in its module"
            raise self._fault(f"{what}.", f"define {path} in {module}, or correct the name.")
        return found

    def _fault(self, what: str, next_step: str, detail: tuple[str, ...] = ()) -> ScenarioError:
        return ScenarioError(
            f"The tool's function {self.name} {what}",
            where=self.location,
            detail=detail,
            next_step=next_step,
        )


@dataclass(frozen=True, slots=True)
class OutputTemplate:
    """An output with templates: text, or data whose texts hold them."""

    written: JSON
    places: SourcePositions

    def filled(self, values: Mapping[str, JSON], filler: TemplateRenderer) -> str:
        """Return the output for one case.

        Raises:
            ScenarioError: a template cannot be filled.
        """
        return _as_text(filler.value(self.written, values, lambda path: self.places.at(*path)))


CompiledTools: TypeAlias = Mapping[str, str | Tool | OutputTemplate]
"""A turn's tools by name, as far as they are known before a case fills them."""


def compile_tools(
    written: Mapping[str, JSON], places: SourcePositions, root: str, *, marked: bool
) -> CompiledTools:
    """Return what `tools:` declares.

    Args:
        written: the mapping.
        places: of the mapping.
        root: the project's folder.
        marked: whether the file has templates at all.

    Raises:
        ScenarioFaults: values that are neither an output nor a function; all of them.
    """
    faults = ErrorCollector()
    made: dict[str, str | Tool | OutputTemplate] = {}
    for name, value in written.items():
        with faults:
            made[name] = _planned(name, value, places.below(name), root, marked=marked)
    faults.raise_all()
    return made


def _planned(
    name: str, value: JSON, places: SourcePositions, root: str, *, marked: bool
) -> str | Tool | OutputTemplate:
    if isinstance(value, dict) and list(value) == ["python"]:
        function = value["python"]
        if not isinstance(function, str) or not _NAME.fullmatch(function):
            raise ScenarioError(
                f'The function of the tool "{name}" is not written package.module:function.',
                where=places.at("python"),
                next_step="Write python: package.module:function; an output that is data with "
                "the one key `python` goes into quotes, as JSON text.",
            )
        return PythonTool(function, root, places.at("python"))
    if not isinstance(value, str | dict | list):
        source = places.source()
        read = f"YAML read `{source}` as " if source else "this is "
        raise ScenarioError(
            f'The output of the tool "{name}" must be text, a mapping or a list, but '
            f"{read}{yaml_type_name(value)}.",
            where=places.at(),
            next_step=f'Put quotes around it: "{source or "…"}".',
        )
    if marked and has_template(value):
        return OutputTemplate(value, places)
    return _as_text(value)


def _as_text(output: JSON) -> str:
    return output if isinstance(output, str) else _as_json(output)


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


@contextmanager
def _importable(folder: str) -> Iterator[None]:
    """Put a folder at the head of the import path, for the length of a block.

    Each block takes one entry out again, its own or an equal one, so that blocks of several threads
    at once leave the path as it was.
    """
    sys.path.insert(0, folder)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        with suppress(ValueError):
            sys.path.remove(folder)


def _said(cause: BaseException) -> str:
    return f"{type(cause).__name__}: {cause}" if str(cause) else type(cause).__name__


def _line_of(cause: BaseException) -> tuple[str, ...]:
    """Return where an exception was raised, if that is a line of a file other than this one's."""
    trace = cause.__traceback__
    last = ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file != __file__ and not file.startswith("<frozen "):
            last = f"raised at {file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return (last,) if last else ()
