"""Fills templates: any text inside a value, with its place in every error."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from coze_harness.messages import UserText, message
from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location, PathPart
from coze_harness.scenarios.generated_values import GENERATED_NAMES
from coze_harness.scenarios.template_budget import TemplateLimitError
from coze_harness.text.spelling import with_suggestion

if TYPE_CHECKING:
    from coze_harness.scenarios.template_sandbox import CompiledTemplate, Sandbox

_OPENING_MARKS = ("{{", "{%", "{#")
_UNDEFINED = re.compile(r"^'([^']+)' is undefined$")


def has_template(value: JSON) -> bool:
    """Tell whether a value is or contains a text with a template."""
    return any(True for _ in template_texts(value))


def has_placeholder(text: str) -> bool:
    """Tell whether a text contains an opening mark of a template."""
    return "{" in text and any(mark in text for mark in _OPENING_MARKS)


def template_texts(value: JSON) -> Iterator[str]:
    """Yield the templates inside a value."""
    if isinstance(value, str):
        if has_placeholder(value):
            yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from template_texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from template_texts(item)


class TemplateRenderer:
    """Compiles each template once, to fill it with any number of cases.

    Can be pickled: compiled templates are left out, and compiled again when they are used.
    """

    __slots__ = ("_compiled", "_sandbox")

    def __init__(self) -> None:
        self._sandbox: Sandbox | None = None
        self._compiled: dict[str, CompiledTemplate] = {}

    def __reduce__(self) -> tuple[type[TemplateRenderer], tuple[()]]:
        return (TemplateRenderer, ())

    def names(self, value: JSON) -> frozenset[str]:
        """Return the names that the templates inside a value use and do not define.

        A template that cannot be compiled has none: filling it reports the error.
        """
        names: set[str] = set()
        for text in template_texts(value):
            with suppress(ScenarioError):
                names |= self._compile(text, lambda: Location("")).names
        return frozenset(names)

    def text(self, text: str, values: Mapping[str, JSON], where: Callable[[], Location]) -> str:
        """Fill one text; a text without templates is returned as it is.

        Raises:
            ScenarioError: it cannot be compiled or filled, at the place that `where` returns.
        """
        if not has_placeholder(text):
            return text
        template = self._compile(text, where)
        try:
            return template.fill(values)
        except Exception as error:  # a template is code and may raise anything
            raise _fill_error(error, where(), values) from error

    def value(
        self,
        value: JSON,
        values: Mapping[str, JSON],
        where: Callable[[tuple[PathPart, ...]], Location],
        path: tuple[PathPart, ...] = (),
    ) -> JSON:
        """Fill every text inside a value; `where` returns the place of a path inside it."""
        if isinstance(value, str):
            return self.text(value, values, lambda: where(path))
        if isinstance(value, dict):
            return {k: self.value(v, values, where, (*path, k)) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(v, values, where, (*path, i)) for i, v in enumerate(value)]
        return value

    def _compile(self, text: str, where: Callable[[], Location]) -> CompiledTemplate:
        template = self._compiled.get(text)
        if template is not None:
            return template
        # Imported late: jinja2 takes longer to start than everything else here.
        from coze_harness.scenarios.template_sandbox import Sandbox, compile_template

        if self._sandbox is None:
            self._sandbox = Sandbox()
        try:
            template = compile_template(self._sandbox, text)
        except Exception as error:  # Python's own compiler refuses some, variously
            raise ScenarioError(
                message("template.invalid", reason=_reason(error)),
                where=where(),
                next_step=message("template.invalid.next"),
            ) from error
        self._compiled[text] = template
        return template


def _fill_error(error: Exception, where: Location, values: Mapping[str, JSON]) -> ScenarioError:
    match = _UNDEFINED.match(str(error))
    if not match:
        return ScenarioError(
            message("template.error", reason=_reason(error)),
            where=where,
            next_step=message("template.error.next"),
        )
    name = match.group(1)
    what = message("template.unknown_name", name=name)
    columns = message("template.columns", names=tuple(values))
    return ScenarioError(
        with_suggestion(what, name, [*values, *GENERATED_NAMES]),
        where=where,
        detail=[
            columns if values else message("template.no_columns"),
            message("template.generated_names", names=GENERATED_NAMES),
        ],
        next_step=message("template.unknown_name.next", name=name),
    )


def _reason(error: Exception) -> UserText:
    """Return why a template cannot be used: a limit, or the words of jinja2 or Python."""
    if isinstance(error, TemplateLimitError):
        return error.reason
    return str(error) or type(error).__name__
