"""Filling templates: any text inside a value, with its place in every error."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location, PathPart
from coze_harness.scenarios.generated_values import GENERATED_NAMES
from coze_harness.text.spelling import suggest_word

if TYPE_CHECKING:
    from coze_harness.scenarios.template_sandbox import CompiledTemplate, Sandbox

_MARKS = ("{{", "{%", "{#")
_ABSENT = re.compile(r"^'([^']+)' is undefined$")


def has_template(value: JSON) -> bool:
    """Tell whether a value is or holds a text with a template in it."""
    return any(True for _ in template_texts(value))


def has_placeholder(text: str) -> bool:
    """Tell whether a text has the marks of a template."""
    return "{" in text and any(mark in text for mark in _MARKS)


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
    """Compiles each template once and fills it as often as there are cases.

    It can be pickled: compiled templates stay behind and are compiled again when they are needed.
    """

    __slots__ = ("_compiled", "_sandbox")

    def __init__(self) -> None:
        self._sandbox: Sandbox | None = None
        self._compiled: dict[str, CompiledTemplate] = {}

    def __reduce__(self) -> tuple[type[TemplateRenderer], tuple[()]]:
        return (TemplateRenderer, ())

    def names(self, value: JSON) -> frozenset[str]:
        """Return the names that the templates inside a value want from outside.

        A template that cannot be compiled wants none: filling it will tell what is wrong with it.
        """
        found: set[str] = set()
        for text in template_texts(value):
            with suppress(ScenarioError):
                found |= self._get(text, _nowhere).names
        return frozenset(found)

    def text(self, text: str, values: Mapping[str, JSON], where: Callable[[], Location]) -> str:
        """Fill one text; one without marks comes back as it is.

        Raises:
            ScenarioError: it cannot be compiled or filled; `where` is asked for its place.
        """
        if not has_placeholder(text):
            return text
        template = self._get(text, where)
        try:
            return template.fill(values)
        except Exception as cause:  # a template is code and may raise anything
            raise _unfilled(cause, where(), values) from cause

    def value(
        self,
        value: JSON,
        values: Mapping[str, JSON],
        where: Callable[[tuple[PathPart, ...]], Location],
        path: tuple[PathPart, ...] = (),
    ) -> JSON:
        """Fill every text inside a value; `where` gives the place of a path inside it."""
        if isinstance(value, str):
            return self.text(value, values, lambda: where(path))
        if isinstance(value, dict):
            return {k: self.value(v, values, where, (*path, k)) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(v, values, where, (*path, i)) for i, v in enumerate(value)]
        return value

    def _get(self, text: str, where: Callable[[], Location]) -> CompiledTemplate:
        found = self._compiled.get(text)
        if found is not None:
            return found
        from coze_harness.scenarios import (  # see there: a start-up cost only templates should pay
            template_sandbox as sandbox,
        )

        if self._sandbox is None:
            self._sandbox = sandbox.Sandbox()
        try:
            made = sandbox.compile_template(self._sandbox, text)
        except Exception as cause:  # Python's own compiler refuses some, variously
            message = str(cause) or type(cause).__name__
            raise ScenarioError(
                f"The template cannot be read: {message}.",
                where=where(),
                next_step="Correct what stands between `{{` and `}}`; "
                "write {% raw %}…{% endraw %} around braces that are meant as they are.",
            ) from cause
        self._compiled[text] = made
        return made


def _nowhere() -> Location:
    return Location("")


def _unfilled(cause: Exception, where: Location, values: Mapping[str, JSON]) -> ScenarioError:
    absent = _ABSENT.match(str(cause))
    if not absent:
        return ScenarioError(
            f"The template cannot be filled: {str(cause) or type(cause).__name__}.",
            where=where,
            next_step="Correct the template.",
        )
    name = absent.group(1)
    known = [*values, *GENERATED_NAMES]
    columns = ", ".join(values) or "none"
    return ScenarioError(
        f'The template asks for "{name}", which no case column gives.{suggest_word(name, known)}',
        where=where,
        detail=[f"case columns: {columns}", f"always there: {', '.join(GENERATED_NAMES)}"],
        next_step=f'Add a column "{name}" to the cases, or correct the name.',
    )
