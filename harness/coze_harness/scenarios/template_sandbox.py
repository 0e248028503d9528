"""Jinja2 as scenario files use it: sandboxed, strict, bounded, and the same on every run.

Only `template_renderer.py` imports this, and only when there is a template: jinja2 takes longer to
start than the rest of the room.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jinja2 import StrictUndefined, Template, meta
from jinja2.sandbox import SandboxedEnvironment

_MAX_SIZE = 1_000_000
"""Limit of a filled template's characters, and of the steps of its `range` loops."""

_MAX_EXPONENT = 1_000


class TemplateLimitError(Exception):
    """A template exceeds a limit; the text says which."""


class Sandbox(SandboxedEnvironment):
    """The sandbox, with `*` and `**` bounded, and without what differs from run to run."""

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self) -> None:
        super().__init__(
            undefined=StrictUndefined,
            keep_trailing_newline=True,
            autoescape=False,
            finalize=_as_yaml,
        )
        # A replay needs what was recorded: nothing is random but the generated values.
        self.globals.pop("lipsum", None)
        self.filters.pop("random", None)

    def call_binop(self, context: object, operator: str, left: object, right: object) -> object:
        """Compute a product or power, unless it exceeds the limit."""
        if operator == "**":
            if _size(left) > _MAX_EXPONENT or _size(right) > _MAX_EXPONENT:
                raise TemplateLimitError(f"`**` with a number above {_MAX_EXPONENT:,}")
        elif _length(left) * _size(right) > _MAX_SIZE or _length(right) * _size(left) > _MAX_SIZE:
            raise TemplateLimitError(f"`*` makes more than {_MAX_SIZE:,} characters")
        return super().call_binop(context, operator, left, right)  # type: ignore[arg-type]  # unused


def _size(value: object) -> float:
    return abs(value) if isinstance(value, int | float) else 0


def _length(value: object) -> int:
    return len(value) if isinstance(value, str | list | tuple) else 0


def _as_yaml(value: object) -> object:
    """Return a value as YAML writes it, not as Python prints it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


class _Steps:
    """The `range` of one filled template; all its loops share one budget of steps."""

    def __init__(self) -> None:
        self.left = _MAX_SIZE

    def range(self, *bounds: int) -> Iterator[int]:
        steps = range(*bounds)
        self.left -= len(steps)
        if self.left < 0:
            raise TemplateLimitError(f"its loops take more than {_MAX_SIZE:,} steps")
        return iter(steps)


class CompiledTemplate:
    """A template ready to be filled, and the names that it uses and does not define."""

    __slots__ = ("_globals", "_template", "names")

    def __init__(self, template: Template, names: frozenset[str]) -> None:
        self._template = template
        self._globals = dict(template.globals)
        self.names = names

    def fill(self, values: Mapping[str, object]) -> str:
        """Return the filled text.

        Raises:
            TemplateLimitError: it exceeds a limit.
            Exception: whatever the template's own code raises.
        """
        template = self._template
        names = {**self._globals, "range": _Steps().range, **values}
        context = template.new_context(names, shared=True)
        pieces: list[str] = []
        size = 0
        # Not `render`: it rewrites the traceback of every error, which 10,000 cases would pay for.
        for piece in template.root_render_func(context):
            pieces.append(piece)
            size += len(piece)
            if size > _MAX_SIZE:
                raise TemplateLimitError(f"it makes more than {_MAX_SIZE:,} characters")
        return "".join(pieces)


def compile_template(sandbox: Sandbox, text: str) -> CompiledTemplate:
    """Compile a template.

    Raises:
        Exception: the text is not a template, or Python cannot compile it.
    """
    syntax = sandbox.parse(text)
    names = meta.find_undeclared_variables(syntax)
    return CompiledTemplate(sandbox.from_string(syntax), frozenset(names))
