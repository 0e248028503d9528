"""The kind `python`: a function of the author judges the reply."""

from __future__ import annotations

import inspect
import json
import reprlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from numbers import Real
from pathlib import Path
from typing import Final, Self

from coze_harness.expectations.excerpt import excerpt, truncate_score
from coze_harness.expectations.function_reference import (
    FUNCTION_NAME,
    FunctionReference,
    importable,
)
from coze_harness.expectations.item_argument import ItemArgument, with_suggestion
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.parameter import TEXT_SCHEMA, Parameter, Schema, share
from coze_harness.messages import LocalizedText, literal, message
from coze_harness.model import JSON, Verdict
from coze_harness.model.errors import ScenarioError
from coze_harness.model.trial import EvaluationContext

_CONTEXT: Final = "context"
"""The parameter of a function that gets the `EvaluationContext`."""
_EXAMPLE: Final = "python: my_checks:is_polite"
_DIGEST_SIZE: Final = 8


def function_name(argument: ItemArgument) -> str:
    """Return a value that is the name of a function, `package.module:function`."""
    name = argument.text()
    if not FUNCTION_NAME.fullmatch(name):
        raise argument.error_at(
            message("kind.python.name", name=name), message("expectation.write", code=_EXAMPLE)
        )
    return name


FUNCTION_SCHEMA: Final[Schema] = {**TEXT_SCHEMA, "pattern": ":"}
_FUNCTION: Final = Parameter("function", function_name, FUNCTION_SCHEMA, "", is_required=True)
_ARGS: Final[Parameter[Mapping[str, JSON]]] = Parameter(
    "args", lambda one: one.mapping("args: {words: [请, 您]}"), {"type": "object"}, {}
)
_AT_LEAST: Final = share("at_least", 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Python(ExpectationKind):
    """A function of the author passes the reply."""

    kind = "python"
    summary = message("kind.python.summary")
    example = _EXAMPLE
    parameters = (_FUNCTION, _ARGS, _AT_LEAST)
    short_form = "function"
    scope = "reply"

    function: FunctionReference
    args: Mapping[str, JSON]
    at_least: float
    """The least score that passes, of a function that returns one."""
    takes_context: bool
    source: str
    """A digest of the function's file: an edited function is another expectation."""

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse the function's name, or `{function, args, at_least}`; the function must exist."""
        arguments = cls.read_arguments(argument)
        name, args = _FUNCTION.read(arguments), _ARGS.read(arguments)
        reference = FunctionReference(name, item.code.root, arguments["function"].location)
        function = reference.load()
        return cls(
            **item.common,
            function=reference,
            args=args,
            at_least=_AT_LEAST.read(arguments),
            takes_context=_check_call(function, arguments, name),
            source=source_digest(function),
        )

    @property
    def expected(self) -> LocalizedText:
        """The function, its arguments, and the score that it must reach."""
        expected = message("kind.python.expected", function=self.function.name)
        if self.args:
            args = json.dumps(self.args, ensure_ascii=False, default=str)
            expected = message("kind.python.expected.args", expected=expected, args=args)
        if self.at_least != _AT_LEAST.default:
            return message("kind.python.expected.score", expected=expected, least=self.at_least)
        return expected

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Call the function.

        Raises:
            ScenarioError: it raises, or returns something that is no verdict.
        """
        function = self.function.load()
        args = {**self.args, _CONTEXT: context} if self.takes_context else self.args
        try:
            with importable(self.function.root):
                returned = function(context.reply, **args)
        except (Exception, SystemExit) as error:
            step = message("kind.python.raised.next")
            raise self.function.raised_error(error, step) from error
        return self._verdict(returned, excerpt(context.reply.answer))

    def _verdict(self, returned: object, answer: str) -> Verdict:
        result, reason = returned, LocalizedText()
        if isinstance(returned, tuple) and len(returned) == 2 and isinstance(returned[1], str):
            result, reason = returned[0], literal(returned[1])
        name = self.function.name
        if result is True:
            return self.passed(reason or message("kind.python.true", function=name), answer)
        if result is False:
            return self.failed(reason or message("kind.python.false", function=name), answer)
        score = float(result) if isinstance(result, Real) else -1.0
        if not 0 <= score <= 1:
            raise self._result_error(returned)
        measured = message("kind.python.score", score=truncate_score(score))
        if score >= self.at_least:
            return self.passed(reason or measured, answer, (), score)
        low = message("kind.python.low_score", **measured.params, least=self.at_least)
        return self.failed(reason or low, answer, (), score)

    def _result_error(self, returned: object) -> ScenarioError:
        what = message(
            "kind.python.returned",
            function=self.function.name,
            value=reprlib.repr(returned),
            type=type(returned).__name__,
        )
        return self.function.error(what, message("kind.python.returned.next"))


def _check_call(
    function: Callable[..., object], arguments: Mapping[str, ItemArgument], name: str
) -> bool:
    """Return whether a function takes the conversation.

    Raises:
        ScenarioError: it cannot be called with the reply and the arguments of the item.
    """
    if inspect.iscoroutinefunction(function):
        raise arguments["function"].error_at(
            message("kind.python.async", function=name), message("kind.python.async.next")
        )
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some built-in functions have none
        return False
    parameters = signature.parameters
    args: dict[str, object] = dict(_ARGS.read(arguments))
    takes_context = _CONTEXT in list(parameters)[1:] and _CONTEXT not in args
    if takes_context:
        args[_CONTEXT] = None
    try:
        signature.bind(None, **args)
    except TypeError as error:
        step = message("kind.python.call.next")
        accepts_any = any(one.kind is one.VAR_KEYWORD for one in parameters.values())
        unknown = next((key for key in args if key not in parameters), None)
        if unknown is not None and not accepts_any:
            known = [key for key in list(parameters)[1:] if key != _CONTEXT]
            what = message("kind.python.argument", function=name, name=unknown)
            raise arguments["args"].key_error(
                unknown, with_suggestion(what, unknown, known), step
            ) from error
        what = message("kind.python.call", function=name, error=str(error))
        raise arguments["function"].error_at(what, step) from error
    return takes_context


def source_digest(function: Callable[..., object]) -> str:
    """Return a digest of the file that has a function; empty if there is none."""
    try:
        file = inspect.getsourcefile(inspect.unwrap(function))
        data = Path(file).read_bytes() if file else b""
    except (TypeError, ValueError, OSError):
        return ""
    return blake2b(data, digest_size=_DIGEST_SIZE).hexdigest() if data else ""
