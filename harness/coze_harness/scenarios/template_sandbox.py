"""Jinja2 as scenario files use it: sandboxed, strict, bounded, and the same on every run.

Only `template_renderer.py` imports this, and only when there is a template: jinja2 takes longer to
start than the rest of the room.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sized
from functools import partial
from typing import Any, Final, cast

from jinja2 import StrictUndefined, Template, meta, nodes, pass_context
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace
from jinja2.visitor import NodeTransformer

from coze_harness.messages import message
from coze_harness.scenarios.template_budget import (
    MAX_SIZE,
    TemplateBudget,
    TemplateLimitError,
    require_size,
)
from coze_harness.scenarios.template_growth import predict_binop, predict_call, predict_filter

_MAX_CODE: Final = 20_000
"""Characters between the braces of one template; they take half a second to compile."""

_CODE: Final = re.compile(r"\{[{%].*?[}%]\}", re.DOTALL)
_CALL: Final = 4
"""Steps of a call: it takes longer than the others."""

# Names that no template can write.
_BUDGET: Final = "\0budget"
_WEIGH: Final = "\0weigh"
_LOOP: Final = "\0loop"

# They call Python code for each item, and a text's items are its characters.
_ITERATING_FILTERS: Final = frozenset(
    (
        *("batch", "dictsort", "first", "groupby", "items", "join", "last", "list", "map", "max"),
        *("min", "reject", "rejectattr", "select", "selectattr", "slice", "sort", "sum", "unique"),
    )
)
# Their cost does not depend on their arguments' size.
_FREE_FILTERS: Final = frozenset(("count", "d", "default", "length"))


class Sandbox(ImmutableSandboxedEnvironment):
    """The sandbox, with every step and value bounded, and without what differs from run to run.

    It is the immutable one: a list of a case that a template appends to would be longer for the
    next trial.
    """

    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%", "**"))

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
        # It searches a text for addresses once for each, and HTML has no place in a prompt.
        self.filters.pop("urlize", None)
        for functions in (self.filters, self.tests):
            for name, function in functions.items():
                functions[name] = _with_bounds(name, cast("Callable[..., object]", function))
        self.filters |= {_WEIGH: _weigh, _LOOP: _loop}

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        """Compute an operator's result, unless it exceeds a limit."""
        require_size(predict_binop(operator, left, right))
        compute = partial(super().call_binop, context, operator, left, right)
        return _budget_of(context).compute(compute, (left, right))

    def call(
        self, context: Context, function: object, /, *arguments: object, **keywords: object
    ) -> object:
        """Call a function, unless its result exceeds a limit."""
        budget = _budget_of(context)
        if isinstance(function, LoopContext) and arguments:
            # A recursive loop's next level.
            arguments = (budget.loop(cast("Iterable[object]", arguments[0])), *arguments[1:])
        values = [getattr(function, "__self__", None), *arguments, *keywords.values()]
        require_size(predict_call(function, values[1:]))
        budget.charge(_CALL)
        compute = partial(super().call, context, function, *arguments, **keywords)
        return budget.compute(compute, values)


def _budget_of(context: Context) -> TemplateBudget:
    return cast("TemplateBudget", context.parent[_BUDGET])


def _with_bounds(name: str, function: Callable[..., object]) -> Callable[..., object]:
    """Return a filter or test whose arguments and result are bounded."""
    passed_argument = getattr(getattr(function, "jinja_pass_arg", None), "name", "")

    @pass_context
    def run(context: Context, /, *arguments: object, **keywords: object) -> object:
        extra = {
            "context": (context,),
            "eval_context": (context.eval_ctx,),
            "environment": (context.environment,),
        }.get(passed_argument, ())
        budget = _budget_of(context)
        budget.charge()
        values = () if name in _FREE_FILTERS else (*arguments, *keywords.values())
        if arguments:
            require_size(predict_filter(name, arguments[0], values[1:]))
            if name in _ITERATING_FILTERS and isinstance(arguments[0], Sized):
                budget.charge(len(arguments[0]))
        return budget.compute(partial(function, *extra, *arguments, **keywords), values)

    return run


@pass_context
def _weigh(context: Context, value: object) -> object:
    budget = _budget_of(context)
    budget.charge()
    budget.weigh(value)
    return value


