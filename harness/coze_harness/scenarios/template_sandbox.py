"""Jinja2 as scenario files get it: sandboxed, strict, bounded, and the same on every run.

Only `template_renderer.py` imports this, and only when a template is there: jinja2 costs more
start-up time than the rest of the loader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, UndefinedError, meta
from jinja2.sandbox import SandboxedEnvironment

LONGEST = 1_000_000
"""Characters that a filled template may have, and steps that its `range` loops may take."""

_EXPONENT = 1_000


class TemplateLimitError(Exception):
    """A template that runs away; the text says how."""


class Sandbox(SandboxedEnvironment):
    """The sandbox, without what would differ from run to run, and with `*` and `**` bounded."""

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self) -> None:
        super().__init__(
            undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False, finalize=_shown
        )
        # Replay must see what was recorded: nothing random but the drawn values.
        self.globals.pop("lipsum", None)
        self.filters.pop("random", None)

    def call_binop(self, context: object, operator: str, left: object, right: object) -> object:
        """Compute a product or power, unless it would fill the memory."""
        if operator == "**":
            if _size(left) > _EXPONENT or _size(right) > _EXPONENT:
                raise TemplateLimitError(f"`**` with a number above {_EXPONENT:,}")
        elif _length(left) * _size(right) > LONGEST or _length(right) * _size(left) > LONGEST:
            raise TemplateLimitError(f"`*` makes more than {LONGEST:,} characters")
        return super().call_binop(context, operator, left, right)  # type: ignore[arg-type]  # unused


def _size(value: object) -> float:
    return abs(value) if isinstance(value, int | float) else 0


def _length(value: object) -> int:
    return len(value) if isinstance(value, str | list | tuple) else 0


def _shown(value: object) -> object:
    """Return a value as the case's author wrote it, not as Python prints it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


class _Steps:
    """The `range` of one filling; its budget is shared by all loops, nested ones included."""

    def __init__(self) -> None:
        self.left = LONGEST

    def range(self, *bounds: int) -> Iterator[int]:
        steps = range(*bounds)
        self.left -= len(steps)
        if self.left < 0:
            raise TemplateLimitError(f"its loops take more than {LONGEST:,} steps")
        return iter(steps)


class CompiledTemplate:
    """A template ready to be filled, and the names that it wants from outside."""

    __slots__ = ("_globals", "_template", "names")

    def __init__(self, template: Template, names: frozenset[str]) -> None:
        self._template = template
        self._globals = dict(template.globals)
        self.names = names

    def fill(self, values: Mapping[str, object]) -> str:
        """Return the filled text.

        Raises:
            TooMuchError: it runs away.
            Exception: whatever the template's own code raises.
        """
        template = self._template
        given = {**self._globals, "range": _Steps().range, **values}
        context = template.new_context(given, shared=True)
        pieces: list[str] = []
        size = 0
        # Not `render`: it rewrites the traceback of every error, which 10,000 cases would pay for.
        for piece in template.root_render_func(context):
            pieces.append(piece)
            size += len(piece)
            if size > LONGEST:
                raise TemplateLimitError(f"it makes more than {LONGEST:,} characters")
        return "".join(pieces)


def compile_template(sandbox: Sandbox, text: str) -> CompiledTemplate:
    """Compile a template.

    Raises:
        TemplateSyntaxError: it is none; other exceptions for what Python cannot compile.
    """
    names = meta.find_undeclared_variables(sandbox.parse(text))
    return CompiledTemplate(sandbox.from_string(text), frozenset(names))


__all__ = [
    "CompiledTemplate",
    "Sandbox",
    "TemplateLimitError",
    "TemplateSyntaxError",
    "UndefinedError",
    "compile_template",
]
