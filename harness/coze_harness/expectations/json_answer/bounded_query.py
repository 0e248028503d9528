"""JMESPath expressions whose evaluation is bounded. Imported only where there is one.

jmespath evaluates whatever an expression asks for: `[@,@]|[@,@]|…` doubles a value with each part.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jmespath import compile as compile_jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions
from jmespath.visitor import Options, TreeInterpreter

from coze_harness.expectations.json_answer.json_values import UnfinishedQueryError
from coze_harness.messages import LocalizedText, UserText, as_message, message
from coze_harness.model import JSON

_MAX_LENGTH: Final = 10_000
_MAX_DEPTH: Final = 100
_MAX_STEPS: Final = 2_000_000
_MAX_SIZE: Final = 2_000_000
_STEPS_OF_A_NODE: Final = 8
_CHARACTERS_IN_A_STEP: Final = 64
# The nodes whose values may be larger than those that they are made of.
_GROWING: Final = frozenset(
    ("flatten", "function_expression", "multi_select_dict", "multi_select_list")
)


class QueryError(Exception):
    """An expression that cannot be compiled.

    Args:
        reason: why, as it follows a colon.
    """

    def __init__(self, reason: UserText) -> None:
        super().__init__(reason)
        self.reason = as_message(reason)


class BoundedQuery:
    """A compiled expression.

    Args:
        source: the expression.

    Raises:
        QueryError: it is not an expression, or too long, or nested too deeply.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        if len(source) > _MAX_LENGTH:
            raise QueryError(message("expectation.query.length", n=_MAX_LENGTH))
        too_deep = message("expectation.query.depth", n=_MAX_DEPTH)
        try:
            self._syntax: Mapping[str, Any] = compile_jmespath(source).parsed
        except JMESPathError as error:
            raise QueryError(str(error).strip().partition("\n")[0].rstrip(":.")) from error
        except RecursionError as error:
            raise QueryError(too_deep) from error
        # Each level of an expression is a mapping with a list of its operands.
        if _depth(self._syntax) > 2 * _MAX_DEPTH:
            raise QueryError(too_deep)

    def search(self, value: JSON) -> JSON:
        """Return what the expression finds in a value; null where there is nothing.

        Raises:
            UnfinishedQueryError: it takes too long, or makes too large a value.
            JMESPathError: it cannot be evaluated, such as a function of the wrong type.
        """
        result: JSON = _Interpreter(self._source).visit(self._syntax, value)
        return result


def _depth(value: object) -> int:
    """Return how deep mappings and lists are nested; not recursive, since it may be deep."""
    depth = 0
    level = [value]
    while level := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        level = [
            member for one in level for member in (one.values() if isinstance(one, dict) else one)
        ]
    return depth


class _Interpreter(TreeInterpreter):
    """Counts the nodes that it visits and the items of the values that it makes."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._known_functions = Functions()
        super().__init__(Options(custom_functions=self._known_functions))
        self._left = _MAX_STEPS

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (any JSON)
        """Return the value of a node."""
        self._charge(_STEPS_OF_A_NODE)
        value = super().visit(node, *args, **kwargs)
        if node["type"] in _GROWING:
            self._weigh(value)
        return value

    def visit_function_expression(self, node: Any, value: Any) -> Any:  # noqa: ANN401 (any JSON)
        """Return a function's value; what `join` makes is weighed before."""
        arguments = [self.visit(child, value) for child in node["children"]]
        if node["value"] == "join" and len(arguments) == 2:
            glue, texts = arguments
            if isinstance(glue, str) and isinstance(texts, list):
                self._require_size(len(glue) * len(texts))
        return self._known_functions.call_function(node["value"], arguments)

    def _charge(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise self._limit_error(message("kind.where.steps"))

    def _weigh(self, value: object) -> None:
        size = 0
        stack = [value]
        while stack:
            item = stack.pop()
            steps = 1
            if isinstance(item, dict):
                stack += item.values()
                steps += len(item)
            elif isinstance(item, list):
                stack += item
            elif isinstance(item, str):
                steps += len(item) // _CHARACTERS_IN_A_STEP
                size += len(item)
            size += steps
            self._charge(steps)
            self._require_size(size)

    def _require_size(self, size: int) -> None:
        if size > _MAX_SIZE:
            raise self._limit_error(message("kind.where.size", n=_MAX_SIZE))

    def _limit_error(self, reason: LocalizedText) -> UnfinishedQueryError:
        text = message("kind.where.stopped", path=self._source, reason=reason)
        return UnfinishedQueryError(text)