@pass_context
def _loop(context: Context, items: Iterable[object], text_length: int) -> Iterable[object]:
    return _budget_of(context).loop(items, text_length)


@pass_context
def _as_yaml(context: Context, value: object) -> object:
    """Return a value as YAML writes it, not as Python prints it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Namespace):
        # Its text contains those of all namespaces in it.
        raise TemplateLimitError(message("template.namespace"))
    _budget_of(context).weigh(value)
    return value


class _Bounds(NodeTransformer):
    """Adds checks where no method of the sandbox is called: loops, literals, `~`, slices, `==`."""

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802 (jinja2's name)
        """Take a step for each item of a loop."""
        text = sum(len(data.data) for data in node.find_all(nodes.TemplateData))
        self.generic_visit(node)
        node.iter = _filter(_LOOP, node.iter, [nodes.Const(text)])
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Expr:  # noqa: N802 (jinja2's name)
        """Weigh what is joined before it is joined, and the result."""
        self.generic_visit(node)
        node.nodes = [_weigh_node(part) for part in node.nodes]
        return _weigh_node(node)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Compare:  # noqa: N802 (jinja2's name)
        """Weigh what is compared."""
        self.generic_visit(node)
        node.expr = _weigh_node(node.expr)
        for operand in node.ops:
            operand.expr = _weigh_node(operand.expr)
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Expr:  # noqa: N802 (jinja2's name)
        """Weigh a slice: it is a copy."""
        self.generic_visit(node)
        is_slice = isinstance(node.arg, nodes.Slice)
        return _weigh_node(node) if is_slice and node.ctx == "load" else node

    def visit_List(self, node: nodes.List) -> nodes.Expr:  # noqa: N802 (jinja2's name)
        """Weigh a literal with variables: it may contain a value many times."""
        self.generic_visit(node)
        return _weigh_literal(node, node.items)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Expr:  # noqa: N802 (jinja2's name)
        """Weigh a literal with variables; the names of an assignment are none."""
        self.generic_visit(node)
        return _weigh_literal(node, node.items) if node.ctx == "load" else node

    def visit_Dict(self, node: nodes.Dict) -> nodes.Expr:  # noqa: N802 (jinja2's name)
        """Weigh a literal with variables."""
        self.generic_visit(node)
        return _weigh_literal(node, [pair.value for pair in node.items])


def _weigh_literal(node: nodes.Expr, items: Iterable[nodes.Expr]) -> nodes.Expr:
    return node if all(isinstance(item, nodes.Const) for item in items) else _weigh_node(node)


def _weigh_node(node: nodes.Expr) -> nodes.Expr:
    return node if isinstance(node, nodes.Const) else _filter(_WEIGH, node)


def _filter(name: str, node: nodes.Node, arguments: list[nodes.Expr] | None = None) -> nodes.Expr:
    return nodes.Filter(node, name, arguments or [], [], None, None, lineno=node.lineno)


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
        budget = TemplateBudget()
        names: dict[str, Any] = {
            **self._globals,
            "range": range,  # jinja2's own sandbox has a smaller one
            **values,
            _BUDGET: budget,
        }
        context = template.new_context(names, shared=True)
        pieces: list[str] = []
        size = 0
        # Not `render`: it rewrites the traceback of every error, which 10,000 cases would pay for.
        for piece in template.root_render_func(context):
            pieces.append(piece)
            size += len(piece)
            if size > MAX_SIZE:
                raise TemplateLimitError(message("template.size", n=MAX_SIZE))
        return "".join(pieces)


def compile_template(sandbox: Sandbox, text: str) -> CompiledTemplate:
    """Compile a template.

    Raises:
        TemplateLimitError: it has too much code.
        Exception: the text is not a template, or Python cannot compile it.
    """
    if len(text) > _MAX_CODE and sum(map(len, _CODE.findall(text))) > _MAX_CODE:
        raise TemplateLimitError(message("template.code", n=_MAX_CODE))
    syntax = sandbox.parse(text)
    names = meta.find_undeclared_variables(syntax)
    return CompiledTemplate(sandbox.from_string(_Bounds().visit(syntax)), frozenset(names))
